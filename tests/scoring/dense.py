"""The textbook's way, with matrices as large as there are readings, to hold the quick way against."""

import csv
import itertools
from pathlib import Path

import numpy as np

from pitchscoop.scoring.equations import IntArray
from pitchscoop.scoring.mixed import Fit, FloatArray, Reads

PENICILLIN = Path(__file__).parents[1] / "data/penicillin.csv"


def penicillin() -> Reads:
    """Plates as teams, samples as judges."""
    with PENICILLIN.open(newline="") as file:
        rows = list(csv.DictReader(file))
    plates, samples = (sorted({row[name] for row in rows}) for name in ("plate", "sample"))
    return Reads(
        np.array([plates.index(row["plate"]) for row in rows]),
        np.array([samples.index(row["sample"]) for row in rows]),
        np.array([float(row["diameter"]) for row in rows]),
        len(plates),
        len(samples),
    )


def crossed(seed: int) -> Reads:
    """A small competition, unbalanced, every third one sparse; each team is heard at least once."""
    chance = np.random.default_rng(seed)
    teams, judges = int(chance.integers(5, 13)), int(chance.integers(3, 7))
    share = 0.35 if seed % 3 == 0 else 0.75
    cells = np.array([
        (team, judge)
        for team, judge in itertools.product(range(teams), range(judges))
        if judge == team % judges or chance.random() < share
    ])  # fmt: skip
    again = cells[chance.random(len(cells)) < 0.1]
    team, judge = np.concatenate([cells, again]).T
    sizes = chance.uniform(0.3, 3, 3)
    parts = (chance.normal(0, size, count) for size, count in zip(sizes, (teams, judges, len(team)), strict=True))
    of_team, of_judge, noise = parts
    return Reads(team, judge, 20 + of_team[team] + of_judge[judge] + noise, teams, judges)


def incidence(place: IntArray, count: int) -> FloatArray:
    """A row for each reading, with a 1 at its place."""
    return np.eye(count)[place]


def unknown(reads: Reads, fit: Fit) -> FloatArray:
    """Prediction error (co)variances of the teams, given the variances of a fit: (teams, teams)."""
    team, judge = incidence(reads.team, reads.teams), incidence(reads.judge, reads.judges)
    noise = fit.sd_residual**2 * np.eye(len(reads.total))
    inverse = np.linalg.inv(noise + fit.sd_team**2 * team @ team.T + fit.sd_judge**2 * judge @ judge.T)
    ones = np.ones(len(reads.total))
    projected = inverse - np.outer(inverse @ ones, ones @ inverse) / (ones @ inverse @ ones)
    known: FloatArray = fit.sd_team**2 * team.T @ projected @ team * fit.sd_team**2
    return fit.sd_team**2 * np.eye(reads.teams) - known
