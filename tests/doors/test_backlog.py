"""A connection that ends while more has come than it may hold: nobody else may have to wait for it."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

from pitchscoop.access.model import Principal, Role
from pitchscoop.doors.recorder import MAX_FRAME, Recorder
from pitchscoop.main import Parts

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

ORGANIZER = Principal(role=Role.ORGANIZER, name="Test")


class Line:
    """Both ends of a WebSocket."""

    def __init__(self) -> None:
        self.came = asyncio.Queue[dict[str, Any]]()
        self.closed: tuple[int, str] | None = None

    async def receive(self) -> dict[str, Any]:
        return await self.came.get()

    async def send_text(self, text: str) -> None:
        """Nobody reads it."""

    async def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)


async def test_a_frame_that_comes_with_the_end_stops_nobody(parts: Parts) -> None:
    engine, line = parts.engine, Line()
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    recorder = Recorder(cast("WebSocket", line), engine, ORGANIZER, session)
    serving = asyncio.create_task(recorder.serve(asyncio.get_running_loop().time() + 8))
    frames = [
        {"type": "websocket.receive", "bytes": (at * MAX_FRAME).to_bytes(8) + bytes(MAX_FRAME)} for at in range(17)
    ]
    while recorder._intake.received == 0:  # until it is connected, what comes is not read
        line.came.put_nowait(frames[0])
        await asyncio.sleep(0.05)
    for frame in frames[1:16]:
        line.came.put_nowait(frame)
    while recorder._intake.received < 16 * MAX_FRAME:  # noqa: ASYNC110  as much as it may hold
        await asyncio.sleep(0)
    began = asyncio.get_running_loop().time()
    recorder.leave(4410)
    line.came.put_nowait(frames[16])
    await serving
    assert asyncio.get_running_loop().time() - began < 10  # else it went round until the test's time was over
    assert line.closed == (4410, "")
