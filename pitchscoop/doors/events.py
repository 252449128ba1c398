"""Events, organizers and the log over REST (design.md 2.3). Teams and judges are in ``doors/people.py``."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, create_model

from pitchscoop.access.organizers import Organizer
from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.doors.idempotency import IdempotentRoute, Seed
from pitchscoop.events.model import Event, Settings
from pitchscoop.events.names import Name
from pitchscoop.events.prizes import MOST_PRIZES, Prize
from pitchscoop.events.rubrics import Criterion
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.stages import Stage
from pitchscoop.organizing.service import Invited

router = APIRouter(prefix="/api/v1", route_class=IdempotentRoute, responses=PROBLEMS)


class Input(BaseModel):
    """What is not known is refused, and so is what is of another type: "5" is no number, 1 is not true."""

    model_config = ConfigDict(extra="forbid", strict=True)


After = Annotated[str, Query(max_length=40, pattern=r"^([0-9]{1,18}(-[0-9]{1,18})?)?$")]
AtMost = Annotated[int, Query(ge=1, le=1000)]
Revision = Annotated[int | None, Field(ge=0, description="Change only what was seen: its revision then.")]


class NewSettings(Settings):
    """Settings as they are sent."""

    model_config = ConfigDict(strict=True)

    tracks: tuple[Name, ...] = Field(default=(), max_length=50, strict=False)  # JSON has lists only
    prizes: tuple[Prize, ...] = Field(default=(), max_length=MOST_PRIZES, strict=False)


_OPTIONAL: dict[str, Any] = {
    name: (Annotated[field.annotation, Field(), *field.metadata] | None, None)
    for name, field in NewSettings.model_fields.items()
}
ChangedSettings = create_model(
    "ChangedSettings",
    __base__=Input,
    __doc__="Those settings that are to change.",
    **_OPTIONAL,
)


class NewEvent(Input):
    """``POST /events``."""

    name: Name
    rubric: list[Criterion] = Field(default_factory=list, max_length=100)
    settings: NewSettings = NewSettings()
    stage: Stage = "open"


class ChangedEvent(Input):
    """``PATCH /events/{event_id}``: what is left out stays."""

    name: Name | None = None
    rubric: list[Criterion] | None = Field(default=None, max_length=100)
    settings: ChangedSettings | None = None
    revision: Revision = None
    new_version: bool = Field(default=False, description="Change the rubric although there are cards: they stay.")


class Named(Input):
    """What is needed is a name."""

    name: Name


class Move(Input):
    """``POST /events/{event_id}/stage``."""

    stage: Stage


class EventDetails(BaseModel):
    """An event."""

    event_id: str
    name: str
    stage: Stage
    rubric: list[Criterion]
    rubric_version: int
    settings: Settings
    created_at: dt.datetime
    revision: int


class EventList(BaseModel):
    """All events that the caller may know of."""

    events: list[EventDetails]


class DeletedEvent(BaseModel):
    """An event that is gone for everybody."""

    event_id: str
    deleted: Literal[True] = True


class RubricList(BaseModel):
    """Rubrics to begin with, by name."""

    rubrics: dict[str, list[Criterion]]


class OrganizerDetails(BaseModel):
    """Somebody who runs events."""

    organizer_id: str
    name: str
    created_at: dt.datetime


class InvitedOrganizer(OrganizerDetails):
    """An organizer and a link that lets them in once."""

    sign_in_url: str


class OrganizerList(BaseModel):
    """All who run events here."""

    organizers: list[OrganizerDetails]


class FactDetails(BaseModel):
    """Who did what when. ``by`` is a role and what it is known by, or ``server``."""

    position: str
    name: str
    subject: str
    at: str
    by: str
    data: dict[str, str | int | float | bool | None]


class Audit(BaseModel):
    """Some facts of an event, and the position after which the next ones are."""

    facts: list[FactDetails]
    next_after: str | None


@router.post("/events", status_code=201, tags=["events"])
async def create_event(new: NewEvent, who: Caller, engine: TheEngine, seed: Seed) -> EventDetails:
    """Set up a competition. Everything but the name has a default."""
    settings = Settings.model_validate(new.settings.model_dump())
    event = await engine.organizing.create_event(who, new.name, new.rubric, settings, new.stage, seed)
    return event_details(event)


@router.get("/rubrics", tags=["events"])
async def list_rubrics(who: Caller, engine: TheEngine) -> RubricList:
    """Rubrics to begin with. An event that is given none is scored by ``hackathon``."""
    return rubric_list(engine.organizing.rubrics(who))


@router.get("/events", tags=["events"])
async def list_events(who: Caller, engine: TheEngine) -> EventList:
    """All events, newest first; for a team or a judge their own."""
    return EventList(events=[event_details(event) for event in await engine.organizing.list_events(who)])


@router.get("/events/{event_id}", tags=["events"])
async def get_event(event_id: str, who: Caller, engine: TheEngine) -> EventDetails:
    """An event with its rubric and settings."""
    return event_details(await engine.organizing.event(who, event_id))


@router.patch("/events/{event_id}", tags=["events"])
async def update_event(event_id: str, change: ChangedEvent, who: Caller, engine: TheEngine) -> EventDetails:
    """Change name, rubric or settings. With ``revision``, 409 and the event as it is now where somebody was faster.

    Once there is a card, ``settings.method`` and ``settings.tie_break`` stay, and another rubric needs ``new_version``:
    without, 409 ``scoring_began`` says how many cards stay complete and how many become drafts.
    """
    settings: Any = change.settings
    event = await engine.organizing.update_event(
        who,
        event_id,
        name=change.name,
        rubric=change.rubric,
        settings=settings.model_dump(exclude_unset=True) if settings else None,
        revision=change.revision,
        new_version=change.new_version,
    )
    return event_details(event)


@router.delete("/events/{event_id}", status_code=202, tags=["events"])
async def delete_event(event_id: str, who: Caller, engine: TheEngine) -> DeletedEvent:
    """Remove an event with all it has: audio, transcripts, people, their links. Nobody finds it from now on.

    A worker removes the rest within a minute; ``event_erased`` in the audit log proves that it is done.
    """
    await engine.organizing.delete_event(who, event_id)
    return DeletedEvent(event_id=event_id)


@router.post("/events/{event_id}/stage", tags=["events"])
async def move_event(event_id: str, move: Move, who: Caller, engine: TheEngine) -> EventDetails:
    """Move an event to another stage. Recordings under way go on."""
    return event_details(await engine.organizing.move_event(who, event_id, move.stage))


@router.post("/events/{event_id}/copies", status_code=201, tags=["events"])
async def copy_event(event_id: str, new: Named, who: Caller, engine: TheEngine, seed: Seed) -> EventDetails:
    """A new event, a draft, with the rubric and the settings of this one."""
    return event_details(await engine.organizing.copy_event(who, event_id, new.name, seed))


@router.get("/events/{event_id}/audit", tags=["events"])
async def audit(
    event_id: str,
    who: Caller,
    engine: TheEngine,
    after: After = "",
    limit: AtMost = 200,
) -> Audit:
    """Who did what when, oldest first. ``after`` is the position of the last fact that was seen."""
    return audit_page(await engine.organizing.facts(who, event_id, after, limit), limit)


@router.get("/audit", tags=["events"])
async def installation_audit(who: Caller, engine: TheEngine, after: After = "", limit: AtMost = 200) -> Audit:
    """The same of what is about no event: organizers, their sign-ins, events that were deleted."""
    return audit_page(await engine.organizing.facts(who, None, after, limit), limit)


@router.post("/organizers", status_code=201, tags=["organizers"])
async def add_organizer(new: Named, who: Caller, engine: TheEngine, seed: Seed) -> InvitedOrganizer:
    """Invite somebody else who runs events."""
    return invited_organizer(await engine.organizing.add_organizer(who, new.name, seed))


@router.get("/organizers", tags=["organizers"])
async def list_organizers(who: Caller, engine: TheEngine) -> OrganizerList:
    """All who run events here."""
    return organizer_list(await engine.organizing.list_organizers(who))


@router.delete("/organizers/{organizer_id}", tags=["organizers"])
async def remove_organizer(organizer_id: str, who: Caller, engine: TheEngine) -> OrganizerDetails:
    """End an organizer's sign-ins for good."""
    return organizer_details(await engine.organizing.end_organizer(who, organizer_id, removed=True))


