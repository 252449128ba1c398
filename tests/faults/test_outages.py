"""Redis or MinIO away, for a while: speakers wait and are told, everyone else is asked to try again, and it heals."""

import asyncio
import signal
import time
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.faults.fleet import Fleet
from tests.speech import FRAME, heard, pcm, stream
from tests.stories.test_live import finished, start

pytestmark = [pytest.mark.asyncio(loop_scope="module")]
TUS = {"Tus-Resumable": "1.0.0"}


async def done(client: httpx.AsyncClient) -> dict[str, Any]:
    """A finished recording."""
    session = await start(client)
    await stream(session["live"]["url"], pcm()[: 20 * FRAME])
    return await finished(client, session["session_id"])


async def test_whoever_connects_while_storage_is_away_is_told_and_goes_on_when_it_is_back(
    beside: Fleet, client: httpx.AsyncClient
) -> None:
    session = await start(client)
    beside.programs["minio"].kill()
    async with connect(session["live"]["url"]) as socket:
        for _ in range(2):
            assert (await heard(socket, "notice"))["code"] == "storage_slow"
        beside.programs["minio"].start()
        assert (await heard(socket, "ready"))["offset"] == 0
        await socket.send(bytes(8) + pcm()[:FRAME])
        assert (await heard(socket, "ack"))["offset"] == FRAME


async def test_slow_storage_is_told_and_waited_for(beside: Fleet, client: httpx.AsyncClient) -> None:
    session = await start(client)
    async with connect(session["live"]["url"]) as socket:
        await heard(socket, "ready")
        beside.wires["to minio"].flowing.clear()
        await socket.send(bytes(8) + pcm()[:FRAME])
        async with asyncio.timeout(5):  # before the write is given up
            assert (await heard(socket, "notice"))["code"] == "storage_slow"
        beside.wires["to minio"].flowing.set()
        assert (await heard(socket, "ack"))["offset"] == FRAME


async def test_a_stop_that_cannot_keep_the_last_words_asks_to_try_again(
    beside: Fleet, client: httpx.AsyncClient
) -> None:
    session = await start(client)
    stop = f"/sessions/{session['session_id']}/stop"
    async with connect(session["live"]["url"]) as socket:
        await heard(socket, "ready")
        beside.wires["to minio"].flowing.clear()
        await socket.send(bytes(8) + pcm()[:FRAME])
        await heard(socket, "notice")
        begun = time.monotonic()
        answers = await asyncio.gather(*(client.post(stop) for _ in range(4)))  # some meet the copy that has the words
        assert {answer.status_code for answer in answers} == {503}
        assert time.monotonic() - begun < 12
        beside.wires["to minio"].flowing.set()
        assert (await heard(socket, "ack"))["offset"] == FRAME
    assert (await client.post(stop)).status_code == 202
    assert (await finished(client, session["session_id"]))["audio_size"] == FRAME + 44


def requests(details: dict[str, Any], session: dict[str, Any], upload: str) -> list[tuple[str, str, dict[str, Any]]]:
    """One request to each route that needs state."""
    here, fresh, event = f"/sessions/{details['session_id']}", f"/sessions/{session['session_id']}", "/events/default"
    piece = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream", "Authorization": "Bearer of-nothing"}
    return [
        ("POST", "/events", {"json": {"name": "E"}}),
        ("GET", event, {}),
        ("POST", f"{event}/teams", {"json": {"name": "T"}}),
        ("GET", f"{event}/sessions", {}),
        ("POST", "/sessions", {"json": {"team_name": "A", "pitch_title": "B"}}),
        ("POST", "/sessions", {"json": {"team_name": "A", "pitch_title": "B"}, "headers": {"Idempotency-Key": "x"}}),
        ("GET", here, {}),
        ("GET", f"{here}/playback-url", {}),
        ("POST", f"{fresh}/stop", {}),
        ("POST", f"{fresh}/uploads", {"headers": {**TUS, "Upload-Length": "9"}}),
        ("HEAD", upload, {"headers": TUS}),
        ("PATCH", upload, {"headers": piece, "content": b"123"}),
        ("DELETE", here, {}),
        ("POST", "../../mcp", {"json": call, "headers": accept}),
        ("GET", "../../readyz", {}),
        ("GET", f"../../record/{session['session_id']}", {"headers": {"Accept": "text/html"}}),
        ("POST", "../../sign-in", {"data": {"token": "x"}, "headers": {"Accept": "text/html"}}),
    ]


