"""How many recorders one server process carries in real time, against a server that does next to nothing.

``make bench ARGS="recorders"`` finds for both, in turns, the largest number at which acknowledgements keep the aim;
``recorders count=1000 seconds=300`` runs one number; ``mode=redis-minio`` runs beside Redis and MinIO. The load
generator (``bench/speakers.py``) shares the machine. Every byte acknowledged is compared with what was said.
"""

import asyncio
import contextlib
import functools
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.harness import family, filled, memory, prepared, table, verdict
from bench.speakers import said
from pitchscoop.adapters.disk import DiskAudioStorage
from pitchscoop.kernel import keys
from pitchscoop.main import assembled
from pitchscoop.recordings import intake
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.settings import load
from tests.servers.redis import free_port

AIM = 1.5  # seconds from a byte's sending to its acknowledgement, at the 99th percentile
ROOM = 128  # KiB of memory a recorder
SHARE = 0.7  # of what the bare server carries
LEAST, MOST, STEP = 100, 2500, 50  # recorders; where the search for the capacity ends
_READING = 16  # recordings compared at once


@dataclass(frozen=True, slots=True)
class Running:
    """A server under load: where its recorders connect, and where their audio lands."""

    pid: int
    urls: list[str]
    folders: list[str]
    storage: AudioStorage


@dataclass(frozen=True, slots=True)
class Run:
    """What one run showed. Lags in seconds: median, 99th percentile, longest."""

    count: int
    first: list[float]
    last: list[float]
    late: float
    server: float
    speakers: float
    early: float
    final: float
    lost: int
    broken: list[str]

    @property
    def kept(self) -> bool:
        """Nothing lost, nobody sent away, and acknowledged in time."""
        return not self.lost and not self.broken and self.first[1] <= AIM


Server = Callable[[int, Path], AbstractAsyncContextManager[Running]]


async def main(count: str = "", seconds: str = "15", mode: str = "embedded", rounds: str = "3", who: str = "") -> None:
    """Run one number of recorders, or find how many can be."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    servers: dict[str, Server] = {"bare": _bare, "pitchscoop": functools.partial(ours, mode)}
    servers = {name: server for name, server in servers.items() if who in ("", name)}
    with everything():
        if count:
            rows = [row(name, await measured(server, int(count), float(seconds))) for name, server in servers.items()]
            table(f"{count} recorders for {seconds} s ({mode})", COLUMNS, rows)
        else:
            await _capacities(servers, float(seconds), int(rounds), mode)


@contextlib.contextmanager
def everything() -> Iterator[None]:
    """Removes what the runs have stored when all are over: a file system takes inodes that were just freed last, and
    looking for others would slow the next run down."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            tempfile.tempdir = folder
            yield
        finally:
            tempfile.tempdir = before


