"""Bytes becoming durable: the same for live audio and for uploads.

A recording under way is a chain of segments in storage, each named by the offset of its first byte and
created once, never overwritten. Nothing else records how far it got: any process can list the folder and go
on. Two writers of one session cannot harm each other, because only one of them creates the next key.
"""

import asyncio
import contextlib
import datetime as dt
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import replace

from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import Conflict, NotFound, Overtaken
from pitchscoop.recordings.model import Chain, Piece, chain
from pitchscoop.recordings.ports import AudioStorage

_AHEAD = 16  # pieces under way at once; more would only wait in the storage server
_SMALL = 256 << 10  # bytes; a live segment is a tenth of it, an upload's pieces are larger and worth a stream each


async def durable(storage: AudioStorage, folder: str, known: Chain | None = None) -> Chain:
    """What storage holds of a recording under way. What is ``known`` and still true costs no list.

    After a start of the server a hall of speakers comes back at once, each with hundreds of segments.
    """
    if known is not None and not known.sealed and await storage.size(keys.segment(folder, known.end)) is None:
        return known  # it could only have gone on there
    return chain(folder, await storage.list_audio(folder))


async def seal(storage: AudioStorage, folder: str) -> tuple[Chain, bool]:
    """End the chain: after this no writer, anywhere, can make another byte of it durable. Idempotent.

    With it, whether it was this call that did: another one may have ended it before.
    """
    while True:
        found = await durable(storage, folder)
        if found.sealed or found.end == 0:
            return found, False
        if await storage.create_audio(keys.segment(folder, found.end), b""):
            return replace(found, sealed=True), True  # as a new look would find it: nothing can follow a seal


async def close(storage: AudioStorage, folder: str) -> bool:
    """End a chain that has no byte, so that none can follow; False where there is one."""
    return await storage.create_audio(keys.segment(folder, 0), b"") or (await durable(storage, folder)).end == 0


async def joined(storage: AudioStorage, found: Chain) -> AsyncIterator[bytes]:
    """The bytes of a chain in order. Small pieces are fetched ahead: a pitch has hundreds, each a round trip away."""
    coming = deque[asyncio.Task[bytes]]()
    try:
        for piece in found.pieces:
            small = piece.end - piece.start <= _SMALL
            while coming and (len(coming) >= _AHEAD or not small):
                yield await coming.popleft()
            if small:
                coming.append(asyncio.create_task(_whole(storage, piece)))
                continue
            async for part in storage.read_audio(piece.key, piece.skip):
                yield part
        while coming:
            yield await coming.popleft()
    finally:
        for task in coming:
            task.cancel()


async def _whole(storage: AudioStorage, piece: Piece) -> bytes:
    return b"".join([part async for part in storage.read_audio(piece.key, piece.skip)])


FRESH = 5.0  # seconds that a writer may believe in a chain it has not touched
LINGER = dt.timedelta(seconds=25)  # segments outlive their seal by more than FRESH and the longest storage write


class Intake:
    """One writer's end of the chain: takes bytes, makes them durable when told to.

    Whatever lies below ``sent`` is its own: an earlier attempt may still be under way, with more than was kept of it.
    """

    def __init__(self, storage: AudioStorage, folder: str, found: Chain, sent: int = 0) -> None:
        self._storage = storage
        self._folder = folder
        self._sent = sent
        self._pieces: list[bytes] = []
        self.waiting = 0
        self._read_at = asyncio.get_running_loop().time()
        self.durable = found.end
        self.sealed = found.sealed

    @property
    def received(self) -> int:
        """The offset of the next byte wanted."""
        return self.durable + self.waiting

    def take(self, offset: int, data: bytes) -> bool:
        """Keep the part of ``data`` that is new; False if it begins beyond ``received`` (a gap).

        ``waiting`` counts the bytes taken but not durable yet. The caller keeps it bounded.
        """
        if offset > self.received:
            return False
        if new := data[self.received - offset :]:
            self._pieces.append(new)
            self.waiting += len(new)
        return True

    def check_open(self) -> None:
        """Refuse more bytes once none can become durable: they would only be held.

        Raises:
            Conflict: ``already_stopped``.
        """
        if self.sealed:
            raise Conflict("already_stopped", "It was stopped before all of it had come. Start a new session.")

    async def flush(self) -> int:
        """Make what is waiting durable; the offset below which every byte is.

        Another writer may have been faster, or an earlier attempt may have arrived although its answer did
        not: then the chain is read again, and only what it lacks is still waiting. It is also read after a long
        pause: the recording may have been sealed meanwhile, and its segments removed with the seal.

        Raises:
            Overtaken: what lies where this is to go is not this. Another speaker must not pass for this one.
        """
        now = asyncio.get_running_loop().time()
        if self.waiting and now - self._read_at > FRESH:
            await self._read()
        if not self.sealed and (data := b"".join(self._pieces)):
            self._pieces = [data]  # the same bytes, held once; what comes meanwhile stands behind them
            if await self._storage.create_audio(keys.segment(self._folder, self.durable), data):
                self._advance(self.durable + len(data))
                self._read_at = now
            else:
                await self._read()
        return self.durable

    async def _read(self) -> None:
        now = asyncio.get_running_loop().time()
        found = await durable(self._storage, self._folder)
        if found.end > self.durable and not await self._agrees(found):
            raise Overtaken("taken_over", "Somebody else goes on with this recording.")
        self.sealed = found.sealed or found.end < self.durable
        self._advance(max(found.end, self.durable))
        self._read_at = now

    async def _agrees(self, found: Chain) -> bool:
        """Whether what waits is what storage has in its place, as far as both go."""
        at = max(self.durable, self._sent)
        ours = b"".join(self._pieces)[at - self.durable :]
        to = min(found.end, at + len(ours))
        theirs = bytearray()
        with contextlib.suppress(NotFound):  # finished meanwhile: it is sealed
            for piece in found.pieces:
                if piece.end > at and piece.start < to:
                    skip = piece.skip + max(0, at - piece.start)
                    theirs += b"".join([part async for part in self._storage.read_audio(piece.key, skip)])
        return ours.startswith(theirs[: to - at])

    def _advance(self, end: int) -> None:
        gone = max(0, end - self.durable)
        self.waiting = max(0, self.waiting - gone)
        while self._pieces and gone >= len(self._pieces[0]):
            gone -= len(self._pieces.pop(0))
        if self._pieces:
            self._pieces[0] = self._pieces[0][gone:]
        self.durable = end
