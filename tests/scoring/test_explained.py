"""What is said of an adjustment adds up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.scoring.explained import STRICT, cautions, why

POINTS = st.floats(-20, 20)
MINUS = "\N{MINUS SIGN}"


BOTH = (
    "Both judges were milder than the others (-2.0), and 2 cards leave doubt, so it moves up towards the middle (+1.0)"
)
EACH = "1 of the 2 judges was stricter and 1 milder than the others (-0.5), and 2 cards leave doubt, so it moves up"


@pytest.mark.parametrize(
    ("shift", "effects", "words"),
    [
        (1.8, [-3, -2.4, 0], "2 of the 3 judges were stricter than the others; adjusted +1.8."),
        (-1.0, [2.0, 2.0], f"{BOTH}: adjusted -1.0."),
        (0.0, [-1, 1], "Adjusting changes nothing here."),
        (2.0, [-2.0], "The judge was stricter than the others; adjusted +2.0."),
        (-0.5, [0.0, 0.0], "2 cards leave doubt, so it moves down towards the middle; adjusted -0.5."),
        (0.06, [-0.03, -0.03], "The judges were a little stricter than the others; adjusted +0.1."),
        (-0.3, [-1, 2.0], f"{EACH} towards the middle (+0.2): adjusted -0.3."),
    ],
)
def test_a_shift_is_explained(shift: float, effects: list[float], words: str) -> None:
    assert _why(shift, effects, 2.0) == words


@given(POINTS, st.lists(POINTS, min_size=1, max_size=12))
def test_parts_add_up_to_the_whole(shift: float, effects: list[float]) -> None:
    said = _why(shift, effects, 1.0)
    numbers = [float(number) for number in re.findall(r"[+-]\d+\.\d", said)]
    *parts, whole = numbers or [0.0]
    assert whole == pytest.approx(shift, abs=0.0501)
    if parts:
        assert sum(parts) == pytest.approx(whole, abs=0.16)


def _why(shift: float, effects: list[float], spread: float) -> str:
    """``effects`` are how far each judge is above the others, ``spread`` is the standard deviation of all of them."""
    far = STRICT * spread
    strict, mild = sum(effect <= -far for effect in effects), sum(effect >= far for effect in effects)
    return why(shift, -sum(effects) / len(effects), len(effects), strict, mild).replace(MINUS, "-")


def test_nothing_to_beware_of_is_not_said() -> None:
    assert cautions([3, 3], 4, 1, 0, stretched=False) == []
    assert cautions([], 0, 0, 5, stretched=True) == []
