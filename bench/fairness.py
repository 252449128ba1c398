"""How well rankings find the truth in simulated competitions, and how long that takes: ``python -m bench fairness``."""

import asyncio
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from bench.harness import table, verdict
from pitchscoop.scoring.mixed import fit
from pitchscoop.scoring.places import places
from tests.scoring.simulation import DESIGNS, DRAWS, RUNS, Design, Found, aims, held, measured

LARGE = Design("1000 teams, 100 judges, 3 readings each", 1000, 100, 3)
ROUNDS = 20
AIM = 200  # ms


async def main(runs: str = str(RUNS)) -> None:
    """Print both tables. The second is made by a process of its own, which has one core for its arithmetic."""
    rows = [_row(design, measured(design, int(runs))) for design in DESIGNS]
    columns = ("Kendall's tau to the truth", "mean", "z-scores", "adjusted", "rank in interval", "aims")
    table(f"{len(DESIGNS)} kinds of competitions, {runs} of each", columns, rows)
    alone = ("env", "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", sys.executable, "-m", "bench.fairness")
    process = await asyncio.create_subprocess_exec(*alone)
    if await process.wait():
        sys.exit("The timing failed.")


def _row(design: Design, found: Found) -> tuple[str, ...]:
    taus = (f"{value:.3f}" for value in (found.raw, found.z, found.adjusted))
    return design.name, *taus, f"{found.covered:.1%}", verdict(kept=not aims(design, found))


def timed() -> None:
    """How long each step takes at full size."""
    _, reads = held(LARGE, np.random.default_rng(1))
    found = fit(reads)
    drawn = found.draws(DRAWS, 1)
    reads.total[0] += 1  # a card was saved
    steps: dict[str, Callable[[], object]] = {
        "fit": lambda: fit(reads),
        f"{DRAWS} draws": lambda: found.draws(DRAWS, 1),
        "places": lambda: places(drawn, found.adjusted),
    }
    taken = {name: _median(step) for name, step in steps.items()}
    whole = sum(taken.values())
    rows = [(name, f"{value:.0f} ms") for name, value in taken.items()]
    rows += [("all", f"{whole:.0f} ms"), ("aim", f"{AIM} ms, {verdict(kept=whole <= AIM)}")]
    table(f"{LARGE.name}: median of {ROUNDS}, time of one core", ("", "took"), rows)


def _median(step: Callable[[], object]) -> float:
    """Milliseconds of the processor: on one core, how long it takes where nobody disturbs."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        step()
        taken.append(time.process_time() - began)
    return statistics.median(taken) * 1000


if __name__ == "__main__":
    timed()
