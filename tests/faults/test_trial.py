"""A short trial of random faults; `make faults N=500` is the long one. The seed is printed, and replays it."""

import random
from pathlib import Path

import pytest

from tests.faults.report import report
from tests.faults.trial import Trial

FAULTS = 15


@pytest.mark.parametrize("mode", ["embedded", "redis-minio"])
async def test_nothing_is_lost_in_a_short_trial(mode: str, tmp_path: Path) -> None:
    seed = random.randrange(1_000_000)  # pytest-randomly seeds it, so that a second run meets the same
    print(f"make faults N={FAULTS} SEED={seed} ARGS='--mode {mode}'")
    outcome = await Trial(mode, seed, FAULTS, speakers=20).run(tmp_path)
    print(report([outcome]))
    assert outcome.well
    assert outcome.caused.total() == FAULTS
