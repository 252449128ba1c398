"""Sessions: started, changed, stopped, removed."""

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence

from pitchscoop.events.model import Event
from pitchscoop.kernel import ids, keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Conflict, NotFound, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Put, State
from pitchscoop.recordings import intake, words
from pitchscoop.recordings.model import LINK_LIFE, Session, Source, Upload, check_upload_length, extension_of
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.transcripts.model import Transcript

_DELETED_SECONDS = 24 * 3600  # how long after a deletion the slowest worker's traces are still known as such
_ATTEMPTS = 50  # stale writes in a row before we call the store unhealthy; 100 writers on one row need about 15

GRACE = dt.timedelta(seconds=20)  # whoever has a pitch written while it is spoken has so long for its last words

Change = Callable[[Session], Session]


class Sessions:
    """The verbs of one pitch."""

    def __init__(self, state: State, storage: AudioStorage, clock: Clock) -> None:
        self._state = state
        self._storage = storage
        self._clock = clock

    async def start(
        self, event: Event, team_id: str | None, team_name: str, title: str, seed: bytes | None = None
    ) -> Session:
        """A new session, ready for audio. The same secret ``seed`` finds the one it made before."""
        now = self._clock()
        session = Session(
            session_id=ids.new_session_id(event.event_id, seed),
            event_id=event.event_id,
            team_id=team_id,
            team_name=team_name,
            pitch_title=title,
            sample_rate=event.settings.sample_rate,
            idle_seconds=event.settings.idle_seconds,
            max_seconds=event.settings.max_seconds,
            created_at=now,
            heard_at=now,
            expires_at=now + LINK_LIFE,
        )
        try:
            await self._commit(None, session, 0, "session_started")
        except StaleWrite:
            return await self.get(session.session_id)
        return session

    async def get(self, session_id: str) -> Session:
        """The session.

        Raises:
            NotFound: there is none, or it was deleted.
        """
        session, _ = await self._read(session_id)
        if session.status == "deleting":
            raise _no_such_session()
        return session

    async def look(self, session_id: str) -> Session | None:
        """The session as a worker needs it: also one that is being deleted; None if it is gone."""
        row = await self._state.read(keys.session(session_id))
        return rows.decode(Session, row.fields) if row else None

    async def change(self, session_id: str, fact: str, decide: Change) -> Session:
        """Apply ``decide`` to the newest state until it fits: nobody's change is lost.

        ``decide`` returns the session unchanged (the same object) when there is nothing to do, or raises.
        """
        for _ in range(_ATTEMPTS):
            session, version = await self._read(session_id)
            changed = decide(session)
            if changed is session:
                return session
            try:
                await self._commit(session, changed, version, fact)
            except StaleWrite:
                continue
            return changed
        raise Unavailable("state_unavailable", "Too many changes at once. Try again in a few seconds.")

    async def connect(self, session_id: str, owner: str) -> Session:
        """Make a live connection the one that records. It may bring no audio yet.

        Raises:
            Conflict: ``already_stopped``, or ``other_source`` when the session has an upload.
        """

        def connected(session: Session) -> Session:
            return _filled_by(session, "live").model_copy(update={"heard_at": self._clock(), "live_owner": owner})

        return await self.change(session_id, "recorder_connected", connected)

    async def heard(self, session_id: str, source: Source, owner: str | None = None) -> Session:
        """Note that audio comes in, from where, and over which live connection.

        From then on ``session.json`` lies beside it: what is under way outlives the loss of state.

        Raises:
            Conflict: ``already_stopped``, ``other_source``, or ``taken_over`` by a newer connection.
        """
        first = False

        def note(session: Session) -> Session:
            nonlocal first
            first = session.source is None
            if owner != _filled_by(session, source).live_owner:
                raise Conflict("taken_over", "Another connection records this session now.")
            return session.model_copy(update={"source": source, "heard_at": self._clock()})

        session = await self.change(session_id, "audio_arriving", note)
        if first:
            await self.mirror(session_id)
        return session

    async def begin_upload(self, session_id: str, length: int, filename: str, seed: bytes | None = None) -> Session:
        """Make ready for a file. A new upload takes the place of an unfinished one; the same ``seed`` is no new one.

        Raises:
            Conflict: ``already_stopped``, or ``other_source`` when live audio has come, noted in state or not yet.
        """
        check_upload_length(length)
        quiet = (await self.get(session_id)).source is None
        if quiet and (await intake.durable(self._storage, keys.segments(session_id))).end:
            raise _other_source("live audio")
        upload = Upload(
            upload_id=ids.new_id(seed), length=length, extension=extension_of(filename), filename=filename[:255]
        )

        def begin(session: Session) -> Session:
            if session.upload == upload:
                return session
            update = {"source": "upload", "upload": upload, "live_owner": None, "heard_at": self._clock()}
            return _filled_by(session, "upload").model_copy(update=update)

        session = await self.change(session_id, "upload_started", begin)
        await self.mirror(session_id)
        return session

    async def drop_upload(self, session_id: str, upload_id: str) -> None:
        """End an unfinished upload and remove its bytes (tus termination)."""

        def drop(session: Session) -> Session:
            if session.status != "recording" or session.upload is None or session.upload.upload_id != upload_id:
                raise NotFound("no_such_upload", "There is no such upload, or it is already complete.")
            return session.model_copy(update={"source": None, "upload": None})

        await self.change(session_id, "upload_dropped", drop)
        await self._storage.delete_audio(keys.segments(session_id, upload_id))

    async def stop(self, session_id: str, *, interrupted: bool = False) -> Session:
        """End the recording with every byte that is durable, and hand it to a worker. Idempotent.

        Raises:
            Conflict: ``no_audio``; the session stays open.
        """
        session = await self.get(session_id)
        if session.status != "recording":
            return session
        sealed = await intake.seal(self._storage, session.segments)
        if sealed.end == 0:
            raise Conflict("no_audio", "Nothing has been recorded yet. Stream or upload audio, then stop.")

        def stopped(session: Session) -> Session:
            if session.status != "recording":
                return session
            metadata = {**session.metadata, "interrupted": True} if interrupted else session.metadata
            update = {"status": "processing", "stopped_at": self._clock(), "received": sealed.end, "metadata": metadata}
            source = session.source or "live"  # stopped before it was noted: an upload is known from its start
            return session.model_copy(update={**update, "source": source})

        session = await self.change(session_id, "session_stopped", stopped)
        await self.mirror(session_id)
        return session

    async def delete(self, session_id: str) -> None:
        """Remove the session with all it has. From the first moment nobody sees it any more."""
        session = await self.change(
            session_id, "session_deleted", lambda session: session.model_copy(update={"status": "deleting"})
        )
        await self.purge(session.event_id, session_id)

    async def purge(self, event_id: str, session_id: str) -> None:
        """Finish a deletion: audio, derived files, then the row itself. Also what a late worker left behind.

        Nothing that was not deleted is removed. Where there is no row a note says so: if it was state that was
        lost, the audio is the only copy.
        """
        row = await self._state.read(keys.session(session_id))
        deleted = keys.deleted(session_id)
        if row is not None and row.fields["status"] == "deleting":
            await self._state.remember(deleted, "", _DELETED_SECONDS)
        elif row is not None or await self._state.recall(deleted) is None:
            return
        await self._storage.delete_audio(keys.folder(session_id))
        spoken = keys.transcript(event_id, session_id)
        gone = (row, await self._state.read(spoken))
        puts = [Put(found.key, found.version, None) for found in gone if found]
        due = [Due(event_id, name, None) for name in (session_id, spoken)]
        with contextlib.suppress(StaleWrite):  # another worker finished the same deletion
            await self._state.commit(event_id, puts, [], due)

    async def mirror(self, session_id: str) -> None:
        """Write ``session.json``: all that is needed to rebuild the session's state without Redis.

        Written again if the session was changed meanwhile, and removed if it was deleted: of several that write
        it at once, the last one leaves the newest.
        """
        session = written = None
        while (row := await self._state.read(keys.session(session_id))) is not None:
            session = rows.decode(Session, row.fields)
            if session.status == "deleting" or row.version == written:
                break
            key = keys.stored(session_id, keys.SESSION_JSON)
            document = (await self.with_words(session)).document
            await self._storage.upload_audio(key, document, "application/json")
            written = row.version
        if session is not None and (row is None or session.status == "deleting"):
            await self.purge(session.event_id, session_id)

    async def rebuild(self, session: Session) -> bool:
        """Put back a session that state has lost, with its words; False if it has it. Then a worker looks at it."""
        row = await self._state.read(words.key(session))
        try:
            await self._commit(None, session, 0, "session_rebuilt", words.put(session, row))
        except StaleWrite:
            return False
        return True

    async def with_words(self, session: Session) -> Session:
        """The session with the words of its transcript."""
        return words.spoken(session, await self._state.read(words.key(session)))

    async def write(self, session_id: str, fact: str, decide: Callable[[Session], Transcript]) -> Session:
        """As ``change``, for the transcript: ``decide`` sees the session with its words, and so does who calls.

        Session and words are written together: whoever sees one changed sees the other.
        """
        for _ in range(_ATTEMPTS):
            before, version = await self._read(session_id)
            row = await self._state.read(words.key(before))
            session = words.spoken(before, row)
            changed = session.with_transcript(decide(session))
            if changed.transcript is session.transcript:
                return session
            try:
                await self._commit(before, changed, version, fact, words.put(changed, row))
            except StaleWrite:
                continue
            return changed
        raise Unavailable("state_unavailable", "Too many changes at once. Try again in a few seconds.")

    async def align(self, session_id: str) -> None:
        """Have it stand in its lists, and a worker look at it."""
        session, version = await self._read(session_id)
        at = micros(self._clock()) if session.due is None else session.due
        put = Put(keys.session(session_id), version, rows.encode(session.without_words), session.indexes)
        await self._state.commit(session.event_id, [put], [], [Due(session.event_id, session_id, at)])

    async def _read(self, session_id: str) -> tuple[Session, int]:
        row = await self._state.read(keys.session(session_id)) if _is_id(session_id) else None
        if row is None:
            raise _no_such_session()
        return rows.decode(Session, row.fields), row.version

    async def _commit(
        self, before: Session | None, session: Session, version: int, name: str, beside: Sequence[Put] = ()
    ) -> None:
        put = Put(keys.session(session.session_id), version, rows.encode(session.without_words), session.indexes)
        fact = Fact(
            name, session.event_id, session.session_id, self._clock().isoformat(), {"owner": session.live_owner}
        )
        due = [Due(session.event_id, session.session_id, at) for at in self._look_at(before, session)]
        if session.awaits_words and not (before and before.awaits_words):
            patience = GRACE if session.transcript.live else dt.timedelta()
            due.append(Due(session.event_id, words.key(session), micros(self._clock() + patience)))
        await self._state.commit(session.event_id, [put, *beside], [fact], due)

    def _look_at(self, before: Session | None, session: Session) -> list[int]:
        """The new due time if there is one: the old may have become a worker's lease, which must not end by this."""
        if session.finished and (before is None or before.finished):
            return [micros(self._clock())]  # session.json is to be written anew
        moved = session.due is not None and (before is None or session.due != before.due)
        return [session.due] if session.due is not None and moved else []


def _filled_by(session: Session, source: Source) -> Session:
    """The session, if audio of this source may still be added to it."""
    if session.status != "recording":
        raise Conflict("already_stopped", "This session already has its recording. Start a new session.")
    if session.source not in (None, source):
        raise _other_source("an upload" if session.source == "upload" else "live audio")
    return session


def _other_source(held: str) -> Conflict:
    return Conflict("other_source", f"This session already has {held}. Start a new session.")


def _is_id(text: str) -> bool:
    return len(text) <= 64 and text.isascii() and text.isalnum()  # noqa: PLR2004  twice the length of ours


def _no_such_session() -> NotFound:
    return NotFound("no_such_session", "There is no such session. It may have been deleted; check its id.")
