"""Commands for teams and judges, with the operator's rights. Lists are lines; all else is JSON."""

import sys
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from pitchscoop.cli.common import OPERATOR, done, fail, say, show
from pitchscoop.doors import people
from pitchscoop.doors.panel import assignment_details
from pitchscoop.doors.rosters import imported
from pitchscoop.engine import Engine
from pitchscoop.organizing.imports import text_of
from pitchscoop.organizing.panel import Wish
from pitchscoop.organizing.rosters import read_members

M = TypeVar("M", bound=BaseModel)
Event = Annotated[str, typer.Argument(help="The event's id.")]
Team = Annotated[str, typer.Argument(help="The team's id.")]
Judge = Annotated[str, typer.Argument(help="The judge's id.")]
Email = Annotated[str | None, typer.Option(help="For conflicts of interest; nothing is sent to it.")]
Track = Annotated[list[str] | None, typer.Option(help="A track they hear; all where there is none.")]
Domain = Annotated[list[str] | None, typer.Option(help="An e-mail domain whose teams they never hear.")]
Most = Annotated[int | None, typer.Option(min=1, max=1000, help="How many teams they hear at most.")]

teams = typer.Typer(name="teams", no_args_is_help=True, help="Teams of an event.")
judges = typer.Typer(name="judges", no_args_is_help=True, help="Judges of an event, and who hears whom.")


@teams.command("list")
def list_teams(event: Event) -> None:
    """All teams by name."""
    for team in done(lambda engine: engine.organizing.list_teams(OPERATOR, event)):
        say("  ".join([team.team_id, team.name, *([f"({team.track})"] if team.track else [])]))


@teams.command("add")
def add_team(event: Event, name: str, track: str | None = None) -> None:
    """Let a team join, and print its link."""
    show(people.invited_team(done(lambda engine: engine.organizing.add_team(OPERATOR, event, name, track))))


