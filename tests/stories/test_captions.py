"""What is said while it is said, and afterwards, with a fake Gladia, in both modes."""

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.servers.app import App, gladia_settings
from tests.servers.gladia import JFK, Drop, GladiaServer
from tests.servers.place import Place
from tests.servers.redis import RedisServer
from tests.speech import FRAME, heard, pcm, stream, wav
from tests.stories.test_live import finished, start

ALLOWED = int(os.environ.get("ALLOWED", "5"))  # noqa: TID251  30 by hand; a small machine needs minutes for it
HEALING = 60.0  # seconds in which everything is written once the engine is back


async def speak(url: str, audio: bytes, pace: float = 0.02) -> list[dict[str, Any]]:
    """Say it faster than in life, and stop; what the server said meanwhile."""
    told: list[dict[str, Any]] = []
    async with connect(url) as socket:
        await heard(socket, "ready")

        async def listen() -> None:
            told.extend([json.loads(message) async for message in socket])

        listening = asyncio.create_task(listen())
        for offset in range(0, len(audio), FRAME):
            await socket.send(offset.to_bytes(8) + audio[offset : offset + FRAME])
            await asyncio.sleep(pace)
        await socket.send(json.dumps({"type": "stop", "offset": len(audio)}))
        await listening
    assert told[-1]["type"] == "stopped"
    return told


async def written(client: httpx.AsyncClient, session_id: str, within: float = 30) -> dict[str, Any]:
    """The session when its transcript is ready or failed."""
    until = time.monotonic() + within
    while True:
        details: dict[str, Any] = (await client.get(f"/sessions/{session_id}")).json()
        if details["transcript"]["status"] in ("ready", "failed"):
            return details
        if time.monotonic() > until:
            pytest.fail(f"no transcript: {details['status']} {details['transcript']}")
        await asyncio.sleep(0.1)


async def test_words_come_while_they_are_said_and_stay(listening: App, gladia: GladiaServer) -> None:
    gladia.knobs.drops = [Drop(after) for after in (30_000, 90_000, 150_000, 210_000, 270_000)]
    async with listening.client() as client:
        session = await start(client)
        told = await speak(session["live"]["url"], pcm())
        details = await written(client, session["session_id"])
    finals = [message["text"] for message in told if message["type"] == "transcript" and message["is_final"]]
    assert " ".join(finals) == JFK.text[: len(" ".join(finals))] != ""
    assert any(not message["is_final"] for message in told if message["type"] == "transcript")
    assert (details["transcript"]["status"], details["transcript"]["text"]) == ("ready", JFK.text)
    word = details["transcript"]["utterances"][0]["words"][0]
    assert (word["word"], word["start"]) == ("And", 0.3)
    assert bytes(gladia.session.audio) == pcm()
    assert not gladia.jobs  # nothing had to be done afterwards
    assert gladia.key not in listening.log.read_text()


async def test_an_upload_is_written_down_afterwards(listening: App, gladia: GladiaServer) -> None:
    async with listening.client() as client:
        session = await start(client)
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(wav()))}
        created = await client.post(session["upload_url"], headers=headers)
        head = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        assert (await client.patch(created.headers["location"], content=wav(), headers=head)).status_code == 204
        details = await written(client, session["session_id"])
    assert details["transcript"]["text"] == JFK.text
    assert details["transcript"]["engine"] == "Gladia"
    assert len(gladia.sessions) == 0


@pytest.mark.parametrize("trouble", ["dead", "midway", "429"])
async def test_the_recording_does_not_care_and_the_words_come_when_it_heals(
    listening: App, gladia: GladiaServer, trouble: str
) -> None:
    if trouble == "dead":
        gladia.die()
    elif trouble == "429":
        gladia.knobs.fail(429)
    async with listening.client() as client, httpx.AsyncClient() as browser:
        sessions = [await start(client) for _ in range(6)]
        speaking = [asyncio.create_task(speak(one["live"]["url"], pcm())) for one in sessions]
        if trouble == "midway":
            await asyncio.sleep(1)
            await asyncio.to_thread(gladia.die)
        told = await asyncio.gather(*speaking)
        for one in sessions:
            details = await finished(client, one["session_id"])
            sound = (await client.get(f"/sessions/{one['session_id']}/playback-url?variant=wav")).json()
            assert (await browser.get(sound["playback_url"])).content[44:] == pcm()
            assert details["transcript"]["status"] == "pending"
        if trouble != "midway":
            assert all("transcriber_unavailable" in [message.get("code") for message in each] for each in told)
        if trouble == "429":
            gladia.knobs.failures.clear()
        else:
            gladia.start()
        healed = time.monotonic()
        for one in sessions:
            details = await written(client, one["session_id"], HEALING)
            assert details["transcript"]["text"] == JFK.text
        assert time.monotonic() - healed < HEALING


