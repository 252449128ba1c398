"""How a connection ends: nobody waits for it in vain, and nothing of it comes after."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

from pitchscoop.access.model import Principal, Role
from pitchscoop.doors.recorder import MAX_FRAME, Recorder
from pitchscoop.kernel.clock import utc_now
from pitchscoop.kernel.facts import Fact
from pitchscoop.main import Parts
from pitchscoop.recordings import intake
from pitchscoop.recordings.connections import Connections

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from pitchscoop.recordings.ports import AudioStorage

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


class Slow:
    """Storage that takes a while to write; what it has begun it ends, as the process that writes on the disk does."""

    def __init__(self, storage: "AudioStorage") -> None:
        self._storage = storage
        self.writing = asyncio.Event()
        self.under_way: set[asyncio.Task[bool]] = set()

    async def create_audio(self, key: str, data: bytes) -> bool:
        work = asyncio.create_task(self._create(key, data))
        self.under_way.add(work)
        return await asyncio.shield(work)

    async def _create(self, key: str, data: bytes) -> bool:
        self.writing.set()
        await asyncio.sleep(0.2)
        return await self._storage.create_audio(key, data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)


def frame(at: int) -> dict[str, Any]:
    """So many frames from the beginning."""
    return {"type": "websocket.receive", "bytes": (at * MAX_FRAME).to_bytes(8) + bytes(MAX_FRAME)}


async def speaking(parts: Parts, line: Line) -> tuple[Recorder, asyncio.Task[None]]:
    """A connection that has taken one frame, and its end."""
    session = await parts.engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    recorder = Recorder(cast("WebSocket", line), parts.engine, ORGANIZER, session, parts.engine.connections.turn())
    serving = asyncio.create_task(recorder.serve(asyncio.get_running_loop().time() + 8))
    while recorder._intake.received == 0:  # until it is connected, what comes is not read
        line.came.put_nowait(frame(0))
        await asyncio.sleep(0.05)
    return recorder, serving


async def arrived(recorder: Recorder, frames: int) -> None:
    while recorder._intake.received < frames * MAX_FRAME:  # noqa: ASYNC110
        await asyncio.sleep(0)


async def test_a_frame_that_comes_with_the_end_stops_nobody(parts: Parts) -> None:
    line = Line()
    recorder, serving = await speaking(parts, line)
    for at in range(1, 16):
        line.came.put_nowait(frame(at))
    await arrived(recorder, 16)  # as much as it may hold
    began = asyncio.get_running_loop().time()
    recorder.leave(4410)
    line.came.put_nowait(frame(16))
    await serving
    assert asyncio.get_running_loop().time() - began < 10  # else it went round until the test's time was over
    assert line.closed == (4410, "")


async def test_late_word_of_an_upload_that_came_and_went_ends_nothing(parts: Parts) -> None:
    line = Line()
    recorder, serving = await speaking(parts, line)
    late = Fact("upload_started", "default", recorder._session.session_id, "", {})
    await parts.engine.connections._noticed(late, recorder._owner, recorder)
    assert not recorder._end.done()
    recorder.leave(4404)
    await serving


async def test_nothing_is_written_behind_the_back_of_a_newer_connection(parts: Parts) -> None:
    line, engine = Line(), parts.engine
    slow = cast("Any", Slow(engine.storage))
    engine.connections = Connections(engine.sessions, slow, utc_now)
    recorder, serving = await speaking(parts, line)
    session = await engine.session(ORGANIZER, recorder._session.session_id)
    connecting = asyncio.create_task(engine.connections.connect(ORGANIZER, session, "newer", recorder))
    await slow.writing.wait()
    line.came.put_nowait(frame(1))
    await arrived(recorder, 2)
    waiting = asyncio.create_task(recorder.flush())  # as its time has come, too
    newer = await connecting
    await waiting
    await serving
    assert line.closed == (4409, "")
    await asyncio.gather(*slow.under_way)
    assert (await intake.durable(engine.storage, session.segments)).end == newer.durable == MAX_FRAME
