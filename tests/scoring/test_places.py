"""Places are counted right, and who cannot be told apart shares a rank."""

import math

import numpy as np
import pytest

from pitchscoop.scoring.places import places, untied


def test_places_are_counted_in_draws() -> None:
    draws = np.repeat([[3.0, 2.0, 1.0], [2.0, 3.0, 1.0]], [70, 30], axis=0)
    known = places(draws, np.array([3.0, 2.0, 1.0]))
    assert known.first.tolist() == [0.7, 0.3, 0]
    assert known.top3.tolist() == [1, 1, 1]
    assert known.lo.tolist() == [1, 1, 3]
    assert known.hi.tolist() == [2, 2, 3]


@pytest.mark.parametrize(("above", "lo"), [(9, 2), (10, 1)])
def test_a_place_at_the_end_is_left_out_while_half_its_probability_is_less_than_a_twentieth(
    above: int, lo: int
) -> None:
    first = np.where(np.arange(100) < above, 1.0, -1.0)
    known = places(np.stack([first, np.zeros(100)], axis=1), np.array([0.0, 1.0]))
    assert (known.lo[0], known.hi[0]) == (lo, 2)
    assert (known.lo[1], known.hi[1]) == (1, 3 - lo)


def test_intervals_end_where_a_twentieth_is_left_and_probabilities_add_up() -> None:
    chance = np.random.default_rng(1)
    score = chance.normal(0, 1, 30)
    draws = chance.normal(score, 0.5, (1000, 30))
    known = places(draws, score)
    rank = 1 + (draws[:, None, :] > draws[:, :, None]).sum(axis=2)
    every = np.arange(1, 31)[:, None, None]
    twice = 2 * (rank < every).sum(axis=1) + (rank == every).sum(axis=1)  # (places, teams)
    assert known.lo.tolist() == (1 + (twice < 100).sum(axis=0)).tolist()
    assert known.hi.tolist() == (twice <= 1900).sum(axis=0).tolist()
    assert known.first == pytest.approx((rank == 1).mean(axis=0))
    assert known.top3 == pytest.approx((rank <= 3).mean(axis=0))
    assert (known.first.sum(), known.top3.sum()) == (pytest.approx(1), pytest.approx(3))


def test_a_team_that_is_better_than_the_first_of_a_group_in_a_quarter_of_draws_joins_it() -> None:
    at = np.arange(100)
    draws = np.stack([np.zeros(100), np.where(at < 25, 1.0, -1.0), np.where(at < 24, 2.0, -2.0)], axis=1)
    known = places(draws, np.array([9.0, 8.0, 7.0]))
    assert known.groups == ((0, 1), (2,))
    assert known.rank.tolist() == [1, 1, 3]
    assert known.better.tolist() == [0.5, 0.25, 0.5]


def test_a_group_is_measured_by_its_first_so_that_a_chain_of_neighbours_ends() -> None:
    chance = np.random.default_rng(1)
    middle = np.linspace(0.0, -3.3, 12)
    known = places(chance.normal(middle, 0.7, (4000, 12)), middle)
    assert [len(group) for group in known.groups] == [3, 3, 3, 3]


def test_equal_scores_share_a_rank_whatever_the_draws_say() -> None:
    draws = np.repeat([[1.0, 2.0, 3.0]], 50, axis=0)
    known = places(draws, np.array([70.0, 70.0 + 1e-10, 71.0]))
    assert known.groups == ((2,), (1, 0))
    assert known.rank.tolist() == [2, 2, 1]


def test_teams_that_cannot_be_told_apart_go_by_the_first_rule_that_tells_them_apart() -> None:
    known = places(np.zeros((100, 5)), np.array([1.0, 4.0, 4.0, 4.0, 3.0]))
    score = np.array([1.0, 4.0, 4.0 + 1e-12, 4.0, 3.0])
    by = untied(known, score, np.array([0.9, 0.1, 0.5, 0.1, 0.9]))
    assert by.groups == ((2,), (1, 3), (4,), (0,))
    assert by.rank.tolist() == [5, 2, 1, 2, 4]
    unknown = untied(known, score, np.array([0.9, 0.1, 0.5, math.nan, 0.9]))
    assert unknown.groups == ((1, 2, 3), (4,), (0,))


def test_a_rule_leaves_those_apart_whom_the_draws_tell_apart() -> None:
    draws = np.repeat([[1.0, 2.0]], 50, axis=0)
    assert untied(places(draws, np.array([1.0, 2.0])), np.array([9.0, 0.0])).groups == ((1,), (0,))


def test_draws_that_say_nothing_leave_every_place_open() -> None:
    known = places(np.zeros((100, 4)), np.array([1.0, 4.0, 2.0, 3.0]))
    assert (known.lo.tolist(), known.hi.tolist()) == ([1] * 4, [4] * 4)
    assert (known.first.tolist(), known.top3.tolist()) == ([0.25] * 4, [0.75] * 4)
    assert known.groups == ((1, 3, 2, 0),)
    assert known.rank.tolist() == [1] * 4


def test_nobody_has_no_place() -> None:
    known = places(np.zeros((100, 0)), np.zeros(0))
    assert (known.lo.tolist(), known.groups) == ([], ())
