"""One live session at Gladia: a socket that is lost and made again, and the audio Gladia has not acknowledged yet."""

import asyncio
import contextlib
import json
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from pitchscoop.adapters.gladia_answers import Message, Opened, read_acknowledged, read_message, read_transcript
from pitchscoop.adapters.gladia_held import Held
from pitchscoop.adapters.gladia_rest import Patience, away, busy
from pitchscoop.kernel.errors import Problem
from pitchscoop.transcripts.model import Utterance

_FRAME = 512 << 10  # bytes in one frame; Gladia refuses more than 1 MiB
_SMALL_FRAME = 32 << 10  # bytes, once it has refused that
_UNREAD = 256  # utterances the caller may be behind; then Gladia is not read until it has caught up
_LATE = 16  # the same, from which on partials are left out: those that come late help nobody
_STOP = json.dumps({"type": "stop_recording"})
_EMPTY = json.dumps({"type": "audio_chunk", "data": {"chunk": ""}})
_NORMAL, _TOO_BIG, _FATAL = 1000, 1009, range(4400, 4500)  # close codes
_PASSING = (408, 425, 429, *range(500, 600))  # statuses of a refused handshake after which another may do
_EARLY = "Gladia ended the live transcript early. The recording is safe; the transcript is made afterwards."
_LOST = "The connection to Gladia was lost. The recording is safe; the transcript is made afterwards."

log = structlog.get_logger(__name__)
_wire = logging.getLogger(f"{__name__}.wire")
_wire.setLevel(logging.WARNING)  # in more detail, websockets writes down the address, with which anyone may speak


