"""A session, its bytes, and the rules between them."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.access.model import Target
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import DAY, micros
from pitchscoop.kernel.errors import Invalid
from pitchscoop.recordings.ports import StoredObject
from pitchscoop.transcripts.model import Transcript

SAMPLE_BYTES = 2  # signed 16-bit
WAV_HEADER = 44  # bytes: RIFF, fmt and data chunk headers of plain PCM
LONGEST_SECONDS = 6 * 3600  # far beyond any pitch; bounds what one session can cost
MAX_UPLOAD = 4 * 1024**3 - 1  # bytes: an hour of phone video fits, and WAV sizes stay within 32 bits
_NOTED = 30.0  # seconds
LINK_LIFE = dt.timedelta(hours=24)  # a speaker may come back after a night offline

Source = Literal["live", "upload"]
Status = Literal["recording", "processing", "completed", "failed", "deleting"]

CONTENT_TYPES = {
    "wav": "audio/wav", "mp3": "audio/mpeg", "m4a": "audio/mp4", "mp4": "video/mp4", "mov": "video/quicktime",
    "webm": "video/webm", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg", "flac": "audio/flac",
    "aiff": "audio/aiff", "aif": "audio/aiff", "aac": "audio/aac", "3gp": "video/3gpp", "mkv": "video/x-matroska",
    "caf": "audio/x-caf", "amr": "audio/amr", "wma": "audio/x-ms-wma",
}  # fmt: skip
"""By extension: what uploads are kept and served as. Anything else is ``.bin``, served as a download only."""


class Upload(BaseModel):
    """An upload under way: its length in bytes is told at its start (tus 1.0.0)."""

    model_config = ConfigDict(frozen=True)

    upload_id: str
    length: int
    extension: str
    filename: str


class Failure(BaseModel):
    """Why a session failed: a stable code and a sentence."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str


class Session(BaseModel):
    """One pitch by one team.

    ``source`` is set by the first audio. ``received`` are the bytes of all audio, known from the stop on.
    ``audio_size`` is in bytes, ``audio_duration`` in seconds, ``loudness`` in LUFS, its range in LU, ``silhouette``
    96 heights of 0 to 100. ``preview_start`` is the second from which the organizer wants its preview to play, None
    where that is chosen by itself. ``awarded`` are the prizes of its event that
    an organizer gave it, by id. ``live_part`` is where in ``segments/`` live audio goes once that folder itself was
    closed, for an upload that did not stay. ``metadata.interrupted`` marks a speaker who vanished. ``asked_at`` is when
    a worker first missed the speaker: whoever is heard after that is there.
    """

    model_config = ConfigDict(frozen=True)

    session_id: str
    event_id: str
    team_id: str | None = None
    team_name: str
    pitch_title: str
    status: Status = "recording"
    source: Source | None = None
    upload: Upload | None = None
    sample_rate: int
    idle_seconds: int
    max_seconds: int = 300
    created_at: dt.datetime
    expires_at: dt.datetime
    heard_at: dt.datetime
    asked_at: dt.datetime | None = None
    stopped_at: dt.datetime | None = None
    received: int | None = None
    live_owner: str | None = None
    live_part: str | None = None
    has_audio: bool = False
    audio_minio_key: str | None = None
    audio_size: int = 0
    audio_duration: float | None = None
    mp3_size: int | None = None
    loudness: float | None = None
    loudness_range: float | None = None
    true_peak: float | None = None
    silhouette: tuple[int, ...] = ()
    preview_start: float | None = None
    awarded: tuple[str, ...] = ()
    transcript: Transcript = Transcript()
    metadata: dict[str, Any] = Field(default_factory=dict)
    error: Failure | None = None

    @property
    def target(self) -> Target:
        """What a permission is asked for."""
        return Target(event_id=self.event_id, team_id=self.team_id, session_id=self.session_id)

    @property
    def segments(self) -> str:
        """The folder in storage that holds the bytes under way."""
        return keys.segments(self.session_id, self.part)

    @property
    def part(self) -> str | None:
        """Where in ``segments/`` they are."""
        return self.upload.upload_id if self.upload else self.live_part

    @property
    def live_segments(self) -> str:
        """The folder in storage that live audio would go to."""
        return keys.segments(self.session_id, self.live_part)

    @property
    def noted_every(self) -> float:
        """Seconds between notes in state that live audio comes in, while it does."""
        return min(_NOTED, self.idle_seconds / 4)

    @property
    def idle_until(self) -> dt.datetime:
        """When a worker ends this recording by itself. Uploads may pause as long as their link lives."""
        silent = self.heard_at + dt.timedelta(seconds=self.idle_seconds)
        return silent if self.live_owner or self.source == "live" else max(self.expires_at, silent)

    @property
    def due(self) -> int | None:
        """When a worker should look at it next, in microseconds.

        At a recording, a little before its end, and again when its speaker had time to be noted. At what waits for a
        worker, at once, by any clock that is less than a day behind the one that wrote it; those who wait longest still
        come first.
        """
        if self.status == "recording":
            grace = dt.timedelta(seconds=2 * self.noted_every)
            return micros(max(self.idle_until, self.asked_at + grace) if self.asked_at else self.idle_until - grace)
        return micros((self.stopped_at or self.created_at) - DAY) if self.status in ("processing", "deleting") else None

    @property
    def without_words(self) -> "Session":
        """The session as its own row has it: the words of a long pitch would weigh down every list."""
        return self.with_transcript(self.transcript.model_copy(update={"utterances": ()}))

    @property
    def awaits_words(self) -> bool:
        """A worker is to have its transcript written."""
        return self.status == "completed" and self.transcript.status == "pending"

    def with_transcript(self, transcript: Transcript) -> "Session":
        """The session with this transcript."""
        return self.model_copy(update={"transcript": transcript})

    @property
    def finished(self) -> bool:
        """Nothing more is to be done with it by itself."""
        return self.status in ("completed", "failed")

    @property
    def document(self) -> bytes:
        """``session.json``."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1).encode()

    @property
    def archive_name(self) -> str:
        """``recording.wav`` for live audio, ``recording.EXT`` as uploaded."""
        return f"recording.{self.upload.extension if self.upload else 'wav'}"

    @property
    def indexes(self) -> dict[str, int]:
        """Where lists find it."""
        if self.status == "deleting":
            return {}
        score = micros(self.created_at)
        facets = [(), ("status", self.status)] + ([("team", self.team_id)] if self.team_id else [])
        return {keys.sessions_index(self.event_id, *facet): score for facet in facets}


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes ``[start, end)`` of a recording, to be read from ``skip`` bytes into a stored object."""

    key: str
    skip: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chain:
    """What is durable: gapless pieces from byte 0 to ``end``.

    A segment of zero bytes at ``end`` is a seal: nothing can follow it, because whoever appends must create
    exactly that key, and keys are created once.
    """

    pieces: tuple[Piece, ...]
    end: int
    sealed: bool


