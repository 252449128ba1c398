"""One recording being written down while it is spoken. Nothing here can hold up the recording.

Audio goes into a bounded line and is dropped when that is full; what the engine hears comes back to whoever listens.
If anything was dropped, or the engine failed, the words heard are captions only, and the transcript is written
afterwards from the stored audio.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.kernel.tasks import ended
from pitchscoop.recordings.model import SAMPLE_BYTES, Session
from pitchscoop.recordings.service import Sessions
from pitchscoop.transcribing.slots import Slot, Slots
from pitchscoop.transcripts.model import Transcript, Utterance, carried_over, merged
from pitchscoop.transcripts.ports import LiveTranscriber, LiveWork, Speech

_LINE = 1 << 20  # bytes held while the engine is being asked: 32 s at 16 kHz, longer than it may take to answer
_AGAIN = 20.0  # seconds between attempts to get the engine back for captions
_KEPT = 5.0  # seconds between looks at the words so far by others than the speaker
_IDLE = 120.0  # seconds without sound after which the place is given to others
_TRAILING = 18.0  # seconds the engine has for the last words; a worker takes over soon after (``recordings.stored``)
_FORGOTTEN = 3600.0  # seconds without sound after which nobody waits for more: what ended it was missed
_LOOK = 0.5  # seconds between looks at whether to give up

UNAVAILABLE = "transcriber_unavailable"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the speaker should know."""

    code: str
    message: str


Listener = Callable[[Utterance | Notice], None]
"""Told what is heard, at once and in order. Must not wait."""


