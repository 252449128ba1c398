"""Before publication no byte of a score is told to anybody whose it is not, through any way in.

An event whose scores look like nothing else is asked for everything by everybody, and all that is answered is searched.
"""

import asyncio
import contextlib
import dataclasses
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from pitchscoop.access.model import Role, Verb
from pitchscoop.engine import Engine
from pitchscoop.events.rubrics import Criterion
from pitchscoop.kernel.stages import Stage
from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests import servers
from tests.doors.calls import PAGES, REST, SOCKETS, TOOLS, Call
from tests.doors.worlds import ORGANIZER, Caller, World, filled, strangers, world
from tests.exports.pitches import kept
from tests.servers.app import App

RUBRIC = [Criterion(id=name, name=name, weight=1, min=0, max=1_000_000) for name in ("one", "two")]
WAYS: dict[Stage, tuple[Stage, ...]] = {"draft": ("draft",), "open": (), "frozen": ("frozen",)}
_OUT: tuple[Stage, ...] = ("published", "archived")
_BACK: tuple[Stage, ...] = ("published", "frozen")
_INSIDE = ("its team", "its judge", "a listener's link", "a voter", "nobody")
COMMENT = "Zwetschgenkuchen"
_FIGURES = b"rank|raw_mean|adjusted|p_first|interval|tied_with|winners|awarded|strength|won|p_over_next|votes|voters"
_ROW = re.compile(b'"(' + _FIGURES + rb')": ?[-\d\[]|\d votes?\b')
_STREAM = "/leaderboard/stream"


@dataclass(frozen=True)
class Secret:
    """Something that must not be told, but for the judge whose it is."""

    text: bytes
    judge_id: str | None = None


async def scored(engine: Engine, here: World, stage: Stage) -> tuple[World, list[Secret]]:
    """The same event with two pitches that two judges have scored, in a stage; and what nobody may know."""
    event_id = here.event_id
    prizes = [
        {"id": by, "name": by, "by": by, "criterion": "one" if by == "criterion" else None}
        for by in ("rank", "criterion", "hand", "audience")
    ]
    await engine.organizing.update_event(ORGANIZER, event_id, rubric=RUBRIC, settings={"prizes": prizes})
    pitches = [here.sessions["done"], await kept(engine, event_id, "Tide", b"sound")]
    judges = [caller for caller in here.callers if caller.name in ("its judge", "another judge")]
    secrets = []
    for at, (session, judge) in enumerate((session, judge) for session in pitches for judge in judges):
        one, two = 613_457 + 41_213 * at, 271_829 + 17_389 * at**2
        who = await engine.access.who(judge.token)
        card = {"scores": {"one": one, "two": two}, "comment": f"{COMMENT} {at}"}
        await engine.cards.save(who, session.session_id, card)
        secrets += [Secret(str(known).encode(), judge.judge_id) for known in (one, two, one + two, f"{COMMENT} {at}")]
    view = await engine.standings.read(ORGANIZER, event_id)
    assert view.shown
    for row in (await view.shown.board()).rows:
        secrets += [Secret(f"{known:.1f}".encode()[:7]) for known in (row.raw_mean, row.adjusted)]
        secrets += [Secret(row.why.encode())] if row.why.endswith(("stricter.", "milder.")) else []
    await engine.ceremony.give_prize(ORGANIZER, event_id, "hand", [pitches[0].session_id])
    for picked in (pitches[1], pitches[1], pitches[0]):
        token = await engine.audience.take_ballot(event_id, "192.0.2.1")
        await engine.audience.cast(await engine.access.who(token), event_id, picked.session_id)
    ids = [session.session_id for session in pitches]
    await engine.finals.name(ORGANIZER, event_id, ids)
    await engine.finals.compare(await engine.access.who(judges[0].token), event_id, *ids)
    secrets.append(Secret(f'"better":"{ids[0]}"'.encode(), judges[0].judge_id))
    for step in WAYS[stage]:
        await engine.organizing.move_event(ORGANIZER, event_id, step)
    return dataclasses.replace(here, stage=stage), secrets


@contextlib.asynccontextmanager
async def scored_worlds(app: App) -> AsyncIterator[tuple[Engine, list[tuple[World, list[Secret]]]]]:
    async with assembled(load(app.settings), app.url) as parts:
        foreign = await strangers(parts.engine)
        yield (
            parts.engine,
            [await scored(parts.engine, await world(parts.engine, "open", foreign), stage) for stage in WAYS],
        )


def _ways() -> Iterator[tuple[str, str, Call]]:
    for prefix, calls in (("/api/v1", REST), ("", PAGES)):
        for name, call in calls.items():
            method, _, path = name.partition(" ")
            if method != "MOUNT" and path != "/mcp":  # whose tools are called one by one
                yield method, f"{prefix}{path}", call