class LiveSession:
    """Fits ``transcripts.ports.LiveWork``."""

    def __init__(
        self,
        opened: Opened,
        *,
        job: str,
        tls: ssl.SSLContext,
        patience: Patience,
        forget: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self.job = job
        self.over = False
        self._opened = opened
        self._tls = tls
        self._patience = patience
        self._forget = forget
        self._held = Held()
        self._frame = _FRAME
        self._more, self._resumed = asyncio.Event(), asyncio.Event()
        self._heard: asyncio.Queue[Utterance | None] = asyncio.Queue(_UNREAD)
        self._finishing = self._stopped = self._ended = self._closed = False
        self._deadline: float | None = None
        self._limit: asyncio.Timeout | None = None
        self._progress = 0  # counts what Gladia accepted or said, so that failures in a row can be told
        self._complaint: object = None  # the code of Gladia's latest error message
        self._socket: ClientConnection | None = None
        self._trouble: Problem | None = None
        self._task = asyncio.create_task(self._run())

    def send(self, audio: bytes) -> bool:
        """See ``LiveWork.send``."""
        if self._finishing or not self._held.add(audio):
            return False
        self._more.set()
        return True

    def finish(self) -> None:
        """See ``LiveWork.finish``."""
        if self._finishing or self.over:
            return
        self._finishing = True
        self._more.set()
        self._deadline = asyncio.get_running_loop().time() + self._patience.rest
        if self._limit is not None:
            self._limit.reschedule(self._deadline)

    async def __aiter__(self) -> AsyncIterator[Utterance]:
        """See ``LiveWork``."""
        while (heard := await self._heard.get()) is not None:
            yield heard
        self._heard.put_nowait(None)  # for whoever iterates again
        if self._trouble is not None:
            raise self._trouble

    async def close(self) -> None:
        """See ``LiveWork.close``. Where Gladia cannot be reached, it ends the session by itself some day."""
        if self._closed:
            return
        self._closed = True
        while not self._heard.empty():  # nobody waits for it, but it may be in the way
            self._heard.get_nowait()
        if not self._ended:
            await self._abandon()
        await asyncio.wait([self._task])  # it may be forgetting
        self._heard.put_nowait(None)

    async def _abandon(self) -> None:
        socket = self._socket
        self._task.cancel()
        await asyncio.wait([self._task])
        if socket is None or socket.close_code != _NORMAL:  # else leaving it has ended the session
            with contextlib.suppress(Problem):
                await end_session(self._opened.url, self._tls, self._patience)
        if self._forget:
            await self._forget()

    async def _run(self) -> None:
        try:
            async with asyncio.timeout_at(self._deadline) as self._limit:
                await self._stay()
            self._ended = True
        except TimeoutError:
            self._trouble = away(_EARLY)
        except Problem as problem:
            self._trouble = problem
        except Exception:
            log.exception("gladia_live_failed")
            self._trouble = away(_LOST)
        finally:
            self.over = True
            self._held.clear()
        await self._heard.put(None)
        if self._ended and self._forget:
            await self._forget()

    async def _stay(self) -> None:
        """Connect, and connect again, until Gladia has said everything.

        Raises:
            Busy, Unavailable: it will not.
        """
        failures = 0
        while True:
            before = self._progress
            code = await self._connection()
            if self._ended or (code == _NORMAL and self._stopped):
                return
            self._give_up_on(code)
            failures = 1 if self._progress > before else failures + 1
            if failures >= self._patience.attempts:
                raise away(_LOST)
            log.info("gladia_connects_again", code=code and int(code), failures=failures)
            await asyncio.sleep(min(self._patience.pause * 2 ** (failures - 1), self._patience.longest_pause))

    def _give_up_on(self, code: int | None) -> None:
        """Raise if no other connection can help; after a frame that was too big, a smaller one may, once."""
        if code == _NORMAL:
            raise away(_EARLY)
        if code == _TOO_BIG:
            if self._frame == _SMALL_FRAME:
                raise away(_EARLY)
            self._frame = _SMALL_FRAME
        if code in _FATAL:
            raise busy() if self._complaint == "rate_limit_exceeded" else away(_EARLY)

    async def _connection(self) -> int | None:
        """Talk over one connection until it ends; its close code, or None if there was none to be had."""
        try:
            async with _connect(self._opened.url, self._tls, self._patience) as socket:
                self._socket = socket
                try:
                    await self._talk(socket)
                finally:
                    await socket.close()  # with 1000, which ends the session; errors would close it with 1011
                return socket.close_code
        except InvalidStatus as refused:
            status = refused.response.status_code
            return None if status in _PASSING else _FATAL.start + status % 100
        except InvalidURI:
            return _FATAL.start
        except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed, EOFError):
            return None
        finally:
            self._socket = None

    async def _talk(self, socket: ClientConnection) -> None:
        writer = asyncio.create_task(self._write(socket))
        try:
            async for raw in socket:
                await self._hear(read_message(raw))
                if self._ended:
                    break
        except ConnectionClosed:
            pass
        finally:
            writer.cancel()
            (failure,) = await asyncio.gather(writer, return_exceptions=True)
        if isinstance(failure, Exception) and not isinstance(failure, ConnectionClosed):
            raise failure

    async def _hear(self, message: Message | None) -> None:
        if message is None or message.session_id not in (None, self._opened.id):
            return
        match message.type:
            case "audio_chunk":
                self._progress += self._held.trim(read_acknowledged(message) or 0)
                self._resumed.set()
            case "transcript":
                heard = read_transcript(message)
                if heard is not None and (heard.is_final or self._heard.qsize() < _LATE):
                    self._progress += 1
                    await self._heard.put(heard)
            case "end_session":
                self._ended = self._stopped
            case "error":
                self._complaint = (message.data or {}).get("code")
                log.warning("gladia_complains", code=str(self._complaint)[:100])

    async def _write(self, socket: ClientConnection) -> None:
        """Send what is held and what comes, then the end. An empty chunk is answered with how far Gladia got."""
        if self._held.in_doubt:  # an acknowledgement may have been lost with the connection
            self._resumed.clear()
            await socket.send(_EMPTY)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience.resumed):
                    await self._resumed.wait()
        self._held.rewind()
        while True:
            self._more.clear()
            while piece := self._held.next(self._frame):
                await socket.send(piece)
            if self._finishing:
                self._stopped = True
                await socket.send(_STOP)
                return
            try:
                async with asyncio.timeout(self._patience.idle):
                    await self._more.wait()
            except TimeoutError:
                await socket.send(_EMPTY)


async def end_session(url: str, tls: ssl.SSLContext, patience: Patience) -> None:
    """End a session from elsewhere; quiet if it has ended.

    Raises:
        Unavailable: Gladia cannot be reached.
    """
    try:
        async with _connect(url, tls, patience) as socket:
            await socket.send(_STOP)
    except InvalidStatus as refused:
        if refused.response.status_code in _PASSING:
            raise away() from None
    except (ConnectionClosed, InvalidURI):
        return  # it has ended
    except (OSError, TimeoutError, InvalidHandshake, EOFError):
        raise away() from None


def _connect(url: str, tls: ssl.SSLContext, patience: Patience) -> connect:
    return connect(
        url,
        ssl=tls if url.startswith("wss:") else None,
        compression=None,  # sound does not shrink
        open_timeout=patience.open,
        close_timeout=patience.close,
        logger=_wire,
    )
