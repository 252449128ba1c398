"""What storage holds of a session, and what can be told from that alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import NotFound
from pitchscoop.recordings.model import Chain, Session, chain
from pitchscoop.recordings.ports import AudioStorage, StoredObject

_SEGMENTS = "segments/"
_ARCHIVE = "recording."


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of one session, by their names in its folder, with their sizes."""

    session_id: str
    files: Mapping[str, int] = field(default_factory=dict)

    @property
    def archive(self) -> str | None:
        """The key of the recording as it was received."""
        names = [name for name in self.files if name.startswith(_ARCHIVE)]
        return keys.stored(self.session_id, min(names)) if names else None

    @property
    def has_segments(self) -> bool:
        """Whether pieces of a recording under way are here."""
        return any(name.startswith(_SEGMENTS) for name in self.files)

    def size(self, key: str | None) -> int | None:
        """The size of a file by its key; None if it is not here."""
        return self.files.get(key.removeprefix(keys.folder(self.session_id))) if key else None

    def chain(self, part: str | None = None) -> Chain:
        """What is durable of a live recording or an upload (see ``Session.part``)."""
        prefix = keys.folder(self.session_id)
        place = keys.segments(self.session_id, part)
        objects = [StoredObject(prefix + name, size) for name, size in self.files.items()]
        return chain(place, [stored for stored in objects if stored.key.startswith(place)])

    def uploads(self) -> list[str]:
        """The uploads that have pieces here, the longest first."""
        return sorted(self._parts() - self._live_parts(), key=lambda upload_id: -self.chain(upload_id).end)

    def live_part(self) -> str | None:
        """Where live audio is (see ``Session.live_part``). There is some in one place at most."""
        return max((None, *sorted(self._live_parts())), key=lambda part: self.chain(part).end)

    def _parts(self) -> set[str]:
        return {name.split("/")[1] for name in self.files if name.startswith(_SEGMENTS) and name.count("/") > 1}

    def _live_parts(self) -> set[str]:
        return {part for part in self._parts() if part.startswith(keys.LIVE_PART)}


async def folder(storage: AudioStorage, session_id: str) -> Folder:
    """One session's files."""
    prefix = keys.folder(session_id)
    found = await storage.list_audio(prefix)
    return Folder(session_id, {stored.key.removeprefix(prefix): stored.size for stored in found})


async def folders(storage: AudioStorage) -> dict[str, Folder]:
    """All sessions' files. This holds a few hundred bytes a file: an operator's command can."""
    files: dict[str, dict[str, int]] = {}
    for stored in await storage.list_audio(keys.SESSIONS):
        session_id, _, name = stored.key.removeprefix(keys.SESSIONS).partition("/")
        if session_id.isascii() and session_id.isalnum():  # what others put here is none of ours
            files.setdefault(session_id, {})[name] = stored.size
    return {session_id: Folder(session_id, found) for session_id, found in files.items()}


async def read(storage: AudioStorage, key: str) -> bytes | None:
    """A small file; None if there is none."""
    try:
        return b"".join([piece async for piece in storage.read_audio(key)])
    except NotFound:
        return None


async def recorded(storage: AudioStorage, session_id: str) -> Session | None:
    """The session as ``session.json`` has it; None if that is missing or cannot be one."""
    document = await read(storage, keys.stored(session_id, keys.SESSION_JSON))
    try:
        session = Session.model_validate_json(document) if document else None
    except ValidationError:
        return None
    return session if session and session.session_id == session_id else None


def as_found(session: Session, files: Folder) -> Session | None:
    """The session as what lies beside its record allows; None if nothing of its sound is left.

    A record may be older than the audio (its writer was killed), and audio may be gone: then the session is
    finished anew from what there is.
    """
    if session.status == "recording" and files.has_segments:
        part = files.live_part()
        if files.chain(part).end and (session.source != "live" or not files.chain(session.part).end):
            return session.model_copy(update={"source": "live", "upload": None, "live_part": part})
        return session
    if session.has_audio and files.size(session.audio_minio_key) is not None:
        return session
    if session.received is not None and files.chain(session.part).end == session.received:
        return session.model_copy(update={"status": "processing", "has_audio": False})
    if files.archive is not None:
        return adopted(session, files)
    return session if _may_lack_audio(session, files) else None


def adopted(session: Session, files: Folder) -> Session:
    """The session with the recording that lies in its folder, to be finished."""
    update = {
        "status": "processing",
        "stopped_at": session.stopped_at or session.heard_at,
        "has_audio": True,
        "audio_minio_key": files.archive,
        "audio_size": files.size(files.archive),
    }
    return session.model_copy(update=update)


def _may_lack_audio(session: Session, files: Folder) -> bool:
    """Nothing was recorded, or the MP3 is left to listen to."""
    if session.status in ("recording", "failed") and not session.has_audio:
        return True
    return session.status == "completed" and keys.AUDIO_MP3 in files.files
