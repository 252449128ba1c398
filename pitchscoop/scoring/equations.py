"""The equations behind a fit: made of readings, searched for the likeliest variances, solved for given ones."""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pitchscoop.scoring.lowest import FloatArray, lowest

IntArray = NDArray[np.intp]
Ratios = tuple[float, float, float]
"""Standard deviations of teams, judges and tracks, as ratios to that of the noise."""

_STEEPEST = math.atan(100.0)  # of a ratio's angle: noise is never less than a hundredth, also where totals just add up
_DIGITS = 6  # of a ratio: so the answer is the same, digit for digit, wherever the search began
# Where a search looks first: there may be more than one valley.
_LOOKS = np.array(list(itertools.product(np.arctan([0.15, 0.5, 1.2, 4.0]), repeat=3)))
_JUDGE, _TRACK = 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Reads:
    """Who heard whom and gave how much: three arrays of one length, a reading at each place.

    ``team`` counts from 0 to ``teams`` - 1 and ``judge`` from 0 to ``judges`` - 1; ``total`` is the weighted rubric
    total. Somebody may have no reading; a judge may have heard a team twice. ``track``, (teams,), counts from 0, too.
    """

    team: IntArray
    judge: IntArray
    total: FloatArray
    teams: int
    judges: int
    track: IntArray | None = None


class Equations:
    """Henderson's equations, with the teams eliminated: what is left is a matrix as small as there are judges.

    Its rows are the judges, the tracks, the mean and, last, the totals. So one Cholesky factor of it holds all that is
    asked for: the determinant, the solution (last row) and the sum of squares that remains (last corner). Teams that
    were heard equally often are eliminated by the same number, so what belongs to them is summed up once.
    """

    def __init__(self, reads: Reads, total: FloatArray) -> None:
        self.freedom = len(total) - 1
        self.home = np.zeros((reads.teams, 0)) if reads.track is None else _ones(reads.track)
        self.kind = np.repeat([_JUDGE, _TRACK], [reads.judges, self.home.shape[1]])  # of the first columns
        of_judge = np.zeros((len(total), reads.judges))
        of_judge[np.arange(len(total)), reads.judge] = 1.0
        columns = np.column_stack([of_judge, self.home[reads.team], np.ones(len(total)), total])
        self.heard = np.bincount(reads.team, minlength=reads.teams).astype(np.float64)
        of_team = np.bincount(reads.team * reads.judges + reads.judge, minlength=reads.teams * reads.judges)
        shape, points = (reads.teams, reads.judges), np.bincount(reads.team, total, minlength=reads.teams)
        # Of what a team's readings have in each column:
        self.sums = np.column_stack([of_team.reshape(shape), self.home * self.heard[:, None], self.heard, points])
        self._whole = columns.T @ columns
        self._often, self._many = np.unique(self.heard, return_counts=True)
        alike = [self.sums[self.heard == often] for often in self._often]
        self._squares = np.stack([sums.T @ sums for sums in alike])
        hears, teams = of_judge.sum(axis=0), self.home[self.heard > 0].sum(axis=0)
        apart = _told_apart(teams) and np.count_nonzero(hears) > np.count_nonzero(teams)
        self.free = np.array([_told_apart(self.heard), _told_apart(hears), apart])

    def likeliest(self) -> Ratios:
        """The ratios that the readings make likeliest.

        The search always begins at the same places: where few readings leave several ratios as likely, the answer
        would hang on where it began.
        """
        points = np.unique([point * self.free for point in _LOOKS], axis=0)[:, self.free]
        best = points[np.argmin(self.criterion(points))]
        team, judge, track = self.ratios(lowest(self.criterion, best, _STEEPEST)[None])[0].round(_DIGITS).tolist()
        return team, judge, track

    def criterion(self, angles: FloatArray) -> FloatArray:
        """-2 log of the restricted likelihood, (points,), at ratios that are the tangents of ``angles``, see there."""
        ratios = self.ratios(angles)
        corners = np.diagonal(np.linalg.cholesky(self.matrices(ratios)), axis1=1, axis2=2)
        teams = np.log1p(ratios[:, :1] ** 2 * self._often) @ self._many
        remains = np.log(corners[:, -1] ** 2 * (2 * math.pi / self.freedom)) + 1
        value: FloatArray = teams + 2 * np.log(corners[:, :-1]).sum(axis=1) + self.freedom * remains
        return value

    def least(self, ratios: Ratios) -> float:
        """The criterion at these ratios."""
        return float(self.criterion(np.arctan(np.array([ratios])[:, self.free]))[0])

    def ratios(self, angles: FloatArray) -> FloatArray:
        """All ratios, (points, 3), from the angles of those that can be told, (points, free)."""
        found = np.zeros((len(angles), len(self.free)))
        found[:, self.free] = np.tan(angles)
        return found

    def matrices(self, ratios: FloatArray) -> FloatArray:
        """The small matrix for each three ratios."""
        squared = ratios[:, :1] ** 2
        left = self._whole - np.tensordot(squared / (squared * self._often + 1), self._squares, 1)
        scales = self.scales(ratios)
        left *= scales[:, :, None] * scales[:, None, :]
        left += np.diag(np.append(np.ones(len(self.kind)), [0.0, 0.0]))
        return left

    def scales(self, ratios: FloatArray) -> FloatArray:
        """What rows are multiplied by: judges and tracks by their ratio, mean and totals by 1."""
        return np.append(ratios[:, self.kind], np.ones((len(ratios), 2)), axis=1)


