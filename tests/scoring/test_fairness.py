"""What docs/fairness.md promises of rankings, in competitions whose truth is known."""

import pytest

from tests.scoring.simulation import DESIGNS, Design, aims, measured


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_adjusted_scores_find_the_truth_and_intervals_hold_it(design: Design) -> None:
    assert aims(design, measured(design)) == []
