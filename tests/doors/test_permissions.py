"""The permission table is the truth at every door: everything is called by everybody, and answers as it says."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import BaseRoute
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from pitchscoop.access.model import PERMISSIONS, Verb
from pitchscoop.doors import mcp
from pitchscoop.kernel.stages import ALWAYS, MOVES
from pitchscoop.main import Parts, application, assembled
from pitchscoop.settings import load
from tests import servers
from tests.doors.calls import PAGES, REST, SOCKETS, TOOLS, Call
from tests.doors.worlds import ORGANIZER, Caller, World, filled, strangers, world
from tests.servers.app import App

_API = "/api/v1"
_BY_STATUS = {401: "not_signed_in", 403: "not_allowed", 409: "wrong_stage"}
_BY_CLOSE = {4401: "not_signed_in", 4403: "not_allowed"}
_REFUSALS = ("not_signed_in", "not_allowed", "wrong_stage")


@contextlib.asynccontextmanager
async def worlds(app: App) -> AsyncIterator[tuple[Parts, list[World]]]:
    """One event in each stage, all of which let teams join by themselves, and one that does not."""
    async with assembled(load(app.settings), app.url) as parts:
        engine = parts.engine
        foreign = await strangers(engine)
        found = [await world(engine, stage, foreign) for stage in MOVES]
        yield parts, [*found, await world(engine, "open", foreign, offered=False)]


def _ways() -> Iterator[tuple[str, str, str, Call]]:
    """Door, method, path and call of all that speaks HTTP."""
    for door, prefix, calls in (("REST", _API, REST), ("pages", "", PAGES)):
        for name, call in calls.items():
            method, _, path = name.partition(" ")
            yield door, method, f"{prefix}{path}", call


def _limited(call: Call) -> bool:
    """Whether its answer may depend on the stage."""
    return any(right.stages != ALWAYS for verb in call.verbs for right in PERMISSIONS[verb].values())


def _named(routes: Iterable[BaseRoute]) -> set[str]:
    """All routes of an application, as the tables name them."""
    found: set[str] = set()
    for route in routes:
        if (inner := getattr(route, "original_router", None)) is not None:
            found |= _named(inner.routes)
        elif type(route).__name__ == "Mount":
            found.add(f"MOUNT {route.path}")  # type: ignore[attr-defined]
        elif (methods := getattr(route, "methods", None)) is None:
            found.add(f"WS {route.path}")  # type: ignore[attr-defined]
        else:
            spare = {"HEAD"} if "GET" in methods else set()
            found |= {f"{method} {route.path}" for method in methods - spare}  # type: ignore[attr-defined]
    return found


async def test_no_way_in_is_without_its_verb(tmp_path: Path) -> None:
    """The embedded mode has one more than the other."""
    async with assembled(load({"PITCHSCOOP_DATA": str(tmp_path)}), "http://127.0.0.1:8000") as parts:
        inner: Any = application(parts, worker=False)
        there = _named(inner._app.router.routes)
        tools = {tool.name for tool in await mcp.server(parts.engine, "_").list_tools()}
    known = {name.replace(" ", f" {_API}", 1) for name in REST} | set(PAGES) | set(SOCKETS)
    assert (there - known, known - there) == (set(), set())
    assert tools == {name.replace(".", "_") for name in TOOLS}
    for call in (*REST.values(), *PAGES.values(), *SOCKETS.values(), *TOOLS.values()):
        assert call.verbs or call.why


def test_every_verb_of_rest_has_its_tool_and_none_does_more() -> None:
    """But for joining, which needs no token where MCP asks for one; and bytes, which go where a tool says."""
    rest, tools = ({verb for call in calls.values() for verb in call.verbs} for calls in (REST, TOOLS))
    assert (rest - tools, tools - rest) == ({Verb.TEAM_JOIN, Verb.SESSION_RECORD}, set())


async def test_everything_answers_everybody_as_the_table_says(app: App) -> None:
    tried: Counter[str] = Counter()
    wrong: list[str] = []
    async with worlds(app) as (_, all_worlds), _patient(app) as http:
        for here in all_worlds:
            for door, method, path, call in _ways():
                if not call.verbs or (here.stage != "open" and not _limited(call)):
                    continue
                for caller in here.callers:
                    tried[door] += 1
                    wrong += await _compared(here, caller, call, f"{method} {path}", _Http(http, method, path))
            for name, call in SOCKETS.items() if here.stage == "open" else ():
                for caller in here.callers:
                    tried["WebSocket"] += 1
                    wrong += await _compared(here, caller, call, name, _Socket(app, name))
    _told(app, tried)
    assert wrong == []


@pytest.mark.parametrize(("path", "separator"), [("/mcp", "."), ("/compat/mcp", "_")])
async def test_every_tool_answers_everybody_as_the_table_says(app: App, path: str, separator: str) -> None:
    tried: Counter[str] = Counter()
    wrong: list[str] = []
    async with worlds(app) as (_, all_worlds), _patient(app) as http:
        for here in all_worlds:
            for name, call in TOOLS.items():
                if not call.verbs or (here.stage != "open" and not _limited(call)):
                    continue
                for caller in here.callers:
                    tried[path] += 1
                    tool = _Tool(http, path, name.replace(".", separator))
                    wrong += await _compared(here, caller, call, name, tool)
    _told(app, tried)
    assert wrong == []


def _patient(app: App) -> httpx.AsyncClient:
    """A client that never takes a connection again which the server may be about to close."""
    return httpx.AsyncClient(base_url=app.url, timeout=60, limits=httpx.Limits(keepalive_expiry=1))


def _told(app: App, tried: Counter[str]) -> None:
    for door, count in tried.items():
        servers.tried[f"permissions at {door}, {app.name}"] = f"{count} combinations of call, caller and stage"
        print(f"{door}, {app.name}: {count} combinations")


class _Http:
    def __init__(self, client: httpx.AsyncClient, method: str, path: str) -> None:
        self._client, self._method, self._path = client, method, path

    async def __call__(self, call: Call, ids: dict[str, str], token: str | None) -> str:
        path = self._path
        for known, value in ids.items():
            path = path.replace(f"{{{known}}}", value)
        query = "".join(call.query).replace("{event_id}", ids["event_id"])
        headers = call.headers | ({"Authorization": f"Bearer {token}"} if token else {})
        answer = await self._client.request(
            self._method, path + query, headers=headers, json=filled(call.json, ids), data=filled(call.form, ids)
        )
        self._client.cookies.clear()  # whoever registers is signed in, and the next one is somebody else
        if answer.is_success or answer.status_code == 303:
            return "allowed"
        if self._method == "HEAD":
            return _BY_STATUS.get(answer.status_code, str(answer.status_code))
        if answer.headers["content-type"].startswith("text/html"):
            return f"page_{answer.status_code}"
        return str(answer.json()["code"])


class _Socket:
    def __init__(self, app: App, name: str) -> None:
        self._url = app.url.replace("http", "ws", 1) + name.partition(" ")[2]

    async def __call__(self, call: Call, ids: dict[str, str], token: str | None) -> str:  # noqa: ARG002
        url = self._url.replace("{session_id}", ids["session_id"])
        async with connect(url + (f"?token={token}" if token else "")) as socket:
            try:
                return "allowed" if '"ready"' in str(await socket.recv()) else "no ready"
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 0
                return _BY_CLOSE.get(code, str(code))


class _Tool:
    """One call, as hosts make it: the servers keep no sessions, and thousands of handshakes take minutes."""

    def __init__(self, client: httpx.AsyncClient, path: str, name: str) -> None:
        self._client, self._path, self._name = client, path, name

    async def __call__(self, call: Call, ids: dict[str, str], token: str | None) -> str:
        headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        params = {"name": self._name, "arguments": filled(call.json, ids)}
        document = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        answer = await self._client.post(self._path, json=document, headers=headers)
        if not answer.is_success:
            return str(answer.json()["code"])
        told = answer.text.partition("data: ")[2] if "event-stream" in answer.headers["content-type"] else answer.text
        result = json.loads(told)["result"]
        text = result["content"][0]["text"] if result["content"] else ""
        said = str(text).removeprefix(f"Error executing tool {self._name}: ")
        return said.partition(":")[0] if result.get("isError") else "allowed"


async def _compared(here: World, caller: Caller, call: Call, name: str, door: Any) -> list[str]:
    """Nothing, or what was answered and what should have been."""
    ids = await here.subject(call, allowed=False) | {"team": caller.team}
    expected = here.expected(caller, call, ids)
    if expected == "allowed" and call.fresh:
        ids |= await here.subject(call, allowed=True)
    answer = await door(call, ids, here.token(caller, ids["session_id"]))
    if Verb.TEAM_WITHDRAW in call.verbs and expected == "allowed":
        await here.undo()
    if answer == expected or (expected == "allowed" and answer in call.fine):
        return []
    return [f"{name} by {caller.name} in {here.stage}: {answer}, not {expected}"]


async def test_what_is_of_another_event_is_not_found_in_this_one(app: App) -> None:
    """An id of another event in every place where one is taken, by those who may do it in this one."""
    tried = 0
    async with worlds(app) as (parts, all_worlds), _patient(app) as http:
        here, other = all_worlds[1], all_worlds[-1]
        for _, method, path, call in _ways():
            for place in ("team_id", "judge_id"):
                if f"{{{place}}}" not in path:
                    continue
                ids = await here.subject(call, allowed=True) | {place: other.ids[place]}
                for caller in here.callers:
                    tried += 1
                    token = here.token(caller, ids["session_id"])
                    answer = await _Http(http, method, path)(call, ids, token)
                    assert answer in (*_REFUSALS, "no_such_team", "no_such_judge"), (path, caller.name, answer)
                    if caller.name == "organizer":
                        assert answer.startswith("no_such_")
        assert await parts.engine.organizing.team(ORGANIZER, other.event_id, other.team.team_id)
    print(f"{tried} combinations with an id of another event")


async def test_who_brings_nothing_is_not_told_what_exists(app: App) -> None:
    ids = dict.fromkeys(("event_id", "team_id", "judge_id", "session_id", "upload_id", "organizer_id"), "nosuchthing")
    ids |= {"form": "txt", "stage": "open", "new": "N", "team": "Kelp"}
    async with httpx.AsyncClient(base_url=app.url) as http:
        for door, method, path, call in _ways():
            if call.verbs and not call.at_home:
                assert await _Http(http, method, path)(call, ids, None) == "not_signed_in", path
                if method == "HEAD" or door == "pages":
                    continue
                answer = await _Http(http, method, path)(call, ids, "a-token-that-nobody-ever-had")
                assert answer in ("bad_token", "slow_down"), path
    socket = _Socket(app, next(iter(SOCKETS)))
    assert await asyncio.wait_for(socket(Call(), ids, None), 5) == "not_signed_in"
