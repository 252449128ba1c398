"""How a live recording ends when nobody presses stop: silence, a newer connection elsewhere, the longest length."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.servers.app import App
from tests.speech import FRAME, heard, pcm
from tests.stories.test_live import finished, start


async def start_in(client: httpx.AsyncClient, **settings: Any) -> dict[str, Any]:
    """A session of an event with these settings."""
    event = (await client.post("/events", json={"name": "E", "settings": settings})).json()["event_id"]
    return await start(client, event_id=event)


async def closed_with(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        await heard(socket, "never")
    return closed.value.rcvd.code if closed.value.rcvd else None


async def speak(socket: ClientConnection, seconds: int) -> int:
    """Send a frame every 100 ms; the bytes sent."""
    for offset in range(0, seconds * 10 * FRAME, FRAME):
        await socket.send(offset.to_bytes(8) + pcm()[offset : offset + FRAME])
        await asyncio.sleep(0.1)
    return seconds * 10 * FRAME


async def test_whoever_speaks_is_not_taken_for_silent_and_whoever_vanishes_is_completed(app: App) -> None:
    async with app.client() as client, httpx.AsyncClient() as browser:
        session = await start_in(client, idle_seconds=5)
        async with connect(session["live"]["url"]) as socket:
            await heard(socket, "ready")
            sent = await speak(socket, 8)
        details = await finished(client, session["session_id"])
        assert (details["status"], details["metadata"]["interrupted"]) == ("completed", True), details
        wav = (await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")).json()
        kept = (await browser.get(wav["playback_url"])).content[44:]
        assert (len(kept), kept == pcm()[: len(kept)]) == (sent, True)


async def test_an_open_connection_without_sound_does_not_keep_a_recording_open(app: App) -> None:
    async with app.client() as client:
        session = await start_in(client, idle_seconds=2)
        async with connect(session["live"]["url"]) as socket:
            await heard(socket, "ready")
            await socket.send(bytes(8) + pcm()[:FRAME])
            assert await closed_with(socket) == 4410
        details = await finished(client, session["session_id"])
        assert (details["status"], details["metadata"]["interrupted"]) == ("completed", True)


async def test_the_speaker_is_told_once_when_the_time_is_over(app: App) -> None:
    async with app.client() as client:
        session = await start_in(client, max_seconds=10)
    async with connect(session["live"]["url"]) as socket:
        await heard(socket, "ready")
        for offset in range(0, 11 * 32000, 32000):
            await socket.send(offset.to_bytes(8) + bytes(32000))
        assert (await heard(socket, "notice"))["code"] == "time_limit"
        while (await heard(socket, "ack"))["offset"] < 11 * 32000:
            pass


@pytest.fixture
async def copy(app: App, tmp_path: Path) -> AsyncIterator[App]:
    """Another copy of the server on the same state and storage."""
    settings = {**app.settings, "PITCHSCOOP_PUBLIC_URL": app.url}  # or commands would take it for the one that runs
    other = App(app.folder, settings, app.name)
    other.log = tmp_path / "log.txt"
    await asyncio.to_thread(other.start)
    yield other
    await asyncio.to_thread(other.stop)


async def test_the_newest_connection_wins_in_every_copy(app: App, copy: App) -> None:
    async with app.client() as client:
        session = await start(client)
    here = session["live"]["url"]
    there = here.replace(str(app.port), str(copy.port), 1)
    async with connect(here) as first:
        await heard(first, "ready")
        await first.send(bytes(8) + pcm()[:FRAME])
        await heard(first, "ack")
        async with connect(there) as second:
            assert (await heard(second, "ready"))["offset"] == FRAME
            assert await closed_with(first) == 4409
            await second.send((FRAME).to_bytes(8) + pcm()[FRAME : 2 * FRAME])
            assert (await heard(second, "ack"))["offset"] == 2 * FRAME


async def test_hopping_between_copies_never_ends_the_newest_connection(app: App, copy: App) -> None:
    async with app.client() as client:
        session = await start(client)
    here = session["live"]["url"]
    places = [here, here.replace(str(app.port), str(copy.port), 1)]
    for hop in range(12):
        async with connect(places[hop % 2]) as socket:
            await heard(socket, "ready")
    async with connect(places[0]) as socket:
        await heard(socket, "ready")
        await speak(socket, 2)
        while (await heard(socket, "ack"))["offset"] < 20 * FRAME:
            pass


async def test_a_file_does_not_take_the_place_of_what_was_said_however_little(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
        async with connect(session["live"]["url"]) as socket:
            await heard(socket, "ready")
            await socket.send(bytes(8) + pcm()[:FRAME])
            await heard(socket, "ack")
            refused = await client.post(session["upload_url"], headers={"Tus-Resumable": "1.0.0", "Upload-Length": "9"})
        assert (refused.status_code, refused.json()["code"]) == (409, "other_source")
        stopped = await client.post(f"/sessions/{session['session_id']}/stop")
        assert (stopped.status_code, stopped.json()["source"]) == (202, "live")
        assert (await finished(client, session["session_id"]))["audio_size"] == FRAME + 44


async def test_whoever_leaves_at_once_is_noted(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
        async with connect(session["live"]["url"]) as socket:
            await heard(socket, "ready")
            await socket.send(bytes(8) + pcm()[:FRAME])
        for _ in range(30):
            details = (await client.get(f"/sessions/{session['session_id']}")).json()
            if details["source"] == "live":
                break
            await asyncio.sleep(0.1)
        assert details["source"] == "live"
