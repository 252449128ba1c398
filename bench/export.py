"""An event of a thousand pitches is downloaded: when it begins, whether it pauses, and what the server holds meanwhile.

What came is unpacked and compared with its manifest.

``count`` and ``seconds`` are of the pitches; ``pace`` in MB/s is that of a slower browser.
"""

import asyncio
import hashlib
import json
import tempfile
import time
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

import httpx

from bench.harness import MODES, memory, prepared, table, verdict
from pitchscoop.events.model import Settings
from pitchscoop.main import Parts, assembled
from pitchscoop.settings import load
from tests.exports.pitches import ORGANIZER, kept
from tests.servers.app import App

FIRST = 0.5  # seconds
GROWTH = 32  # MiB
PAUSE = 10  # seconds; then proxies commonly give up
_PIECE = bytes(range(256)) * 4096


async def main(count: str = "1000", seconds: str = "30", pace: str = "0") -> None:
    """Measure in both modes."""
    rows = [await _mode(mode, int(count), int(seconds) * 32000, float(pace) * 1e6) for mode in MODES]
    columns = ("to a client as fast as it goes" if pace == "0" else f"at {pace} MB/s",
               "first byte", f"aim {FIRST} s", "growth", f"aim {GROWTH} MiB", "longest pause", f"aim {PAUSE} s",
               "whole", "MB/s", "right by the manifest")  # fmt: skip
    table(f"Export of {count} pitches of {seconds} s", columns, rows)


async def _mode(mode: str, count: int, size: int, pace: float) -> tuple[str, ...]:
    with prepared(mode, ("--no-worker",)) as app:
        await asyncio.to_thread(app.start)
        async with assembled(load(app.settings), app.url) as parts:
            event_id = await _filled(parts, count, size)
        await asyncio.sleep(2)
        async with app.client() as client:
            (await client.get("/events/default/export.zip")).raise_for_status()  # warms up
            with tempfile.TemporaryFile() as into:
                first, pause, growth, length, took = await _download(app, client, event_id, pace, into)
                recordings, files = await asyncio.to_thread(_verified, into)
        if recordings != count:
            raise RuntimeError(f"{recordings} recordings came, not {count}")
    return (
        mode,
        f"{first * 1000:.0f} ms",
        verdict(kept=first <= FIRST),
        f"{growth:.1f} MiB",
        verdict(kept=growth <= GROWTH),
        f"{pause:.2f} s",
        verdict(kept=pause < PAUSE),
        f"{took:.1f} s",
        f"{length / took / 1e6:.0f}",
        f"{files} files, {recordings} recordings",
    )


async def _filled(parts: Parts, count: int, size: int) -> str:
    event = await parts.engine.organizing.create_event(ORGANIZER, "Finals", [], Settings(), "open", None)
    for at in range(0, count, 20):
        batch = range(at, min(at + 20, count))
        await asyncio.gather(*(kept(parts.engine, event.event_id, f"Team {n % 300}", _audio(size)) for n in batch))
    return event.event_id


async def _audio(size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, len(_PIECE)):
        yield _PIECE[: size - start]


async def _download(
    app: App, client: httpx.AsyncClient, event_id: str, pace: float, into: IO[bytes]
) -> tuple[float, float, float, int, float]:
    """Seconds to the first byte, of the longest pause, MiB of growth, bytes, seconds."""
    await asyncio.to_thread(Path(f"/proc/{app.pid}/clear_refs").write_text, "5")  # the peak counts from here
    before, pause, length, tail = memory(app.pid), 0.0, 0, b""
    began = last = time.perf_counter()
    first = 0.0
    async with client.stream("GET", f"/events/{event_id}/export.zip") as answer:
        async for chunk in answer.raise_for_status().aiter_raw():
            now = time.perf_counter()
            first, pause = first or now - began, max(pause, now - last)
            length, tail = length + len(chunk), (tail + chunk)[-22:]
            into.write(chunk)
            if pace:
                await asyncio.sleep(max(0.0, length / pace - (now - began)))
            last = time.perf_counter()
    if not tail.startswith(b"PK\x05\x06"):
        raise RuntimeError("the archive has no end")
    return first, pause, (memory(app.pid, "VmHWM") - before) / 1024, length, time.perf_counter() - began


def _verified(packed: IO[bytes]) -> tuple[int, int]:
    """Recordings and files of an archive that has all its manifest names, as it says they are, and nothing else."""
    with zipfile.ZipFile(packed) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = [name for name in archive.namelist() if name != "manifest.json"]
        if names != list(manifest["files"]) or manifest["left_out"]:
            raise RuntimeError("the archive does not hold what its manifest says")
        for name, told in manifest["files"].items():
            if hashlib.sha256(archive.read(name)).hexdigest() != told["sha256"]:
                raise RuntimeError(f"{name} is not what the manifest says")
    return sum(name.endswith(".wav") for name in names), len(names)
