"""Search over an installation in each mode: fed by facts, right at once about what is gone, and never in the way."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pitchscoop.access.model import ANYBODY, Principal, Role
from pitchscoop.events.model import Settings
from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import Forbidden, Invalid, NotFound, Unauthorized, Unavailable
from pitchscoop.kernel.state import Put
from pitchscoop.main import Parts
from pitchscoop.search import keeping, service
from tests.search.spoken import ORGANIZER, find, finds, heard, ids, said, searching, traces, until, utterances
from tests.servers.place import Place


async def test_what_was_said_is_found_with_its_words_and_time(parts: Parts) -> None:
    kelp = await said(parts.engine, "Nobody insures it. We have crop insurance for seaweed. It is priced from orbit")
    await said(parts.engine, "Listening to hives")
    async with searching(parts):
        await finds(parts, "seaweed", kelp)
        page = await find(parts, '"seaweed it is"')  # over the end of a sentence
    (hit,) = page.hits
    assert page.complete
    assert page.next_cursor is None
    assert (hit.session.team_name, hit.session.pitch_title) == ("Kelpline", "Seaweed")
    assert hit.quote.text == "it We have crop insurance for seaweed It is priced from orbit"
    assert [hit.quote.text[start:end] for start, end in hit.quote.marks] == ["seaweed", "It", "is"]
    assert hit.quote.start == 8.0


async def test_the_words_as_they_are_corrected_are_found_at_their_time(parts: Parts) -> None:
    session = await said(parts.engine, "We grow. Kelpy Lion insures seaweed")
    async with searching(parts):
        await finds(parts, "lion", session)
        await parts.engine.transcripts.correct(ORGANIZER, session.session_id, "1", 0, "Kelpline", "Kelpy")
        await parts.engine.transcripts.correct(ORGANIZER, session.session_id, "1", 1, "", "Lion")
        await finds(parts, "lion")
        await finds(parts, "kelpline insures", session)
        (hit,) = (await find(parts, "kelpline insures")).hits
        assert (hit.quote.text, hit.quote.start) == ("We grow Kelpline insures seaweed", 2.0)
        await parts.engine.transcripts.correct(ORGANIZER, session.session_id, "1", 2, "takes the risk of", "insures")
        await finds(parts, '"the risk of seaweed"', session)


async def test_what_is_still_being_said_is_found(parts: Parts) -> None:
    async with searching(parts):
        session = await said(parts.engine, "We grow")
        await finds(parts, "grow", session)
        await heard(parts.engine, session, "We grow. It is kelp", "transcript_grown")
        await finds(parts, "kelp", session)


async def test_what_is_deleted_is_found_no_more_from_that_moment_on(parts: Parts, place: Place) -> None:
    sessions = [await said(parts.engine, f"a sesquipedalian word {number}") for number in range(5)]
    async with searching(parts):
        await finds(parts, "sesquipedalian", *sessions)
    await parts.engine.delete(ORGANIZER, sessions[0].session_id)  # nobody keeps the index now
    page = await find(parts, "sesquipedalian")
    assert {hit.session.session_id for hit in page.hits} == {session.session_id for session in sessions[1:]}
    for session in sessions[1:]:
        await parts.engine.delete(ORGANIZER, session.session_id)
    assert (await find(parts, "sesquipedalian")).hits == []
    await parts.engine.search.refresh()
    assert not traces(place.folder, b"sesquipedalian")


async def test_a_deletion_leaves_the_index_while_it_is_kept(
    parts: Parts, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_TIDY", 0.1)
    monkeypatch.setattr(keeping, "_LOOK", 0.1)
    session = await said(parts.engine, "a sesquipedalian word")
    async with searching(parts):
        await finds(parts, "sesquipedalian", session)

        async def gone() -> bool:
            return not traces(place.folder, b"sesquipedalian")

        assert not await gone()
        await parts.engine.delete(ORGANIZER, session.session_id)
        await until(gone)


async def test_a_missing_index_is_made_anew_while_the_server_runs(
    parts: Parts, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_LOOK", 0.2)
    sessions = [await said(parts.engine, f"kelp {number}") for number in range(120)]
    async with searching(parts):

        async def complete() -> bool:
            return (await find(parts, "kelp")).complete

        assert not await complete()
        await until(complete)
        shutil.rmtree(place.folder / "search")
        page = await find(parts, "kelp")
        assert (page.hits, page.complete) == ([], False)
        await finds(parts, '"kelp 7"', sessions[7])


async def test_what_happened_while_nobody_kept_it_is_caught_up_with(place: Place) -> None:
    async with place.parts() as parts:
        gone, changed = [await said(parts.engine, word) for word in ("kelp", "crab")]
        async with searching(parts):
            await finds(parts, "kelp", gone)
            await finds(parts, "crab", changed)
    async with place.parts() as parts:
        await parts.engine.delete(ORGANIZER, gone.session_id)
        await heard(parts.engine, changed, "algae", "transcript_corrected")
        new = await said(parts.engine, "kelp")
        async with searching(parts):
            await finds(parts, "kelp", new)
            await finds(parts, "algae", changed)
            await finds(parts, "crab")


async def test_an_index_of_a_state_that_was_lost_follows_what_is_put_back(place: Place) -> None:
    async with place.parts() as parts:
        kept, lost = [await said(parts.engine, "kelp") for _ in range(2)]
        whole = await parts.engine.sessions.with_words(await parts.engine.sessions.get(kept.session_id))
        async with searching(parts):
            await finds(parts, "kelp", kept, lost)
    place.lose_state()
    async with place.parts() as parts:
        assert (await find(parts, "kelp")).hits == []
        assert await parts.engine.sessions.rebuild(whole)
        other = await said(parts.engine, "crab")
        async with searching(parts):
            await finds(parts, "kelp", kept)
            await finds(parts, "crab", other)


async def test_words_that_came_without_a_fact_are_found_after_a_walk(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a backup's rows do, where the log has gone another way since."""
    monkeypatch.setattr(keeping, "_WALK", 0.2)
    session = await said(parts.engine, "kelp")
    async with searching(parts):
        await finds(parts, "kelp", session)
        row = await parts.engine.state.read(f"session:{session.session_id}")
        assert row
        await heard(parts.engine, session, "crab", "nothing_that_search_knows")
        await finds(parts, "crab", session)


