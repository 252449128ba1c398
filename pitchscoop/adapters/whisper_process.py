"""The server's side of the process that runs Whisper (``whisper_work.py``): asked, heard, ended."""

import asyncio
import contextlib
import json
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pitchscoop
from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.transcripts.ports import Refused

_LINE = 1 << 20  # bytes of an answer; half a minute of speech is a twentieth of it
_KILLED = (
    "Whisper was ended from outside, perhaps because memory ran short. It is tried again; a smaller model needs less."
)
_CLOSED = "The server is stopping. It is tried again."
_HUNG = "Writing this recording down takes too long. Set PITCHSCOOP_WHISPER_MODEL to a smaller model."


class Crashed(Exception):
    """The process ended by itself, with this exit code, or signal if negative."""


class Process:
    """One process at a time, started when it is asked something, anew after it was lost."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None
        self.closed = False

    async def ask(
        self, job: Mapping[str, Any], environ: Mapping[str, str], heard: Callable[[dict[str, Any]], None]
    ) -> Any:
        """What the job came to; answers on the way go to ``heard``. Cancelled, it ends the process.

        ``environ`` is the whole environment of a process that has yet to start.

        Raises:
            Refused, Unavailable: as the process says; ``Unavailable`` also if it was killed.
            Crashed: it ended otherwise.
        """
        process = await self._running(environ)
        try:
            process.stdin.write(json.dumps(job).encode() + b"\n")  # type: ignore[union-attr]
            return await self._last(process, heard)
        except Problem:
            raise  # an answer like others: the process is well
        except TimeoutError:
            await self.end()
            raise Refused("transcriber_failed", _HUNG) from None
        except BaseException:
            await self.end()
            raise

    async def end(self) -> None:
        """End it, whatever it does; safe to repeat."""
        process, self._process = self._process, None
        if process:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def close(self) -> None:
        """End it for good; safe to repeat. Whoever waits for an answer gets ``Unavailable``."""
        self.closed = True
        await self.end()

    async def _last(self, process: asyncio.subprocess.Process, heard: Callable[[dict[str, Any]], None]) -> Any:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._patience) as limit:
            while line := await process.stdout.readline():  # type: ignore[union-attr]
                limit.reschedule(loop.time() + self._patience)
                answer = json.loads(line)
                if "done" in answer:
                    return answer["done"]
                if code := answer.get("code"):
                    raise (Unavailable if code == "transcriber_unavailable" else Refused)(code, answer["message"])
                heard(answer)
            code = await process.wait()
        if code == -signal.SIGKILL:
            await self.end()
            raise Unavailable("transcriber_unavailable", _KILLED)
        raise Crashed(code)

    async def _running(self, environ: Mapping[str, str]) -> asyncio.subprocess.Process:
        if self._process and self._process.returncode is not None:
            await self.end()
        if self._process is None and not self.closed:
            home = Path(pitchscoop.__file__).parent.parent  # so that -m finds the package, installed or not
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "pitchscoop.adapters.whisper_work",
                stdin=PIPE, stdout=PIPE, cwd=home, env=dict(environ), limit=_LINE,
            )  # fmt: skip
        if self.closed:  # perhaps while it started
            await self.end()
        if self._process is None:
            raise Unavailable("transcriber_unavailable", _CLOSED)
        return self._process
