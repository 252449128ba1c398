"""The fake Gladia where its own client does not reach: what is documented of the wire, frame by frame."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.servers.gladia import JFK, GladiaServer
from tests.servers.gladia.rules import FLAGS
from tests.speech import pcm

STOP = json.dumps({"type": "stop_recording"})


@pytest.fixture
async def rest(gladia: GladiaServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=gladia.url, headers={"x-gladia-key": gladia.key}) as client:
        yield client


async def begin(rest: httpx.AsyncClient, **flags: bool) -> str:
    """A session with these messages only; its address."""
    body = {"messages_config": {**dict.fromkeys(FLAGS, False), **flags}}
    return str((await rest.post("/v2/live", json=body)).json()["url"])


async def said(socket: ClientConnection) -> list[dict[str, Any]]:
    """All that comes until the end."""
    return [json.loads(message) async for message in socket]


async def test_audio_comes_as_bytes_or_in_base64(gladia: GladiaServer, rest: httpx.AsyncClient) -> None:
    async with connect(await begin(rest, receive_acknowledgments=True)) as socket:
        ranges = []
        for chunk in (b"ab" * 50, base64.b64encode(b"cd" * 50).decode(), "", b"ef"):
            data = {"type": "audio_chunk", "data": {"chunk": chunk}}
            await socket.send(chunk if isinstance(chunk, bytes) else json.dumps(data))
            ranges.append(json.loads(await socket.recv())["data"]["byte_range"])
    assert ranges == [[0, 100], [100, 200], [200, 200], [200, 202]]
    assert bytes(gladia.session.audio) == b"ab" * 50 + b"cd" * 50 + b"ef"


@pytest.mark.parametrize("wrong", ["{", "[]", "{}", '{"type":"audio_chunk","data":{"chunk":"*"}}'])
async def test_what_is_no_audio_is_not_acknowledged(rest: httpx.AsyncClient, wrong: str) -> None:
    async with connect(await begin(rest, receive_acknowledgments=True)) as socket:
        await socket.send(wrong)
        answer = json.loads(await socket.recv())
    assert (answer["acknowledged"], answer["data"], list(answer["error"])) == (False, None, ["message"])


@pytest.mark.parametrize(
    ("flag", "kinds"),
    [
        ("receive_partial_transcripts", {"transcript"}),
        ("receive_final_transcripts", {"transcript"}),
        ("receive_speech_events", {"speech_start", "speech_end"}),
        ("receive_acknowledgments", {"audio_chunk", "stop_recording"}),
        ("receive_post_processing_events", {"post_transcript", "post_final_transcript"}),
        ("receive_errors", {"error"}),
        ("receive_lifecycle_events", {"start_recording", "end_recording", "end_session"}),
        ("receive_pre_processing_events", set()),
        ("receive_realtime_processing_events", set()),
    ],
)
async def test_each_flag_governs_its_messages(rest: httpx.AsyncClient, flag: str, kinds: set[str]) -> None:
    async with connect(await begin(rest, **{flag: True})) as socket:
        await socket.send(json.dumps({"type": "sing"}))
        for message in (pcm(), STOP):
            await socket.send(message)
        messages = await said(socket)
    assert {message["type"] for message in messages} == kinds
    if kinds == {"transcript"}:
        assert {message["data"]["is_final"] for message in messages} == {flag == "receive_final_transcripts"}
    assert socket.close_code == 1000


async def test_a_job_goes_through_its_states(gladia: GladiaServer, rest: httpx.AsyncClient) -> None:
    gladia.knobs.processing = 0.3
    states: list[str] = []

    async def look() -> dict[str, Any]:
        job: dict[str, Any] = (await rest.get(f"/v2/live/{gladia.session.id}")).json()
        states.append(job["status"])
        return job

    async with connect(await begin(rest, receive_final_transcripts=True)) as socket:
        await look()
        for message in (pcm(), STOP):
            await socket.send(message)
        await gladia.until(lambda: gladia.session.stops)
        await look()
        await said(socket)
    job = await look()
    assert states == ["queued", "processing", "done"]
    assert all(isinstance(message, str) for message in job["result"]["messages"])
    assert job["result"]["transcription"]["full_transcript"] == JFK.text


async def test_who_leaves_with_1000_has_stopped(gladia: GladiaServer, rest: httpx.AsyncClient) -> None:
    url = await begin(rest)
    for code, over in ((1001, False), (1000, True)):
        async with connect(url) as socket:
            await socket.send(b"ab")
            await socket.close(code)
        await asyncio.sleep(0.2)
        assert gladia.session.over == over
    with pytest.raises(ConnectionClosed) as closed:
        await (await connect(url)).recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404


@pytest.mark.parametrize("query", ["", "?token=", "?token=no-such-token"])
async def test_a_socket_wants_its_token(gladia: GladiaServer, query: str) -> None:
    async with connect(f"ws://127.0.0.1:{gladia.port}/v2/live{query}") as socket:
        with contextlib.suppress(ConnectionClosed):
            await socket.recv()
    assert socket.close_code == 4401


async def test_a_mebibyte_is_the_most_a_frame_may_hold(gladia: GladiaServer, rest: httpx.AsyncClient) -> None:
    url = await begin(rest, receive_acknowledgments=True)
    async with connect(url, compression=None) as socket:
        await socket.send(bytes(1 << 20))
        await socket.recv()
        await socket.send(bytes((1 << 20) + 1))
        with contextlib.suppress(ConnectionClosed):
            await socket.recv()
    assert socket.close_code == 1009
    assert len(gladia.session.audio) == 1 << 20


async def test_the_most_sessions_at_once_is_remembered(gladia: GladiaServer, rest: httpx.AsyncClient) -> None:
    gladia.knobs.max_live = 3
    statuses = [(await rest.post("/v2/live", json={})).status_code for _ in range(4)]
    assert (statuses, gladia.most_open) == ([201, 201, 201, 429], 3)
