"""What a team would score with average judges: crossed random effects.

    total = mean + team + judge + noise

Teams, judges and noise are taken for normal, each with a variance of its own that the readings tell (restricted maximum
likelihood, REML). Given those, the part of a team or a judge is its best linear unbiased prediction (BLUP), and what
remains unknown of it is the prediction error variance. Nobody's readings are left out or cut: the fewer there are of a
team or a judge, the nearer to the mean it is taken to be.

Sources: Henderson, Best linear unbiased estimation and prediction under a selection model, Biometrics 31 (1975), for
the equations; Patterson and Thompson, Biometrika 58 (1971), for REML; Bates and others, Fitting linear mixed-effects
models using lme4, J. Stat. Softw. 67 (2015), for a criterion that only needs ratios to the noise.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchscoop.scoring.lowest import lowest

IntArray = NDArray[np.intp]
FloatArray = NDArray[np.float64]

_MOST = 100.0  # of a ratio: noise is never less than a hundredth, also where totals add up without any
_DIGITS = 6  # of a ratio: so the answer is the same, digit for digit, wherever the search began
_LOOKS = np.arctan([0.1, 0.4, 0.8, 1.5, 4.0])  # where a search looks first: there may be more than one valley
_EQUAL = 1e-9  # of the largest total: what differs by less differs by rounding


@dataclass(frozen=True, slots=True, eq=False)
class Reads:
    """Who heard whom and gave how much: three arrays of one length, a reading at each place.

    ``team`` counts from 0 to ``teams`` - 1 and ``judge`` from 0 to ``judges`` - 1; ``total`` is the weighted rubric
    total. Somebody may have no reading; a judge may have heard a team twice.
    """

    team: IntArray
    judge: IntArray
    total: FloatArray
    teams: int
    judges: int


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What the readings say. All but ``theta`` and ``criterion`` is in points of the total.

    ``team`` and ``judge`` are BLUPs: how far each is above the mean. ``adjusted`` is what to show for a team: the mean
    and its BLUP, or, where ``sd_team`` is 0 and all BLUPs with it, the mean of what is left of its totals without the
    judges' part; the mean for a team that nobody heard. ``criterion`` is -2 log of the restricted likelihood, 0 where
    nothing differs. ``theta`` are the ratios ``sd_team`` / ``sd_residual`` and ``sd_judge`` / ``sd_residual``.
    """

    mean: float
    team: FloatArray
    judge: FloatArray
    adjusted: FloatArray
    sd_team: float
    sd_judge: float
    sd_residual: float
    criterion: float
    theta: tuple[float, float]
    _solved: "_Solved | None"
    _spread: float

    def draws(self, count: int, seed: int) -> FloatArray:
        """How the teams may really stand, ``count`` times: an array (count, teams) of parts like ``team``.

        Each time variances are drawn first, as likely as the readings make them, then judges and mean, then teams: from
        the normal distribution of their BLUPs and prediction error variances. All 0 where teams cannot be told from
        noise. The same for the same ``seed``.
        """
        if self._solved is None or not self._solved.equations.free[0]:
            return np.zeros((count, len(self.team)))
        chance = np.random.default_rng(seed)
        return np.concatenate([
            solved.draws(number, chance) for solved, number in self._solved.equations.likely(self.theta, count)
        ]) * self._spread  # fmt: skip

    def apart(self, team: int, other: int) -> tuple[float, float]:
        """By how many points one team is above another, and the standard deviation of what is unknown of that."""
        variance = 0.0 if self._solved is None else self._solved.unknown(team, other)
        return float(self.team[team] - self.team[other]), math.sqrt(variance) * self._spread

    def gain(self, team: int, other: int) -> FloatArray:
        """By how much one more reading of ``team``, by each of the judges, would lower the variance of that."""
        if self._solved is None:
            return np.zeros(len(self.judge))
        return self._solved.gain(team, other) * self._spread**2


