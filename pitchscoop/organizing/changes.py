"""Changing and moving an event, and what is locked once somebody has scored."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pitchscoop.events.model import Event
from pitchscoop.events.prizes import check_prizes
from pitchscoop.events.rubrics import Criterion, check_rubric, check_tie_break
from pitchscoop.events.service import Events
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.stages import Stage
from pitchscoop.scoring.cards import Cards

_ATTEMPTS = 50  # against judges who save just now: each of them takes some milliseconds


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be as it says; None stays. Of ``settings`` those that are named.

    With ``revision`` only what was seen is changed. With ``new_version`` the rubric may change although there are
    cards: they keep what they have, and those that lack something by then do not count until it is filled in.
    """

    name: str | None = None
    rubric: Sequence[Criterion] | None = None
    settings: Mapping[str, Any] | None = None
    revision: int | None = None
    new_version: bool = False

    def of(self, event: Event) -> Event:
        """The event, changed.

        Raises:
            Invalid: a setting cannot be that, or no pitch can be scored by this rubric.
        """
        update: dict[str, Any] = {"settings": event.settings.changed(self.settings or {})}
        if self.name is not None:
            update["name"] = self.name
        if self.rubric is not None and tuple(self.rubric) != event.rubric:
            update["rubric"] = tuple(self.rubric)
            check_rubric(self.rubric, update["settings"].tracks)
        changed = event.model_copy(update=update)
        if changed.settings.tie_break != event.settings.tie_break:
            check_tie_break(changed.settings.tie_break, changed.in_use)
        if changed.settings.prizes != event.settings.prizes:
            check_prizes(changed.settings.prizes, changed.in_use, changed.settings.tracks, known=event.settings.prizes)
        return changed


class Changes:
    """Makes changes of events."""

    def __init__(self, events: Events, cards: Cards, clock: Clock) -> None:
        self._events = events
        self._cards = cards
        self._clock = clock

    async def make(self, event_id: str, change: Change) -> Event:
        """The event as it is then. A card that comes in between is seen.

        Raises:
            Conflict: ``changed_meanwhile``, ``method_locked``, or ``scoring_began``.
        """
        for _ in range(_ATTEMPTS):
            before = await self._events.get(event_id)
            after = change.of(before)
            seen = []
            if before.ranking != after.ranking or before.in_use != after.in_use:
                began, head = await self._cards.began(event_id)
                seen = [head]
                after = await self._allowed(before, after, change) if began else after

            def decide(now: Event, before: Event = before, after: Event = after) -> Event:
                if now.revision != before.revision:
                    raise StaleWrite(event_id)
                return after

            try:
                return await self._events.update(event_id, decide, change.revision, seen)
            except StaleWrite:
                continue
        raise _too_many()

    async def move(self, event_id: str, stage: Stage) -> Event:
        """The event in another stage.

        What stands for all cards is told in the commit that publishes them: told afterwards it would be missing for
        good where the server dies in between.

        Raises:
            Conflict: ``no_such_step``.
        """
        if stage != "published":
            return await self._events.move(event_id, stage)
        for _ in range(_ATTEMPTS):
            sealed, head = await self._cards.sealed(event_id)
            fact = Fact("standings_published", event_id, event_id, self._clock().isoformat(), sealed)
            with contextlib.suppress(StaleWrite):  # a card was saved in between
                return await self._events.move(event_id, stage, [fact], [head])
        raise _too_many()

    async def _allowed(self, before: Event, after: Event, change: Change) -> Event:
        """The change, where there are cards already."""
        if before.ranking != after.ranking:
            raise Conflict("method_locked", "Scoring has begun, so ranking and ties stay as they were chosen before.")
        if before.decides is not None and after.decides is None:
            name = before.decides.name
            raise Conflict("method_locked", f"Scoring has begun, and {name!r} breaks ties, so it stays in the rubric.")
        if not change.new_version:
            stay, drafts = await self._cards.outlook(before, after)
            raise Conflict("scoring_began", _told(stay, drafts), {"stay_complete": stay, "become_drafts": drafts})
        return after.model_copy(update={"rubric_version": before.rubric_version + 1})


def _too_many() -> Unavailable:
    return Unavailable("state_unavailable", "Too many changes at once. Try again in a few seconds.")


def _told(stay: int, drafts: int) -> str:
    return (
        f"Scoring has begun. With this rubric {_cards(stay, 'stays', 'stay')} complete, and "
        f"{_cards(drafts, 'becomes a draft', 'become drafts')}, until what is new is filled in. "
        "Nothing that was given is lost. To go on, ask again with new_version."
    )


def _cards(count: int, one: str, many: str) -> str:
    return f"1 card {one}" if count == 1 else f"{count} cards {many}"
