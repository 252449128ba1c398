"""Sessions as state has them: read, and changed so that nobody's change is lost. The words go with them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pitchscoop.access.model import ANYBODY, Principal, Target, Verb, require
from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import NotFound, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Put, Seen, State
from pitchscoop.recordings import words
from pitchscoop.recordings.model import Session
from pitchscoop.transcripts.model import Transcript

_ATTEMPTS = 50  # stale writes in a row before we call the store unhealthy; 100 writers on one row need about 15

GRACE = dt.timedelta(seconds=20)  # whoever has a pitch written while it is spoken has so long for its last words

Change = Callable[[Session], Session]


class StoredSessions:
    """What the verbs are made of."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def get(self, session_id: str) -> Session:
        """The session.

        Raises:
            NotFound: there is none, or it was deleted.
        """
        session, _ = await self.seen(session_id)
        return session

    async def allowed(self, who: Principal, verb: Verb, session_id: str) -> Session:
        """The session, if this may be done with it. Who brings nothing is not told whether it exists.

        With its event it goes at once, although a worker comes to it later.
        """
        try:
            session = await self.get(session_id)
            if await self._goes_with_its_event(session):
                raise _no_such_session()
        except NotFound:
            if who == ANYBODY:
                require(who, verb, Target())
            raise
        require(who, verb, session.target)
        return session

    async def seen(self, session_id: str) -> tuple[Session, Seen]:
        """The session, and what must still be so when something that was decided on it is written.

        Raises:
            NotFound: there is none, or it was deleted.
        """
        session, version = await self._read(session_id)
        if session.status == "deleting":
            raise _no_such_session()
        return session, Seen(keys.session(session_id), version)

    async def chosen(self, event_id: str, session_ids: Sequence[str]) -> list[Session]:
        """These sessions of an event, newest first, each once.

        Raises:
            NotFound: one is not in it.
        """
        found = [await self.get(session_id) for session_id in dict.fromkeys(session_ids)]
        if any(session.event_id != event_id for session in found):
            raise _no_such_session()
        return sorted(found, key=lambda session: (session.created_at, session.session_id), reverse=True)

    async def look(self, session_id: str) -> Session | None:
        """The session as a worker needs it: also one that is being deleted; None if it is gone."""
        row = await self._state.read(keys.session(session_id))
        return rows.decode(Session, row.fields) if row else None

    async def change(
        self, session_id: str, fact: str, decide: Change, told: Mapping[str, str] = MappingProxyType({})
    ) -> Session:
        """Apply ``decide`` to the newest state until it fits: nobody's change is lost.

        ``decide`` returns the session unchanged (the same object) when there is nothing to do, or raises. ``told`` is
        what the fact says beside.
        """
        for _ in range(_ATTEMPTS):
            session, version = await self._read(session_id)
            changed = decide(session)
            if changed is session:
                return session
            try:
                await self._commit(session, changed, version, fact, told=told)
            except StaleWrite:
                continue
            return changed
        raise Unavailable("state_unavailable", "Too many changes at once. Try again in a few seconds.")

    async def with_words(self, session: Session) -> Session:
        """The session with the words of its transcript."""
        return words.spoken(session, await self._state.read(words.key(session)))

    async def plain_words(self, session: Session) -> list[dict[str, Any]]:
        """The utterances of a session as they are written, field by field as their model has them."""
        return words.plain(await self._state.read(words.key(session)))

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

    async def rebuild(self, session: Session) -> bool:
        """Put back a session that state has lost, with its words; False if it has it. Then a worker looks at it."""
        row = await self._state.read(words.key(session))
        try:
            await self._commit(None, session, 0, "session_rebuilt", words.put(session, row))
        except StaleWrite:
            return False
        return True

    async def align(self, session_id: str) -> None:
        """Have it stand in its lists, and a worker look at it."""
        session, version = await self._read(session_id)
        at = micros(self._clock()) if session.due is None else session.due
        put = Put(keys.session(session_id), version, rows.encode(session.without_words), session.indexes)
        await self._state.commit(session.event_id, [put], [], [Due(session.event_id, session_id, at)])

    async def _goes_with_its_event(self, session: Session) -> bool:
        row = await self._state.read(keys.event(session.event_id))
        return row is not None and "deleted_at" in row.fields

    async def _read(self, session_id: str) -> tuple[Session, int]:
        row = await self._state.read(keys.session(session_id)) if _is_id(session_id) else None
        if row is None:
            raise _no_such_session()
        return rows.decode(Session, row.fields), row.version

    async def _commit(
        self,
        before: Session | None,
        session: Session,
        version: int,
        name: str,
        beside: Sequence[Put] = (),
        told: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        put = Put(keys.session(session.session_id), version, rows.encode(session.without_words), session.indexes)
        fact = Fact(
            name, session.event_id, session.session_id, self._clock().isoformat(), {"owner": session.live_owner, **told}
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


def _is_id(text: str) -> bool:
    return len(text) <= 64 and text.isascii() and text.isalnum()  # noqa: PLR2004  twice the length of ours


def _no_such_session() -> NotFound:
    return NotFound("no_such_session", "There is no such session. It may have been deleted; check its id.")
