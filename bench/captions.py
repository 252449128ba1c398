"""What a transcriber costs the recording: acknowledgements beside one that works, that is dead, and that refuses all.

All in one run and in turns; the measure is the 99th percentile of the lag beside that without a transcriber
(design.md 3.3). ``make bench ARGS="captions count=100 seconds=20 rounds=3"``; ``mode=redis-minio`` beside both.
"""

import contextlib
import functools
import statistics
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bench.harness import table, verdict
from bench.recorders import AIM, COLUMNS, Run, Running, Server, everything, measured, ours, row
from tests.servers.gladia import GladiaServer
from tests.servers.redis import free_port

AIM_RATIO = 1.1


async def main(count: str = "60", seconds: str = "20", mode: str = "embedded", rounds: str = "3") -> None:
    """Run the same recorders beside each kind of transcriber, in turns."""
    with everything(), _gladia() as works, _gladia() as refuses:
        refuses.knobs.fail(429)
        settings = {
            "none": {},
            "works for 30": {"GLADIA_API_URL": works.url, "GLADIA_MAX_LIVE": "30"},
            "dead": {"GLADIA_API_URL": f"http://127.0.0.1:{free_port()}"},
            "refuses all": {"GLADIA_API_URL": refuses.url, "GLADIA_MAX_LIVE": "30"},
        }
        runs: dict[str, list[Run]] = {name: [] for name in settings}
        for _ in range(int(rounds)):
            for name, more in settings.items():
                key = {"GLADIA_API_KEY": works.key} if more else {}
                runs[name].append(await measured(_server(mode, {**more, **key}), int(count), float(seconds)))
                table(f"{name}, {count} recorders", COLUMNS, [row(name, runs[name][-1])])
    _told(runs, f"{count} recorders for {seconds} s ({mode}; {rounds} rounds in turns)")


def _server(mode: str, more: dict[str, str]) -> Server:
    return functools.partial(_with, mode, more)


def _with(mode: str, more: dict[str, str], count: int, folder: Path) -> AbstractAsyncContextManager[Running]:
    return ours(mode, count, folder, more)


@contextlib.contextmanager
def _gladia() -> Iterator[GladiaServer]:
    server = GladiaServer()
    server.start()
    try:
        yield server
    finally:
        server.die()


def _told(runs: dict[str, list[Run]], title: str) -> None:
    least = [one.first[1] for one in runs["none"]]
    rows = []
    for name, found in runs.items():
        lags = [one.first[1] for one in found]
        ratio = statistics.median(lags) / statistics.median(least)
        lost = sum(one.lost for one in found)
        kept = ratio <= AIM_RATIO and not lost and all(one.kept for one in found)
        spread = f"{min(lags):.2f}-{max(lags):.2f} s"
        rows.append((name, f"{statistics.median(lags):.2f} s", spread, f"{ratio:.2f}", str(lost), verdict(kept=kept)))
    columns = ("transcriber", "p99", "least-most", "to none", "lost", f"aim {AIM_RATIO}, {AIM} s")
    table(title, columns, rows)
