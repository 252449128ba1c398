"""A model is asked in the background: with patience, a bound, and clear words when it cannot be had."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from pitchscoop.adapters.llm import LanguageModel, Patience
from pitchscoop.advising.drafting import NO_MODEL
from pitchscoop.advising.model import Advice, Decision
from pitchscoop.advising.service import Advising
from pitchscoop.engine import Engine
from pitchscoop.kernel.clock import utc_now
from pitchscoop.kernel.errors import Conflict, NotFound
from pitchscoop.main import Parts
from pitchscoop.recordings.model import Session
from tests.advising.pitches import CLEO, event_of, pitched
from tests.servers.llm import ModelServer
from tests.servers.minds import honest, item, says, shifted, writes


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return utc_now() + self.ahead


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def advising(parts: Parts, model_server: ModelServer, watch: Watch) -> AsyncIterator[Advising]:
    model = LanguageModel(model_server.model, model_server.url, model_server.key, Patience(1, 1, 1))
    engine = parts.engine
    yield Advising(engine.state, engine.events, engine.sessions, engine.storage, watch, model)
    await model.close()


async def asked(engine: Engine, advising: Advising) -> Session:
    session = await pitched(engine, await event_of(engine))
    assert (await advising.ask(CLEO, session.session_id)).status == "pending"
    return session


async def look(advising: Advising, session: Session) -> tuple[Advice, dt.timedelta | None]:
    """What a worker leaves, and when it wants to look again."""
    again = await advising.drafting.look(session.event_id, session.session_id)
    return await advising.read(CLEO, session.session_id), again


async def test_a_draft_has_every_criterion_and_waits_for_a_person(
    parts: Parts, advising: Advising, model_server: ModelServer
) -> None:
    session = await asked(parts.engine, advising)
    advice, again = await look(advising, session)
    assert (advice.status, advice.model, advice.dropped, advice.error, again) == ("ready", "a-model", 0, None, None)
    assert [one.about for one in advice.sentences] == [None, None, None, "Problem", "Team and craft"]
    assert {one.verdict for one in advice.sentences} == {"waiting"}
    assert len(model_server.asked) == 1
    assert (await look(advising, session))[0] == advice
    assert len(model_server.asked) == 1


async def test_asking_again_while_it_is_drafted_asks_once(
    parts: Parts, advising: Advising, model_server: ModelServer
) -> None:
    session = await asked(parts.engine, advising)
    first = await advising.known(session)
    assert await advising.ask(CLEO, session.session_id) == first
    await look(advising, session)
    assert len(model_server.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_model_that_is_away_is_asked_again_ever_more_seldom(
    parts: Parts, advising: Advising, model_server: ModelServer, watch: Watch, status: int
) -> None:
    session = await asked(parts.engine, advising)
    model_server.knobs.fail(status, times=5)
    waits = []
    for minutes in (0, 1, 4, 20, 59):
        watch.ahead = dt.timedelta(minutes=minutes)
        advice, again = await look(advising, session)
        assert advice.status == "pending"
        assert advice.error
        assert "tried again by itself" in advice.error.message
        waits.append(again.total_seconds() if again else 0)
    assert waits == pytest.approx([5, 30, 120, 300, 300], abs=5)
    advice, again = await look(advising, session)
    assert (advice.status, advice.error, again) == ("ready", None, None)


async def test_a_server_that_says_when_is_asked_then(
    parts: Parts, advising: Advising, model_server: ModelServer
) -> None:
    session = await asked(parts.engine, advising)
    model_server.knobs.fail(429, retry_after="90")
    assert (await look(advising, session))[1] == dt.timedelta(seconds=90)


async def test_after_an_hour_it_is_given_up_and_said(
    parts: Parts, advising: Advising, model_server: ModelServer, watch: Watch
) -> None:
    session = await asked(parts.engine, advising)
    model_server.die()
    watch.ahead = dt.timedelta(minutes=61)
    advice, again = await look(advising, session)
    assert (advice.status, again) == ("failed", None)
    assert advice.error
    assert advice.error.code == "model_unavailable"


async def test_one_that_never_answers_holds_up_nobody_for_long(
    parts: Parts, advising: Advising, model_server: ModelServer
) -> None:
    session = await asked(parts.engine, advising)
    model_server.knobs.hangs = True
    async with asyncio.timeout(5):
        advice, again = await look(advising, session)
    assert advice.error
    assert "took too long" in advice.error.message
    assert again == dt.timedelta(seconds=5)


async def test_a_wrong_key_is_said_at_once(parts: Parts, advising: Advising, model_server: ModelServer) -> None:
    session = await asked(parts.engine, advising)
    model_server.key = "changed"
    advice, again = await look(advising, session)
    assert (advice.status, again) == ("failed", None)
    assert advice.error
    assert "LLM_API_KEY" in advice.error.message


@pytest.mark.parametrize("nonsense", ["I would rather not.", '{"feedback": 3}', "[[", '{"verdict": "first place"}'])
async def test_nonsense_is_asked_for_again_once_and_then_said(
    parts: Parts, advising: Advising, model_server: ModelServer, nonsense: str
) -> None:
    session = await asked(parts.engine, advising)
    model_server.knobs.mind = says(nonsense)
    advice, _ = await look(advising, session)
    assert (advice.status, len(model_server.asked)) == ("failed", 2)
    assert advice.error
    assert advice.error.code in ("model_nonsense", "nothing_cited")


async def test_the_second_answer_may_be_the_good_one(
    parts: Parts, advising: Advising, model_server: ModelServer
) -> None:
    session = await asked(parts.engine, advising)
    minds = iter([says("What?"), honest])

    def mind(data: dict[str, Any]) -> str:
        return next(minds)(data)

    model_server.knobs.mind = mind
    assert (await look(advising, session))[0].status == "ready"


@pytest.mark.parametrize("seconds", [-30, 2.6, 30])
async def test_times_that_are_not_there_leave_nothing(
    parts: Parts, advising: Advising, model_server: ModelServer, seconds: float
) -> None:
    session = await asked(parts.engine, advising)
    model_server.knobs.mind = shifted(seconds)
    advice, _ = await look(advising, session)
    assert (advice.status, advice.sentences) == ("failed", ())


async def test_what_was_accepted_outlives_a_new_draft(
    parts: Parts, advising: Advising, model_server: ModelServer
) -> None:
    session = await asked(parts.engine, advising)
    advice, _ = await look(advising, session)
    kept = advice.sentences[3]
    await advising.review(CLEO, session.session_id, [Decision(id=kept.id, verdict="accepted")])
    await advising.ask(CLEO, session.session_id)
    lines = {"said": "Our buoys tell them three days", "at": 11.0}
    model_server.knobs.mind = writes(
        item("You could end on the three days of warning.", lines),
        remarks=[item("Another remark on the problem.", lines) | {"criterion": "problem"}],
    )
    again, _ = await look(advising, session)
    assert [one.text for one in again.sentences] == [kept.text, "You could end on the three days of warning."]
    assert again.sentences[0].checked_by == "Cleo"


async def test_so_many_are_drafted_at_once_and_all_of_an_event_in_the_end(
    parts: Parts, advising: Advising, model_server: ModelServer
) -> None:
    engine = parts.engine
    event_id = await event_of(engine)
    sessions = [await pitched(engine, event_id, team=f"T{number}") for number in range(7)]
    await advising.ask(CLEO, sessions[0].session_id)
    model_server.knobs.delay = 0.2
    found = await advising.ask_all(CLEO, event_id)
    assert (found.asked, found.left) == (6, 0)
    working = asyncio.create_task(advising.drafting.run())
    try:
        async with asyncio.timeout(20):
            while {(await advising.read(CLEO, one.session_id)).status for one in sessions} != {"ready"}:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert (len(model_server.asked), model_server.most_at_once) == (7, 2)
    assert (await advising.ask_all(CLEO, event_id)).asked == 0


async def test_a_pitch_that_is_deleted_meanwhile_leaves_nothing(
    parts: Parts, advising: Advising, model_server: ModelServer
) -> None:
    engine = parts.engine
    session = await asked(engine, advising)
    model_server.knobs.delay = 0.5
    looking = asyncio.create_task(advising.drafting.look(session.event_id, session.session_id))
    await model_server.until(lambda: model_server.asked)
    await engine.delete(CLEO, session.session_id)
    with pytest.raises(NotFound):
        await looking
    assert await advising.known(session) is None
    assert await engine.storage.list_audio(f"sessions/{session.session_id}/") == []


async def test_without_a_model_or_words_there_is_nothing_to_ask(parts: Parts, advising: Advising) -> None:
    engine = parts.engine
    session = await pitched(engine, await event_of(engine))
    with pytest.raises(Conflict, match=NO_MODEL.partition(",")[0]) as told:
        await engine.advice.ask(CLEO, session.session_id)
    assert told.value.code == "no_model"
    silent = await pitched(engine, session.event_id, session.transcript.holding(()))
    with pytest.raises(Conflict, match="Ask for the transcript first") as told:
        await advising.ask(CLEO, silent.session_id)
    assert told.value.code == "transcript_not_ready"


async def test_what_was_asked_for_where_there_is_no_model_any_more_is_said(parts: Parts, advising: Advising) -> None:
    session = await asked(parts.engine, advising)
    await parts.engine.advice.drafting.look(session.event_id, session.session_id)
    advice = await advising.known(session)
    assert advice
    assert advice.error
    assert (advice.status, advice.error.message) == ("pending", NO_MODEL)
