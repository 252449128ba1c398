"""What recordings need of the outside: a place for audio, and tools that understand media.

Adapters: ``adapters/minio.py`` and ``adapters/disk.py`` for storage, ``adapters/media.py`` for media.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pitchscoop.kernel.errors import Problem


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A file in storage and its length in bytes."""

    key: str
    size: int


class AudioStorage(Protocol):
    """Files under keys such as ``sessions/ID/recording.wav``.

    What a writing method returned from is durable: it outlives ``kill -9`` and, on a disk, a power cut.
    Readers see a whole file or none. Every method raises ``Unavailable`` (``storage_unavailable``) while the
    store cannot be reached and ``NoRoom`` (``storage_full``) when nothing more fits.
    """

    async def create_audio(self, key: str, data: bytes) -> bool:
        """Write a new file; False, and nothing written, if the key exists. Of concurrent writers one wins."""
        ...

    async def upload_audio(
        self, key: str, source: bytes | Path | AsyncIterator[bytes], content_type: str, length: int | None = None
    ) -> int:
        """Write or replace a file from bytes, a local file, or a stream in constant memory; its length.

        Of a stream whose ``length`` is known what is short is stored sooner.
        """
        ...

    def read_audio(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes ``[start, end)`` in pieces of at most 1 MiB. ``NotFound`` (``no_such_object``) if missing."""
        ...

    def local_copy(self, key: str) -> AbstractAsyncContextManager[Path]:
        """The file as a local path for as long as the context lasts; not to be written to."""
        ...

    async def size(self, key: str) -> int | None:
        """Length in bytes; None if there is no such file."""
        ...

    async def list_audio(self, prefix: str) -> list[StoredObject]:
        """All files under a prefix that ends in ``/``, in order of key."""
        ...

    async def delete_audio(self, prefix: str) -> bool:
        """Remove all files under a prefix that ends in ``/``, or the one file of that key; True if there was one."""
        ...

    async def get_playback_url(
        self, key: str, *, expires_in: int, content_type: str, filename: str | None = None
    ) -> str:
        """An address that answers GET with the file, for ``expires_in`` seconds and refuses (403) when altered.

        With ``filename`` the browser saves it under that name. Absolute for object storage, signed for the
        public address; a path that begins with ``/`` when the app itself serves it.
        """
        ...

    async def check(self) -> str:
        """Reach the store, making the bucket or folder if missing; its name for people."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Companion(Protocol):
    """What is kept beside the sessions of an event, and goes with them, cards and votes: ``scoring/copies.py``."""

    async def erase(self, event_id: str, session_id: str) -> None:
        """Remove all traces of a session that is being deleted. It may be cut short anywhere and done again."""
        ...

    async def mirror(self, event_id: str) -> int | None:
        """Copy to storage what is not there yet; when to look again (microseconds)."""
        ...


@dataclass(frozen=True, slots=True)
class Derived:
    """What was made of a recording, and what was measured on it.

    ``duration`` in seconds of the decoded audio; ``loudness`` integrated LUFS, ``loudness_range`` LU and
    ``true_peak`` dBTP by EBU R128, None for silence, and the range for what is shorter than ten seconds; ``codec``
    and ``container`` as FFmpeg names them; ``silhouette`` is the waveform in 96 heights from 0 to 100, for lists.
    """

    duration: float
    sample_rate: int
    channels: int
    codec: str
    container: str
    loudness: float | None
    loudness_range: float | None
    true_peak: float | None
    silhouette: tuple[int, ...]


class Undecodable(Problem):
    """The bytes hold no sound we can read. Codes: ``not_audio``, ``empty_audio``, ``too_long``, ``broken_audio``."""


class Media(Protocol):
    """Reads any audio or video file and makes what people listen to. Runs outside the event loop's process."""

    async def derive(self, source: Path, mp3: Path, peaks: Path) -> Derived:
        """Write ``compressed.mp3`` and ``peaks.json`` from a recording.

        Raises:
            Undecodable: the file cannot be read as audio; the outputs are not written.
        """
        ...

    async def close(self) -> None:
        """End the worker processes."""
        ...
