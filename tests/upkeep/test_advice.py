"""What a model advised, and what people made of it, is kept beside the audio and comes back from there."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pitchscoop.advising.model import Advice, Decision
from pitchscoop.engine import Engine
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.state import Due, Put
from pitchscoop.main import Parts
from pitchscoop.recordings.model import Session
from tests.advising.pitches import CLEO, advised, drafted, event_of
from tests.advising.talks import KELP
from tests.servers.llm import ModelServer
from tests.servers.place import MODES, Place
from tests.upkeep.pitches import checked, completed, read, work
from tests.words import written


async def reviewed(engine: Engine, event_id: str) -> tuple[Session, Advice]:
    """A finished pitch with advice, of which something was accepted."""
    session = await written(engine, (await completed(engine, event_id)).session_id, KELP)
    draft = await drafted(engine, session)
    decision = Decision(id=draft.sentences[0].id, verdict="accepted", text="As Cleo has it.")
    advice = await engine.advice.review(CLEO, session.session_id, [decision])
    await settled(engine, session)
    return session, advice


async def settled(engine: Engine, session: Session) -> None:
    """Do all that is due."""
    await work(engine)
    name = keys.advice(session.event_id, session.session_id)
    for due in await engine.state.due(2**52, 99, "advice"):
        if due.session_id == name and await engine.state.claim(due, None):
            again = await engine.advice.drafting.look(session.event_id, session.session_id)
            later = [] if again is None else [Due(session.event_id, name, micros(utc_now() + again))]
            await engine.state.commit(session.event_id, [], [], later)


async def advice_of(engine: Engine, session: Session) -> Advice:
    found = await engine.advice.known(session)
    assert found
    return found.model_copy(update={"revision": 0})


async def test_state_that_is_lost_comes_back_with_every_decision(place: Place, model_server: ModelServer) -> None:
    async with advised(place, model_server) as parts:
        session, _ = await reviewed(parts.engine, await event_of(parts.engine))
        waiting = await written(parts.engine, (await completed(parts.engine, session.event_id)).session_id, KELP)
        await parts.engine.advice.ask(CLEO, waiting.session_id)
        model_server.knobs.fail(503)
        await settled(parts.engine, waiting)
        before = await advice_of(parts.engine, session)
        assert await checked(parts) == []
    place.lose_state()
    async with advised(place, model_server) as parts:
        assert await parts.upkeep.reindex(lambda _: None)
        assert await advice_of(parts.engine, session) == before
        await settled(parts.engine, session)
        await settled(parts.engine, waiting)
        assert (await advice_of(parts.engine, waiting)).status == "ready"
        assert await checked(parts) == []


@pytest.mark.parametrize(("here", "there"), [MODES, MODES[::-1]])
async def test_a_backup_brings_it_into_the_other_mode(
    place_of: Callable[[str], Place], tmp_path: Path, model_server: ModelServer, here: str, there: str
) -> None:
    async with advised(place_of(here), model_server) as old, advised(place_of(there), model_server) as new:
        session, _ = await reviewed(old.engine, await event_of(old.engine))
        assert await old.upkeep.backup(tmp_path / "a.zip", None, lambda _: None)
        for _ in range(2):
            await new.upkeep.restore(tmp_path / "a.zip", lambda _: None)
            assert await advice_of(new.engine, session) == await advice_of(old.engine, session)
        await settled(new.engine, session)
        assert await checked(new) == []


async def test_what_is_wrong_with_it_is_found_and_mended(place: Place, model_server: ModelServer) -> None:
    async with advised(place, model_server) as parts:
        engine, state = parts.engine, parts.engine.state
        session, _ = await reviewed(engine, await event_of(engine))
        key = keys.advice(session.event_id, session.session_id)
        place_of_it = keys.stored(session.session_id, keys.ADVICE_JSON)
        known = await advice_of(engine, session)

        async def mended(what: str) -> None:
            for mend in (False, True):
                (line,) = await checked(parts, mend=mend)
                assert what in line
            await settled(engine, session)
            assert await advice_of(engine, session) == known
            assert await checked(parts) == []

        row = await state.read(key)
        assert row
        await state.commit(session.event_id, [Put(key, row.version, None)])
        await mended("has lost the advice on it, which its advice.json has.")
        await engine.storage.delete_audio(place_of_it)
        await mended("has no advice.json that says what state says.")
        document = json.loads(await read(engine, place_of_it)) | {"status": "failed"}
        await engine.storage.upload_audio(place_of_it, json.dumps(document).encode(), "application/json")
        await mended("has no advice.json that says what state says.")

        await engine.advice.ask(CLEO, session.session_id)
        await state.commit(session.event_id, [], [], [Due(session.event_id, key, None)])
        for mend in (False, True):
            (line,) = await checked(parts, mend=mend)
            assert "waits for advice, and no worker looks at it." in line
        await settled(engine, session)
        assert (await advice_of(engine, session)).status == "ready"


async def test_it_goes_with_its_pitch_and_with_its_event(place: Place, model_server: ModelServer) -> None:
    async with advised(place, model_server) as parts:
        engine = parts.engine
        session, _ = await reviewed(engine, await event_of(engine))
        key = keys.advice(session.event_id, session.session_id)
        row = await engine.state.read(key)
        assert row
        await engine.delete(CLEO, session.session_id)
        await nothing_is_left(parts, session)
        await engine.state.commit(session.event_id, [Put(key, 0, row.fields)])  # as a worker might that was held up
        (line,) = await checked(parts, mend=True)
        assert "is advice on a session that is gone." in line
        await nothing_is_left(parts, session)

        other, _ = await reviewed(engine, session.event_id)
        await engine.organizing.delete_event(CLEO, session.event_id)
        await work(engine)
        await nothing_is_left(parts, other)


async def nothing_is_left(parts: Parts, session: Session) -> None:
    state = parts.engine.state
    assert await state.read(keys.advice(session.event_id, session.session_id)) is None
    assert await parts.engine.storage.list_audio(keys.folder(session.session_id)) == []
    assert await state.due(2**52, 99, "advice") == []
