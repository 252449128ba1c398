"""A ZIP in one pass that any program reads, beyond the old limits, too."""

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from pitchscoop.kernel.packing import Packer, once

GIB = 1 << 30


class Sparse:
    """A file in which zeros take no room."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes, /) -> int:
        if data.count(0) == len(data):
            self._file.seek(len(data), 1)
            return len(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


async def zeros(pieces: int, size: int = 16 << 20) -> AsyncIterator[bytes]:
    piece = bytes(size)
    for _ in range(pieces):
        yield piece


async def test_more_than_four_gib_and_an_entry_beyond_two_are_whole(tmp_path: Path) -> None:
    with (tmp_path / "large.zip").open("wb") as file:
        packer = Packer(Sparse(file))
        for name, size in (("a.wav", 3 * GIB), ("b.wav", 1 * GIB + (128 << 20)), ("last.txt", 0)):
            pieces = zeros(size // (16 << 20)) if size else once(b"the last")
            async for _ in packer.add(name, pieces, size=size or 8):
                pass
        await packer.finish()
    with zipfile.ZipFile(tmp_path / "large.zip") as found:
        assert {info.filename: info.file_size for info in found.infolist()} == {
            name: packed.size for name, packed in packer.entries.items()
        }
        assert found.getinfo("last.txt").header_offset > 4 * GIB
        assert found.read("last.txt") == b"the last"