class Feed:
    """The live words of one session in this process."""

    def __init__(
        self, session: Session, speech: Speech, live: LiveTranscriber, slots: Slots, sessions: Sessions
    ) -> None:
        self._session = session
        self._speech = speech
        self._live = live
        self._slots = slots
        self._sessions = sessions
        self._rate = session.sample_rate * SAMPLE_BYTES
        self._line = deque[bytes]()
        self._waiting = 0
        self._work: LiveWork | None = None
        self._attempt = 0
        self._wanted = True  # else the engine has failed, and is not asked again yet
        self._base: int | None = None  # the offset of the first byte of this attempt
        self._first: int | None = None  # that of the first attempt: what was said before, another process wrote down
        self._whole = True  # the engine has, or will have, every byte from the first on
        self._broken = False  # the engine lacks bytes of this attempt: the times of what follows would be wrong
        self._total: int | None = None
        self._told = False
        self._moved = 0.0
        self._begun = asyncio.Event()
        self._stopped = asyncio.Event()
        self.utterances: tuple[Utterance, ...] = ()  # heard so far, in order
        self.position = 0  # the offset of the next byte wanted
        self.listener: Listener | None = None

    def take(self, offset: int, audio: bytes) -> None:
        """The next bytes of the recording, from ``offset`` on. What was taken before is passed over."""
        if offset > self.position:
            self._miss()
            self.position = offset
        if not (new := audio[self.position - offset :]):
            return
        at, self.position = self.position, offset + len(audio)
        if not self._wanted:
            return
        if self._base is None:
            self._base, self._whole = at, self._whole and at == 0
            self._first = at if self._first is None else self._first
            self._begun.set()
        self._moved = _now()
        if self._work is not None:
            if not self._work.send(new):
                self._miss()
        elif self._waiting + len(new) > _LINE:
            self._miss()
            self._forget()
        else:
            self._line.append(new)
            self._waiting += len(new)

    def finish(self, total: int) -> None:
        """The recording has ended at ``total`` bytes."""
        if self._total is not None:
            return
        self._total, self._moved = total, _now()
        self._whole = self._whole and self.position == total
        self._begun.set()
        self._stopped.set()
        if self._work is not None:
            self._work.finish()

    def cancel(self) -> None:
        """What comes of it is of no use any more."""
        self._whole = False
        self.finish(self.position)

    async def run(self) -> None:
        """Have it written down until the recording has ended and its last words are known."""
        try:
            while self._total is None:
                async with asyncio.timeout(_FORGOTTEN):
                    await self._begun.wait()  # a recorder that only stands ready holds no place
                if self._base is not None:
                    await self._attempted()
                if self._total is None:
                    await self._pause()
        except TimeoutError:
            log.info("captions_ended", session_id=self._session.session_id, code="forgotten")
        except Problem as gone:  # the session was deleted, or state is away: a worker sees to the rest
            log.info("captions_ended", session_id=self._session.session_id, code=gone.code)

    async def _attempted(self) -> None:
        """From the first byte at hand to the last word, or until the engine fails."""
        slot = None
        with contextlib.suppress(Unavailable):
            slot = await self._slots.take(f"{self._session.session_id}.{self._attempt}")
        if slot is None:
            self._tell("Live captions are full just now. The transcript is written when you have stopped.")
            return
        try:
            await self._written(await self._live.begin(self._speech), slot)
        except Problem as problem:
            log.warning("captions_failed", session_id=self._session.session_id, code=problem.code)
            self._tell("No live captions just now. The recording goes on; the transcript is written afterwards.")
        finally:
            await self._slots.give_back(slot)

    async def _written(self, work: LiveWork, slot: Slot) -> None:
        keeping = asyncio.create_task(self._keep())
        try:
            await self._slots.name(slot, work.job)
            self._hand_over(work)
            await self._heard(work, slot)
            if self._total is not None and self._whole:
                await self._ready()
        finally:
            self._work = None
            await ended(keeping)
            with contextlib.suppress(Problem):
                await work.close()

    def _hand_over(self, work: LiveWork) -> None:
        self._work = work
        for audio in self._line:
            if not work.send(audio):
                self._miss()
        self._line.clear()
        self._waiting = 0
        if self._total is not None:
            work.finish()

    async def _heard(self, work: LiveWork, slot: Slot) -> None:
        """Pass on what is heard until there is no more."""
        listening = asyncio.create_task(self._listen(work))
        hopeless = asyncio.create_task(self._hopeless(slot))
        try:
            await asyncio.wait((listening, hopeless), return_when=asyncio.FIRST_COMPLETED)
            if not listening.done():
                raise Unavailable(UNAVAILABLE, "The engine lost sound, took too long, or heard none for long.")
            listening.result()
        finally:
            await ended(listening, hopeless)

    async def _hopeless(self, slot: Slot) -> None:
        """Return when this attempt is to be given up."""
        while not (self._broken or slot.lost.is_set()):
            await asyncio.sleep(_LOOK)
            if _now() - self._moved > (_IDLE if self._total is None else _TRAILING):
                return

    async def _listen(self, work: LiveWork) -> None:
        async for heard in work:
            placed = self._placed(heard)
            self.utterances = merged(self.utterances, placed)
            if self.listener is not None:
                self.listener(placed)

    def _placed(self, heard: Utterance) -> Utterance:
        """With times from the start of the recording, and an id that no other attempt uses."""
        if not self._base:
            return heard
        later = self._base / self._rate
        words = tuple(
            word.model_copy(update={"start": word.start + later, "end": word.end + later}) for word in heard.words
        )
        moved = {
            "id": f"{self._base}.{heard.id}",
            "start": heard.start + later,
            "end": heard.end + later,
            "words": words,
        }
        return heard.model_copy(update=moved)

    @property
    def _finals(self) -> tuple[Utterance, ...]:
        return tuple(spoken for spoken in self.utterances if spoken.is_final)

    async def _keep(self) -> None:
        """Let others see the words so far, and say that somebody is at work."""
        kept: tuple[Utterance, ...] | None = None
        while True:
            if (finals := self._finals) != kept:
                with contextlib.suppress(Unavailable):
                    await self._write("transcript_begun" if kept is None else "transcript_grown", finals, live=True)
                    kept = finals
            await asyncio.sleep(_KEPT)

    async def _ready(self) -> None:
        await self._write("transcript_written", self._finals, live=False)

    async def _write(self, fact: str, finals: tuple[Utterance, ...], *, live: bool) -> None:
        language = next((spoken.language for spoken in finals if spoken.language), self._speech.language)
        update = {"status": "pending" if live else "ready", "live": live, "engine": self._live.name, "error": None}

        def written(session: Session) -> Transcript:
            known = session.transcript
            if known.status == "ready":  # a worker was faster
                return known
            held = known.model_copy(update={**update, "language": language})
            earlier = tuple(spoken for spoken in known.utterances if spoken.end <= (self._first or 0) / self._rate)
            return held.holding(carried_over(known.utterances, (*earlier, *finals)))

        await self._sessions.write(self._session.session_id, fact, written)

    def _miss(self) -> None:
        """Something did not reach the engine: what it hears are captions only, and its times end here."""
        self._whole = False
        self._broken = self._work is not None

    def _forget(self) -> None:
        self._line.clear()
        self._waiting = 0
        self._base = None

    async def _pause(self) -> None:
        """Before the next attempt, which begins with what is said then."""
        self._miss()
        self._wanted = False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), _AGAIN)
        self._forget()
        self._attempt += 1
        self._broken = False
        if self._total is None:
            self._begun.clear()
        self._wanted = True

    def _tell(self, message: str) -> None:
        if self.listener is not None and not self._told:
            self.listener(Notice(UNAVAILABLE, message))
        self._told = True


def _now() -> float:
    return asyncio.get_running_loop().time()
