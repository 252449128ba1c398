"""The standings over REST and by assistants: counted at once, streamed, by track, and heard."""

import asyncio
import contextlib
import gzip
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.app import ADMIN, App
from tests.speech import wav
from tests.stories.test_live import finished
from tests.stories.test_organizer import visitor

SCORES = ("problem", "solution", "team-and-craft", "delivery")
TEAMS = (("Kelp", "Sea"), ("Tide", "Sea"), ("Loam", "Land"))


class Show:
    """An event with three teams, their pitches, and two judges."""

    def __init__(self, app: App, event: str, sessions: dict[str, str], judges: list[str]) -> None:
        self.app, self.event, self.sessions, self.judges = app, event, sessions, judges

    async def score(self, team: str, judge: int, points: float) -> None:
        async with self.app.client(self.judges[judge]) as client:
            body = {"scores": dict.fromkeys(SCORES, points)}
            (await client.put(f"/sessions/{self.sessions[team]}/scores", json=body)).raise_for_status()

    async def board(self, token: str | None = ADMIN, **params: str) -> dict[str, Any]:
        async with self.app.client(token) as client:
            answer = await client.get(f"/events/{self.event}/leaderboard", params=params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def move(self, stage: str) -> None:
        async with self.app.client() as client:
            (await client.post(f"/events/{self.event}/stage", json={"stage": stage})).raise_for_status()


@pytest.fixture
async def show(app: App) -> Show:
    async with app.client() as client:
        settings = {"tracks": ["Land", "Sea"], "timezone": "Europe/Copenhagen", "public": True}
        event = (await client.post("/events", json={"name": "Show", "settings": settings})).json()["event_id"]
        sessions = {}
        for name, track in TEAMS:
            (await client.post(f"/events/{event}/teams", json={"name": name, "track": track})).raise_for_status()
            sessions[name] = await _pitched(client, event, name)
        judges = [
            (await client.post(f"/events/{event}/judges", json={"name": name})).json()["token"]
            for name in ("Ada", "Bo")
        ]
    return Show(app, event, sessions, judges)


async def _pitched(client: httpx.AsyncClient, event: str, team: str) -> str:
    body = {"team_name": team, "pitch_title": f"{team}, in short", "event_id": event}
    session = (await client.post("/sessions", json=body)).json()
    audio = wav()
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(audio)), "Upload-Metadata": "filename YS53YXY="}
    place = (await client.post(f"/sessions/{session['session_id']}/uploads", headers=headers)).headers["location"]
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    (await client.patch(place, headers=headers, content=audio)).raise_for_status()
    await finished(client, session["session_id"])
    return str(session["session_id"])


