"""Standings for those who may see them, kept current while somebody looks."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from pitchscoop.access.model import ANYBODY, Principal, Role, Target, Verb, may
from pitchscoop.events.model import Event
from pitchscoop.events.service import Events
from pitchscoop.kernel.bell import Bell
from pitchscoop.kernel.errors import Invalid, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import State
from pitchscoop.scoring.boards import Boards, Shown
from pitchscoop.scoring.held import Held
from pitchscoop.scoring.ledger import Ledger

_MOST = 64  # events held at once: one of a thousand teams takes some megabytes, and few are looked at at a time
_STREAMS = 2000  # viewers at once in one process: four times a full hall, and each takes a connection and a buffer
_BEAT = 5.0  # seconds between signs of life to a viewer: proxies commonly cut what is silent for ten
_LOOK = 5.0  # seconds between looks at the logs, for what went by unheard during an outage


@dataclass(frozen=True, slots=True)
class View:
    """What somebody may see. ``shown`` None: the standings are hidden from them.

    ``since``: when the event came into its stage, ISO 8601, and ``published_at``: when it was published last; None
    where the log does not say. ``advised``: they are told who should hear whom, too. ``track`` None is all of them.
    """

    event: Event
    since: str | None
    published_at: str | None
    shown: Shown | None
    advised: bool
    track: str | None


class Standings:
    """The standings of all events."""

    def __init__(self, state: State, events: Events, ledger: Ledger) -> None:
        self._state = state
        self._events = events
        self._ledger = ledger
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._viewers = 0
        self._boards = Boards()

    async def close(self) -> None:
        """End what makes boards; safe to repeat."""
        await self._boards.close()

    def noticed(self, fact: Fact) -> None:
        """Something happened in an event: what is held of it follows."""
        if (held := self._held.get(fact.event_id)) is not None:
            held.notice()

    async def run(self) -> None:
        """Look after what is watched, until cancelled: a fact may go by unheard."""
        while True:
            await asyncio.sleep(_LOOK)
            for held in list(self._held.values()):
                if held.watchers:
                    held.notice()

    async def stage(self, event_id: str) -> tuple[Event, str | None]:
        """The event, and since when it is in its stage."""
        event = await self._events.get(event_id)
        held = self._hold(event)
        await held.follow()
        return event, held.since

    async def read(
        self, who: Principal, event_id: str, track: str | None = None, *, advice: bool = False, fresh: bool = False
    ) -> View:
        """The standings as they are now, as far as they are for ``who``.

        Of an event with very many cards that others look at just now the newest may be missing for a moment: who asks
        then does not wait for them, unless it must be ``fresh``.

        Raises:
            Invalid: ``unknown_track``.
        """
        event = await self._events.get(event_id)
        held = self._hold(event)
        if not visible(who, event):
            await held.follow()
            return _hidden(event, held, track)
        waits = fresh or not held.wanted
        held.ask()
        last = await self._state.last_fact(event_id)
        shown = held.shown
        if shown is None or shown.event.revision != event.revision:
            shown = await held.current()
        elif not held.knows(last):
            if waits or not held.large:
                shown = await held.current()
            else:
                held.notice()
        event = shown.event
        if track is not None and track not in shown.tracks and track not in event.settings.tracks:
            known = ", ".join(sorted({*shown.tracks, *event.settings.tracks})) or "none"
            raise Invalid("unknown_track", f"These standings have no track {track!r}. They have {known}.")
        return _seen(held, shown, track, advised=advice and who.role is Role.ORGANIZER)

    async def watch(self, who: Principal, event_id: str, track: str | None = None) -> AsyncGenerator[View | None, None]:
        """The standings now and whenever they change; None as a sign of life. Who is slow misses those between.

        Raises:
            Unavailable: ``too_many_viewers``.
        """
        first = await self.read(who, event_id, track)
        held = self._held.get(event_id)
        if held is None or self._viewers >= _STREAMS:
            raise Unavailable("too_many_viewers", "Too many people watch just now. Ask for the standings once a while.")
        clock = asyncio.get_running_loop().time
        self._viewers += 1
        held.watchers += 1
        try:
            bell = _bell(who, held)
            heard, beat = bell.rung, clock() + _BEAT
            yield first
            while not held.gone:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(beat):
                        await bell.wait(heard)
                if visible(who, held.event):
                    held.ask()  # who watches wants them kept current, as who reads does
                if bell.rung != heard:
                    bell = _bell(who, held)
                    heard = bell.rung
                    yield self._now(who, held, track)
                else:  # only then: when others' cards come must not be told by when signs of life do
                    beat = clock() + _BEAT
                    yield None
        finally:
            self._viewers -= 1
            held.watchers -= 1

    def _now(self, who: Principal, held: Held, track: str | None) -> View | None:
        """What a viewer may see of what is held; None while it is being made."""
        if not visible(who, held.event):
            return _hidden(held.event, held, track)
        shown = held.shown
        if shown is None or shown.event.stage != held.event.stage:
            return None
        return _seen(held, shown, track)  # of a track that is none any more, an empty board

    def _hold(self, event: Event) -> Held:
        """What is held of an event. Where too many are watched it is held for this call only."""
        held = self._held.get(event.event_id)
        if held is not None and not held.gone:
            self._held.move_to_end(event.event_id)
            return held
        held = Held(self._state, self._events, self._ledger, self._boards, event)
        idle = [event_id for event_id, other in self._held.items() if not other.watchers]
        if len(self._held) >= _MOST and idle:
            del self._held[idle[0]]
        if len(self._held) < _MOST:
            self._held[event.event_id] = held
        return held


def visible(who: Principal, event: Event) -> bool:
    """Whether somebody may see the standings in this stage. What everybody may, a team of another event may, too."""
    target = Target(event_id=event.event_id, stage=event.stage, offered=True)
    return any(may(one, Verb.STANDINGS_READ, target) for one in (who, ANYBODY))


def _bell(who: Principal, held: Held) -> Bell:
    """What wakes a viewer: cards wake nobody who may not see what comes of them."""
    return held.board_bell if visible(who, held.event) else held.event_bell


def _hidden(event: Event, held: Held, track: str | None) -> View:
    return View(event, held.since, None, None, advised=False, track=track)


def _seen(held: Held, shown: Shown, track: str | None, *, advised: bool = False) -> View:
    return View(shown.event, held.since, held.published_at, shown, advised=advised, track=track)
