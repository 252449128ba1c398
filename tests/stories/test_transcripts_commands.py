"""What is said goes the whole way, from a microphone or a file to every door; and the commands, beside a server."""

import asyncio
import json
import subprocess
import sys
from typing import Any

import httpx

from pitchscoop.main import assembled
from pitchscoop.settings import load
from pitchscoop.transcribing.service import NO_ENGINE
from tests.exports.pitches import kept
from tests.servers.app import App
from tests.servers.gladia import JFK, GladiaServer
from tests.servers.redis import free_port
from tests.speech import FLAC, pcm
from tests.stories.test_captions import speak, written
from tests.stories.test_live import start
from tests.stories.test_upload import PIECE, begin
from tests.words import SAID, TROUBLE, standing
from tests.words import written as put


def run(app: App, *arguments: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    """A command beside the server, whatever the terminal is set to."""
    environment = {**app.environment, "PITCHSCOOP_PUBLIC_URL": app.url, "PYTHONIOENCODING": "ascii", **settings}
    done = subprocess.run(
        [sys.executable, "-m", "pitchscoop", *arguments],
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done


async def beside(app: App, *arguments: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    return await asyncio.to_thread(run, app, *arguments, **settings)


async def uploaded(client: httpx.AsyncClient, **extra: Any) -> str:
    """A file, whole."""
    session = await start(client, **extra)
    audio = FLAC.read_bytes()
    await client.patch(await begin(client, session, len(audio)), headers={**PIECE, "Upload-Offset": "0"}, content=audio)
    return str(session["session_id"])


async def test_what_is_said_comes_out_of_every_door(listening: App) -> None:
    async with listening.client() as client:
        spoken = await start(client)
        await speak(spoken["live"]["url"], pcm())
        for session_id in (spoken["session_id"], await uploaded(client)):
            transcript = (await written(client, session_id))["transcript"]
            assert (transcript["status"], transcript["text"], transcript["language"]) == ("ready", JFK.text, "en")
            for form in ("txt", "srt", "vtt", "json"):
                answer = await client.get(f"/sessions/{session_id}/transcript.{form}")
                printed = await beside(listening, "transcript", session_id, "--format", form)
                assert (printed.returncode, printed.stdout.rstrip()) == (0, answer.content.rstrip()), printed.stderr
            words = [word["word"] for said in transcript["utterances"] for word in said["words"]]
            assert " ".join(words) == JFK.text
            first = transcript["utterances"][0]
            correction = {"utterance_id": first["id"], "index": 0, "word": "Ünd", "was": words[0]}
            assert (await client.put(f"/sessions/{session_id}/transcript/words", json=correction)).status_code == 200
            printed = await beside(listening, "transcript", session_id)
            assert printed.stdout.decode().startswith("Ünd so,")


async def test_what_failed_is_asked_for_again_and_written(listening: App, gladia: GladiaServer) -> None:
    gladia.knobs.fail(401)
    async with listening.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        sessions = [await uploaded(client, event_id=event) for _ in range(3)]
        for session_id in sessions:
            assert (await written(client, session_id))["transcript"]["status"] == "failed"
            refused = (await client.get(f"/sessions/{session_id}/transcript.txt")).json()
            assert (refused["code"], "GLADIA_API_KEY" in refused["detail"]) == ("transcript_not_ready", True)
        gladia.knobs.failures.clear()
        key = {"Idempotency-Key": "once"}
        asked = [await client.post(f"/sessions/{sessions[0]}/transcript", headers=key) for _ in range(2)]
        assert [answer.status_code for answer in asked] == [202, 202]
        assert asked[0].json()["transcript"]["status"] == "pending"
        assert (await written(client, sessions[0]))["transcript"]["text"] == JFK.text
        assert len(gladia.jobs) == 1
        again = await client.post(f"/sessions/{sessions[0]}/transcript")
        assert (again.status_code, again.json()["code"]) == (409, "transcript_ready")
        done = await beside(listening, "transcribe", "--event", event)
        assert (done.returncode, done.stdout.split()[:3]) == (0, [b"2", b"transcripts", b"were"]), done.stderr
        for session_id in sessions:
            assert (await written(client, session_id))["transcript"]["text"] == JFK.text
        assert len(gladia.jobs) == 3
        nothing = await beside(listening, "transcribe", "--event", event)
        assert (nothing.returncode, nothing.stdout.split()[0]) == (0, b"0")
        done = await beside(listening, "transcribe", sessions[0], "none")
        assert (done.returncode, done.stdout.split()[0]) == (1, b"0")
        assert [line.partition(b":")[0] for line in done.stderr.splitlines()] == [sessions[0].encode(), b"none"]


async def test_what_is_being_recorded_is_not_asked_for(listening: App) -> None:
    async with listening.client() as client:
        session = await start(client)
        answer = await client.post(f"/sessions/{session['session_id']}/transcript")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")


async def test_the_commands_of_transcripts(app: App) -> None:
    async with assembled(load(app.settings), app.url) as parts:
        ready, failed = [await kept(parts.engine, "default", "Kelp", b"sound") for _ in range(2)]
        await put(parts.engine, ready.session_id)
        await put(parts.engine, failed.session_id, standing("failed"))
    text = await beside(app, "transcript", ready.session_id)
    assert (text.returncode, text.stdout.decode()) == (0, "\n".join(f"{said.text}\n" for said in SAID))
    captions = await beside(app, "transcript", ready.session_id, "--format", "srt")
    assert captions.stdout.startswith(b"1\n00:00:00,500 --> ")
    known = await beside(app, "transcript", failed.session_id, "--format", "json")
    assert json.loads(known.stdout)["error"] == TROUBLE.model_dump()
    for arguments, words in {
        ("transcript", failed.session_id): TROUBLE.message,
        ("transcript", "none"): "no such session",
        ("transcribe",): "--event",
        ("transcribe", failed.session_id, "--event", "default"): "--event",
        ("transcribe", failed.session_id): NO_ENGINE,
        ("transcribe", "--event", "default"): NO_ENGINE,
    }.items():
        done = await beside(app, *arguments)
        assert (done.returncode, done.stdout) == (2, b""), arguments
        assert words in done.stderr.decode()
        assert len(done.stderr.splitlines()) == 1


async def test_the_doctor_has_a_line_for_each_engine_or_says_how_to_get_one(
    listening: App, gladia: GladiaServer
) -> None:
    well = await beside(listening, "doctor")
    assert (well.returncode, b"\nok    Transcripts: Gladia" in well.stdout) == (0, True), well.stdout
    gladia.knobs.fail(401)
    wrong = await beside(listening, "doctor")
    (line,) = [line for line in wrong.stdout.decode().splitlines() if line.startswith("wrong ")]
    assert (wrong.returncode, "GLADIA_API_KEY" in line) == (1, True)
    nowhere = await beside(listening, "doctor", GLADIA_API_URL=f"http://127.0.0.1:{free_port()}")
    assert (nowhere.returncode, b"wrong Transcripts: " in nowhere.stdout) == (1, True)
    for name in ("GLADIA_API_KEY", "GLADIA_API_URL", "GLADIA_MAX_LIVE"):
        del listening.settings[name]
    none = await beside(listening, "doctor")
    assert (none.returncode, f"note  Transcripts: {NO_ENGINE}" in none.stdout.decode().splitlines()) == (0, True)
