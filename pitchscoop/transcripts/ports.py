"""What transcripts need of the outside: engines that write down speech.

Adapters: ``adapters/gladia.py`` (live and afterwards) and ``adapters/whisper.py`` (afterwards, on this machine).
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.transcripts.model import Utterance


@dataclass(frozen=True, slots=True)
class Speech:
    """What an engine is told of the speech.

    ``language`` is an ISO 639-1 code, None where it is to be found out; ``vocabulary`` are names that will be said;
    ``forget`` has the engine delete what it keeps when it is done.
    """

    sample_rate: int
    language: str | None = None
    vocabulary: tuple[str, ...] = ()
    forget: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole transcript as an engine gives it. All utterances are final; ids are unique within it."""

    utterances: tuple[Utterance, ...]
    language: str | None


class Refused(Problem):
    """The engine will not do it, now or later, unless somebody changes something: the message says what.

    Codes: ``transcriber_refused`` (key, plan, request), ``transcriber_failed`` (this recording cannot be written down).
    """


class Busy(Unavailable):
    """The engine has as much to do as the plan allows (``transcriber_busy``). Later it will."""


class LiveWork(Protocol):
    """One recording being written down while it is spoken.

    Iterating gives utterances, partial and final, as they are heard, and ends when the engine has said all it will.
    It raises ``Unavailable`` or ``Refused`` when the rest will not come. A connection that is lost is made again, with
    no byte lost or sent twice; this is not told.
    """

    @property
    def job(self) -> str:
        """The engine's name for it, by which ``LiveTranscriber.end`` ends it from elsewhere.

        Whoever has it may speak in this session: it is kept where secrets are, and never logged.
        """
        ...

    def send(self, audio: bytes) -> bool:
        """Hand over the next bytes (16-bit mono PCM).

        Never waits. False if they were dropped, being too many or too late; then all that follow are, as well: close
        it, and have the whole recording written down afterwards.
        """
        ...

    def finish(self) -> None:
        """No more audio will come: the iteration ends when the rest is written."""
        ...

    def __aiter__(self) -> AsyncIterator[Utterance]:
        """What is heard."""
        ...

    async def close(self) -> None:
        """End it now, at the engine too, whatever is left. Quiet, also where the engine cannot be reached."""
        ...


class LiveTranscriber(Protocol):
    """Writes down speech while it is spoken."""

    @property
    def name(self) -> str:
        """The engine, for people."""
        ...

    @property
    def at_once(self) -> int:
        """How many live sessions the plan allows, over all copies of the server."""
        ...

    async def begin(self, speech: Speech) -> LiveWork:
        """Start one.

        Raises:
            Busy, Unavailable, Refused: it cannot be had, for now or at all.
        """
        ...

    async def end(self, job: str) -> None:
        """End one that a dead process left open. Quiet if it has ended.

        Raises:
            Unavailable: the engine cannot be reached; the session may still be open.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Transcriber(Protocol):
    """Writes down a whole recording."""

    @property
    def name(self) -> str:
        """The engine, for people."""
        ...

    @property
    def keeps_fillers(self) -> bool | None:
        """Whether it writes down every "um"; None if nobody knows."""
        ...

    @property
    def longest(self) -> float | None:
        """Seconds of audio it takes at once; None if there is no limit."""
        ...

    async def transcribe(
        self, audio: Path, speech: Speech, job: str | None, begun: Callable[[str], Awaitable[None]]
    ) -> Heard:
        """Everything said in a WAV, MP3 or other audio file.

        ``job`` is what an earlier, interrupted call passed to ``begun``: the engine goes on with it if it can.

        Raises:
            Busy, Unavailable: try again later, with the job if ``begun`` was told one. Refused: do not.
        """
        ...

    async def check(self) -> str:
        """The engine and where it is, for people; raises what ``transcribe`` would."""
        ...

    async def close(self) -> None:
        """Let go of connections and processes."""
        ...
