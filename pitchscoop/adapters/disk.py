"""Audio as files in the data folder: the embedded mode. Durable before it answers, played through signed links."""

import asyncio
import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlencode

from pitchscoop.adapters.disk_work import begin, create, make_folder, replace, sync
from pitchscoop.adapters.disk_writer import Writer
from pitchscoop.kernel import ids
from pitchscoop.kernel.clock import Clock, micros, utc_now
from pitchscoop.kernel.errors import Forbidden, Invalid, NoRoom, NotFound, Unavailable
from pitchscoop.recordings.ports import StoredObject

_THREADS = 16  # writes wait for the disk, not the processor; a slow disk holds up these and no other work
_SMALL = 256 << 10  # bytes; a segment of live audio is a tenth of it, and passes through a process made for it
_PIECE = 1 << 20  # bytes; what one read or write of a stream moves
_PREFIX = "/media/"
_DYING = ".deleted-"
_KEY = re.compile(r"(?!\.)[^/\\\0]+(/(?!\.)[^/\\\0]+)*")  # parts without a leading dot, none of them empty
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Served:
    """What a valid link opens."""

    path: Path
    content_type: str
    filename: str | None


class DiskAudioStorage:
    """Fits ``recordings.ports.AudioStorage``."""

    def __init__(self, root: Path, secret: bytes, clock: Clock = utc_now) -> None:
        self._root = root
        self._secret = secret
        self._clock = clock
        self._threads = ThreadPoolExecutor(_THREADS, "disk")
        self._writer = Writer()

    async def create_audio(self, key: str, data: bytes) -> bool:
        """See ``AudioStorage.create_audio``."""
        path = f"{self._root}/{_checked(key)}"
        if len(data) > _SMALL:
            return await self._run(create, path, data)
        with _translated():
            return await self._writer.create(path, data)

    async def upload_audio(
        self, key: str, source: bytes | Path | AsyncIterator[bytes], content_type: str, length: int | None = None
    ) -> int:
        """See ``AudioStorage.upload_audio``; the type is decided when a link is signed."""
        del content_type, length
        path = self._path(key)
        if isinstance(source, bytes):
            return await self._run(replace, str(path), source)
        temporary = await self._run(_fresh, path)
        try:
            if isinstance(source, Path):
                await self._run(shutil.copyfile, source, temporary)
            else:
                async for piece in source:
                    await self._run(_append, temporary, piece)
            return await self._run(_publish, temporary, path)
        finally:
            await self._run(temporary.unlink, True)

    async def read_audio(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See ``AudioStorage.read_audio``."""
        path = self._path(key)
        file: BinaryIO = await self._run(lambda: path.open("rb"))
        try:
            await self._run(file.seek, start)
            left = None if end is None else end - start
            while left is None or left > 0:
                piece = await self._run(file.read, _PIECE if left is None else min(_PIECE, left))
                if not piece:
                    break
                left = None if left is None else left - len(piece)
                yield piece
        finally:
            await self._run(file.close)

    @contextlib.asynccontextmanager
    async def local_copy(self, key: str) -> AsyncIterator[Path]:
        """See ``AudioStorage.local_copy``: the file itself."""
        if await self.size(key) is None:
            raise NotFound("no_such_object", "The file is not in storage.")
        yield self._path(key)

    async def size(self, key: str) -> int | None:
        """See ``AudioStorage.size``."""
        try:
            found = await self._run(self._path(key).stat)
        except NotFound:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    async def list_audio(self, prefix: str) -> list[StoredObject]:
        """See ``AudioStorage.list_audio``."""
        return await self._run(self._list, self._path(prefix.removesuffix("/")))

    async def delete_audio(self, prefix: str) -> bool:
        """See ``AudioStorage.delete_audio``."""
        path = self._path(prefix.removesuffix("/"))
        return await self._run(self._remove_folder if prefix.endswith("/") else _remove_file, path)

    async def get_playback_url(
        self, key: str, *, expires_in: int, content_type: str, filename: str | None = None
    ) -> str:
        """See ``AudioStorage.get_playback_url``: a path, signed over every character before the signature."""
        self._path(key)
        expires = micros(self._clock()) // 1_000_000 + expires_in
        query = urlencode({"expires": expires, "type": content_type, **({"name": filename} if filename else {})})
        path = _PREFIX + quote(key)
        return f"{path}?{query}&signature={self._sign(path, query)}"

    def verify(self, raw_path: str, raw_query: str) -> Served:
        """The file behind a link, from the path and query exactly as they came.

        Raises:
            Forbidden: ``bad_link`` (altered anywhere) or ``expired_link``.
        """
        query, _, signature = raw_query.rpartition("&signature=")
        if not secrets.compare_digest(self._sign(raw_path, query).encode(), signature.encode()):
            raise Forbidden("bad_link", "This link is not valid: it may have been cut or changed. Ask for a new one.")
        values = dict(parse_qsl(query, keep_blank_values=True))
        if micros(self._clock()) >= int(values["expires"]) * 1_000_000:
            raise Forbidden("expired_link", "This link has expired: links last an hour. Ask for a new one.")
        path = self._path(unquote(raw_path.removeprefix(_PREFIX)))
        return Served(path, values["type"], values.get("name"))

    async def check(self) -> str:
        """See ``AudioStorage.check``."""
        await self._run(self._prepare)
        return f"files in {self._root}"

    async def close(self) -> None:
        """End the threads and the writer."""
        await self._writer.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _sign(self, path: str, query: str) -> str:
        return ids.signature(self._secret, "media", path, query)

    def _path(self, key: str) -> Path:
        return self._root / _checked(key)

    def _list(self, folder: Path) -> list[StoredObject]:
        found = []
        for place, _, names in os.walk(folder, onerror=_unless_gone):
            for path in (Path(place, name) for name in names if not name.startswith(".")):
                with contextlib.suppress(FileNotFoundError):  # deleted since
                    found.append(StoredObject(path.relative_to(self._root).as_posix(), path.stat().st_size))
        return sorted(found, key=lambda stored: stored.key)

    def _remove_folder(self, folder: Path) -> bool:
        """Out of sight at once, then gone: whoever writes into or empties the folder meanwhile is not in the way."""
        if not folder.is_dir():
            return False
        held = bool(self._list(folder))
        dying = self._root / f"{_DYING}{secrets.token_hex(8)}"
        try:
            folder.rename(dying)
        except FileNotFoundError:
            return False
        sync(str(folder.parent))
        _end(dying)
        return held

    def _prepare(self) -> None:
        """Make the folder, and finish the deletions that a crash cut short."""
        make_folder(str(self._root))
        for dying in self._root.glob(f"{_DYING}*"):
            _end(dying)

    async def _run(self, work: Callable[..., T], *arguments: Any) -> T:
        with _translated():
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise Invalid("bad_key", "This is not the name of a stored file.")
    return key


def _fresh(path: Path) -> Path:
    temporary, descriptor = begin(str(path.parent))
    os.close(descriptor)
    return Path(temporary)


def _append(temporary: Path, data: bytes) -> None:
    with temporary.open("ab") as file:
        file.write(data)


def _publish(temporary: Path, path: Path) -> int:
    sync(str(temporary))
    size = temporary.stat().st_size
    temporary.replace(path)
    sync(str(path.parent))
    return size


def _end(dying: Path) -> None:
    while dying.exists():
        with contextlib.suppress(FileNotFoundError):  # another thread or process ends it, too
            shutil.rmtree(dying)


def _remove_file(path: Path) -> bool:
    if not path.is_file():
        return False
    path.unlink()
    sync(str(path.parent))
    return True


def _unless_gone(error: OSError) -> None:
    """Passing over a folder that cannot be read would make a recording shorter."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotFound("no_such_object", "The file is not in storage.") from error
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom("storage_full", "The disk of the data folder is full. Make room: nothing is lost.") from error
        raise Unavailable("storage_unavailable", f"The data folder cannot be used: {error.strerror}.") from error
    except RuntimeError as error:  # the pool after close()
        raise Unavailable("storage_unavailable", "The server is stopping.") from error
