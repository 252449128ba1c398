"""Live audio from the first byte to the player, in both modes (design.md 2.4, 3)."""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.servers.app import App
from tests.speech import FRAME, heard, pcm, stream


async def start(client: httpx.AsyncClient, **extra: Any) -> dict[str, Any]:
    answer = await client.post("/sessions", json={"team_name": "Kelpline", "pitch_title": "Seaweed", **extra})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def finished(client: httpx.AsyncClient, session_id: str) -> dict[str, Any]:
    for _ in range(600):
        details: dict[str, Any] = (await client.get(f"/sessions/{session_id}")).json()
        if details["status"] in ("completed", "failed"):
            return details
        await asyncio.sleep(0.1)
    pytest.fail(f"not finished: {details}")


async def test_live_is_byte_exact_and_plays(app: App, tmp_path: Path) -> None:
    async with app.client() as client, httpx.AsyncClient() as browser:
        session = await start(client)
        stopped = await stream(session["live"]["url"], pcm())
        assert stopped == {"type": "stopped", "offset": len(pcm()), "status": "processing"}
        details = await finished(client, session["session_id"])
        assert (details["status"], details["has_audio"]) == ("completed", True)
        assert details["audio_duration"] == pytest.approx(len(pcm()) / 32000, abs=0.05)

        wav = (await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")).json()
        archive = (await browser.get(wav["playback_url"])).content
        assert hashlib.sha256(archive[44:]).digest() == hashlib.sha256(pcm()).digest()

        mp3 = (await client.get(f"/sessions/{session['session_id']}/playback-url")).json()
        assert (mp3["expires_in"], mp3["content_type"]) == (3600, "audio/mpeg")
        whole = (await browser.get(mp3["playback_url"])).content
        (tmp_path / "a.mp3").write_bytes(whole)
        with av.open(str(tmp_path / "a.mp3")) as container:
            seconds = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
        assert seconds == pytest.approx(len(pcm()) / 32000, abs=0.05)

        part = await browser.get(mp3["playback_url"], headers={"Range": "bytes=1000-1999"})
        assert (part.status_code, part.content) == (206, whole[1000:2000])


async def test_a_playback_url_altered_anywhere_is_refused(app: App) -> None:
    async with app.client() as client, httpx.AsyncClient() as browser:
        session = await start(client)
        await stream(session["live"]["url"], pcm()[:64000])
        await finished(client, session["session_id"])
        url = (await client.get(f"/sessions/{session['session_id']}/playback-url")).json()["playback_url"]
        begin = url.index("/", 8)
        if app.name == "redis-minio":
            assert urlsplit(url).netloc == urlsplit(app.settings["MINIO_PUBLIC_URL"]).netloc
        for at in range(begin + 1, len(url), 3):
            other = "b" if url[at] != "b" else "c"
            answer = await browser.get(url[:at] + other + url[at + 1 :])
            # S3 calls a malformed date, and a bucket of a name that it forbids, a bad request.
            assert answer.status_code == 403 or (app.name == "redis-minio" and answer.status_code == 400)
        altered = url[:-1] + ("0" if url[-1] != "0" else "1")
        assert (await browser.get(altered)).status_code == 403


async def test_acknowledged_bytes_survive_kill_nine(own_app: App) -> None:
    audio = pcm()
    async with own_app.client() as client:
        session = await start(client)
    acknowledged = 0
    for _ in range(3):
        with pytest.raises(ConnectionClosed):  # noqa: PT012  the server dies in the midst of it
            async with connect(session["live"]["url"]) as socket:
                ready = await heard(socket, "ready")
                assert ready["offset"] >= acknowledged
                for offset in range(ready["offset"], ready["offset"] + 25 * FRAME, FRAME):
                    await socket.send(offset.to_bytes(8) + audio[offset : offset + FRAME])
                    await asyncio.sleep(0.05)
                acknowledged = (await heard(socket, "ack"))["offset"]
                own_app.kill()
                await heard(socket, "never")
        own_app.start()
    await stream(session["live"]["url"], audio)
    async with own_app.client() as client, httpx.AsyncClient() as browser:
        details = await finished(client, session["session_id"])
        wav = (await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")).json()
        assert details["status"] == "completed"
        assert (await browser.get(wav["playback_url"])).content[44:] == audio


async def test_the_newest_connection_wins(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
    async with connect(session["live"]["url"]) as first:
        await heard(first, "ready")
        await first.send((0).to_bytes(8) + pcm()[:FRAME])
        await heard(first, "ack")
        async with connect(session["live"]["url"]) as second:
            assert (await heard(second, "ready"))["offset"] == FRAME
            with pytest.raises(ConnectionClosed) as closed:
                await heard(first, "never")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4409
            await second.send((0).to_bytes(8) + pcm()[: 2 * FRAME])
            assert (await heard(second, "ack"))["offset"] == 2 * FRAME


async def test_what_the_older_connection_had_got_across_comes_before_the_newer_one(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
    async with connect(session["live"]["url"]) as first:
        await heard(first, "ready")
        await first.send((0).to_bytes(8) + pcm()[:FRAME])
        await first.send((2**62).to_bytes(8) + bytes(2))
        assert (await heard(first, "ready"))["offset"] == FRAME  # it has come, and is not written yet
        async with connect(session["live"]["url"]) as second:
            assert (await heard(second, "ready"))["offset"] == FRAME
            assert (await heard(first, "ack"))["offset"] == FRAME


async def test_whoever_comes_back_does_not_push_away_who_went_on_meanwhile(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
    async with connect(session["live"]["url"]) as first:
        await heard(first, "ready")
        await first.send((0).to_bytes(8) + pcm()[:FRAME])
        await heard(first, "ack")
    async with connect(session["live"]["url"]) as second:
        await heard(second, "ready")
        await second.send(FRAME.to_bytes(8) + bytes(FRAME))
        await second.send((2**62).to_bytes(8) + bytes(2))
        assert (await heard(second, "ready"))["offset"] == 2 * FRAME  # it has come, and is not written yet
        with pytest.raises(ConnectionClosed) as closed:
            async with connect(f"{session['live']['url']}&sent={FRAME}") as again:
                await heard(again, "ready")
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4409, "overtaken")
        assert (await heard(second, "ack"))["offset"] == 2 * FRAME
        await second.send((2 * FRAME).to_bytes(8) + bytes(FRAME))
        assert (await heard(second, "ack"))["offset"] == 3 * FRAME
    async with connect(f"{session['live']['url']}&sent={3 * FRAME}") as back:
        assert (await heard(back, "ready"))["offset"] == 3 * FRAME


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"short", 4400),
        ((0).to_bytes(8) + b"odd", 4400),
        ((0).to_bytes(8) + bytes(70000), 4413),
        ("not json", 4400),
        ('{"type":"stop"}', 4400),
    ],
)
async def test_malformed_frames_close_with_their_code(app: App, frame: bytes | str, code: int) -> None:
    async with app.client() as client:
        session = await start(client)
    async with connect(session["live"]["url"]) as socket:
        await heard(socket, "ready")
        await socket.send(frame)
        with pytest.raises(ConnectionClosed) as closed:
            await heard(socket, "never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code


async def test_gaps_resends_and_empty_frames_are_harmless(app: App) -> None:
    async with app.client() as client, httpx.AsyncClient() as browser:
        session = await start(client)
        async with connect(session["live"]["url"]) as socket:
            await heard(socket, "ready")
            await socket.send((2**62).to_bytes(8) + bytes(FRAME))
            assert (await heard(socket, "ready"))["offset"] == 0
            await socket.send((0).to_bytes(8))
            for offset in (0, 0, 1000, FRAME, 200):
                await socket.send(offset.to_bytes(8) + pcm()[offset : offset + FRAME])
            await socket.send(json.dumps({"type": "stop", "offset": 10 * FRAME}))
            assert (await heard(socket, "ready"))["offset"] == 2 * FRAME
            await socket.send(json.dumps({"type": "stop", "offset": 2 * FRAME}))
            await heard(socket, "stopped")
        await finished(client, session["session_id"])
        wav = (await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")).json()
        assert (await browser.get(wav["playback_url"])).content[44:] == pcm()[: 2 * FRAME]


async def test_who_may_not_record_is_told_by_the_close_code(app: App) -> None:
    async with app.client() as client:
        session, other = await start(client), await start(client)
    here = session["live"]["url"].split("?")[0]
    for url, code in [
        (here, 4401),
        (f"{here}?token=wrong", 4401),
        (f"{here}?token={other['live']['token']}", 4403),
        (here.replace(session["session_id"], "0" * 30) + f"?token={session['live']['token']}", 4404),
    ]:
        async with connect(url) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await heard(socket, "never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code


async def test_stopping_without_audio_is_refused_and_stopping_twice_is_not(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
        stop = f"/sessions/{session['session_id']}/stop"
        refused = await client.post(stop)
        assert (refused.status_code, refused.json()["code"]) == (409, "no_audio")
        await stream(session["live"]["url"], pcm()[:64000])
        again = [await client.post(stop) for _ in range(2)]
        assert [answer.status_code for answer in again] == [202, 202]
        await finished(client, session["session_id"])
        with pytest.raises(ConnectionClosed) as closed:
            async with connect(session["live"]["url"]) as socket:
                await heard(socket, "never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4410
