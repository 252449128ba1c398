"""Which two are compared when: all pairs once, spread over all, and for each judge otherwise."""

from collections import Counter
from itertools import combinations

import pytest

from pitchscoop.scoring.pairs import pairs_for

SIZES = range(13)


@pytest.mark.parametrize("size", SIZES)
def test_each_two_meet_once(size: int) -> None:
    ids = [f"s{number}" for number in range(size)]
    pairs = pairs_for("ada", ids)
    assert Counter(frozenset(pair) for pair in pairs) == Counter(map(frozenset, combinations(ids, 2)))
    assert pairs == pairs_for("ada", ids[::-1])  # in whatever order they were named


@pytest.mark.parametrize("size", SIZES[2:])
def test_whoever_stops_early_has_heard_all_about_equally_often(size: int) -> None:
    pairs = pairs_for("ada", [f"s{number}" for number in range(size)])
    for end in range(size, len(pairs) + 1):
        heard = Counter(one for pair in pairs[:end] for one in pair)
        assert max(heard.values()) - min(heard.values()) <= 2
        assert len(heard) == size


def test_nobody_is_first_with_all_judges() -> None:
    ids = [f"s{number}" for number in range(6)]
    put = [pairs_for(f"judge{number}", ids) for number in range(200)]
    left = Counter(pair[0] for pairs in put for pair in pairs)
    begun = Counter(frozenset(pairs[0]) for pairs in put)
    assert all(abs(count / 500 - 1) < 0.15 for count in left.values())  # of a thousand, half
    assert len(begun) == 15