async def _capacities(servers: dict[str, Server], seconds: float, rounds: int, mode: str) -> None:
    found: dict[str, list[int]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, number in (await _search(servers, seconds)).items():
            found[name].append(number)
    bare = statistics.median(found.get("bare", [0]))
    rows = []
    for name, numbers in found.items():
        middle = statistics.median(numbers)
        share = f"{middle / bare:.2f}" if bare else "-"
        rows.append((name, f"{middle:.0f}", f"{min(numbers)}-{max(numbers)}", share,
                     verdict(kept=not bare or middle >= SHARE * bare)))  # fmt: skip
    columns = ("server", "recorders", "least-most", "share of bare", f"aim {SHARE}")
    table(f"Recorders carried with p99 of at most {AIM} s ({mode}; {rounds} rounds in turns)", columns, rows)


async def _search(servers: dict[str, Server], seconds: float) -> dict[str, int]:
    """Halve the range for each server in turn, so that both see the machine in the same mood."""
    ranges = dict.fromkeys(servers, (LEAST, MOST))
    while open_ones := [name for name, (low, high) in ranges.items() if high - low > STEP]:
        for name in open_ones:
            low, high = ranges[name]
            run = await measured(servers[name], (low + high) // 2 // 10 * 10, seconds)
            table(f"{name}, {run.count} recorders", COLUMNS, [row(name, run)])
            ranges[name] = (run.count, high) if run.kept else (low, run.count)
    return {name: low for name, (low, _) in ranges.items()}


async def measured(server: Server, count: int, seconds: float) -> Run:
    async with server(count, Path(tempfile.mkdtemp())) as running:
        idle = _memory(running.pid)
        speakers = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.speakers", stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=1 << 26
        )
        assert speakers.stdin
        assert speakers.stdout
        speakers.stdin.write(json.dumps({"urls": running.urls, "seconds": seconds}).encode() + b"\n")
        await speakers.stdout.readline()
        began, before = time.perf_counter(), (_cpu(running.pid), _cpu(speakers.pid))
        await asyncio.sleep(seconds / 4)
        early = _memory(running.pid)
        await speakers.stdout.readline()
        final = _memory(running.pid)
        took = time.perf_counter() - began
        server_busy, speakers_busy = (_cpu(running.pid) - before[0]) / took, (_cpu(speakers.pid) - before[1]) / took
        found = json.loads(await speakers.stdout.readline())
        await speakers.wait()
        lost = await _lost(running, found)
    return Run(count, found["first"], found["last"], found["late"], server_busy, speakers_busy, (early - idle) / count,
               (final - idle) / count, lost, found["broken"])  # fmt: skip


def _memory(pid: int) -> float:
    return sum(map(memory, family(pid)))


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process and those it has started have used (Linux)."""
    stats = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in family(pid)]
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")


async def _lost(running: Running, found: dict[str, Any]) -> int:
    """Acknowledged bytes that are not in storage as they were said."""
    gate = asyncio.Semaphore(_READING)

    async def check(number: int) -> int:
        async with gate:
            return await _lacking(running, number, found["acknowledged"][number])

    return sum(await asyncio.gather(*(check(number) for number in range(len(running.urls)))))


async def _lacking(running: Running, number: int, acknowledged: int) -> int:
    chain = await intake.durable(running.storage, running.folders[number])
    wrong = max(0, acknowledged - chain.end)
    for piece in chain.pieces:
        data = b"".join([part async for part in running.storage.read_audio(piece.key, piece.skip)])
        if data != said(number, piece.start, piece.end - piece.start):
            wrong += piece.end - piece.start
    return wrong


@contextlib.asynccontextmanager
async def _bare(count: int, folder: Path) -> AsyncIterator[Running]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.bare", str(folder), str(port))
    try:
        await _listening(port)
        names = [f"speaker{number}" for number in range(count)]
        urls = [f"ws://127.0.0.1:{port}/{name}" for name in names]
        yield Running(process.pid, urls, [keys.segments(name) for name in names], DiskAudioStorage(folder, b""))
    finally:
        process.kill()
        await process.wait()


async def _listening(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        await asyncio.sleep(0.05)
    sys.exit("bench.bare did not start")


@contextlib.asynccontextmanager
async def ours(mode: str, count: int, folder: Path, more: Mapping[str, str] | None = None) -> AsyncIterator[Running]:
    """Our server, with ``more`` settings. Workers are left out: they remove the segments that are compared."""
    with prepared(mode, ("--no-worker",), folder) as app:
        app.settings |= more or {}
        await asyncio.to_thread(app.start)
        async with assembled(load(app.settings), app.url) as parts:
            sessions = await filled(parts, count)
            base = f"{app.url.replace('http', 'ws')}/api/v1/sessions"
            urls = [f"{base}/{one.session_id}/live?token={parts.engine.live_token(one)}" for one in sessions]
            yield Running(app.pid, urls, [one.segments for one in sessions], parts.engine.storage)


COLUMNS = ("server", "recorders", "lag of the oldest byte: p50", "p99", "longest", "of the newest: p50", "p99",
           "sent late, p99", "CPU server", "CPU speakers", "KiB early", "KiB at the end", "lost", "broken",
           f"aim {AIM} s")  # fmt: skip


def row(name: str, run: Run) -> tuple[str, ...]:
    lags = [f"{lag:.2f} s" for lag in (*run.first, *run.last[:2], run.late)]
    broken = f"{len(run.broken)} {run.broken[0]}" if run.broken else "0"
    return (name, str(run.count), *lags, f"{run.server:.0%}", f"{run.speakers:.0%}", f"{run.early:.0f}",
            f"{run.final:.0f}", str(run.lost), broken, verdict(kept=run.kept))  # fmt: skip