@router.post("/organizers/{organizer_id}/sign-out", tags=["organizers"])
async def sign_out_organizer(organizer_id: str, who: Caller, engine: TheEngine) -> OrganizerDetails:
    """End all sign-ins of an organizer, on every device."""
    return organizer_details(await engine.organizing.end_organizer(who, organizer_id, removed=False))


def event_details(event: Event) -> EventDetails:
    """An event as REST and MCP give it."""
    return EventDetails(**event.model_dump(), revision=event.revision)


def rubric_list(found: Mapping[str, Sequence[Criterion]]) -> RubricList:
    """Rubrics as REST and MCP give them."""
    return RubricList(rubrics={name: list(rubric) for name, rubric in found.items()})


def organizer_details(organizer: Organizer) -> OrganizerDetails:
    """An organizer as REST and MCP give them."""
    return OrganizerDetails(**organizer.model_dump(include={"organizer_id", "name", "created_at"}))


def organizer_list(found: list[Organizer]) -> OrganizerList:
    """All organizers as REST and MCP give them."""
    return OrganizerList(organizers=[organizer_details(one) for one in found])


def invited_organizer(invited: Invited[Organizer]) -> InvitedOrganizer:
    """An organizer and the link, as REST and MCP give them."""
    return InvitedOrganizer(**organizer_details(invited.who).model_dump(), sign_in_url=invited.url)


def audit_page(facts: list[Fact], limit: int) -> Audit:
    """Some facts as REST and MCP give them: as many as were asked for, or the last ones."""
    after = facts[-1].position if len(facts) == limit else None
    return Audit(facts=[fact_details(fact) for fact in facts], next_after=after)


def fact_details(fact: Fact) -> FactDetails:
    """A fact as REST and MCP give it."""
    return FactDetails(
        position=fact.position, name=fact.name, subject=fact.subject, at=fact.at, by=fact.by, data=dict(fact.data)
    )
