"""Clocks that are wrong by an hour, here or on another copy: nobody's recording is ended, nothing waits for an hour."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from pitchscoop.access.model import Principal, Role
from pitchscoop.engine import Engine
from pitchscoop.events.model import Settings
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.errors import Conflict, Unavailable
from pitchscoop.kernel.state import Due
from pitchscoop.main import assembled
from pitchscoop.recordings import intake
from pitchscoop.recordings.lease import Lease
from pitchscoop.recordings.model import Chain, Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.settings import load

ORGANIZER = Principal(role=Role.ORGANIZER)
HOUR = dt.timedelta(hours=1)
Seal = Callable[[AudioStorage, str], Awaitable[tuple[Chain, bool]]]


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with assembled(load({"PITCHSCOOP_DATA": str(tmp_path)}), "http://127.0.0.1:8000") as parts:
        yield parts.engine


class Line:
    """A connection that nobody speaks on."""

    async def flush(self) -> None:
        """Nothing has arrived."""

    async def settle(self, then: int | None = None) -> None:
        """Nothing is under way."""

    def leave(self, code: int) -> None:
        """It is over."""


def set_clocks(engine: Engine, by: dt.timedelta) -> None:
    engine.sessions._clock = engine.completion._clock = lambda: utc_now() + by


async def recording(engine: Engine) -> Session:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    await engine.sessions.connect(session.session_id, "speaker", lambda _: True)
    await engine.storage.create_audio(keys.segment(session.segments, 0), bytes(32000))
    return await engine.sessions.heard(session.session_id, "live", "speaker")


async def waiting(engine: Engine, session: Session, within: dt.timedelta = 48 * HOUR) -> list[Due]:
    found = await engine.state.due(micros(utc_now() + within), 10)
    return [due for due in found if due.session_id == session.session_id]


async def look(engine: Engine, session: Session) -> Due:
    """A worker's look when the time has come; when it will look again."""
    (seen,) = await waiting(engine, session)
    assert await engine.completion._try(seen)
    (again,) = await waiting(engine, session)
    return again


async def status(engine: Engine, session: Session) -> str:
    return (await engine.session(ORGANIZER, session.session_id)).status


async def back(engine: Engine, session: Session) -> Session:
    """The session after its speaker came back, and was told that it was stopped."""
    with pytest.raises(Conflict, match="already stopped"):
        await engine.connections.connect(
            ORGANIZER, await engine.session(ORGANIZER, session.session_id), "again", Line()
        )
    return await engine.session(ORGANIZER, session.session_id)


async def dies_before(_storage: AudioStorage, _folder: str) -> tuple[Chain, bool]:
    """A seal that does not come about."""
    raise Unavailable("storage_unavailable", "It is away.")


