"""The worker that finishes recordings, killed at each of its steps: another does what is left, to the same end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.faults.fleet import Fleet, Program
from tests.faults.wire import Wire
from tests.speech import FRAME, pcm, stream
from tests.stories.test_live import finished, start

pytestmark = [pytest.mark.asyncio(loop_scope="module")]
STEPS = range(1, 80, 6)  # messages between the worker and what is around it, from the first about the recording
AUDIO = pcm()[: 20 * FRAME]
ENOUGH = 8  # deaths; it takes about sixty messages to finish a recording
TAKEN_UP = 30  # seconds in which the work of a dead worker is taken up


class Watched:
    """A worker that talks to Redis and MinIO over wires of its own, and dies at a step."""

    def __init__(self, beside: Fleet, folder: Path) -> None:
        self._wires = {name: Wire([beside.wires[name].port]) for name in ("to minio", "to redis")}
        self.worker: Program = beside.programs["worker"].elsewhere(
            "watched",
            folder,
            {
                "MINIO_ENDPOINT": f"127.0.0.1:{self._wires['to minio'].port}",
                "REDIS_URL": f"redis://127.0.0.1:{self._wires['to redis'].port}/0",
            },
        )

    async def open(self) -> None:
        for wire in self._wires.values():
            await wire.open()

    async def close(self) -> None:
        self.worker.kill()
        for wire in self._wires.values():
            await wire.close()

    async def killed_at(self, step: int, session_id: str) -> bool:
        """Start it, and kill it at this step of its work at this session; False if it has no step so late."""
        died = asyncio.Event()
        left = step

        def seen(data: bytes) -> None:
            nonlocal left
            if left < step or session_id.encode() in data:
                left -= 1
            if left == 0:
                self.worker.kill()
                died.set()

        for wire in self._wires.values():
            wire.seen = seen
        self.worker.start()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await died.wait()
        self.worker.kill()
        return died.is_set()


@pytest_asyncio.fixture(loop_scope="module")
async def watched(beside: Fleet, tmp_path: Path) -> AsyncIterator[Watched]:
    beside.programs["worker"].kill()
    made = Watched(beside, tmp_path)
    await made.open()
    yield made
    await made.close()
    beside.programs["worker"].start()


async def sound(client: httpx.AsyncClient, session: dict[str, Any]) -> bytes:
    where = await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")
    async with httpx.AsyncClient() as browser:
        return (await browser.get(where.json()["playback_url"])).content[44:]


async def test_a_worker_killed_at_any_step_is_followed_by_another(
    beside: Fleet, client: httpx.AsyncClient, watched: Watched
) -> None:
    sessions = []
    for step in STEPS:
        sessions.append(await start(client))
        await stream(sessions[-1]["live"]["url"], AUDIO)
        if not await watched.killed_at(step, sessions[-1]["session_id"]):
            break
    print(f"killed at {len(sessions) - 1} steps")
    assert len(sessions) > ENOUGH
    beside.programs["worker"].start()
    async with asyncio.timeout(TAKEN_UP):
        ends = [await finished(client, session["session_id"]) for session in sessions]
    assert {end["status"] for end in ends} == {"completed"}
    assert {(end["audio_size"], end["audio_duration"], end["loudness"]) for end in ends} == {
        (len(AUDIO) + 44, 2.0, ends[0]["loudness"])
    }
    assert [await sound(client, session) for session in sessions] == [AUDIO] * len(sessions)
