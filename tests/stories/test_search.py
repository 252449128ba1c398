"""What was said, found through every door: REST, the page, MCP and the command line."""

import asyncio
import sys
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests.search.spoken import said
from tests.servers.app import ADMIN, App

WORDS = "Nobody insures it. We have <b>crop</b> insurance for zostera & kelp. It is priced from orbit"


async def spoken(app: App, words: str, event: str = "default", team: str = "Kelpline") -> str:
    """A pitch with these words, written down by another process."""
    async with assembled(load(app.settings), app.url) as parts:
        return (await said(parts.engine, words, event_id=event, team=team)).session_id


async def searched(client: httpx.AsyncClient, q: str, event: str = "default") -> list[dict[str, Any]]:
    """What is found, as soon as anything is."""
    for _ in range(200):
        answer = (await client.get(f"/events/{event}/search", params={"q": q})).raise_for_status().json()
        if answer["hits"]:
            break
        await asyncio.sleep(0.05)
    hits: list[dict[str, Any]] = answer["hits"]
    return hits


async def test_over_rest(app: App) -> None:
    async with app.client() as client, httpx.AsyncClient() as anybody:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        session = await spoken(app, WORDS, event)
        (hit,) = await searched(client, "zostera", event)
        assert hit["quote"] == "have <b>crop</b> insurance for zostera & kelp It is priced from orbit"
        ((start, end),) = hit["marks"]
        assert hit["quote"][start:end] == "zostera"
        assert (hit["session_id"], hit["event_id"], hit["team_name"]) == (session, event, "Kelpline")
        assert (hit["pitch_title"], hit["start"], hit["end"]) == ("Seaweed", 8.0, 15.5)
        assert hit["url"].endswith("&t=8")
        page = await anybody.get(hit["url"])
        assert (page.status_code, "Kelpline" in page.text) == (200, True)
        assert (await client.delete(f"/sessions/{session}")).status_code == 204
        gone = (await client.get(f"/events/{event}/search", params={"q": "zostera"})).json()
        assert (gone["hits"], gone["next_cursor"]) == ([], None)


@pytest.mark.parametrize(
    "q", ["", " ", "x", "🚀", '"', '"""', "a AND OR NOT", "NEAR(a b)", "text : a", "*", "-a", "^a*", "\x00", "(" * 200]
)
async def test_no_query_is_an_error(app: App, q: str) -> None:
    async with app.client() as client:
        answer = await client.get("/events/default/search", params={"q": q})
        assert (answer.status_code, answer.json()["next_cursor"]) == (200, None)


async def test_what_cannot_be_looked_for_is_refused(app: App) -> None:
    async with app.client() as client, app.client(None) as anybody:
        for path, status, code in [
            ("default/search?q=" + "x" * 4000, 422, "query_too_long"),
            ("default/search?q=" + "x" * 4001, 422, "invalid_request"),
            ("default/search", 422, "invalid_request"),
            ("default/search?q=a&limit=51", 422, "invalid_request"),
            ("default/search?q=a&cursor=%00", 422, "bad_cursor"),
            ("nowhere/search?q=a", 404, "no_such_event"),
        ]:
            answer = await client.get(f"/events/{path}")
            assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (await anybody.get("/events/default/search?q=a")).status_code == 401


async def test_a_team_finds_its_own(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        token = (await client.post(f"/events/{event}/teams", json={"name": "One"})).json()["token"]
        await spoken(app, "our zostera", event, "One")
        await spoken(app, "their zostera", event, "Two")  # found when both are: facts have an order
        await searched(client, "their zostera", event)
    async with app.client(token) as team:
        assert [hit["team_name"] for hit in await searched(team, "zostera", event)] == ["One"]
        assert (await team.get("/events/default/search?q=a")).status_code == 403


async def test_on_the_page(app: App) -> None:
    await spoken(app, WORDS.replace("zostera", "ulva"))
    browser = {"Authorization": f"Bearer {ADMIN}", "Accept": "text/html"}
    async with app.client() as client, httpx.AsyncClient(base_url=app.url, headers=browser) as person:
        await searched(client, "ulva")
        assert 'action="/search"' in (await person.get("/")).text
        page = (await person.get("/search", params={"q": "ulva kelp", "event": "default"})).text
        assert "insurance for <mark>ulva</mark> &amp; <mark>kelp</mark> It" in page
        assert "&lt;b&gt;crop" in page
        assert "&amp;t=8" in page
        assert "No pitch has these words" in (await person.get("/search?q=qqqqq")).text
        long = await person.get("/search", params={"q": "x" * 10_000})
        assert (long.status_code, "Look for at most 200 characters" in long.text) == (422, True)
        assert (await person.get("/search")).status_code == 200
        assert (await person.get("/search?q=a&event=nowhere")).status_code == 404
        assert (await person.get("/search?q=a", headers={"Authorization": ""})).status_code == 401
        assert 'action="/search"' not in (await person.get("/", headers={"Authorization": ""})).text


@pytest.mark.parametrize(("path", "separator"), [("/mcp", "."), ("/compat/mcp", "_")])
async def test_by_an_assistant(app: App, path: str, separator: str) -> None:
    word = f"fucus{separator == '.'}"
    session = await spoken(app, f"We grow {word}")
    async with app.client() as client:
        await searched(client, word)
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {ADMIN}"}, timeout=30) as http:
        transport = streamable_http_client(f"{app.url}{path}", http_client=http)
        async with Client(transport) as assistant:
            name = f"pitches{separator}search_transcripts"
            found = (await assistant.call_tool(name, {"q": word})).structured_content
            assert [hit["session_id"] for hit in found["hits"]] == [session]
            assert found["hits"][0]["url"].endswith("&t=2")
            refused = await assistant.call_tool(name, {"q": "x" * 10_000})
            assert refused.is_error
            assert "query_too_long" in str(refused.content)


async def test_from_the_command_line(app: App) -> None:
    await spoken(app, "We grow laminaria")
    async with app.client() as client:
        await searched(client, "laminaria")
    said_ = await _command(app, "laminaria")
    assert said_.startswith("0:02  Kelpline, Seaweed\n      We grow laminaria\n")
    assert "&t=2" in said_
    assert await _command(app, "qqqqq") == ""


async def _command(app: App, q: str) -> str:
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pitchscoop", "search", q),
        env={**app.environment, "PITCHSCOOP_PUBLIC_URL": app.url},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await command.communicate()
    assert command.returncode == 0
    return out.decode()