async def marked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A recording whose speaker was given up by a worker that died before it sealed."""
    session = await recording(engine)
    await look(engine, session)
    set_clocks(engine, HOUR)
    with monkeypatch.context() as worker:
        worker.setattr(intake, "seal", dies_before)
        await look(engine, session)
    return session


def dies_after(seal: Seal) -> Seal:
    """The seal is set, and nobody lives to note it."""

    async def sealing(storage: AudioStorage, folder: str) -> tuple[Chain, bool]:
        await seal(storage, folder)
        raise Unavailable("state_unavailable", "It is away.")

    return sealing


async def test_a_clock_set_forward_ends_nobodys_recording(engine: Engine) -> None:
    session = await recording(engine)
    set_clocks(engine, HOUR)
    assert await waiting(engine, session, HOUR)
    await look(engine, session)
    session = await engine.sessions.heard(session.session_id, "live", "speaker")
    await look(engine, session)
    assert await status(engine, session) == "recording"


async def test_a_copy_whose_clock_is_behind_may_still_record(engine: Engine) -> None:
    session = await recording(engine)
    for _ in range(3):
        set_clocks(engine, -HOUR)
        session = await engine.sessions.heard(session.session_id, "live", "speaker")
        set_clocks(engine, dt.timedelta())
        await look(engine, session)
    assert await status(engine, session) == "recording"


async def test_a_worker_that_died_at_its_first_look_ends_nobodys_recording(engine: Engine) -> None:
    session = await recording(engine)
    set_clocks(engine, HOUR)
    (seen,) = await waiting(engine, session)
    lease = await Lease.take(engine.state, engine.completion._clock, seen)
    assert lease is not None
    await lease.stop()
    (left,) = await waiting(engine, session)
    assert left.at is not None
    assert left.at > micros(session.idle_until)
    await look(engine, session)
    assert await status(engine, session) == "recording"


async def test_a_speaker_who_comes_back_to_a_recording_that_a_worker_sealed_had_vanished(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await recording(engine)
    set_clocks(engine, HOUR)
    await look(engine, session)
    with monkeypatch.context() as worker:
        worker.setattr(intake, "seal", dies_after(intake.seal))
        await look(engine, session)
    assert await status(engine, session) == "recording"
    ended = await back(engine, session)
    assert (ended.status, ended.metadata) == ("processing", {"interrupted": True})


async def test_a_speaker_whose_own_stop_sealed_it_had_not(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await recording(engine)
    with monkeypatch.context() as server:
        server.setattr(intake, "seal", dies_after(intake.seal))
        with pytest.raises(Unavailable):
            await engine.stop(ORGANIZER, session.session_id)
    set_clocks(engine, HOUR)
    await look(engine, session)
    ended = await back(engine, session)
    assert (ended.status, ended.metadata) == ("processing", {})


async def test_a_worker_that_finds_a_recording_sealed_by_a_stop_calls_it_whole(engine: Engine) -> None:
    session = await recording(engine)
    await intake.seal(engine.storage, session.segments)
    await look(engine, session)
    set_clocks(engine, HOUR)
    await look(engine, session)
    ended = await engine.session(ORGANIZER, session.session_id)
    assert (ended.status, ended.metadata) == ("processing", {})


async def test_a_speaker_who_is_back_before_the_seal_is_not_given_up(engine: Engine) -> None:
    session = await recording(engine)
    await engine.sessions.miss(session)
    missed = await engine.session(ORGANIZER, session.session_id)
    set_clocks(engine, HOUR)
    await engine.sessions.heard(session.session_id, "live", session.live_owner)
    await engine.sessions.give_up(missed)
    there = await engine.session(ORGANIZER, session.session_id)
    assert (there.status, there.metadata) == ("recording", {})


async def test_whoever_speaks_on_after_a_worker_died_at_its_mark_is_not_interrupted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await marked(engine, monkeypatch)
    assert (await engine.session(ORGANIZER, session.session_id)).metadata == {"interrupted": True}
    await engine.sessions.heard(session.session_id, "live", session.live_owner)
    assert (await engine.stop(ORGANIZER, session.session_id)).metadata == {}


async def test_a_stop_of_ones_own_after_a_worker_died_at_its_mark_is_whole(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await marked(engine, monkeypatch)
    with monkeypatch.context() as server:
        server.setattr(intake, "seal", dies_after(intake.seal))
        with pytest.raises(Unavailable):
            await engine.stop(ORGANIZER, session.session_id)
    ended = await engine.stop(ORGANIZER, session.session_id)
    assert (ended.status, ended.metadata) == ("processing", {})


async def test_silence_ends_a_recording_at_the_second_look(engine: Engine) -> None:
    session = await recording(engine)
    again = await look(engine, session)
    assert again.at == micros(session.idle_until)
    set_clocks(engine, HOUR)
    await look(engine, session)
    assert await status(engine, session) == "processing"


async def test_work_that_a_clock_ahead_put_off_is_done_when_it_is_set_back(engine: Engine) -> None:
    session = await recording(engine)
    await engine.stop(ORGANIZER, session.session_id)
    (seen,) = await waiting(engine, session)
    set_clocks(engine, HOUR)
    lease = await Lease.take(engine.state, engine.completion._clock, seen)
    assert lease is not None
    await lease.stop()
    set_clocks(engine, dt.timedelta())
    assert not await waiting(engine, session, dt.timedelta())
    await engine.completion.bring_forward()
    assert await waiting(engine, session, dt.timedelta())


async def test_a_speaker_heard_in_the_future_was_heard_now(engine: Engine) -> None:
    set_clocks(engine, HOUR)
    session = await recording(engine)
    set_clocks(engine, dt.timedelta())
    await engine.completion.bring_forward()
    session = await engine.session(ORGANIZER, session.session_id)
    assert session.heard_at <= utc_now()
    (seen,) = await waiting(engine, session, HOUR)
    assert seen.at == session.due


async def test_a_look_that_a_clock_ahead_put_off_comes_when_it_is_set_back(engine: Engine) -> None:
    session = await recording(engine)
    set_clocks(engine, HOUR)
    await look(engine, session)
    set_clocks(engine, dt.timedelta())
    assert not await waiting(engine, session, HOUR)
    await engine.completion.bring_forward()
    (seen,) = await waiting(engine, session, HOUR)
    assert seen.at == session.due


async def test_an_event_that_a_clock_ahead_put_off_is_looked_at_when_it_is_set_back(engine: Engine) -> None:
    settings = Settings(retention_days=30)
    event = await engine.organizing.create_event(ORGANIZER, "Finals", [], settings, "open", None)

    async def again() -> int:
        (due,) = await engine.state.due(2**53, 10)
        assert due.session_id == keys.event(event.event_id)
        assert due.at
        return due.at

    tomorrow = micros(utc_now() + 24 * HOUR)
    assert await engine.completion.run_once()
    await engine.completion.bring_forward()
    assert await again() >= tomorrow
    worker = engine.completion._removal
    worker._clock, right = lambda: utc_now() + 8760 * HOUR, worker._clock
    await engine.state.commit(event.event_id, [], [], [engine.events.to_record(event.event_id)])
    assert await engine.completion.run_once()
    assert await again() > micros(utc_now() + 8760 * HOUR)
    worker._clock = right
    await engine.completion.bring_forward()
    assert await again() <= micros(utc_now())


async def test_what_is_stopped_by_a_clock_ahead_is_due_at_once(engine: Engine) -> None:
    session = await recording(engine)
    set_clocks(engine, HOUR)
    await engine.stop(ORGANIZER, session.session_id)
    assert await waiting(engine, session, dt.timedelta())


async def test_whoever_connected_and_said_nothing_yet_may_come_back_as_long_as_the_link_lives(engine: Engine) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    session = await engine.sessions.connect(session.session_id, "speaker", lambda _: True)
    await look(engine, session)
    again = await look(engine, session)
    assert (again.at, await status(engine, session)) == (micros(session.expires_at), "recording")
    set_clocks(engine, 25 * HOUR)
    assert await engine.completion._try(again)
    assert await status(engine, session) == "failed"


async def test_a_speaker_who_vanished_before_a_first_note_is_not_waited_for_till_the_link_expires(
    engine: Engine,
) -> None:
    session = await engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    session = await engine.sessions.connect(session.session_id, "speaker", lambda _: True)
    await engine.storage.create_audio(keys.segment(session.segments, 0), bytes(32000))
    assert await waiting(engine, session, HOUR)
    await look(engine, session)
    await look(engine, session)
    assert await status(engine, session) == "processing"
