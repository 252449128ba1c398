"""Lists of teams over REST."""

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS, BadRow
from pitchscoop.doors.idempotency import IdempotentRoute, Seed
from pitchscoop.doors.people import TeamDetails, team_details
from pitchscoop.events.model import Member
from pitchscoop.organizing.imports import LONGEST, Imported
from pitchscoop.organizing.rosters import MOST_ROWS

router = APIRouter(prefix="/api/v1/events/{event_id}/teams", route_class=IdempotentRoute, responses=PROBLEMS)


class TeamsText(BaseModel):
    """A list of teams: pasted, or the text of a CSV file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(
        max_length=LONGEST,
        description=(
            f"One team a line, up to {MOST_ROWS}: a name, or columns apart by tab, semicolon or comma. A header may "
            "name them (name, track, members, e-mail); without one they are name, track, members."
        ),
    )
    dry_run: bool = Field(default=False, description="Only look at it: nothing is changed.")


class UsableRow(BaseModel):
    """A team as a row names it."""

    row: int
    name: str
    track: str | None
    members: list[Member]


class ImportedTeams(BaseModel):
    """What a list has: rows that can be used, rows that cannot, columns that were not understood.

    ``teams`` are those that were made of it, in the order of the rows; none where it was only looked at.
    """

    rows: list[UsableRow]
    errors: list[BadRow]
    ignored: list[str]
    teams: list[TeamDetails]


@router.post("/import", tags=["teams"])
async def import_teams(event_id: str, given: TeamsText, who: Caller, engine: TheEngine, seed: Seed) -> ImportedTeams:
    """Let all teams of a list join, or none where a row cannot be used (``bad_rows``). See first with ``dry_run``."""
    found = await engine.imports.teams(who, event_id, given.text, dry_run=given.dry_run, seed=seed)
    return await asyncio.to_thread(imported, found)


def imported(found: Imported) -> ImportedTeams:
    """As REST and MCP give it. In a thread: thousands of rows would hold up everybody else."""
    return ImportedTeams(
        rows=[
            UsableRow(row=row.row, name=row.name, track=row.track, members=list(row.members))
            for row in found.roster.teams
        ],
        errors=[BadRow(row=wrong.row, field=wrong.field, message=wrong.message) for wrong in found.roster.errors],
        ignored=list(found.roster.ignored),
        teams=[team_details(team) for team in found.teams],
    )
