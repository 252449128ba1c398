"""An event as a stream of bytes. Each piece is made when the one before was taken: nothing waits, nothing gathers."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from pitchscoop.access.model import Principal, Role
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.service import Events
from pitchscoop.exports import sheets, whole
from pitchscoop.exports.archive import Archive
from pitchscoop.exports.names import legal
from pitchscoop.exports.places import Places
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.state import State
from pitchscoop.recordings import listing
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring.held import Shown
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.scoring.model import BEGINNING, Card
from pitchscoop.scoring.standings import Standings
from pitchscoop.scoring.written import written

_PAGE = 50  # sessions read at a time: 10 ms of work, during which nobody else is answered
_MANY = 5000  # sessions from which all that was said may be more than 2 GiB: old programs read a ZIP of less only
_ORGANIZER = Principal(role=Role.ORGANIZER)  # whose an export is, whoever carries it out


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
        standings: Standings,
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
        self._standings = standings
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
        event, cards = self._event, await self._cards()
        tracks = {team.team_id: team.track for team in await self._teams()}
        names = {judge.judge_id: judge.name for judge in await self._judges()}
        yield sheets.scores_head(event)
        async for page in self._pages():
            rows = [
                sheets.score_row(event, session, tracks.get(session.team_id or ""), card, names.get(card.judge_id, ""))
                for session in page
                for card in cards.get(session.session_id, ())
            ]
            if rows:
                yield sheets.lines(rows)

    async def json(self) -> AsyncGenerator[bytes, None]:
        """All that is known, as docs/export.md says it: what ``importing.py`` reads."""
        left_out: list[str] = []
        first = True
        yield whole.head(self._event, await self._teams(), await self._judges())
        async for page in self._pages():
            for session in page:
                if not session.finished:
                    left_out.append(session.session_id)
                    continue
                yield whole.line(await self._sessions.with_words(session), first=first)
                first = False
        yield whole.between(left_out)
        chain = BEGINNING
        async for entries in self._ledger.everything(self._event.event_id):
            for entry in entries:
                yield whole.line(entry, first=entry.number == 1)
            chain = entries[-1].chain
        yield whole.end(self._event, chain)

    async def zip(self) -> AsyncGenerator[bytes, None]:
        """All audio and what was said, the table, and a manifest of all at the end."""
        archive = Archive(self._storage, self._sessions)
        async for page in self._pages():
            for session in page:
                async for piece in archive.session(session):
                    yield piece
        async for piece in self._result(archive):
            yield piece
        async for piece in archive.end(self._event, self._clock()):
            yield piece

    async def _result(self, archive: Archive) -> AsyncGenerator[bytes, None]:
        """What proves the result, and is enough to make it again: ``pitchscoop replay``.

        Standings first and cards last: where both have one chain nothing was saved between, so the table has it, too.
        """
        shown = None if self._chosen is not None else await self._shown()
        if await self._cards():
            scores = b"".join([piece async for piece in self.scores_csv()])
            async for piece in archive.scores(scores, self._clock()):
                yield piece
        if shown is not None:
            result = await asyncio.to_thread(written, shown.board)
            async for piece in archive.result(result, self._clock()):
                yield piece
            large = await self._state.count(keys.sessions_index(self._event.event_id)) > _MANY
            async for piece in archive.whole(self.json(), self._clock(), large=large):
                yield piece

    async def _shown(self) -> Shown | None:
        return (await self._standings.read(_ORGANIZER, self._event.event_id)).shown

    async def _cards(self) -> dict[str, list[Card]]:
        """By session, in the order of the judges' ids."""
        found: dict[str, list[Card]] = {}
        for card in sorted(await self._ledger.cards(self._event.event_id), key=lambda card: card.judge_id):
            found.setdefault(card.session_id, []).append(card)
        return found

    async def _teams(self) -> list[Team]:
        return await self._events.teams.listed(self._event.event_id)

    async def _judges(self) -> list[Judge]:
        return await self._events.judges.listed(self._event.event_id)

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