@pytest.mark.parametrize("away", ["redis", "minio"])
@pytest.mark.parametrize("how", ["killed", "frozen"])
async def test_while_it_is_away_every_answer_says_so_and_when_to_ask_again(
    beside: Fleet, client: httpx.AsyncClient, away: str, how: str
) -> None:
    details, session = await done(client), await start(client)
    place = await client.post(f"/sessions/{session['session_id']}/uploads", headers={**TUS, "Upload-Length": "9"})
    asked = requests(details, await start(client), place.headers["Location"])
    if how == "killed":
        beside.programs[away].kill()
    else:
        beside.wires[f"to {away}"].flowing.clear()
    try:
        answers = await asyncio.gather(*(client.request(method, path, **extra) for method, path, extra in asked))
    finally:
        beside.wires[f"to {away}"].flowing.set()
        if how == "killed":
            beside.programs[away].start()
    for answer in answers:
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        assert answer.elapsed.total_seconds() < 10  # as long as proxies commonly wait
        if answer.status_code == 503:
            assert "retry-after" in answer.headers
        if away == "redis":
            assert answer.status_code == 503
    await beside.ready()
    assert (await done(client))["status"] == "completed"


async def test_servers_start_while_redis_and_minio_are_away_and_heal(beside: Fleet, client: httpx.AsyncClient) -> None:
    for program in beside.programs.values():
        program.kill()
    for name in ("server a", "server b", "worker"):
        beside.programs[name].start()
    for _ in range(100):
        try:
            answer = await client.get("../../readyz")
            break
        except httpx.TransportError:
            await asyncio.sleep(0.2)
    assert (answer.status_code, answer.json()["code"]) == (503, "state_unavailable")
    beside.programs["redis"].start()
    beside.programs["minio"].start()
    await beside.ready()
    assert (await done(client))["status"] == "completed"


async def test_half_open_connections_to_storage_and_state_are_given_up(
    beside: Fleet, client: httpx.AsyncClient
) -> None:
    session = await start(client)
    async with connect(session["live"]["url"]) as socket:
        await heard(socket, "ready")
        await socket.send(bytes(8) + pcm()[:FRAME])
        await heard(socket, "ack")
        beside.wires["to minio"].abandon()
        beside.wires["to redis"].abandon()
        await socket.send(FRAME.to_bytes(8) + pcm()[FRAME : 2 * FRAME])
        async with asyncio.timeout(40):
            assert (await heard(socket, "ack"))["offset"] == 2 * FRAME
    for name in ("server a", "server b", "worker"):  # for the next test: not each dead connection was tried yet
        beside.programs[name].start()


async def test_speakers_move_on_within_two_seconds_when_a_server_stops_in_order(
    beside: Fleet, client: httpx.AsyncClient
) -> None:
    sessions = [await start(client) for _ in range(8)]
    stopping = asyncio.Event()

    async def speak(session: dict[str, Any]) -> float | None:
        async with connect(session["live"]["url"]) as socket:
            await heard(socket, "ready")
            await socket.send(bytes(8) + pcm()[:FRAME])
            await heard(socket, "ack")
            try:
                async with asyncio.timeout_at(await until_stopped()):
                    await heard(socket, "never")
            except TimeoutError:
                return None  # it speaks to the other copy
            except ConnectionClosed as closed:
                assert (closed.rcvd.code if closed.rcvd else 0) == 1012  # noqa: PT017  whatever the others hear
        begun = time.monotonic()
        async with connect(session["live"]["url"]) as socket:
            assert (await heard(socket, "ready"))["offset"] == FRAME
        return time.monotonic() - begun

    async def until_stopped() -> float:
        waiting.append(None)
        await stopping.wait()
        return asyncio.get_running_loop().time() + 2

    waiting: list[None] = []
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        speaking = [group.create_task(speak(session)) for session in sessions]
        while len(waiting) < len(sessions):  # noqa: ASYNC110  of eight, the last one
            await asyncio.sleep(0.05)
        stopping.set()
        beside.programs["server a"].send(signal.SIGTERM)
    beside.programs["server a"].start()
    moved = [task.result() for task in speaking]
    assert any(moved)
    assert max(seconds for seconds in moved if seconds) < 2