async def test_never_more_are_open_than_the_plan_allows_and_all_are_written(
    listening: App, gladia: GladiaServer, tmp_path: Path
) -> None:
    """Two copies of the server share what the plan allows."""
    gladia.knobs.processing = 0.5
    listening.stop()
    listening.settings |= gladia_settings(gladia, at_once=ALLOWED)
    listening.start()
    other = App(tmp_path / "other", {**listening.settings, "PITCHSCOOP_PUBLIC_URL": listening.url}, listening.name)
    (tmp_path / "other").mkdir()
    if listening.name == "embedded":
        other.settings["PITCHSCOOP_DATA"] = listening.settings["PITCHSCOOP_DATA"]
    other.start()
    try:
        async with listening.client() as client:
            sessions = [await start(client) for _ in range(2 * ALLOWED)]
            urls = [one["live"]["url"] for one in sessions]
            urls[::2] = [url.replace(f":{listening.port}/", f":{other.port}/") for url in urls[::2]]
            await asyncio.gather(*(speak(url, pcm()) for url in urls))
            for one in sessions:
                assert (await written(client, one["session_id"], HEALING))["transcript"]["text"] == JFK.text
        assert gladia.most_open == ALLOWED
        async with asyncio.timeout(30):  # who got a place late had captions, and a worker may have been faster
            while gladia.open:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    finally:
        other.stop()


async def test_no_place_is_held_for_nobody_where_state_goes_while_a_session_begins(
    place_of: Callable[[str], Place], own_redis: RedisServer, gladia: GladiaServer
) -> None:
    place = place_of("redis-minio")
    place.settings |= gladia_settings(gladia)
    gladia.knobs.delay = 2.0
    place.start()
    try:
        async with place.client() as client:
            session = await start(client)
            async with connect(session["live"]["url"]) as socket:
                await heard(socket, "ready")
                await socket.send(bytes(8) + pcm()[:FRAME])
                await asyncio.sleep(1)  # the place is taken, and Gladia has not answered
                assert not gladia.sessions
                own_redis.kill()
                await gladia.until(lambda: gladia.sessions)
                begun = gladia.session
                gladia.knobs.delay = 0.0
                await gladia.until(lambda: begun.over, 15)
    finally:
        own_redis.start()
        place.stop()


async def test_a_copy_that_is_killed_leaves_nothing_unwritten(listening: App) -> None:
    async with listening.client() as client:
        session = await start(client)
        async with connect(session["live"]["url"]) as socket:
            await heard(socket, "ready")
            for offset in range(0, 40 * FRAME, FRAME):
                await socket.send(offset.to_bytes(8) + pcm()[offset : offset + FRAME])
                await asyncio.sleep(0.02)
            await heard(socket, "transcript")
            listening.kill()
        listening.start()
        await stream(session["live"]["url"], pcm())
        details = await written(client, session["session_id"], HEALING)
    assert details["transcript"]["text"] == JFK.text


async def test_a_key_that_is_refused_is_said_with_the_remedy(listening: App, gladia: GladiaServer) -> None:
    gladia.knobs.fail(401)
    async with listening.client() as client:
        session = await start(client)
        await speak(session["live"]["url"], pcm()[: 30 * FRAME])
        details = await written(client, session["session_id"])
        assert details["status"] == "completed"
        assert details["transcript"]["status"] == "failed"
        assert "GLADIA_API_KEY" in details["transcript"]["error"]["message"]
    assert gladia.key not in listening.log.read_text()


async def test_silence_is_a_transcript_without_words(listening: App, gladia: GladiaServer) -> None:
    gladia.knobs.choose = lambda _body, _audio: type(JFK)(())
    async with listening.client() as client:
        session = await start(client)
        await speak(session["live"]["url"], bytes(20 * FRAME))
        details = await written(client, session["session_id"])
    assert (details["transcript"]["status"], details["transcript"]["text"]) == ("ready", "")
