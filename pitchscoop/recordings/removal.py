"""What goes for good: all of an event that was deleted, and what an event keeps for a time only."""

import contextlib
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable

from pitchscoop.events.model import Event
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.clock import DAY, Clock, micros
from pitchscoop.kernel.errors import NotFound
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Put, Row, State
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions

_PAGE = 200  # sessions read at a time
_AT_ONCE = 100  # rows removed in one commit
_DOUBT = 3600.0  # seconds: a clock that jumped is set right within them
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


class _Over(Exception):
    """Another worker was faster."""


class Removal:
    """A worker's part of deletions. Each may be cut short anywhere and done again.

    ``steady`` tells seconds that no setting of a clock changes.
    """

    def __init__(
        self,
        state: State,
        events: Events,
        sessions: Sessions,
        storage: AudioStorage,
        clock: Clock,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state = state
        self._events = events
        self._sessions = sessions
        self._storage = storage
        self._clock = clock
        self._steady = steady
        self._looks: dict[str, tuple[float, dt.datetime]] = {}  # one an event that keeps things for a time only

    async def event(self, event: Event) -> None:
        """All that a deleted event has, its people's links included, and then itself.

        Its facts stay, and ``event_erased`` is the last of them; the log of the installation has it, too. ``default``
        is used again as soon as its row is gone. So the row is read after what is to be removed, and before it is.
        """
        event_id, erased = event.event_id, 0
        with contextlib.suppress(_Over):
            await self._row(event)
            await self._storage.delete_audio(
                keys.cards_folder(event_id)
            )  # else written anew for each session that goes
            async for page in self._pages(event_id):
                await self._row(event)
                for session in page:
                    await self._delete(session.session_id)
                erased += len(page)
            await self._rows(event)
            await self._storage.delete_audio(keys.event_folder(event_id))
            row = await self._row(event)
            for where in (event_id, keys.INSTALLATION):
                puts = [Put(row.key, row.version, None)] if where == event_id else []
                await self._state.commit(where, puts, [self._fact("event_erased", where, event_id, sessions=erased)])
            self._looks.pop(event_id, None)

    async def overdue(self, event: Event) -> int | None:
        """Remove sessions that were kept as long as their event says; when to look again (microseconds)."""
        if (days := event.settings.retention_days) is None:
            return None
        agreed, removed = self._agreed(event.event_id), 0
        soonest = self._clock() + dt.timedelta(seconds=_DOUBT)
        look = self._clock() + DAY  # what is recorded from now on is kept for longer than that
        async for page in self._pages(event.event_id):
            now = await self._events.find(event.event_id)
            if now is None or now.deleted_at or now.settings.retention_days != days:
                break  # whoever changed it made it due
            for session in page:
                until = (session.stopped_at or session.created_at) + dt.timedelta(days=days)
                if session.finished and until <= agreed:
                    await self._delete(session.session_id)
                    removed += 1
                elif session.finished:
                    look = min(look, max(until, soonest))
        if removed:
            fact = self._fact("retention_applied", event.event_id, event.event_id, sessions=removed, days=days)
            await self._state.commit(event.event_id, [], [fact])
        return micros(look)

    def _agreed(self, event_id: str) -> dt.datetime:
        """The time that it is by this look and was by one long before: a clock that jumps ahead removes nothing."""
        now = self._steady(), self._clock()
        before = self._looks.setdefault(event_id, now)
        if now[0] - before[0] < _DOUBT:
            return _NEVER
        self._looks[event_id] = now
        return min(before[1], now[1])

    async def _pages(self, event_id: str) -> AsyncIterator[list[Session]]:
        place = None
        while page := await self._state.page(keys.sessions_index(event_id), place, _PAGE):
            place = (page[-1].score, page[-1].row.key)
            yield [rows.decode(Session, placed.row.fields) for placed in page]

    async def _row(self, event: Event) -> Row:
        """The row of a deleted event: as long as it is there, whatever was read before is of that event."""
        row = await self._state.read(keys.event(event.event_id))
        if row is None or rows.decode(Event, row.fields).deleted_at != event.deleted_at:
            raise _Over
        return row

    async def _delete(self, session_id: str) -> None:
        with contextlib.suppress(NotFound):  # somebody else did
            await self._sessions.delete(session_id)

    async def _rows(self, event: Event) -> None:
        """Everything in state that names the event, whatever it is, but for the event's own row."""
        own: list[Row] = []
        async for indexed in self._state.walk():
            row = indexed.row
            if rows.event_of(row) != event.event_id or row.key == keys.event(event.event_id):
                continue
            if keys.tag(row.key) == event.event_id:
                own.append(row)
                continue
            await self._row(event)
            if row.key.startswith("session:"):
                await self._delete(row.fields["session_id"])
            else:  # a token: it lies in no event's slot
                await self._state.commit(None, [Put(row.key, row.version, None)])
        for start in range(0, len(own), _AT_ONCE):
            part = [Put(row.key, row.version, None) for row in own[start : start + _AT_ONCE]]
            held = await self._row(event)  # put as it is: names of teams come again, and must not be another's by now
            await self._state.commit(event.event_id, [*part, Put(held.key, held.version, held.fields)])
        await self._row(event)

    def _fact(self, name: str, where: str, subject: str, **data: int) -> Fact:
        return Fact(name, where, subject, self._clock().isoformat(), data)
