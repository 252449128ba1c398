"""Two at a time to one order: the likeliest strengths, as other programs find them, and plain words where none are."""

import datetime as dt
import warnings
from collections.abc import Sequence

import choix
import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from pitchscoop.events.model import Judge, Team
from pitchscoop.events.plans import Comparison, Final
from pitchscoop.scoring.final import ALPHA, final_result, preferences, strengths
from pitchscoop.scoring.mixed import FloatArray
from pitchscoop.scoring.rows import FinalResult, Pitch

AT = dt.datetime(2026, 11, 14, tzinfo=dt.UTC)
NAMES = ["Kelp", "Tide", "Loam", "Ro"]


def _wins(size: int, pairs: Sequence[tuple[int, int]]) -> FloatArray:
    wins = np.zeros((size, size))
    for better, worse in pairs:
        wins[better, worse] += 1
    return wins


@st.composite
def competitions(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    """Finalists, and who was preferred to whom: at random, or always the same."""
    size = draw(st.integers(2, 12))
    pair = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda two: two[0] != two[1])
    return size, draw(st.lists(pair, min_size=1, max_size=120))


@given(competitions())
def test_another_program_finds_the_same(competition: tuple[int, list[tuple[int, int]]]) -> None:
    size, pairs = competition
    found = strengths(_wins(size, pairs))

    def unlikely(strength: FloatArray) -> float:
        losses = np.array([strength[worse] - strength[better] for better, worse in pairs])
        return float(np.logaddexp(0, losses).sum() + ALPHA / 2 * (strength**2).sum())

    theirs = minimize(unlikely, np.zeros(size), method="BFGS", options={"gtol": 1e-8}).x
    assert found == pytest.approx(theirs, abs=1e-4)
    assert found.sum() == pytest.approx(0, abs=1e-9)


