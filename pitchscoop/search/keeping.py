"""Keeps the index as state has it. Rows say what is right, facts say that something has changed."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Self

import structlog

from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.kernel.state import Row, State
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.service import Sessions
from pitchscoop.search.model import Entry, entry_of
from pitchscoop.search.ports import Index

_AT_ONCE = 50  # pitches read before they are written: some megabytes
_FACTS = 500  # facts taken at a time
_GATHER = 0.2  # seconds; what happens together is read once
_LOOK = 10.0  # seconds between looks at all events: a fact may go by unheard during an outage
_TIDY = 60.0  # seconds; what tidying costs grows with the index
_WALK = 3600.0  # seconds between walks through all rows: what was restored from a backup may have no facts
_AGAIN = 5.0  # seconds until an index that another process keeps, or that could not be used, is tried again
_ABOUT = ("session_", "transcript_")  # what facts that can change what was said, or who may read it, begin with

log = structlog.get_logger(__name__)


class Keeper:
    """Feeds the index, in one of all processes that use it. ``problem`` is why it cannot, while it cannot."""

    def __init__(self, state: State, sessions: Sessions, index: Index) -> None:
        self._state = state
        self._sessions = sessions
        self._index = index
        self._wake = asyncio.Event()
        self._news: set[str] = set()
        self.problem: Unavailable | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._work())

    async def everything(self) -> None:
        """Compare the index with all rows and mend it.

        That costs a look at each session, and is the one way for an index that is new, was left behind, or belongs
        to a state that was replaced.
        """
        events = await self._state.event_ids()
        for event_id in set(await self._index.events()) - set(events):
            await self._index.forget(event_id)
        for event_id in events:
            await self._walk(event_id)
        await self._index.tidy()

    async def _listen(self) -> None:
        async for fact in self._state.follow():
            if fact.name.startswith(_ABOUT):
                self._news.add(fact.event_id)
                self._wake.set()

    async def _work(self) -> None:
        timers = _Timer(_WALK), _Timer(_LOOK), _Timer(_TIDY)
        while True:
            try:
                kept = await self._index.keep()
                if kept:
                    await self._turn(*timers)
                self.problem = None
            except Unavailable as problem:
                log.warning("search_delayed", code=problem.code, message=problem.message)
                self.problem, kept = problem, False
                timers = _Timer(_WALK), _Timer(_LOOK), _Timer(_TIDY)
            await (self._rest() if kept else asyncio.sleep(_AGAIN))

    async def _turn(self, walk: "_Timer", look: "_Timer", tidy: "_Timer") -> None:
        news, self._news = self._news, set()
        if walk.is_due():
            await self.everything()
        else:
            await self._catch_up(await self._state.event_ids() if look.is_due() else sorted(news))
        if tidy.is_due():
            await self._index.tidy()

    async def _rest(self) -> None:
        self._wake.clear()
        if not self._news:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _LOOK)
        await asyncio.sleep(_GATHER)

    async def _catch_up(self, events: list[str]) -> None:
        for event_id in events:
            position = await self._index.position(event_id)
            if position is None:
                await self._walk(event_id)
            else:
                await self._take(event_id, position)

    async def _take(self, event_id: str, position: str) -> None:
        while facts := await self._state.facts(event_id, position, _FACTS):
            changed = list(dict.fromkeys(fact.subject for fact in facts if fact.name.startswith(_ABOUT)))
            for start in range(0, len(changed), _AT_ONCE):
                part = changed[start : start + _AT_ONCE]
                found = [await self._state.read(keys.session(session_id)) for session_id in part]
                entries, gone = await self._read(dict(zip(part, found, strict=True)))
                await self._index.write(event_id, entries, gone)
            position = facts[-1].position
            await self._index.write(event_id, [], position=position)

    async def _walk(self, event_id: str) -> None:
        last = await self._state.last_fact(event_id)  # what happens from here on is told by facts
        known = await self._index.versions(event_id)
        place: tuple[int, str] | None = None
        async with _OneAhead() as writing:
            while page := await self._state.page(keys.sessions_index(event_id), place, _AT_ONCE):
                place = (page[-1].score, page[-1].row.key)
                named = {placed.row.fields["session_id"]: placed.row for placed in page}
                changed = {name: row for name, row in named.items() if known.pop(name, 0) != row.version}
                if changed:
                    entries, gone = await self._read(changed)
                    await writing.begin(partial(self._index.write, event_id, entries, gone))
        await self._index.write(event_id, [], list(known), last.position if last else "")

    async def _read(self, changed: Mapping[str, Row | None]) -> tuple[list[Entry], set[str]]:
        """What was said in these, and those of them that are not to be found any more."""
        entries = [entry for row in changed.values() if row and (entry := await self._entry(row))]
        return entries, changed.keys() - {entry.session_id for entry in entries}

    async def _entry(self, row: Row) -> Entry | None:
        try:
            session = rows.decode(Session, row.fields)
            if session.status == "deleting" or not session.transcript.text:
                return None
            return entry_of(session, row.version, await self._sessions.plain_words(session))
        except (
            ValueError,
            LookupError,
            TypeError,
        ) as error:  # one that cannot be read must not keep the others from being found
            log.warning("not_searchable", key=row.key, error=repr(error))
            return None


class _OneAhead:
    """Writes one thing while the next is read: the index has a thread of its own."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._ended()

    async def begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Go on with this when what went before is done."""
        await self._ended()
        self._task = asyncio.create_task(work())

    async def _ended(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            await task


class _Timer:
    """What is to be done every so many seconds, and now for the first time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._at = 0.0

    def is_due(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now < self._at:
            return False
        self._at = now + self._seconds
        return True
