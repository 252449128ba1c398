"""Two workers on one session: whatever the slower one does, the recording stays whole and a deletion complete."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pitchscoop.access.model import Principal, Role
from pitchscoop.engine import Engine
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.errors import Conflict, NotFound
from pitchscoop.kernel.state import Due
from pitchscoop.main import assembled
from pitchscoop.recordings.model import Session
from pitchscoop.settings import load
from tests.speech import pcm

ORGANIZER = Principal(role=Role.ORGANIZER)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with assembled(load({"PITCHSCOOP_DATA": str(tmp_path)}), "http://127.0.0.1:8000") as parts:
        yield parts.engine


async def stopped(engine: Engine) -> Session:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    await engine.sessions.heard(session.session_id, "live")
    await engine.storage.create_audio(keys.segment(session.segments, 0), pcm()[:32000])
    await engine.storage.create_audio(keys.segment(session.segments, 32000), pcm()[32000:64000])
    return await engine.stop(ORGANIZER, session.session_id)


async def archive(engine: Engine, session: Session) -> bytes:
    key = keys.stored(session.session_id, "recording.wav")
    return b"".join([piece async for piece in engine.storage.read_audio(key)])


def due(session: Session) -> Due:
    return Due(session.event_id, session.session_id, session.due)


async def test_a_worker_that_comes_after_another_has_finished_changes_nothing(engine: Engine) -> None:
    seen = await stopped(engine)
    await engine.completion.reconcile(due(seen))
    whole = await archive(engine, seen)
    assert whole[44:] == pcm()[:64000]
    with pytest.raises(Conflict):
        await engine.completion._store(seen)
    with pytest.raises(Conflict):
        await engine.completion._complete(seen)
    assert await archive(engine, seen) == whole
    assert (await engine.session(ORGANIZER, seen.session_id)).status == "completed"


async def test_a_worker_that_finds_some_segments_gone_does_not_shorten_the_recording(engine: Engine) -> None:
    seen = await stopped(engine)
    for offset in (64000, 32000):  # as a deletion under way may have left them
        await engine.storage.delete_audio(keys.segment(seen.segments, offset))
    with pytest.raises(Conflict):
        await engine.completion.reconcile(due(seen))
    left = {stored.key for stored in await engine.storage.list_audio(keys.folder(seen.session_id))}
    assert left == {keys.segment(seen.segments, 0), keys.stored(seen.session_id, "session.json")}


async def test_what_a_worker_writes_does_not_end_its_lease(engine: Engine) -> None:
    seen = await stopped(engine)
    held = micros(utc_now()) + 60_000_000
    assert await engine.state.claim(due(seen), held)
    await engine.completion._store(seen)
    assert await engine.state.due(micros(utc_now()), 10) == []


async def test_a_worker_that_comes_after_a_deletion_leaves_nothing_behind(engine: Engine) -> None:
    seen = await stopped(engine)
    await engine.delete(ORGANIZER, seen.session_id)
    with pytest.raises((NotFound, Conflict)):
        await engine.completion._complete(seen)
    await engine.completion._tidy(seen)
    assert await engine.storage.list_audio(keys.folder(seen.session_id)) == []
    assert await engine.sessions.look(seen.session_id) is None
