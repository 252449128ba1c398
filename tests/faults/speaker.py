"""One who records: the live contract as the browser keeps it, with audio of which every byte can be checked."""

import asyncio
import contextlib
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

SPEED = 3.0  # times real time
BYTES = 32000  # a second of 16 kHz PCM
_FRAME = 3200  # bytes: 100 ms
_CATCH_UP = 32768  # bytes a frame when behind
_SILENT = 10.0  # seconds without a word, though one is owed, after which a connection is dead
_STOPPED = 4410
_AWAY = (ConnectionClosed, InvalidHandshake, InvalidMessage, OSError, TimeoutError)


@dataclass
class Pitch:
    """What is said, what became of it, and what must never be."""

    name: str
    audio: bytes
    vanish_at: int | None = None  # bytes after which the speaker is never heard of again
    session_id: str = ""
    acknowledged: int = 0
    done: bool = False
    connections: int = 0
    moves: list[float] = field(default_factory=list)  # seconds from a close 1012 to the next ``ready``
    wrong: list[str] = field(default_factory=list)
    mischief: Counter[str] = field(default_factory=Counter)


def audio_of(name: str, seconds: float) -> bytes:
    """Noise that only this name makes."""
    return random.Random(name).randbytes(int(seconds * BYTES) // 2 * 2)


class Speaker:
    """Says one pitch over the live connection, whatever happens to it."""

    def __init__(self, pitch: Pitch, url: str, chance: random.Random) -> None:
        self._pitch = pitch
        self._url = url
        self._chance = chance
        self._begun = 0.0
        self._sent = 0
        self._stop_asked = self._ever_asked = False
        self._attempt = 0
        self._told_to_move: float | None = None
        self._left: list[ClientConnection] = []

    async def speak(self) -> None:
        """Until it is stopped, or the speaker vanishes."""
        self._begun = _now()
        while not self._pitch.done:
            try:
                async with asyncio.timeout(_SILENT):
                    socket = await connect(self._url, ping_interval=None, close_timeout=0.2, max_queue=None)
                await self._talk(socket)
            except _AWAY as lost:
                self._lost(lost)
            if not self._pitch.done:
                await asyncio.sleep(self._backoff())
        for socket in self._left:
            socket.transport.abort()

    def _backoff(self) -> float:
        whole = min(8.0, 0.25 * 2.0**self._attempt)
        self._attempt += 1
        return whole / 2 + self._chance.random() * whole / 2

    def _lost(self, lost: Exception) -> None:
        code = lost.rcvd.code if isinstance(lost, ConnectionClosed) and lost.rcvd else 0
        if code == 1012:
            self._told_to_move = _now()
        if code == _STOPPED and (self._ever_asked or self._pitch.vanish_at is not None):
            self._pitch.done = True
        elif code >= 4400:
            self._wrong(f"turned away with {code}")

    def _wrong(self, words: str) -> None:
        self._pitch.wrong.append(words)
        self._pitch.done = True

    async def _talk(self, socket: ClientConnection) -> None:
        self._pitch.connections += 1
        ready, heard = False, _now()
        self._stop_asked = False
        try:
            while not self._pitch.done:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.1 / SPEED):
                        message = json.loads(await socket.recv())
                        heard = _now()
                        ready = self._receive(message, ready=ready) or ready
                if ready and await self._say(socket):
                    return
                if not self._owed(ready=ready):
                    heard = _now()
                if _now() - heard > _SILENT:
                    return
        finally:
            if socket not in self._left:
                socket.transport.abort()

    def _owed(self, *, ready: bool) -> bool:
        return not ready or self._sent > self._pitch.acknowledged or self._stop_asked

    def _receive(self, message: dict[str, Any], *, ready: bool) -> bool:
        offset = message.get("offset", 0)
        if message["type"] == "ready":
            self._ready(offset, first=not ready)
        elif message["type"] == "ack":
            self._acknowledged(offset)
        elif message["type"] == "stopped":
            self._acknowledged(offset)
            if offset != len(self._pitch.audio):
                self._wrong(f"stopped at {offset}")
            self._pitch.done = True
        return bool(message["type"] == "ready")

    def _ready(self, offset: int, *, first: bool) -> None:
        if offset < self._pitch.acknowledged:
            self._wrong(f"{self._pitch.acknowledged - offset} acknowledged bytes forgotten at {offset}")
        self._sent, self._stop_asked, self._attempt = offset, False, 0
        if first:
            self._acknowledged(offset)
            if self._told_to_move is not None:
                self._pitch.moves.append(_now() - self._told_to_move)
                self._told_to_move = None

    def _acknowledged(self, offset: int) -> None:
        if offset > self._said():
            self._wrong(f"{offset} acknowledged, {self._said()} said")
        self._pitch.acknowledged = max(self._pitch.acknowledged, offset)
        self._sent = max(self._sent, self._pitch.acknowledged)

    def _said(self) -> int:
        return min(len(self._pitch.audio), int((_now() - self._begun) * SPEED * BYTES) // 2 * 2)

    async def _say(self, socket: ClientConnection) -> bool:
        """Send what there is; True when this connection is left for another, or for good."""
        said, total = self._said(), len(self._pitch.audio)
        while said - self._sent >= _FRAME or said == total > self._sent:
            size = _CATCH_UP if said - self._sent > 4 * _FRAME else _FRAME
            await self._frame(socket, self._sent, min(self._sent + size, said))
            self._sent = min(self._sent + size, said)
        if self._pitch.vanish_at is not None and said >= self._pitch.vanish_at:
            self._pitch.done = True
        elif said == total and not self._stop_asked:
            self._stop_asked = self._ever_asked = True
            await socket.send(json.dumps({"type": "stop", "offset": total}))
        elif self._chance.random() < 0.0005:  # hop: go on over another connection before this one is closed
            self._left.append(socket)
            self._pitch.mischief["speakers hop to another connection"] += 1
            self._attempt = 0
            return True
        return False

    async def _frame(self, socket: ClientConnection, start: int, end: int) -> None:
        """Mostly as it should be; now and then twice, too early, or with more than is new."""
        middle = (start + end) // 4 * 2
        kinds = {
            "as it should be": [(start, end)],
            "duplicated": [(start, end), (start, end)],
            "reordered": [(middle, end), (start, middle), (middle, end)],
            "overlapping": [(max(0, start - 1000), end)],
        }
        (kind,) = self._chance.choices(list(kinds), [97, 1, 1, 1])
        self._pitch.mischief[f"frames {kind}"] += 1
        pieces = kinds[kind]
        for first, last in pieces:
            await socket.send(first.to_bytes(8) + self._pitch.audio[first:last])


def _now() -> float:
    return asyncio.get_running_loop().time()
