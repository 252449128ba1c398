"""One live connection (design.md 2.4): frames in, acknowledgements of durable bytes and captions out."""

import asyncio
import contextlib
import json
import random
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from pitchscoop.access.model import Principal
from pitchscoop.doors.captions import Captions
from pitchscoop.doors.problems import close_code_of
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import (
    Conflict,
    Crossed,
    Invalid,
    NoRoom,
    NotFound,
    Overtaken,
    Problem,
    TooLarge,
    Unavailable,
)
from pitchscoop.kernel.tasks import ended
from pitchscoop.recordings.connections import Turn
from pitchscoop.recordings.intake import Intake
from pitchscoop.recordings.model import LONGEST_SECONDS, SAMPLE_BYTES, Chain, Session

if TYPE_CHECKING:
    from pitchscoop.transcribing.feed import Feed

MAX_FRAME = 65536  # bytes of audio in one frame: 2 s at 16 kHz; the contract's number
_STOPPED, _AGAIN = 4410, 1012  # close codes: already stopped, connect again
_HEAD = 8  # bytes of offset before the audio
_GATHER = 0.96  # seconds of audio gathered into one segment: acknowledged within 1 s plus one write
_WAITING = 1 << 20  # bytes not yet durable that one connection may hold (32 s at 16 kHz); then it is read no more
_NOTED = 4.0  # seconds in which state first hears of a recording's sound: two fsyncs each, and a hall begins at once
_SLOW = 2.0  # seconds of one storage write after which the speaker is told
_WORDS = "Storage is slow. Keep talking: what you say is kept on your device."


