"""An installation for each role in each mode: what one does must not be another's world."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.fire import Outcome, fire
from tests.fuzz.scene import Scene
from tests.servers.app import App
from tests.servers.redis import RedisServer
from tests.servers.s3 import MinIOServer, _minio

MODES = ("embedded", "redis-minio")


def play(mode: str, role: str, seed: int, seconds: int) -> Outcome:
    """One role against a server of its own."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name, _beside(mode, Path(name)) as settings:
        app = App(Path(name), settings, mode)
        app.start()
        try:
            with Scene(app, role) as scene:
                return fire(scene, seed, seconds)
        finally:
            app.stop()


@contextlib.contextmanager
def _beside(mode: str, folder: Path) -> Iterator[dict[str, str]]:
    """What a server of this mode needs beside it: the settings that say where it is."""
    if mode == "embedded":
        yield {}
        return
    for part in ("redis", "minio"):
        (folder / part).mkdir()
    redis = RedisServer(shutil.which("redis-server") or "redis-server", str(folder / "redis"))
    minio = MinIOServer(_minio(), str(folder / "minio"))
    try:
        redis.start()
        minio.start()
        yield {
            "REDIS_URL": redis.url,
            "PITCHSCOOP_SECRET": "the-signing-key-of-the-tests-0123456789",
            "MINIO_ENDPOINT": minio.s3.endpoint,
            "MINIO_ACCESS_KEY": minio.s3.access_key,
            "MINIO_SECRET_KEY": minio.s3.secret_key,
        }
    finally:
        minio.kill()
        redis.kill()
