"""``make fuzz``: calls made up from the OpenAPI document, as each role, and a table of what came of them."""

import argparse
import random
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.fuzz.installations import MODES, play
from tests.fuzz.report import report
from tests.fuzz.scene import ROLES

_AT_ONCE = 2  # servers: each has one to call it, and a machine has two processors at least


def main() -> int:
    """Have each role call each kind of installation for so long."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("minutes", type=float, nargs="?", default=10, help="for each role in each mode")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--mode", choices=MODES, action="append")
    parser.add_argument("--role", choices=ROLES, action="append")
    given = parser.parse_args()
    print(f"MINUTES={given.minutes:g} SEED={given.seed}", flush=True)
    outcomes = []
    with ProcessPoolExecutor(_AT_ONCE, max_tasks_per_child=1) as pool:
        parts = [(mode, role) for role in given.role or ROLES for mode in given.mode or MODES]
        played = [pool.submit(play, *part, given.seed, round(given.minutes * 60)) for part in parts]
        for playing in played:
            outcome = playing.result()
            outcomes.append(outcome)
            print(f"{outcome.role}, {outcome.mode}: {outcome.calls} calls, {len(outcome.wrong)} wrong", flush=True)
            for what, told in outcome.wrong.items():  # an hour before the table
                print(f"{what}\n{told}\n", flush=True)
    print(report(outcomes))
    print(f"MINUTES={given.minutes:g} SEED={given.seed}")
    return 1 if any(outcome.wrong for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