class Recorder:
    """One connection: a reader that buffers frames, a writer that makes them durable and acknowledges."""

    def __init__(
        self,
        websocket: WebSocket,
        engine: Engine,
        who: Principal,
        session: Session,
        turn: Turn,
        sent: int | None = None,
    ) -> None:
        """``sent`` is how far this speaker has sent before, if the client says so."""
        self._websocket = websocket
        self._engine = engine
        self._who = who
        self._session = session
        self._sent = sent
        self._turn = turn
        self._owner = engine.connections.new_owner()
        self._limit = LONGEST_SECONDS * session.sample_rate * SAMPLE_BYTES
        self._arrived = asyncio.Event()
        self._end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._flushing = asyncio.Lock()
        self._told = session.max_seconds * session.sample_rate * SAMPLE_BYTES
        self._stopping = False
        self._captions = Captions(self._send)
        self._feed: Feed | None = None  # where the engine writes down what is said
        self._noted = -1  # bytes that had come when state last heard of them
        self._intake = Intake(engine.storage, session.segments, Chain((), 0, sealed=False))  # until it is connected

    async def serve(self, until: float) -> None:
        """Run until the client stops, leaves, or is sent away. It is connected ``until`` then, or not at all."""
        session_id = self._session.session_id
        self._engine.connections.opened(self._who, self._session, self._turn)
        try:
            self._intake = await self._unless_gone(self._connect(until))
            with contextlib.suppress(Problem):  # no captions then: nothing about words may stop a recording
                self._feed = await self._engine.transcripts.feed(self._session)
            if self._feed is not None:
                self._feed.listener = self._captions.hear
            await self._ready()
            await self._run()
        finally:
            self._engine.connections.disconnected(session_id, self._owner, self._turn)

    def leave(self, code: int) -> None:
        """End the connection with a close code."""
        if code == _STOPPED and self._stopping:
            return  # the stop was ours: the client is told in order
        if not self._end.done():
            self._end.set_result(code)

    async def settle(self, then: int | None = None) -> None:
        """Make durable what has arrived, unless that takes long, and ``then`` end it. No write is torn off half-way."""
        writing = asyncio.ensure_future(self.flush(then))
        writing.add_done_callback(_regardless)
        try:
            await asyncio.wait((writing,), timeout=_SLOW)
        finally:
            if then is not None:
                self.leave(then)

    async def flush(self, then: int | None = None) -> None:
        """Make durable what has arrived until now, and acknowledge it: not what arrives meanwhile, which never ends.

        ``then``, a close code, nothing more is written.
        """
        async with self._flushing:
            before, wanted = self._intake.durable, self._intake.received
            while self._intake.durable < wanted and not self._intake.sealed and not self._end.done():
                await self._write()
            if then is not None and not self._intake.sealed:  # before another write gets its turn
                self.leave(then)
        if self._intake.durable != before:
            await self._send({"type": "ack", "offset": self._intake.durable})
        if self._intake.sealed:
            self.leave(_STOPPED if self._intake.durable else then or _AGAIN)  # without a byte: perhaps for an upload

    async def _unless_gone(self, connecting: Coroutine[Any, Any, Intake]) -> Intake:
        """Connect, but not for a client that is gone: it may be connected elsewhere, and must not be taken over."""
        work = asyncio.create_task(connecting)
        gone = asyncio.create_task(self._gone())
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise WebSocketDisconnect
            return work.result()
        finally:
            await ended(work, gone)

    async def _gone(self) -> None:
        while (await self._websocket.receive())["type"] != "websocket.disconnect":
            pass  # nothing is expected before ``ready``, and all of it is sent again after

    async def _connect(self, until: float) -> Intake:
        with in_time():
            async with asyncio.timeout_at(until):
                while True:
                    try:
                        return await self._engine.connections.connect(
                            self._who, self._session, self._owner, self, self._sent, self._turn
                        )
                    except Crossed:
                        raise
                    except Unavailable as outage:
                        await self._tell(outage)
                        await asyncio.sleep(1)

    async def _run(self) -> None:
        tasks = [asyncio.create_task(work) for work in self._work()]
        try:
            ends: list[asyncio.Future[Any]] = [self._end, *tasks]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            results = await ended(*tasks)
        if self._end.done():
            await closed(self._websocket, self._end.result(), "")
            return
        await self._rescue()
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
                raise result

    def _work(self) -> list[Coroutine[Any, Any, None]]:
        captions = [self._captions.run()] if self._feed else []
        return [self._read(), self._gather(), self._note(), *captions]

    async def _rescue(self) -> None:
        """The client is gone: keep what it still got across."""
        with contextlib.suppress(Problem, TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(_SLOW):
                await self.flush()
                if self._intake.received and self._noted < 0:
                    await self._note_now()

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code") or 1006)
            if (data := message.get("bytes")) is not None:
                if await self._frame(data):
                    return
            elif await self._control(message.get("text") or ""):
                return

    async def _frame(self, data: bytes) -> bool:
        """Take a frame; True when it is the last there is room for."""
        if len(data) < _HEAD or len(data) % SAMPLE_BYTES:
            raise Invalid("bad_frame", "A frame is 8 bytes of offset, then whole 16-bit samples.")
        if len(data) - _HEAD > MAX_FRAME:
            raise TooLarge("frame_too_large", f"A frame holds at most {MAX_FRAME} bytes of audio.")
        offset = int.from_bytes(data[:_HEAD])
        if offset > self._intake.received:
            await self._ready()
            return False
        audio = data[_HEAD : _HEAD + max(0, self._limit - offset)]
        self._intake.take(offset, audio)
        if self._feed is not None:
            self._feed.take(offset, audio)
        if self._intake.waiting:
            self._arrived.set()
        if self._intake.received > self._told:
            self._told = self._limit
            await self._notice("time_limit", "The time of this event is over. Recording goes on until you stop.")
        if offset + len(data) - _HEAD > self._limit:
            await self._notice("time_limit", "The longest recording is reached. All of it until here is kept.")
            return await self._finish(self._limit)
        while self._intake.waiting > _WAITING and not self._intake.sealed and not self._end.done():
            await self.flush()
        return False

    async def _control(self, text: str) -> bool:
        """Handle a text message; True when the recording is stopped."""
        try:
            message = json.loads(text)
            total = message["offset"]
            if message["type"] != "stop" or isinstance(total, bool) or not isinstance(total, int) or total < 0:
                raise Invalid("bad_message", "The one message is stop with the total offset.")
        except (ValueError, TypeError, KeyError):
            raise Invalid("bad_message", 'Send {"type":"stop","offset":TOTAL}.') from None
        if total > self._intake.received:
            await self._ready()
            return False
        return await self._finish(total)

    async def _finish(self, total: int) -> bool:
        """End the recording; False if that was refused, or another connection goes on with it."""
        await self.flush()
        if self._end.done():
            return False
        self._stopping = True
        while True:
            try:
                stopped = await self._engine.stop(self._who, self._session.session_id, live=True)
                break
            except Conflict as problem:
                self._stopping = False
                await self._notice(problem.code, problem.message)
                if problem.code == "no_audio":
                    return False
                self.leave(close_code_of(problem))  # an upload has taken its place
                return True
            except Unavailable as outage:
                await self._tell(outage)
                await asyncio.sleep(1)
        if (stopped.received or 0) < total:  # it was ended before, without all of this
            self._stopping = False
            self.leave(_STOPPED)
            return True
        await self._send({"type": "stopped", "offset": total, "status": "processing"})
        self.leave(1000)
        return True

    async def _gather(self) -> None:
        """Write from time to time. What came during a write has waited that long already."""
        clock = asyncio.get_running_loop().time
        pause = _GATHER
        while True:
            await self._arrived.wait()
            await asyncio.sleep(pause)
            self._arrived.clear()
            began = clock()
            await self.flush()
            pause = _GATHER - (clock() - began) if self._arrived.is_set() else _GATHER

    async def _write(self) -> None:
        """One storage write, tried until it holds or nobody waits; the speaker is told when it takes long."""
        told = asyncio.get_running_loop().call_later(_SLOW, self._tell_soon, Unavailable("storage_slow", _WORDS))
        pause = 0.25
        try:
            while not self._end.done():
                try:
                    await self._intake.flush()
                except Unavailable as outage:
                    self._tell_soon(outage)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 5)
                else:
                    return
        finally:
            told.cancel()

    def _tell_soon(self, outage: Unavailable) -> None:
        task = asyncio.ensure_future(self._tell(outage))
        task.add_done_callback(_regardless)

    async def _tell(self, outage: Unavailable) -> None:
        await self._notice(outage.code if isinstance(outage, NoRoom) else "storage_slow", outage.message)

    async def _note(self) -> None:
        """Say in state that audio comes in: soon after it begins, then now and then while it does.

        A hall full of speakers begins at the same word; their notes are spread.
        """
        often = self._session.noted_every
        soon = 0.0 if self._intake.durable else min(_NOTED, often)  # whoever comes back may leave as soon again
        await self._arrived.wait()
        await asyncio.sleep(soon * _any())
        while True:
            pause = often
            try:
                if self._intake.received > self._noted:
                    await self._note_now()
            except Crossed:
                self.leave(_AGAIN)
            except Unavailable:
                pause = min(2.0, often)
            except Overtaken as problem:
                if not self._engine.connections.is_followed(self._session.session_id, self._turn):
                    self.leave(close_code_of(problem))
            except (NotFound, Conflict) as problem:  # not the end of this task: a stop of ours may be under way
                self.leave(close_code_of(problem))
            await asyncio.sleep(pause * (1 + _any()) / 2)

    async def _note_now(self) -> None:
        received = self._intake.received
        await self._engine.sessions.heard(self._session.session_id, "live", self._owner)
        self._noted = received

    async def _ready(self) -> None:
        ready = {"type": "ready", "offset": self._intake.received, "sample_rate": self._session.sample_rate}
        await self._send({**ready, "max_frame": MAX_FRAME})

    async def _notice(self, code: str, message: str) -> None:
        await self._send({"type": "notice", "code": code, "message": message})

    async def _send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # closed meanwhile: the reader will notice
            await self._websocket.send_text(json.dumps(message))


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """Send away whoever cannot be connected in time, before it leaves by itself."""
    try:
        yield
    except TimeoutError:
        raise Unavailable("storage_unavailable", "Connect again in a few seconds.") from None


async def closed(websocket: WebSocket, code: int, reason: str) -> None:
    """Close it, unless the client is gone already."""
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await websocket.close(code, reason)


def _regardless(done: "asyncio.Future[None]") -> None:
    """What became of it is told elsewhere, or to nobody."""
    if not done.cancelled():
        done.exception()


def _any() -> float:
    return random.random()  # noqa: S311  it spreads, it hides nothing
