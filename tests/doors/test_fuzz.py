"""A short run of made-up calls as each role; `make fuzz MINUTES=10` is the long one. The printed seed replays it."""

import random

import pytest

from tests import servers
from tests.fuzz.fire import fire
from tests.fuzz.report import report
from tests.fuzz.scene import ROLES, Scene
from tests.servers.app import App

SECONDS = 4  # in each mode and phase, of which schemathesis has four


@pytest.mark.parametrize("role", ROLES)
def test_no_answer_is_undocumented_or_outside_the_table(own_app: App, role: str) -> None:
    seed = random.randrange(1_000_000)  # pytest-randomly seeds it, so that a second run meets the same
    print(f"make fuzz MINUTES={SECONDS / 60} SEED={seed} ARGS='--mode {own_app.name} --role \"{role}\"'")
    with Scene(own_app, role) as scene:
        outcome = fire(scene, seed, SECONDS)
    print(report([outcome]))
    servers.tried[f"made-up calls by {role}, {own_app.name}"] = f"{outcome.calls} calls, seed {seed}"
    assert outcome.wrong == {}
    assert outcome.done
