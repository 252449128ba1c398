"""Sessions: started, changed, stopped, removed."""

import contextlib
from collections.abc import Callable
from typing import Any

from pitchscoop.events.model import Event
from pitchscoop.kernel import ids, keys, rows
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict, Crossed, NotFound, Overtaken, StaleWrite
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Put, State
from pitchscoop.recordings import intake
from pitchscoop.recordings.model import LINK_LIFE, Session, Source, Upload, check_upload_length, extension_of
from pitchscoop.recordings.ports import AudioStorage, Companion
from pitchscoop.recordings.stored import StoredSessions

_DELETED_SECONDS = 24 * 3600  # how long after a deletion the slowest worker's traces are still known as such


class Sessions(StoredSessions):
    """The verbs of one pitch."""

    def __init__(self, state: State, storage: AudioStorage, clock: Clock, companion: Companion | None = None) -> None:
        super().__init__(state, clock)
        self._storage = storage
        self._companion = companion

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

    async def connect(self, session_id: str, owner: str, may_follow: Callable[[str | None], bool]) -> Session:
        """Make a live connection the one that records. It may bring no audio yet.

        ``may_follow`` says whether it is known to be newer than the one of this name that records until now.

        Raises:
            Conflict: ``already_stopped``, or ``other_source`` when the session has an upload.
            Crossed: another one connected meanwhile.
        """

        def connected(session: Session) -> Session:
            if session.live_owner != owner and not may_follow(session.live_owner):
                raise Crossed("connect_again", "Another connection was made at the same time. Connect again.")
            update = {"heard_at": self._clock(), "asked_at": None, "live_owner": owner}
            return _filled_by(session, "live").model_copy(update=update)

        return await self.change(session_id, "recorder_connected", connected)

    async def heard(
        self, session_id: str, source: Source, owner: str | None = None, upload: Upload | None = None
    ) -> Session:
        """Note that audio comes in, from where, and over which live connection or upload.

        From then on ``session.json`` lies beside it: what is under way outlives the loss of state.

        Raises:
            Conflict: ``already_stopped``, ``other_source``.
            NotFound: ``no_such_upload``.
            Overtaken: ``taken_over`` by a newer connection.
            Crossed: an upload came and went.
        """
        first = False

        def note(session: Session) -> Session:
            nonlocal first
            first = session.source is None
            if upload != _filled_by(session, source).upload:  # ended meanwhile, and live audio may come
                raise no_such_upload()
            if owner != session.live_owner:
                raise _not_the_newest(session)
            update = {"source": source, "heard_at": self._clock(), "asked_at": None, "metadata": _unmarked(session)}
            return session.model_copy(update=update)

        session = await self.change(session_id, "audio_arriving", note)
        if first:
            await self.mirror(session_id)
        return session

    async def miss(self, session: Session) -> None:
        """Note that nobody was heard for long. Whoever still speaks is noted within ``noted_every``."""

        def missed(now: Session) -> Session:
            return now.model_copy(update={"asked_at": self._clock()}) if _still_silent(now, session) else now

        await self.change(session.session_id, "speaker_missed", missed)

    async def give_up(self, session: Session) -> None:
        """End a recording whose speaker was missed and not heard since, marked as interrupted.

        The mark comes before the seal. So a seal without the mark is that of a stop which state had no time to note:
        the recording is whole, and is not marked any more.

        Raises:
            Conflict: ``no_audio``; the session stays open.
        """

        def marked(now: Session) -> Session:
            if not _still_silent(now, session):
                raise Crossed("try_again", "The speaker is back.")
            return now.model_copy(update={"metadata": {**now.metadata, "interrupted": True}})

        found = await intake.durable(self._storage, session.segments)
        if not found.end:
            raise _no_audio()
        with contextlib.suppress(Crossed):
            if not found.sealed:
                await self.change(session.session_id, "speaker_given_up", marked)
            await self.stop(session.session_id, interrupted=True)

    async def begin_upload(self, session_id: str, length: int, filename: str, seed: bytes | None = None) -> Session:
        """Make ready for a file. A new upload takes the place of an unfinished one; the same ``seed`` is no new one.

        Before that the folder of live audio is closed. A connection that has not heard of the upload would else have
        bytes acknowledged that nobody keeps.

        Raises:
            Conflict: ``already_stopped``, or ``other_source`` when live audio has come, noted in state or not yet.
            Crossed: live audio and this began at the same time.
        """
        check_upload_length(length)
        upload = Upload(
            upload_id=ids.new_id(seed), length=length, extension=extension_of(filename), filename=filename[:255]
        )
        before = await self.get(session_id)
        if before.upload != upload:
            _filled_by(before, "upload")
            if not await intake.close(self._storage, before.live_segments):
                raise _other_source("live audio")

        def begin(session: Session) -> Session:
            if session.upload == upload:
                return session
            if session.live_part != before.live_part:
                raise Crossed("try_again", "A recording began at the same time. Try again.")
            update = {"source": "upload", "upload": upload, "live_owner": None}
            heard = {"heard_at": self._clock(), "asked_at": None}
            return _filled_by(session, "upload").model_copy(update=update | heard)

        session = await self.change(session_id, "upload_started", begin)
        await self.mirror(session_id)
        return session

    async def drop_upload(self, session_id: str, upload_id: str) -> None:
        """End an unfinished upload and remove its bytes (tus termination). Live audio may come again."""
        before = _with_upload(await self.get(session_id), upload_id)
        closed = await intake.close(self._storage, before.live_segments)

        def drop(session: Session) -> Session:
            _with_upload(session, upload_id)
            part = _new_part() if closed else session.live_part
            return session.model_copy(update={"source": None, "upload": None, "live_part": part})

        await self.change(session_id, "upload_dropped", drop)
        await self._storage.delete_audio(keys.segments(session_id, upload_id))
        await self.mirror(session_id)

    async def open_again(self, session_id: str, owner: str) -> Session:
        """Give live audio another folder: the one it had was closed for an upload that did not come about.

        As nothing was kept yet, its first sound is noted as such, with ``session.json``, which names the folder.

        Raises:
            Conflict: ``already_stopped``, ``other_source``.
            Crossed: an upload came and went.
            Overtaken: ``taken_over`` by a newer connection.
        """

        def opened(session: Session) -> Session:
            if _filled_by(session, "live").live_owner != owner:
                raise _not_the_newest(session)
            return session.model_copy(update={"live_part": _new_part(), "source": None})

        return await self.change(session_id, "recorder_connected", opened)

    async def stop(
        self, session_id: str, *, interrupted: bool = False, live: bool = False, upload_id: str | None = None
    ) -> Session:
        """End the recording with every byte that is durable, and hand it to a worker. Idempotent.

        Where an ``upload_id`` is named it ends that upload and no newer one, which may be under way only now. What is
        ``live`` ends no upload. ``interrupted`` says that nobody asked for it; it counts where this call set the seal.

        Raises:
            Conflict: ``no_audio``; the session stays open. ``other_source``.
            NotFound: ``no_such_upload``: another took its place.
        """
        session = await self.get(session_id)
        if live and session.source == "upload":
            raise _other_source("an upload")
        if upload_id and (session.upload is None or session.upload.upload_id != upload_id):
            raise no_such_upload()
        if session.status != "recording":
            return session
        if not interrupted and "interrupted" in session.metadata:
            await self._unmark(session)
        sealed, ours = await intake.seal(self._storage, session.segments)
        if sealed.end == 0:
            raise _no_audio()

        sealed_in = session.segments

        def stopped(session: Session) -> Session:
            if session.status != "recording":
                return session
            if session.segments != sealed_in:
                raise _other_source("an upload") if live else no_such_upload()
            mark = {"interrupted": True} if interrupted else {}
            metadata = _unmarked(session) | mark if ours else session.metadata
            update = {"status": "processing", "stopped_at": self._clock(), "received": sealed.end, "metadata": metadata}
            source = session.source or "live"  # stopped before it was noted: an upload is known from its start
            return session.model_copy(update={**update, "source": source, "asked_at": None})

        session = await self.change(session_id, "session_stopped", stopped)
        await self.mirror(session_id)
        return session

    async def _unmark(self, session: Session) -> None:
        """Take back the mark of a worker that died before it sealed. Beside a seal it tells whose that is."""
        if not (await intake.durable(self._storage, session.segments)).sealed:
            await self.change(
                session.session_id,
                "speaker_back",
                lambda now: now.model_copy(update={"metadata": _unmarked(now)}) if now.status == "recording" else now,
            )

    async def move(self, session_id: str, team_id: str | None, team_name: str) -> Session:
        """Make it the pitch of this team, or of nobody who has joined."""

        def moved(session: Session) -> Session:
            if (session.team_id, session.team_name) == (team_id, team_name):
                return session
            return session.model_copy(update={"team_id": team_id, "team_name": team_name})

        session = await self.change(session_id, "session_moved", moved)
        if session.source and not session.finished:  # of what is finished a worker writes it anew
            await self.mirror(session_id)
        return session

    async def delete(self, session_id: str) -> None:
        """Remove the session with all it has. From the first moment nobody sees it any more."""
        session = await self.change(
            session_id, "session_deleted", lambda session: session.model_copy(update={"status": "deleting"})
        )
        await self.purge(session.event_id, session_id)

    async def purge(self, event_id: str, session_id: str) -> None:
        """Finish a deletion: audio, derived files, cards, votes, then the row itself.

        Also what a late worker left behind. The fact ``session_erased`` says that nothing of it is left. Nothing that
        was not deleted is removed. Where there is no row a note says so: if it was state that was lost, the audio is
        the only copy.
        """
        row = await self._state.read(keys.session(session_id))
        deleted = keys.deleted(session_id)
        if row is not None and row.fields["status"] == "deleting":
            await self._state.remember(deleted, "", _DELETED_SECONDS)
        elif row is not None or await self._state.recall(deleted) is None:
            return
        await self._storage.delete_audio(keys.folder(session_id))
        if self._companion:
            await self._companion.erase(event_id, session_id)
        beside = [keys.transcript(event_id, session_id), keys.advice(event_id, session_id)]
        gone = [row, *[await self._state.read(key) for key in beside]]
        puts = [Put(found.key, found.version, None) for found in gone if found]
        due = [Due(event_id, name, None) for name in (session_id, *beside)]
        proof = [Fact("session_erased", event_id, session_id, self._clock().isoformat())] if row else []
        with contextlib.suppress(StaleWrite):  # another worker finished the same deletion
            await self._state.commit(event_id, puts, proof, due)

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


