"""A judge scores over REST and MCP: what is saved, what is refused, and what is told about it."""

import json
import uuid
from typing import Any

import httpx
import pytest

from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests.scoring.judged import WHOLE, Judged, judged
from tests.servers.app import App

_JSON = {"Content-Type": "application/json"}


async def prepared(app: App, **more: Any) -> Judged:
    async with assembled(load(app.settings), app.url) as parts:
        return await judged(parts.engine, **more)


async def test_a_card_is_saved_read_and_looked_back_on(app: App) -> None:
    here = await prepared(app)
    path = f"/sessions/{here.pitches[0]}/scores"
    async with app.client(here.tokens[0]) as judge, app.client() as organizer:
        none = await judge.get(path)
        assert (none.status_code, none.json()["code"]) == (404, "no_card")
        answer = await judge.put(path, json={"scores": {"problem": 8}, "comment": "<b>&amp;</b> ☃"})
        assert answer.status_code == 200
        card = answer.json()
        assert set(card) == {
            *("session_id", "judge_id", "scores", "comment", "mark", "complete", "missing"),
            *("rubric_version", "saved_at", "revision"),
        }
        assert (card["scores"], card["comment"]) == ({"problem": 8}, "<b>&amp;</b> ☃")
        assert (card["complete"], card["missing"]) == (False, ["solution", "team-and-craft", "delivery"])
        whole = (await judge.put(path, json={"scores": WHOLE, "revision": 1})).json()
        assert (whole["complete"], whole["revision"], whole["comment"]) == (True, 2, "<b>&amp;</b> ☃")
        assert (await judge.get(path)).json() == whole
        assert (await organizer.get(path)).json() == {"cards": [whole]}
        versions = (await judge.get(f"{path}/history")).json()["versions"]
        theirs = await judge.get(f"{path}/history?judge=somebodyelse")
        assert (theirs.status_code, theirs.json()["code"]) == (403, "other_judge")
        assert [version["complete"] for version in versions] == [True, False]
        stale = await judge.put(path, json={"comment": "other", "revision": 1})
        assert (stale.status_code, stale.json()["code"], stale.json()["current"]) == (409, "changed_meanwhile", whole)
        assert (await judge.put(path, json={"scores": WHOLE, "revision": 1})).json() == whole


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"scores": {"problem": NaN}}', "score_out_of_range"),
        ('{"scores": {"problem": Infinity}}', "score_out_of_range"),
        ('{"scores": {"problem": 1e999}}', "score_out_of_range"),
        ('{"scores": {"problem": 0}}', "score_out_of_range"),
        ('{"scores": {"problem": 10.5}}', "score_out_of_range"),
        ('{"scores": {"problem": true}}', "score_out_of_range"),
        ('{"scores": {"problem": "8"}}', "score_out_of_range"),
        ('{"scores": {"problem": {}}}', "score_out_of_range"),
        ('{"scores": {"charm": 5}}', "unknown_criterion"),
        ('{"scores": [8]}', "invalid_request"),
        ('{"mark": "first place"}', "invalid_request"),
        ('{"total": 100}', "invalid_request"),
        ('{"scores": {"\\ud800": 5}}', "unknown_criterion"),
        (json.dumps({"comment": "x" * 100_000}), "comment_too_long"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence(app: App, body: str, code: str) -> None:
    here = await prepared(app)
    async with app.client(here.tokens[0]) as judge:
        path = f"/sessions/{here.pitches[0]}/scores"
        answer = await judge.put(path, content=body, headers=_JSON)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        if code == "score_out_of_range":
            assert "from 1 to 10" in answer.json()["detail"]
        assert (await judge.get(path)).status_code == 404


async def test_half_a_character_is_left_out_of_a_comment(app: App) -> None:
    here = await prepared(app)
    async with app.client(here.tokens[0]) as judge:
        path = f"/sessions/{here.pitches[0]}/scores"
        answer = await judge.put(path, content=rb'{"comment": "kelp\ud800\u0000"}', headers=_JSON)
        assert (answer.status_code, answer.json()["comment"]) == (200, "kelp")


async def test_a_revoked_judge_is_out(app: App) -> None:
    here = await prepared(app)
    async with app.client(here.tokens[0]) as judge, app.client() as organizer:
        path = f"/sessions/{here.pitches[0]}/scores"
        assert (await judge.put(path, json={"scores": WHOLE})).status_code == 200
        await organizer.delete(f"/events/{here.event_id}/judges/{here.judges[0].judge_id}")
        answer = await judge.put(path, json={"scores": WHOLE})
        assert (answer.status_code, answer.json()["code"]) == (401, "ended_token")
        assert len((await organizer.get(path)).json()["cards"]) == 1


async def test_a_page_of_one_judge_reads_and_writes_nothing_of_another(app: App) -> None:
    here = await prepared(app, judges=2)
    mine, other = ({"judge": here.judges[place].judge_id} for place in (0, 1))
    path, day = f"/sessions/{here.pitches[0]}/scores", f"/events/{here.event_id}/judging"
    async with app.client(here.tokens[0]) as judge, app.client() as organizer:
        refused = [await judge.put(path, json={"scores": WHOLE}, params=other), await judge.get(day, params=other)]
        assert [(one.status_code, one.json()["code"]) for one in refused] == [(403, "other_judge")] * 2
        assert (await organizer.get(path)).json() == {"cards": []}
        taken = [await judge.put(path, json={"scores": WHOLE}, params=mine), await judge.get(day, params=mine)]
        assert [one.status_code for one in taken] == [200, 200]
        await organizer.post(f"/events/{here.event_id}/stage", json={"stage": "frozen"})
        assert (await judge.put(path, json={"scores": WHOLE}, params=other)).json()["code"] == "other_judge"


async def test_one_key_has_one_effect(app: App) -> None:
    here = await prepared(app)
    path, key = f"/sessions/{here.pitches[0]}/scores", {"Idempotency-Key": str(uuid.uuid4())}
    async with app.client(here.tokens[0]) as judge:
        first = await judge.put(path, json={"scores": WHOLE}, headers=key)
        await judge.put(path, json={"comment": "since"})
        again = await judge.put(path, json={"scores": WHOLE}, headers=key)
        assert again.json() == first.json()
        assert (await judge.get(path)).json()["comment"] == "since"


async def test_frozen_is_frozen_and_open_again_goes_on(app: App) -> None:
    here = await prepared(app)
    path = f"/sessions/{here.pitches[0]}/scores"
    async with app.client(here.tokens[0]) as judge, app.client() as organizer:
        for stage, status in (("frozen", 409), ("open", 200), ("published", 409), ("frozen", 409)):
            await organizer.post(f"/events/{here.event_id}/stage", json={"stage": stage})
            answer = await judge.put(path, json={"scores": WHOLE, "comment": stage})
            assert answer.status_code == status
            assert status == 200 or answer.json()["code"] == "wrong_stage"


async def test_a_judges_day(app: App) -> None:
    here = await prepared(app, teams=2, judges=2)
    async with app.client(here.tokens[0]) as judge:
        await judge.put(f"/sessions/{here.pitches[1]}/scores", json={"scores": WHOLE})
        day = (await judge.get(f"/events/{here.event_id}/judging")).json()
    assert day["event"]["event_id"] == here.event_id
    assert day["criteria"][""][0]["name"] == "Problem"
    assert day["criteria"][""][0]["anchors"][0] == {"value": 1, "text": "Nobody seems to have it"}
    assert [(pitch["session_id"], pitch["status"]) for pitch in day["pitches"]] == [
        (session, "completed") for session in here.pitches
    ]
    assert day["pitches"][0]["card"] is None
    assert day["pitches"][1]["card"]["complete"]
    assert day["assigned"] is False


async def test_the_rubric_is_changed_with_open_eyes(app: App) -> None:
    here = await prepared(app)
    path = f"/events/{here.event_id}"
    async with app.client(here.tokens[0]) as judge, app.client() as organizer:
        await judge.put(f"/sessions/{here.pitches[0]}/scores", json={"scores": WHOLE})
        startup = (await organizer.get("/rubrics")).json()["rubrics"]["startup"]
        answer = await organizer.patch(path, json={"rubric": startup})
        assert answer.status_code == 409
        told = answer.json()
        assert (told["code"], told["stay_complete"], told["become_drafts"]) == ("scoring_began", 0, 1)
        assert "1 card becomes a draft" in told["detail"]
        changed = await organizer.patch(path, json={"rubric": startup, "new_version": True})
        assert (changed.status_code, changed.json()["rubric_version"]) == (200, 2)
        card = (await judge.get(f"/sessions/{here.pitches[0]}/scores")).json()
        assert (card["complete"], card["scores"]) == (False, WHOLE)
        locked = await organizer.patch(path, json={"settings": {"method": "mean"}})
        assert (locked.status_code, locked.json()["code"]) == (409, "method_locked")
        locked = await organizer.patch(path, json={"settings": {"tie_break": "score"}})
        assert (locked.status_code, locked.json()["code"]) == (409, "method_locked")


@pytest.mark.parametrize(
    "rubric",
    [
        [{"id": "a", "name": "A", "weight": 1, "min": 5, "max": 5}],
        [{"id": "a", "name": "A", "weight": 1, "min": 0, "max": 5}] * 2,
        [{"id": "a", "name": "A", "weight": 1, "min": 0, "max": 5, "anchors": [{"value": 9, "text": "x"}]}],
    ],
)
async def test_a_rubric_that_cannot_be_is_refused(app: App, rubric: list[dict[str, Any]]) -> None:
    async with app.client() as organizer:
        made = await organizer.post("/events", json={"name": "E", "rubric": rubric})
        assert (made.status_code, made.json()["code"]) == (422, "bad_rubric")


@pytest.mark.parametrize(("rule", "code"), [("criterion:luck", "unknown_criterion"), ("coin", "invalid_request")])
async def test_a_tie_is_broken_only_by_what_there_is(app: App, rule: str, code: str) -> None:
    async with app.client() as organizer:
        made = await organizer.post("/events", json={"name": "E", "settings": {"tie_break": rule}})
        assert (made.status_code, made.json()["code"]) == (422, code)
        event = (await organizer.post("/events", json={"name": "E"})).json()
        at = f"/events/{event['event_id']}"
        changed = await organizer.patch(at, json={"settings": {"tie_break": rule}})
        assert (changed.status_code, changed.json()["code"]) == (422, code)
        changed = await organizer.patch(at, json={"settings": {"tie_break": "criterion:solution"}})
        assert changed.json()["settings"]["tie_break"] == "criterion:solution"
        startup = (await organizer.get("/rubrics")).json()["rubrics"]["startup"]
        gone = [one for one in startup if one["id"] != "solution"]
        assert (await organizer.patch(at, json={"rubric": gone})).status_code == 200
        copy = await organizer.post(f"{at}/copies", json={"name": "F"})
        assert copy.json()["settings"]["tie_break"] == "score"


async def test_an_assistant_scores_for_its_judge(app: App) -> None:
    here = await prepared(app)
    async with httpx.AsyncClient(base_url=app.url, timeout=30) as http:

        async def call(name: str, **arguments: Any) -> Any:
            headers = {
                "Authorization": f"Bearer {here.tokens[0]}",
                "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": "2025-06-18",
            }
            params = {"name": name, "arguments": arguments}
            document = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            answer = await http.post("/mcp", json=document, headers=headers)
            text = answer.text.partition("data: ")[2] or answer.text
            return json.loads(text)["result"]

        session = here.pitches[0]
        saved = await call("pitches.score", session_id=session, scores=WHOLE, comment="Clear.", mark="again")
        assert saved["structuredContent"]["complete"]
        none = await call("pitches.score", session_id=session, mark="none")
        assert (none["structuredContent"]["mark"], none["structuredContent"]["comment"]) == (None, "Clear.")
        wrong = await call("pitches.score", session_id=session, scores={"problem": 11})
        assert "score_out_of_range: Problem: give a number from 1 to 10." in wrong["content"][0]["text"]
        cards = (await call("pitches.get_scores", session_id=session))["structuredContent"]["cards"]
        assert [card["scores"] for card in cards] == [WHOLE]
        history = await call("pitches.get_score_history", session_id=session)
        assert len(history["structuredContent"]["versions"]) == 2
        day = (await call("judges.get_pitches", event_id=here.event_id))["structuredContent"]
        assert [pitch["session_id"] for pitch in day["pitches"]] == here.pitches
