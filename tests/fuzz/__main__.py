"""``make fuzz``: calls made up from the OpenAPI document, as each role, and a table of what came of them."""

import argparse
import tempfile
from pathlib import Path

from tests.fuzz.fire import fire
from tests.fuzz.scene import ROLES, Scene
from tests.servers.app import App

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--role", action="append")
    given = parser.parse_args()
    for role in given.role or ROLES:
        app = App(Path(tempfile.mkdtemp()), {}, "embedded")
        app.start()
        try:
            with Scene(app, role) as scene:
                outcome = fire(scene, given.seed, round(given.minutes * 60))
        finally:
            app.stop()
        print(role, outcome.calls, dict(outcome.statuses), len(outcome.done), f"{outcome.seconds:.0f}s")
        for name, told in outcome.wrong.items():
            print("##", name)
            print(told)
