"""A file from a phone to the player: tus uploads that resume, and files that hold no sound."""

import asyncio
import base64
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from pitchscoop.recordings.model import wav_header
from tests.servers.app import App
from tests.speech import FLAC
from tests.stories.test_live import finished, start

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


async def begin(client: httpx.AsyncClient, session: dict[str, Any], size: int, name: str = "jfk.flac") -> str:
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    answer = await client.post(
        session["upload_url"], headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


async def test_an_upload_goes_on_after_kill_nine_and_is_kept_as_received(own_app: App) -> None:
    audio = FLAC.read_bytes()
    async with own_app.client() as client:
        session = await start(client)
        place = await begin(client, session, len(audio))
    sent = 0
    for end in (100_000, 300_000, 500_000):
        async with own_app.client(session["live"]["token"]) as client:
            answer = await client.patch(place, headers={**PIECE, "Upload-Offset": str(sent)}, content=audio[sent:end])
            assert answer.status_code == 204, answer.text
        own_app.kill()
        own_app.start()
        async with own_app.client() as client:
            head = await client.head(place, headers=TUS)
            sent = int(head.headers["Upload-Offset"])
            assert sent == end
    async with own_app.client() as client, httpx.AsyncClient() as browser:
        answer = await client.patch(place, headers={**PIECE, "Upload-Offset": str(sent)}, content=audio[sent:])
        assert answer.headers["Upload-Offset"] == str(len(audio))
        details = await finished(client, session["session_id"])
        assert (details["status"], details["audio_minio_key"]) == (
            "completed",
            f"sessions/{session['session_id']}/recording.flac",
        )
        assert details["audio_duration"] == pytest.approx(11.0, abs=0.05)
        url = (await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")).json()["playback_url"]
        assert (await browser.get(url)).content == audio


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("notes.pdf", b"%PDF-1.7 nothing to hear " * 100, "not_audio"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n" * 20, "not_audio"),
        (
            "cut.wav",
            b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data\0\0\0\0",
            "empty_audio",
        ),
    ],
)
async def test_what_holds_no_sound_fails_with_words_and_stays_downloadable(
    app: App, name: str, content: bytes, code: str
) -> None:
    async with app.client() as client, httpx.AsyncClient() as browser:
        session = await start(client)
        place = await begin(client, session, len(content), name)
        await client.patch(place, headers={**PIECE, "Upload-Offset": "0"}, content=content)
        details = await finished(client, session["session_id"])
        assert (details["status"], details["error"]["code"]) == ("failed", code)
        url = await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav&download=true")
        assert (await browser.get(url.json()["playback_url"])).content == content


async def test_the_protocol_is_kept(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
        told = await client.options(session["upload_url"])
        assert told.headers["Tus-Extension"] == "creation,termination,expiration"
        assert (await client.post(session["upload_url"], headers={"Upload-Length": "5"})).status_code == 412
        place = await begin(client, session, 10)
        wrong = await client.patch(place, headers={**PIECE, "Upload-Offset": "3"}, content=b"abc")
        assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_offset")
        long = await client.patch(place, headers={**PIECE, "Upload-Offset": "0"}, content=b"x" * 11)
        assert (long.status_code, long.json()["code"]) == (413, "too_much")
        plain = {**TUS, "Upload-Offset": "0", "Content-Type": "text/plain"}
        assert (await client.patch(place, headers=plain, content=b"x")).status_code == 415
        assert (await client.delete(place, headers=TUS)).status_code == 204
        assert (await client.head(place, headers=TUS)).status_code == 404
        empty = await client.post(session["upload_url"], headers={**TUS, "Upload-Length": "0"})
        assert (empty.status_code, empty.json()["code"]) == (422, "empty_audio")


async def test_a_repeated_beginning_is_one_upload_and_methods_may_be_overridden(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
        head = {**TUS, "Upload-Length": "10", "Idempotency-Key": "k"}
        places = {(await client.post(session["upload_url"], headers=head)).headers["Location"] for _ in range(3)}
        assert len(places) == 1
        place = places.pop()
        piece = {**PIECE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
        assert (await client.post(place, headers=piece, content=b"abc")).headers["Upload-Offset"] == "3"
        look = await client.post(place, headers={**TUS, "X-HTTP-Method-Override": "HEAD"})
        assert (look.headers["Upload-Offset"], look.headers["Upload-Length"]) == ("3", "10")
        assert (await client.post(place, headers=TUS)).status_code == 405


async def test_an_upload_that_was_stopped_early_is_not_told_as_whole(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
        audio = FLAC.read_bytes()
        place = await begin(client, session, len(audio))
        await client.patch(place, headers={**PIECE, "Upload-Offset": "0"}, content=audio[:100_000])
        assert (await client.post(f"/sessions/{session['session_id']}/stop")).is_success
        assert (await client.head(place, headers=TUS)).status_code == 409
        for offset in ("100000", str(len(audio))):
            more = await client.patch(place, headers={**PIECE, "Upload-Offset": offset}, content=audio[100_000:])
            assert (more.status_code, more.json()["code"]) == (409, "already_stopped")


async def test_a_request_that_was_given_up_for_lost_and_its_repetition_write_each_byte_once(app: App) -> None:
    rate = 192_000
    audio = wav_header(9 << 20, rate) + random.Random(1).randbytes(9 << 20)
    goes_on = asyncio.Event()

    async def slowly(first: int) -> AsyncIterator[bytes]:
        yield audio[:first]
        await goes_on.wait()
        for at in range(first, 8 << 20, 1 << 16):
            yield audio[at : min(at + (1 << 16), 8 << 20)]

    async with app.client() as client, httpx.AsyncClient() as browser:
        session = await start(client)
        place = await begin(client, session, len(audio), "noise.wav")
        head = {**PIECE, "Upload-Offset": "0"}
        twice = [
            asyncio.create_task(client.patch(place, headers=head, content=slowly(at))) for at in (3 << 20, 2 << 20)
        ]
        await asyncio.sleep(0.5)  # both have begun, and nothing is durable yet
        goes_on.set()
        for answer in await asyncio.gather(*twice):
            assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(8 << 20))
        rest = await client.patch(place, headers={**PIECE, "Upload-Offset": str(8 << 20)}, content=audio[8 << 20 :])
        assert rest.headers["Upload-Offset"] == str(len(audio))
        await finished(client, session["session_id"])
        url = (await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")).json()["playback_url"]
        assert (await browser.get(url)).content == audio


async def test_deleting_removes_every_trace(app: App) -> None:
    async with app.client() as client, httpx.AsyncClient() as browser:
        session = await start(client)
        audio = FLAC.read_bytes()
        place = await begin(client, session, len(audio))
        await client.patch(place, headers={**PIECE, "Upload-Offset": "0"}, content=audio)
        details = await finished(client, session["session_id"])
        assert (await client.delete(f"/sessions/{session['session_id']}")).status_code == 204
        assert (await client.get(f"/sessions/{session['session_id']}")).status_code == 404
        assert (await browser.get(details["playback_url"])).status_code == 404
        listed = (await client.get("/events/default/sessions?limit=200")).json()["sessions"]
        assert session["session_id"] not in {found["session_id"] for found in listed}


async def test_deleting_while_processing_leaves_nothing_behind(app: App) -> None:
    async with app.client() as client:
        session = await start(client)
        audio = FLAC.read_bytes()
        place = await begin(client, session, len(audio))
        await client.patch(place, headers={**PIECE, "Upload-Offset": "0"}, content=audio)
        assert (await client.delete(f"/sessions/{session['session_id']}")).status_code == 204
        await asyncio.sleep(2)
        assert (await client.get(f"/sessions/{session['session_id']}")).status_code == 404
