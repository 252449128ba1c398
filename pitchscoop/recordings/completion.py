"""From stopped to finished. Every step can be cut short at any point and done again by another worker.

What is to be done follows from the session's state alone, never from a queue: a worker looks at a session
when its time has come (``State.due``), holds it by moving that time ahead, and does the next thing.
"""

import asyncio
import contextlib
import datetime as dt
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import structlog

from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import DAY, Clock, micros
from pitchscoop.kernel.errors import Conflict, NotFound, Problem, Unavailable
from pitchscoop.kernel.state import Due, State
from pitchscoop.recordings import intake
from pitchscoop.recordings.lease import Lease
from pitchscoop.recordings.model import CONTENT_TYPES, SAMPLE_BYTES, Failure, Session, wav_header
from pitchscoop.recordings.ports import AudioStorage, Companion, Derived, Media, Undecodable
from pitchscoop.recordings.removal import Removal
from pitchscoop.recordings.service import Sessions

_RETRY = dt.timedelta(seconds=10)  # after an outage or an unforeseen error
_SWEEP = 5.0  # seconds between looks without a wake-up
_CLOCKS = 30.0  # seconds between looks for times in the far future
_LATEST = dt.timedelta(minutes=30)  # far longer than leases, retries and lingering segments, and than most silence
_FAR = dt.timedelta(days=36500)  # no clock is further ahead
_RECORDINGS = 10_000  # more than are ever under way on one installation
_AT_ONCE = 2  # sessions one process finishes side by side: assembling waits on storage, encoding has its own cap

_WAKING = {"session_stopped", "event_created", "event_changed", "event_deleted", "team_joined"}

log = structlog.get_logger(__name__)


