"""Which judges hear which teams, over REST."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.doors.events import Revision
from pitchscoop.doors.idempotency import IdempotentRoute
from pitchscoop.organizing.panel import MOST_JUDGES, MOST_TEAMS, Seated, Wish

router = APIRouter(prefix="/api/v1/events/{event_id}/assignment", route_class=IdempotentRoute, responses=PROBLEMS)

Id = Annotated[str, Field(max_length=64)]


class HeardReading(BaseModel):
    """A judge heard a team already."""

    model_config = ConfigDict(extra="forbid", strict=True)

    team_id: Id
    judge_id: Id


class NewAssignment(BaseModel):
    """``POST /events/{event_id}/assignment``: what is left out is as before."""

    model_config = ConfigDict(extra="forbid", strict=True)

    seed: int | None = Field(default=None, ge=0, lt=2**53, description="Another one gives another plan as good.")
    absent: list[Id] | None = Field(default=None, max_length=MOST_JUDGES, description="Judges who are not there.")
    heard: list[HeardReading] = Field(
        default=[], max_length=20 * MOST_TEAMS, description="What happened already, and stays for good."
    )
    afresh: bool = Field(default=False, description="Let go of all that stands but was not heard.")
    nearest: bool = Field(default=False, description="Take the best there is where a whole plan is not to be had.")
    revision: Revision = None


class PanelDetails(BaseModel):
    """The judges of a team. ``missing`` is how many more it needs, as things are now."""

    team_id: str
    team_name: str
    track: str | None
    judge_ids: list[str]
    heard_by: list[str]
    missing: int


class LoadDetails(BaseModel):
    """How many teams a judge hears."""

    judge_id: str
    judge_name: str
    teams: int
    heard: int
    absent: bool


class AssignmentDetails(BaseModel):
    """Who hears whom. ``groups`` are ids of judges who are linked by panels they share: one group where all are.

    ``notes`` say in plain sentences what is not as it should be. A judge sees their own teams, and nothing of others.
    """

    event_id: str
    seed: int
    reads: int
    panels: list[PanelDetails]
    loads: list[LoadDetails]
    groups: list[list[str]]
    notes: list[str]
    made_at: dt.datetime
    revision: int


@router.post("", tags=["judges"])
async def make_assignment(event_id: str, new: NewAssignment, who: Caller, engine: TheEngine) -> AssignmentDetails:
    """Say who hears whom, or say it anew when people came or went: what stands is kept as far as possible.

    Each team gets as many judges as ``settings.reads`` says, none with a conflict, and judges about as many teams each.
    """
    return assignment_details(
        await engine.panel.make(
            who,
            event_id,
            Wish(
                seed=new.seed,
                absent=new.absent,
                heard=[(reading.team_id, reading.judge_id) for reading in new.heard],
                afresh=new.afresh,
                nearest=new.nearest,
                revision=new.revision,
            ),
        )
    )


@router.get("", tags=["judges"])
async def get_assignment(
    event_id: str,
    who: Caller,
    engine: TheEngine,
    judge: Annotated[str | None, Query(max_length=64, description="Of one judge only.")] = None,
) -> AssignmentDetails:
    """Who hears whom; for a judge, the teams they hear."""
    return assignment_details(await engine.panel.read(who, event_id, judge))


def assignment_details(seated: Seated) -> AssignmentDetails:
    """As REST and MCP give it: teams and judges by name."""
    made = seated.assignment
    teams = sorted(seated.teams, key=lambda team: (team.name.casefold(), team.team_id))
    judges = sorted(seated.judges, key=lambda judge: (judge.name.casefold(), judge.judge_id))
    panels = [
        PanelDetails(
            team_id=team.team_id,
            team_name=team.name,
            track=team.track,
            judge_ids=list(made.panels.get(team.team_id, ())),
            heard_by=list(made.heard.get(team.team_id, ())),
            missing=seated.missing.get(team.team_id, 0),
        )
        for team in teams
    ]
    loads = [
        LoadDetails(
            judge_id=judge.judge_id,
            judge_name=judge.name,
            teams=sum(judge.judge_id in panel.judge_ids for panel in panels),
            heard=sum(judge.judge_id in panel.heard_by for panel in panels),
            absent=judge.judge_id in made.absent or judge.removed_at is not None,
        )
        for judge in judges
    ]
    return AssignmentDetails(
        event_id=made.event_id,
        seed=made.seed,
        reads=made.reads,
        panels=panels,
        loads=loads,
        groups=[list(group) for group in made.groups],
        notes=list(made.notes),
        made_at=made.made_at,
        revision=made.revision,
    )
