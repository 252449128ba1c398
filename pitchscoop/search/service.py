"""Search: the verbs."""

import asyncio
import base64
import binascii
import datetime as dt

from pitchscoop.access.model import Principal, Target, Verb, may, require
from pitchscoop.events.service import Events
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Invalid
from pitchscoop.kernel.state import State
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.service import Sessions
from pitchscoop.search.keeping import Keeper
from pitchscoop.search.model import Hit, Page, parse
from pitchscoop.search.ports import Index
from pitchscoop.search.quotes import quoted

MOST = 50  # hits of a page
_LAG = dt.timedelta(seconds=5)  # what was said longer ago should be in the index
_ROUNDS = 10  # looks at the index for one page, most of which was deleted meanwhile


class Search:
    """Finds pitches by what was said in them."""

    def __init__(self, state: State, events: Events, sessions: Sessions, index: Index, clock: Clock) -> None:
        self._state = state
        self._events = events
        self._sessions = sessions
        self._index = index
        self._clock = clock
        self._keeper = Keeper(state, sessions, index)

    async def find(self, who: Principal, event_id: str, q: str, *, limit: int = 20, cursor: str | None = None) -> Page:
        """Pitches of an event in which all words of ``q`` were said; a team finds its own.

        The index is a step behind, so each session is looked at: nothing that was deleted is found.

        Raises:
            Invalid: ``query_too_long`` or ``bad_cursor``.
        """
        require(who, Verb.TRANSCRIPT_SEARCH, Target(event_id=event_id, team_id=who.team_id))
        await self._events.get(event_id)
        query, offset = parse(q), _offset(cursor)
        hits: list[Hit] = []
        more = bool(query.phrases)
        for _ in range(_ROUNDS):
            if not more or len(hits) == limit:
                break
            wanted = limit - len(hits)
            found = await self._index.find(event_id, who.team_id, query, offset=offset, limit=wanted + 1)
            more, found = len(found) > wanted, found[:wanted]
            offset += len(found)
            sessions = await asyncio.gather(*(self._sessions.look(match.session_id) for match in found))
            for match, session in zip(found, sessions, strict=True):
                if session and _may_be_found(who, event_id, session):
                    hits.append(Hit(session, quoted(match)))
        return Page(hits, _cursor(offset) if more else None, await self._is_complete(event_id))

    async def run(self) -> None:
        """Keep the index, until cancelled."""
        await self._keeper.run()

    async def refresh(self) -> None:
        """Bring the index up to date now, where no other process does that."""
        if await self._index.keep():
            await self._keeper.everything()

    async def check(self) -> str:
        """Whether the index can be used, for people."""
        return "kept here" if await self._index.keep() else "kept by another process"

    async def _is_complete(self, event_id: str) -> bool:
        position = await self._index.position(event_id)
        if position is None:
            if self._keeper.problem:
                raise self._keeper.problem
            return False
        waiting = await self._state.facts(event_id, position, 1)
        return not waiting or self._clock() - dt.datetime.fromisoformat(waiting[0].at) < _LAG


def _may_be_found(who: Principal, event_id: str, session: Session) -> bool:
    there = session.status != "deleting" and session.event_id == event_id
    return there and may(who, Verb.TRANSCRIPT_SEARCH, session.target)


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode()


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor).decode()
        if text.isdecimal() and len(text) < 10:  # noqa: PLR2004  no index has a thousand million pitches
            return int(text)
    except (binascii.Error, ValueError):
        pass
    raise Invalid("bad_cursor", "This cursor is not one of ours. Start again without it.")
