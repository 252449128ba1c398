"""What is deleted, or kept for a time only, leaves no trace; and a fact proves it."""

import asyncio
import datetime as dt

import httpx
import pytest

from pitchscoop.access.model import ANYBODY
from pitchscoop.engine import Engine
from pitchscoop.events.model import Settings
from pitchscoop.events.service import DEFAULT_EVENT
from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.errors import NotFound, Unauthorized
from pitchscoop.main import Parts
from pitchscoop.recordings import removal
from pitchscoop.recordings.model import Session
from tests.exports.pitches import ORGANIZER, kept
from tests.servers.app import App
from tests.stories.test_live import start
from tests.words import written


async def worked(engine: Engine) -> None:
    """All that is due is done."""
    while await engine.completion.run_once():
        pass


async def traces(engine: Engine, event_id: str) -> list[str]:
    """What state and storage hold of an event."""
    found = [one.row.key async for one in engine.state.walk() if rows.event_of(one.row) == event_id]
    found += [stored.key for stored in await engine.storage.list_audio(f"{keys.EVENTS}{event_id}/")]
    return found


async def an_event(engine: Engine, **settings: int) -> tuple[str, list[str]]:
    event = await engine.organizing.create_event(ORGANIZER, "E", (), Settings(**settings), "open")
    team = await engine.organizing.add_team(ORGANIZER, event.event_id, "Kelp")
    judge = await engine.organizing.add_judge(ORGANIZER, event.event_id, "Ada")
    for invited in (team, judge):
        await engine.organizing.visits.sign_in(await engine.access.who(invited.token))
    sessions = [(await kept(engine, event.event_id, "Kelp", b"sound")).session_id for _ in range(3)]
    await written(engine, sessions[0])
    await engine.start(ORGANIZER, "Kelp", "T", event.event_id)
    await worked(engine)
    return event.event_id, sessions


async def names(engine: Engine, event_id: str) -> list[str]:
    return [fact.name for fact in await engine.state.facts(event_id)]


async def test_a_deleted_event_is_gone_with_all_it_had(parts: Parts) -> None:
    engine = parts.engine
    gone, sessions = await an_event(engine)
    stays, others = await an_event(engine)
    before = await traces(engine, stays)
    await engine.search.refresh()
    assert (await engine.search.find(ORGANIZER, gone, "kelp")).hits
    await engine.organizing.delete_event(ORGANIZER, gone)
    assert gone not in [event.event_id for event in await engine.organizing.list_events(ORGANIZER)]
    await worked(engine)
    assert await traces(engine, gone) == []
    for session_id in sessions:
        assert await engine.storage.list_audio(keys.folder(session_id)) == []
        assert await engine.sessions.look(session_id) is None
    assert await traces(engine, stays) == before
    assert await engine.sessions.get(others[0])
    await engine.search.refresh()
    assert await engine.search._index.versions(gone) == {}
    assert (await names(engine, gone))[-1] == "event_erased"
    assert (await names(engine, keys.INSTALLATION))[-2:] == ["event_deleted", "event_erased"]
    assert (await engine.organizing.facts(ORGANIZER, gone))[0].name == "event_created"
    assert all(due.event_id != gone for due in await engine.state.due(2**53, 1000))


async def test_pitches_go_with_their_event_before_a_worker_comes(parts: Parts) -> None:
    engine = parts.engine
    gone, (session_id, *_) = await an_event(engine)
    listener = await engine.access.who(engine.access.link_token("listen", session_id))
    assert await engine.session(listener, session_id)
    await engine.organizing.delete_event(ORGANIZER, gone)
    assert await engine.sessions.look(session_id)
    for who in (ORGANIZER, listener):
        for asked in (engine.session, engine.stop, engine.transcripts.ask, engine.delete):
            with pytest.raises(NotFound):
                await asked(who, session_id)
    with pytest.raises(Unauthorized):
        await engine.session(ANYBODY, session_id)


async def test_a_deletion_that_was_cut_short_is_brought_to_its_end(parts: Parts) -> None:
    engine = parts.engine
    gone, sessions = await an_event(engine)
    await engine.organizing.delete_event(ORGANIZER, gone)
    await engine.sessions.delete(sessions[0])  # as if a worker had died after this one
    row = await engine.state.read(keys.event(gone))
    assert row is not None
    await worked(engine)
    assert await traces(engine, gone) == []


