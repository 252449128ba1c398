"""PyAV (FFmpeg) in worker processes: hostile or broken media can end a worker, never the server."""

import asyncio
import contextlib
import errno
import json
import secrets
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pitchscoop
from pitchscoop.kernel.errors import NoRoom, Unavailable
from pitchscoop.recordings.ports import Derived, Undecodable

_LONGEST = 900.0  # seconds one file may take; six hours of sound take about a tenth of it
_JOBS = 100  # files after which a worker is replaced, so that nothing FFmpeg leaks adds up
_CRASHES = 2  # of one file's workers, after which it is the file
_KILLS = 6  # from outside: by people, or by an operating system that wants the memory of whoever has most
_CRASHED = "This file is damaged: it could not be read. Export it again from the app that made it and upload that."
_HUNG = "Reading this file takes too long. Export it again as MP3 or WAV and upload that."
_AWAY = "Audio cannot be processed for now. The recording is safe; try again soon."
_FULL = "There is no room left on the server's disk. Free some space; the recording is safe and will be finished then."


class PyAVMedia:
    """Fits ``recordings.ports.Media``: ``workers`` files at once, the others wait their turn.

    Workers start here, so that the first recording need not wait for one. ``longest`` is the time in seconds a
    file may take. Besides ``Undecodable``, ``derive`` raises ``NoRoom`` when the outputs do not fit on the disk,
    ``Unavailable`` when no worker runs, and ``OSError`` when ``source`` cannot be opened. A cancelled call ends its
    worker and leaves nothing behind.
    """

    def __init__(self, workers: int = 1, longest: float = _LONGEST) -> None:
        self._workers = [_Worker(longest) for _ in range(workers)]
        self._threads = ThreadPoolExecutor(workers, "media")
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()  # bounded by the workers there are
        for worker in self._workers:
            self._free.put_nowait(worker)

    def warm(self) -> None:
        """Nothing is left to do: workers are warm from construction."""

    async def derive(self, source: Path, mp3: Path, peaks: Path) -> Derived:
        """See ``Media.derive``."""
        worker = await self._free.get()
        job = asyncio.get_running_loop().run_in_executor(self._threads, worker.derive, source, mp3, peaks)
        job.add_done_callback(lambda _: self._free.put_nowait(worker))
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            worker.give_up()
            await asyncio.wait([job])
            job.exception()  # seen; nobody is left to hear of it
            raise

    async def close(self) -> None:
        """End the worker processes; safe to repeat."""
        for worker in self._workers:
            worker.close()
        await asyncio.to_thread(self._threads.shutdown)


class _Worker:
    """One process at a time, replaced when it was lost. All methods but ``give_up`` and ``close`` block."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._lock = threading.Lock()  # guards what follows against close() amid a replacement
        self._closed = self._hung = self._cancelled = False
        self._jobs = 0
        self._process = _start()

    def derive(self, source: Path, mp3: Path, peaks: Path) -> Derived:
        """Both outputs appear whole, or neither does."""
        parts = [path.with_name(f".{path.name}.{secrets.token_hex(8)}.part") for path in (mp3, peaks)]
        try:
            derived = _derived(self._answer([str(path.absolute()) for path in (source, *parts)]))
            for part, path in zip(parts, (mp3, peaks), strict=True):
                part.replace(path)
        finally:
            for part in parts:
                part.unlink(missing_ok=True)
        return derived

    def give_up(self) -> None:
        """End the job under way."""
        self._cancelled = True
        self._process.kill()

    def close(self) -> None:
        """End the process for good."""
        with self._lock:
            self._closed = True
            _end(self._process)

    def _answer(self, job: list[str]) -> dict[str, Any]:
        self._hung = self._cancelled = False
        crashed = killed = 0
        while crashed < _CRASHES and killed < _KILLS:
            if (answer := self._ask(job)) is not None:
                self._jobs += 1
                if self._jobs >= _JOBS:
                    self._replace()
                return answer
            if self._was_killed():
                killed += 1
            else:
                crashed += 1
            self._replace()
            if self._hung or self._cancelled:
                break
        raise Undecodable("broken_audio", _HUNG if self._hung else _CRASHED)

    def _ask(self, job: list[str]) -> dict[str, Any] | None:
        """The answer, or None if the process ended before it gave one."""
        process = self._process
        limit = threading.Timer(self._longest, self._too_long, [process])
        limit.start()
        try:
            with self._lock:
                if self._closed:
                    raise Unavailable("media_unavailable", _AWAY)
            process.stdin.write(json.dumps(job).encode() + b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            found: dict[str, Any] = json.loads(process.stdout.readline())  # type: ignore[union-attr]
        except (ValueError, OSError):  # an end of file is no JSON either
            return None
        finally:
            limit.cancel()
        return found

    def _was_killed(self) -> bool:
        try:
            return self._process.wait(1) == -signal.SIGKILL
        except subprocess.TimeoutExpired:  # it answered something else
            return False

    def _too_long(self, process: subprocess.Popen[bytes]) -> None:
        self._hung = True
        process.kill()

    def _replace(self) -> None:
        with self._lock:
            _end(self._process)
            if self._closed:
                raise Unavailable("media_unavailable", _AWAY)
            self._process, self._jobs = _start(), 0


def _start() -> subprocess.Popen[bytes]:
    home = Path(pitchscoop.__file__).parent.parent  # so that -m finds the package, installed or not
    # No environment: a worker that a hostile file took over finds no secrets in it. A process group of its own: Ctrl-C
    # is for us.
    return subprocess.Popen(
        [sys.executable, "-m", "pitchscoop.adapters.media_work"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=home, env={"OPENBLAS_NUM_THREADS": "1"}, process_group=0,
    )  # fmt: skip


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # a job the process never read is lost with it
                pipe.close()


def _derived(answer: dict[str, Any]) -> Derived:
    if code := answer.get("code"):
        raise Undecodable(code, answer["message"])
    if number := answer.get("errno"):
        if number in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom("storage_full", _FULL)
        raise OSError(number, answer["message"])
    return Derived(**{**answer["derived"], "silhouette": tuple(answer["derived"]["silhouette"])})