async def test_two_servers_of_one_folder_share_the_index(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_AGAIN", 0.1)
    async with place.parts() as one, place.parts() as other, searching(one):
        kelp = await said(other.engine, "kelp")
        await finds(one, "kelp", kelp)
        async with searching(other):
            crab = await said(one.engine, "crab")
            await finds(other, "crab", crab)
            assert len(list((place.folder / "search").glob("*.db"))) == 1
            await one.engine.delete(ORGANIZER, crab.session_id)
            await finds(other, "crab")


async def test_the_other_server_goes_on_where_one_ended(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_AGAIN", 0.1)
    async with place.parts() as other:
        async with place.parts() as one, searching(one):
            kelp = await said(other.engine, "kelp")
            await finds(one, "kelp", kelp)
        async with searching(other):
            crab = await said(other.engine, "crab")
            await finds(other, "crab", crab)
            assert (await find(other, "kelp")).complete


async def test_each_sees_what_they_may(parts: Parts) -> None:
    engine = parts.engine
    event = await engine.organizing.create_event(ORGANIZER, "Finals", [], Settings(), "open", None)
    teams = []
    for name in ("One", "Two"):
        token = (await engine.organizing.add_team(ORGANIZER, event.event_id, name)).token
        teams.append(await engine.access.who(token))
    own, others = [await said(engine, "kelp", who, event_id=event.event_id, team=who.name) for who in teams]
    elsewhere = await said(engine, "kelp")
    judge = Principal(role=Role.JUDGE, event_id=event.event_id)
    async with searching(parts):
        await finds(parts, "kelp", own, others, event_id=event.event_id)
        await finds(parts, "kelp", elsewhere)
    assert await ids(parts, "kelp", judge, event.event_id) == {own.session_id, others.session_id}
    assert await ids(parts, "kelp", teams[0], event.event_id) == {own.session_id}
    for who, refused in [(judge, Forbidden), (teams[0], Forbidden), (ANYBODY, Unauthorized)]:
        with pytest.raises(refused):
            await find(parts, "kelp", who, "default")
    listener = Principal(session_id=own.session_id, grant="listen")
    with pytest.raises(Forbidden):
        await find(parts, "kelp", listener, event.event_id)
    with pytest.raises(NotFound):
        await find(parts, "kelp", ORGANIZER, "nowhere")


async def test_a_pitch_that_may_no_longer_be_seen_is_not_found_though_the_index_has_it(parts: Parts) -> None:
    engine = parts.engine
    event = await engine.organizing.create_event(ORGANIZER, "Finals", [], Settings(), "open", None)
    token = (await engine.organizing.add_team(ORGANIZER, event.event_id, "One")).token
    team = await engine.access.who(token)
    session = await said(engine, "kelp", team, event_id=event.event_id, team="One")
    async with searching(parts):
        await finds(parts, "kelp", session, event_id=event.event_id)
    await engine.sessions.change(
        session.session_id, "given_away", lambda session: session.model_copy(update={"team_id": "two"})
    )
    assert await ids(parts, "kelp", team, event.event_id) == set()
    assert await ids(parts, "kelp", ORGANIZER, event.event_id) == {session.session_id}


async def test_pages_follow_one_another_and_skip_what_is_gone(parts: Parts) -> None:
    sessions = [await said(parts.engine, f"kelp number {number}") for number in range(35)]
    async with searching(parts):
        await finds(parts, '"number 34"', sessions[34])
    for session in sessions[::3]:
        await parts.engine.delete(ORGANIZER, session.session_id)
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await parts.engine.search.find(ORGANIZER, "default", "kelp", limit=5, cursor=cursor)
        found += [hit.session.session_id for hit in page.hits]
        assert len(page.hits) == 5 or page.next_cursor is None
        if (cursor := page.next_cursor) is None:
            break
    left = [session.session_id for number, session in enumerate(sessions) if number % 3]
    assert sorted(found) == sorted(left)
    for bad in ("x", "LTE=", "\udcff", "é", "OTk5OTk5OTk5OTk5"):
        with pytest.raises(Invalid) as raised:
            await parts.engine.search.find(ORGANIZER, "default", "kelp", cursor=bad)
        assert raised.value.code == "bad_cursor"


async def test_an_utterance_without_words_is_found_where_it_begins(parts: Parts) -> None:
    session = await parts.engine.start(ORGANIZER, "Kelpline", "Seaweed", None)
    spoken = [heard.model_copy(update={"words": ()}) for heard in utterances("We grow. 気候変動 and kelp", 7)]

    await parts.engine.sessions.write(
        session.session_id, "transcript_written", lambda now: now.transcript.holding(tuple(spoken))
    )
    async with searching(parts):
        await finds(parts, "変動 kelp", session)
    (hit,) = (await find(parts, "kelp")).hits
    assert (hit.quote.text, hit.quote.start) == ("We grow 気候変動 and kelp", 9.0)


async def test_lagging_is_told(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await said(parts.engine, "kelp")
    async with searching(parts):
        await finds(parts, "kelp", session)
        assert (await find(parts, "kelp")).complete
    await said(parts.engine, "crab")
    assert (await find(parts, "crab")).complete  # it came a moment ago
    late = parts.engine.search._clock
    monkeypatch.setattr(parts.engine.search, "_clock", lambda: late() + 2 * service._LAG)
    page = await find(parts, "crab")
    assert (page.hits, page.complete) == ([], False)


async def test_a_folder_that_cannot_be_written_to_is_told_and_stops_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_AGAIN", 0.1)
    instead = occupied(place.folder)
    async with place.parts() as parts, searching(parts):
        session = await said(parts.engine, "kelp")

        async def troubled() -> bool:
            return parts.engine.search._keeper.problem is not None

        await until(troubled)
        with pytest.raises(Unavailable) as raised:
            await find(parts, "kelp")
        assert raised.value.code == "search_unavailable"
        instead()

        async def mended() -> bool:
            return not await troubled()

        await until(mended)
        await finds(parts, "kelp", session)


def occupied(folder: Path) -> Callable[[], None]:
    """A file where the index should have its folder; how it is removed."""
    path = folder / "search"
    path.write_text("a file")
    return path.unlink


async def test_one_pitch_that_cannot_be_read_hides_no_other(parts: Parts) -> None:
    broken, sound = [await said(parts.engine, "kelp") for _ in range(2)]
    await break_words(parts, broken.session_id)
    async with searching(parts):
        await finds(parts, "kelp", sound)


async def break_words(parts: Parts, session_id: str) -> None:
    key = keys.transcript("default", session_id)
    row = await parts.engine.state.read(key)
    assert row
    broken = {"session_id": session_id, "utterances": '[{"id": 1}]'}
    await parts.engine.state.commit("default", [Put(key, row.version, broken)])
