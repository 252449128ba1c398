"""Where boards are made, and what doors make of them: in a thread, or, of large events, in a process of its own.

The process is sent an event whole at first, and then only what differs, which is a card or two of thousands. What doors
tell people is made there, too: bytes come back, and rows only for who needs them as such.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import structlog

from pitchscoop.events.model import Event
from pitchscoop.kernel.apart import Apart, Failed, Lost
from pitchscoop.scoring.rows import Board, Scored, Totals

_PATIENCE = 10.0  # seconds for what takes a fifth of one, with 10 000 teams two: a process that hangs is given up
_EVENTS = 8  # that the process remembers: some ten megabytes each, and few are scored and looked at at a time
_BOARDS = 2  # of an event, there: the newest, and the one that is still shown while more is made of the newest
_AHEAD = 8  # things that are made so, at most: each takes hundredths of a second, and all wait for the last
_MAPPINGS = ("pitches", "cards", "teams", "judges")

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a board wherever it is: how many rows, and which tracks it has."""

    rows: int
    tracks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """Number ``number`` of what a board is made of, as it differs from number ``base``; None: it is whole.

    ``scored`` has what is new in its mappings; ``gone`` is what is in them no more, by their names.
    """

    number: int
    base: int | None
    scored: Scored
    gone: Mapping[str, tuple[Any, ...]]


class Boards:
    """Makes boards. Those that are made apart come from one process for all events."""

    def __init__(self) -> None:
        self._apart = Apart(_PATIENCE)
        self._sent: OrderedDict[str, tuple[int, Scored]] = OrderedDict()
        self._number = 0

    async def close(self) -> None:
        """End the process; safe to repeat."""
        await self._apart.close()

    async def make(self, scored: Scored, *, apart: bool) -> "Shown":
        """A board. Without the process it is made here, which always works."""
        if apart:
            try:
                number, outline = await self._made_apart(scored)
                return Shown(scored, outline, lambda make: self._told(scored.event.event_id, number, make))
            except (Lost, Failed) as problem:
                log.warning("board_made_here", event_id=scored.event.event_id, problem=str(problem))
        board = await asyncio.to_thread(_board, scored)
        return Shown(scored, _outline(board), lambda make: asyncio.to_thread(make, board))

    async def _made_apart(self, scored: Scored) -> tuple[int, Outline]:
        event_id = scored.event.event_id
        self._number += 1
        number = self._number
        outline = None
        if (known := self._sent.pop(event_id, None)) is not None:
            outline = await self._apart.call(_take, event_id, _change(number, scored, *known))
        if outline is None:  # it is another process, or has had to forget
            outline = await self._apart.call(_take, event_id, _change(number, scored))
        if outline is None:
            raise Lost("It forgets at once.")
        self._sent[event_id] = number, scored
        while len(self._sent) > _EVENTS:
            self._sent.popitem(last=False)
        return number, outline

    async def _told(self, event_id: str, number: int, make: Callable[[Board], T]) -> T:
        return await self._apart.call(_tell, event_id, number, make)


class Shown:
    """A board, what it was made of, and what doors make of it: each once, whoever asks for it first."""

    def __init__(self, scored: Scored, outline: Outline, there: Callable[[Callable[[Board], Any]], Any]) -> None:
        self.scored = scored
        self.rows = outline.rows
        self.tracks = outline.tracks
        self._there = there
        self._made: dict[Callable[[Board], Any], asyncio.Task[Any]] = {}
        self._asked: dict[Callable[[Board], Any], None] = {}  # the newest last
        self._here: asyncio.Task[Board] | None = None

    @property
    def event(self) -> Event:
        """The event as it was when the board was made."""
        return self.scored.event

    async def board(self) -> Board:
        """Its rows. Whom to advise to hear whom is told only to what is made of it."""
        return await self.once(_bare)

    async def once(self, make: Callable[[Board], T]) -> T:
        """What ``make`` gives, which is the same for equal ones. It can be pickled, as can what it gives."""
        self._asked.pop(make, None)
        self._asked[make] = None
        return cast("T", await asyncio.shield(self._task(make)))

    async def prepare(self, before: "Shown") -> None:
        """Make what was asked for of the board before, so that nobody waits for it when this one is shown.

        Who watches asks for the same of every board. All at once would wait for it, and be told at once.
        """
        await asyncio.gather(*map(self._task, list(before._asked)[-_AHEAD:]), return_exceptions=True)  # noqa: SLF001

    def _task(self, make: Callable[[Board], T]) -> asyncio.Task[T]:
        made = self._made.get(make)
        if made is None or (made.done() and (made.cancelled() or made.exception())):
            made = self._made[make] = asyncio.create_task(self._make(make))
        return made

    async def _make(self, make: Callable[[Board], T]) -> T:
        try:
            return cast("T", await self._there(make))
        except (Lost, Failed) as problem:  # the process is another one, or has forgotten this board
            log.warning("board_made_here", event_id=self.event.event_id, problem=str(problem))
        if self._here is None:
            self._here = asyncio.create_task(asyncio.to_thread(_board, self.scored))
        return await asyncio.to_thread(make, await asyncio.shield(self._here))


def _change(number: int, scored: Scored, base: int | None = None, known: Scored | None = None) -> Change:
    """How ``scored`` differs from what is known. What is equal is the same object, but for what was read anew."""
    new, gone = dict[str, Any](), dict[str, tuple[Any, ...]]()
    for name in _MAPPINGS:
        now = getattr(scored, name)
        before = getattr(known, name) if known else {}
        new[name] = {key: one for key, one in now.items() if before.get(key) is not one}
        gone[name] = tuple(key for key in before if key not in now)
    return Change(number, base, replace(scored, **new, totals=Totals()), gone)


@dataclass(slots=True)
class _Known:
    """What the process remembers of an event."""

    number: int
    scored: Scored
    boards: dict[int, Board] = field(default_factory=dict)


_known: OrderedDict[str, _Known] = OrderedDict()


def _take(event_id: str, change: Change) -> Outline | None:
    """In the process: make a board of what has changed. None: what it differs from is not known."""
    known = _known.pop(event_id, None)
    if change.base is None:
        known = _Known(change.number, change.scored)
    elif known is None or known.number != change.base:
        return None
    else:
        known.number, known.scored = change.number, _changed(known.scored, change)
    _known[event_id] = known
    while len(_known) > _EVENTS:
        _known.popitem(last=False)
    known.boards[change.number] = made = _board(known.scored)
    while len(known.boards) > _BOARDS:
        del known.boards[min(known.boards)]
    return _outline(made)


def _changed(scored: Scored, change: Change) -> Scored:
    now = dict[str, Any]()
    for name in _MAPPINGS:
        now[name] = {**getattr(scored, name), **getattr(change.scored, name)}
        for key in change.gone[name]:
            del now[name][key]
    return replace(change.scored, **now, totals=scored.totals)


def _tell(event_id: str, number: int, make: Callable[[Board], T]) -> T:
    """In the process: what is made of a board."""
    return make(_known[event_id].boards[number])


def _bare(board: Board) -> Board:
    """Without what refers to everything that it was made of."""
    return replace(board, advise=tuple)


def _outline(board: Board) -> Outline:
    return Outline(len(board.rows), frozenset(board.tracks))


def _board(scored: Scored) -> Board:
    from pitchscoop.scoring.board import board  # noqa: PLC0415  loaded where it is used: numpy takes its time

    return board(scored)
