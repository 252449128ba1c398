"""How loud recordings under way are, told from what is durable of them.

Any copy of the server can tell it, whichever records: a segment is created once and never changes, so each is read
once by whoever is asked, however many people look.
"""

import asyncio
import contextlib
import sys
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from pitchscoop.kernel.errors import NotFound
from pitchscoop.recordings.model import SAMPLE_BYTES, Chain, Piece
from pitchscoop.recordings.ports import AudioStorage

BARS = 8
"""Peaks a second."""

_LOOK_BACK = 12  # seconds told of: longer than a page waits between two looks, and some to begin with
_REMEMBERED = 4096  # segments whose peaks are kept: an hour of speech, some 2 MB
_AT_ONCE = 8  # segments read at the same time


@dataclass(frozen=True, slots=True)
class Peaks:
    """The loudest sample of each eighth of a second, 0 to 32 768, newest last; ``first`` counts them from the start."""

    first: int
    heights: tuple[int, ...]


class Levels:
    """Peaks of recordings under way."""

    def __init__(self, storage: AudioStorage) -> None:
        self._storage = storage
        self._known: OrderedDict[str, Peaks] = OrderedDict()
        self._reading = asyncio.Semaphore(_AT_ONCE)

    async def newest(self, found: Chain, rate: int) -> Peaks:
        """The last seconds of what is durable of a recording; ``rate`` is in samples a second."""
        width = rate // BARS * SAMPLE_BYTES
        since = max(0, found.end - _LOOK_BACK * rate * SAMPLE_BYTES)
        pieces = [piece for piece in found.pieces if piece.end > since]
        return _joined(await asyncio.gather(*(self._of(piece, width) for piece in pieces)))

    async def _of(self, piece: Piece, width: int) -> Peaks:
        if (known := self._known.get(piece.key)) is not None:
            return known
        async with self._reading:
            audio = b""
            with contextlib.suppress(NotFound):  # it is part of the finished recording by now
                audio = b"".join([part async for part in self._storage.read_audio(piece.key)])
        peaks = await asyncio.to_thread(_peaks, audio, piece.start - piece.skip, width)  # a millisecond a second
        self._known[piece.key] = peaks
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return peaks


def _peaks(audio: bytes, offset: int, width: int) -> Peaks:
    """Of a segment that begins at a byte of the recording, in bars of so many bytes."""
    samples = array("h", audio[: len(audio) // SAMPLE_BYTES * SAMPLE_BYTES])
    if sys.byteorder == "big":
        samples.byteswap()
    first = offset // width
    ends = range((first + 1) * width - offset, len(audio) + width, width)
    heights = []
    at = 0
    for end in (end // SAMPLE_BYTES for end in ends):
        if bar := samples[at:end]:
            above, below = max(bar), -min(bar)
            heights.append(max(above, below))
        at = end
    return Peaks(first, tuple(heights))


def _joined(parts: Sequence[Peaks]) -> Peaks:
    """As one; a bar that two segments share is as loud as its louder part."""
    bars: dict[int, int] = {}
    for part in parts:
        for number, height in enumerate(part.heights, part.first):
            bars[number] = max(height, bars.get(number, 0))
    first = min(bars, default=0)
    return Peaks(first, tuple(bars.get(number, 0) for number in range(first, max(bars, default=-1) + 1)))
