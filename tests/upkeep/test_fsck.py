"""Each kind of trouble is caused, found, and mended; what no program can mend is said and left alone."""

import datetime as dt
from collections.abc import Awaitable, Callable

import pytest

from pitchscoop.engine import Engine
from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.state import Due, Put
from pitchscoop.main import Parts
from pitchscoop.recordings.model import Failure, Session
from tests.speech import pcm
from tests.upkeep.pitches import (
    ORGANIZER,
    checked,
    completed,
    digests,
    event_of,
    read,
    recording,
    stopped,
    uploaded,
    work,
)

Cause = Callable[[Engine, Session], Awaitable[object]]


async def put(engine: Engine, session: Session, **changed: object) -> None:
    """Write a row as nobody would."""
    row = await engine.state.read(keys.session(session.session_id))
    assert row
    fields = rows.encode(session.model_copy(update=changed))
    await engine.state.commit(session.event_id, [Put(row.key, row.version, fields, session.indexes)])


async def undue(engine: Engine, session: Session) -> None:
    await engine.state.commit(session.event_id, [], [], [Due(session.event_id, session.session_id, None)])


async def misplaced(engine: Engine, session: Session) -> None:
    row = await engine.state.read(keys.session(session.session_id))
    assert row
    await engine.state.commit(session.event_id, [Put(row.key, row.version, row.fields, {"index:{default}:x": 1})])


def without(name: str) -> Cause:
    return lambda engine, session: engine.storage.delete_audio(keys.stored(session.session_id, name))


def instead(name: str, content: bytes) -> Cause:
    return lambda engine, session: engine.storage.upload_audio(
        keys.stored(session.session_id, name), content, "application/json"
    )


async def leftover(engine: Engine, session: Session) -> None:
    await engine.storage.create_audio(keys.segment(session.segments, 0), pcm()[:32000])


async def back_in_segments(engine: Engine, session: Session) -> None:
    await engine.storage.create_audio(keys.segment(session.segments, 0), pcm()[:64000])
    await engine.storage.create_audio(keys.segment(session.segments, 64000), b"")
    await engine.storage.delete_audio(keys.stored(session.session_id, "recording.wav"))


async def forgotten(engine: Engine, session: Session) -> None:
    row = await engine.state.read(keys.session(session.session_id))
    assert row
    await engine.state.commit(session.event_id, [Put(row.key, row.version, None)])


async def joined_only(engine: Engine, session: Session) -> None:
    await engine.storage.delete_audio(keys.segments(session.session_id))
    await put(engine, session, status="processing", has_audio=False, mp3_size=None)
    await undue(engine, session)
    await engine.sessions.align(session.session_id)


MENDABLE: dict[str, tuple[Cause, str]] = {
    "no place": (misplaced, "does not stand in the lists"),
    "no record": (without("session.json"), "has no session.json"),
    "a broken record": (instead("session.json", b"{"), "has no session.json"),
    "an old record": (lambda engine, session: put(engine, session, metadata={"a": 1}), "has no session.json"),
    "no MP3": (without("compressed.mp3"), "lacks its MP3"),
    "a cut MP3": (instead("compressed.mp3", b"x"), "lacks its MP3"),
    "no waveform": (without("peaks.json"), "lacks its MP3"),
    "segments": (leftover, "still has segments"),
    "segments only": (back_in_segments, "in segments only"),
    "no row": (forgotten, "is in storage, but not in state"),
    "not told": (joined_only, "was joined, but state does not say so"),
}


@pytest.mark.parametrize("trouble", MENDABLE)
async def test_trouble_of_a_finished_session_is_found_and_mended(parts: Parts, trouble: str) -> None:
    engine = parts.engine
    session, other = await completed(engine), await completed(engine)
    assert await checked(parts) == []
    sound = await read(engine, keys.stored(session.session_id, "recording.wav"))
    untouched = await digests(engine, other.session_id)
    cause, words = MENDABLE[trouble]
    await cause(engine, session)
    for _ in range(2):
        (line,) = await checked(parts)
        assert line.startswith(f"wrong  session {session.session_id} ")
        assert words in line
        assert line.endswith("Run pitchscoop fsck --mend.")
    (line,) = await checked(parts, mend=True)
    assert line.startswith(f"mended session {session.session_id} ")
    await work(engine)
    assert await checked(parts) == []
    found = await engine.session(ORGANIZER, session.session_id)
    expected = {**found.model_dump(), **session.model_dump(exclude={"metadata"})}
    assert (found.model_dump(), found.status) == (expected, "completed")
    assert await read(engine, keys.stored(session.session_id, "recording.wav")) == sound
    assert await digests(engine, other.session_id) == untouched


