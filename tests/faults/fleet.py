"""The programs of one installation, each of which can be killed, stopped, frozen and started again."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.harness import family
from tests.faults.disk import Disk, small_disk
from tests.faults.wire import Wire
from tests.servers import s3
from tests.servers.app import App
from tests.servers.redis import free_port

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
"""Debian's libfaketime steps the wall clock of one program and leaves the monotonic clock alone."""


class Program:
    """A process that is started again on the same data."""

    def __init__(
        self, name: str, folder: Path, command: Sequence[str], environment: dict[str, str], port: int | None = None
    ) -> None:
        self.name = name
        self._port = port
        self.log = folder / f"{name}.log"
        self._clock = folder / f"{name}.clock"
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def elsewhere(self, name: str, folder: Path, environment: dict[str, str]) -> "Program":
        """The same program with other settings."""
        return Program(name, folder, self._command, {**self._environment, **environment}, self._port)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start it, anew if it runs; when it is ready is the caller's concern."""
        self.kill()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)

    def send(self, number: int) -> None:
        """A signal, unless it is gone."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it with -9."""
        self.send(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def kill_children(self) -> None:
        """End what it has started, such as the process that writes live audio, with -9."""
        for child in family(self.pid)[1:] if self.pid else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    async def up(self) -> None:
        """Wait until it answers, so that a plan leaves each program some life between two deaths."""
        if self._port is None:
            await asyncio.sleep(2)
            return
        for _ in range(150):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.close()
                return
            await asyncio.sleep(0.1)

    def own_clock(self) -> None:
        """From its next start on, ``step`` moves its clock.

        Not for all: libfaketime also stands in for what threads wait with. While one thread computes (assistants' tools
        are made in one, beside the first requests), the event loop gets a tenth to a thirtieth of its turns.
        """
        if not FAKETIME.exists():
            return
        self.step(0)
        self._environment |= {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_TIMESTAMP_FILE": str(self._clock),
            "FAKETIME_CACHE_DURATION": "1",
        }

    def step(self, seconds: int) -> None:
        """Set its wall clock forward or back from the true time."""
        self._clock.write_text(f"{seconds:+d}\n")


@dataclass(frozen=True)
class Fleet:
    """An installation, and the network between its parts."""

    mode: str
    programs: dict[str, Program]
    wires: dict[str, Wire]
    disk: Disk  # what holds the audio; embedded, the state as well

    @property
    def url(self) -> str:
        """Where people reach it."""
        return f"http://127.0.0.1:{self.wires['public'].port}"

    async def begin(self) -> None:
        """Lay the wires and start every program."""
        for wire in self.wires.values():
            await wire.open()
        for program in self.programs.values():
            program.start()
        await self.ready()

    async def ready(self, seconds: float = 60) -> None:
        """Wait until it serves with everything behind it."""
        async with asyncio.timeout(seconds), httpx.AsyncClient(base_url=self.url, timeout=5) as client:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get("/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.1)

    async def end(self) -> None:
        """Stop everything."""
        for program in self.programs.values():
            program.kill()
        for wire in self.wires.values():
            await wire.close()


@contextlib.asynccontextmanager
async def fleet(
    mode: str, folder: Path, chance: random.Random, room: int, *, clocks: bool = False
) -> AsyncIterator[Fleet]:
    """An installation that runs, with so many bytes for audio; ``chance`` sends connections to servers.

    With ``clocks``, those of servers and worker can be stepped, where libfaketime is.
    """
    with small_disk(folder / "disk", room) as disk:
        made = _embedded(folder, disk) if mode == "embedded" else _beside(folder, disk, chance)
        if clocks:
            for program in made.programs.values():
                if program.name not in ("redis", "minio"):
                    program.own_clock()
        try:
            await made.begin()
            yield made
        finally:
            await made.end()


def _embedded(folder: Path, disk: Disk) -> Fleet:
    port = free_port()
    public = Wire([port])
    settings = {"PITCHSCOOP_DATA": str(disk.folder), "PITCHSCOOP_PUBLIC_URL": f"http://127.0.0.1:{public.port}"}
    server = _pitchscoop("server", folder, settings, "serve", "--port", str(port), port=port)
    return Fleet("embedded", {"server": server}, {"public": public}, disk)


def _beside(folder: Path, disk: Disk, chance: random.Random) -> Fleet:
    """Two servers, a worker, Redis and MinIO, each reached through a wire."""
    redis, minio, *ports = (free_port() for _ in range(4))
    wires = {
        "public": Wire(ports, lambda ports: chance.sample(ports, len(ports))),
        "to redis": Wire([redis]),
        "to minio": Wire([minio]),
    }
    settings = {
        "PITCHSCOOP_DATA": str(folder),
        "PITCHSCOOP_PUBLIC_URL": f"http://127.0.0.1:{wires['public'].port}",
        "PITCHSCOOP_SECRET": "the-signing-key-of-the-tests-0123456789",
        "REDIS_URL": f"redis://127.0.0.1:{wires['to redis'].port}/0",
        "MINIO_ENDPOINT": f"127.0.0.1:{wires['to minio'].port}",
        "MINIO_ACCESS_KEY": "pitchscoop-tests",
        "MINIO_SECRET_KEY": "a-secret-of-the-tests",
        "MINIO_PUBLIC_URL": f"http://127.0.0.1:{minio}",
    }
    serve = ("serve", "--no-worker", "--port")
    made = [
        _redis(folder, redis),
        _minio(folder, disk, minio),
        _pitchscoop("server a", folder, settings, *serve, str(ports[0]), port=ports[0]),
        _pitchscoop("server b", folder, settings, *serve, str(ports[1]), port=ports[1]),
        _pitchscoop("worker", folder, settings, "worker"),
    ]
    return Fleet("redis-minio", {program.name: program for program in made}, wires, disk)


def _pitchscoop(name: str, folder: Path, settings: dict[str, str], *arguments: str, port: int | None = None) -> Program:
    environment = {**App(folder, settings, name).environment, **settings}
    return Program(name, folder, [sys.executable, "-m", "pitchscoop", *arguments], environment, port)


def _redis(folder: Path, port: int) -> Program:
    (folder / "redis").mkdir()
    keeps = ["--dir", str(folder / "redis"), "--appendonly", "yes", "--appendfsync", "always", "--save", ""]
    return Program("redis", folder, ["redis-server", "--port", str(port), "--bind", "127.0.0.1", *keeps], _own(), port)


def _minio(folder: Path, disk: Disk, port: int) -> Program:
    environment = {**_own(), "MINIO_ROOT_USER": "pitchscoop-tests", "MINIO_ROOT_PASSWORD": "a-secret-of-the-tests"}
    command = [s3._minio(), "server", str(disk.folder), "--address", f"127.0.0.1:{port}", "--quiet"]
    return Program("minio", folder, command, environment, port)


def _own() -> dict[str, str]:
    return dict(os.environ)  # noqa: TID251
