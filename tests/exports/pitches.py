"""Pitches that are in storage without having been spoken: as many and as long as a test wants."""

from collections.abc import AsyncIterator

from pitchscoop.access.model import Principal, Role
from pitchscoop.engine import Engine
from pitchscoop.kernel import keys
from pitchscoop.recordings.model import Session

ORGANIZER = Principal(role=Role.ORGANIZER)


async def kept(engine: Engine, event_id: str, team: str, audio: bytes | AsyncIterator[bytes]) -> Session:
    """A live recording that is finished, with these bytes for its file."""
    session = await engine.start(ORGANIZER, team, "Seaweed", event_id)
    key = keys.stored(session.session_id, "recording.wav")
    size = await engine.storage.upload_audio(key, audio, "audio/wav")
    update = {
        "status": "completed",
        "source": "live",
        "has_audio": True,
        "audio_minio_key": key,
        "audio_size": size,
        "audio_duration": size / 32000,
        "loudness": -16.5,
    }
    return await engine.sessions.change(
        session.session_id, "session_completed", lambda now: now.model_copy(update=update)
    )