def fit(reads: Reads, start: tuple[float, float] | None = None) -> Fit:
    """Find the variances, and BLUPs given them.

    A variance that no readings can tell from noise is 0: that of teams where there is only one or none was heard twice,
    that of judges where there is only one or none heard two, and all of them where all totals are equal.

    Args:
        reads: all readings that count.
        start: ``theta`` of an earlier fit, from where the search is shorter. The answer is the same.
    """
    middle = float(reads.total.mean()) if len(reads.total) else 0.0
    spread = float(reads.total.std()) if len(reads.total) else 0.0
    if spread <= _EQUAL * np.abs(reads.total).max(initial=0.0):
        nothing = np.zeros(reads.teams), np.zeros(reads.judges), np.full(reads.teams, middle)
        return Fit(middle, *nothing, 0.0, 0.0, 0.0, 0.0, (0.0, 0.0), None, 0.0)
    equations = _Equations(reads, (reads.total - middle) / spread)
    theta = equations.likeliest(start)
    solved = _Solved(equations, theta)
    noise = solved.noise * spread
    return Fit(
        mean=middle + spread * float(solved.effects[-1]),
        team=spread * solved.kept * solved.rest,
        judge=spread * solved.effects[:-1],
        adjusted=middle + spread * (solved.effects[-1] + solved.shown()),
        sd_team=theta[0] * noise,
        sd_judge=theta[1] * noise,
        sd_residual=noise,
        criterion=float(equations.criterion(np.arctan([theta]))[0]) + 2 * equations.freedom * math.log(spread),
        theta=theta,
        _solved=solved,
        _spread=spread,
    )


class _Equations:
    """Henderson's equations, with the teams eliminated: what is left is a matrix as small as there are judges.

    Its rows are the judges, the mean and, last, the totals. So one Cholesky factor of it holds all that is asked for:
    the determinant, the solution (last row) and the sum of squares that remains (last corner). Teams that were heard
    equally often are eliminated by the same number, so what belongs to them is summed up once.
    """

    def __init__(self, reads: Reads, total: FloatArray) -> None:
        self.judges = reads.judges
        self.freedom = len(total) - 1
        loads = np.bincount(reads.judge, minlength=reads.judges)
        self.sums = np.zeros((reads.teams, reads.judges + 2))  # of a team: readings by each judge, readings, total
        np.add.at(self.sums, (reads.team, reads.judge), 1.0)
        self.sums[:, -2] = self.heard = np.bincount(reads.team, minlength=reads.teams).astype(float)
        self.sums[:, -1] = np.bincount(reads.team, total, minlength=reads.teams)
        self._whole = np.diag([*loads, len(total), total @ total])
        self._whole[-2, :-2] = self._whole[:-2, -2] = loads
        self._whole[-1, :-2] = self._whole[:-2, -1] = np.bincount(reads.judge, total, minlength=reads.judges)
        self._whole[-1, -2] = self._whole[-2, -1] = total.sum()
        self._often, self._many = np.unique(self.heard, return_counts=True)
        alike = [self.sums[self.heard == often] for often in self._often]
        self._squares = np.stack([sums.T @ sums for sums in alike])
        self.free = np.array([_told_apart(self.heard), _told_apart(loads)])

    def likeliest(self, start: tuple[float, float] | None) -> tuple[float, float]:
        """The ratios that the readings make likeliest."""
        looks = [(team, judge) for team in _LOOKS for judge in _LOOKS]
        points = np.array(looks if start is None else [np.maximum(np.arctan(start), _LOOKS[0]), *looks]) * self.free
        best = points[np.argmin(self.criterion(points))]
        team, judge = np.tan(lowest(self.criterion, best, self.free * math.atan(_MOST))).round(_DIGITS)
        return float(team), float(judge)

    def likely(self, theta: tuple[float, float], count: int) -> "list[tuple[_Solved, int]]":
        """Ratios around the likeliest, and how many of ``count`` draws are due to each."""
        return [(_Solved(self, theta), count)]

    def criterion(self, angles: FloatArray) -> FloatArray:
        """-2 log of the restricted likelihood, (points,), at ratios that are the tangents of these angles, (points, 2).

        Angles end where ratios go on without an end.
        """
        ratios = np.tan(angles)
        corners = np.diagonal(np.linalg.cholesky(self.matrices(ratios)), axis1=1, axis2=2)
        teams = np.log1p(ratios[:, :1] ** 2 * self._often) @ self._many
        remains = np.log(corners[:, -1] ** 2 * (2 * math.pi / self.freedom)) + 1
        value: FloatArray = teams + 2 * np.log(corners[:, :-1]).sum(axis=1) + self.freedom * remains
        return value

    def matrices(self, ratios: FloatArray) -> FloatArray:
        """The small matrix for each pair of ratios: (pairs, judges + 2, judges + 2)."""
        squared = ratios[:, :1] ** 2
        left = self._whole - np.tensordot(squared / (squared * self._often + 1), self._squares, 1)
        scales = self.scales(ratios)
        left *= scales[:, :, None] * scales[:, None, :]
        left += np.diag([*[1.0] * self.judges, 0.0, 0.0])
        return left

    def scales(self, ratios: FloatArray) -> FloatArray:
        """What rows are multiplied by: judges by their ratio."""
        found = np.ones((len(ratios), self.judges + 2))
        found[:, :-2] = ratios[:, 1:]
        return found


