"""A real Redis."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import redis

from tests import servers


def missing(what: str) -> NoReturn:
    """A server that is not there: skipped by hand, a failure where everything must run."""
    if os.environ.get("CI") == "true":  # noqa: TID251
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"{what} is not installed: run scripts/test-servers")


def free_port() -> int:
    """A loopback port that is free now."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])


class RedisServer:
    """Redis with an append-only file; what it answered outlives ``kill``."""

    def __init__(self, binary: str, folder: str) -> None:
        self._command = [binary, "--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [*self._command, "--port", str(self.port), "--bind", "127.0.0.1"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            with contextlib.suppress(redis.ConnectionError), redis.Redis(port=self.port) as client:
                client.ping()
                return
            time.sleep(0.05)
        pytest.fail("redis-server did not start")

    def stop(self) -> None:
        """End it in order."""
        if self._process:
            self._process.terminate()
            self._process.wait()

    def kill(self) -> None:
        """End it with -9."""
        if self._process:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def _running() -> Iterator[RedisServer]:
    binary = shutil.which("redis-server") or missing("redis-server")
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(binary, str(Path(folder)))
        server.start()
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One for the whole run; database 0 is the app's (see app.py)."""
    with _running() as server:
        with redis.Redis(port=server.port) as client:
            servers.ran["Redis"] = str(client.info("server")["redis_version"])
        yield server


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """One for a test that stops or kills it."""
    with _running() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """An empty database of its own: emptying the app's would pull the ground from under other tests."""
    with redis.Redis(port=redis_server.port, db=1) as client:
        client.flushdb()
    return f"redis://127.0.0.1:{redis_server.port}/1"
