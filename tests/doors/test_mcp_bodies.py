"""What assistants send is read as far as its sender can need, and decoded only for whoever may send it."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from mcp.server.mcpserver.exceptions import ToolError
from starlette.requests import Request
from starlette.types import Message

from pitchscoop.access.model import Principal, Role
from pitchscoop.doors import mcp_bodies
from pitchscoop.doors.mcp import Tools
from pitchscoop.doors.mcp_bodies import Bodies, decoded
from pitchscoop.doors.mcp_exports import ExportTools
from pitchscoop.kernel.errors import TooLarge, Unavailable
from pitchscoop.main import Parts, assembled
from pitchscoop.settings import load
from tests.exports.pitches import ORGANIZER, kept
from tests.servers.app import ADMIN, App

PIECE = b" " * (64 << 10)
SMALL, LARGE = 4, 5  # pieces: 256 KiB, and more
MOST = (64 << 20) // len(PIECE)
TEAM = Principal(role=Role.TEAM, event_id="e", team_id="t")
JUDGE = Principal(role=Role.JUDGE, event_id="default", judge_id="j")
RECORDER = Principal(session_id="s", grant="record")
LISTENER = Principal(session_id="s", grant="listen")


class Sent:
    """A request whose body comes piece by piece, or ceases to come when so many are left."""

    def __init__(self, pieces: int, ceases: int = -1) -> None:
        self.left = pieces
        self._ceases = ceases
        self.request = Request({"type": "http", "method": "POST", "path": "/mcp", "headers": []}, self._receive)

    async def _receive(self) -> Message:
        if self.left == self._ceases:
            await asyncio.Event().wait()
        self.left -= 1
        return {"type": "http.request", "body": PIECE, "more_body": self.left > 0}


async def _size(bodies: Bodies, who: Principal, pieces: int) -> int:
    async with AsyncExitStack() as turn:
        receive = await bodies.taken(Sent(pieces).request, who, turn)
        return len((await receive())["body"]) // len(PIECE)


@pytest.mark.parametrize("who", [ORGANIZER, TEAM, RECORDER, JUDGE, LISTENER])
async def test_only_whoever_may_record_sends_what_is_large(who: Principal) -> None:
    bodies = Bodies()
    assert await _size(bodies, who, SMALL) == SMALL
    most = MOST if who in (ORGANIZER, TEAM, RECORDER) else SMALL
    assert await _size(bodies, who, most) == most
    with pytest.raises(TooLarge):
        await _size(bodies, who, most + 1)


async def test_of_large_bodies_two_are_held_at_a_time_and_small_ones_pass_them() -> None:
    bodies = Bodies()
    async with AsyncExitStack() as first, AsyncExitStack() as second:
        await bodies.taken(Sent(LARGE).request, TEAM, first)
        await bodies.taken(Sent(LARGE).request, TEAM, second)
        sent = Sent(10 * LARGE)
        async with AsyncExitStack() as third:
            waiting = asyncio.create_task(bodies.taken(sent.request, TEAM, third))
            assert await _size(bodies, JUDGE, SMALL) == SMALL
            await asyncio.sleep(0.1)
            assert (waiting.done(), sent.left) == (False, 10 * LARGE - LARGE)
            await first.aclose()
            await waiting
            assert sent.left == 0


async def test_who_sends_slowly_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_bodies, "_PATIENCE", 0.05)
    bodies = Bodies()

    for _ in range(3):
        async with AsyncExitStack() as turn:
            with pytest.raises(Unavailable, match="upload_url"):
                await bodies.taken(Sent(2 * LARGE, ceases=2).request, TEAM, turn)
    monkeypatch.setattr(mcp_bodies, "_PATIENCE", 60)
    assert await _size(bodies, TEAM, LARGE) == LARGE


@pytest.mark.parametrize("path", ["/mcp", "/compat/mcp"])
async def test_a_body_over_http_has_an_end_by_who_sends_it(app: App, path: str) -> None:
    async with app.client() as client, assembled(load(app.settings), app.url) as parts:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        judge = (await client.post(f"/events/{event}/judges", json={"name": "J"})).json()["token"]
        team = (await client.post(f"/events/{event}/teams", json={"name": "T"})).json()["token"]
        session = await kept(parts.engine, event, "T", b"sound")
        listener = parts.engine.access.link_token("listen", session.session_id)

    async def body(pieces: int) -> AsyncIterator[bytes]:
        yield b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
        for _ in range(pieces):
            yield PIECE

    async def answer(token: str, content: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        headers["Accept"] = "application/json, text/event-stream"
        async with httpx.AsyncClient(timeout=60) as http:
            return await http.post(f"{app.url}{path}", content=content, headers=headers)

    for token in (judge, listener):
        assert (await answer(token, body(SMALL - 1))).status_code == 200
        for content in (body(LARGE), LARGE * PIECE):  # without a length, and with one
            refused = await answer(token, content)
            assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    for token in (team, ADMIN):
        assert (await answer(token, body(LARGE))).status_code == 200


async def test_nothing_is_decoded_or_written_for_whoever_may_not(parts: Parts) -> None:
    session = await kept(parts.engine, "default", "T", b"sound")
    with pytest.raises(ToolError, match=r"^not_allowed: "):
        await Tools(parts.engine, JUDGE).stop_recording(session.session_id, "no base64!")
    with pytest.raises(ToolError, match=r"^not_allowed: "):
        await ExportTools(parts.engine, JUDGE).import_event({"not": object()})


@pytest.mark.parametrize("length", [1, 2, 3, 3 << 18, (3 << 18) + 1, 2_000_000])
def test_base64_is_decoded_step_by_step_as_a_whole(length: int) -> None:
    audio = bytes(number % 251 for number in range(length))
    text = base64.b64encode(audio).decode()
    assert decoded(text) == audio
    for wrong in (text + text[:4] if text.endswith("=") else text + "A", text[:-1] + "!", "é" + text):
        with pytest.raises(ToolError, match="bad_audio_data"):
            decoded(wrong)