LOST: dict[str, tuple[Cause, str]] = {
    "gone": (without("recording.wav"), "is missing. Restore it from a backup"),
    "cut": (instead("recording.wav", b"RIFF"), "has 4 bytes instead of 64044"),
}


@pytest.mark.parametrize("trouble", LOST)
async def test_sound_that_is_lost_is_said_and_nothing_else_is_touched(parts: Parts, trouble: str) -> None:
    session = await completed(parts.engine)
    cause, words = LOST[trouble]
    await cause(parts.engine, session)
    before = await digests(parts.engine, session.session_id)
    for mend in (False, True):
        (line,) = await checked(parts, mend=mend)
        assert line.startswith("wrong ")
        assert words in line
    assert await digests(parts.engine, session.session_id) == before
    assert await parts.engine.session(ORGANIZER, session.session_id) == session


async def test_a_row_that_cannot_be_read_is_said_and_kept(parts: Parts) -> None:
    session = await completed(parts.engine)
    row = await parts.engine.state.read(keys.session(session.session_id))
    assert row
    spoilt = {**row.fields, "status": "unheard of", "transcript": "{"}
    await parts.engine.state.commit(session.event_id, [Put(row.key, row.version, spoilt, session.indexes)])
    (line,) = await checked(parts, mend=True)
    assert "has a row that cannot be read" in line
    kept = await parts.engine.state.read(row.key)
    assert kept
    assert kept.fields == spoilt


async def test_segments_that_hold_more_than_the_recording_are_kept(parts: Parts) -> None:
    session = await completed(parts.engine)
    for offset in (0, 32000, 64000):
        await parts.engine.storage.create_audio(keys.segment(session.segments, offset), pcm()[:32000])
    (line,) = await checked(parts, mend=True)
    assert "more sound in segments" in line
    assert len(await parts.engine.storage.list_audio(session.segments)) == 3


async def test_a_recording_or_a_stopped_one_that_no_worker_waits_for_is_due_again(parts: Parts) -> None:
    for make in (recording, stopped):
        session = await make(parts.engine)
        assert await checked(parts) == []
        await undue(parts.engine, session)
        (line,) = await checked(parts, mend=True)
        assert "is waited for by no worker" in line
        assert await checked(parts) == []
        assert (session.session_id, session.due) in {
            (due.session_id, due.at) for due in await parts.engine.state.due(2**52, 99)
        }


async def test_missing_segments_are_said(parts: Parts) -> None:
    session = await stopped(parts.engine)
    await parts.engine.storage.delete_audio(keys.segment(session.segments, 32000))
    (line,) = await checked(parts, mend=True)
    assert "has 32000 of 64000 bytes in storage" in line


async def test_sound_that_came_after_a_failure_is_finished(parts: Parts) -> None:
    session = await recording(parts.engine, seconds=0)
    await parts.engine.completion._fail(session, Failure(code="no_audio", message="Nothing."))
    await undue(parts.engine, session)
    await parts.engine.storage.create_audio(keys.segment(session.segments, 0), pcm()[:32000])
    (line,) = await checked(parts, mend=True)
    assert "there is sound in storage" in line
    await work(parts.engine)
    found = await parts.engine.session(ORGANIZER, session.session_id)
    assert (found.status, found.audio_size, found.error) == ("completed", 32044, None)


async def test_a_deletion_that_was_cut_short_is_finished(parts: Parts) -> None:
    session = await completed(parts.engine)
    await parts.engine.sessions.change(
        session.session_id, "session_deleted", lambda now: now.model_copy(update={"status": "deleting"})
    )
    (line,) = await checked(parts)
    assert "was deleted, but not all of it is gone" in line
    assert len(await checked(parts, mend=True)) == 1
    assert await parts.engine.storage.list_audio(keys.folder(session.session_id)) == []
    assert await checked(parts) == []


async def test_what_a_late_worker_left_of_a_deleted_session_goes(parts: Parts) -> None:
    session = await completed(parts.engine)
    await parts.engine.delete(ORGANIZER, session.session_id)
    await parts.engine.storage.upload_audio(keys.stored(session.session_id, "recording.wav"), b"late", "audio/wav")
    (line,) = await checked(parts, mend=True)
    assert "was deleted" in line
    assert await parts.engine.storage.list_audio(keys.folder(session.session_id)) == []


