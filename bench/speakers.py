"""Many speakers in one process, as cheap as can be: it shares two cores with the server it measures.

Reads ``{"urls": [...], "seconds": S}`` from standard input: a recorder's address for each speaker. Each sends a frame
of 100 ms every 100 ms, all of them spread evenly over it, then stops. Prints what it measured. WebSocket frames are
made by hand, the audio masked beforehand; acknowledgements are all that is read.
"""

import asyncio
import contextlib
import json
import random
import sys
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop

from bench.harness import quantile

FRAME = 3200  # bytes of audio: 100 ms at 16 kHz
EVERY = 0.1  # seconds between two frames of a speaker
_PERIOD = 1 << 20  # bytes after which a speaker says the same again: 33 s
_STEP = 7918  # bytes by which each speaker is ahead of the one before
_MASK = b"\x37\xfa\x21\x3d"
_HEAD = b"\x82\xfe" + (FRAME + 8).to_bytes(2) + _MASK
_CONNECTING = 50  # handshakes at once
_PATIENCE = 60.0  # seconds to wait for the last acknowledgements, and for ``stopped``


def _masked(data: bytes) -> bytes:
    whole = _MASK * (len(data) // 4 + 1)
    return (int.from_bytes(data) ^ int.from_bytes(whole[: len(data)])).to_bytes(len(data))


_SAID = random.Random(1).randbytes(_PERIOD)
_TWICE = _SAID + _SAID[:FRAME]
_MASKED = _masked(_TWICE)
_OFFSET_MASK = int.from_bytes(_MASK * 2)


def said(speaker: int, start: int, size: int) -> bytes:
    """What a speaker says from an offset on: a function of both, so that nothing can stand in for it."""
    at = (speaker * _STEP // 4 * 4 + start) % _PERIOD
    return (_SAID * (2 + size // _PERIOD))[at : at + size]


class Speaker(asyncio.Protocol):
    """One client."""

    def __init__(self, number: int, url: str, told: Callable[[float, float], None]) -> None:
        self._at = number * _STEP // 4 * 4
        self._url = urlsplit(url)
        self._told = told
        self._heard = bytearray()
        self._unacknowledged: deque[float] = deque()
        self._transport: asyncio.Transport
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.sent = self.acknowledged = 0
        self.broken = ""  # why it ended without ``stopped``

    async def connect(self) -> None:
        """Open the WebSocket and wait until the server is ready."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, str(self._url.hostname), self._url.port or 80)
        path = f"{self._url.path}?{self._url.query}" if self._url.query else self._url.path
        self._transport.write(
            f"GET {path} HTTP/1.1\r\nHost: {self._url.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await self.ready

    def speak(self, now: float) -> None:
        """Send the next frame."""
        at = (self._at + self.sent) % _PERIOD
        self._transport.write(
            b"".join((_HEAD, (self.sent ^ _OFFSET_MASK).to_bytes(8), _MASKED[at : at + FRAME])),
        )
        self.sent += FRAME
        self._unacknowledged.append(now)

    def stop(self) -> None:
        """Say that this was all."""
        text = json.dumps({"type": "stop", "offset": self.sent}).encode()
        self._transport.write(bytes((0x81, 0x80 | len(text))) + _MASK + _masked(text))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        self._heard += data
        if self._heard.startswith(b"HTTP/"):
            head, end, rest = self._heard.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.splitlines()[0]:
                self.connection_lost(OSError(head.splitlines()[0].decode()))
            self._heard = rest
        for opcode, payload in self._messages():
            self._message(opcode, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        if not self.ended.done():
            self.broken = self.broken or str(exc or "closed")
            self.ended.set_result(None)
        if not self.ready.done():
            self.ready.set_result(None)

    def _messages(self) -> Iterator[tuple[int, bytes]]:
        while len(self._heard) >= 2:
            size, at = self._heard[1], 2
            if size == 126:
                size, at = int.from_bytes(self._heard[2:4]), 4
            if len(self._heard) < at + size:
                return
            opcode, payload = self._heard[0] & 15, bytes(self._heard[at : at + size])
            del self._heard[: at + size]
            yield opcode, payload

    def _message(self, opcode: int, payload: bytes) -> None:
        if opcode == 9:
            self._transport.write(bytes((0x8A, 0x80 | len(payload))) + _MASK + _masked(payload))
        elif opcode == 8 and not self.ended.done():
            self.broken = f"closed with {int.from_bytes(payload[:2])} {payload[2:].decode()}"
        elif opcode == 1:
            self._control(json.loads(payload))

    def _control(self, message: dict[str, Any]) -> None:
        if message["type"] == "ack":
            self._acknowledged(message["offset"])
        elif message["type"] == "ready" and not self.ready.done():
            self.ready.set_result(None)
        elif message["type"] == "stopped":
            self._acknowledged(message["offset"])
            self.ended.set_result(None)

    def _acknowledged(self, offset: int) -> None:
        now = time.perf_counter()
        frames = [self._unacknowledged.popleft() for _ in range((offset - self.acknowledged) // FRAME)]
        self.acknowledged = offset
        if frames:
            self._told(now - frames[0], now - frames[-1])


class Crowd:
    """All speakers together, and what they notice."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._first, self._last, self._late = array("f"), array("f"), array("f")
        self._speakers = [Speaker(number, url, self._told) for number, url in enumerate(urls)]

    async def run(self, seconds: float) -> dict[str, Any]:
        """Connect, speak, stop."""
        for at in range(0, len(self._speakers), _CONNECTING):
            await asyncio.gather(*(speaker.connect() for speaker in self._speakers[at : at + _CONNECTING]))
        print("speaking", flush=True)
        await self._speak(int(seconds / EVERY) * len(self._speakers))
        print("spoken", flush=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._settled()
        for speaker in self._speakers:
            speaker.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await asyncio.gather(*(speaker.ended for speaker in self._speakers))
        return self._found()

    async def _settled(self) -> None:
        """Until all is acknowledged: how long everybody's stopping at once takes is no part of the lag."""
        for speaker in self._speakers:
            while speaker.acknowledged < speaker.sent and not speaker.ended.done():  # noqa: ASYNC110  it is no event
                await asyncio.sleep(0.05)

    async def _speak(self, frames: int) -> None:
        """One frame of one speaker after the other, each when its time has come."""
        count, sent = len(self._speakers), 0
        began = time.perf_counter()
        while sent < frames:
            now = time.perf_counter()
            due = min(frames, int((now - began) / EVERY * count) + 1)
            if sent < due:
                self._late.append(now - began - sent * EVERY / count)
            for number in range(sent, due):
                self._speakers[number % count].speak(now)
            sent = due
            await asyncio.sleep(0.001)

    def _told(self, first: float, last: float) -> None:
        self._first.append(first)
        self._last.append(last)

    def _found(self) -> dict[str, Any]:
        return {
            "first": [quantile(self._first, share) for share in (0.5, 0.99, 1)],
            "last": [quantile(self._last, share) for share in (0.5, 0.99, 1)],
            "late": quantile(self._late, 0.99),
            "sent": [speaker.sent for speaker in self._speakers],
            "acknowledged": [speaker.acknowledged for speaker in self._speakers],
            "broken": [speaker.broken or "no answer" for speaker in self._speakers if not _stopped(speaker)],
        }


def _stopped(speaker: Speaker) -> bool:
    return speaker.ended.done() and not speaker.broken


async def _run() -> None:
    task = json.loads(sys.stdin.readline())
    print(json.dumps(await Crowd(task["urls"]).run(task["seconds"])))


if __name__ == "__main__":
    uvloop.run(_run())
