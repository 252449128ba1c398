"""``make faults``: cause many faults, print what came of it, and fail if anything was lost."""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.faults.report import report
from tests.faults.trial import Outcome, Trial

MODES = ("embedded", "redis-minio")


def main() -> int:
    """Run the trials."""
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("number", type=int, nargs="?", default=500, help="faults in each mode")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--mode", choices=MODES, action="append")
    parser.add_argument("--long", action="store_true", help="also cut the network for 30 s and for 10 minutes")
    given = parser.parse_args()
    print(f"N={given.number} SEED={given.seed}", flush=True)
    outcomes = []
    for mode in given.mode or MODES:
        folder = Path(tempfile.mkdtemp(prefix=f"faults-{mode}-"))
        outcome = asyncio.run(_run(Trial(mode, given.seed, given.number), folder, long=given.long))
        outcomes.append(outcome)
        print(f"{mode}: {'well' if outcome.well else f'NOT WELL, logs in {folder}'}", flush=True)
    print(report(outcomes))
    print(f"N={given.number} SEED={given.seed}")
    return 0 if all(outcome.well for outcome in outcomes) else 1


async def _run(trial: Trial, folder: Path, *, long: bool) -> Outcome:
    async def tell() -> None:
        while True:
            await asyncio.sleep(5)
            print(trial.told(), flush=True)

    telling = asyncio.create_task(tell())
    try:
        return await trial.run(folder, long=long)
    finally:
        telling.cancel()


sys.exit(main())
