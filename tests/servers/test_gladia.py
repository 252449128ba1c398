"""The fake Gladia against Gladia's own client: where those two agree, ours can be measured by the same fake."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gladiaio_sdk import GladiaClient, HttpError, LiveV2AsyncClient, PreRecordedV2AsyncClient

from tests.servers.gladia import JFK, Drop, GladiaServer
from tests.speech import FRAME, pcm, wav

FLAGS = {
    "receive_partial_transcripts": True,
    "receive_final_transcripts": True,
    "receive_acknowledgments": True,
    "receive_lifecycle_events": True,
}


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "recording.wav"
    path.write_bytes(wav())
    return path


@contextlib.asynccontextmanager
async def live_client(server: GladiaServer, key: str | None = None) -> AsyncIterator[LiveV2AsyncClient]:
    """The SDK would take what is left out from the environment."""
    client = GladiaClient(api_key=key or server.key, api_url=server.url, region="eu-west").live_v2_async()
    yield client
    await client._http_client.close()


@contextlib.asynccontextmanager
async def file_client(server: GladiaServer) -> AsyncIterator[PreRecordedV2AsyncClient]:
    client = GladiaClient(api_key=server.key, api_url=server.url, region="eu-west").pre_recorded_v2_async()
    yield client
    await client._http_client.close()


async def speak(client: LiveV2AsyncClient, server: GladiaServer, audio: bytes, **options: Any) -> list[Any]:
    """A live session of the SDK from start to end; the messages it got."""
    session = client.start_session({"messages_config": FLAGS, **options})
    ended = asyncio.Event()
    messages: list[Any] = []
    errors: list[Exception] = []
    session.on("message", messages.append)
    session.on("error", errors.append)
    session.on("ended", lambda _: ended.set())
    await session.get_session_id()
    for start in range(0, len(audio), FRAME):
        with contextlib.suppress(
            RuntimeError
        ):  # dropped just now: the SDK keeps the audio, and sends it when it is back
            session.send_audio(audio[start : start + FRAME])
        await asyncio.sleep(0.001)
    await server.until(lambda: len(server.session.audio) >= len(audio))  # the SDK forgets a stop amid a reconnect
    session.stop_recording()
    await asyncio.wait_for(ended.wait(), 10)
    await asyncio.sleep(0)
    assert errors == []
    return messages


@pytest.mark.parametrize("last", ["acked", "lost"])
async def test_a_live_session_that_is_dropped_goes_on_at_the_same_address(gladia: GladiaServer, last: Any) -> None:
    gladia.knobs.drops = [Drop(9600, 1011, last), Drop(100_000, 4500, last)]
    async with live_client(gladia) as client:
        messages = await speak(client, gladia, pcm())
    assert bytes(gladia.session.audio) == pcm()
    assert gladia.session.connections == 3
    finals = [one.data for one in messages if one.type == "transcript" and one.data.is_final]
    assert " ".join(final.utterance.text.strip() for final in finals) == JFK.text
    assert all(word.word.startswith(" ") for final in finals for word in final.utterance.words)
    partials = {one.data.id for one in messages if one.type == "transcript" and not one.data.is_final}
    assert partials == {final.id for final in finals}
    kinds = [one.type for one in messages]
    assert kinds[:2] == ["start_session", "start_recording"]
    assert kinds[-4:] == ["end_recording", "post_transcript", "post_final_transcript", "end_session"]
    assert "stop_recording" in kinds


async def test_a_live_session_becomes_a_job_and_is_deleted(gladia: GladiaServer) -> None:
    async with live_client(gladia) as client:
        await speak(client, gladia, pcm(), custom_metadata={"pitch": 7})
        job = await client.get(gladia.session.id)
        assert (job.status, job.custom_metadata) == ("done", {"pitch": 7})
        assert job.result is not None
        assert job.result.transcription is not None
        assert job.result.transcription.full_transcript == JFK.text
        assert await client.get_file(gladia.session.id) == pcm()
        assert [one.id for one in (await client.list()).items] == [gladia.session.id]
        assert await client.delete(gladia.session.id)
        with pytest.raises(HttpError) as gone:
            await client.get(gladia.session.id)
    assert gone.value.status == 404
    assert [call.query for call in gladia.calls if call.method == "POST"] == [{"region": "eu-west"}]


async def test_a_wrong_key_is_refused(gladia: GladiaServer) -> None:
    async with live_client(gladia, "a-wrong-key") as client:
        session = client.start_session({})
        session.on("error", lambda _: None)
        with pytest.raises(HttpError, match="gladia user not found") as refused:
            await session.get_session_id()
        await asyncio.sleep(0)
    assert refused.value.status == 401
    async with httpx.AsyncClient() as bare:
        answer = await bare.post(f"{gladia.url}/v2/live", json={})
    assert (answer.status_code, answer.json()["message"]) == (401, "no gladia key provided")


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"sample_rate": 24000}, "sample_rate"),
        ({"endpointing": 0}, "endpointing"),
        ({"language_config": {"languages": ["klingon"]}}, "language_config.languages"),
        ({"messages_config": {"receive_errors": "yes"}}, "messages_config.receive_errors"),
        ({"realtime_processing": {"sentiment_analysis": 1}}, "realtime_processing.sentiment_analysis"),
        ({"custom_vocabulary": True}, "custom_vocabulary"),
        ({"region": "eu-west"}, "region"),
    ],
)
async def test_what_is_wrong_is_named(gladia: GladiaServer, wrong: dict[str, Any], path: str) -> None:
    async with live_client(gladia) as client:
        session = client.start_session(wrong)
        session.on("error", lambda _: None)
        with pytest.raises(HttpError) as refused:
            await session.get_session_id()
        await asyncio.sleep(0)
    assert refused.value.status == 400
    assert isinstance(refused.value.response_body, dict)
    assert [error.split(" must ")[0] for error in refused.value.response_body["validation_errors"]] == [path]
    assert gladia.sessions == {}


async def test_a_file_is_written_down(gladia: GladiaServer, recording: Path) -> None:
    async with file_client(gladia) as client:
        done = await client.transcribe(recording, {"language_config": {"languages": ["en"]}}, interval=0.05)
        assert done.status == "done"
        assert done.result is not None
        assert done.result.transcription is not None
        words = [word.word for one in done.result.transcription.utterances or [] for word in one.words]
        assert "".join(words).strip() == JFK.text
        assert done.file is not None
        assert done.file.audio_duration == pytest.approx(11, abs=0.01)
        assert gladia.job.upload is not None
        assert gladia.job.upload.audio == wav()
        assert await client.delete(done.id)
        with pytest.raises(HttpError) as gone:
            await client.get(done.id)
    assert gone.value.status == 404


async def test_a_job_can_fail(gladia: GladiaServer, recording: Path) -> None:
    gladia.knobs.job_error = 500
    async with file_client(gladia) as client:
        with pytest.raises(Exception, match="500"):
            await client.transcribe(recording, interval=0.05)
        job = await client.get(gladia.job.id)
    assert (job.status, job.error_code) == ("error", 500)


async def test_what_does_not_exist_is_404_whatever_the_verb(gladia: GladiaServer) -> None:
    async with httpx.AsyncClient(base_url=gladia.url) as bare:
        answer = await bare.put("/v2/live")
    assert (answer.status_code, answer.json()["message"]) == (404, "Cannot PUT /v2/live")
