"""The running order over REST."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.doors.events import Revision
from pitchscoop.doors.idempotency import IdempotentRoute
from pitchscoop.doors.panel import Id
from pitchscoop.organizing.rosters import MOST_ROWS
from pitchscoop.organizing.running_order import Order, RunningOrder, Slot, Standing

router = APIRouter(prefix="/api/v1/events/{event_id}/schedule", route_class=IdempotentRoute, responses=PROBLEMS)


def _written(moment: Any) -> Any:
    if not isinstance(moment, str) or "T" not in moment.upper():
        message = "must be a date and a time with its UTC offset, such as 2026-11-26T18:00:00+01:00"
        raise ValueError(message)
    return moment


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written)]
"""Written as RFC 3339 has it: a bare number is none."""


class NewSchedule(BaseModel):
    """``PUT /events/{event_id}/schedule``: what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    team_ids: list[Id] | None = Field(
        default=None, max_length=MOST_ROWS, description="All teams on stage, in order; as they joined at first."
    )
    starts_at: Moment | None = Field(default=None, description="When the first is on, with its UTC offset.")
    slot_seconds: int | None = Field(default=None, ge=10, le=24 * 3600, description="A pitch's time limit at first.")
    revision: Revision = None


class OnStage(BaseModel):
    """``PUT /events/{event_id}/schedule/stage``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    team_id: Id | None = Field(description="Who is on stage from now on; null where nobody is.")
    revision: Revision = None


class SlotDetails(BaseModel):
    """A team's time on stage: as planned or, from the team that was called last on, as it is to be expected."""

    team_id: str
    team_name: str
    track: str | None
    standing: Standing
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None


class ScheduleDetails(BaseModel):
    """The running order. ``unplaced`` are ids of teams without a slot; ``at`` is the server's time, for countdowns."""

    event_id: str
    starts_at: dt.datetime | None
    slot_seconds: int
    slots: list[SlotDetails]
    now: SlotDetails | None
    next: SlotDetails | None
    unplaced: list[str]
    at: dt.datetime
    revision: int


@router.get("", tags=["events"])
async def get_schedule(event_id: str, who: Caller, engine: TheEngine) -> ScheduleDetails:
    """Which team is on stage when, who is on now and who is next."""
    return schedule_details(await engine.running_orders.read(who, event_id))


@router.put("", tags=["events"])
async def write_schedule(event_id: str, new: NewSchedule, who: Caller, engine: TheEngine) -> ScheduleDetails:
    """Set the order of teams, when it starts, and how long a slot is."""
    order = Order(new.team_ids, new.starts_at, new.slot_seconds, new.revision)
    return schedule_details(await engine.running_orders.write(who, event_id, order))


@router.put("/stage", tags=["events"])
async def call_on_stage(event_id: str, call: OnStage, who: Caller, engine: TheEngine) -> ScheduleDetails:
    """Call a team on stage, or clear it. The times of all who follow count from then."""
    return schedule_details(await engine.running_orders.call(who, event_id, call.team_id, call.revision))


def schedule_details(found: RunningOrder) -> ScheduleDetails:
    """As REST and MCP give it."""
    return ScheduleDetails(
        event_id=found.schedule.event_id,
        starts_at=found.schedule.starts_at,
        slot_seconds=found.slot_seconds,
        slots=[_slot(slot) for slot in found.slots],
        now=_slot(found.now) if found.now else None,
        next=_slot(found.next) if found.next else None,
        unplaced=list(found.unplaced),
        at=found.at,
        revision=found.schedule.revision,
    )


def _slot(slot: Slot) -> SlotDetails:
    return SlotDetails(
        team_id=slot.team_id,
        team_name=slot.team_name,
        track=slot.track,
        standing=slot.standing,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
    )
