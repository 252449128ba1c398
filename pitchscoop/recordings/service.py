"""Sessions: started, changed, stopped, listed, removed."""

import base64
import binascii
import contextlib
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass

from pitchscoop.events.model import Event
from pitchscoop.kernel import ids, keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Conflict, Invalid, NotFound, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Placed, Put, State
from pitchscoop.recordings import intake
from pitchscoop.recordings.model import LINK_LIFE, Session, Source, Upload, check_upload_length, extension_of
from pitchscoop.recordings.ports import AudioStorage

_ATTEMPTS = 50  # stale writes in a row before we call the store unhealthy; 100 writers on one row need about 15
_SCAN = 500  # rows one search request may look at; the cursor goes on from there

Change = Callable[[Session], Session]


@dataclass(frozen=True, slots=True)
class Page:
    """Some sessions, newest first, and the cursor of the next page."""

    sessions: list[Session]
    next_cursor: str | None


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

        Raises:
            Conflict: ``already_stopped``, ``other_source``, or ``taken_over`` by a newer connection.
        """

        def note(session: Session) -> Session:
            if owner != _filled_by(session, source).live_owner:
                raise Conflict("taken_over", "Another connection records this session now.")
            return session.model_copy(update={"source": source, "heard_at": self._clock()})

        return await self.change(session_id, "audio_arriving", note)

    async def begin_upload(self, session_id: str, length: int, filename: str, seed: bytes | None = None) -> Session:
        """Make ready for a file. A new upload takes the place of an unfinished one; the same ``seed`` is no new one."""
        check_upload_length(length)
        upload = Upload(
            upload_id=ids.new_id(seed), length=length, extension=extension_of(filename), filename=filename[:255]
        )

        def begin(session: Session) -> Session:
            if session.upload == upload:
                return session
            update = {"source": "upload", "upload": upload, "live_owner": None, "heard_at": self._clock()}
            return _filled_by(session, "upload").model_copy(update=update)

        return await self.change(session_id, "upload_started", begin)

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
            return session.model_copy(update=update)

        session = await self.change(session_id, "session_stopped", stopped)
        await self.mirror(session_id)
        return session

    async def page(
        self, event_id: str, *, cursor: str | None, limit: int, status: str | None, team_id: str | None, q: str | None
    ) -> Page:
        """Sessions of an event, newest first.

        One facet is an index, the other and ``q`` (part of a team's name or a title) are filters: a page may
        then be short although ``next_cursor`` says that there is more.
        """
        facet = ("team", team_id) if team_id else ("status", status) if status else ()
        index = keys.sessions_index(event_id, *facet)
        place = _place(cursor)
        found: list[Placed] = []
        scanned = 0
        more = True
        while more and len(found) < limit and scanned < _SCAN:
            batch = await self._state.page(index, place, limit)
            scanned += len(batch)
            more = len(batch) == limit
            for placed in batch:
                place = (placed.score, placed.row.key)
                if _matches(placed, status, q):
                    found.append(placed)
                if len(found) == limit:
                    more = more or placed is not batch[-1]
                    break
        return Page([rows.decode(Session, placed.row.fields) for placed in found], _cursor(place) if more else None)

    async def delete(self, session_id: str) -> None:
        """Remove the session with all it has. From the first moment nobody sees it any more."""
        session = await self.change(
            session_id, "session_deleted", lambda session: session.model_copy(update={"status": "deleting"})
        )
        await self.purge(session.event_id, session_id)

    async def purge(self, event_id: str, session_id: str) -> None:
        """Finish a deletion: audio, derived files, then the row itself. Also what a late worker left behind."""
        await self._storage.delete_audio(keys.folder(session_id))
        row = await self._state.read(keys.session(session_id))
        puts = [Put(row.key, row.version, None)] if row else []
        with contextlib.suppress(StaleWrite):  # another worker finished the same deletion
            await self._state.commit(event_id, puts, [], [Due(event_id, session_id, None)])

    async def mirror(self, session_id: str) -> None:
        """Write ``session.json``: all that is needed to rebuild the session's state without Redis.

        Written again if the session was changed meanwhile, and removed if it was deleted: of several that write
        it at once, the last one leaves the newest.
        """
        while (row := await self._state.read(keys.session(session_id))) is not None:
            session = rows.decode(Session, row.fields)
            if session.status == "deleting":
                await self.purge(session.event_id, session_id)
                return
            document = json.dumps(session.model_dump(mode="json"), ensure_ascii=False, indent=1).encode()
            await self._storage.upload_audio(keys.stored(session_id, keys.SESSION_JSON), document, "application/json")
            now = await self._state.read(keys.session(session_id))
            if now is not None and now.version == row.version:
                return
        await self._storage.delete_audio(keys.folder(session_id))

    async def settle(self, session: Session) -> None:
        """No worker needs to look at it any more."""
        await self._state.commit(session.event_id, [], [], [Due(session.event_id, session.session_id, None)])

    async def postpone(self, session: Session, at: dt.datetime) -> None:
        """Have a worker look at it then."""
        await self._state.commit(session.event_id, [], [], [Due(session.event_id, session.session_id, micros(at))])

    async def _read(self, session_id: str) -> tuple[Session, int]:
        row = await self._state.read(keys.session(session_id)) if _is_id(session_id) else None
        if row is None:
            raise _no_such_session()
        return rows.decode(Session, row.fields), row.version

    async def _commit(self, before: Session | None, session: Session, version: int, name: str) -> None:
        put = Put(keys.session(session.session_id), version, rows.encode(session), session.indexes)
        fact = Fact(
            name, session.event_id, session.session_id, self._clock().isoformat(), {"owner": session.live_owner}
        )
        # Only a new time is written: the old one may have become the lease of a worker, which must not end by this.
        moved = session.due is not None and (before is None or session.due != before.due)
        due = [Due(session.event_id, session.session_id, session.due)] if moved else []
        await self._state.commit(session.event_id, [put], [fact], due)


def _filled_by(session: Session, source: Source) -> Session:
    """The session, if audio of this source may still be added to it."""
    if session.status != "recording":
        raise Conflict("already_stopped", "This session already has its recording. Start a new session.")
    if session.source not in (None, source):
        held = "an upload" if session.source == "upload" else "live audio"
        raise Conflict("other_source", f"This session already has {held}. Start a new session.")
    return session


def _is_id(text: str) -> bool:
    return len(text) <= 64 and text.isascii() and text.isalnum()  # noqa: PLR2004  twice the length of ours


def _no_such_session() -> NotFound:
    return NotFound("no_such_session", "There is no such session. It may have been deleted; check its id.")


def _matches(placed: Placed, status: str | None, q: str | None) -> bool:
    fields = placed.row.fields
    if status and fields.get("status") != status:
        return False
    return not q or q.casefold() in f"{fields['team_name']}\n{fields['pitch_title']}".casefold()


def _cursor(place: tuple[int, str] | None) -> str | None:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode() if place else None


def _place(cursor: str | None) -> tuple[int, str] | None:
    if not cursor:
        return None
    try:
        score, key = json.loads(base64.urlsafe_b64decode(cursor))
        return int(score), str(key)
    except (binascii.Error, ValueError, TypeError):
        raise Invalid("bad_cursor", "This cursor is not one of ours. Start again without it.") from None
