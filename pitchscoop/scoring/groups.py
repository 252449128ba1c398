"""Which teams and judges can be compared, and which further readings would tell most."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pitchscoop.scoring.equations import IntArray
from pitchscoop.scoring.mixed import Fit, Reads

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Group:
    """Teams and judges that are linked by readings. Across groups nobody can tell a mild judge from a good team."""

    teams: tuple[int, ...]
    judges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A judge who should hear a team, and why.

    ``links``: it joins groups that share no reading, or brings in a team that nobody heard. ``settles``: it tells most
    about who is better, this team or ``other``, its neighbour in the ranking.
    """

    team: int
    judge: int
    why: Literal["links", "settles"]
    other: int | None = None


def groups(reads: Reads) -> list[Group]:
    """The groups that readings make, the one with most teams first. Who has no reading is in none."""
    labels = _labels(reads)
    teams, judges = labels[: reads.teams], labels[reads.teams :]
    found = [
        Group(tuple(np.flatnonzero(teams == label).tolist()), tuple(np.flatnonzero(judges == label).tolist()))
        for label in np.unique(teams[reads.team])
    ]
    return sorted(found, key=lambda group: (-len(group.teams), group.teams))


def next_readings(
    reads: Reads, fit: Fit, order: Sequence[int], may: BoolArray, *, count: int = 5, top: int = 10
) -> list[Reading]:
    """The readings to ask for next, most useful first.

    First come those that link groups, by a judge and of a team that are known best: of all that could link them these
    leave least unknown. Then, for every two neighbours among the first ``top`` and the next, the one that is worth
    most: the points by which the choice of the better of the two is expected to gain, since what is unknown of their
    difference shrinks by an amount that the equations give for each judge. A team is named once.

    Args:
        reads: the readings so far.
        fit: what they say.
        order: teams as they are ranked, best first.
        may: (teams, judges), who may hear whom; readings there are already are not asked for again.
        count: how many at most.
        top: down to which rank it matters.
    """
    may = may.copy()
    may[reads.team, reads.judge] = False
    links = itertools.islice(_links(reads, may), count)
    return [*links, *_settling(fit, order[: top + 1], may)][:count]


def _labels(reads: Reads) -> IntArray:
    """A number for each team, then each judge; the same for those that are linked."""
    labels = np.arange(reads.teams + reads.judges)
    judge = reads.judge + reads.teams
    while True:
        lower = np.minimum(labels[reads.team], labels[judge])
        before = labels.copy()
        np.minimum.at(labels, reads.team, lower)
        np.minimum.at(labels, judge, lower)
        if (labels == before).all():
            return labels


def _links(reads: Reads, may: BoolArray) -> Iterator[Reading]:
    labels = _labels(reads)
    heard = np.bincount(reads.team, minlength=reads.teams)
    hears = np.bincount(reads.judge, minlength=reads.judges)
    unknown = 1 / np.maximum(heard, 1)[:, None] + 1 / np.maximum(hears, 1)
    while True:
        teams, judges = labels[: reads.teams], labels[reads.teams :]
        possible = may & (teams[:, None] != judges) & (hears > 0)
        if not possible.any():
            return
        team, judge = divmod(int(np.where(possible, unknown, np.inf).argmin()), reads.judges)
        yield Reading(team, judge, "links")
        labels[labels == judges[judge]] = teams[team]


def _settling(fit: Fit, order: Sequence[int], may: BoolArray) -> Iterator[Reading]:
    """The best reading of each team for its comparison with a neighbour, best first."""
    found = []
    for pair in itertools.pairwise(order):
        for team, other in (pair, pair[::-1]):
            gains = np.where(may[team], fit.gain(team, other), 0.0)
            if gains.any():
                judge = int(gains.argmax())
                found.append((_worth(fit.apart(team, other)[0], gains[judge]), Reading(team, judge, "settles", other)))
    named: set[int] = set()
    for _, reading in sorted(found, key=lambda pair: -pair[0]):
        if reading.team not in named:
            named.add(reading.team)
            yield reading


def _worth(difference: float, variance: float) -> float:
    """By how many points the better of two is expected to be better than the one chosen now.

    ``variance`` is what a reading would take from that of their difference, so the difference will move by a normal
    step of that variance (Frazier, Powell and Dayanik, The knowledge-gradient policy for correlated normal beliefs,
    INFORMS J. Comput. 21, 2009). The same whichever of the two is ahead.
    """
    step = math.sqrt(variance)
    far = -abs(difference) / step
    density = math.exp(-(far**2) / 2) / math.sqrt(2 * math.pi)
    return step * (density + far * math.erfc(-far / math.sqrt(2)) / 2)
