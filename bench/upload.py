"""A gigabyte through an ordinary tus client while the server dies three times: its memory, and is all there."""

import asyncio
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from tusclient.client import TusClient
from tusclient.uploader.uploader import Uploader

from bench.harness import MODES, memory, prepared, table, verdict
from pitchscoop.recordings.model import WAV_HEADER, wav_header
from tests.servers.app import ADMIN, App

SIZE = 1 << 30  # bytes
CHUNK = 8 << 20  # bytes; what the client sends in one request
DEATHS = (0.2, 0.45, 0.7)  # shares of the file after which the server is killed
RATE = 192_000  # samples a second: the file is 47 minutes long, so that finishing it does not outlast sending it
AIM = 64  # MiB above idle


async def main() -> None:
    """Measure in both modes."""
    await asyncio.to_thread(_measure)


def _measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "noise.wav")
        _make(path)
        rows = [_mode(mode, path) for mode in MODES]
    columns = (
        "mode",
        "sent",
        "finished",
        "growth of each server's memory",
        "SHA-256",
        "status",
        f"aim {AIM} MiB, equal",
    )
    table(f"An upload of {SIZE >> 20} MiB with tuspy, the server killed {len(DEATHS)} times", columns, rows)


def _make(path: Path) -> None:
    with path.open("wb") as file:
        file.write(wav_header(SIZE - WAV_HEADER, RATE))
        for start in range(WAV_HEADER, SIZE, 1 << 20):
            file.write(os.urandom(min(1 << 20, SIZE - start)))


def _mode(mode: str, path: Path) -> tuple[str, ...]:
    with prepared(mode) as app:
        app.start()
        idle = _settled(app.pid)
        lives = [Life(app.pid, idle)]
        with _client(app) as client:
            session = client.post("/sessions", json={"team_name": "Noise", "pitch_title": "A gigabyte"}).json()
            began = time.perf_counter()
            _send(app, session["upload_url"], path, lives)
            sent = time.perf_counter() - began
            status = _finished(client, session["session_id"])
            finished = time.perf_counter() - began
            url = client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav").json()["playback_url"]
            equal = _digest(_download(url)) == _digest(_read(path))
        lives[-1].measure()
    growth = [life.growth for life in lives]
    spread = " ".join(f"{mebi:.0f}" for mebi in growth)
    kept = equal and max(growth) <= AIM
    return (mode, f"{sent:.0f} s", f"{finished:.0f} s", f"{spread} MiB", "equal" if equal else "DIFFERENT", status,
            verdict(kept=kept))  # fmt: skip


class Life:
    """One process of the server: the most its memory became above ``idle``, in KiB (Linux)."""

    def __init__(self, pid: int, idle: float) -> None:
        self._pid = pid
        self.idle = idle
        self.growth = 0.0

    def measure(self) -> None:
        """Note the peak so far; before the process goes."""
        self.growth = (memory(self._pid, "VmHWM") - self.idle) / 1024


def _settled(pid: int) -> float:
    """KiB of a server that has nothing to do: what assistants call is loaded after it serves, and takes 20 MiB."""
    now, before = memory(pid), 0.0
    while now > before:
        time.sleep(1)
        now, before = memory(pid), now
    return now


def _client(app: App) -> httpx.Client:
    return httpx.Client(base_url=f"{app.url}/api/v1", headers={"Authorization": f"Bearer {ADMIN}"}, timeout=60)


def _send(app: App, url: str, path: Path, lives: list[Life]) -> None:
    """Send the file from a thread while the server is killed and started again under it."""
    client = TusClient(url, headers={"Authorization": f"Bearer {ADMIN}"})
    uploader: Uploader = client.uploader(str(path), chunk_size=CHUNK, retries=60, retry_delay=1,
                                         metadata={"filename": path.name})  # fmt: skip
    failed: list[BaseException] = []
    sender = threading.Thread(target=_guarded, args=(uploader, failed))
    sender.start()
    for share in DEATHS:
        while uploader.offset < share * SIZE and sender.is_alive():
            time.sleep(0.01)
        lives[-1].measure()
        app.kill()
        app.start()
        lives.append(Life(app.pid, lives[0].idle))
    sender.join()
    if failed:
        raise failed[0]


def _guarded(uploader: Uploader, failed: list[BaseException]) -> None:
    try:
        uploader.upload()
    except Exception as error:  # noqa: BLE001  told in the main thread
        failed.append(error)


def _finished(client: httpx.Client, session_id: str) -> str:
    while True:
        details: dict[str, Any] = client.get(f"/sessions/{session_id}").json()
        if details["status"] in ("completed", "failed"):
            return str(details["status"])
        time.sleep(0.5)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _download(url: str) -> Iterator[bytes]:
    with httpx.stream("GET", url, timeout=60) as answer:
        answer.raise_for_status()
        yield from answer.iter_bytes(1 << 20)


def _digest(pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
