"""Transcripts: the verbs."""

import asyncio
import unicodedata
from collections.abc import Sequence

from pitchscoop.access.model import Principal, Verb
from pitchscoop.events.service import Events
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict, Invalid, Problem
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import State
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.transcribing.afterwards import Afterwards
from pitchscoop.transcribing.feed import Feed
from pitchscoop.transcribing.slots import Slots
from pitchscoop.transcribing.speech import speech_of
from pitchscoop.transcripts.delivery import delivery
from pitchscoop.transcripts.formats import FORMATS, Form
from pitchscoop.transcripts.measures import Delivery
from pitchscoop.transcripts.model import Transcript, Utterance
from pitchscoop.transcripts.ports import LiveTranscriber, Transcriber

LONGEST_WORD = 200
"""Characters of a correction: a word may have been several."""

_LAST = 4  # utterances that a room is shown the end of

NO_ENGINE = "Set GLADIA_API_KEY, or PITCHSCOOP_WHISPER_MODEL for an engine on this machine, to have transcripts."


class Transcripts:
    """Live words, transcripts afterwards, corrections."""

    def __init__(
        self,
        state: State,
        events: Events,
        sessions: Sessions,
        storage: AudioStorage,
        clock: Clock,
        *,
        live: LiveTranscriber | None = None,
        transcribers: Sequence[Transcriber] = (),
    ) -> None:
        self._events = events
        self._sessions = sessions
        self._clock = clock
        self._live = live
        self._slots = Slots(state, clock, live.at_once, live.end) if live else None
        self._feeds: dict[str, Feed] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.afterwards = Afterwards(state, events, sessions, storage, transcribers, clock)
        self.engines = tuple(transcriber.name for transcriber in transcribers)

    # While it is spoken

    @property
    def captions(self) -> bool:
        """Whether what is said is written down while it is spoken."""
        return self._live is not None

    async def feed(self, session: Session) -> Feed | None:
        """Where this process has a session written while it is spoken; None where no engine does that."""
        if self._live is None or self._slots is None:
            return None
        if (known := self._feeds.get(session.session_id)) is not None:
            return known
        speech = speech_of(session, (await self._events.get(session.event_id)).settings)
        feed = self._feeds.setdefault(
            session.session_id, Feed(session, speech, self._live, self._slots, self._sessions)
        )
        task = asyncio.create_task(feed.run())
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(session.session_id, done))
        return feed

    async def heard(self, session: Session) -> Sequence[Utterance]:
        """What was said last in a recording under way: as this process hears it, still moving, or as it is kept."""
        if self._live is None:
            return ()
        feed = self._feeds.get(session.session_id)
        if feed is not None and feed.utterances:
            return feed.utterances[-_LAST:]
        kept = await self._sessions.plain_words(session)
        return [Utterance.model_validate(said) for said in kept[-_LAST:]]

    def stopped(self, session: Session) -> None:
        """The recording has ended in this process."""
        if feed := self._feeds.get(session.session_id):
            feed.finish(session.received or 0)

    async def noticed(self, fact: Fact, *, ours: bool) -> None:
        """Something happened to a session, perhaps elsewhere; ``ours`` if this process records it still."""
        feed = self._feeds.get(fact.subject)
        if feed is None:
            return
        if fact.name == "session_stopped":
            session = await self._sessions.look(fact.subject)
            feed.finish(session.received or 0 if session else 0)
        elif fact.name == "session_deleted" or (fact.name == "recorder_connected" and not ours):
            feed.cancel()

    async def run(self) -> None:
        """Keep what is held of the plan, until cancelled; then end what is under way."""
        try:
            if self._slots is not None:
                await self._slots.keep()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, session_id: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._feeds.pop(session_id, None)

    # Afterwards

    async def whole(self, session: Session) -> Session:
        """The session with all words of its transcript."""
        return session if session.transcript.status == "none" else await self._sessions.with_words(session)

    async def file(self, session: Session, form: Form) -> str:
        """The whole transcript as a file: JSON as far as it is written, all else once it is.

        Raises:
            Conflict: ``transcript_not_ready``, with the reason.
        """
        transcript = (await self.whole(session)).transcript if form == "json" else await self._ready(session)
        return await asyncio.to_thread(FORMATS[form].written, transcript)  # captions of hours take a while to set

    async def _ready(self, session: Session) -> Transcript:
        if (status := session.transcript.status) != "ready":
            raise Conflict("transcript_not_ready", self._missing(session), {"transcript_status": status})
        return (await self.whole(session)).transcript

    def _missing(self, session: Session) -> str:
        known = session.transcript
        if session.status == "failed":
            return "There is no transcript, because the recording failed."
        if known.error:
            return f"There is no transcript. {known.error.message} Then ask for it again."
        if known.status == "none" and not self.engines:
            return f"There is no transcript. {NO_ENGINE}"
        if known.status == "pending" or session.status != "completed":
            return "The transcript is not written yet. Try again a little later, once the recording has ended."
        return "There is no transcript. Ask for it first."

    async def ask(self, who: Principal, session_id: str) -> Session:
        """Have a transcript written, where there was no engine or it failed. Idempotent while it is being written.

        Raises:
            Conflict: ``no_transcriber``, ``not_ready`` or ``transcript_ready``.
        """
        await self._sessions.allowed(who, Verb.TRANSCRIPT_ASK, session_id)
        if not self.engines:
            raise Conflict("no_transcriber", f"No engine is set up to write transcripts. {NO_ENGINE}")

        def asked(session: Session) -> Transcript:
            known = session.transcript
            if session.status != "completed":
                raise Conflict("not_ready", "The recording is not finished yet. Its transcript follows by itself.")
            if known.status == "ready":
                raise Conflict("transcript_ready", "This pitch has its transcript. Correct single words in it.")
            if known.status == "pending":
                return known
            return known.model_copy(update={"status": "pending", "error": None, "asked_at": self._clock()})

        return await self._sessions.write(session_id, "transcript_asked", asked)

    async def delivery(self, who: Principal, session_id: str) -> Delivery:
        """How it was spoken, for the team's eyes and the organizer's.

        Raises:
            Conflict: ``transcript_not_ready``, with the reason.
        """
        session = await self._sessions.allowed(who, Verb.DELIVERY_READ, session_id)
        return await self.told(session.with_transcript(await self._ready(session)))

    async def told(self, session: Session) -> Delivery:
        """What is told of how it was spoken by a session with its words."""
        keeps = {one.name: one.keeps_fillers for one in self.afterwards.transcribers}
        return await asyncio.to_thread(
            delivery,
            session.transcript,
            audio_duration=session.audio_duration,
            max_seconds=session.max_seconds,
            loudness_range=session.loudness_range,
            keeps_fillers=keeps.get(session.transcript.engine or ""),
        )

    async def correct(
        self, who: Principal, session_id: str, utterance_id: str, index: int, word: str, was: str
    ) -> Session:
        """Have one word as a person has it; the machine's word and the times are kept.

        Raises:
            NotFound: ``no_such_word``.
            Conflict: ``word_changed``: somebody else corrected it meanwhile.
            Invalid: ``bad_word``.
        """
        await self._sessions.allowed(who, Verb.TRANSCRIPT_CORRECT, session_id)
        word = " ".join(word.split())
        if len(word) > LONGEST_WORD or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in word):
            raise Invalid("bad_word", f"A correction has at most {LONGEST_WORD} characters, no control characters.")
        return await self._sessions.write(
            session_id,
            "transcript_corrected",
            lambda session: session.transcript.correct(utterance_id, index, word, was),
        )

    async def check(self) -> list[tuple[str, Problem | str]]:
        """How each engine stands, for people."""
        found: list[tuple[str, Problem | str]] = []
        for transcriber in self.afterwards.transcribers:
            try:
                found.append((transcriber.name, await transcriber.check()))
            except Problem as problem:
                found.append((transcriber.name, problem))
        return found
