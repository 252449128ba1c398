"""PyAV (FFmpeg) in worker processes: hostile or broken media can end a worker, never the server."""

import asyncio
import contextlib
import multiprocessing
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from pathlib import Path

from pitchscoop.adapters import media_work
from pitchscoop.recordings.ports import Derived, Undecodable

_LONGEST = 900  # seconds one file may take; six hours of sound take about a third of it
_JOBS = 50  # files after which a worker is replaced, so that nothing FFmpeg leaks adds up


class PyAVMedia:
    """Fits ``recordings.ports.Media``. Workers start with the first call of ``warm``."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._pool = self._new_pool()

    def warm(self) -> None:
        """Start a worker now, so that the first recording need not wait for one."""
        self._pool.submit(media_work.warm)

    async def derive(self, source: Path, mp3: Path, peaks: Path) -> Derived:
        """See ``Media.derive``."""
        pool = self._pool
        job = asyncio.get_running_loop().run_in_executor(pool, media_work.derive, source, mp3, peaks)
        try:
            async with asyncio.timeout(_LONGEST):
                return await job
        except TimeoutError:
            await self._replace(pool)
            raise Undecodable(
                "broken_audio", "This file takes too long to read. Export it anew and upload it."
            ) from None
        except BrokenExecutor:
            await self._replace(pool)
            raise Undecodable("broken_audio", "This file cannot be read. Export it anew and upload it again.") from None

    async def close(self) -> None:
        """End the workers."""
        await asyncio.to_thread(_end, self._pool)

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")  # forking a process with threads and an event loop is not safe
        return ProcessPoolExecutor(self._workers, context, media_work.prepare, max_tasks_per_child=_JOBS)

    async def _replace(self, pool: ProcessPoolExecutor) -> None:
        if pool is self._pool:
            self._pool = self._new_pool()
            await asyncio.to_thread(_end, pool)


def _end(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):  # noqa: SLF001  no public way to end a hung worker
        with contextlib.suppress(OSError, ValueError):
            process.kill()
    pool.shutdown(wait=True, cancel_futures=True)
