"""What every benchmark needs: a server in either mode on data of its own, and a table."""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pitchscoop.main import Parts
from pitchscoop.recordings.model import Session
from tests.servers import redis, s3
from tests.servers.app import App

MODES = ("embedded", "redis-minio")


@contextlib.contextmanager
def prepared(mode: str, options: tuple[str, ...] = (), folder: Path | None = None) -> Iterator[App]:
    """A server that is not started yet, with nothing stored; Redis and MinIO run where the mode has them.

    All of it lies in ``folder``, which stays, or in one that is removed afterwards.
    """
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        settings = {} if mode == "embedded" else _beside(folder, stack)
        app = App(folder, settings, mode, options)
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


async def filled(parts: Parts, count: int) -> list[Session]:
    """New sessions, stored past the doors, which would take minutes."""
    event = await parts.engine.events.get("default")
    start = parts.engine.sessions.start
    found: list[Session] = []
    for at in range(0, count, 50):  # side by side, so that Redis writes its file once for several
        batch = [start(event, None, f"Team {number}", f"Pitch {number}") for number in range(at, min(at + 50, count))]
        found += await asyncio.gather(*batch)
    return found


def family(pid: int) -> list[int]:
    """A process and those it has started (Linux)."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [pid, *(int(child) for thread in threads for child in thread.read_text().split())]


def memory(pid: int, field: str = "VmRSS") -> float:
    """KiB of a process (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{field}:")))


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