async def test_segments_whose_state_and_record_were_lost_become_a_session_marked_interrupted(parts: Parts) -> None:
    engine = parts.engine
    event = await event_of(engine)
    await work(engine)
    session = await recording(engine, event.event_id)
    sent = await engine.start(ORGANIZER, "A", "B", event.event_id)
    sent = await engine.begin_upload(ORGANIZER, sent.session_id, 2**20, "a.flac")
    await engine.storage.create_audio(keys.segment(sent.segments, 0), pcm()[:10])
    for lost in (session, sent):
        await forgotten(engine, lost)
        await undue(engine, lost)
        await engine.storage.delete_audio(keys.stored(lost.session_id, "session.json"))
    lines = await checked(parts, mend=True)
    assert [line.split()[0] for line in lines] == ["mended", "mended"]
    assert all("sound in storage that nothing describes" in line for line in lines)
    await work(engine)
    engine.completion._clock = lambda: utc_now() + dt.timedelta(minutes=1)  # in which a speaker would be heard
    await work(engine)
    found = await engine.session(ORGANIZER, session.session_id)
    assert (found.status, found.event_id, found.metadata["interrupted"]) == ("completed", event.event_id, True)
    assert (await read(engine, keys.stored(session.session_id, "recording.wav")))[44:] == pcm()[:64000]
    found = await engine.session(ORGANIZER, sent.session_id)
    assert (found.status, found.audio_minio_key) == ("failed", keys.stored(sent.session_id, "recording.bin"))
    assert await read(engine, keys.stored(sent.session_id, "recording.bin")) == pcm()[:10]
    assert await checked(parts) == []


@pytest.mark.parametrize("record", ["newest", "from before", "none"])
async def test_a_recording_after_an_upload_that_was_dropped_is_found_where_it_lies(parts: Parts, record: str) -> None:
    engine = parts.engine
    event = await event_of(engine)
    session = await engine.start(ORGANIZER, "A", "B", event.event_id)
    sent = await engine.begin_upload(ORGANIZER, session.session_id, 2**20, "a.flac")
    key = keys.stored(session.session_id, "session.json")
    before = await read(engine, key)
    assert sent.upload
    await engine.drop_upload(ORGANIZER, session.session_id, sent.upload.upload_id)
    session = await engine.session(ORGANIZER, session.session_id)
    await engine.storage.create_audio(keys.segment(session.segments, 0), pcm()[:64000])
    await forgotten(engine, session)
    await undue(engine, session)
    if record == "none":
        await engine.storage.delete_audio(key)
    elif record == "from before":
        await engine.storage.upload_audio(key, before, "application/json")
    assert len(await checked(parts, mend=True)) == 1
    stopped = await engine.sessions.stop(session.session_id)
    assert (stopped.source, stopped.received) == ("live", 64000)
    await work(engine)
    assert (await read(engine, keys.stored(session.session_id, "recording.wav")))[44:] == pcm()[:64000]
    engine.completion._clock = lambda: utc_now() + dt.timedelta(minutes=1)
    await work(engine)
    assert await checked(parts) == []


async def test_a_recording_without_any_record_becomes_a_session(parts: Parts) -> None:
    session = await uploaded(parts.engine)
    await work(parts.engine)
    await forgotten(parts.engine, session)
    for name in ("session.json", "compressed.mp3", "peaks.json"):
        await parts.engine.storage.delete_audio(keys.stored(session.session_id, name))
    assert len(await checked(parts, mend=True)) == 1
    await work(parts.engine)
    found = await parts.engine.session(ORGANIZER, session.session_id)
    assert (found.status, found.audio_duration) == ("completed", 11.0)
    assert await checked(parts) == []


async def test_files_that_are_no_pitch_are_said_and_kept(parts: Parts) -> None:
    key = keys.stored("0" * 30, "notes.txt")
    await parts.engine.storage.upload_audio(key, b"somebody's", "text/plain")
    (line,) = await checked(parts, mend=True)
    assert "no pitch can be made" in line
    assert await read(parts.engine, key) == b"somebody's"


async def test_a_session_that_moves_is_not_called_wrong(parts: Parts) -> None:
    session = await stopped(parts.engine)
    (seen,) = [
        due for due in await parts.engine.state.due(micros(utc_now()), 9) if due.session_id == session.session_id
    ]
    assert await parts.engine.state.claim(seen, micros(utc_now()) + 20_000_000)
    await parts.engine.completion._complete(session)
    await leftover(parts.engine, session)
    assert await checked(parts) == []
