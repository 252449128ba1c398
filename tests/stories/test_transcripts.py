"""Transcripts through REST: read in every form, asked for, corrected, each by whoever may."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from pitchscoop.access.model import Principal, Role
from pitchscoop.engine import Engine
from pitchscoop.main import assembled
from pitchscoop.recordings.model import Session
from pitchscoop.settings import load
from pitchscoop.transcribing.service import NO_ENGINE
from pitchscoop.transcripts.model import Standing
from tests.exports.pitches import kept
from tests.servers.app import ADMIN, App
from tests.stories.test_live import start
from tests.words import READY, SAID, TROUBLE, shown, standing, utterance, written

FILES = {
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


@pytest.fixture
async def engine(app: App) -> AsyncIterator[Engine]:
    """The server's own state and storage, from this process."""
    async with assembled(load(app.settings), app.url) as parts:
        yield parts.engine


async def spoken(engine: Engine, status: Standing = "ready", team: str = "Kelp/line") -> Session:
    """A finished pitch whose transcript is in a state."""
    session = await kept(engine, "default", team, b"sound")
    return await written(engine, session.session_id, standing(status))


def path(session: Session, rest: str = "") -> str:
    return f"/sessions/{session.session_id}{rest}"


async def correct(client: httpx.AsyncClient, session: Session, **changed: Any) -> httpx.Response:
    correction = {"utterance_id": "u-1", "index": 4, "word": "varech.", "was": "kelp.", **changed}
    content, headers = json.dumps(correction), {"Content-Type": "application/json"}  # httpx cannot write half a letter
    return await client.put(path(session, "/transcript/words"), content=content, headers=headers)


async def test_a_session_has_its_words_and_lists_have_not(app: App, engine: Engine) -> None:
    session = await spoken(engine)
    async with app.client() as client:
        details = (await client.get(path(session))).json()["transcript"]
        alone = await client.get(path(session, "/transcript.json"))
        listed = (await client.get("/events/default/sessions?limit=200")).json()["sessions"]
    assert details == {
        "status": "ready",
        "text": " ".join(said.text for said in SAID),
        "language": "fr",
        "engine": "An engine",
        "corrected": 0,
        "error": None,
        "utterances": shown(READY),
    }
    assert (alone.json(), alone.headers["content-type"]) == (details, "application/json")
    (found,) = [found["transcript"] for found in listed if found["session_id"] == session.session_id]
    assert found == {**details, "utterances": []}


async def test_files_come_in_their_forms_and_under_the_name_of_the_pitch(app: App, engine: Engine) -> None:
    session = await spoken(engine)
    async with app.client() as client:
        found = {name: await client.get(path(session, f"/transcript.{name}")) for name in FILES}
        for name in ("json", *FILES):
            saved = await client.get(path(session, f"/transcript.{name}?download=true"))
            assert (
                saved.headers["content-disposition"] == f"attachment; filename*=UTF-8''Kelp_line%20-%20Seaweed.{name}"
            )
        other = await client.get(path(session, "/transcript.pdf"))
    assert {name: answer.headers["content-type"] for name, answer in found.items()} == FILES
    assert not any("content-disposition" in answer.headers for answer in found.values())
    assert found["txt"].text == "\n".join(f"{said.text}\n" for said in SAID)
    assert found["srt"].text.startswith("1\n00:00:00,500 --> ")
    assert found["vtt"].text.startswith("WEBVTT\n\n00:00:00.500 --> ")
    assert "<b>" not in found["vtt"].text
    assert "kelp." in found["srt"].text
    assert (other.status_code, other.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("status", "words"), [("none", NO_ENGINE), ("pending", "not written yet"), ("failed", TROUBLE.message)]
)
async def test_what_is_not_written_says_why_and_what_to_do(
    app: App, engine: Engine, status: Standing, words: str
) -> None:
    session = await spoken(engine, status)
    async with app.client() as client:
        for name in FILES:
            answer = await client.get(path(session, f"/transcript.{name}"))
            assert (answer.status_code, answer.json()["code"]) == (409, "transcript_not_ready")
            assert (answer.json()["transcript_status"], words in answer.json()["detail"]) == (status, True)
        found = (await client.get(path(session, "/transcript.json"))).json()
    assert (found["status"], found["text"], found["utterances"]) == (status, "", [])
    assert found["error"] == (TROUBLE.model_dump() if status == "failed" else None)


