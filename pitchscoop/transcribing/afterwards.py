"""Transcripts of what is stored: of uploads, and of all that was not written down while it was spoken.

As with recordings, there is no queue: a finished session whose transcript is pending has a due time, a worker claims
it and keeps it while it works, and when the worker dies another goes on.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import structlog

from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import NotFound, Problem, Unavailable
from pitchscoop.kernel.state import Due, State
from pitchscoop.recordings.lease import Lease
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
_SWEEP = 2.0  # seconds between looks without a wake-up
_LOOK = 32  # due transcripts read at a time

_WAKING = {"session_completed", "transcript_asked"}

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
        self._wake = asyncio.Event()
        self._working: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        if not self.transcribers:
            return
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                self._wake.clear()
                await self._begin_due()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _SWEEP)
        finally:
            tasks = [listening, *self._working.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        async for fact in self._state.follow():
            if fact.name in _WAKING:
                self._wake.set()

    async def _begin_due(self) -> None:
        with contextlib.suppress(Unavailable):
            for seen in await self._state.due(micros(self._clock()), _LOOK, "transcripts"):
                if len(self._working) >= _AT_ONCE:
                    return
                if seen.session_id in self._working:
                    continue
                if (lease := await Lease.take(self._state, self._clock, seen)) is not None:
                    task = asyncio.create_task(self._work(seen, lease))
                    self._working[seen.session_id] = task

    def _done(self, name: str) -> None:
        self._working.pop(name, None)
        self._wake.set()

    async def _work(self, seen: Due, lease: Lease) -> None:
        session_id = seen.session_id.rpartition(":")[2]
        try:
            again = await self.write(session_id)
            await lease.end(micros(self._clock() + _AGAIN) if again else None)
        except NotFound:  # the session was deleted meanwhile
            await lease.end(None)
        except Exception as error:  # noqa: BLE001  one bad recording must not stop the others
            log.warning("transcript_delayed", session_id=session_id, error=repr(error))
            await lease.end(micros(self._clock() + _AGAIN))
        finally:
            await lease.stop()
            self._done(seen.session_id)

    async def write(self, session_id: str) -> bool:
        """Have one recording written down, if it is still to be; True if it has to be tried again later."""
        session = await self._sessions.look(session_id)
        if session is None or not session.awaits_words:
            return False
        speech = speech_of(session, (await self._events.get(session.event_id)).settings)
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
            return False
        since = session.transcript.asked_at or session.stopped_at or session.created_at
        if isinstance(trouble, Unavailable) and self._clock() - since < _PATIENCE:
            return True
        if trouble is not None:
            await self._sessions.write(session_id, "transcript_failed", _failed(trouble))
        return False

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
