"""Whisper on this machine: faster-whisper, the extra ``whisper``, in a process of its own (``whisper_work.py``).

Nothing here imports it, so that PitchScoop starts without the extra.
"""

import asyncio
import contextlib
import importlib.util
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

from pitchscoop.adapters.whisper_process import Crashed, Process
from pitchscoop.transcripts.model import Utterance
from pitchscoop.transcripts.ports import Heard, Refused, Speech

_IDLE = 300.0  # seconds after which the model's memory is given back; loading it again takes a few
_PATIENCE = 1800.0  # seconds without a word; the slowest model on the slowest machine writes half a minute in less
_TRIES = 2  # at a job whose process crashes
_DRIVER = ("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")  # all of the environment that is needed beside hostile audio
_ALONE = {"HF_HUB_OFFLINE": "1"}
_HUB = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1"}

_MISSING = "faster-whisper is not installed: run make whisper, or install pitchscoop[whisper]."
_NO_FOLDER = "PITCHSCOOP_WHISPER_MODEL names the folder {}, which is not there."
_CRASHED = "Whisper crashed twice on this recording; the log has its last words. Try another model."
_NO_START = "Whisper crashed twice before it had loaded its model; the log has its last words. Try another model."

log = structlog.get_logger(__name__)


class WhisperTranscriber:
    """Fits ``transcripts.ports.Transcriber``: one recording at a time, the others wait their turn.

    ``model`` is a name, a repository of the hub, or an absolute path; what is downloaded lies in ``models``.
    ``environ`` is what the libraries read. The process starts when it is first needed, keeps the model in memory,
    and ends after ``idle`` seconds without work or ``patience`` seconds without a word.
    """

    keeps_fillers: bool | None = False  # most are left out: faster-whisper issues 319 and 901
    longest: float | None = None

    def __init__(
        self,
        model: str,
        device: str,
        models: Path,
        environ: Mapping[str, str],
        *,
        idle: float = _IDLE,
        patience: float = _PATIENCE,
    ) -> None:
        self._model, self._device, self._environ = model, device, dict(environ)
        self._own = Path(model).is_absolute()
        self._folder = Path(model) if self._own else models.absolute() / model.replace("/", "--")
        self._process = Process(patience)
        self._turn = asyncio.Lock()  # whoever waits for it is bounded by the workers there are
        self._idle = idle
        self._rest: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The engine, for people."""
        return f"Whisper ({self._folder.name if self._own else self._model})"

    async def transcribe(
        self, audio: Path, speech: Speech, job: str | None, begun: Callable[[str], Awaitable[None]]
    ) -> Heard:
        """See ``Transcriber.transcribe``; what was interrupted begins anew."""
        del job, begun
        async with self._working():
            await self._fetch()
            heard, done = await self._ask("hear", **_heard_of(audio, speech))
        return Heard(tuple(heard), done["language"])

    async def check(self) -> str:
        """See ``Transcriber.check``. Loads the model, but downloads nothing."""
        async with self._working():
            if not self._there():
                await self._ask("find")
                return f"{self.name} will be downloaded into {self._folder} at first use"
            _, where = await self._ask("load")
        return f"{self.name} works on the {where.upper()}; it lies in {self._folder}"

    async def close(self) -> None:
        """End the process; safe to repeat. A recording under way is ``Unavailable``."""
        if self._rest:
            self._rest.cancel()
        await self._process.close()

    @contextlib.asynccontextmanager
    async def _working(self) -> AsyncIterator[None]:
        async with self._turn:
            if importlib.util.find_spec("faster_whisper") is None:
                raise Refused("transcriber_refused", _MISSING)
            if self._rest:
                self._rest.cancel()
            try:
                yield
            finally:
                if not self._process.closed:
                    self._rest = asyncio.create_task(self._let_go())

    async def _let_go(self) -> None:
        await asyncio.sleep(self._idle)
        await self._process.end()

    def _there(self) -> bool:
        if self._folder.is_dir():
            return True
        if self._own:
            raise Refused("transcriber_refused", _NO_FOLDER.format(self._folder))
        return False

    async def _fetch(self) -> None:
        """Download the model if it is not there, in a process that sees no audio and ends with it."""
        if self._there():
            return
        await self._process.end()
        log.info("whisper_download", model=self._model, folder=str(self._folder))
        try:
            await self._ask("fetch", {**_HUB, "HF_HOME": str(self._folder.with_name(".hub")), **self._environ})
        finally:
            await self._process.end()
            if sys.stderr.isatty():
                sys.stderr.write("\n")  # below the bar
        log.info("whisper_downloaded", model=self._model, folder=str(self._folder))

    async def _ask(self, do: str, environ: Mapping[str, str] | None = None, **more: Any) -> tuple[list[Utterance], Any]:
        """What was heard, and what it came to."""
        job = {"do": do, "model": self._model, "folder": str(self._folder), "device": self._device, **more}
        if environ is None:
            environ = {**_ALONE, **{name: self._environ[name] for name in _DRIVER if name in self._environ}}
        for _ in range(_TRIES):
            answers = _Answers(self._model)
            try:
                return answers.utterances, await self._process.ask(job, environ, answers.take)
            except Crashed as crash:
                log.warning("whisper_crashed", code=crash.args[0], do=do)
        if answers.loaded:
            raise Refused("transcriber_failed", _CRASHED)
        raise Refused("transcriber_refused", _NO_START)


def _heard_of(audio: Path, speech: Speech) -> dict[str, Any]:
    return {"audio": str(audio.absolute()), "language": speech.language, "vocabulary": speech.vocabulary}


class _Answers:
    """What the process says on the way to an answer."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._tenths = 0
        self.utterances = list[Utterance]()  # bounded by the longest recording
        self.loaded = False

    def take(self, answer: dict[str, Any]) -> None:
        if "utterance" in answer:
            self.utterances.append(Utterance(**answer["utterance"]))
        elif "progress" in answer:
            self._tell(*answer["progress"])
        elif "loaded" in answer:
            self.loaded = True

    def _tell(self, size: int, of: int) -> None:
        """A bar on a terminal, a line of the log for each tenth elsewhere."""
        size = min(size, of)  # what is gathered has a few notes beside it
        if sys.stderr.isatty():
            bar = "#" * (30 * size // of)
            sys.stderr.write(f"\r{self._model} [{bar:<30}] {size / 1e6:.0f} of {of / 1e6:.0f} MB ")
            sys.stderr.flush()
        elif self._tenths < (tenths := 10 * size // of):
            self._tenths = tenths
            log.info("whisper_download", model=self._model, percent=10 * tenths)
