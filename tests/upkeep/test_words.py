"""What was said is lost and comes back word by word; what nobody looks at, or nobody owns, is found."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pitchscoop.engine import Engine
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.state import Due, Put
from pitchscoop.main import Parts
from pitchscoop.recordings import words
from pitchscoop.recordings.model import Session
from tests.servers.place import MODES, Place
from tests.upkeep.pitches import ORGANIZER, checked, completed, event_of, read, recording, work
from tests.upkeep.test_fsck import forgotten, undue
from tests.words import READY, SAID, standing, written

CORRECTED = READY.correct("u-1", 4, "varech.", "kelp.").correct("u-2", 3, "", "was")


async def spoken(engine: Engine, event_id: str | None = None) -> Session:
    """A finished pitch with its words, of which people corrected some."""
    session = await completed(engine, event_id)
    session = await written(engine, session.session_id, CORRECTED)
    await work(engine)
    return session


async def whole(engine: Engine, session: Session) -> Session:
    return await engine.transcripts.whole(await engine.session(ORGANIZER, session.session_id))


async def awaited(engine: Engine) -> dict[str, int | None]:
    """When workers look at which words."""
    return {due.session_id: due.at for due in await engine.state.due(2**52, 99, "transcripts")}


async def lost(engine: Engine, session: Session) -> None:
    """The row of words is gone."""
    row = await engine.state.read(words.key(session))
    assert row
    await engine.state.commit(session.event_id, [Put(row.key, row.version, None)])


async def test_a_transcript_that_no_worker_will_look_at_is_found_and_mended(parts: Parts) -> None:
    engine = parts.engine
    session = await written(engine, (await completed(engine)).session_id, standing("pending"))
    await work(engine)
    name = words.key(session)
    assert (await checked(parts), list(await awaited(engine))) == ([], [name])
    await engine.state.commit(session.event_id, [], [], [Due(session.event_id, name, None)])
    (line,) = await checked(parts)
    assert line.startswith(f"wrong  session {session.session_id} waits for its transcript, and no worker looks at it.")
    assert len(await checked(parts, mend=True)) == 1
    due = (await awaited(engine))[name]
    assert due
    assert due <= micros(utc_now())
    assert await checked(parts) == []


async def test_words_of_a_session_that_is_gone_are_removed(parts: Parts) -> None:
    engine = parts.engine
    kept, gone = await spoken(engine), await spoken(engine)
    row = await engine.state.read(words.key(gone))
    assert row
    await engine.delete(ORGANIZER, gone.session_id)
    assert await engine.state.read(row.key) is None
    await engine.state.commit(gone.event_id, [Put(row.key, 0, row.fields)])
    for mend in (False, True):
        (line,) = await checked(parts, mend=mend)
        assert f"transcript default:{gone.session_id} are words of a session that is gone" in line
    assert await engine.state.read(row.key) is None
    assert await whole(engine, kept) == kept
    assert await checked(parts) == []


async def test_words_that_state_lost_come_back_from_storage(parts: Parts) -> None:
    engine = parts.engine
    session, other = await spoken(engine), await spoken(engine)
    await lost(engine, session)
    (line,) = await checked(parts, mend=True)
    assert "has lost the words of its transcript, which its session.json has" in line
    await work(engine)
    assert [await whole(engine, one) for one in (session, other)] == [session, other]
    assert await checked(parts) == []


async def test_words_that_are_lost_in_both_are_said(parts: Parts) -> None:
    session = await spoken(parts.engine)
    await lost(parts.engine, session)
    await parts.engine.storage.delete_audio(keys.stored(session.session_id, keys.SESSION_JSON))
    for mend in (False, True):
        (line,) = await checked(parts, mend=mend)
        assert "has lost the words of its transcript; their text is left" in line
    assert (await whole(parts.engine, session)).transcript.text == CORRECTED.text


async def test_a_record_with_other_words_is_written_anew(parts: Parts) -> None:
    engine = parts.engine
    session = await spoken(engine)
    key = keys.stored(session.session_id, keys.SESSION_JSON)
    record = json.loads(await read(engine, key))
    record["transcript"]["utterances"][0]["words"][0]["confidence"] = 0.1
    await engine.storage.upload_audio(key, json.dumps(record).encode(), "application/json")
    (line,) = await checked(parts, mend=True)
    assert "has no session.json that says what state says" in line
    assert Session.model_validate_json(await read(engine, key)) == session
    assert await checked(parts) == []


async def test_a_session_whose_row_alone_is_lost_gets_its_words_back(parts: Parts) -> None:
    engine = parts.engine
    session = await spoken(engine)
    await forgotten(engine, session)
    await undue(engine, session)
    (line,) = await checked(parts, mend=True)
    assert "is in storage, but not in state" in line
    await work(engine)
    assert await whole(engine, session) == session
    assert await checked(parts) == []


async def test_lost_state_comes_back_with_every_word(place: Place) -> None:
    async with place.parts() as parts:
        sessions = [await spoken(parts.engine)]
        for status in ("failed", "pending"):
            session = await completed(parts.engine)
            sessions.append(await written(parts.engine, session.session_id, standing(status)))
        await work(parts.engine)
        waiting = list(await awaited(parts.engine))
        assert len(waiting) == 1
    place.lose_state()
    async with place.parts() as parts:
        assert await parts.upkeep.reindex(lambda _: None)
        assert [await whole(parts.engine, session) for session in sessions] == sessions
        assert list(await awaited(parts.engine)) == waiting
        await work(parts.engine)
        assert await checked(parts) == []


@pytest.mark.parametrize(("here", "there"), [MODES, MODES[::-1]])
async def test_a_backup_brings_every_word_into_the_other_mode(
    place_of: Callable[[str], Place], tmp_path: Path, here: str, there: str
) -> None:
    async with place_of(here).parts() as old, place_of(there).parts() as new:
        event_id = (await event_of(old.engine)).event_id
        sessions = [await spoken(old.engine, event_id)]
        for status in ("failed", "pending"):
            session = await completed(old.engine, event_id)
            sessions.append(await written(old.engine, session.session_id, standing(status)))
        live = await recording(old.engine, event_id)
        await written(old.engine, live.session_id, standing("pending").holding(SAID))
        said: list[str] = []
        assert await old.upkeep.backup(tmp_path / "a.zip", None, said.append)
        assert f"session {live.session_id} is being recorded" in said[0]
        for _ in range(2):
            await new.upkeep.restore(tmp_path / "a.zip", said.append)
            assert [await whole(new.engine, session) for session in sessions] == sessions
        assert list(await awaited(new.engine)) == [words.key(sessions[2])]
        assert await new.engine.state.read(words.key(live)) is None
        await work(new.engine)
        assert await checked(new) == []