def no_such_upload() -> NotFound:
    """What whoever still sends an upload is told when the session has none, or another."""
    return NotFound("no_such_upload", "There is no such upload: it was ended, or a newer one took its place.")


def _with_upload(session: Session, upload_id: str) -> Session:
    """The session, if this upload of it is under way."""
    if session.status != "recording" or session.upload is None or session.upload.upload_id != upload_id:
        raise no_such_upload()
    return session


def _new_part() -> str:
    return keys.LIVE_PART + ids.new_id()


def _not_the_newest(session: Session) -> Crossed | Overtaken:
    if session.live_owner:
        return Overtaken("taken_over", "Another connection records this session now.")
    return Crossed("connect_again", "An upload was begun and ended meanwhile. Connect again.")


def _no_audio() -> Conflict:
    return Conflict("no_audio", "Nothing has been recorded yet. Stream or upload audio, then stop.")


def _unmarked(session: Session) -> dict[str, Any]:
    """Its metadata, without what a worker marked that gave its speaker up."""
    return {name: value for name, value in session.metadata.items() if name != "interrupted"}


def _still_silent(now: Session, session: Session) -> bool:
    return now.status == "recording" and now.heard_at == session.heard_at


def _filled_by(session: Session, source: Source) -> Session:
    """The session, if audio of this source may still be added to it."""
    if session.status != "recording":
        raise Conflict("already_stopped", "This session already has its recording. Start a new session.")
    if session.source not in (None, source):
        raise _other_source("an upload" if session.source == "upload" else "live audio")
    return session


def _other_source(held: str) -> Conflict:
    return Conflict("other_source", f"This session already has {held}. Start a new session.")
