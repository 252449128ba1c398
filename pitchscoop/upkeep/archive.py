"""The one file of a backup: a ZIP of files as storage has them, a manifest, and a seal over every byte.

The manifest, ``manifest.json``, has the SHA-256 of every file that counts. The ZIP's comment is the seal: the SHA-256
of the whole file with 64 zeros in the seal's place.
"""

import asyncio
import contextlib
import errno
import hashlib
import os
import secrets
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from pitchscoop import __version__
from pitchscoop.kernel.errors import Invalid, NoRoom
from pitchscoop.kernel.packing import Packer, once

MANIFEST = "manifest.json"
_FORMAT = "pitchscoop-backup"
_VERSION = 1
_BLANK = b"0" * 64  # where the seal goes
_PIECE = 1 << 20  # bytes read or hashed at a time


class Manifest(BaseModel):
    """What is in a backup. ``files`` have their SHA-256; what they do not name does not count."""

    model_config = ConfigDict(frozen=True)

    format: str = _FORMAT
    version: int = _VERSION
    made_by: str = __version__
    made_at: str
    event_id: str | None
    left_out: list[str]
    files: dict[str, str]


class Writer:
    """A backup being written."""

    def __init__(self, file: BinaryIO) -> None:
        self._sealing = _Sealing(file)
        self._packer = Packer(self._sealing, _BLANK)

    async def add(self, name: str, pieces: AsyncIterator[bytes]) -> str:
        """Write a file; its SHA-256. If its first piece cannot be read, nothing is written; once written it stays."""
        if name not in self._packer.entries:
            async for _ in self._packer.add(name, pieces, deflated=".json" in name):
                pass
        return self._packer.entries[name].sha256

    async def finish(self, manifest: Manifest) -> None:
        """Write the manifest and close the seal."""
        await self.add(MANIFEST, once(manifest.model_dump_json(indent=1).encode()))
        await self._packer.finish()
        await asyncio.to_thread(self._sealing.seal)

    def close(self) -> None:
        """Without ``finish`` before, nothing more is written."""
        self._sealing.close()
        self._packer.close()


class _Sealing:
    """A file that can only be written on, and hashes what is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._closed = False

    def write(self, data: bytes, /) -> int:
        if self._closed:
            return len(data)
        self._digest.update(data)
        return self._file.write(data)

    def close(self) -> None:
        """From here on nothing is written."""
        self._closed = True

    def flush(self) -> None:
        """Nothing is read before the end."""

    def seal(self) -> None:
        self._file.seek(-len(_BLANK), os.SEEK_END)
        self._file.write(self._digest.hexdigest().encode())


class Reader:
    """A backup whose seal is unbroken."""

    def __init__(self, path: Path, opened: zipfile.ZipFile, manifest: Manifest) -> None:
        self._path = path
        self._zip = opened
        self.manifest = manifest

    def size(self, name: str) -> int:
        """The length of a file in bytes."""
        return self._zip.getinfo(name).file_size

    async def read(self, name: str) -> bytes:
        """A small file."""
        return b"".join([piece async for piece in self.pieces(name)])

    async def lines(self, name: str) -> AsyncIterator[bytes]:
        """The lines of a file; none if there is no such file."""
        if name in self.manifest.files:
            rest = b""
            async for piece in self.pieces(name):
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    yield line

    async def pieces(self, name: str) -> AsyncIterator[bytes]:
        """A file's bytes. They are all there and right, or this ends with ``damaged_backup``."""
        digest = hashlib.sha256()
        with self._zip.open(name) as entry:
            while piece := await asyncio.to_thread(entry.read, _PIECE):
                digest.update(piece)
                yield piece
        if digest.hexdigest() != self.manifest.files[name]:
            raise _damaged(self._path)


@contextlib.contextmanager
def create(path: Path) -> Iterator[Writer]:
    """A new backup, which is there under its name when it is whole, or not at all."""
    with new_file(path) as file, contextlib.closing(Writer(file)) as writer:
        yield writer


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that is there under its name when it is whole, or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with _translated(path):
        if path.exists():
            raise Invalid("file_exists", f"{path} is already there. Choose another name, or remove it first.")
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(descriptor)
            temporary.rename(path)
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Reader]:
    """A backup to read from.

    Raises:
        Invalid: it is damaged, cut short, of another version, or something else altogether.
    """
    with _translated(path):
        if not await asyncio.to_thread(_sealed, path):
            raise _damaged(path)
        with zipfile.ZipFile(path) as found:
            yield Reader(path, found, _manifest(path, found))


def _sealed(path: Path) -> bool:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = file.seek(0, os.SEEK_END) - len(_BLANK)
        file.seek(0)
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            digest.update(piece)
            left -= len(piece)
        seal = file.read()
    digest.update(_BLANK)
    return secrets.compare_digest(digest.hexdigest().encode(), seal)


def _manifest(path: Path, found: zipfile.ZipFile) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(found.read(MANIFEST))
    except (KeyError, ValidationError):
        raise _damaged(path) from None
    if manifest.version != _VERSION:
        raise Invalid(
            "other_backup_version",
            f"{path} is a backup of version {manifest.version}, made by PitchScoop {manifest.made_by}; this is "
            f"{__version__} and reads version {_VERSION}. Restore it with that PitchScoop.",
        )
    return manifest


def _damaged(path: Path) -> Invalid:
    return Invalid(
        "damaged_backup",
        f"{path} is not a whole backup: it was cut short or changed, or is something else. Nothing was restored from "
        "it; take another copy.",
    )


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise NoRoom("disk_full", f"The disk of {path} is full. Make room, or choose another place.") from error
        raise Invalid("bad_file", f"{path} cannot be used: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, EOFError, zipfile.LargeZipFile) as error:
        raise _damaged(path) from error
