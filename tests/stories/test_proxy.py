"""Behind nginx as operators are told to run it: bodies of at most 1 MiB, timeouts of 10 seconds."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from pitchscoop.recordings.model import wav_header
from tests.exports.test_archive import Exported
from tests.servers.app import ADMIN, App
from tests.speech import FRAME, heard, pcm
from tests.stories.test_export import new_event
from tests.stories.test_live import finished, start
from tests.stories.test_mcp import story
from tests.stories.test_upload import PIECE, begin

LIMIT = 1 << 20  # bytes
SILENCE = 12  # seconds, more than any timeout


async def test_a_speaker_may_be_silent_for_longer_than_any_timeout(proxied: App) -> None:
    audio, half = pcm(), len(pcm()) // 2 // FRAME * FRAME
    async with proxied.client() as client, httpx.AsyncClient() as browser:
        session = await start(client)
        assert session["live"]["url"].startswith(proxied.url.replace("http", "ws"))
        async with connect(session["live"]["url"], ping_interval=None) as socket:
            await heard(socket, "ready")
            for offset in range(0, half, FRAME):
                await socket.send(offset.to_bytes(8) + audio[offset : offset + FRAME])
            await asyncio.sleep(SILENCE)
            for offset in range(half, len(audio), FRAME):
                await socket.send(offset.to_bytes(8) + audio[offset : offset + FRAME])
            await socket.send(json.dumps({"type": "stop", "offset": len(audio)}))
            assert (await heard(socket, "stopped"))["offset"] == len(audio)
        await finished(client, session["session_id"])
        playback = await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")
        url = playback.json()["playback_url"]
        if proxied.name == "redis-minio":
            assert urlsplit(url).netloc == urlsplit(proxied.settings["MINIO_PUBLIC_URL"]).netloc
        assert (await browser.get(url)).content[44:] == audio
        part = await browser.get(url, headers={"Range": "bytes=1000-1999"})
        assert (part.status_code, part.content) == (206, (await browser.get(url)).content[1000:2000])
        altered = url[:-1] + ("0" if url[-1] != "0" else "1")
        assert (await browser.get(altered)).status_code == 403


async def test_an_upload_of_any_size_in_pieces_that_pass(proxied: App) -> None:
    """A piece at the limit passes, one above it does not, and one that takes its time is stored as it comes."""
    audio = wav_header(3 * LIMIT, 16000) + random.Random(4).randbytes(3 * LIMIT)

    async def slowly() -> AsyncIterator[bytes]:
        for offset in range(LIMIT, 2 * LIMIT, LIMIT // 4):
            yield audio[offset : offset + LIMIT // 4]
            await asyncio.sleep(SILENCE / 3)

    async with proxied.client() as client, httpx.AsyncClient() as browser:
        session = await start(client)
        place = await begin(client, session, len(audio), "noise.wav")

        async def send(offset: int, content: bytes | AsyncIterator[bytes], length: int) -> int:
            headers = {**PIECE, "Upload-Offset": str(offset), "Content-Length": str(length)}
            return (await client.patch(place, headers=headers, content=content)).status_code

        assert await send(0, audio[: LIMIT + 1], LIMIT + 1) == 413
        assert await send(0, audio[:LIMIT], LIMIT) == 204
        assert await send(LIMIT, slowly(), LIMIT) == 204
        assert await send(2 * LIMIT, audio[2 * LIMIT : 3 * LIMIT], LIMIT) == 204
        assert await send(3 * LIMIT, audio[3 * LIMIT :], len(audio) - 3 * LIMIT) == 204
        assert (await finished(client, session["session_id"]))["status"] == "completed"
        playback = await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")
        assert (await browser.get(playback.json()["playback_url"])).content == audio


async def test_no_token_is_written_down_when_something_is_away(proxied: App) -> None:
    async with proxied.client() as client:
        session = await start(client)
    where = proxied.url
    proxied.stop()
    with pytest.raises(InvalidStatus):
        await connect(session["live"]["url"]).__aenter__()
    proxied.url = f"http://127.0.0.1:{proxied.port}"
    proxied.start()
    proxied.url = where
    told = "".join(log.read_text() for log in proxied.folder.glob("*.log"))
    assert session["live"]["token"] not in told
    assert (proxied.folder / "told.log").exists()


async def test_an_export_comes_whole(proxied: App) -> None:
    audio = wav_header(LIMIT - 44, 16000) + random.Random(6).randbytes(LIMIT - 44)
    async with proxied.client() as client:
        event = await new_event(client)
        sessions = [await start(client, event_id=event) for _ in range(5)]
        for session in sessions:
            place = await begin(client, session, len(audio), "noise.wav")
            await client.patch(place, headers={**PIECE, "Upload-Offset": "0"}, content=audio)
        for session in sessions:
            await finished(client, session["session_id"])
        found = Exported((await client.get(f"/events/{event}/export.zip")).content)
    assert found.audio == {session["session_id"]: audio for session in sessions}


async def test_an_assistant_works_through_it(proxied: App) -> None:
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {ADMIN}"}) as http:
        transport = streamable_http_client(f"{proxied.url}/mcp", http_client=http)
        async with Client(transport) as client:
            await story(client, ".")
