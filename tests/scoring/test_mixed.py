"""The variances and predictions that textbooks and another program find, at any size, and whatever is read."""

import dataclasses
import subprocess
import sys
import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from pitchscoop.scoring.mixed import FloatArray, Reads, fit
from pitchscoop.scoring.places import places
from tests.scoring import dense
from tests.scoring.simulation import DESIGNS, held


def test_the_penicillin_data_give_their_known_answer() -> None:
    found = fit(dense.penicillin())
    assert found.criterion == pytest.approx(330.8606, abs=5e-5)
    assert (found.sd_team, found.sd_judge, found.sd_residual) == pytest.approx((0.8467, 1.9316, 0.5499), abs=5e-5)
    assert found.mean == pytest.approx(22.9722, abs=5e-5)


@pytest.mark.parametrize("seed", range(30))
def test_another_program_finds_the_same(seed: int) -> None:
    reads = dense.crossed(seed)
    found = fit(reads)
    theirs = _by_statsmodels(reads)
    assert found.sd_team**2 == pytest.approx(theirs.components["team"], abs=1e-4)
    assert found.sd_judge**2 == pytest.approx(theirs.components["judge"], abs=1e-4)
    assert found.sd_residual**2 == pytest.approx(theirs.noise, abs=1e-4)
    assert found.team == pytest.approx(theirs.team, abs=1e-4)
    assert found.judge == pytest.approx(theirs.judge, abs=1e-4)
    assert found.mean == pytest.approx(theirs.mean, abs=1e-4)
    assert found.criterion == pytest.approx(theirs.criterion, abs=1e-6)


class _Theirs(NamedTuple):
    components: dict[str, float]
    noise: float
    team: FloatArray
    judge: FloatArray
    mean: float
    criterion: float