def chain(folder: str, objects: list[StoredObject]) -> Chain:
    """Order the segments of a folder by offset, drop what overlaps, and stop at the first gap."""
    pieces: list[Piece] = []
    end, sealed = 0, False
    for stored in sorted(objects, key=lambda stored: stored.key):
        name = stored.key.removeprefix(folder)
        if len(name) != 20 or not name.isdecimal():  # noqa: PLR2004  the 20 digits of design.md 2.5
            continue
        start = int(name)
        if start > end:
            break
        if stored.size == 0:
            sealed = start == end
        elif start + stored.size > end:
            pieces.append(Piece(stored.key, end - start, end, start + stored.size))
            end, sealed = start + stored.size, False
    return Chain(tuple(pieces), end, sealed)


def wav_header(data_bytes: int, sample_rate: int) -> bytes:
    """The 44 bytes before mono 16-bit PCM (Microsoft Multimedia Programming Interface, 1991)."""

    def number(value: int, width: int) -> bytes:
        return value.to_bytes(width, "little")

    form = number(1, 2) + number(1, 2) + number(sample_rate, 4) + number(sample_rate * SAMPLE_BYTES, 4)
    form += number(SAMPLE_BYTES, 2) + number(8 * SAMPLE_BYTES, 2)
    head = b"RIFF" + number(WAV_HEADER - 8 + data_bytes, 4) + b"WAVE"
    return head + b"fmt " + number(len(form), 4) + form + b"data" + number(data_bytes, 4)


def extension_of(filename: str) -> str:
    """The extension an upload is kept under: a known one, or ``bin``."""
    _, dot, extension = filename.rpartition(".")
    extension = extension.lower()
    return extension if dot and extension in CONTENT_TYPES else "bin"


def check_upload_length(length: int) -> None:
    """Refuse what cannot be a recording before a byte of it is sent."""
    if length <= 0:
        raise Invalid("empty_audio", "The file is empty. Choose an audio or video file, such as MP3, M4A, WAV or MP4.")