class _Solved:
    """The equations solved for one pair of ratios. Variances here are in units of that of the noise.

    ``effects`` are judges and mean, and ``root`` squared their variances. ``rest`` is what they leave of a team's
    readings, summed up, and ``kept`` the share of it that is the team's; that is also a team's variance given judges.
    """

    def __init__(self, equations: _Equations, theta: tuple[float, float]) -> None:
        self.equations = equations
        ratios = np.array([theta])
        factor = np.linalg.cholesky(equations.matrices(ratios)[0])
        inverse = np.linalg.inv(factor[:-1, :-1])
        self.root = inverse * equations.scales(ratios)[0, :-1]
        self.effects = self.root.T @ factor[-1, :-1]
        self.noise = float(factor[-1, -1]) / math.sqrt(equations.freedom)
        self.rest = equations.sums[:, -1] - equations.sums[:, :-1] @ self.effects
        self.kept = theta[0] ** 2 / (theta[0] ** 2 * equations.heard + 1)

    def shown(self) -> FloatArray:
        """What is shown of teams, above the mean."""
        if self.kept.any():
            return self.kept * self.rest
        return self.rest / np.maximum(self.equations.heard, 1)

    def draws(self, count: int, chance: np.random.Generator) -> FloatArray:
        """Teams, ``count`` times."""
        teams, sums = len(self.kept), self.equations.sums
        judges = self.effects + self.noise * (chance.standard_normal((count, len(self.root))) @ self.root)
        found = chance.standard_normal((count, teams))
        found *= self.noise * np.sqrt(self.kept)
        found += self.kept * (sums[:, -1] - judges @ sums[:, :-1].T)
        return found

    def unknown(self, team: int, other: int) -> float:
        """The variance of the difference of two teams."""
        return self.noise**2 * float(self.kept[team] + self.kept[other] + (self._difference(team, other) ** 2).sum())

    def gain(self, team: int, other: int) -> FloatArray:
        """How much of it each judge would take away by one reading of ``team``."""
        judges = np.eye(len(self.root))[:-1]
        judges[:, -1] = 1
        asked = (judges - self._lean(team)) @ self.root.T
        shared = self.kept[team] + asked @ self._difference(team, other)
        known: FloatArray = shared**2 / (1 + self.kept[team] + (asked**2).sum(axis=1))
        return known * self.noise**2

    def _difference(self, team: int, other: int) -> FloatArray:
        found: FloatArray = self.root @ (self._lean(other) - self._lean(team))
        return found

    def _lean(self, team: int) -> FloatArray:
        """How much a team's part falls as judges and mean rise."""
        found: FloatArray = self.kept[team] * self.equations.sums[team, :-1]
        return found


def _told_apart(readings: FloatArray | IntArray) -> bool:
    """Whether a variance of those who have so many readings each can be told from noise."""
    return np.count_nonzero(readings) > 1 and bool(readings.max() > 1)
