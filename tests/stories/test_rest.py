"""REST as programs see it: errors, idempotency, rights, pages of sessions, many writers."""

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from tests.servers.app import App
from tests.stories.test_live import start


async def test_errors_are_problems_with_a_code(app: App) -> None:
    async with app.client() as client:
        for call, status, code in [
            (client.get("/nothing"), 404, "not_found"),
            (client.put("/sessions"), 405, "method_not_allowed"),
            (client.get("/sessions/none"), 404, "no_such_session"),
            (client.get("/sessions/..%2f..%2fetc"), 404, "not_found"),
            (client.post("/sessions", json={}), 422, "invalid_request"),
            (client.post("/sessions", content=b"{"), 422, "invalid_request"),
            (client.get("/events/nowhere/sessions"), 404, "no_such_event"),
            (client.get("/events/default/sessions?cursor=%00"), 422, "bad_cursor"),
        ]:
            answer = await call
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("token", [None, "wrong", "record.0.0.0"])
async def test_no_door_is_open_without_a_token(app: App, token: str | None) -> None:
    async with app.client() as organizer, app.client(token) as client:
        session = await start(organizer)
        path = f"/sessions/{session['session_id']}"
        new = {"team_name": "A", "pitch_title": "B"}
        for call in [
            client.post("/sessions", json=new),
            client.get(path),
            client.post(f"{path}/stop"),
            client.get(f"{path}/playback-url"),
            client.delete(path),
            client.get("/events/default/sessions"),
            client.post("/events", json={"name": "E"}),
            client.post("/events/default/teams", json={"name": "T"}),
            client.post(f"{app.url}/mcp", json={}),
            client.post(f"{app.url}/compat/mcp", json={}),
        ]:
            assert (await call).status_code == 401


@pytest.mark.parametrize("name", ["🚀 Team", "فريق النور", 'a "b" \\ c', "../../etc/passwd", "<script>", "a/b"])
async def test_names_are_kept_as_written(app: App, name: str) -> None:
    async with app.client() as client:
        session = await start(client, team_name=name, pitch_title=name)
        assert (await client.get(f"/sessions/{session['session_id']}")).json()["team_name"] == name


