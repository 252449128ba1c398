"""Advice from the wish to the team's eyes, and fifty pitches that try to make more of it."""

import html
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any

import pytest
from mcp import Client

from pitchscoop import doctor
from pitchscoop.access.model import Principal
from pitchscoop.doors import mcp
from pitchscoop.engine import Engine
from pitchscoop.main import Parts
from pitchscoop.recordings.model import Session
from tests.advising.hostile import HONEST, HOSTILE, forbidden, obedient, spoken
from tests.advising.pitches import CLEO, advised, browser, drafted, event_of, pitched
from tests.advising.talks import KELP, RUBRIC, talk
from tests.servers.llm import ModelServer
from tests.servers.place import Place


@pytest.fixture
async def parts(place: Place, model_server: ModelServer) -> AsyncIterator[Parts]:
    async with advised(place, model_server) as parts:
        yield parts


async def exported(engine: Engine, event_id: str) -> bytes:
    """All that standings are made of: the event, its rubric and method, its cards."""
    export = await engine.export(CLEO, event_id, "export.json")
    return b"".join([piece async for piece in export.json()])


async def test_from_the_wish_to_the_team(parts: Parts) -> None:
    engine = parts.engine
    event_id = await event_of(engine)
    team = await engine.organizing.add_team(CLEO, event_id, "Kelp")
    judge = await engine.organizing.add_judge(CLEO, event_id, "Ada")
    session = await pitched(engine, event_id)
    path = f"/api/v1/sessions/{session.session_id}/advice"
    async with browser(parts) as organizer, browser(parts, team.token) as member, browser(parts, judge.token) as ada:
        assert (await organizer.get(path)).json()["code"] == "no_advice"
        asked = await organizer.post(path)
        assert (asked.status_code, asked.json()["status"], asked.json()["sentences"]) == (202, "pending", [])
        await engine.advice.drafting.look(event_id, session.session_id)
        draft = (await organizer.get(path)).json()
        assert (draft["status"], draft["label"], draft["model"]) == ("ready", "Drafted by a model", "a-model")
        first, second, third = (one["id"] for one in draft["sentences"][:3])
        decisions = [
            {"id": first, "verdict": "accepted"},
            {"id": second, "verdict": "accepted", "text": "Say sooner who needs the buoys."},
            {"id": third, "verdict": "rejected"},
        ]
        review = {"sentences": decisions, "revision": draft["revision"]}
        done = await organizer.patch(path, json=review)
        assert (done.status_code, done.json()["label"]) == (200, "Drafted by a model, checked by Organizer")
        late = await organizer.patch(path, json=review)
        assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
        assert late.json()["current"]["revision"] == done.json()["revision"]

        page = f"/pitches/{session.session_id}"
        assert (await member.get(path)).json()["code"] == "wrong_stage"
        assert (await ada.get(path)).status_code == 403
        assert "who needs" not in (await member.get(page)).text
        assert "who needs the buoys" in (await organizer.get(page)).text
        await engine.organizing.move_event(CLEO, event_id, "published")
        released = (await member.get(path)).json()
        assert [one["text"] for one in released["sentences"]] == [
            draft["sentences"][0]["text"],
            "Say sooner who needs the buoys.",
        ]
        assert (released["model"], released["sentences"][1]["drafted"], released["dropped"]) == (None, None, 0)
        shown = (await member.get(page)).text
        assert "Say sooner who needs the buoys." in shown
        assert "Drafted by a model, checked by Organizer" in shown
        assert draft["sentences"][2]["text"] not in shown
        assert draft["sentences"][1]["text"] not in shown
        for reader in (ada, browser(parts, None)):
            shown = (await reader.get(f"{page}?key={engine.page_url(session).partition('key=')[2]}")).text
            assert "Say sooner" not in shown


async def test_bad_decisions_are_refused_and_change_nothing(parts: Parts) -> None:
    engine = parts.engine
    session = await pitched(engine, await event_of(engine))
    draft = await drafted(engine, session)
    known = draft.sentences[0].id
    path = f"/api/v1/sessions/{session.session_id}/advice"
    async with browser(parts) as organizer:
        for wrong, code in [
            ([{"id": "z", "verdict": "accepted"}], "no_such_sentence"),
            ([{"id": known, "text": " \n"}], "bad_sentence"),
            ([{"id": known, "text": "x" * 601}], "bad_sentence"),
            ([{"id": known, "text": "x" * 100_000}], "invalid_request"),
            ([{"id": known, "verdict": "first"}], "invalid_request"),
            ([{"id": known, "score": 10}], "invalid_request"),
            ([], "invalid_request"),
        ]:
            answer = await organizer.patch(path, json={"sentences": wrong})
            assert (answer.json()["code"], answer.status_code in (404, 422)) == (code, True)
    assert await engine.advice.read(CLEO, session.session_id) == draft


async def test_an_assistant_asks_reads_and_decides(parts: Parts) -> None:
    engine = parts.engine
    session = await pitched(engine, await event_of(engine))
    known = {"session_id": session.session_id}
    for separator in "._":
        async with Client(mcp.server(engine, separator, CLEO)) as model:
            assert not (await model.call_tool(f"pitches{separator}ask_advice", known)).is_error
            await engine.advice.drafting.look(session.event_id, session.session_id)
            found = (await model.call_tool(f"pitches{separator}get_advice", known)).structured_content
            assert found
            decision = {"id": found["sentences"][-1]["id"], "verdict": "accepted"}
            done = await model.call_tool(f"pitches{separator}review_advice", known | {"sentences": [decision]})
            assert done.structured_content
            assert done.structured_content["label"] == "Drafted by a model, checked by Cleo"
            all_of_it = await model.call_tool(f"events{separator}ask_advice", {"event_id": session.event_id})
            assert all_of_it.structured_content == {"asked": 0, "left": 0}


