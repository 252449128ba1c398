"""A copy of the server that has not heard of a stop acknowledges nothing that the recording leaves out."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from pitchscoop.access.model import Principal, Role
from pitchscoop.engine import Engine
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.errors import Conflict, Crossed, NotFound
from pitchscoop.kernel.state import Due
from pitchscoop.main import assembled
from pitchscoop.recordings import intake
from pitchscoop.recordings.intake import Intake
from pitchscoop.recordings.model import Chain, Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.settings import load

if TYPE_CHECKING:
    from pitchscoop.recordings.connections import Connection

ORGANIZER = Principal(role=Role.ORGANIZER)
SECOND = bytes(32000)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with assembled(load({"PITCHSCOOP_DATA": str(tmp_path)}), "http://127.0.0.1:8000") as parts:
        yield parts.engine


async def writing(engine: Engine) -> tuple[Session, Intake]:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    await engine.sessions.connect(session.session_id, "speaker", lambda _: True)
    session = await engine.sessions.heard(session.session_id, "live", "speaker")
    writer = Intake(engine.storage, session.segments, await intake.durable(engine.storage, session.segments))
    writer.take(0, SECOND)
    await writer.flush()
    return session, writer


async def look(engine: Engine, session: Session) -> None:
    found = await engine.state.due(micros(utc_now() + dt.timedelta(hours=1)), 10)
    (seen,) = [due for due in found if due.session_id == session.session_id]
    assert await engine.completion._try(seen)


async def complete(engine: Engine, session: Session) -> None:
    await look(engine, session)
    assert (await engine.session(ORGANIZER, session.session_id)).status == "completed"


def segments_go(engine: Engine) -> None:
    engine.completion._clock = lambda: utc_now() + intake.LINGER


async def more(writer: Intake) -> bool:
    """Whether another second is taken."""
    writer.take(writer.received, SECOND)
    before = writer.durable
    return await writer.flush() > before


async def test_right_after_the_recording_is_finished(engine: Engine) -> None:
    session, writer = await writing(engine)
    await engine.stop(ORGANIZER, session.session_id)
    await complete(engine, session)
    assert not await more(writer)
    assert writer.sealed


async def test_what_comes_after_the_stop_is_refused_and_not_held(engine: Engine) -> None:
    session, writer = await writing(engine)
    await engine.stop(ORGANIZER, session.session_id)
    writer.check_open()
    assert not await more(writer)
    with pytest.raises(Conflict, match="stopped before all of it"):
        writer.check_open()


async def test_a_session_that_ends_without_sound_takes_none_afterwards(engine: Engine) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    writer = Intake(engine.storage, session.segments, await intake.durable(engine.storage, session.segments))
    engine.completion._clock = lambda: session.expires_at
    await engine.sessions.miss(session)
    await engine.completion.reconcile(Due(session.event_id, session.session_id, None))
    assert (await engine.session(ORGANIZER, session.session_id)).status == "failed"
    assert not await more(writer)
    assert writer.sealed


async def test_the_first_sound_of_all_is_taken_though_it_comes_last(engine: Engine) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    assert await engine.storage.create_audio(keys.segment(session.segments, 0), SECOND)
    assert not await intake.close(engine.storage, session.segments)
    stopped = await engine.stop(ORGANIZER, session.session_id)
    assert stopped.received == len(SECOND)


async def test_the_end_of_one_upload_does_not_end_the_next(engine: Engine) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    first = await engine.begin_upload(ORGANIZER, session.session_id, len(SECOND), "first.wav")
    await engine.storage.create_audio(keys.segment(first.segments, 0), SECOND)
    other = await engine.begin_upload(ORGANIZER, session.session_id, 2 * len(SECOND), "other.wav")
    await engine.storage.create_audio(keys.segment(other.segments, 0), SECOND)
    assert first.upload is not None
    with pytest.raises(NotFound, match="newer one"):
        await engine.stop(ORGANIZER, session.session_id, first.upload.upload_id)
    assert (await engine.session(ORGANIZER, session.session_id)).status == "recording"
    assert not (await intake.durable(engine.storage, other.segments)).sealed


async def test_an_upload_that_is_replaced_while_it_ends_leaves_the_next_open(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    first = await engine.begin_upload(ORGANIZER, session.session_id, len(SECOND), "first.wav")
    await engine.storage.create_audio(keys.segment(first.segments, 0), SECOND)
    seal = intake.seal

    async def replaced(storage: AudioStorage, folder: str) -> tuple[Chain, bool]:
        await engine.begin_upload(ORGANIZER, session.session_id, 2 * len(SECOND), "other.wav")
        return await seal(storage, folder)

    monkeypatch.setattr(intake, "seal", replaced)
    with pytest.raises(NotFound, match="newer one"):
        await engine.stop(ORGANIZER, session.session_id)
    now = await engine.session(ORGANIZER, session.session_id)
    assert (now.status, now.upload and now.upload.filename) == ("recording", "other.wav")


def unaware(engine: Engine, session: Session) -> Intake:
    """Of a connection from before an upload began."""
    return Intake(engine.storage, keys.segments(session.session_id), Chain((), 0, sealed=False))


async def test_an_upload_closes_the_way_to_live_audio_that_nobody_would_keep(engine: Engine) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    writer = unaware(engine, session)
    await engine.begin_upload(ORGANIZER, session.session_id, 9, "a.wav")
    assert not await more(writer)
    assert writer.sealed


async def test_a_recording_goes_on_where_an_upload_did_not_come_about(engine: Engine) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    assert await intake.close(engine.storage, session.segments)  # as whoever begins one does before it is noted
    assert await more(await engine.connections.connect(ORGANIZER, session, "speaker", cast("Connection", None)))
    stopped = await engine.sessions.stop(session.session_id, live=True)
    assert (stopped.source, stopped.received) == ("live", len(SECOND))
    await complete(engine, session)


async def test_an_upload_that_was_about_to_begin_gives_way_to_such_a_recording(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    close = intake.close

    async def closed(storage: AudioStorage, folder: str) -> bool:
        monkeypatch.undo()
        done = await close(storage, folder)
        assert await more(await engine.connections.connect(ORGANIZER, session, "speaker", cast("Connection", None)))
        return done

    monkeypatch.setattr(intake, "close", closed)
    with pytest.raises(Crossed):
        await engine.begin_upload(ORGANIZER, session.session_id, 9, "a.wav")
    with pytest.raises(Conflict, match="live audio"):
        await engine.begin_upload(ORGANIZER, session.session_id, 9, "a.wav")


async def test_live_audio_may_come_once_an_upload_is_dropped(engine: Engine) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    upload = (await engine.begin_upload(ORGANIZER, session.session_id, 9, "a.wav")).upload
    assert upload
    sending = await engine.session(ORGANIZER, session.session_id)
    await engine.drop_upload(ORGANIZER, session.session_id, upload.upload_id)
    with pytest.raises(NotFound, match="was ended"):  # by a piece of it that comes last
        await engine.upload_intake(sending)
    now = await engine.session(ORGANIZER, session.session_id)
    assert await more(await engine.connections.connect(ORGANIZER, now, "speaker", cast("Connection", None)))
    assert (await engine.sessions.stop(session.session_id)).received == len(SECOND)


async def test_the_end_of_live_audio_does_not_end_an_upload(engine: Engine) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    upload = await engine.begin_upload(ORGANIZER, session.session_id, 2 * len(SECOND), "a.wav")
    await engine.storage.create_audio(keys.segment(upload.segments, 0), SECOND)
    with pytest.raises(Conflict, match="an upload"):
        await engine.stop(ORGANIZER, session.session_id, live=True)
    assert not (await intake.durable(engine.storage, upload.segments)).sealed


async def test_long_after_the_segments_are_gone(engine: Engine) -> None:
    session, writer = await writing(engine)
    await engine.stop(ORGANIZER, session.session_id)
    segments_go(engine)
    await complete(engine, session)
    assert await engine.storage.list_audio(session.segments) == []
    writer._read_at -= intake.LINGER.total_seconds()
    assert not await more(writer)
    assert writer.sealed


async def test_a_long_pause_ends_nothing(engine: Engine) -> None:
    _, writer = await writing(engine)
    writer._read_at -= 3600
    assert await more(writer)


async def test_segments_go_once_nobody_can_believe_in_them(engine: Engine) -> None:
    session, _ = await writing(engine)
    await engine.stop(ORGANIZER, session.session_id)
    await complete(engine, session)
    assert len(await engine.storage.list_audio(session.segments)) == 2
    segments_go(engine)
    await look(engine, session)
    assert await engine.storage.list_audio(keys.segments(session.session_id)) == []
    left = await engine.state.due(micros(utc_now() + dt.timedelta(days=2)), 10)
    assert session.session_id not in [due.session_id for due in left]
