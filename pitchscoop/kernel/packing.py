"""A ZIP written in one pass onto whatever takes bytes, for backups and exports.

Audio passes through in pieces and is stored, not compressed: an entry of any length takes constant memory. Sizes beyond
4 GiB and more than 65 535 entries take the ZIP64 form by themselves.
"""

import asyncio
import datetime as dt
import hashlib
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import IO, Protocol, cast

_EARLIEST = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)  # the first time a ZIP can name


class Sink(Protocol):
    """What takes the bytes, in order."""

    def write(self, data: bytes, /) -> int:
        """Take some; how many."""
        ...

    def flush(self) -> None:
        """Nothing is read before the end."""
        ...


@dataclass(frozen=True, slots=True)
class Packed:
    """An entry that was written to its end."""

    size: int
    sha256: str


class Packer:
    """A ZIP being written; ``entries`` are those that are whole."""

    def __init__(self, sink: Sink, comment: bytes = b"") -> None:
        self._zip = zipfile.ZipFile(cast("IO[bytes]", sink), "w")
        self._zip.comment = comment
        self.entries: dict[str, Packed] = {}

    async def add(
        self,
        name: str,
        pieces: AsyncIterator[bytes],
        *,
        deflated: bool = False,
        size: int | None = None,
        at: dt.datetime = _EARLIEST,
    ) -> AsyncGenerator[None, None]:
        """Write an entry, coming back after each piece. If its first piece cannot be read, nothing is written.

        A ``size`` that is told spares most entries the ZIP64 form, which some programs still do not read.
        """
        try:
            piece = await anext(pieces, b"")
            info = zipfile.ZipInfo(name, max(at, _EARLIEST).astimezone(dt.UTC).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
            info.external_attr = 0o600 << 16
            info.file_size = size or 0
            digest, written = hashlib.sha256(), 0
            with self._zip.open(info, "w", force_zip64=size is None) as entry:
                while piece:
                    await asyncio.to_thread(_write, entry, digest, piece)
                    written += len(piece)
                    yield
                    piece = await anext(pieces, b"")
            self.entries[name] = Packed(written, digest.hexdigest())
        finally:
            if isinstance(pieces, AsyncGenerator):  # a file or an answer half-read is let go of now
                await pieces.aclose()

    async def finish(self) -> None:
        """Write what makes it a whole ZIP: the list of its entries."""
        await asyncio.to_thread(self._zip.close)

    def close(self) -> None:
        """Let go of it, finished or not."""
        self._zip.close()


async def once(document: bytes) -> AsyncIterator[bytes]:
    """A small file as the pieces that ``add`` takes."""
    yield document


def _write(entry: IO[bytes], digest: "hashlib._Hash", piece: bytes) -> None:
    digest.update(piece)
    entry.write(piece)