class Solved:
    """The equations solved for given ratios.

    ``effects`` are the BLUPs of judges and tracks, and the mean; ``team`` those of teams with their track's, above the
    mean; ``left`` what the effects leave of the mean of a team's totals; ``noise`` the standard deviation of noise.
    """

    def __init__(self, equations: Equations, ratios: Ratios) -> None:
        self.equations = equations
        row, squared = np.array([ratios]), ratios[0] ** 2
        factor = np.linalg.cholesky(equations.matrices(row)[0])
        self._root = np.linalg.inv(factor[:-1, :-1]) * equations.scales(row)[0, :-1]  # squared: variances of effects
        self.noise = float(factor[-1, -1]) / math.sqrt(equations.freedom)
        self.effects = self._root.T @ factor[-1, :-1]
        self._kept = squared / (squared * equations.heard + 1)  # a team's share of a sum; its variance given effects
        self._lean = self._kept[:, None] * equations.sums  # a team's part falls by so much as each of the columns rises
        self._lean[:, :-2][:, equations.kind == _TRACK] -= equations.home
        known = np.append(self.effects, -1.0)
        self.team = -(self._lean @ known)
        self.left = -(equations.sums @ known) / np.maximum(equations.heard, 1)

    def draws(self, count: int, seed: int, unit: float) -> FloatArray:
        """Teams, ``count`` times, in units: noise first, then judges, tracks and mean, then teams given those.

        With few readings noise may well be larger than it seems, which gives the draws the tails of a t-distribution.
        """
        chance, freedom = np.random.default_rng((seed, 1)), self.equations.freedom
        noise = self.noise * np.sqrt(freedom / chance.chisquare(freedom, (count, 1)))
        known = np.full((count, self._lean.shape[1]), -1.0)
        known[:, :-1] = self.effects + noise * (chance.standard_normal((count, len(self._root))) @ self._root)
        found = _normal(seed, count, len(self._kept)) * (unit * np.sqrt(self._kept))
        found *= noise
        found += known @ (-unit * self._lean.T)
        return found

    def unknown(self, team: int, other: int) -> float:
        """The variance of the difference of two teams."""
        return self.noise**2 * float(self._kept[team] + self._kept[other] + (self._difference(team, other) ** 2).sum())

    def gain(self, team: int, other: int) -> FloatArray:
        """How much of it each judge would take away by one reading of ``team``."""
        judges = np.eye(len(self._root))[:-1][self.equations.kind == _JUDGE]
        judges[:, -1] = 1.0
        asked = (judges - self._lean[team, :-1]) @ self._root.T
        shared = self._kept[team] + asked @ self._difference(team, other)
        known: FloatArray = shared**2 / (1 + self._kept[team] + (asked**2).sum(axis=1))
        return known * self.noise**2

    def _difference(self, team: int, other: int) -> FloatArray:
        found: FloatArray = self._root @ (self._lean[other] - self._lean[team])[:-1]
        return found


@lru_cache(maxsize=1)
def _normal(seed: int, count: int, teams: int) -> FloatArray:
    """What draws of teams are made of, (count, teams): the same from card to card, and half of the time of a draw."""
    return np.random.default_rng((seed, 2)).standard_normal((count, teams))


def _ones(places: IntArray) -> FloatArray:
    """A row for each, with a 1 in its place."""
    return np.eye(places.max(initial=0) + 1)[places]


def _told_apart(readings: FloatArray) -> bool:
    """Whether a variance of those who have so many readings each can be told from noise."""
    return bool(np.count_nonzero(readings) > 1 and readings.max() > 1)