async def test_a_worker_that_lost_its_lease_leaves_alone_what_is_recorded_since(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = parts.engine
    await engine.organizing.add_team(ORGANIZER, DEFAULT_EVENT, "Kelp")
    await kept(engine, DEFAULT_EVENT, "Kelp", b"sound")
    await engine.organizing.delete_event(ORGANIZER, DEFAULT_EVENT)
    deleted = await engine.events.find(DEFAULT_EVENT)
    assert deleted is not None
    delete, again = engine.sessions.delete, []

    async def held_up(session_id: str) -> None:
        monkeypatch.setattr(engine.sessions, "delete", delete)
        await worked(engine)  # another worker, to its end
        await engine.organizing.add_team(ORGANIZER, DEFAULT_EVENT, "Kelp")
        again.append(await kept(engine, DEFAULT_EVENT, "Kelp", b"new"))
        await worked(engine)
        await delete(session_id)

    monkeypatch.setattr(engine.sessions, "delete", held_up)
    await engine.completion._removal.event(deleted)
    assert await engine.sessions.get(again[0].session_id)
    assert await engine.events.teams.named(DEFAULT_EVENT, "Kelp")
    assert await engine.storage.list_audio(keys.event_folder(DEFAULT_EVENT))
    assert (await names(engine, DEFAULT_EVENT)).count("event_erased") == 1


async def test_a_rule_that_is_corrected_counts_at_once(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = parts.engine
    monkeypatch.setattr(removal, "_DOUBT", 0.0)
    monkeypatch.setattr(removal, "_PAGE", 1)
    event_id, sessions = await an_event(engine, retention_days=30)
    for session_id in sessions:
        await engine.sessions.change(session_id, "x", lambda now: _older(now, 31))
    event, delete = await engine.events.get(event_id), engine.sessions.delete

    async def corrected(session_id: str) -> None:
        settings = Settings(retention_days=60)
        await engine.events.update(event_id, lambda now: now.model_copy(update={"settings": settings}))
        await delete(session_id)

    monkeypatch.setattr(engine.sessions, "delete", corrected)
    await engine.completion._removal.overdue(event)
    assert sum([await engine.sessions.look(session_id) is not None for session_id in sessions]) == 2


async def test_a_clock_that_jumps_ahead_removes_nothing(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = parts.engine
    event_id, sessions = await an_event(engine, retention_days=30)
    event, worker = await engine.events.get(event_id), engine.completion._removal
    ahead, seconds = dt.timedelta(), 0.0
    worker._looks.clear()
    monkeypatch.setattr(worker, "_clock", lambda: utc_now() + ahead)
    monkeypatch.setattr(worker, "_steady", lambda: seconds)

    async def left(days: int, hours: int) -> int:
        nonlocal ahead, seconds
        ahead, seconds = dt.timedelta(days=days), hours * 3600.0
        look = await worker.overdue(event)
        assert look is not None
        assert look >= micros(utc_now() + ahead)
        return sum([await engine.sessions.look(session_id) is not None for session_id in sessions])

    assert await left(365, 0) == 3
    assert await left(0, 1) == 3
    assert await left(365, 2) == 3
    assert await left(0, 3) == 3
    assert await left(365, 4) == 3
    assert await left(365, 4) == 3
    assert await left(365, 5) == 0


async def test_what_was_kept_long_enough_goes_by_itself(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "_DOUBT", 0.0)
    engine = parts.engine
    event_id, sessions = await an_event(engine, retention_days=30)
    await engine.sessions.change(sessions[0], "x", lambda now: _older(now, 31))
    await engine.sessions.change(sessions[1], "x", lambda now: _older(now, 29))
    event = await engine.events.get(event_id)
    look = await engine.completion._removal.overdue(event)
    (kept_longer,) = [await engine.sessions.get(sessions[1])]
    assert kept_longer.stopped_at is not None
    assert look is not None
    until = (kept_longer.stopped_at + dt.timedelta(days=30)).timestamp()
    assert abs(look / 1e6 - until) < 5
    assert await engine.sessions.look(sessions[0]) is None
    assert await engine.storage.list_audio(keys.folder(sessions[0])) == []
    assert await engine.sessions.get(sessions[2])
    facts = [(fact.name, fact.by, dict(fact.data)) for fact in await engine.state.facts(event_id)]
    assert facts[-1] == ("retention_applied", "server", {"sessions": 1, "days": 30})
    assert ("session_erased", "server", {}) in facts
    await worked(engine)
    assert [due.at for due in await engine.state.due(2**53, 100) if due.session_id == keys.event(event_id)]


def _older(session: Session, days: int) -> Session:
    ago = session.created_at - dt.timedelta(days=days)
    return session.model_copy(update={"created_at": ago, "stopped_at": ago})


async def test_without_a_rule_nothing_goes(parts: Parts) -> None:
    engine = parts.engine
    event_id, sessions = await an_event(engine)
    await engine.sessions.change(sessions[0], "x", lambda now: _older(now, 3000))
    assert await engine.completion._removal.overdue(await engine.events.get(event_id)) is None
    assert await engine.sessions.get(sessions[0])


async def test_from_the_request_to_the_proof_through_the_doors(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        team = (await client.post(f"/events/{event}/teams", json={"name": "Kelp"})).json()
        session = await start(client, event_id=event, team_name="Kelp")
        assert (await client.delete(f"/events/{event}")).json() == {"event_id": event, "deleted": True}
        assert (await client.delete(f"/events/{event}")).status_code == 404
        assert (await client.get(f"/events/{event}/sessions")).status_code == 404
        for _ in range(100):
            facts = (await client.get(f"/events/{event}/audit")).json()["facts"]
            if facts[-1]["name"] == "event_erased":
                break
            await asyncio.sleep(0.1)
        assert (facts[-1]["name"], facts[-1]["by"]) == ("event_erased", "server")
        assert [fact["by"] for fact in facts if fact["name"] == "event_deleted"] == ["organizer"]
        assert (await client.get(f"/sessions/{session['session_id']}")).status_code == 404
        async with httpx.AsyncClient() as browser:
            assert (await browser.get(team["join_url"])).status_code == 401
        table = await client.get(f"/events/{event}/audit.csv")
        assert "event_erased" in table.text
        assert "event_erased" in (await client.get("/audit.csv")).text


async def test_a_page_says_how_long_things_are_kept(app: App) -> None:
    async with app.client() as client, httpx.AsyncClient(base_url=app.url) as phone:
        made = await client.post("/events", json={"name": "E", "settings": {"retention_days": 14}})
        event = made.json()["event_id"]
        team = (await client.post(f"/events/{event}/teams", json={"name": "Kelp"})).json()
        await phone.get(team["join_url"])
        assert "14 days after" in (await phone.get("/record")).text
