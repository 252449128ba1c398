"""The stores under test, each behind the same fixtures."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pitchscoop.adapters.redis import RedisState
from pitchscoop.adapters.sqlite import SqliteState
from pitchscoop.kernel.state import State
from tests.contracts.states import Open


@pytest.fixture(params=["redis", "sqlite"])
async def open_state(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens the same store again and again, as the processes of one installation do."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    opened: list[State] = []

    async def open_one() -> State:
        state: State = await RedisState.open(url) if url else await SqliteState.open(tmp_path / "state" / "test.db")
        opened.append(state)
        return state

    yield open_one
    for state in opened:
        await state.close()


@pytest.fixture
async def state(open_state: Open) -> State:
    return await open_state()
