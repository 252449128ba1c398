"""A thousand teams, a hundred judges, three readings each, five hundred viewers: how soon after a card all see it.

Judges save cards one after the other through REST: in turns a new one, and another version of one. Viewers are
connections of a process of their own, which unpacks what one of them is told and looks only for the ends of events in
what the others are; readers ask for the whole leaderboard all the while. Others ask a bare server, a process that only
sends as many bytes: how long this machine keeps anybody waiting while all of that goes on.

``teams``, ``judges``, ``reads`` are of the event, ``viewers`` watch it, ``cards`` are saved, ``mode`` is one of two.
"""

import asyncio
import datetime as dt
import gc
import multiprocessing
import os
import random
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from bench.harness import MODES, memory, prepared, quantile, table, verdict
from pitchscoop.access.model import Principal, Role
from pitchscoop.events.model import Settings, Team
from pitchscoop.kernel import ids
from pitchscoop.kernel.clock import utc_now
from pitchscoop.main import Parts, assembled
from pitchscoop.recordings.model import Session
from pitchscoop.scoring.model import BEGINNING, Card, Entry, entry_of
from pitchscoop.settings import load
from tests.servers.app import ADMIN, App

AIM_MADE, AIM_SEEN, AIM_READ = 200, 1000, 20  # ms
PAUSE = 0.7  # seconds between cards: more than a hundred judges who take a minute for each save
READERS, BARE_READERS = 8, 4
CRITERIA = ("problem", "solution", "team-and-craft", "delivery")
ORGANIZER = Principal(role=Role.ORGANIZER)


@dataclass
class Event:
    """What was set up: sessions, and who judges which of them with which token."""

    event_id: str
    sessions: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    readings: list[tuple[str, str]] = field(default_factory=list)


async def main(
    teams: str = "1000", judges: str = "100", reads: str = "3", viewers: str = "500", cards: str = "100", mode: str = ""
) -> None:
    """Measure in one mode or both."""
    rows = []
    for one in [mode] if mode else MODES:
        rows += await _mode(one, int(teams), int(judges), int(reads), int(viewers), int(cards))
    columns = ("from a card saved", "median", "p99", "longest", "aim")
    table(f"{teams} teams, {judges} judges, {reads} readings each; {viewers} viewers, {cards} cards", columns, rows)


async def _mode(mode: str, teams: int, judges: int, reads: int, viewers: int, cards: int) -> list[tuple[str, ...]]:
    with prepared(mode, ("--no-worker",)) as app:
        async with assembled(load(app.settings), app.url) as parts:
            event = await _filled(parts, teams, judges, reads)
        gc.collect()
        gc.freeze()  # a look for garbage among all these cards would be counted as the server's time
        await asyncio.to_thread(app.start)
        watching, bare = _Viewers(app, event.event_id, viewers), _Bare()
        try:
            return await _measured(app, event, watching, bare, cards)
        finally:
            watching.stop()
            bare.stop()


async def _measured(app: App, event: Event, watching: "_Viewers", bare: "_Bare", cards: int) -> list[tuple[str, ...]]:
    made, seen, taken, taken_bare = list[float](), list[float](), list[float](), list[float]()
    async with httpx.AsyncClient(base_url=f"{app.url}/api/v1", timeout=60) as client:
        started, before = time.perf_counter(), _stolen()
        await _board(client, event.event_id)
        first = time.perf_counter() - started
        await asyncio.to_thread(watching.ready)
        over = asyncio.Event()
        readers = [asyncio.create_task(_read(app, event.event_id, taken, over)) for _ in range(READERS)]
        size = watching.size
        readers += [asyncio.create_task(_read_bare(bare.port, size, taken_bare, over)) for _ in range(BARE_READERS)]
        for number in range(cards):
            saved = await _save(client, event, number)
            fastest, slowest = await asyncio.to_thread(watching.told)
            made.append(fastest - saved)
            seen.append(slowest - saved)
            await asyncio.sleep(PAUSE)
        over.set()
        await asyncio.gather(*readers)
        stolen = 100 * (_stolen() - before) / (time.perf_counter() - started) / (os.cpu_count() or 1)
    print(
        f"{app.name}: first board {first:.2f} s, an event of {watching.size / 1000:.0f} kB packed, "
        f"server {memory(app.pid) / 1024:.0f} MiB, {len(taken)} reads; "
        f"{stolen:.0f} % of the processors' time went to other machines"
    )
    return [
        _row(f"{app.name}: the first viewer is told", made, AIM_MADE),
        _row(f"{app.name}: the last viewer is told", seen, AIM_SEEN),
        _row(f"{app.name}: a read meanwhile", taken, AIM_READ),
        _row(f"{app.name}: a read of a bare server", taken_bare),
    ]


