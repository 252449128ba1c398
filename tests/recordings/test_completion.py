"""Two workers on one session: whatever the slower one does, the recording stays whole and a deletion complete."""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pitchscoop.access.model import Principal, Role
from pitchscoop.engine import Engine
from pitchscoop.events.model import Record, Settings
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.errors import Conflict, NotFound
from pitchscoop.kernel.state import Due
from pitchscoop.main import assembled
from pitchscoop.recordings import intake
from pitchscoop.recordings.lease import Lease
from pitchscoop.recordings.model import Session
from pitchscoop.settings import load
from tests.speech import pcm

ORGANIZER = Principal(role=Role.ORGANIZER)
WhileWriting: TypeAlias = Callable[[Callable[[], Awaitable[object]]], None]


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


async def read(engine: Engine, key: str) -> bytes:
    return b"".join([piece async for piece in engine.storage.read_audio(key)])


async def archive(engine: Engine, session: Session) -> bytes:
    return await read(engine, keys.stored(session.session_id, "recording.wav"))


async def recorded(engine: Engine, session: Session) -> Session:
    return Session.model_validate_json(await read(engine, keys.stored(session.session_id, "session.json")))


def forget_everything(folder: Path) -> None:
    """As FLUSHALL does, under a running server."""
    with contextlib.closing(sqlite3.connect(folder / "pitchscoop.db")) as database, database:
        for table in ("row", "place", "due", "fact", "note", "event"):
            database.execute(f"DELETE FROM {table}")


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


async def test_when_state_is_lost_a_worker_removes_no_audio(engine: Engine, tmp_path: Path) -> None:
    seen = await stopped(engine)
    before = await engine.storage.list_audio(keys.folder(seen.session_id))
    forget_everything(tmp_path)
    await engine.completion.reconcile(due(seen))
    with pytest.raises(NotFound):
        await engine.completion._complete(seen)
    await engine.completion._tidy(seen)
    await engine.sessions.purge(seen.event_id, seen.session_id)
    after = await engine.storage.list_audio(keys.folder(seen.session_id))
    assert set(before) <= set(after)


async def test_the_record_beside_the_audio_says_what_state_says(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LINGER", dt.timedelta())
    seen = await stopped(engine)
    assert await recorded(engine, seen) == seen
    await engine.completion.run_once()
    done = await engine.session(ORGANIZER, seen.session_id)
    assert (done.status, await recorded(engine, seen)) == ("completed", done)
    assert await engine.state.due(2**60, 10) == []

    changed = await engine.sessions.change(
        seen.session_id, "retitled", lambda session: session.model_copy(update={"metadata": {"a": 1}})
    )
    assert (await recorded(engine, seen)) == done
    await engine.completion.run_once()
    assert (await recorded(engine, seen)) == changed


async def test_what_is_under_way_has_its_record_from_the_first_audio(engine: Engine) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    live = await engine.sessions.heard(session.session_id, "live")
    assert await recorded(engine, live) == live
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    upload = await engine.begin_upload(ORGANIZER, session.session_id, 10, "a.flac")
    assert await recorded(engine, upload) == upload


async def test_a_change_while_a_worker_works_is_looked_at_again(engine: Engine) -> None:
    seen = await stopped(engine)
    lease = await Lease.take(engine.state, utc_now, due(seen))
    assert lease
    assert await Lease.take(engine.state, utc_now, due(seen)) is None
    await engine.completion.reconcile(due(seen))
    await engine.sessions.change(
        seen.session_id, "retitled", lambda session: session.model_copy(update={"pitch_title": "Other"})
    )
    await lease.end(None)
    assert [found.session_id for found in await engine.state.due(micros(utc_now()), 10)] == [seen.session_id]


async def test_an_event_and_its_teams_are_recorded_beside_the_audio(engine: Engine, tmp_path: Path) -> None:
    event = await engine.organizing.create_event(ORGANIZER, "Finals", [], Settings(sample_rate=48000), "open", None)
    for name in ("A", "B"):
        await engine.organizing.add_team(ORGANIZER, event.event_id, name)
    await engine.completion.run_once()
    written = await read(engine, keys.event_json(event.event_id))
    record = Record.model_validate_json(written)
    assert record.event == event.model_copy(update={"revision": 0})  # it is of the row, and not written down
    assert [team.name for team in record.teams] == ["B", "A"]
    forget_everything(tmp_path)
    await engine.completion.reconcile(Due(event.event_id, keys.event(event.event_id), 0))
    assert await read(engine, keys.event_json(event.event_id)) == written


@pytest.fixture
def while_writing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> WhileWriting:
    """Have something happen between a worker's reading of an event and its writing."""
    upload = engine.storage.upload_audio

    def once(happens: Callable[[], Awaitable[object]]) -> None:
        async def held_up(*what: Any) -> int:
            monkeypatch.setattr(engine.storage, "upload_audio", upload)
            await happens()
            return await upload(*what)

        monkeypatch.setattr(engine.storage, "upload_audio", held_up)

    return once


async def test_of_two_workers_the_slower_one_leaves_the_newest_record_of_an_event(
    engine: Engine, while_writing: WhileWriting
) -> None:
    event = await engine.organizing.create_event(ORGANIZER, "Finals", [], Settings(), "open", None)
    look = Due(event.event_id, keys.event(event.event_id), 0)

    async def faster() -> None:
        await engine.organizing.add_team(ORGANIZER, event.event_id, "A")
        await engine.completion.reconcile(look)

    while_writing(faster)
    await engine.completion.reconcile(look)
    record = Record.model_validate_json(await read(engine, keys.event_json(event.event_id)))
    assert [team.name for team in record.teams] == ["A"]


@pytest.mark.parametrize("erased", [True, False])
async def test_a_late_worker_brings_no_record_of_a_deleted_event_back(
    engine: Engine, while_writing: WhileWriting, *, erased: bool
) -> None:
    event = await engine.organizing.create_event(ORGANIZER, "Finals", [], Settings(), "open", None)
    look = Due(event.event_id, keys.event(event.event_id), 0)

    async def faster() -> None:
        await engine.organizing.delete_event(ORGANIZER, event.event_id)
        if erased:
            await engine.completion.reconcile(look)

    while_writing(faster)
    await engine.completion.reconcile(look)
    assert await engine.storage.list_audio(keys.event_folder(event.event_id)) == []


async def test_a_record_that_is_written_while_state_is_lost_stays(
    engine: Engine, while_writing: WhileWriting, tmp_path: Path
) -> None:
    event = await engine.organizing.create_event(ORGANIZER, "Finals", [], Settings(), "open", None)

    async def lost() -> None:
        forget_everything(tmp_path)

    while_writing(lost)
    await engine.completion.reconcile(Due(event.event_id, keys.event(event.event_id), 0))
    assert Record.model_validate_json(await read(engine, keys.event_json(event.event_id))).event