async def test_a_team_is_told_how_it_spoke(app: App, engine: Engine) -> None:
    session = await kept(engine, "default", "Kelp", b"sound")
    long = utterance("u-1", 1.0, " ".join(["Kelp"] * 30 + ["um"] + ["grows."] * 30))
    await written(engine, session.session_id, READY.model_copy(update={"language": "en"}).holding((long,)))
    async with app.client() as client:
        found = (await client.get(path(session, "/delivery"))).json()
        early = await client.get(path(await spoken(engine, "pending"), "/delivery"))
    measures = {measure["id"]: measure for measure in found["measures"]}
    assert (measures["pace"]["value"], measures["pace"]["unit"]) == (118.4, "words/min")
    assert (measures["pauses"]["value"], measures["overrun"]["value"]) == (0, 0)
    assert (measures["loudness_range"]["value"], measures["loudness_range"]["absent"]) == (None, "It was not measured.")
    assert all(measure["explanation"] and measure["source"]["name"] for measure in found["measures"])
    assert (len(found["measures"]), found["fillers"]) == (8, [{"filler": "um", "count": 1}])
    assert (early.status_code, early.json()["code"]) == (409, "transcript_not_ready")


async def test_without_an_engine_asking_says_how_to_get_one(app: App, engine: Engine) -> None:
    session = await spoken(engine, "failed")
    async with app.client() as client:
        answer = await client.post(path(session, "/transcript"))
        recording = await client.get(f"/sessions/{(await start(client))['session_id']}/transcript.txt")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_transcriber")
    assert NO_ENGINE in answer.json()["detail"]
    assert NO_ENGINE in recording.json()["detail"]


async def test_a_word_is_put_right_and_what_the_machine_heard_is_kept(app: App, engine: Engine) -> None:
    session = await spoken(engine)
    async with app.client() as client:
        for _ in range(2):
            answer = await correct(client, session)
            assert answer.status_code == 200
        found = (await client.get(path(session, "/transcript.json"))).json()
        assert found == answer.json()
        assert (found["corrected"], found["utterances"][0]["text"]) == (1, "Nous faisons pousser du varech.")
        before = shown(READY)[0]["words"]
        assert found["utterances"][0]["words"] == [
            *before[:4],
            {**before[4], "word": "varech.", "machine": "kelp."},
        ]
        for name in FILES:
            text = (await client.get(path(session, f"/transcript.{name}"))).text
            assert ("varech." in text, "kelp." in text) == (True, False)
        back = (await correct(client, session, word="kelp.", was="varech.")).json()
        assert (back["corrected"], back["utterances"]) == (0, shown(READY))
        gone = (await correct(client, session, index=1, word="", was="faisons")).json()
        assert gone["utterances"][0]["text"] == "Nous pousser du kelp."


@pytest.mark.parametrize("word", ["va\u200crech.", "👩\u200d🚀", "فريق", "deux mots", "x" * 200])
async def test_a_word_of_any_script_is_kept_as_written(app: App, engine: Engine, word: str) -> None:
    session = await spoken(engine)
    async with app.client() as client:
        answer = await correct(client, session, word=word)
        assert answer.json()["utterances"][0]["words"][4]["word"] == word


async def test_of_two_who_correct_one_word_the_later_is_told_what_it_is_now(app: App, engine: Engine) -> None:
    session = await spoken(engine)
    async with app.client() as client:
        await correct(client, session)
        answer = await correct(client, session, word="algues.")
        assert (answer.status_code, answer.json()["code"], answer.json()["word"]) == (409, "word_changed", "varech.")
        assert (await correct(client, session, word="algues.", was="varech.")).status_code == 200


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"utterance_id": "u-9"}, 404, "no_such_word"),
        ({"index": 5}, 404, "no_such_word"),
        ({"index": 10**30}, 404, "no_such_word"),
        ({"index": -1}, 422, "invalid_request"),
        ({"index": "a"}, 422, "invalid_request"),
        ({"word": "x" * 201}, 422, "invalid_request"),
        ({"word": "a\x00b"}, 422, "bad_word"),
        ({"word": "\ud800"}, 422, "invalid_request"),
        ({"word": None}, 422, "invalid_request"),
        ({"was": "x" * 2001}, 422, "invalid_request"),
        ({"utterance_id": "x" * 201}, 422, "invalid_request"),
        ({"more": 1}, 422, "invalid_request"),
    ],
)
async def test_a_correction_that_is_none_is_refused(
    app: App, engine: Engine, changed: dict[str, Any], status: int, code: str
) -> None:
    session = await spoken(engine)
    async with app.client() as client:
        answer = await correct(client, session, **changed)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await client.get(path(session, "/transcript.json"))).json()["corrected"] == 0


