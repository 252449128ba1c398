"""Teams and judges over REST (design.md 2.3)."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from pitchscoop.access.model import Principal, Role
from pitchscoop.doors.auth import Caller, TheEngine, address_of
from pitchscoop.doors.described import FOR_ALL, PROBLEMS
from pitchscoop.doors.events import Input, Revision
from pitchscoop.doors.idempotency import IdempotentRoute, Seed
from pitchscoop.events.model import Judge, Member, Team
from pitchscoop.events.names import Domain, Email, Name
from pitchscoop.organizing.service import Invited

router = APIRouter(prefix="/api/v1", route_class=IdempotentRoute, responses=PROBLEMS)


class NewTeam(Input):
    """``POST /events/{event_id}/teams``."""

    name: Name
    track: Name | None = None
    members: list[Member] = Field(default_factory=list, max_length=50)


class JoiningTeam(Input):
    """``POST /events/{event_id}/join``."""

    name: Name
    track: Name | None = None


class ChangedTeam(Input):
    """``PATCH /events/{event_id}/teams/{team_id}``: what is left out stays."""

    name: Name | None = None
    track: Name | None = None
    members: list[Member] | None = Field(default=None, max_length=50)
    revision: Revision = None


class _JudgeFields(Input):
    email: Email | None = None
    tracks: list[Name] = Field(default_factory=list, max_length=50)
    domains: list[Domain] = Field(default_factory=list, max_length=50)
    most: int | None = Field(default=None, ge=1, le=1000)


class NewJudge(_JudgeFields):
    """``POST /events/{event_id}/judges``."""

    name: Name


class ChangedJudge(_JudgeFields):
    """``PATCH /events/{event_id}/judges/{judge_id}``: what is left out stays."""

    name: Name | None = None
    revision: Revision = None


class TeamDetails(BaseModel):
    """A team."""

    team_id: str
    event_id: str
    name: str
    track: str | None
    members: list[Member]
    withdrawn_at: dt.datetime | None
    created_at: dt.datetime
    revision: int


class InvitedTeam(TeamDetails):
    """A team and the link that lets it in. The token is shown here and nowhere else."""

    token: str
    join_url: str


class TeamPage(BaseModel):
    """Some teams of an event, newest first, and where the next page begins."""

    teams: list[TeamDetails]
    next_cursor: str | None


class JudgeDetails(BaseModel):
    """A judge. ``conflicts`` are the ids of teams they must not hear, ``domains`` the e-mail domains of such teams."""

    judge_id: str
    event_id: str
    name: str
    email: str | None
    tracks: list[str]
    conflicts: list[str]
    domains: list[str]
    most: int | None
    removed_at: dt.datetime | None
    created_at: dt.datetime
    revision: int


class InvitedJudge(JudgeDetails):
    """A judge and the link that lets them in. The token is shown here and nowhere else."""

    token: str
    invite_url: str


class JudgeList(BaseModel):
    """All judges of an event."""

    judges: list[JudgeDetails]


@router.post("/events/{event_id}/teams", status_code=201, tags=["teams"])
async def add_team(event_id: str, new: NewTeam, who: Caller, engine: TheEngine, seed: Seed) -> InvitedTeam:
    """Let a team join. Its token is shown here and nowhere else."""
    return invited_team(await engine.organizing.add_team(who, event_id, new.name, new.track, new.members, seed))


@router.post("/events/{event_id}/join", status_code=201, tags=["teams"], openapi_extra=FOR_ALL)
async def join(
    event_id: str, new: JoiningTeam, who: Caller, engine: TheEngine, seed: Seed, request: Request
) -> InvitedTeam:
    """Join as a team, where the event lets teams do so by themselves. Needs no token; slowed by address."""
    joining = engine.organizing.join(who, event_id, new.name, new.track, seed, address=address_of(request))
    return invited_team(await joining)


@router.get("/events/{event_id}/teams", tags=["teams"])
async def list_teams(
    event_id: str,
    who: Caller,
    engine: TheEngine,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TeamPage:
    """Teams, newest first, also those that withdrew."""
    teams, following = await engine.organizing.page_teams(who, event_id, cursor, limit)
    return TeamPage(teams=[team_details(team, who) for team in teams], next_cursor=following)


@router.get("/events/{event_id}/teams/{team_id}", tags=["teams"])
async def get_team(event_id: str, team_id: str, who: Caller, engine: TheEngine) -> TeamDetails:
    """A team."""
    return team_details(await engine.organizing.team(who, event_id, team_id), who)


@router.patch("/events/{event_id}/teams/{team_id}", tags=["teams"])
async def update_team(event_id: str, team_id: str, change: ChangedTeam, who: Caller, engine: TheEngine) -> TeamDetails:
    """Change name, track or members."""
    changing = engine.organizing.update_team(who, event_id, team_id, team_fields(change), change.revision)
    return team_details(await changing)


@router.post("/events/{event_id}/teams/{team_id}/withdraw", tags=["teams"])
async def withdraw_team(event_id: str, team_id: str, who: Caller, engine: TheEngine) -> TeamDetails:
    """Take a team out of the running. Its recordings stay."""
    return team_details(await engine.organizing.withdraw_team(who, event_id, team_id))


@router.post("/events/{event_id}/teams/{team_id}/return", tags=["teams"])
async def return_team(event_id: str, team_id: str, who: Caller, engine: TheEngine) -> TeamDetails:
    """Take a team back in that withdrew."""
    return team_details(await engine.organizing.withdraw_team(who, event_id, team_id, withdrawn=False))


@router.post("/events/{event_id}/teams/{team_id}/invitation", status_code=201, tags=["teams"])
async def invite_team(event_id: str, team_id: str, who: Caller, engine: TheEngine) -> InvitedTeam:
    """A new link for a team. The old one, and everybody who came in with it, is out."""
    return invited_team(await engine.organizing.invite_team(who, event_id, team_id))


@router.post("/events/{event_id}/judges", status_code=201, tags=["judges"])
async def add_judge(event_id: str, new: NewJudge, who: Caller, engine: TheEngine, seed: Seed) -> InvitedJudge:
    """Invite a judge. The token is shown here and nowhere else."""
    return invited_judge(await engine.organizing.add_judge(who, event_id, new.name, seed, **judge_fields(new)))


@router.get("/events/{event_id}/judges", tags=["judges"])
async def list_judges(event_id: str, who: Caller, engine: TheEngine) -> JudgeList:
    """All judges by name, but for those who were removed."""
    return JudgeList(judges=[judge_details(judge) for judge in await engine.organizing.list_judges(who, event_id)])


@router.get("/events/{event_id}/judges/{judge_id}", tags=["judges"])
async def get_judge(event_id: str, judge_id: str, who: Caller, engine: TheEngine) -> JudgeDetails:
    """A judge."""
    return judge_details(await engine.organizing.judge(who, event_id, judge_id))


@router.patch("/events/{event_id}/judges/{judge_id}", tags=["judges"])
async def update_judge(
    event_id: str, judge_id: str, change: ChangedJudge, who: Caller, engine: TheEngine
) -> JudgeDetails:
    """Change name, address, tracks, domains or load."""
    changing = engine.organizing.update_judge(who, event_id, judge_id, judge_fields(change), change.revision)
    return judge_details(await changing)


@router.delete("/events/{event_id}/judges/{judge_id}", tags=["judges"])
async def remove_judge(event_id: str, judge_id: str, who: Caller, engine: TheEngine) -> JudgeDetails:
    """Take a judge off the panel: the link ends, the cards stay."""
    return judge_details(await engine.organizing.remove_judge(who, event_id, judge_id))


@router.post("/events/{event_id}/judges/{judge_id}/invitation", status_code=201, tags=["judges"])
async def invite_judge(event_id: str, judge_id: str, who: Caller, engine: TheEngine) -> InvitedJudge:
    """A new link for a judge. The old one, and every sign-in with it, is out."""
    return invited_judge(await engine.organizing.invite_judge(who, event_id, judge_id))


@router.put("/events/{event_id}/judges/{judge_id}/conflicts/{team_id}", tags=["judges"])
async def declare_conflict(event_id: str, judge_id: str, team_id: str, who: Caller, engine: TheEngine) -> JudgeDetails:
    """Say that a judge should not hear a team. A judge says so of themselves."""
    return judge_details(await engine.organizing.declare_conflict(who, event_id, judge_id, team_id))


@router.delete("/events/{event_id}/judges/{judge_id}/conflicts/{team_id}", tags=["judges"])
async def withdraw_conflict(event_id: str, judge_id: str, team_id: str, who: Caller, engine: TheEngine) -> JudgeDetails:
    """Take back that a judge should not hear a team."""
    return judge_details(await engine.organizing.declare_conflict(who, event_id, judge_id, team_id, conflict=False))


def team_details(team: Team, who: Principal | None = None) -> TeamDetails:
    """A team as REST and MCP give it. Judges are not told addresses of its members."""
    shown = TeamDetails(**team.model_dump(exclude={"round"}), revision=team.revision)
    if who is not None and who.role is Role.JUDGE:
        shown.members = [member.model_copy(update={"email": None}) for member in shown.members]
    return shown


def invited_team(invited: Invited[Team]) -> InvitedTeam:
    """A team and its link, as REST and MCP give them."""
    return InvitedTeam(**team_details(invited.who).model_dump(), token=invited.token, join_url=invited.url)


def judge_details(judge: Judge) -> JudgeDetails:
    """A judge as REST and MCP give them."""
    return JudgeDetails(**judge.model_dump(exclude={"round"}), revision=judge.revision)


def invited_judge(invited: Invited[Judge]) -> InvitedJudge:
    """A judge and the link, as REST and MCP give them."""
    return InvitedJudge(**judge_details(invited.who).model_dump(), token=invited.token, invite_url=invited.url)


def team_fields(change: ChangedTeam) -> dict[str, Any]:
    """Those fields of a team that are to change."""
    update = change.model_dump(exclude_unset=True, exclude={"revision", "members"})
    if change.members is not None:
        update["members"] = tuple(change.members)
    if update.get("name", "") is None:
        del update["name"]
    return update


def judge_fields(given: NewJudge | ChangedJudge) -> dict[str, Any]:
    """What was said of a judge; of one who is there already, those fields that are to change."""
    known = given.model_dump(exclude_unset=True, include={"email", "tracks", "domains", "most"})
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}
    return fields | ({"name": given.name} if isinstance(given, ChangedJudge) and given.name else {})
