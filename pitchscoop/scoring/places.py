"""From how the teams may stand to the places they may have, and to who shares a rank."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.intp]
FloatArray = NDArray[np.float64]

SURE = 0.9  # of an interval
TIED = 0.25  # a team that is better with this probability shares the rank
_EQUAL = 1e-9  # points: scores that differ by less are equal
_DIGITS = 9  # the same for the rules that break ties
_AT_ONCE = 100  # draws that are put in order together: so many of a thousand teams stay near the processor


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """An entry for each team, but for ``groups``.

    ``lo`` to ``hi``: the places, counted from 1, that it has with 90 % probability, less 5 % at either end. A place is
    one of these 5 % with half of its probability (mid-P, Lancaster, J. Am. Stat. Assoc. 56, 1961): with all of it,
    intervals among a dozen teams would be right in 96 % of cases.
    ``first``, ``top3``: the probability of being first, of being among the first three. ``rank``: 1 and the number of
    teams in the groups above its own. ``better``: the probability that it is better than the first of its group; a half
    for the first. ``groups``: teams that share a rank, best first.
    """

    lo: IntArray
    hi: IntArray
    first: FloatArray
    top3: FloatArray
    rank: IntArray
    better: FloatArray
    groups: tuple[tuple[int, ...], ...]


def places(draws: FloatArray, score: FloatArray) -> Places:
    """Count places in draws, and find the groups of teams that cannot be told apart.

    Args:
        draws: (count, teams), the higher the better; ``Fit.draws`` makes them.
        score: (teams,), what the teams are ranked by.

    From the top down, a team joins the group above it where their scores are equal, or where it is better than the
    group's first in a quarter of the draws. If all draws are equal they say nothing: every place is possible.
    """
    teams = draws.shape[1]
    if not draws.size or (draws == draws[0, 0]).all():
        return _anywhere(teams, score)
    ranks = _ranks(draws)
    first, top3 = _share(ranks == 1), _share(ranks <= 3)  # noqa: PLR2004  top 3
    groups, better = _tied(score, lambda team, other: np.count_nonzero(ranks[team] < ranks[other]) / len(draws))
    ranks.sort(axis=1)
    lo, hi = _without_ends(ranks), -_without_ends(-ranks[:, ::-1])
    return Places(lo, hi, first, top3, _shared(groups, teams), better, groups)


def _anywhere(teams: int, score: FloatArray) -> Places:
    """What is known where draws say nothing."""
    groups, better = _tied(score, lambda _team, _other: 0.5)
    every, none = np.full(teams, 1, dtype=np.intp), np.zeros(teams)
    share = none + 1 / max(teams, 1)
    return Places(every, every * teams, share, np.minimum(3 * share, 1.0), _shared(groups, teams), better, groups)


def untied(told: Places, *rules: FloatArray) -> Places:
    """The same, where teams of a group go by the first rule that tells them apart: the higher value first.

    Args:
        told: places with their groups.
        rules: (teams,) each. One that does not know a team of a group (NaN) is passed over in that group.
    """
    groups: list[tuple[int, ...]] = []
    for group in told.groups:
        known = [rule for rule in rules if not np.isnan(rule[list(group)]).any()]
        by = {team: tuple(round(float(-rule[team]), _DIGITS) for rule in known) for team in group}
        alike = itertools.groupby(sorted(group, key=lambda team: by[team]), key=lambda team: by[team])
        groups += [tuple(teams) for _, teams in alike]
    return replace(told, rank=_shared(groups, len(told.rank)), groups=tuple(groups))


def _ranks(draws: FloatArray) -> NDArray[np.signedinteger]:
    """The place of each team, counted from 1, in each draw: (teams, count). Small numbers are compared faster."""
    small = np.int16 if draws.shape[1] <= np.iinfo(np.int16).max else np.int32
    ranks = np.empty(draws.shape, dtype=small)
    for begin in range(0, len(draws), _AT_ONCE):
        some = draws[begin : begin + _AT_ONCE]
        found = np.empty(some.size, dtype=small)
        found[_order(some)] = np.arange(draws.shape[1], 0, -1, dtype=small)
        ranks[begin : begin + _AT_ONCE] = found.reshape(some.shape)
    return np.ascontiguousarray(ranks.T)


def _order(draws: FloatArray) -> IntArray:
    """Where the entries of each draw are in the flat array, the lowest first: (count, teams).

    Numbers are sorted twice as fast as places of numbers. So the last bits of each, which no draw is known to, make way
    for its place; those of numbers that are not negative are in the order of the numbers (IEEE 754).
    """
    count, teams = draws.shape
    place = (1 << teams.bit_length()) - 1
    found: IntArray = np.subtract(draws, draws.min(), dtype=np.float64).view(np.int64)
    found &= ~place
    found |= np.arange(teams)
    found.sort(axis=1)
    found &= place
    found += np.arange(0, count * teams, teams)[:, None]
    return found


def _share(of: NDArray[np.bool_]) -> FloatArray:
    """How much of each row is true."""
    share: FloatArray = of.sum(axis=1) / of.shape[1]
    return share


def _without_ends(ranks: NDArray[np.signedinteger]) -> IntArray:
    """The lowest place of each team that is not left out; ``ranks`` are in order."""
    left_out = (1 - SURE) / 2
    lowest = ranks[:, math.floor(left_out * ranks.shape[1] + _EQUAL), None]
    below = _share(ranks < lowest) + _share(ranks == lowest) / 2
    found: IntArray = lowest[:, 0].astype(np.intp) + (below < left_out - _EQUAL)
    return found


def _tied(score: FloatArray, chance: Callable[[int, int], float]) -> tuple[tuple[tuple[int, ...], ...], FloatArray]:
    """Groups, and how likely each team is better than the first of its group; ``chance`` tells that of two teams."""
    better = np.full(len(score), 0.5)
    groups: list[list[int]] = []
    above = math.inf
    for team in np.argsort(-score, kind="stable").tolist():
        probability = chance(team, groups[-1][0]) if groups else 0.0
        if groups and (above - score[team] <= _EQUAL or probability >= TIED):
            better[team] = probability
            groups[-1].append(team)
        else:
            groups.append([team])
        above = score[team]
    return tuple(map(tuple, groups)), better


def _shared(groups: Sequence[tuple[int, ...]], teams: int) -> IntArray:
    rank = np.ones(teams, dtype=np.intp)
    above = 0
    for group in groups:
        rank[list(group)] += above
        above += len(group)
    return rank
