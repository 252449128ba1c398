"""Competitions of which the truth is known: how well three ways to rank find it again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pitchscoop.scoring.equations import IntArray
from pitchscoop.scoring.mixed import FloatArray, Reads, fit
from pitchscoop.scoring.places import places

LOWEST, HIGHEST = 10, 100  # of a rubric total: four criteria from 1 to 10, weights 3 3 2 2
MIDDLE = 60.0
RUNS, DRAWS = 200, 1000


@dataclass(frozen=True, slots=True)
class Design:
    """A kind of competition; standard deviations and ``gap`` in points of the total.

    ``scale`` is that of the logarithm of how much of the scale a judge uses. With ``tracks``, judges hear one track
    each, but for ``bridges`` of them who hear all; each track's teams are ``gap`` better than those of the one before.
    ``absent`` is the probability that a judge did not come.
    """

    name: str
    teams: int
    judges: int
    reads: int
    severity: float = 6.0
    quality: float = 8.0
    noise: float = 8.0
    scale: float = 0.15
    tracks: int = 1
    gap: float = 0.0
    bridges: int = 2
    absent: float = 0.0


DESIGNS = (
    Design("small, everybody hears all", 12, 4, 4),
    Design("small", 16, 5, 3),
    Design("usual", 40, 10, 3),
    Design("usual, mild differences of judges", 40, 10, 3, severity=3),
    Design("usual, judges equally severe", 40, 10, 3, severity=0),
    Design("usual, harsh differences of judges", 40, 10, 3, severity=12),
    Design("usual, judges use much or little of the scale", 40, 10, 3, scale=0.2),
    Design("two readings each, one in six missing", 60, 15, 2, absent=0.15),
    Design("large, many readings", 100, 25, 5),
    Design("two unequal tracks", 40, 10, 3, tracks=2, gap=10),
    Design("three unequal tracks", 90, 18, 3, tracks=3, gap=8, bridges=3),
    Design("unequal tracks, no-shows, uneven use of the scale", 60, 18, 3, tracks=2, gap=10, scale=0.3, absent=0.15),
)


class Found(NamedTuple):
    """Kendall's tau to the truth of three rankings, and the share of teams whose rank lies in its interval."""

    raw: float
    z: float
    adjusted: float
    covered: float


def aims(design: Design, found: Found) -> list[str]:
    """What was not reached."""
    over = 0.02 if design.tracks > 1 else 0.0
    reached = {
        "at most 0.005 below the mean": found.adjusted >= found.raw - 0.005,
        f"{over} above z-scores": found.adjusted >= found.z + over,
        "88 to 95 % in the interval": 0.88 <= found.covered <= 0.95,
    }
    return [aim for aim, kept in reached.items() if not kept]


def measured(design: Design, runs: int = RUNS) -> Found:
    """Means over competitions that differ by chance; the same each time."""
    return Found(*np.mean(list(_runs(design, runs)), axis=0).tolist())


def _runs(design: Design, runs: int) -> Iterator[Found]:
    for seed in range(runs):
        chance = np.random.default_rng([seed, design.teams, design.judges])
        truth, reads = held(design, chance)
        found = fit(reads)
        known = places(found.draws(DRAWS, seed), found.adjusted)
        rank = 1 + (truth > truth[:, None]).sum(axis=1)
        covered = (known.lo <= rank) & (rank <= known.hi)
        raw, z, adjusted = (tau(truth, score) for score in (raw_mean(reads), z_mean(reads), found.adjusted))
        yield Found(raw, z, adjusted, float(covered.mean()))


def held(design: Design, chance: np.random.Generator) -> tuple[FloatArray, Reads]:
    """A competition: how good the teams are, and what was given to them."""
    track = np.arange(design.teams) * design.tracks // design.teams
    truth = chance.normal(0, design.quality, design.teams) + design.gap * (track - track.mean())
    team, judge = _panels(design, track, chance)
    severity = chance.normal(0, design.severity, design.judges)
    scale = np.exp(chance.normal(0, design.scale, design.judges))
    heard = truth[team] + chance.normal(0, design.noise, len(team))
    given = np.clip(np.round(MIDDLE + severity[judge] + scale[judge] * heard), LOWEST, HIGHEST)
    return truth, Reads(team, judge, given, design.teams, design.judges, track if design.tracks > 1 else None)


def _panels(design: Design, track: IntArray, chance: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Each team gets the judges who have least to do; those who did not come are missing, but never all of a team."""
    home = np.arange(design.judges) * design.tracks // design.judges
    home[chance.permutation(design.judges)[: design.bridges * (design.tracks > 1)]] = -1
    load = np.zeros(design.judges)
    gone = chance.random(design.judges) < design.absent
    team, judge = [], []
    for each in chance.permutation(design.teams).tolist():
        barred = (home >= 0) & (home != track[each])
        panel = np.argsort(load + chance.random(design.judges) + np.where(barred, np.inf, 0))[: design.reads]
        load[panel] += 1
        came = panel[~gone[panel]] if not gone[panel].all() else panel[:1]
        team += [each] * len(came)
        judge += came.tolist()
    return np.array(team), np.array(judge)


def raw_mean(reads: Reads) -> FloatArray:
    """The mean of a team's totals."""
    return _mean(reads, reads.total)


def z_mean(reads: Reads) -> FloatArray:
    """The mean of a team's totals in standard deviations above their judge's mean."""
    count = np.maximum(np.bincount(reads.judge, minlength=reads.judges), 1)
    centre = np.bincount(reads.judge, reads.total, minlength=reads.judges) / count
    away = reads.total - centre[reads.judge]
    spread = np.sqrt(np.bincount(reads.judge, away**2, minlength=reads.judges) / np.maximum(count - 1, 1))
    return _mean(reads, away / np.where(spread > 0, spread, 1)[reads.judge])


def _mean(reads: Reads, value: FloatArray) -> FloatArray:
    found: FloatArray = np.bincount(reads.team, value, minlength=reads.teams) / np.bincount(reads.team)
    return found


def tau(truth: FloatArray, score: FloatArray) -> float:
    """Kendall's tau-b: the share of pairs in the right order less that in the wrong one; pairs that are equal halve."""
    right, given = _signs(truth), _signs(score.round(9))
    pairs = np.count_nonzero(right) * np.count_nonzero(given)
    return float((right * given).sum() / np.sqrt(pairs)) if pairs else 0.0


def _signs(value: FloatArray) -> NDArray[np.float64]:
    return np.sign(value[:, None] - value)
