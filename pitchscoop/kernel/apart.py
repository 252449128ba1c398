"""Functions that compute for long, called in a process of their own: in this one everybody else would wait for them.

What their modules remember there lasts as long as the process. It is started when it is first called, and anew after it
was lost, and it ends with whoever called it, however they end: its input is closed then.
"""

import asyncio
import contextlib
import os
import pickle
import sys
import traceback
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import pitchscoop
from pitchscoop.kernel.garbage import collect_seldom

_LENGTH = 8  # bytes that say how many follow
_READ = 1 << 20  # bytes of an answer that may wait to be read
_ENVIRON = {
    "OPENBLAS_NUM_THREADS": "1",  # a second one would take the core that the server needs
    # Memory is kept for the next call: taking it from the system anew is a tenth of the time (mallopt(3)).
    "MALLOC_MMAP_THRESHOLD_": str(256 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
    "MALLOC_TOP_PAD_": str(64 << 20),
}

T = TypeVar("T")


class Lost(Exception):
    """The process ended, or did not answer in time. The next call starts another, which remembers nothing."""


class Failed(Exception):
    """The function raised: its traceback."""


class Apart:
    """One process, called by one at a time. An answer that takes longer than ``patience`` seconds is not waited for."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._closed = False

    async def call(self, function: Callable[..., T], *args: Any) -> T:
        """What a function of a module gives there; function, arguments and result can be pickled.

        Raises:
            Lost, Failed.
        """
        wanted = await asyncio.to_thread(pickle.dumps, (function, args))
        async with self._turn:
            try:
                async with asyncio.timeout(self._patience):
                    done, result = pickle.loads(await self._answer(wanted))  # noqa: S301  it is our own
            except (TimeoutError, OSError, EOFError) as problem:
                await self._end()
                raise Lost(repr(problem)) from problem
            except BaseException:  # cancelled: what it answers would be taken for the next one's
                await self._end()
                raise
        if not done:
            raise Failed(result)
        return cast("T", result)

    async def close(self) -> None:
        """End it for good; safe to repeat. Whoever waits for an answer gets ``Lost``."""
        self._closed = True
        self._kill()
        async with self._turn:
            await self._end()

    async def _answer(self, wanted: bytes) -> bytes:
        process = await self._running()
        to, back = cast("asyncio.StreamWriter", process.stdin), cast("asyncio.StreamReader", process.stdout)
        try:
            to.writelines([len(wanted).to_bytes(_LENGTH), wanted])
            await to.drain()
        except RuntimeError as gone:  # what uvloop says of a pipe that was closed at the other end
            raise EOFError(str(gone)) from gone
        return await back.readexactly(int.from_bytes(await back.readexactly(_LENGTH)))

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is not None:
            await self._end()
        if self._process is None and not self._closed:
            home = Path(pitchscoop.__file__).parent.parent  # so that -m finds the package, installed or not
            # A session of its own: Ctrl-C is for us.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "pitchscoop.kernel.apart",
                stdin=PIPE, stdout=PIPE, cwd=home, env=_ENVIRON, limit=_READ, start_new_session=True,
            )  # fmt: skip
        if self._process is None or self._closed:  # perhaps while it started
            raise EOFError("It was closed.")
        return self._process

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _end(self) -> None:
        self._kill()
        process, self._process = self._process, None
        if process is not None:
            await process.communicate()  # its end is not seen before all that it wrote is read


def _serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """The process: answer until there is nothing more to read."""
    while head := asked.read(_LENGTH):
        function, args = pickle.loads(asked.read(int.from_bytes(head)))  # noqa: S301  whoever started us wrote it
        try:
            answer = pickle.dumps((True, function(*args)))
        except Exception:  # noqa: BLE001  whatever it is, whoever called is told
            answer = pickle.dumps((False, traceback.format_exc()))
        answers.write(len(answer).to_bytes(_LENGTH) + answer)
        answers.flush()


if __name__ == "__main__":
    ours = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    collect_seldom()
    _serve(sys.stdin.buffer, os.fdopen(ours, "wb"))
