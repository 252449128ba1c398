"""An event as a stream of bytes. Each piece is made when the one before was taken: nothing waits, nothing gathers."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from pitchscoop.events.model import Event
from pitchscoop.events.service import Events
from pitchscoop.exports import sheets, whole
from pitchscoop.exports.archive import Archive
from pitchscoop.exports.names import legal
from pitchscoop.exports.places import Places
from pitchscoop.exports.taken import Taken, take
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.state import State
from pitchscoop.recordings import listing
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.voting.box import Box
from pitchscoop.voting.model import counted

_PAGE = 50  # sessions read at a time: 10 ms of work, during which nobody else is answered
_MANY = 5000  # sessions from which all that was said may be more than 2 GiB: old programs read a ZIP of less only


class Export:
    """One event, or what was ``chosen`` of it, to be taken away.

    Whatever is away before the first piece is ``Unavailable`` there; what fails later ends the stream with an error,
    and whoever sends it on must not end it as if it were whole.
    """

    def __init__(
        self,
        event: Event,
        state: State,
        storage: AudioStorage,
        events: Events,
        sessions: Sessions,
        ledger: Ledger,
        clock: Clock,
        chosen: list[Session] | None = None,
    ) -> None:
        self.name = legal(event.name, event.event_id)
        self._event = event
        self._state = state
        self._storage = storage
        self._events = events
        self._sessions = sessions
        self._ledger = ledger
        self._box = Box(state)
        self._clock = clock
        self._chosen = chosen

    async def sessions_csv(self) -> AsyncGenerator[bytes, None]:
        """A line a session, newest first."""
        places, head = Places(), sheets.head()
        async for page in self._pages():
            rows = [sheets.row(session, places.of(session) if session.has_audio else None) for session in page]
            yield head + sheets.lines(rows)
            head = b""

    async def scores_csv(self) -> AsyncGenerator[bytes, None]:
        """A line a scorecard: those of a session together, sessions newest first."""
        taken = await self._take()
        yield sheets.scores_head(taken.event)
        async for page in self._pages():
            if found := taken.lines(page):
                yield found

    async def json(self) -> AsyncGenerator[bytes, None]:
        """All that is known, as docs/export.md says it: what ``importing.py`` reads."""
        async for piece in self._document(await self._take()):
            yield piece

    async def _document(self, taken: Taken) -> AsyncGenerator[bytes, None]:
        left_out: list[str] = []
        yield whole.head(taken.event, taken.teams, taken.judges, taken.assignment, taken.schedule, taken.final)
        async for page in self._pages():
            for session in page:
                if not session.finished:
                    left_out.append(session.session_id)
                    continue
                yield whole.line(await self._sessions.with_words(session), first=not taken.sessions)
                taken.sessions.append(session)
        yield whole.between(left_out)
        async for entries in self._ledger.everything(taken.event.event_id, taken.head.number):
            for entry in entries:
                yield whole.line(entry, first=entry.number == 1)
        yield whole.votes()
        there, first = {session.session_id for session in taken.sessions}, True
        written = set[str]()  # a ballot whose vote is changed meanwhile may come by twice
        async for votes in self._box.pages(taken.event.event_id):
            known = [vote for vote in votes if vote.session_id in there and vote.ballot not in written]
            written.update(vote.ballot for vote in known)
            taken.votes.update(counted(known, taken.event.settings.audience_vote))
            for vote in known:
                yield whole.line(vote, first=first)
                first = False
        yield whole.end(taken.event, taken.head.chain)

    async def zip(self) -> AsyncGenerator[bytes, None]:
        """All audio and what was said, the table, and a manifest of all at the end."""
        archive = Archive(self._storage, self._sessions)
        async for page in self._pages():
            for session in page:
                async for piece in archive.session(session):
                    yield piece
        async for piece in self._result(archive) if self._chosen is None else self._scores(archive):
            yield piece
        async for piece in archive.end(self._event, self._clock()):
            yield piece

    async def _result(self, archive: Archive) -> AsyncGenerator[bytes, None]:
        """What proves the result, and is enough to make it again: ``pitchscoop replay``.

        Table and standings are made of what was written into ``export.json``, so that nothing can come between.
        """
        taken = await self._take()
        large = await self._state.count(keys.sessions_index(self._event.event_id)) > _MANY
        async for piece in archive.whole(self._document(taken), self._clock(), large=large):
            yield piece
        if taken.cards:
            async for piece in archive.scores(await asyncio.to_thread(taken.table), self._clock()):
                yield piece
        if (result := await asyncio.to_thread(taken.result)) is not None:
            async for piece in archive.result(result, self._clock()):
                yield piece

    async def _scores(self, archive: Archive) -> AsyncGenerator[bytes, None]:
        if (await self._take()).cards:
            table = b"".join([piece async for piece in self.scores_csv()])
            async for piece in archive.scores(table, self._clock()):
                yield piece

    async def _take(self) -> Taken:
        return await take(self._event.event_id, self._events, self._ledger)

    async def _pages(self) -> AsyncIterator[list[Session]]:
        if self._chosen is not None:
            for start in range(0, len(self._chosen), _PAGE):
                yield self._chosen[start : start + _PAGE]
            return
        cursor = None
        while True:
            page = await listing.page(
                self._state, self._event.event_id, cursor=cursor, limit=_PAGE, status=None, team_id=None, q=None
            )
            yield page.sessions
            if (cursor := page.next_cursor) is None:
                return
