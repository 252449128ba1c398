"""What every benchmark needs: a server in either mode on data of its own, and a table."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.servers import redis, s3
from tests.servers.app import App

MODES = ("embedded", "redis-minio")


@contextlib.contextmanager
def prepared(mode: str) -> Iterator[App]:
    """A server that is not started yet, with nothing stored; Redis and MinIO run where the mode has them."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        settings = {} if mode == "embedded" else _beside(folder, stack)
        app = App(folder, settings, mode)
        stack.callback(app.stop)
        yield app


def _beside(folder: Path, stack: contextlib.ExitStack) -> dict[str, str]:
    """Start Redis and MinIO on folders of their own; what the server must know to use them."""
    (folder / "redis").mkdir()
    state = redis.RedisServer("redis-server", str(folder / "redis"))
    minio = s3.MinIOServer(s3._minio(), str(folder / "minio"))  # noqa: SLF001  the tests' own search for the program
    for server in (state, minio):
        stack.callback(server.kill)
        server.start()
    return {
        "REDIS_URL": state.url,
        "PITCHSCOOP_SECRET": "the-signing-key-of-the-benchmarks-0123456789",
        "MINIO_ENDPOINT": minio.s3.endpoint,
        "MINIO_ACCESS_KEY": minio.s3.access_key,
        "MINIO_SECRET_KEY": minio.s3.secret_key,
    }


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; the first column reads from the left, figures from the right."""
    lines = [[str(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    print(f"\n{title}")
    for line in lines:
        first, *rest = (cell.ljust(width) if not at else cell.rjust(width)
                        for at, (cell, width) in enumerate(zip(line, widths, strict=True)))  # fmt: skip
        print("  ".join(("", first, *rest)), flush=True)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]


def verdict(*, kept: bool) -> str:
    """A word for a reader who looks only at the last column."""
    return "kept" if kept else "MISSED"
