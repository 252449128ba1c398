"""A judge's comment that is said: written down, and kept nowhere, in both modes."""

import asyncio
import io
import wave
from typing import Any

import httpx
import pytest

from pitchscoop.transcribing import dictation
from tests.servers.app import App
from tests.servers.gladia import JFK, GladiaServer, Script
from tests.speech import wav


async def a_judge(app: App, **event: Any) -> tuple[httpx.AsyncClient, str]:
    """A judge of a new event, and where dictations go."""
    async with app.client() as organizer:
        made = (await organizer.post("/events", json={"name": "Hack", **event})).json()["event_id"]
        token = (await organizer.post(f"/events/{made}/judges", json={"name": "Ada"})).json()["token"]
    return app.client(token), f"/events/{made}/dictations"


def sound(seconds: float, rate: int = 16000, channels: int = 1, width: int = 2) -> bytes:
    """Silence as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((channels, width, rate, 0, "NONE", ""))
        written.writeframes(bytes(int(seconds * rate) * channels * width))
    return file.getvalue()


async def test_what_a_judge_says_comes_back_as_text_and_is_kept_nowhere(listening: App, gladia: GladiaServer) -> None:
    client, path = await a_judge(listening, settings={"language": "en-GB"})
    async with client:
        answer = await client.post(path, content=wav(), headers={"Content-Type": "audio/wav"})
        assert (answer.status_code, answer.json()) == (200, {"text": JFK.text, "language": "en"})
        gladia.knobs.script = Script((), "en")
        assert (await client.post(path, content=sound(1))).json()["text"] == ""
    assert [job.deleted for job in gladia.jobs.values()] == [True, True]
    assert [job.body["language_config"]["languages"] for job in gladia.jobs.values()] == [["en"], ["en"]]
    assert not list(listening.folder.rglob("dictated.wav"))


@pytest.mark.parametrize(
    ("audio", "status", "code"),
    [
        (b"", 422, "bad_audio_data"),
        (b"RIFF....WAVEfmt ", 422, "bad_audio_data"),
        (b"RIFF\x24\0\0\0WAVEjunk\xf0\xff\xff\xff" + bytes(16), 422, "bad_audio_data"),
        (b"RIFF\xf0\xff\xff\x7fWAVE" + b"junk\0\0\0\0" * 100_000, 422, "bad_audio_data"),
        (wav()[:-1000], 422, "bad_audio_data"),
        (sound(0), 422, "bad_audio_data"),
        (sound(1, channels=2), 422, "bad_audio_data"),
        (sound(1, width=1), 422, "bad_audio_data"),
        (sound(1, rate=4000), 422, "bad_audio_data"),
        (sound(dictation.LONGEST + 1), 413, "too_long"),
        (bytes(dictation.MOST + 1), 413, "too_long"),
    ],
)
async def test_what_is_no_short_sound_is_refused(
    listening: App, gladia: GladiaServer, audio: bytes, status: int, code: str
) -> None:
    client, path = await a_judge(listening)
    async with client:
        answer = await client.post(path, content=audio)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not gladia.jobs


async def test_while_the_engine_is_away_it_says_so(listening: App, gladia: GladiaServer) -> None:
    client, path = await a_judge(listening)
    gladia.knobs.fail(401)
    async with client:
        answer = await client.post(path, content=wav())
        assert (answer.status_code, answer.json()["code"]) == (503, "transcriber_unavailable")
        assert "retry-after" in answer.headers
        gladia.knobs.failures.clear()
        gladia.knobs.delay = 1
        twice = [client.post(path, content=sound(1), timeout=60) for _ in range(2)]
        assert sorted(answer.status_code for answer in await asyncio.gather(*twice)) == [200, 503]


async def test_nobody_dictates_where_nobody_may_score_or_nothing_writes_it_down(app: App) -> None:
    client, path = await a_judge(app)
    async with client:
        answer = await client.post(path, content=wav())
        assert (answer.status_code, answer.json()["code"]) == (409, "no_transcriber")
        async with app.client() as organizer:
            await organizer.post(path.replace("dictations", "stage"), json={"stage": "frozen"})
            assert (await organizer.post(path, content=wav())).status_code == 403
        answer = await client.post(path, content=wav())
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_stage")
