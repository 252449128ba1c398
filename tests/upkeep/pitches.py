"""Sessions in every state, made through the engine without a server."""

import hashlib
from collections.abc import AsyncIterator

from pitchscoop.access.model import Principal, Role
from pitchscoop.engine import Engine
from pitchscoop.events.model import Event, Settings
from pitchscoop.events.rubrics import Criterion
from pitchscoop.kernel import keys
from pitchscoop.main import Parts
from pitchscoop.recordings.model import Session
from tests.speech import FLAC, pcm

ORGANIZER = Principal(role=Role.ORGANIZER)


async def event_of(engine: Engine) -> Event:
    """An event with a rubric and settings of its own."""
    rubric = [Criterion(id="idea", name="Idée ☃", weight=2.5, min=0, max=10)]
    return await engine.organizing.create_event(ORGANIZER, "Finals", rubric, Settings(max_seconds=60), "open", None)


async def recording(engine: Engine, event_id: str | None = None, seconds: int = 2) -> Session:
    """A live recording under way."""
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed 🚀", event_id)
    session = await engine.sessions.heard(session.session_id, "live")
    for second in range(seconds):
        piece = pcm()[second * 32000 : (second + 1) * 32000]
        await engine.storage.create_audio(keys.segment(session.segments, second * 32000), piece)
    return session


async def stopped(engine: Engine, event_id: str | None = None) -> Session:
    """A live recording that no worker has seen yet."""
    session = await recording(engine, event_id)
    return await engine.stop(ORGANIZER, session.session_id)


async def uploaded(engine: Engine, event_id: str | None = None, content: bytes | None = None) -> Session:
    """A file, as sent by its last byte."""
    content = FLAC.read_bytes() if content is None else content
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", event_id)
    return await engine.attach(ORGANIZER, session.session_id, once(content), len(content), "a.flac")


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def work(engine: Engine) -> None:
    """Do all that is due."""
    while await engine.completion.run_once():
        pass


async def completed(engine: Engine, event_id: str | None = None) -> Session:
    """A live recording, finished."""
    session = await stopped(engine, event_id)
    await work(engine)
    return await engine.session(ORGANIZER, session.session_id)


async def digests(engine: Engine, session_id: str) -> dict[str, str]:
    """The SHA-256 of every file of a session."""
    found = await engine.storage.list_audio(keys.folder(session_id))
    return {stored.key: hashlib.sha256(await read(engine, stored.key)).hexdigest() for stored in found}


async def read(engine: Engine, key: str) -> bytes:
    return b"".join([piece async for piece in engine.storage.read_audio(key)])


async def checked(parts: Parts, *, mend: bool = False) -> list[str]:
    """What fsck says is wrong."""
    said: list[str] = []
    well = await parts.upkeep.fsck(said.append, mend=mend)
    assert well == (len(said) == 1)
    return said[:-1]