@pytest.mark.timeout(900)
async def test_before_publication_nobody_is_told_what_others_gave(app: App) -> None:
    asked, told = 0, list[str]()
    async with (
        scored_worlds(app) as (engine, worlds),
        httpx.AsyncClient(base_url=app.url, timeout=60, limits=httpx.Limits(keepalive_expiry=1)) as http,
    ):
        for here, secrets in worlds:
            for caller in here.callers:
                if caller.role is Role.ORGANIZER or (here.stage != "open" and caller.name not in _INSIDE):
                    continue
                async for name, body in _everything(http, engine, here, caller):
                    asked += 1
                    told += [
                        f"{name} tells {caller.name} in {here.stage}: {what!r}"
                        for what in _found(body, secrets, caller)
                    ]
    servers.tried[f"answers searched for scores, {app.name}"] = str(asked)
    assert told == []
    assert asked > 1000


async def test_the_search_would_find_a_score(app: App) -> None:
    """An organizer is told all of it: what finds nothing above would find it here."""
    async with scored_worlds(app) as (_, worlds), app.client() as client:
        for here, secrets in worlds:
            organizer = here.callers[0]
            for path in ("leaderboard", "audience", "export.json"):
                body = (await client.get(f"/events/{here.event_id}/{path}")).content
                assert _found(body, secrets, organizer), path


async def test_after_publication_everybody_with_the_link_is_told_the_same(app: App) -> None:
    async with scored_worlds(app) as (engine, worlds), httpx.AsyncClient(base_url=app.url, timeout=60) as http:
        here, _ = worlds[-1]
        path = f"/api/v1/events/{here.event_id}/leaderboard"
        for stage in _OUT:
            await engine.organizing.move_event(ORGANIZER, here.event_id, stage)
            bodies = set()
            for caller in here.callers:
                token = here.token(caller, here.sessions["done"].session_id)
                answer = await http.get(path, headers={"Authorization": f"Bearer {token}"} if token else {})
                assert answer.status_code == 200
                bodies.add(answer.content)
            assert len(bodies) == 1
            found = json.loads(bodies.pop())
            assert (found["stage"], found["hidden"], len(found["standings"])) == (stage, False, 2)
        for stage in _BACK:  # taken back, it is hidden again
            await engine.organizing.move_event(ORGANIZER, here.event_id, stage)
        hidden = (await http.get(path)).json()
        assert (hidden["hidden"], hidden["standings"], hidden["cards"], hidden["chain"]) == (True, [], None, None)


def _found(body: bytes, secrets: list[Secret], caller: Caller) -> list[bytes]:
    found = [
        secret.text
        for secret in secrets
        if (secret.judge_id is None or secret.judge_id != caller.judge_id) and secret.text in body
    ]
    return found + ([match.group()] if (match := _ROW.search(body)) else [])


async def _everything(
    http: httpx.AsyncClient, engine: Engine, here: World, caller: Caller
) -> AsyncIterator[tuple[str, bytes]]:
    """All that a caller is answered, by what was asked."""
    for method, path, call in _ways():
        ids = await here.subject(call, allowed=False) | {"team": caller.team}
        if Verb.TEAM_WITHDRAW in call.verbs:
            continue  # it would take the team out, for all who come after
        yield f"{method} {path}", await _asked(http, method, path, call, ids, here.token(caller, ids["session_id"]))
    for name, call in TOOLS.items():
        ids = await here.subject(call, allowed=False) | {"team": caller.team}
        if Verb.TEAM_WITHDRAW not in call.verbs:
            yield name, await _called(http, name, call, ids, here.token(caller, ids["session_id"]))
    for name, call in SOCKETS.items():
        ids = await here.subject(call, allowed=False)
        yield name, await _spoken(engine, name, ids["session_id"], here.token(caller, ids["session_id"]))


async def _asked(
    http: httpx.AsyncClient, method: str, path: str, call: Call, ids: dict[str, str], token: str | None
) -> bytes:
    for known, value in ids.items():
        path = path.replace(f"{{{known}}}", value)
    query = call.query.replace("{event_id}", ids["event_id"])
    headers = call.headers | ({"Authorization": f"Bearer {token}"} if token else {})
    json_, form = filled(call.json, ids), filled(call.form, ids)
    request = http.build_request(method, path + query, headers=headers, json=json_, data=form)
    answer = await http.send(request, stream=True)
    try:
        if not path.endswith(_STREAM):
            await answer.aread()
            return str(answer.headers).encode() + answer.content
        return await _begun(answer)
    finally:
        await answer.aclose()


async def _begun(stream: httpx.Response) -> bytes:
    """The first event of a stream, and what follows it at once."""
    body = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.3):
            async for part in stream.aiter_bytes():
                body += part
    assert b"event: standings" in body or stream.status_code >= 400
    return body


async def _called(http: httpx.AsyncClient, name: str, call: Call, ids: dict[str, str], token: str | None) -> bytes:
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    params: dict[str, Any] = {"name": name, "arguments": filled(call.json, ids)}
    document = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return (await http.post("/mcp", json=document, headers=headers)).content


async def _spoken(engine: Engine, name: str, session_id: str, token: str | None) -> bytes:
    url = engine.public_url.replace("http", "ws", 1) + name.partition(" ")[2].replace("{session_id}", session_id)
    with contextlib.suppress(WebSocketException):
        async with connect(url + (f"?token={token}" if token else "")) as socket:
            return str(await asyncio.wait_for(socket.recv(), 10)).encode()
    return b""