async def test_one_key_corrects_once(app: App, engine: Engine) -> None:
    session = await spoken(engine)
    async with app.client() as client:
        client.headers["Idempotency-Key"] = f"k-{session.session_id}"
        first = await correct(client, session)
        await written(engine, session.session_id)
        again = await correct(client, session)
        assert (again.text, again.headers["idempotency-replayed"]) == (first.text, "true")
        assert (await client.get(path(session, "/transcript.json"))).json()["corrected"] == 0


CALLS = {
    "transcript.json": ("GET", None),
    "transcript.srt": ("GET", None),
    "transcript.vtt": ("GET", None),
    "transcript.txt": ("GET", None),
    "delivery": ("GET", None),
    "transcript": ("POST", None),
    "transcript/words": ("PUT", {"utterance_id": "u-1", "index": 4, "word": "varech.", "was": "kelp."}),
}
READING = (200, 200, 200, 200)
OWN, OTHERS = (200, 409, 200), (403, 403, 403)  # delivery, asking (no engine is set up here to be asked), correcting
ALLOWED = {
    "organizer": (*READING, *OWN),
    "judge": (*READING, *OTHERS),
    "another event's judge": (403,) * 7,
    "team": (*READING, *OWN),
    "another team": (403,) * 7,
    "the link to listen": (*READING, *OTHERS),
    "the link to record": (*READING, *OTHERS),
    "another pitch's link": (403,) * 7,
    "nobody": (401,) * 7,
    "a wrong token": (401,) * 7,
}


async def holders(app: App, engine: Engine) -> tuple[Session, dict[str, str | None]]:
    """A team's pitch that is transcribed, and a token for each who may ask for it."""
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        ours, theirs = [
            (await client.post(f"/events/{event}/teams", json={"name": name})).json()["token"] for name in ("A", "B")
        ]
        other = await start(client)
    session = await written(engine, (await kept(engine, event, "A", b"sound")).session_id)
    access = engine.access
    judges = [Principal(role=Role.JUDGE, event_id=where) for where in (event, "default")]
    return session, {
        "organizer": ADMIN,
        "judge": (await access.cookie(judges[0]))[0],
        "another event's judge": (await access.cookie(judges[1]))[0],
        "team": ours,
        "another team": theirs,
        "the link to listen": access.link_token("listen", session.session_id),
        "the link to record": access.link_token("record", session.session_id, session.expires_at),
        "another pitch's link": access.link_token("listen", other["session_id"]),
        "nobody": None,
        "a wrong token": "wrong",
    }


async def test_each_call_is_for_whoever_the_table_says(app: App, engine: Engine) -> None:
    session, tokens = await holders(app, engine)
    found = {}
    for name, token in tokens.items():
        async with app.client(token) as client:
            found[name] = tuple(
                [
                    (await client.request(method, path(session, f"/{rest}"), json=body)).status_code
                    for rest, (method, body) in CALLS.items()
                ]
            )
    assert found == ALLOWED


async def test_the_description_of_transcripts_is_true(app: App) -> None:
    async with httpx.AsyncClient(base_url=app.url) as client:
        described = (await client.get("/openapi.json")).json()
    base = "/api/v1/sessions/{session_id}"
    for name, content_type in FILES.items():
        answer = described["paths"][f"{base}/transcript.{name}"]["get"]["responses"]["200"]
        assert list(answer["content"]) == [content_type.partition(";")[0]]
    assert {"202", "409"} <= described["paths"][f"{base}/transcript"]["post"]["responses"].keys()
    word = described["components"]["schemas"]["Word"]
    assert (sorted(word["properties"]), "machine" in word["required"]) == (
        ["confidence", "end", "machine", "start", "word"],
        False,
    )


async def test_how_it_was_spoken_is_for_the_team_and_the_organizer(app: App, engine: Engine) -> None:
    session = await spoken(engine)
    key = engine.page_url(session).rpartition("key=")[2]
    async with app.client() as client, app.client(None) as public, httpx.AsyncClient(base_url=app.url) as browser:
        found = (await client.get(path(session, "/delivery"))).json()
        refused = await public.get(path(session, "/delivery"))
        own = await client.get(f"{app.url}/pitches/{session.session_id}")
        linked = await browser.get(f"/pitches/{session.session_id}?key={key}")
    measures = {measure["id"]: measure for measure in found["measures"]}
    assert (len(measures), measures["pauses"]["value"]) == (8, 1)
    assert (measures["pace"]["value"], bool(measures["pace"]["absent"])) == (None, True)  # too short to tell
    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
    assert ("The longest took" in own.text, "The longest took" in linked.text) == (True, False)
    assert linked.status_code == 200
    async with app.client() as client:
        pending = await client.get(path(await spoken(engine, "pending"), "/delivery"))
    assert (pending.status_code, pending.json()["code"]) == (409, "transcript_not_ready")