@contextlib.asynccontextmanager
async def watching(show: Show, token: str | None) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The boards that a viewer is told of, one after the other."""
    async with show.app.client(token) as client:
        path = f"/events/{show.event}/leaderboard/stream"
        async with client.stream("GET", path) as stream:
            assert stream.status_code == 200
            assert stream.headers["content-type"].startswith("text/event-stream")
            yield _boards(stream.aiter_lines())


async def _boards(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, Any]]:
    async for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def _next(boards: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    async with asyncio.timeout(10):
        return await anext(boards)


async def test_a_card_counts_the_moment_it_was_saved(show: Show) -> None:
    assert (await show.board())["standings"] == []
    for judge, shift in ((0, 0), (1, -2)):
        for team, points in (("Kelp", 9), ("Tide", 7), ("Loam", 5)):
            await show.score(team, judge, points + shift)
            board = await show.board()
            assert team in [row["team_name"] for row in board["standings"]]
    assert [row["team_name"] for row in board["standings"]] == ["Kelp", "Tide", "Loam"]
    best = board["standings"][0]
    assert (best["rank"], best["raw_mean"], best["judges"], best["track"]) == (1, 80.0, 2, "Sea")
    assert best["score"] == best["adjusted"]
    assert 1 <= best["interval"][0] <= best["interval"][1] <= 3
    assert (board["cards"], board["judges"], board["hidden"], board["stage"]) == (6, 2, False, "open")
    assert (board["method"], len(board["chain"])) == ("adjusted", 64)
    await show.score("Kelp", 0, 1)
    assert (await show.board())["standings"][0]["team_name"] == "Tide"


async def test_the_desk_knows_how_far_the_judges_are(show: Show) -> None:
    async with show.app.client() as client, visitor(show.app) as person:
        ada, bo = [one["judge_id"] for one in (await client.get(f"/events/{show.event}/judges")).json()["judges"]]
        path = f"{show.app.url}/events/{show.event}/desk/judges"
        assert (await person.get(path)).json() == {ada: [0, None], bo: [0, None]}
        await show.score("Kelp", 0, 9)
        assert (await person.get(path)).json() == {ada: [1, None], bo: [0, None]}
        (await client.patch(f"/events/{show.event}", json={"settings": {"reads": 2}})).raise_for_status()
        (await client.post(f"/events/{show.event}/assignment", json={})).raise_for_status()
        assert (await person.get(path)).json() == {ada: [1, 3], bo: [0, 3]}
        tide = (await client.get(f"/sessions/{show.sessions['Tide']}")).json()["team_id"]
        (await client.post(f"/events/{show.event}/teams/{tide}/withdraw")).raise_for_status()
        assert (await person.get(path)).json() == {ada: [1, 2], bo: [0, 2]}


async def test_a_teams_first_page_says_for_whom_and_leads_to_its_feedback(show: Show) -> None:
    async with show.app.client() as client:
        kelp = (await client.get(f"/sessions/{show.sessions['Kelp']}")).json()["team_id"]
        token = (await client.post(f"/events/{show.event}/teams/{kelp}/invitation")).json()["token"]
    feedback = f"/pitches/{show.sessions['Kelp']}/feedback"
    async with visitor(show.app, token) as member:
        home = (await member.get("/")).text
        assert "You record for <b><bdi>Kelp</bdi></b>." in home
        assert feedback not in home
        await show.move("frozen")
        assert feedback not in (await member.get("/")).text
        await show.move("published")
        assert f'href="{feedback}"' in (await member.get("/")).text
        assert "Feedback" in (await member.get(feedback)).text
    async with visitor(show.app) as organizer:
        assert feedback not in (await organizer.get(f"/?event={show.event}")).text


async def test_organizers_read_the_cards_of_a_pitch_on_its_page_and_nobody_else_does(show: Show) -> None:
    await show.score("Kelp", 0, 9)
    page = f"/pitches/{show.sessions['Kelp']}"
    async with show.app.client(show.judges[1]) as client:
        body = {"scores": {"problem": 3}, "comment": "Too <fast>"}
        (await client.put(f"/sessions/{show.sessions['Kelp']}/scores", json=body)).raise_for_status()
    async with visitor(show.app) as organizer:
        text = (await organizer.get(page)).text
        assert '<h2>Cards <span class="count">2</span></h2>' in text
        assert "<bdi>Ada</bdi></summary>" in text
        assert '<bdi>Bo</bdi> <span class="line-state">Not complete yet</span>' in text
        assert "Too &lt;fast&gt;" in text
        assert "<h2>Cards" not in (await organizer.get(f"/pitches/{show.sessions['Tide']}")).text
    await show.move("frozen")
    await show.move("published")
    async with show.app.client() as client:
        kelp = (await client.get(f"/sessions/{show.sessions['Kelp']}")).json()["team_id"]
        token = (await client.post(f"/events/{show.event}/teams/{kelp}/invitation")).json()["token"]
    for other in (token, *show.judges):
        async with visitor(show.app, other) as somebody:
            text = (await somebody.get(page)).text
            assert "<h2>Cards" not in text
            assert "Too &lt;fast" not in text


async def test_a_card_of_a_judge_in_conflict_is_set_aside(show: Show) -> None:
    for judge, points in ((0, 9), (1, 5)):
        for team, less in (("Kelp", 0), ("Tide", 1), ("Loam", 2)):
            await show.score(team, judge, points - less)
    before = await show.board()
    async with show.app.client() as client:
        kelp = (await client.get(f"/sessions/{show.sessions['Kelp']}")).json()["team_id"]
        ada = (await client.get(f"/events/{show.event}/judges")).json()["judges"]
        path = f"/events/{show.event}/judges/{next(one['judge_id'] for one in ada if one['name'] == 'Ada')}/conflicts"
        (await client.put(f"{path}/{kelp}")).raise_for_status()
        board = await show.board()
        told = (await client.get(f"/sessions/{show.sessions['Kelp']}/feedback")).json()
        assert {row["team_name"]: row["judges"] for row in board["standings"]} == {"Kelp": 1, "Tide": 2, "Loam": 2}
        assert next(row["raw_mean"] for row in board["standings"] if row["team_name"] == "Kelp") == 50.0
        assert (board["cards"], told["cards"]) == (5, 1)
        assert any(warning.startswith("One card does not count") for warning in board["warnings"])
        async with show.app.client(show.judges[0]) as torn:  # who said so themselves may take it back, this is not so
            refused = await torn.delete(f"{path}/{kelp}")
            assert (refused.status_code, refused.json()["code"]) == (409, "organizers_conflict")
        (await client.delete(f"{path}/{kelp}")).raise_for_status()
    after = await show.board()
    assert (after["cards"], after["standings"]) == (6, before["standings"])


async def test_nothing_is_sent_twice_to_who_has_it(show: Show) -> None:
    await show.score("Kelp", 0, 9)
    async with show.app.client() as client:
        path = f"/events/{show.event}/leaderboard"
        first = await client.get(path, headers={"Accept-Encoding": "identity"})
        packed = await client.send(client.build_request("GET", path), stream=True)
        assert gzip.decompress(b"".join([part async for part in packed.aiter_raw()])) == first.content
        await packed.aclose()
        tag = first.headers["etag"]
        again = await client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        await show.score("Tide", 0, 5)
        assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_who_watches_is_told_at_once_and_only_what_they_may_see(show: Show) -> None:
    async with watching(show, None) as public, watching(show, ADMIN) as organizer:
        assert (await _next(public))["hidden"]
        assert (await _next(organizer))["standings"] == []
        await show.score("Kelp", 0, 9)
        assert len((await _next(organizer))["standings"]) == 1
        await show.move("frozen")
        assert (await _next(public))["stage"] == "frozen"  # and nothing before, of the card
        await show.move("published")
        told = await _next(public)
        assert (told["stage"], told["hidden"], len(told["standings"])) == ("published", False, 1)
        assert told["stage_since"] is not None
        await show.move("frozen")
        assert (await _next(public))["hidden"]


async def test_tracks_are_standings_of_their_own(show: Show) -> None:
    for team, points in (("Kelp", 5), ("Tide", 7), ("Loam", 9)):
        await show.score(team, 0, points)
    sea = await show.board(track="Sea")
    assert (sea["standings"][0]["rank"], sea["standings"][0]["team_name"]) == (1, "Tide")
    assert (sea["tracks"], sea["track"]) == (["Land", "Sea"], "Sea")
    async with show.app.client() as client:
        wrong = await client.get(f"/events/{show.event}/leaderboard", params={"track": "Air"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_track")


async def test_what_changes_a_team_changes_the_standings(show: Show) -> None:
    for team in show.sessions:
        await show.score(team, 0, 5)
    async with show.app.client() as client:
        teams = (await client.get(f"/events/{show.event}/teams")).json()["teams"]
        kelp = next(team for team in teams if team["name"] == "Kelp")
        at = f"/events/{show.event}/teams/{kelp['team_id']}"
        (await client.patch(at, json={"name": "Bladderwrack"})).raise_for_status()
        assert "Bladderwrack" in {row["team_name"] for row in (await show.board())["standings"]}
        (await client.post(f"{at}/withdraw")).raise_for_status()
        assert len((await show.board())["standings"]) == 2
        (await client.post(f"{at}/return")).raise_for_status()
        assert len((await show.board())["standings"]) == 3
        (await client.delete(f"/sessions/{show.sessions['Loam']}")).raise_for_status()
    assert {row["team_name"] for row in (await show.board())["standings"]} == {"Bladderwrack", "Tide"}


async def test_a_published_pitch_is_heard_by_its_link_and_its_preview_is_moved(show: Show) -> None:
    await show.score("Kelp", 0, 9)
    await show.move("published")
    (row,) = (await show.board(None))["standings"]
    assert row["preview"]["end"] - row["preview"]["start"] == pytest.approx(min(20, row["audio_duration"]), abs=0.05)
    path, _, key = row["page_url"].partition("?key=")
    async with httpx.AsyncClient(timeout=30) as listener:
        details = (await listener.get(f"{path}/details?key={key}")).json()
        assert details["playback_url"] is not None
    async with show.app.client() as client:
        place = f"/sessions/{show.sessions['Kelp']}/preview"
        (await client.patch(place, json={"start": 0.5})).raise_for_status()
        assert (await show.board(None))["standings"][0]["preview"]["start"] <= 0.5
        (await client.patch(place, json={"start": None})).raise_for_status()
        assert (await show.board(None))["standings"][0]["preview"] == row["preview"]
        assert (await client.patch(place, json={"start": -1})).status_code == 422
        assert (await client.patch(place, json={"start": "NaN"})).status_code == 422
    async with show.app.client(show.judges[0]) as client:
        assert (await client.patch(place, json={"start": 1})).status_code == 403


async def test_pages_say_how_it_stands_and_other_sites_may_show_it(show: Show) -> None:
    await show.score("Kelp", 0, 9)
    at = f"{show.app.url}/events/{show.event}/standings"
    async with httpx.AsyncClient(headers={"Accept": "text/html"}) as visitor:
        assert show.event not in (await visitor.get(show.app.url)).text
        page = await visitor.get(at)
        assert (page.status_code, 'data-stage="open"' in page.text, "Only organizers" in page.text) == (
            200,
            True,
            False,
        )
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        await show.move("published")
        page = await visitor.get(f"{at}/embed")
        policy = page.headers["content-security-policy"]
        assert policy.endswith("frame-ancestors *")
        assert "script-src" not in policy
        assert policy.startswith("default-src 'self'")
        assert "5 s earlier" not in page.text
        assert f'href="/events/{show.event}/standings"' in (await visitor.get(show.app.url)).text
        assert (await visitor.get(f"{show.app.url}/events/nosuch/standings")).status_code == 404
        visitor.headers["Authorization"] = f"Bearer {ADMIN}"
        page = await visitor.get(at)
        assert "/standings/embed" in page.text
        assert "5 s earlier" in page.text
        page = await visitor.get(at, params={"public": "true"})
        assert "5 s earlier" not in page.text


async def test_assistants_read_the_standings_as_their_token_may(show: Show) -> None:
    await show.score("Kelp", 0, 9)

    async def asked(token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        call = {"name": "leaderboard.get", "arguments": {"event_id": show.event}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        async with httpx.AsyncClient(timeout=30) as client:
            answer = (await client.post(f"{show.app.url}/mcp", json=body, headers=headers)).text
        told = answer.partition("data: ")[2] if "data: " in answer else answer
        found: dict[str, Any] = json.loads(told)["result"]["structuredContent"]
        return found

    assert len((await asked(ADMIN))["standings"]) == 1
    assert (await asked(show.judges[0]))["hidden"]


async def test_the_command_proves_an_export(show: Show, tmp_path: Path) -> None:
    for judge, points in ((0, 9), (1, 5)):
        for team, less in (("Kelp", 0), ("Tide", 1), ("Loam", 2)):
            await show.score(team, judge, points - less)
    chain = (await show.board())["chain"]
    async with show.app.client() as client:
        whole = (await client.get(f"/events/{show.event}/export.json")).content
        packed = (await client.get(f"/events/{show.event}/export.zip")).content
    with zipfile.ZipFile(io.BytesIO(packed)) as held:
        result = held.read("standings.json")
    (tmp_path / "export.json").write_bytes(whole)
    (tmp_path / "export.zip").write_bytes(packed)
    (tmp_path / "changed.json").write_bytes(
        whole.replace(b'"problem": 9', b'"problem": 8', 1).replace(b'"problem":9', b'"problem":8', 1)
    )

    def replay(*arguments: str) -> tuple[int, bytes]:
        done = subprocess.run(
            [sys.executable, "-m", "pitchscoop", "replay", *arguments], cwd=tmp_path, capture_output=True, check=False
        )
        assert b"Traceback" not in done.stderr
        return done.returncode, done.stdout

    assert replay("export.json") == replay("export.zip", "--chain", chain) == (0, result)
    assert replay("export.json", "--chain", "0" * 64)[0] == 1
    assert replay("changed.json") == (1, b"")
    assert replay("nothing.json") == (2, b"")
