"""The official MCP client, over HTTP and over stdio: start, stop with audio, details, a URL that plays."""

import asyncio
import base64
import sys
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from websockets.asyncio.client import connect

from tests.doors.calls import TOOLS
from tests.servers.app import ADMIN, App
from tests.speech import FLAC, FRAME, heard, pcm


async def story(client: Client, separator: str) -> None:
    tools = (await client.list_tools()).tools
    assert {tool.name for tool in tools} == {name.replace(".", separator) for name in TOOLS}
    assert all(tool.annotations and tool.output_schema for tool in tools)

    async def call(name: str, **arguments: Any) -> dict[str, Any]:
        answer = await client.call_tool(f"pitches{separator}{name}", arguments)
        assert not answer.is_error, answer.content
        assert isinstance(answer.structured_content, dict)
        return answer.structured_content

    session = (await call("start_recording", team_name="Ørsted", pitch_title="Heat"))["session_id"]
    early = await client.call_tool(f"pitches{separator}stop_recording", {"session_id": session})
    assert early.is_error
    assert "no_audio" in str(early.content)
    bad = {"session_id": session, "audio_data": "not base64!"}
    assert (await client.call_tool(f"pitches{separator}stop_recording", bad)).is_error
    audio = base64.b64encode(FLAC.read_bytes()).decode()
    stopped = await call("stop_recording", session_id=session, audio_data=audio, audio_format="flac")
    assert stopped["status"] in ("processing", "completed")
    for _ in range(100):
        details = await call("get_session_details", session_id=session)
        if details["status"] == "completed":
            break
        await asyncio.sleep(0.1)
    assert details["audio_duration"] == pytest.approx(11.0, abs=0.05)
    playback = await call("get_playback_url", session_id=session)
    assert playback["expires_in"] == 3600
    async with httpx.AsyncClient() as browser:
        part = await browser.get(playback["playback_url"], headers={"Range": "bytes=0-1"})
        assert (part.status_code, len(part.content)) == (206, 2)

    listed = await call("list_sessions", status="completed", q="heat")
    assert session in {found["session_id"] for found in listed["sessions"]}
    assert await call("delete_session", session_id=session) == {"session_id": session, "deleted": True}
    gone = await client.call_tool(f"pitches{separator}get_session_details", {"session_id": session})
    assert "no_such_session" in str(gone.content)


async def bare_samples(client: Client) -> None:
    """Samples without a header become a WAV of exactly these samples; other audio for the same session is refused."""

    async def call(name: str, **arguments: Any) -> Any:
        return await client.call_tool(f"pitches.{name}", arguments)

    started = (await call("start_recording", team_name="Ørsted", pitch_title="Heat")).structured_content
    session = started["session_id"]
    audio = base64.b64encode(pcm()).decode()
    for _ in range(2):
        again = await call("stop_recording", session_id=session, audio_data=audio, audio_format="pcm_s16le")
        assert not again.is_error, again.content
    assert again.structured_content["audio_minio_key"] in (None, f"sessions/{session}/recording.wav")
    other = base64.b64encode(pcm()[:-2]).decode()
    refused = await call("stop_recording", session_id=session, audio_data=other, audio_format="pcm_s16le")
    assert "already_stopped" in str(refused.content)
    live = (await call("start_recording", team_name="Ørsted", pitch_title="Heat")).structured_content
    async with connect(live["live"]["url"]) as socket:
        await heard(socket, "ready")
        await socket.send(bytes(8) + pcm()[:FRAME])
        await heard(socket, "ack")
    mixed = await call("stop_recording", session_id=live["session_id"], audio_data=audio, audio_format="pcm_s16le")
    assert "other_source" in str(mixed.content)


@pytest.mark.parametrize(("path", "separator"), [("/mcp", "."), ("/compat/mcp", "_")])
async def test_over_http(app: App, path: str, separator: str) -> None:
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {ADMIN}"}, timeout=30) as http:
        transport = streamable_http_client(f"{app.url}{path}", http_client=http)
        async with Client(transport) as client:
            await story(client, separator)
            if separator == ".":
                await bare_samples(client)


async def test_over_stdio(app: App) -> None:
    command = StdioServerParameters(command=sys.executable, args=["-m", "pitchscoop", "mcp"], env=app.environment)
    async with Client(stdio_client(command)) as client:
        await story(client, ".")
