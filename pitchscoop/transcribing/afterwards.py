"""Transcripts of what is stored: of uploads, and of all that was not written down while it was spoken.

A finished session whose transcript is pending has a due time, at which a worker has it written (``errands.py``).
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import structlog

from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.kernel.state import State
from pitchscoop.recordings.errands import Errands
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.transcribing.parts import Part, parts, together
from pitchscoop.transcribing.speech import speech_of
from pitchscoop.transcripts.model import Transcript, Trouble, carried_over
from pitchscoop.transcripts.ports import Heard, Refused, Speech, Transcriber

_AT_ONCE = 8  # recordings one process has written down: it mostly waits, and the engine says when it is too much
_AGAIN = dt.timedelta(seconds=10)  # after the engine could not be reached
_PATIENCE = dt.timedelta(hours=24)  # with an engine that cannot be reached, from the stop or the last request on

log = structlog.get_logger(__name__)


class Afterwards:
    """Has recordings written down, by the first engine that can."""

    def __init__(
        self,
        state: State,
        events: Events,
        sessions: Sessions,
        storage: AudioStorage,
        transcribers: Sequence[Transcriber],
        clock: Clock,
    ) -> None:
        self._state = state
        self._events = events
        self._sessions = sessions
        self._storage = storage
        self.transcribers = transcribers
        self._clock = clock

    async def run(self) -> None:
        """Work until cancelled."""
        if self.transcribers:
            waking = {"session_completed", "transcript_asked"}
            await Errands(self._state, self._clock, "transcripts", self.write, at_once=_AT_ONCE, waking=waking).run()

    async def write(self, event_id: str, session_id: str) -> dt.timedelta | None:
        """Have one recording written down, if it is still to be; in how long it has to be tried again."""
        session = await self._sessions.look(session_id)
        if session is None or not session.awaits_words:
            return None
        speech = speech_of(session, (await self._events.get(event_id)).settings)
        trouble: Problem | None = None
        for transcriber in self.transcribers:
            try:
                heard = await self._heard(session, transcriber, speech)
            except (Refused, Unavailable) as problem:
                log.warning("transcriber_failed", session_id=session_id, engine=transcriber.name, code=problem.code)
                # What will never work says more than what may work later, unless that is still to be tried.
                trouble = problem if trouble is None or isinstance(trouble, Refused) else trouble
                continue
            await self._sessions.write(session_id, "transcript_written", _written(transcriber.name, heard))
            return None
        since = session.transcript.asked_at or session.stopped_at or session.created_at
        if isinstance(trouble, Unavailable) and self._clock() - since < _PATIENCE:
            return _AGAIN
        if trouble is not None:
            await self._sessions.write(session_id, "transcript_failed", _failed(trouble))
        return None

    async def _heard(self, session: Session, transcriber: Transcriber, speech: Speech) -> Heard:
        async def begun(job: str) -> None:
            def noted(now: Session) -> Transcript:
                return now.transcript.model_copy(update={"engine": transcriber.name, "job": job, "live": False})

            await self._sessions.write(session.session_id, "transcript_begun", noted)

        ours = session.transcript.engine == transcriber.name
        # Live audio is sent as it is; of an upload the sound alone, whatever film it came in.
        key = session.audio_minio_key if session.source == "live" else keys.stored(session.session_id, keys.AUDIO_MP3)
        length = session.audio_duration or 0.0
        async with self._storage.local_copy(key or "") as audio, _cut(audio, length, speech, transcriber) as found:
            job = session.transcript.job if ours and len(found) == 1 else None
            heard = [(part, await transcriber.transcribe(part.path, speech, job, begun)) for part in found]
            return together(heard)


@contextlib.asynccontextmanager
async def _cut(audio: Path, length: float, speech: Speech, transcriber: Transcriber) -> AsyncIterator[list[Part]]:
    """The recording in parts that this engine takes."""
    cut = parts(audio, length, speech.sample_rate, transcriber.longest)
    found = await asyncio.to_thread(cut.__enter__)
    try:
        yield found
    finally:
        await asyncio.to_thread(cut.__exit__, None, None, None)


def _written(engine: str, heard: Heard) -> Callable[[Session], Transcript]:
    def written(session: Session) -> Transcript:
        known = session.transcript
        if known.status == "ready":  # the last words came live after all
            return known
        update = {"status": "ready", "engine": engine, "language": heard.language, "live": False}
        held = known.model_copy(update={**update, "job": None, "error": None})
        return held.holding(carried_over(known.utterances, heard.utterances))

    return written


def _failed(trouble: Problem) -> Callable[[Session], Transcript]:
    error = Trouble(code=trouble.code, message=trouble.message)

    def failed(session: Session) -> Transcript:
        known = session.transcript
        if known.status == "ready":
            return known
        return known.model_copy(update={"status": "failed", "error": error, "job": None, "live": False})

    return failed