@pytest.mark.parametrize("name", ["", "   ", "x" * 10_000, "a\x00b"])
async def test_names_that_are_none_are_refused(app: App, name: str) -> None:
    async with app.client() as client:
        answer = await client.post("/sessions", json={"team_name": name, "pitch_title": "B"})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_one_key_has_one_effect_and_one_answer(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        new = {"team_name": "A", "pitch_title": "B", "event_id": event}
        key = {"Idempotency-Key": "k-1"}
        answers = [await client.post("/sessions", json=new, headers=key) for _ in range(3)]
        assert len({answer.text for answer in answers}) == 1
        listed = (await client.get(f"/events/{event}/sessions")).json()["sessions"]
        assert [found["session_id"] for found in listed] == [answers[0].json()["session_id"]]
        other = await client.post("/sessions", json={**new, "pitch_title": "C"}, headers=key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_key_without_a_token_is_nobody_elses(app: App) -> None:
    """Two people who came to the same key and the same name would share a team's link."""
    async with app.client() as client, app.client(None) as anybody:
        new = {"name": "E", "settings": {"self_registration": True}}
        event = (await client.post("/events", json=new)).json()["event_id"]
        path, team = f"/events/{event}/join", {"name": "A"}
        short = await anybody.post(path, json=team, headers={"Idempotency-Key": "join"})
        assert (short.status_code, short.json()["code"]) == (422, "bad_idempotency_key")
        key = {"Idempotency-Key": str(uuid.uuid4())}
        joined, again = [await anybody.post(path, json=team, headers=key) for _ in range(2)]
        assert (joined.status_code, again.text) == (201, joined.text)
        elsewhere = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
        async with httpx.AsyncClient(base_url=anybody.base_url, transport=elsewhere) as other:
            taken = await other.post(path, json=team, headers=key)
        assert (taken.status_code, taken.json()["code"]) == (409, "team_name_taken")


async def test_an_answer_of_before_is_not_for_a_token_that_was_ended(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        team = (await client.post(f"/events/{event}/teams", json={"name": "A"})).json()
        new = {"team_name": "A", "pitch_title": "B", "event_id": event}
        async with app.client(team["token"]) as speaker:
            key = {"Idempotency-Key": "k"}
            assert (await speaker.post("/sessions", json=new, headers=key)).status_code == 201
            assert (await speaker.post("/sessions", json=new, headers=key)).status_code == 201
            await client.post(f"/events/{event}/teams/{team['team_id']}/invitation")
            assert (await speaker.post("/sessions", json=new, headers=key)).status_code == 401


async def test_the_first_change_of_the_default_event_is_of_revision_zero(own_app: App) -> None:
    async with own_app.client() as client:
        assert (await client.get("/events/default")).json()["revision"] == 0
        changed = await client.patch("/events/default", json={"name": "Finals", "revision": 0})
        assert (changed.status_code, changed.json()["revision"]) == (200, 1)
        stale = await client.patch("/events/default", json={"name": "Other", "revision": 0})
        assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile")
        assert (stale.json()["current"]["name"], stale.json()["current"]["revision"]) == ("Finals", 1)
        assert "retry-after" not in stale.headers


async def test_a_wish_that_stays_refused_is_not_to_be_repeated(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E", "stage": "draft"})).json()["event_id"]
        team = (await client.post(f"/events/{event}/teams", json={"name": "A"})).json()
        async with app.client(team["token"]) as speaker:
            new = {"team_name": "A", "pitch_title": "B", "event_id": event}
            early = await speaker.post("/sessions", json=new)
        assert (early.status_code, early.json()["code"]) == (409, "wrong_stage")
        assert "retry-after" not in early.headers


async def test_a_hundred_joins_and_a_hundred_sessions_at_once_lose_nothing(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]

        async def join(number: int) -> httpx.Response:
            return await client.post(f"/events/{event}/teams", json={"name": f"Team {number}"})

        async def begin(number: int) -> dict[str, Any]:
            return await start(client, event_id=event, team_name=f"Team {number}")

        joined = await asyncio.gather(*(join(number) for number in range(100)))
        assert {answer.status_code for answer in joined} == {201}
        started = await asyncio.gather(*(begin(number) for number in range(100)))
        found: list[str] = []
        cursor = ""
        while True:
            page = (await client.get(f"/events/{event}/sessions?limit=30{cursor}")).json()
            found += [session["session_id"] for session in page["sessions"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert sorted(found) == sorted(session["session_id"] for session in started)
        twice = await join(7)
        assert (twice.status_code, twice.json()["code"]) == (409, "team_name_taken")


async def test_a_team_sees_and_records_its_own_and_nothing_else(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        teams = [(await client.post(f"/events/{event}/teams", json={"name": name})).json() for name in ("A", "B")]
        other = await start(client, event_id=event, team_name="B")
    async with app.client(teams[0]["token"]) as team:
        own = await start(team, team_name="A")
        assert own["event_id"] == event
        assert (await team.get(f"/sessions/{own['session_id']}")).status_code == 200
        assert (await team.get(f"/sessions/{other['session_id']}")).status_code == 403
        assert (await team.delete(f"/sessions/{own['session_id']}")).status_code == 403
        listed = (await team.get(f"/events/{event}/sessions")).json()["sessions"]
        assert [found["session_id"] for found in listed] == [own["session_id"]]
        assert (await team.post("/sessions", json={"team_name": "B", "pitch_title": "x"})).status_code == 403


async def test_tokens_and_signed_addresses_are_not_logged(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
        await client.get(f"/sessions/{session['session_id']}")
    written = app.log.read_text()
    assert session["live"]["token"] not in written
    assert app.settings["PITCHSCOOP_ADMIN_TOKEN"] not in written
    assert "signature=" not in written


async def test_the_link_of_a_team_signs_its_members_in(app: App) -> None:
    async with app.client() as client, httpx.AsyncClient() as browser:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        team = (await client.post(f"/events/{event}/teams", json={"name": "Ørsted"})).json()
        for _ in range(2):
            joined = await browser.get(team["join_url"])
            assert (joined.status_code, joined.headers["location"]) == (303, "/")
            assert "HttpOnly" in joined.headers["set-cookie"]
        assert team["token"] not in joined.headers["set-cookie"]
        assert "Ørsted" in (await browser.get(f"{app.url}/")).text
        assert (await browser.get(team["join_url"][:-1], headers={"Accept": "text/html"})).status_code == 401


async def test_the_description_of_the_interface_is_complete(app: App) -> None:
    async with httpx.AsyncClient(base_url=app.url) as client:
        found = (await client.get("/openapi.json")).json()
        assert "cdn" not in (await client.get("/docs")).text
    uploads = found["paths"]["/api/v1/sessions/{session_id}/uploads/{upload_id}"]
    assert sorted(uploads) == ["delete", "head", "patch"]
    for path, calls in found["paths"].items():
        for call in calls.values():
            if path.startswith("/api/"):
                assert "application/problem+json" in call["responses"]["503"]["content"], path
    assert "Problem" in found["components"]["schemas"]
    assert "HTTPValidationError" not in str(found["paths"])
