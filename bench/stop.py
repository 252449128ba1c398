"""From stop to playable: a speaker of a 5-minute pitch presses stop and wants to hear it."""

import asyncio
import functools
import json
import statistics
import time
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.harness import MODES, prepared, quantile, table, verdict
from pitchscoop.kernel import keys
from pitchscoop.main import assembled
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.settings import load
from tests.speech import heard, pcm

RUNS = 20
SECONDS = 300
RATE = 32_000  # bytes a second of 16 kHz 16-bit mono
SPOKEN = 30_720  # bytes: what a server gathers into one segment while somebody speaks (0.96 s)
FRAME = 3200
POLL = 0.05  # seconds
AIM = 1.0  # seconds, at the 95th percentile


async def main() -> None:
    """Measure both ways to fill a session, in both modes."""
    rows = [row for mode in MODES for row in await _mode(mode)]
    columns = ("from stop to playable", "stopped", "stored", "median", "p95", "least-most", f"aim {AIM} s")
    table(f"Stop to playable, {SECONDS} s of speech, {RUNS} runs, asked every {POLL * 1000:.0f} ms", columns, rows)


async def _mode(mode: str) -> list[tuple[str, ...]]:
    """``sent at once`` makes few large segments; ``as spoken`` has the 313 small ones of a real pitch."""
    with prepared(mode) as app:
        await asyncio.to_thread(app.start)
        async with app.client() as client, assembled(load(app.settings), app.url) as parts:
            storage = parts.engine.storage
            at_once = [await _pitch(client, None) for _ in range(RUNS)]
            spoken = [await _pitch(client, storage) for _ in range(RUNS)]
    return [_row(f"{mode}: sent at once", at_once), _row(f"{mode}: as spoken", spoken)]


async def _pitch(client: httpx.AsyncClient, storage: AudioStorage | None) -> tuple[float, float, float]:
    """One pitch; seconds from sending stop to ``stopped``, to a playback URL, and to its answer."""
    answer = await client.post("/sessions", json={"team_name": "Kelpline", "pitch_title": "Seaweed"})
    session: dict[str, Any] = answer.raise_for_status().json()
    if storage:
        await speak(storage, keys.segments(session["session_id"]))
    async with connect(session["live"]["url"]) as socket:
        await _send(socket)
        began = time.perf_counter()
        await socket.send(json.dumps({"type": "stop", "offset": len(_speech())}))
        found = asyncio.create_task(_playable(client, session["session_id"], began))
        await heard(socket, "stopped")
        stopped = time.perf_counter() - began
    ready, played = await found
    await _finished(client, session["session_id"])
    return stopped, ready, played


@functools.cache
def _speech() -> bytes:
    size = SECONDS * RATE
    return (pcm() * (size // len(pcm()) + 1))[:size]


async def speak(storage: AudioStorage, folder: str) -> None:
    """Store all but the last second in the segments it would have come to if it had been spoken."""
    end = len(_speech()) - RATE
    starts = range(0, end, SPOKEN)
    for at in range(0, len(starts), 16):
        batch = starts[at : at + 16]
        writes = [
            storage.create_audio(keys.segment(folder, start), _speech()[start : min(start + SPOKEN, end)])
            for start in batch
        ]
        await asyncio.gather(*writes)


async def _send(socket: ClientConnection) -> None:
    """Send what the server lacks as fast as it takes it, and wait until all of it is durable."""
    speech = _speech()
    for start in range((await heard(socket, "ready"))["offset"], len(speech), FRAME):
        await socket.send(start.to_bytes(8) + speech[start : start + FRAME])
    while (await heard(socket, "ack"))["offset"] < len(speech):
        pass


async def _playable(client: httpx.AsyncClient, session_id: str, began: float) -> tuple[float, float]:
    async with httpx.AsyncClient() as browser:
        while True:
            url = (await client.get(f"/sessions/{session_id}")).json()["playback_url"]
            ready = time.perf_counter() - began
            if (
                url
                and (await browser.get(url, headers={"Range": "bytes=0-65535"})).status_code
                == httpx.codes.PARTIAL_CONTENT
            ):
                return ready, time.perf_counter() - began
            await asyncio.sleep(POLL)


async def _finished(client: httpx.AsyncClient, session_id: str) -> None:
    """Wait for the MP3, too, so that the next run has the machine to itself."""
    while (await client.get(f"/sessions/{session_id}")).json()["status"] != "completed":  # noqa: ASYNC110  over HTTP
        await asyncio.sleep(POLL)


def _row(name: str, runs: list[tuple[float, float, float]]) -> tuple[str, ...]:
    stopped, ready, played = zip(*runs, strict=True)
    late = quantile(played, 0.95)
    return (
        name,
        f"{statistics.median(stopped):.2f} s",
        f"{statistics.median(ready):.2f} s",
        f"{statistics.median(played):.2f} s",
        f"{late:.2f} s",
        f"{min(played):.2f}-{max(played):.2f} s",
        verdict(kept=late <= AIM),
    )