class Completion:
    """Finishes recordings, ends abandoned ones, completes deletions, and keeps the records beside the audio."""

    def __init__(
        self,
        state: State,
        events: Events,
        sessions: Sessions,
        storage: AudioStorage,
        media: Media,
        clock: Clock,
        *,
        companion: Companion | None = None,
        transcribes: bool = False,
    ) -> None:
        self._state = state
        self._events = events
        self._sessions = sessions
        self._storage = storage
        self._media = media
        self._clock = clock
        self._companion = companion
        self._transcribes = transcribes
        self._removal = Removal(state, events, sessions, storage, clock)
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._watch_clocks())
            for _ in range(_AT_ONCE):
                group.create_task(self._work())

    def wake(self) -> None:
        """Look now: a session was stopped."""
        self._wake.set()

    async def run_once(self) -> int:
        """Do what is due now; how many sessions were worked on."""
        try:
            waiting = await self._state.due(micros(self._clock()), limit=16)
        except Unavailable:
            return 0
        done = 0
        for seen in waiting:
            done += await self._try(seen)
        return done

    async def reconcile(self, seen: Due) -> int | None:
        """Bring one session a step further, whatever its state, or an event's record; when to look again."""
        if seen.session_id == keys.event(seen.event_id):
            return await self._event(seen.event_id)
        if seen.session_id == keys.cards(seen.event_id):
            return await self._companion.mirror(seen.event_id) if self._companion else None
        session = await self._sessions.look(seen.session_id)
        if session is None or session.status == "deleting":
            await self._sessions.purge(seen.event_id, seen.session_id)
        elif session.status == "recording":
            return await self._end_abandoned(session)
        elif session.status == "processing":
            return await self._complete(session)
        else:
            return await self._tidy(session)
        return None

    async def _event(self, event_id: str) -> int | None:
        event = await self._events.find(event_id)
        if event is not None and event.deleted_at:
            await self._removal.event(event)
            return None
        await self._mirror(event_id)
        return await self._removal.overdue(event) if event else None

    async def _mirror(self, event_id: str) -> None:
        """Write ``event.json``, as ``Sessions.mirror`` writes a session's: the last that writes leaves the newest.

        It goes with its event. Where nothing says that the event was erased, state may have lost it: then it stays.
        """
        written = None
        while (record := await self._events.record(event_id)) and not record.deleted and record.document != written:
            written = record.document
            await self._storage.upload_audio(keys.event_json(event_id), written, "application/json")
        last = await self._state.last_fact(event_id) if record is None else None
        if (record and record.deleted) or (last and last.name == "event_erased"):
            await self._storage.delete_audio(keys.event_folder(event_id))

    async def _listen(self) -> None:
        async for fact in self._state.follow():
            if fact.name in _WAKING:
                self._wake.set()

    async def _work(self) -> None:
        while True:
            if await self.run_once():
                continue
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _SWEEP)

    async def _watch_clocks(self) -> None:
        while True:
            before = self._clock()
            await asyncio.sleep(_CLOCKS)
            passed = (self._clock() - before).total_seconds()
            if abs(passed - _CLOCKS) < _CLOCKS / 2:  # else it was set just now, and perhaps will be again
                try:
                    await self.bring_forward()
                except Exception as error:  # noqa: BLE001  one bad row must not end what looks after the others
                    log.warning("clocks_not_looked_at", error=repr(error))

    async def bring_forward(self) -> None:
        """Make due what was put off by a clock that ran ahead and was set back since.

        Nothing but the end of a recording is put off for so long, and nobody was heard in the future.
        """
        now = self._clock()
        late = micros(now + _LATEST)
        for seen in await self._state.due(micros(now + _FAR), limit=_RECORDINGS):
            if seen.at is None or seen.at <= late:
                continue
            if seen.session_id == keys.event(seen.event_id):  # looked at daily for what it keeps for a time only
                if seen.at > micros(now + DAY + _LATEST):
                    await self._state.claim(seen, micros(now))
                continue
            session = await self._sessions.look(seen.session_id)
            if session is None or session.status != "recording":
                await self._state.claim(seen, micros(now))
            elif max(session.heard_at, session.asked_at or session.heard_at) <= now + _LATEST:
                if seen.at != micros(session.expires_at):  # where nothing was said, and may be yet
                    await self._state.claim(seen, session.due)
            else:
                await self._sessions.change(
                    seen.session_id,
                    "clock_set_back",
                    lambda held: held.model_copy(update={"heard_at": min(held.heard_at, now), "asked_at": None}),
                )

    async def _try(self, seen: Due) -> bool:
        lease = await Lease.take(self._state, self._clock, seen)
        if lease is None:
            return False
        try:
            await lease.end(await self.reconcile(seen))
        except Exception as error:  # noqa: BLE001  one bad session must not stop the others
            log.warning("session_delayed", session_id=seen.session_id, error=repr(error))
            with contextlib.suppress(Problem):  # it may have been deleted while we wrote
                await self._sessions.purge(seen.event_id, seen.session_id)
            await lease.end(micros(self._clock() + _RETRY))
        finally:
            await lease.stop()
        return True

    async def _end_abandoned(self, session: Session) -> int | None:
        """End a recording that nobody speaks to any more.

        The first look comes before its time, and only asks: whoever still speaks is noted within ``noted_every``. So
        a clock that was set forward, here or on another copy, ends nobody's recording. That it was asked is in the
        session: a due time says nothing, for a worker that died amid its look leaves one behind, too.
        """
        if session.asked_at is None:
            await self._sessions.miss(session)  # which makes it due
            return None
        try:
            await self._sessions.give_up(session)  # which makes it due
        except Conflict:
            if self._clock() < session.expires_at:
                return micros(session.expires_at)
            if not await intake.close(self._storage, session.segments):
                return micros(self._clock() + _RETRY)  # something was said after all
            nothing = Failure(code="no_audio", message="Nothing was recorded before the link expired.")
            return await self._fail(session, nothing)
        return None

    async def _complete(self, session: Session) -> int | None:
        if not session.has_audio:
            session = await self._store(session)
        try:
            session = await self._derive(session)
        except Undecodable as error:
            return await self._fail(session, Failure(code=error.code, message=error.message))
        return await self._tidy(session)

    async def _store(self, session: Session) -> Session:
        """Make the archive of the segments: playable from here on, before anything is derived.

        A worker that was held up may come when another has finished and removes the segments: what it finds
        then must not replace the whole.
        """
        found = await intake.durable(self._storage, session.segments)
        if found.end != session.received:
            raise Conflict("not_whole", f"{found.end} bytes are in segments, not {session.received}.")
        key = keys.stored(session.session_id, session.archive_name)
        live = session.source == "live"
        content_type = CONTENT_TYPES.get(key.rpartition(".")[2], "application/octet-stream")
        head = wav_header(found.end, session.sample_rate) if live else b""
        archive = _archive(head, intake.joined(self._storage, found))
        size = await self._storage.upload_audio(key, archive, content_type, len(head) + found.end)
        duration = round(found.end / SAMPLE_BYTES / session.sample_rate, 3) if live else None
        update = {"has_audio": True, "audio_minio_key": key, "audio_size": size, "audio_duration": duration}
        return await self._sessions.change(
            session.session_id, "audio_stored", lambda now: _if_processing(now).model_copy(update=update)
        )

    async def _derive(self, session: Session) -> Session:
        if session.audio_minio_key is None:
            raise NotFound("no_such_object", "The recording is not in storage.")
        with tempfile.TemporaryDirectory(prefix="pitchscoop-") as folder:
            mp3, peaks = Path(folder, keys.AUDIO_MP3), Path(folder, keys.PEAKS)
            async with self._storage.local_copy(session.audio_minio_key) as source:
                derived = await self._media.derive(source, mp3, peaks)
            mp3_size = await self._storage.upload_audio(
                keys.stored(session.session_id, keys.AUDIO_MP3), mp3, "audio/mpeg"
            )
            await self._storage.upload_audio(keys.stored(session.session_id, keys.PEAKS), peaks, "application/json")
        return await self._sessions.change(
            session.session_id, "session_completed", lambda now: self._completed(_if_processing(now), derived, mp3_size)
        )

    def _completed(self, session: Session, derived: Derived, mp3_size: int) -> Session:
        metadata = {**session.metadata, "codec": derived.codec, "container": derived.container}
        update: dict[str, Any] = {
            "status": "completed",
            "audio_duration": round(derived.duration, 3),
            "loudness": derived.loudness,
            "loudness_range": derived.loudness_range,
            "true_peak": derived.true_peak,
            "silhouette": derived.silhouette,
            "mp3_size": mp3_size,
            "metadata": metadata,
        }
        if self._transcribes and session.transcript.status == "none":
            update["transcript"] = session.transcript.model_copy(update={"status": "pending"})
        return session.model_copy(update=update)

    async def _fail(self, session: Session, failure: Failure) -> int | None:
        def failed(now: Session) -> Session:
            if (now.status, now.part) != (session.status, session.part):
                raise Conflict("not_processing", "The session was changed meanwhile.")
            return now.model_copy(update={"status": "failed", "error": failure})

        return await self._tidy(await self._sessions.change(session.session_id, "session_failed", failed))

    async def _tidy(self, session: Session) -> int | None:
        """The record beside the audio first, then the segments go: at no moment is a byte in neither place.

        They stay for a while: a copy of the server that has not heard of the stop must run into the seal, or it would
        acknowledge what nobody keeps.
        """
        await self._sessions.mirror(session.session_id)
        if session.has_audio and session.stopped_at:
            lingers = session.stopped_at + intake.LINGER
            if self._clock() < lingers:
                return micros(lingers)
            await self._storage.delete_audio(keys.segments(session.session_id))
        return None


async def _archive(head: bytes, audio: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if head:
        yield head
    async for part in audio:
        yield part


def _if_processing(session: Session) -> Session:
    if session.status != "processing":
        raise Conflict("not_processing", "The session was changed meanwhile.")
    return session