async def _save(client: httpx.AsyncClient, event: Event, number: int) -> float:
    """Save a card; the moment at which its judge was told that it is saved."""
    session_id, judge_id = event.readings[number * 37 % len(event.readings)]
    if number % 2:
        heard = set(event.readings)
        judge_id = next(one for one in event.tokens if (session_id, one) not in heard)
        event.readings.append((session_id, judge_id))
    headers = {"Authorization": f"Bearer {event.tokens[judge_id]}"}
    scores = {name: 1 + (number + at) % 10 for at, name in enumerate(CRITERIA)}
    answer = await client.put(f"/sessions/{session_id}/scores", json={"scores": scores}, headers=headers)
    answer.raise_for_status()
    return time.monotonic()


async def _board(client: httpx.AsyncClient, event_id: str, etag: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {ADMIN}", "If-None-Match": etag}
    return (await client.get(f"/events/{event_id}/leaderboard", headers=headers)).raise_for_status()


async def _read(app: App, event_id: str, taken: list[float], over: asyncio.Event) -> None:
    """Ask again and again over one connection; a body is taken, but not unpacked: that would be our time."""
    parts = urlsplit(app.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
    while not over.is_set():
        await asyncio.sleep(random.uniform(0.1, 0.3))
        began = time.perf_counter()
        writer.write(_asking(parts.netloc, f"/api/v1/events/{event_id}/leaderboard"))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        _, _, length = head.lower().partition(b"\r\ncontent-length:")
        await reader.readexactly(int(length.partition(b"\r\n")[0]))
        taken.append(time.perf_counter() - began)
    writer.close()


async def _read_bare(port: int, size: int, taken: list[float], over: asyncio.Event) -> None:
    """The same of a server that does nothing else."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    while not over.is_set():
        await asyncio.sleep(random.uniform(0.1, 0.3))
        began = time.perf_counter()
        writer.write(b"%d\n" % size)
        await reader.readexactly(size)
        taken.append(time.perf_counter() - began)
    writer.close()


def _asking(host: str, path: str) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer {ADMIN}\r\n\r\n"
    ).encode()


def _row(what: str, seconds: list[float], aim: int | None = None) -> tuple[str, ...]:
    figures = [1000 * one for one in seconds]
    high = quantile(figures, 0.99)
    half, longest = quantile(figures, 0.5), max(figures)
    held = "" if aim is None else f"{aim} ms {verdict(kept=high <= aim)}"
    return what, f"{half:.0f} ms", f"{high:.0f} ms", f"{longest:.0f} ms", held


def _stolen() -> float:
    """Seconds that all processors together were kept from this machine by others on the same host (proc(5), steal)."""
    return int(Path("/proc/stat").read_text().split(maxsplit=9)[8]) / os.sysconf("SC_CLK_TCK")


class _Beside:
    """A process that tells something."""

    def __init__(self, function: Callable[..., None], *arguments: object) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._ours, theirs = spawning.Pipe()
        self._process = spawning.Process(target=function, args=(theirs, *arguments), daemon=True)
        self._process.start()

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()


class _Bare(_Beside):
    """A server at ``port`` that sends as many bytes as it is asked for."""

    def __init__(self) -> None:
        super().__init__(_serve)
        self.port: int = self._ours.recv()


def _serve(pipe: Connection) -> None:
    asyncio.run(_serving(pipe))


async def _serving(pipe: Connection) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.readline():
            writer.write(bytes(int(asked)))
            await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


class _Viewers(_Beside):
    """Connections in a process of their own. All clocks are ``time.monotonic``, which processes share (Linux)."""

    def __init__(self, app: App, event_id: str, count: int) -> None:
        parts = urlsplit(app.url)
        super().__init__(_watch, parts.hostname, parts.port, f"/api/v1/events/{event_id}/leaderboard/stream", count)
        self.size = 0

    def ready(self) -> None:
        """Wait until all have been told how it stands."""
        self.size = self._ours.recv()

    def told(self) -> tuple[float, float]:
        """When the first and the last were told of the next change."""
        if not self._ours.poll(30):
            raise TimeoutError("not all viewers were told within 30 s")
        first, last = self._ours.recv()
        return float(first), float(last)


def _watch(pipe: Connection, host: str, port: int, path: str, count: int) -> None:
    asyncio.run(_watching(pipe, host, port, path, count))


async def _watching(pipe: Connection, host: str, port: int, path: str, count: int) -> None:
    told: list[float] = []
    ready = asyncio.Event()

    def note(at: float, size: int) -> None:
        told.append(at)
        if len(told) == count:
            pipe.send((told[0], told[-1]) if ready.is_set() else size)
            ready.set()
            told.clear()

    await asyncio.gather(*(_viewer(host, port, path, note) for _ in range(count)))


async def _viewer(host: str, port: int, path: str, note: Callable[[float, int], None]) -> None:
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
    writer.write(_asking(f"{host}:{port}", path))
    await reader.readuntil(b"\r\n\r\n")
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    pending, size = False, 0
    while True:
        length = int(await reader.readuntil(b"\r\n"), 16)  # of a chunk
        piece = (await reader.readexactly(length + 2))[:-2]
        if not pending and length < 200:  # a sign of life, or the beginning
            unpacker.decompress(piece)
            continue
        size += length
        pending = not piece.endswith(b"\x00\x00\xff\xff")  # what a flush ends with: the event is whole
        if not pending:
            note(time.monotonic(), size)
            size = 0


async def _filled(parts: Parts, teams: int, judges: int, reads: int) -> Event:
    """An event with all its cards, stored past the doors, which would take minutes."""
    engine, chance, now = parts.engine, random.Random(1), utc_now()
    made = await engine.organizing.create_event(ORGANIZER, "Bench", (), Settings(), "open")
    event = Event(made.event_id)
    for number in range(judges):
        invited = await engine.organizing.add_judge(ORGANIZER, event.event_id, f"Judge {number}")
        event.tokens[invited.who.judge_id] = invited.token
    people = [
        Team(team_id=ids.new_id(), event_id=event.event_id, name=f"Team {number}", created_at=now)
        for number in range(teams)
    ]
    await engine.events.teams.add_all(event.event_id, lambda: people)
    entries = list[Entry]()
    for at, team in enumerate(people):
        session = _session(event.event_id, team, now - dt.timedelta(seconds=at))
        await engine.sessions.rebuild(session)
        event.sessions.append(session.session_id)
        quality = chance.gauss(5.5, 1.5)
        for judge_id in chance.sample(list(event.tokens), reads):
            strict = (list(event.tokens).index(judge_id) % 7 - 3) / 3
            scores = {name: float(min(10, max(1, round(chance.gauss(quality + strict, 1))))) for name in CRITERIA}
            card = Card(session_id=session.session_id, judge_id=judge_id, scores=scores, saved_at=now,
                        number=len(entries) + 1)  # fmt: skip
            entries.append(entry_of(card, entries[-1].chain if entries else BEGINNING))
            event.readings.append((session.session_id, judge_id))
    assert await engine.ledger.put_back(event.event_id, entries)
    return event


def _session(event_id: str, team: Team, at: dt.datetime) -> Session:
    known: dict[str, Any] = {
        "session_id": ids.new_session_id(event_id), "event_id": event_id, "team_id": team.team_id,
        "team_name": team.name, "pitch_title": f"What {team.name} has to say", "status": "completed",
        "sample_rate": 16000, "idle_seconds": 60, "created_at": at, "expires_at": at, "heard_at": at,
        "has_audio": True, "audio_duration": 178.2, "silhouette": tuple(range(96)),
    }  # fmt: skip
    return Session.model_validate(known)
