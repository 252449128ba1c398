"""The disk of the audio is full (embedded, that of the state as well): said, waited for, and nothing is lost."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect

from tests.faults.disk import ROOT
from tests.faults.fleet import Fleet, fleet
from tests.faults.test_outages import TUS, done, requests
from tests.servers.app import ADMIN
from tests.speech import FRAME, heard, pcm
from tests.stories.test_live import finished, start

pytestmark = pytest.mark.skipif(not ROOT, reason="only root may mount a small file system")
ROOM = 200 << 20  # bytes


@pytest_asyncio.fixture(params=["embedded", "redis-minio"])
async def installed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Fleet]:
    async with fleet(request.param, tmp_path, random.Random(), ROOM) as made:
        yield made


@pytest_asyncio.fixture
async def client(installed: Fleet) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {ADMIN}"}
    async with httpx.AsyncClient(base_url=f"{installed.url}/api/v1", headers=headers, timeout=20) as found:
        yield found


async def say(socket: ClientConnection, start: int, end: int) -> None:
    for offset in range(start, end, FRAME):
        await socket.send(offset.to_bytes(8) + pcm()[offset : offset + FRAME])


async def acknowledged(socket: ClientConnection, offset: int) -> None:
    while (await heard(socket, "ack"))["offset"] < offset:
        pass


async def told_of_no_room(socket: ClientConnection) -> str:
    """What the speaker reads; a disk that takes long to refuse is called slow before."""
    while True:
        notice = await heard(socket, "notice")
        if notice["code"] == "storage_full":
            return str(notice["message"])
        assert notice["code"] == "storage_slow"


async def stop(socket: ClientConnection, total: int) -> None:
    await socket.send(json.dumps({"type": "stop", "offset": total}))
    assert (await heard(socket, "stopped"))["offset"] == total


async def sound(client: httpx.AsyncClient, session_id: str) -> bytes:
    answer = (await client.get(f"/sessions/{session_id}/playback-url?variant=wav")).json()
    async with httpx.AsyncClient() as browser:
        return (await browser.get(answer["playback_url"])).content[44:]


async def test_the_speaker_is_told_and_the_recording_goes_on_when_room_returns(
    installed: Fleet, client: httpx.AsyncClient
) -> None:
    session, part = await start(client), 20 * FRAME
    async with connect(session["live"]["url"]) as socket:
        await heard(socket, "ready")
        await say(socket, 0, part)
        await acknowledged(socket, part)
        installed.disk.fill(0)
        await say(socket, part, 2 * part)
        assert "room" in await told_of_no_room(socket)
        await say(socket, 2 * part, 3 * part)
        installed.disk.empty()
        await acknowledged(socket, 3 * part)
        await stop(socket, 3 * part)
    assert (await finished(client, session["session_id"]))["status"] == "completed"
    assert await sound(client, session["session_id"]) == pcm()[: 3 * part]


async def test_what_was_acknowledged_outlives_a_kill_on_a_full_disk(
    installed: Fleet, client: httpx.AsyncClient
) -> None:
    session, part = await start(client), 20 * FRAME
    async with connect(session["live"]["url"]) as socket:
        await heard(socket, "ready")
        await say(socket, 0, part)
        await acknowledged(socket, part)
        installed.disk.fill(0)
        await say(socket, part, 2 * part)
        await told_of_no_room(socket)
        for program in installed.programs.values():
            program.kill()
    for program in installed.programs.values():
        program.start()
    await asyncio.sleep(3)  # it may start on a full disk, or not
    installed.disk.empty()
    for program in installed.programs.values():
        program.start()
    await installed.ready()
    async with connect(session["live"]["url"]) as socket:
        at = (await heard(socket, "ready"))["offset"]
        assert part <= at <= 2 * part
        await say(socket, at, 2 * part)
        await stop(socket, 2 * part)
    assert (await finished(client, session["session_id"]))["status"] == "completed"
    assert await sound(client, session["session_id"]) == pcm()[: 2 * part]


async def test_every_answer_says_what_is_wrong_and_no_server_ends(installed: Fleet, client: httpx.AsyncClient) -> None:
    details, session = await done(client), await start(client)
    place = await client.post(f"/sessions/{session['session_id']}/uploads", headers={**TUS, "Upload-Length": "9"})
    asked = requests(details, await start(client), place.headers["Location"])
    pids = running(installed)
    installed.disk.fill(0)
    freeing = [one for one in asked if one[0] == "DELETE"]  # makes room, and so comes after all others
    rest = [one for one in asked if one not in freeing]
    answers = await asyncio.gather(*(client.request(method, path, **extra) for method, path, extra in rest))
    answers += [await client.request(method, path, **extra) for method, path, extra in freeing]
    for answer in answers:
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        if answer.status_code == 503:
            assert "retry-after" in answer.headers
    refused = [answer.json() for answer in answers if answer.headers.get("content-type") == "application/problem+json"]
    assert all(problem["code"] for problem in refused)
    assert "storage_full" in {problem["code"] for problem in refused}
    assert running(installed) == pids
    installed.disk.empty()
    await installed.ready()
    assert (await done(client))["status"] == "completed"


async def test_a_recording_that_was_stopped_is_finished_when_room_returns(
    installed: Fleet, client: httpx.AsyncClient
) -> None:
    session, part = await start(client), 100 * FRAME
    async with connect(session["live"]["url"]) as socket:
        await heard(socket, "ready")
        await say(socket, 0, part)
        await acknowledged(socket, part)
        installed.disk.fill(128 << 10)  # room to note the stop, not for another copy of the sound
        answer = await client.post(f"/sessions/{session['session_id']}/stop")
        assert answer.status_code in (202, 503)
    await asyncio.sleep(2)
    details = (await client.get(f"/sessions/{session['session_id']}")).json()
    assert details["status"] in ("recording", "processing")
    installed.disk.empty()
    assert (await client.post(f"/sessions/{session['session_id']}/stop")).status_code == 202
    assert (await finished(client, session["session_id"]))["status"] == "completed"
    assert await sound(client, session["session_id"]) == pcm()[:part]


def running(installed: Fleet) -> dict[str, Any]:
    """The process of each program that has not ended."""
    return {name: program.pid for name, program in installed.programs.items()}