@teams.command("import")
def import_teams(
    event: Event,
    file: Annotated[Path, typer.Argument(help="One team a line, or a CSV: name, track, members. - is standard input.")],
    dry_run: Annotated[bool, typer.Option(help="Only look at it.")] = False,  # noqa: FBT002
) -> None:
    """Let all teams of a list join, or none where a row cannot be used."""
    if str(file) != "-" and not file.is_file():
        fail(f"{file} is not a file.")
    text = text_of(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
    seen = imported(done(lambda engine: engine.imports.teams(OPERATOR, event, text, dry_run=True)))
    for error in seen.errors:
        typer.echo(f"Row {error.row}, {error.field}: {error.message}", err=True)
    if seen.errors:
        fail("Nothing was imported.")
    if dry_run:
        typer.echo(f"{len(seen.rows)} teams can be imported.")
        return
    made = done(lambda engine: engine.imports.teams(OPERATOR, event, text, dry_run=False))
    typer.echo(f"{len(made.teams)} teams were imported.")


@teams.command("update")
def update_team(
    event: Event,
    team: Team,
    name: str | None = None,
    track: Annotated[str | None, typer.Option(help="An empty one is none.")] = None,
    member: Annotated[list[str] | None, typer.Option(help="Each of them: Ada Lovelace <ada@example.org>.")] = None,
) -> None:
    """Change name, track or members; what is left out stays."""
    members, wrong = read_members(member or [])
    if wrong:
        fail(f"--member: {wrong[0].message}")
    given = {"name": name, "track": track or None, "members": [one.model_dump() for one in members] or None}
    change = _checked(people.ChangedTeam, {field: value for field, value in given.items() if value is not None})
    update = people.team_fields(change) | ({"track": None} if track == "" else {})
    show(people.team_details(done(lambda engine: engine.organizing.update_team(OPERATOR, event, team, update))))


@teams.command("withdraw")
def withdraw_team(
    event: Event,
    team: Team,
    back: Annotated[bool, typer.Option("--back", help="Take it back in.")] = False,  # noqa: FBT002
) -> None:
    """Take a team out of the running, or back in."""
    changed = done(lambda engine: engine.organizing.withdraw_team(OPERATOR, event, team, withdrawn=not back))
    show(people.team_details(changed))


@teams.command("invite")
def invite_team(event: Event, team: Team) -> None:
    """A new link for a team. The old one, and everybody who came in with it, is out."""
    show(people.invited_team(done(lambda engine: engine.organizing.invite_team(OPERATOR, event, team))))


@teams.command("take")
def take_sessions(
    team: Team, sessions: Annotated[list[str], typer.Argument(help="Ids of sessions of the same event.")]
) -> None:
    """Make pitches that were recorded under another name this team's own."""

    async def work(engine: Engine) -> None:
        for session in sessions:
            moved = await engine.move(OPERATOR, session, team_id=team)
            say(f"{session}  {moved.team_name}")

    done(work)


@judges.command("list")
def list_judges(event: Event) -> None:
    """All judges by name."""
    for judge in done(lambda engine: engine.organizing.list_judges(OPERATOR, event)):
        say(f"{judge.judge_id}  {judge.name}")


@judges.command("add")
def add_judge(
    event: Event,
    name: str,
    email: Email = None,
    track: Track = None,
    domain: Domain = None,
    most: Most = None,
) -> None:
    """Invite a judge, and print the link."""
    new = _checked(people.NewJudge, {"name": name} | _given(email, track, domain, most))
    more = people.judge_fields(new)
    show(people.invited_judge(done(lambda engine: engine.organizing.add_judge(OPERATOR, event, new.name, **more))))


@judges.command("update")
def update_judge(
    event: Event,
    judge: Judge,
    name: str | None = None,
    email: Email = None,
    track: Track = None,
    domain: Domain = None,
    most: Most = None,
) -> None:
    """Change name, address, tracks, domains or load; what is left out stays."""
    given = ({} if name is None else {"name": name}) | _given(email, track, domain, most)
    update = people.judge_fields(_checked(people.ChangedJudge, given))
    show(people.judge_details(done(lambda engine: engine.organizing.update_judge(OPERATOR, event, judge, update))))


@judges.command("remove")
def remove_judge(event: Event, judge: Judge) -> None:
    """Take a judge off the panel: the link ends, the cards stay."""
    show(people.judge_details(done(lambda engine: engine.organizing.remove_judge(OPERATOR, event, judge))))


@judges.command("invite")
def invite_judge(event: Event, judge: Judge) -> None:
    """A new link for a judge. The old one, and every sign-in with it, is out."""
    show(people.invited_judge(done(lambda engine: engine.organizing.invite_judge(OPERATOR, event, judge))))


@judges.command("conflict")
def declare_conflict(
    event: Event,
    judge: Judge,
    team: Team,
    none: Annotated[bool, typer.Option("--none", help="Take it back.")] = False,  # noqa: FBT002
) -> None:
    """Say that a judge should not hear a team."""
    changed = done(lambda engine: engine.organizing.declare_conflict(OPERATOR, event, judge, team, conflict=not none))
    show(people.judge_details(changed))


@judges.command("assign")
def assign(
    event: Event,
    seed: Annotated[int | None, typer.Option(min=0, help="Another one gives another plan as good.")] = None,
    absent: Annotated[list[str] | None, typer.Option(help="The id of a judge who is not there.")] = None,
    afresh: Annotated[bool, typer.Option(help="Let go of all that stands but was not heard.")] = False,  # noqa: FBT002
    nearest: Annotated[bool, typer.Option(help="Take the best there is.")] = False,  # noqa: FBT002
) -> None:
    """Say who hears whom, or anew when people came or went: what stands is kept."""
    wish = Wish(seed=seed, absent=absent or None, afresh=afresh, nearest=nearest)
    show(assignment_details(done(lambda engine: engine.panel.make(OPERATOR, event, wish))))


@judges.command("assignment")
def assignment(event: Event, judge: Annotated[str | None, typer.Option(help="Of one judge only.")] = None) -> None:
    """Who hears whom."""
    show(assignment_details(done(lambda engine: engine.panel.read(OPERATOR, event, judge))))


def _given(email: str | None, track: list[str] | None, domain: list[str] | None, most: int | None) -> dict[str, Any]:
    given = {"email": email, "tracks": track, "domains": domain, "most": most}
    return {field: value for field, value in given.items() if value is not None}


def _checked(model: type[M], given: dict[str, Any]) -> M:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        found = error.errors()[0]
        fail(f"{found['loc'][0]}: {found['msg']}.")