def _by_statsmodels(reads: Reads) -> _Theirs:
    """Crossed effects are variance components of one group that holds everything."""
    data = pd.DataFrame({"total": reads.total, "team": reads.team, "judge": reads.judge, "all": 1})
    model = smf.mixedlm("total ~ 1", data, groups="all", vc_formula={"team": "0 + C(team)", "judge": "0 + C(judge)"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where a variance is 0
        result = model.fit(reml=True, method="powell", xtol=1e-10, ftol=1e-14)  # the others stop too early
    effects = result.random_effects[1]
    return _Theirs(
        components=dict(zip(model.exog_vc.names, result.vcomp.tolist(), strict=True)),
        noise=float(result.scale),
        team=np.array([effects[f"team[C(team)[{at}]]"] for at in range(reads.teams)]),
        judge=np.array([effects[f"judge[C(judge)[{at}]]"] for at in range(reads.judges)]),
        mean=float(result.fe_params["Intercept"]),
        criterion=-2 * float(result.llf),
    )


@pytest.mark.parametrize("seed", range(12))
def test_what_is_unknown_of_teams_is_what_the_large_matrices_say(seed: int) -> None:
    reads = dense.crossed(seed)
    found = fit(reads)
    matrix = dense.unknown(reads, found)
    for team in range(1, reads.teams):
        variance = matrix[0, 0] + matrix[team, team] - 2 * matrix[0, team]
        assert found.apart(0, team)[1] ** 2 == pytest.approx(variance, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_one_more_reading_takes_away_as_much_as_was_foretold(seed: int) -> None:
    reads = dense.crossed(seed)
    found = fit(reads)
    before = dense.unknown(reads, found)
    for judge, gain in enumerate(found.gain(2, 0)):
        more = dataclasses.replace(
            reads,
            team=np.append(reads.team, 2),
            judge=np.append(reads.judge, judge),
            total=np.append(reads.total, 20.0),
        )
        less = before - dense.unknown(more, found)
        assert gain == pytest.approx(less[0, 0] + less[2, 2] - 2 * less[0, 2], abs=1e-9)


def test_totals_in_other_units_give_the_same_in_those() -> None:
    reads = dense.crossed(1)
    found, other = fit(reads), fit(dataclasses.replace(reads, total=1000 * reads.total + 5))
    assert other.theta == found.theta
    assert other.adjusted == pytest.approx(1000 * found.adjusted + 5)
    assert other.draws(10, 1) == pytest.approx(1000 * found.draws(10, 1))


def test_the_order_of_readings_makes_no_difference() -> None:
    reads = dense.crossed(2)
    mixed = np.random.default_rng(1).permutation(len(reads.total))
    other = dataclasses.replace(reads, team=reads.team[mixed], judge=reads.judge[mixed], total=reads.total[mixed])
    assert fit(other).theta == fit(reads).theta
    assert fit(other).adjusted == pytest.approx(fit(reads).adjusted)


def test_where_everybody_heard_all_the_order_is_that_of_the_means() -> None:
    _, reads = held(DESIGNS[0], np.random.default_rng(3))
    means = np.bincount(reads.team, reads.total) / np.bincount(reads.team)
    assert fit(reads).adjusted.argsort().tolist() == means.argsort(kind="stable").tolist()


def test_draws_are_the_same_for_the_same_seed_and_not_for_another() -> None:
    found = fit(dense.crossed(4))
    assert (found.draws(50, 1) == found.draws(50, 1)).all()
    assert (found.draws(50, 1) != found.draws(50, 2)).all()


def test_draws_are_as_far_from_the_predictions_as_is_unknown_of_them() -> None:
    reads = dense.crossed(4)
    found = fit(reads)
    drawn = found.draws(200_000, 1)
    freedom = len(reads.total) - 1
    matrix = dense.unknown(reads, found) * freedom / (freedom - 2)  # of a t-distribution
    assert drawn.mean(axis=0) == pytest.approx(found.team, abs=0.02)
    assert np.cov(drawn.T) == pytest.approx(matrix, abs=0.02 * matrix.max())


def test_a_better_track_is_not_taken_for_milder_judges() -> None:
    team = np.repeat(np.arange(20), 3)
    judge = np.tile(np.arange(3), 20) + 3 * (team >= 10)
    total = 50.0 + 30 * (team >= 10) + 3 * (team % 10) + judge % 3
    reads = Reads(team, judge, total + np.random.default_rng(1).normal(0, 2, 60), 20, 6)
    known = fit(dataclasses.replace(reads, track=np.repeat([0, 1], 10)))
    unknown = fit(reads)
    assert known.adjusted[:10].max() < known.adjusted[10:].min()
    assert unknown.adjusted[:10].max() > unknown.adjusted[10:].min()
    assert known.sd_track > known.sd_judge
    assert unknown.sd_track == 0


def test_tracks_with_a_judge_each_cannot_be_told_from_judges() -> None:
    reads = Reads(np.arange(6).repeat(2), np.repeat([0, 1], 6), np.arange(12.0), 6, 2)
    known = fit(dataclasses.replace(reads, track=np.repeat([0, 1], 3)))
    assert known.sd_track == 0
    assert known.adjusted == pytest.approx(fit(reads).adjusted)


def _reads(*given: tuple[int, int, float], teams: int, judges: int) -> Reads:
    team, judge, total = zip(*given, strict=True) if given else ((), (), ())
    return Reads(np.array(team, dtype=int), np.array(judge, dtype=int), np.array(total, dtype=float), teams, judges)


ODD = {
    "nothing": (_reads(teams=0, judges=0), []),
    "no reading": (_reads(teams=2, judges=2), [0, 0]),
    "one reading": (_reads((0, 0, 71), teams=1, judges=1), [71]),
    "one reading of two teams": (_reads((0, 0, 71), teams=2, judges=1), [71, 71]),
    "one judge": (_reads((0, 0, 50), (1, 0, 70), (2, 0, 60), teams=3, judges=1), [50, 70, 60]),
    "one team": (_reads((0, 0, 50), (0, 1, 70), (0, 2, 61.5), teams=1, judges=3), [60.5]),
    "two who never meet": (_reads((0, 0, 50), (1, 1, 70), teams=2, judges=2), [50, 70]),
    "all equal": (_reads(*((t, j, 64.0) for t in range(4) for j in range(3)), teams=4, judges=3), [64, 64, 64, 64]),
    "all equal and large": (
        _reads((0, 0, 1e9 / 3), (0, 1, 1e9 / 3), (1, 0, 1e9 / 3), teams=2, judges=2),
        [1e9 / 3] * 2,
    ),
    "equal but for rounding": (
        _reads((0, 0, 0.1 + 0.2), (0, 1, 0.1 + 0.2), (1, 0, 0.3), (1, 1, 0.3), teams=2, judges=2),
        [0.3, 0.3],
    ),
    "all nothing": (_reads((0, 0, 0), (0, 1, 0), (1, 0, 0), teams=2, judges=2), [0, 0]),
}


@pytest.mark.parametrize("name", ODD)
def test_where_nothing_can_be_told_the_mean_is_shown_and_any_place_is_possible(name: str) -> None:
    reads, shown = ODD[name]
    found = fit(reads)
    assert found.adjusted == pytest.approx(shown)
    assert (found.sd_team, found.theta[0]) == (0, 0)
    assert not found.team.any()
    known = places(found.draws(100, 1), found.adjusted)
    assert known.lo.tolist() == [1] * reads.teams
    assert known.hi.tolist() == [reads.teams] * reads.teams
    assert known.first.sum() == pytest.approx(min(reads.teams, 1))


STRANGE = {
    "one judge twice": _reads((0, 0, 50), (1, 0, 70), (2, 0, 60), (0, 0, 55), teams=3, judges=1),
    "a team nobody heard": _reads((0, 0, 50), (0, 1, 55), (1, 0, 70), (1, 1, 71), teams=4, judges=3),
    "a judge who gives everybody the most": _reads(
        *((t, j, 100.0 if j == 0 else 40.0 + 5 * t + j) for t in range(6) for j in range(3)), teams=6, judges=3
    ),
    "totals that add up without noise": _reads(
        *((t, j, 10.0 * t + j) for t in range(5) for j in range(3)), teams=5, judges=3
    ),
    "only judges differ": _reads(*((t, j, 50.0 + 9 * j) for t in range(4) for j in range(3)), teams=4, judges=3),
    "only teams differ": _reads(*((t, j, 50.0 + 9 * t) for t in range(4) for j in range(3)), teams=4, judges=3),
    "a chain": _reads((0, 0, 50), (0, 1, 52), (1, 1, 61), (1, 2, 58), (2, 2, 80), teams=3, judges=3),
    "two groups": _reads((0, 0, 50), (1, 0, 60), (2, 1, 50), (3, 1, 60), (0, 2, 55), (3, 3, 1), teams=4, judges=4),
    "barely different": _reads((0, 0, 50), (0, 1, 50), (1, 0, 50 + 1e-7), (1, 1, 50), teams=2, judges=2),
    "far apart": _reads((0, 0, 0), (0, 1, 1e12), (1, 0, 1e-12), (1, 1, -1e12), teams=2, judges=2),
    "many judges of two teams": _reads(
        *((j % 2, j, 50.0 + j % 7) for j in range(90)), *((1, j, 60.0) for j in range(0, 90, 2)), teams=2, judges=90
    ),
}


@pytest.mark.parametrize("name", STRANGE)
def test_whatever_is_read_there_is_an_answer(name: str) -> None:
    reads = STRANGE[name]
    found = fit(reads)
    numbers = [found.mean, found.sd_team, found.sd_judge, found.sd_residual, found.criterion, *found.theta]
    drawn = found.draws(200, 1)
    assert np.isfinite([*numbers, *found.team, *found.judge, *found.adjusted, *drawn.ravel()]).all()
    known = places(drawn, found.adjusted)
    assert ((known.lo >= 1) & (known.lo <= known.hi) & (known.hi <= reads.teams)).all()
    assert known.first.sum() == pytest.approx(1)


def test_a_team_that_nobody_heard_stands_at_the_mean_and_may_have_any_place() -> None:
    reads = STRANGE["a team nobody heard"]
    found = fit(reads)
    known = places(found.draws(1000, 1), found.adjusted)
    assert found.team[2:].tolist() == [0, 0]
    assert found.adjusted[2] == found.mean
    assert (known.lo[2], known.hi[2]) == (1, 4)


def test_a_server_starts_without_numpy() -> None:
    code = "import sys, pitchscoop.main; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
