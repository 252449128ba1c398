"""The result of a final round: comparisons of two finalists each to one order. Pure, as the standings are.

A finalist has a strength, and is preferred to another with the log odds of the difference (Bradley and Terry, 1952).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from pitchscoop.events.model import Judge, Team
from pitchscoop.events.plans import Comparison, Final
from pitchscoop.scoring.mixed import FloatArray
from pitchscoop.scoring.rows import FinalPlace, FinalResult, Pitch, is_partial

ALPHA = 0.1
"""How strongly strengths are drawn together. As if they had a standard deviation of three before anybody compared:
finalists differ by less, so it hardly changes what is told, and yet who won every time is not infinitely better."""
_STEPS, _NEAR, _FAR = 100, 1e-12, 2.0  # Newton's steps, commonly six; the last one; the longest, lest one overshoots
_EQUAL = 1e-6  # of a strength: who differs by less shares the rank


def final_result(
    final: Final | None, pitches: Mapping[str, Pitch], teams: Mapping[str, Team], judges: Mapping[str, Judge]
) -> FinalResult | None:
    """What the comparisons that count come to; None where there is no final round.

    Finalists who withdrew are left out, and so is what a judge said whose conflict of interest came to light later.
    """
    if final is None or not final.session_ids:
        return None
    running = {one: pitches[one] for one in final.session_ids if one in pitches and not pitches[one].withdrawn}

    def counts(said: Comparison) -> bool:
        judge = judges.get(said.judge_id)
        return all(one in running and not is_partial(judge, running[one], teams) for one in said.pair)

    counted = [one for one in final.comparisons if counts(one)]
    wins = _wins(list(running), counted)
    lacking = _lacking(list(running.values()), wins)
    places = _unplaced(list(running.values()), wins) if lacking else _placed(list(running.values()), wins)
    people = len({one.judge_id for one in counted})
    return FinalResult(tuple(places), len(counted), people, lacking is None, lacking or _told(places, len(counted)))


def strengths(wins: FloatArray, alpha: float = ALPHA) -> FloatArray:
    """The likeliest strengths, with a mean of 0; ``wins[one, other]`` is how often one was preferred to the other.

    Newton's method: with ``alpha`` above 0 there is one maximum, whoever won what.
    """
    met = wins + wins.T
    found = np.zeros(len(wins))
    for _ in range(_STEPS):
        preferred = _chance(found[:, None] - found[None, :])
        slope = wins.sum(axis=1) - (met * preferred).sum(axis=1) - alpha * found
        step = np.linalg.solve(_curvature(met, found, alpha), slope)
        longest = float(np.abs(step).max())
        found = found + step * min(1.0, _FAR / max(longest, _NEAR))
        if longest < _NEAR:
            break
    return found


def preferences(wins: FloatArray, strength: FloatArray, alpha: float = ALPHA) -> FloatArray:
    """``[one, other]``: how probably a further judge prefers one to the other.

    Few comparisons leave strengths uncertain, which draws this towards a half: the logistic function is averaged over
    the normal distribution of the difference (MacKay, 1992, for a classifier's moderated output).
    """
    spread = np.linalg.inv(_curvature(wins + wins.T, strength, alpha))
    own = np.diag(spread)
    variance = own[:, None] + own[None, :] - 2 * spread
    return _chance((strength[:, None] - strength[None, :]) / np.sqrt(1 + np.pi / 8 * variance))


def _curvature(met: FloatArray, strength: FloatArray, alpha: float) -> FloatArray:
    """How steeply the likelihood falls away from these strengths: the inverse of their covariance at its maximum."""
    preferred = _chance(strength[:, None] - strength[None, :])
    weight = met * preferred * (1 - preferred)
    return np.diag(weight.sum(axis=1) + alpha) - weight


def _chance(difference: FloatArray) -> FloatArray:
    """The logistic function, which does not overflow as its usual form does."""
    return 0.5 * (1 + np.tanh(difference / 2))


def _wins(session_ids: Sequence[str], comparisons: Sequence[Comparison]) -> FloatArray:
    at = {session_id: place for place, session_id in enumerate(session_ids)}
    wins = np.zeros((len(at), len(at)))
    for one in comparisons:
        wins[at[one.better], at[one.worse]] += 1
    return wins


def _lacking(pitches: Sequence[Pitch], wins: FloatArray) -> str | None:
    """What is missing before anybody can say who is better; None where nothing is."""
    if len(pitches) < 2:  # noqa: PLR2004  it takes two
        return "Fewer than two finalists are left."
    if not wins.any():
        return "Nobody has compared two of them yet."
    linked, met = {0}, wins + wins.T
    while more := {int(other) for one in linked for other in met[one].nonzero()[0]} - linked:
        linked |= more
    apart = next((place for place in range(len(pitches)) if place not in linked), None)
    if apart is None:
        return None
    names = f"{pitches[0].team_name} and {pitches[apart].team_name}"
    return f"Not enough comparisons yet: nothing links {names}, not even by way of others."


def _placed(pitches: Sequence[Pitch], wins: FloatArray) -> list[FinalPlace]:
    strength = strengths(wins)
    preferred = preferences(wins, strength)
    order = sorted(range(len(pitches)), key=lambda at: (-strength[at].round(6), pitches[at].session_id))
    places: list[FinalPlace] = []
    for seat, at in enumerate(order):
        before = places[-1] if places else None
        shares = before is not None and abs(float(strength[order[seat - 1]] - strength[at])) < _EQUAL
        after = order[seat + 1] if seat + 1 < len(order) else None
        places.append(
            FinalPlace(
                pitch=pitches[at],
                rank=before.rank if before and shares else seat + 1,
                strength=float(strength[at]),
                won=int(wins[at].sum()),
                compared=int(wins[at].sum() + wins[:, at].sum()),
                p_over_next=None if after is None else float(preferred[at, after]),
            )
        )
    return places


def _unplaced(pitches: Sequence[Pitch], wins: FloatArray) -> list[FinalPlace]:
    """In the order in which they were named, which says nothing."""
    compared = (wins + wins.T).sum(axis=1)
    return [
        FinalPlace(pitch, None, None, int(wins[at].sum()), int(compared[at]), None) for at, pitch in enumerate(pitches)
    ]


def _told(places: Sequence[FinalPlace], comparisons: int) -> str:
    first, second = places[:2]
    few = comparisons < len(places) * (len(places) - 1)  # fewer than two of each pair
    more = " Few comparisons stand behind this." if few else ""
    if second.rank == first.rank:
        return f"{first.pitch.team_name} and {second.pitch.team_name} cannot be told apart by these comparisons."
    often = min(99, round(100 * (first.p_over_next or 0)))
    return f"Of a hundred judges {often} would prefer {first.pitch.team_name} to {second.pitch.team_name}.{more}"
