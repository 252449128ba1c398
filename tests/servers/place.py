"""Installations of their own, for tests that empty state or break storage."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from pitchscoop.main import Parts, assembled
from pitchscoop.settings import load
from tests.servers.app import App
from tests.servers.redis import RedisServer

if TYPE_CHECKING:
    from tests.servers.s3 import S3

SECRET = "the-signing-key-of-the-tests-0123456789"


class Place(App):
    """An installation that is not shared; its server is started where a test needs one."""

    def __init__(self, folder: Path, settings: dict[str, str], name: str, own_redis: RedisServer | None) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(folder, {**settings, "PITCHSCOOP_SECRET": SECRET}, name)
        self.settings["PITCHSCOOP_PUBLIC_URL"] = self.url
        self._redis = own_redis

    @contextlib.asynccontextmanager
    async def parts(self) -> AsyncIterator[Parts]:
        """Its engine, in this process, without a worker."""
        async with assembled(load(self.settings), self.url) as parts:
            await parts.engine.storage.check()
            yield parts

    def lose_state(self) -> None:
        """Redis emptied; or the file removed, for which the server must be down."""
        if self._redis:
            with redis.Redis(port=self._redis.port) as client:
                client.flushall()
        else:
            for path in self.folder.glob("pitchscoop.db*"):
                path.unlink()


MODES = ("embedded", "redis-minio")


@pytest.fixture
def place_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Place]:
    """An installation in a mode."""

    def make(mode: str) -> Place:
        if mode == "embedded":
            return Place(tmp_path / "embedded", {}, mode, None)
        own_redis: RedisServer = request.getfixturevalue("own_redis")
        minio: S3 = request.getfixturevalue("minio")
        settings = {
            "REDIS_URL": own_redis.url,
            "MINIO_ENDPOINT": minio.endpoint,
            "MINIO_ACCESS_KEY": minio.access_key,
            "MINIO_SECRET_KEY": minio.secret_key,
            "MINIO_BUCKET": f"tests-{secrets.token_hex(6)}",
        }
        return Place(tmp_path / "redis-minio", settings, mode, own_redis)

    return make


@pytest.fixture(params=MODES)
def place(request: pytest.FixtureRequest, place_of: Callable[[str], Place]) -> Place:
    """An installation in each mode."""
    return place_of(request.param)


@pytest.fixture
async def parts(place: Place) -> AsyncIterator[Parts]:
    """Its engine, in this process, without a worker."""
    async with place.parts() as parts:
        yield parts
