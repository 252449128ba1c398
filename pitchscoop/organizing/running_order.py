"""Which team is on stage when: the order, its times, and who is on now."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pitchscoop.access.model import Principal, Verb
from pitchscoop.events.model import Event, Team
from pitchscoop.events.plans import Schedule
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Invalid, NotFound
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import State
from pitchscoop.kernel.table import Table

Standing = Literal["done", "now", "next", "later", "withdrawn"]

_YEARS = range(2000, 2200)  # of a beginning: slots are counted on from it, and clocks of all zones know them


@dataclass(frozen=True, slots=True)
class Slot:
    """A team's time on stage: as planned or, behind one who is on or was called last, as it is to be expected."""

    team_id: str
    team_name: str
    track: str | None
    standing: Standing
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class RunningOrder:
    """All slots in order. ``unplaced`` are ids of teams that have none; ``at`` is the server's time."""

    schedule: Schedule
    slot_seconds: int
    slots: tuple[Slot, ...]
    now: Slot | None
    next: Slot | None
    unplaced: tuple[str, ...]
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Order:
    """What an organizer changes; None stays. Where no order was given, teams stand as they joined."""

    team_ids: Sequence[str] | None = None
    starts_at: dt.datetime | None = None
    slot_seconds: int | None = None
    revision: int | None = None


class RunningOrders:
    """Running orders of all events."""

    def __init__(self, state: State, events: Events, clock: Clock) -> None:
        self._events = events
        self._clock = clock
        self._table: Table[Schedule] = Table(state, Schedule, lambda _: {})

    async def read(self, who: Principal, event_id: str) -> RunningOrder:
        """The running order; an event that has none yet has no slots."""
        event = await self._events.allowed(who, Verb.SCHEDULE_READ, event_id)
        found = await self._table.find(keys.schedule(event_id))
        return await self._seen(event, found or Schedule(event_id=event_id))

    async def order(self, event_id: str) -> tuple[str, ...]:
        """The ids of the teams in order."""
        found = await self._table.find(keys.schedule(event_id))
        return found.team_ids if found else ()

    async def write(self, who: Principal, event_id: str, order: Order) -> RunningOrder:
        """Set the order, when it starts, and how long a slot is.

        Raises:
            Invalid: ``no_such_team``, ``team_twice``, or ``bad_time``.
            Conflict: ``changed_meanwhile``, with the schedule as it is now.
        """
        event = await self._events.allowed(who, Verb.SCHEDULE_WRITE, event_id)
        if order.starts_at is not None:
            check_start(order.starts_at)
        teams = await self._teams(event_id)
        team_ids = None if order.team_ids is None else _checked(order.team_ids, teams)

        def written(schedule: Schedule) -> Schedule:
            wanted = team_ids
            if wanted is None:
                wanted = schedule.team_ids or tuple(team.team_id for team in teams if not team.withdrawn_at)
            update: dict[str, Any] = {
                "team_ids": wanted,
                "starts_at": order.starts_at or schedule.starts_at,
                "slot_seconds": order.slot_seconds or schedule.slot_seconds,
            }
            if schedule.reached not in wanted:
                update |= {"on_stage": None, "reached": None, "reached_at": None}
            return schedule.model_copy(update=update)

        return await self._changed(event, written, "schedule_changed", order.revision)

    async def call(
        self, who: Principal, event_id: str, team_id: str | None, revision: int | None = None
    ) -> RunningOrder:
        """Call a team on stage, or clear it. Calling the one who is on changes nothing.

        Raises:
            NotFound: ``not_in_running_order``.
        """
        event = await self._events.allowed(who, Verb.SCHEDULE_WRITE, event_id)
        now = self._clock()

        def called(schedule: Schedule) -> Schedule:
            if team_id == schedule.on_stage:
                return schedule
            if team_id is None:
                return schedule.model_copy(update={"on_stage": None})
            if team_id not in schedule.team_ids:
                raise NotFound("not_in_running_order", "This team has no slot. Put it into the running order first.")
            return schedule.model_copy(update={"on_stage": team_id, "reached": team_id, "reached_at": now})

        return await self._changed(event, called, "stage_called" if team_id else "stage_cleared", revision, team_id)

    async def _changed(
        self,
        event: Event,
        decide: Callable[[Schedule], Schedule],
        fact: str,
        revision: int | None,
        subject: str | None = None,
    ) -> RunningOrder:
        event_id = event.event_id
        changed = await self._table.change(
            event_id,
            keys.schedule(event_id),
            decide,
            first=Schedule(event_id=event_id),
            facts=lambda _: [Fact(fact, event_id, subject or event_id, self._clock().isoformat())],
            due=[self._events.to_record(event_id)],
            revision=revision,
        )
        return await self._seen(event, changed)

    async def _teams(self, event_id: str) -> list[Team]:
        """In the order in which they joined."""
        return (await self._events.teams.listed(event_id))[::-1]

    async def _seen(self, event: Event, schedule: Schedule) -> RunningOrder:
        teams = await self._teams(event.event_id)
        seconds = schedule.slot_seconds or event.settings.max_seconds
        slots = _slots(schedule, {team.team_id: team for team in teams}, dt.timedelta(seconds=seconds))
        placed = set(schedule.team_ids)
        return RunningOrder(
            schedule=schedule,
            slot_seconds=seconds,
            slots=tuple(slots),
            now=next((slot for slot in slots if slot.standing == "now"), None),
            next=next((slot for slot in slots if slot.standing == "next"), None),
            unplaced=tuple(team.team_id for team in teams if not team.withdrawn_at and team.team_id not in placed),
            at=self._clock(),
        )


def check_start(at: dt.datetime) -> None:
    """Pass if a running order can begin then.

    Raises:
        Invalid: ``bad_time``.
    """
    if at.year not in _YEARS:
        raise Invalid("bad_time", f"starts_at: write a time between {_YEARS.start} and {_YEARS.stop}.")


def _slots(schedule: Schedule, teams: Mapping[str, Team], length: dt.timedelta) -> list[Slot]:
    """Slots follow one another; from the team that was called last on they count from when it was called."""
    order = [teams[team_id] for team_id in schedule.team_ids if team_id in teams]
    reached = next((place for place, team in enumerate(order) if team.team_id == schedule.reached), -1)
    ahead = [place for place, team in enumerate(order) if place > reached and not team.withdrawn_at]
    following = ahead[0] if ahead else None
    slots = []
    at = schedule.starts_at
    for place, team in enumerate(order):
        if place == reached:
            at = schedule.reached_at
        on = place == reached and schedule.on_stage is not None
        standing = _standing(team, done=place <= reached, on=on, following=place == following)
        begins = None if standing == "withdrawn" else at
        ends = begins + length if begins else None
        slots.append(Slot(team.team_id, team.name, team.track, standing, begins, ends))
        at = ends or at
    return slots


def _standing(team: Team, *, done: bool, on: bool, following: bool) -> Standing:
    if on:
        return "now"
    if done:
        return "done"
    if team.withdrawn_at:
        return "withdrawn"
    return "next" if following else "later"


def _checked(team_ids: Sequence[str], teams: Sequence[Team]) -> tuple[str, ...]:
    names = {team.team_id: team.name for team in teams}
    seen = set()
    for team_id in team_ids:
        if team_id not in names:
            raise Invalid("no_such_team", f"There is no team {team_id[:64]!r} in this event.")
        if team_id in seen:
            raise Invalid("team_twice", f"{names[team_id]!r} stands in the running order twice.")
        seen.add(team_id)
    return tuple(team_ids)
