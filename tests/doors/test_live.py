"""The pace of acknowledgements on storage that is slow (design.md 2.4)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from pitchscoop.access.model import Principal, Role
from pitchscoop.adapters.disk import DiskAudioStorage
from pitchscoop.main import application, assembled
from pitchscoop.settings import load
from tests.servers.redis import free_port
from tests.speech import FRAME, heard, pcm

WRITE = 0.3  # seconds a write takes: longer than the 0.1 s between two frames


class SlowDisk(DiskAudioStorage):
    async def create_audio(self, key: str, data: bytes) -> bool:
        await asyncio.sleep(WRITE)
        return await super().create_audio(key, data)


@pytest.fixture
async def live_url(tmp_path: Path) -> AsyncIterator[str]:
    """A server on a slow disk, and where a recorder connects to it."""
    address = f"http://127.0.0.1:{free_port()}"
    async with assembled(load({"PITCHSCOOP_DATA": str(tmp_path)}), address) as parts:
        engine = parts.engine
        engine.storage = slow = SlowDisk(tmp_path, b"")
        session = await engine.start(Principal(role=Role.ORGANIZER, name="Test"), "Kelpline", "Seaweed", None)
        app = application(parts, worker=False)
        port = int(address.rpartition(":")[2])
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", ws="websockets-sansio"))
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.01)
        path = f"/api/v1/sessions/{session.session_id}/live?token={engine.live_token(session)}"
        yield f"ws://127.0.0.1:{port}{path}"
        server.should_exit = True
        await serving
        await slow.close()


async def test_a_byte_is_acknowledged_within_a_second_and_one_write(live_url: str) -> None:
    async with connect(live_url) as socket:
        await heard(socket, "ready")
        sent: dict[int, float] = {}
        speaking = asyncio.create_task(speak(socket, sent))
        lags = []
        acknowledged = 0
        while acknowledged < 40 * FRAME:
            offset = (await heard(socket, "ack"))["offset"]
            lags.append(time.perf_counter() - sent[acknowledged])
            acknowledged = offset
        await speaking
        await socket.send(json.dumps({"type": "stop", "offset": acknowledged}))
        await heard(socket, "stopped")
    most = 1 + WRITE + 0.5
    *others, longest = sorted(lags)
    assert others[-1] < most  # once the machine may be busy
    assert longest < most + 2


async def speak(socket: ClientConnection, sent: dict[int, float]) -> None:
    for offset in range(0, 40 * FRAME, FRAME):
        sent[offset] = time.perf_counter()
        await socket.send(offset.to_bytes(8) + pcm()[offset : offset + FRAME])
        await asyncio.sleep(0.1)
