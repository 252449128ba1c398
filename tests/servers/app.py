"""PitchScoop itself, as a process, in both modes."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import redis

from tests.servers.redis import free_port

if TYPE_CHECKING:
    from tests.servers.gladia import GladiaServer
    from tests.servers.s3 import S3

ADMIN = "the-organizer-token-of-the-tests-0123456789"


class App:
    """A server process that can be killed and started again on the same data."""

    def __init__(self, folder: Path, settings: dict[str, str], name: str, options: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.name = name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {"PITCHSCOOP_DATA": str(folder), "PITCHSCOOP_ADMIN_TOKEN": ADMIN, **settings}
        self.log = folder / "log.txt"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a command beside this server is run with."""
        foreign = ("PITCHSCOOP_", "MINIO_", "REDIS_", "GLADIA_", "LLM_")
        own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}  # noqa: TID251
        return {**own, **self.settings}

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready."""
        command = [sys.executable, "-m", "pitchscoop", "serve", "--port", str(self.port), *self._options]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        for _ in range(400):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        pytest.fail(f"the server did not start: {self.log.read_text()}")

    def kill(self) -> None:
        """End it with -9."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it in order."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def client(self, token: str | None = ADMIN) -> httpx.AsyncClient:
        """A REST client with a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)


async def sign_in(browser: httpx.AsyncClient, link: str) -> httpx.Response:
    """Press the button that an organizer's one-time link shows."""
    return await browser.post("/sign-in", data={"token": link.rpartition("token=")[2]})


Settings = Callable[[], dict[str, str]]


def settings_of(mode: str, request: pytest.FixtureRequest) -> dict[str, str]:
    if mode == "embedded":
        return {}
    minio: S3 = request.getfixturevalue("minio")
    redis_server = request.getfixturevalue("redis_server")
    return {
        "REDIS_URL": redis_server.url,
        "PITCHSCOOP_SECRET": "the-signing-key-of-the-tests-0123456789",
        "MINIO_ENDPOINT": minio.endpoint,
        "MINIO_ACCESS_KEY": minio.access_key,
        "MINIO_SECRET_KEY": minio.secret_key,
        "MINIO_PUBLIC_URL": f"http://localhost:{minio.endpoint.rpartition(':')[2]}",
    }


@pytest.fixture(scope="session", params=["embedded", "redis-minio"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server in each mode, shared by all tests that do not break it."""
    server = App(tmp_path_factory.mktemp("app"), settings_of(request.param, request), request.param)
    server.start()
    yield server
    server.stop()


def apart(settings: dict[str, str], database: int) -> dict[str, str]:
    """The same settings with an empty database of their own, where there is a Redis."""
    if "REDIS_URL" not in settings:
        return settings
    url = f"{settings['REDIS_URL'].rpartition('/')[0]}/{database}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return settings | {"REDIS_URL": url}


@pytest.fixture(params=["embedded", "redis-minio"])
def own_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """A server in each mode, with state of its own, for a test that kills it or changes what all have in common."""
    server = App(tmp_path, apart(settings_of(request.param, request), 3), request.param)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["embedded", "redis-minio"])
def listening(request: pytest.FixtureRequest, tmp_path: Path, gladia: "GladiaServer") -> Iterator[App]:
    """A server that has a fake Gladia write transcripts, in each mode.

    Its state is its own: servers without an engine would finish its recordings, and leave them without a transcript.
    """
    settings = apart(settings_of(request.param, request), 2) | gladia_settings(gladia)
    server = App(tmp_path, settings, request.param)
    server.start()
    yield server
    server.stop()


def gladia_settings(gladia: "GladiaServer", at_once: int = 30) -> dict[str, str]:
    return {"GLADIA_API_KEY": gladia.key, "GLADIA_API_URL": gladia.url, "GLADIA_MAX_LIVE": str(at_once)}
