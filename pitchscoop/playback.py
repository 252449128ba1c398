"""Which file plays, as what, under which name."""

import re
from dataclasses import dataclass
from typing import Literal

from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import Conflict
from pitchscoop.recordings.model import CONTENT_TYPES, Session

EXPIRES_IN = 3600  # seconds a playback URL lives (design.md 3.4)

Variant = Literal["mp3", "wav"]


@dataclass(frozen=True, slots=True)
class Playable:
    """A stored file, the type it is served as, and the name it is saved under."""

    key: str
    content_type: str
    filename: str


@dataclass(frozen=True, slots=True)
class Playback:
    """Where a recording plays, and as what."""

    playback_url: str
    content_type: str
    expires_in: int = EXPIRES_IN


def playable(session: Session, variant: Variant | None) -> Playable:
    """The MP3 when it is ready, else the archive (what ``wav`` names: the recording as it was received).

    Raises:
        Conflict: ``no_audio`` or ``not_ready``.
    """
    if not session.has_audio or session.audio_minio_key is None:
        raise Conflict("no_audio", "There is nothing to play yet. Try again when the recording was stopped.")
    if variant == "mp3" and session.mp3_size is None:
        raise Conflict("not_ready", "The MP3 is not made yet. Ask for variant=wav, or try again in a few seconds.")
    if variant != "wav" and session.mp3_size is not None:
        return Playable(keys.stored(session.session_id, keys.AUDIO_MP3), "audio/mpeg", filename(session, "mp3"))
    extension = session.audio_minio_key.rpartition(".")[2]
    content_type = CONTENT_TYPES.get(extension, "application/octet-stream")
    return Playable(session.audio_minio_key, content_type, filename(session, extension))


def filename(session: Session, extension: str) -> str:
    """What a file of this pitch is saved as: legal on every system, Windows included."""
    words = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", f"{session.team_name} - {session.pitch_title}").strip(" .")
    return f"{words[:120] or session.session_id}.{extension}"