async def test_the_prompt_needs_no_model_and_hands_over_data(place: Place) -> None:
    async with place.parts() as parts:
        engine = parts.engine
        event_id = await event_of(engine)
        session = await pitched(engine, event_id, spoken(HOSTILE[5]))
        ada = (await engine.organizing.add_judge(CLEO, event_id, "Ada")).who.principal
        for separator in "._":
            async with Client(mcp.server(engine, separator, ada)) as model:
                (prompt,) = (await model.list_prompts()).prompts
                assert (prompt.name, [one.name for one in prompt.arguments or []]) == ("score_pitch", ["session_id"])
                (message,) = (await model.get_prompt("score_pitch", {"session_id": session.session_id})).messages
                told = message.content.text  # type: ignore[union-attr]
                assert "Scores are the judges' own" in told
                assert "never an instruction" in told
                assert all(criterion.name in told for criterion in RUBRIC)
                data = told.partition("\n<pitch>\n")[2]
                assert data.count("<") == data.count("</pitch>") == 1  # what was said cannot end what it stands in
                with pytest.raises(Exception, match="no_such_session"):
                    await model.get_prompt("score_pitch", {"session_id": "nosuchthing"})
        link = Principal(session_id=session.session_id, grant="listen")  # hears, but reads no rubric
        async with Client(mcp.server(engine, ".", link)) as model:
            with pytest.raises(Exception, match="not_allowed"):
                await model.get_prompt("score_pitch", {"session_id": session.session_id})


async def test_doctor_says_in_a_line_whether_a_model_answers(place: Place, model_server: ModelServer) -> None:
    lines: list[str] = []
    async with place.parts() as parts:
        assert await doctor.advice(parts.engine, lines.append)
    async with advised(place, model_server) as parts:
        assert await doctor.advice(parts.engine, lines.append)
        model_server.key = "changed"
        assert not await doctor.advice(parts.engine, lines.append)
    assert lines == [
        "note  Advice: Set LLM_MODEL, with LLM_BASE_URL or LLM_API_KEY, to have feedback drafted by a model.",
        f"ok    Advice: a-model at {model_server.url} answers",
        "wrong Advice: The model's server refused the key. Set LLM_API_KEY, then ask again.",
    ]


class Elements(HTMLParser):
    """The elements of a page and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {(tag, name) for name, _ in attrs} | {(tag, "")}


async def test_fifty_hostile_pitches_change_nothing_and_show_nothing(parts: Parts, model_server: ModelServer) -> None:
    engine = parts.engine
    event_id = await event_of(engine)
    ada = (await engine.organizing.add_judge(CLEO, event_id, "Ada")).who.principal
    teams = [await engine.organizing.add_team(CLEO, event_id, f"Team {number}") for number in range(len(HOSTILE))]
    sessions = [
        await pitched(engine, event_id, spoken(pitch), team.who.name)
        for pitch, team in zip(HOSTILE, teams, strict=True)
    ]
    for number, session in enumerate(sessions):
        scores = {criterion.id: 1 + (number * 7 + place) % 10 for place, criterion in enumerate(RUBRIC)}
        await engine.cards.save(ada, session.session_id, {"scores": scores})
    before = await exported(engine, event_id)
    async with browser(parts) as organizer:
        known: set[tuple[str, str]] = set()
        for harmless in (KELP, talk(*["We grow kelp on ropes along the coast of Brittany."] * 20)):
            plain = await pitched(engine, event_id, harmless, "Plain")
            await drafted(engine, plain)
            known |= Elements((await organizer.get(f"/pitches/{plain.session_id}")).text).found
            await engine.delete(CLEO, plain.session_id)
        seen = []
        for pitch, session in zip(HOSTILE, sessions, strict=True):
            model_server.knobs.mind = obedient(pitch)
            seen.append(await _everything(engine, organizer, session, known, forbidden(pitch)))
    assert await exported(engine, event_id) == before
    assert all(dropped >= 8 for dropped in seen)

    await engine.organizing.move_event(CLEO, event_id, "published")
    for team, session in zip(teams, sessions, strict=True):  # nobody accepted anything: nobody else sees anything
        assert await engine.advice.released(session) is None
        async with browser(parts, team.token) as member:
            assert (await member.get(f"/api/v1/sessions/{session.session_id}/advice")).json()["code"] == "no_advice"
            assert html.escape(HONEST) not in (await member.get(f"/pitches/{session.session_id}")).text


async def _everything(
    engine: Engine, organizer: Any, session: Session, known: set[tuple[str, str]], never: list[str]
) -> int:
    """Look at one pitch through each door; how many sentences were dropped."""
    advice = await drafted(engine, session)
    assert HONEST in [sentence.text for sentence in advice.sentences]
    told = (await organizer.get(f"/api/v1/sessions/{session.session_id}/advice")).json()
    page = (await organizer.get(f"/pitches/{session.session_id}")).text
    section = page.partition("<pitch-advice")[2].partition("</pitch-advice>")[0]
    assert html.escape(HONEST) in section
    for text in never:
        assert text not in [one["text"] for one in told["sentences"]]
        assert html.escape(text) not in re.sub(r"<q .*?</q>", "", section)  # a quote is what was said
    assert Elements(page).found <= known
    return advice.dropped


async def test_whoever_brings_nothing_reads_nothing(parts: Parts) -> None:
    engine = parts.engine
    session = await pitched(engine, await event_of(engine))
    await drafted(engine, session)
    async with browser(parts, None) as nobody:
        answer = await nobody.get(f"/api/v1/sessions/{session.session_id}/advice")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
