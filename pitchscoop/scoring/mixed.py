"""What a team would score with average judges: crossed random effects.

    total = mean + track + team + judge + noise

Teams, judges and noise are taken for normal, each with a variance of its own that the readings tell (restricted maximum
likelihood, REML). Given those, the part of a team or a judge is its best linear unbiased prediction (BLUP), and what
remains unknown of it is the prediction error variance. Nobody's readings are left out or cut: the fewer there are of a
team or a judge, the nearer to the mean it is taken to be. Tracks, where there are any, have a variance as well: else a
track that is better would be taken for one whose judges are mild.

Sources: Henderson, Best linear unbiased estimation and prediction under a selection model, Biometrics 31 (1975), for
the equations; Patterson and Thompson, Biometrika 58 (1971), for REML; Bates and others, Fitting linear mixed-effects
models using lme4, J. Stat. Softw. 67 (2015), for a criterion that only needs ratios to the noise.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pitchscoop.scoring.equations import Equations, Reads, Solved
from pitchscoop.scoring.lowest import FloatArray

__all__ = ["Fit", "FloatArray", "Reads", "fit", "reads_of"]

_EQUAL = 1e-9  # of the largest total: what differs by less differs by rounding


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What the readings say. All but ``theta`` and ``criterion`` is in points of the total.

    ``team`` and ``judge`` are BLUPs: how far each is above the mean; that of a team has its track's in it. ``adjusted``
    is what to show for a team: the mean and its BLUP, or, where ``sd_team`` is 0, the mean of what is left of its
    totals without the judges' part; for a team that nobody heard, the mean of the event or of its track.
    ``criterion`` is -2 log of the restricted likelihood, 0 where nothing differs. ``theta`` are ``sd_team`` and
    ``sd_judge``, divided by ``sd_residual``.
    """

    mean: float
    team: FloatArray
    judge: FloatArray
    adjusted: FloatArray
    sd_team: float
    sd_judge: float
    sd_track: float
    sd_residual: float
    criterion: float
    theta: tuple[float, float]
    _solved: Solved | None
    _spread: float

    def draws(self, count: int, seed: int) -> FloatArray:
        """How the teams may really stand, ``count`` times: an array (count, teams) of parts like ``team``.

        From the normal distribution that BLUPs and prediction error variances make, with somewhat longer tails where
        there are few readings. All 0 where ``sd_team`` is. The same for the same ``seed``.
        """
        if self._solved is None or not self.sd_team:
            return np.zeros((count, len(self.team)))
        return self._solved.draws(count, seed, self._spread)

    def apart(self, team: int, other: int) -> tuple[float, float]:
        """By how many points one team is above another, and the standard deviation of what is unknown of that."""
        variance = 0.0 if self._solved is None else self._solved.unknown(team, other)
        return float(self.team[team] - self.team[other]), math.sqrt(variance) * self._spread

    def gain(self, team: int, other: int) -> FloatArray:
        """By how much one more reading of ``team``, by each of the judges, would lower the variance of that."""
        if self._solved is None:
            return np.zeros(len(self.judge))
        return self._solved.gain(team, other) * self._spread**2


def reads_of(found: Sequence[tuple[int, str, float]], tracks: Sequence[str | None]) -> Reads:
    """Readings of teams, each with the number of a team, the name of a judge, and points.

    ``tracks`` are those of the teams; where there is one only it makes no difference. Judges are numbered in the order
    of their names.
    """
    judges = {judge: at for at, judge in enumerate(sorted({judge for _, judge, _ in found}))}
    team, judge = np.array([at for at, _, _ in found]), np.array([judges[by] for _, by, _ in found])
    points = np.array([total for _, _, total in found], dtype=np.float64)
    numbers = {name: at for at, name in enumerate(dict.fromkeys(tracks))}
    track = np.array([numbers[name] for name in tracks]) if len(numbers) > 1 else None
    return Reads(team, judge, points, len(tracks), len(judges), track)


def fit(reads: Reads) -> Fit:
    """Find the variances, and BLUPs given them.

    A variance that no readings can tell from noise is 0: that of teams where there is only one or none was heard twice,
    that of judges where there is only one or none heard two, that of tracks where they have a judge each, and all of
    them where all totals are equal.
    """
    middle = float(reads.total.mean()) if len(reads.total) else 0.0
    spread = float(reads.total.std()) if len(reads.total) else 0.0
    if spread <= _EQUAL * np.abs(reads.total).max(initial=0.0):
        return _level(reads, middle)
    equations = Equations(reads, (reads.total - middle) / spread)
    ratios = equations.likeliest()
    solved = Solved(equations, ratios)
    mean = middle + spread * float(solved.effects[-1])
    return Fit(
        mean=mean,
        team=spread * solved.team,
        judge=spread * solved.effects[: reads.judges],
        adjusted=mean + spread * (solved.team if ratios[0] else solved.team + solved.left),
        sd_team=ratios[0] * solved.noise * spread,
        sd_judge=ratios[1] * solved.noise * spread,
        sd_track=ratios[2] * solved.noise * spread,
        sd_residual=solved.noise * spread,
        criterion=equations.least(ratios) + 2 * equations.freedom * math.log(spread),
        theta=(ratios[0], ratios[1]),
        _solved=solved,
        _spread=spread,
    )


def _level(reads: Reads, mean: float) -> Fit:
    """Nothing differs."""
    return Fit(
        mean=mean,
        team=np.zeros(reads.teams),
        judge=np.zeros(reads.judges),
        adjusted=np.full(reads.teams, mean),
        sd_team=0.0,
        sd_judge=0.0,
        sd_track=0.0,
        sd_residual=0.0,
        criterion=0.0,
        theta=(0.0, 0.0),
        _solved=None,
        _spread=0.0,
    )