@given(competitions())
def test_choix_finds_the_same(competition: tuple[int, list[tuple[int, int]]]) -> None:
    """It weighs the squares of strengths by alpha, not by half of it."""
    size, pairs = competition
    theirs = choix.opt_pairwise(size, pairs, alpha=ALPHA / 2, method="BFGS", tol=1e-8)
    assert strengths(_wins(size, pairs)) == pytest.approx(theirs, abs=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_without_alpha_it_is_a_logistic_regression(seed: int) -> None:
    chance = np.random.default_rng(seed)
    size = int(chance.integers(3, 13))
    everybody = [(one, other) for one in range(size) for other in range(size) if one != other]
    pairs = [*everybody, *(everybody[at] for at in chance.integers(0, len(everybody), 60))]  # all won and lost
    design = np.zeros((len(pairs), size))
    for row, (better, worse) in enumerate(pairs):
        design[row, better], design[row, worse] = 1, -1
    turned = np.where(chance.random(len(pairs)) < 0.5, 1, -1)  # a regression needs both outcomes
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = sm.GLM((turned > 0).astype(float), (design * turned[:, None])[:, 1:], sm.families.Binomial()).fit(
            tol=1e-12
        )
    theirs = np.array([0, *fitted.params])
    assert strengths(_wins(size, pairs), 1e-9) == pytest.approx(theirs - theirs.mean(), abs=1e-4)


@given(competitions(), st.randoms(use_true_random=False))
def test_neither_order_nor_names_matter(competition: tuple[int, list[tuple[int, int]]], chance: "object") -> None:
    size, pairs = competition
    turned = list(range(size))
    chance.shuffle(turned)  # type: ignore[attr-defined]
    found = strengths(_wins(size, pairs))
    other = strengths(_wins(size, [(turned[better], turned[worse]) for better, worse in reversed(pairs)]))
    assert other[turned] == pytest.approx(found, abs=1e-9)


def test_who_always_wins_is_not_infinitely_better() -> None:
    found = strengths(_wins(3, [(0, 1), (0, 2), (1, 2)] * 500))
    assert found[0] > found[1] > found[2]
    assert np.abs(found).max() < 10


@pytest.mark.parametrize(("won", "lost"), [(1, 0), (2, 0), (3, 1), (5, 5), (12, 4), (40, 10), (400, 100)])
def test_few_comparisons_are_trusted_less(won: int, lost: int) -> None:
    """Beside the mean of all strengths that may be so; where there are few, it errs towards a half."""
    wins = _wins(2, [(0, 1)] * won + [(1, 0)] * lost)
    found = float(preferences(wins, strengths(wins))[0, 1])
    difference = np.linspace(-40, 40, 80_001)
    weight = np.exp(
        -won * np.logaddexp(0, -difference) - lost * np.logaddexp(0, difference) - ALPHA / 4 * difference**2
    )
    theirs = float((weight / (1 + np.exp(-difference))).sum() / weight.sum())
    assert 0.5 <= found <= theirs + 1e-6
    assert found == pytest.approx(theirs, abs=0.1 if won + lost < 10 else 0.02)


def test_certainty_grows_with_comparisons() -> None:
    often = [_told([("Kelp", "Tide")] * times, NAMES[:2]).places[0].p_over_next or 0 for times in (1, 2, 4, 8, 16)]
    assert often == sorted(often)
    assert often[0] < 0.8 < often[2]


def _told(
    pairs: Sequence[tuple[str, str]],
    names: Sequence[str] = NAMES,
    *,
    withdrawn: str = "",
    conflict: str = "",
    judge: str = "ada",
) -> FinalResult:
    pitches = {name: Pitch(name, f"t-{name}", name, "T", None, 0, withdrawn=name == withdrawn) for name in names}
    teams = {f"t-{name}": Team(team_id=f"t-{name}", event_id="e", name=name, created_at=AT) for name in names}
    torn = (f"t-{conflict}",) if conflict else ()
    judges = {judge: Judge(judge_id=judge, event_id="e", name="Ada", conflicts=torn, created_at=AT)}
    said = tuple(Comparison(judge_id=judge, better=better, worse=worse, at=AT) for better, worse in pairs)
    found = final_result(Final(event_id="e", session_ids=tuple(names), comparisons=said), pitches, teams, judges)
    assert found is not None
    return found


def test_an_order_and_how_sure_its_head_is() -> None:
    found = _told([("Kelp", "Tide"), ("Kelp", "Loam"), ("Tide", "Loam"), ("Loam", "Ro"), ("Tide", "Ro")])
    assert [(one.rank, one.pitch.team_name, one.won, one.compared) for one in found.places] == [
        (1, "Kelp", 2, 2), (2, "Tide", 2, 3), (3, "Loam", 1, 3), (4, "Ro", 0, 2),
    ]  # fmt: skip
    assert (found.settled, found.comparisons, found.judges) == (True, 5, 1)
    first = found.places[0].p_over_next
    assert first is not None
    assert 0.5 < first < 1
    told = f"Of a hundred judges {round(100 * first)} would prefer Kelp to Tide."
    assert found.words == f"{told} Few comparisons stand behind this."
    assert found.places[-1].p_over_next is None


def test_who_cannot_be_told_apart_shares_a_rank() -> None:
    found = _told([("Kelp", "Tide"), ("Tide", "Kelp"), ("Kelp", "Loam"), ("Tide", "Loam"), ("Loam", "Ro")])
    assert [one.rank for one in found.places] == [1, 1, 3, 4]
    assert found.words == "Kelp and Tide cannot be told apart by these comparisons."


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], "Nobody has compared two of them yet."),
        (
            [("Kelp", "Tide"), ("Loam", "Ro")],
            "Not enough comparisons yet: nothing links Kelp and Loam, not even by way of others.",
        ),
    ],
)
def test_too_little_is_said_plainly(pairs: list[tuple[str, str]], words: str) -> None:
    found = _told(pairs)
    assert (found.settled, found.words) == (False, words)
    assert [(one.rank, one.strength, one.p_over_next) for one in found.places] == [(None, None, None)] * 4


def test_who_withdrew_and_who_is_partial_has_no_part_in_it() -> None:
    pairs = [("Kelp", "Tide"), ("Tide", "Loam"), ("Loam", "Ro"), ("Kelp", "Loam")]
    out = _told(pairs, withdrawn="Tide")
    assert [one.pitch.team_name for one in out.places] == ["Kelp", "Loam", "Ro"]
    assert out.comparisons == 2
    partial = _told(pairs, conflict="Kelp")
    assert (partial.comparisons, partial.settled) == (2, False)
    assert _told([("Kelp", "Tide")], NAMES[:2], withdrawn="Kelp").words == "Fewer than two finalists are left."


def test_where_nobody_was_named_there_is_none() -> None:
    assert final_result(None, {}, {}, {}) is None
    assert final_result(Final(event_id="e"), {}, {}, {}) is None
