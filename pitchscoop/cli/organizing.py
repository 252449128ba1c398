"""Commands for events, teams and judges, with the operator's rights. Lists are lines; all else is JSON."""

import asyncio
import codecs
import datetime as dt
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from pitchscoop.cli.common import OPERATOR, fail, parts_of, read_settings
from pitchscoop.doors import events as shown
from pitchscoop.doors import people
from pitchscoop.doors.panel import assignment_details
from pitchscoop.doors.rosters import imported
from pitchscoop.doors.schedule import schedule_details
from pitchscoop.engine import Engine
from pitchscoop.events.model import Settings
from pitchscoop.kernel.facts import acting
from pitchscoop.kernel.stages import Stage
from pitchscoop.organizing.panel import Wish
from pitchscoop.organizing.running_order import Order

T = TypeVar("T")
Event = Annotated[str, typer.Argument(help="The event's id.")]
Team = Annotated[str, typer.Argument(help="The team's id.")]
Judge = Annotated[str, typer.Argument(help="The judge's id.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A setting, such as reads=2 or public=true.")]

events = typer.Typer(no_args_is_help=True, help="Set up events, move them on, and say who is on stage when.")
teams = typer.Typer(no_args_is_help=True, help="Teams of an event.")
judges = typer.Typer(no_args_is_help=True, help="Judges of an event, and who hears whom.")
GROUPS = {"events": events, "teams": teams, "judges": judges}


def _done(work: Callable[[Engine], Awaitable[T]]) -> T:
    settings = read_settings()

    async def run() -> T:
        acting.set(OPERATOR.label)
        async with parts_of(settings) as parts:
            return await work(parts.engine)

    return asyncio.run(run())


def _print(found: BaseModel) -> None:
    _say(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1))


def _say(line: str) -> None:
    typer.echo(line.encode())  # whatever the terminal's encoding


def _settings(given: list[str] | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in given or ():
        name, equals, value = pair.partition("=")
        if not equals:
            fail(f"--set {pair}: write NAME=VALUE, such as reads=2.")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _text(file: Path) -> str:
    """What spreadsheets write: UTF-8, UTF-16, or what Windows had before."""
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


@events.command("list")
def list_events() -> None:
    """All events, newest first."""
    for event in _done(lambda engine: engine.organizing.list_events(OPERATOR)):
        _say(f"{event.event_id}  {event.stage:9}  {event.name}")


@events.command("create")
def create_event(name: str, stage: Stage = "open", given: Set = None) -> None:
    """Set up an event."""
    try:
        settings = Settings.model_validate(_settings(given))
    except ValidationError as error:
        found = error.errors()[0]
        fail(f"--set {'.'.join(map(str, found['loc']))}: {found['msg']}.")
    made = _done(lambda engine: engine.organizing.create_event(OPERATOR, name, [], settings, stage))
    _print(shown.event_details(made))


@events.command("show")
def show_event(event: Event) -> None:
    """An event with its rubric and settings."""
    _print(shown.event_details(_done(lambda engine: engine.organizing.event(OPERATOR, event))))


@events.command("update")
def update_event(event: Event, name: str | None = None, given: Set = None) -> None:
    """Change the name or settings; what is left out stays."""
    settings = _settings(given)
    changed = _done(lambda engine: engine.organizing.update_event(OPERATOR, event, name=name, settings=settings))
    _print(shown.event_details(changed))


@events.command("stage")
def move_event(event: Event, stage: Stage) -> None:
    """Move an event to another stage. Recordings under way go on."""
    _print(shown.event_details(_done(lambda engine: engine.organizing.move_event(OPERATOR, event, stage))))


@events.command("copy")
def copy_event(event: Event, name: str) -> None:
    """A new event, a draft, with the rubric and the settings of this one."""
    _print(shown.event_details(_done(lambda engine: engine.organizing.copy_event(OPERATOR, event, name))))


@events.command("audit")
def audit(event: Event, after: str = "", limit: Annotated[int, typer.Option(min=1, max=1000)] = 1000) -> None:
    """Who did what when, one fact a line, as JSON."""
    for fact in _done(lambda engine: engine.organizing.facts(OPERATOR, event, after, limit)):
        _say(json.dumps(shown.fact_details(fact).model_dump(), ensure_ascii=False))


@events.command("schedule")
def schedule(
    event: Event,
    team: Annotated[list[str] | None, typer.Option(help="Ids of all teams on stage, in order.")] = None,
    starts_at: Annotated[str | None, typer.Option(help="Such as 2026-05-04T14:00+02:00.")] = None,
    slot: Annotated[int | None, typer.Option(min=10, max=24 * 3600, help="Seconds.")] = None,
) -> None:
    """Show the running order, or set what is given of it."""
    order = Order(team or None, _moment(starts_at), slot)
    changes = order != Order()

    async def work(engine: Engine) -> Any:
        orders = engine.running_orders
        return await (orders.write(OPERATOR, event, order) if changes else orders.read(OPERATOR, event))

    _print(schedule_details(_done(work)))


@events.command("call")
def call(event: Event, team: Annotated[str | None, typer.Argument(help="Nobody, where left out.")] = None) -> None:
    """Call a team on stage, or clear it."""
    _print(schedule_details(_done(lambda engine: engine.running_orders.call(OPERATOR, event, team))))


def _moment(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        fail(f"{text} is not a time. Write it as 2026-05-04T14:00+02:00.")
    if found.tzinfo is None:
        fail(f"{text} has no UTC offset. Write it as {text}+02:00, or with Z.")
    return found


@teams.command("list")
def list_teams(event: Event) -> None:
    """All teams by name."""
    for team in _done(lambda engine: engine.organizing.list_teams(OPERATOR, event)):
        _say("  ".join([team.team_id, team.name, *([f"({team.track})"] if team.track else [])]))


@teams.command("add")
def add_team(event: Event, name: str, track: str | None = None) -> None:
    """Let a team join, and print its link."""
    _print(people.invited_team(_done(lambda engine: engine.organizing.add_team(OPERATOR, event, name, track))))


@teams.command("import")
def import_teams(
    event: Event,
    file: Annotated[Path, typer.Argument(help="One team a line, or a CSV: name, track, members. - is standard input.")],
    dry_run: Annotated[bool, typer.Option(help="Only look at it.")] = False,  # noqa: FBT002
) -> None:
    """Let all teams of a list join, or none where a row cannot be used."""
    if str(file) != "-" and not file.is_file():
        fail(f"{file} is not a file.")
    text = _text(file)
    seen = imported(_done(lambda engine: engine.imports.teams(OPERATOR, event, text, dry_run=True)))
    for error in seen.errors:
        typer.echo(f"Row {error.row}, {error.field}: {error.message}", err=True)
    if seen.errors:
        fail("Nothing was imported.")
    if dry_run:
        typer.echo(f"{len(seen.rows)} teams can be imported.")
        return
    made = _done(lambda engine: engine.imports.teams(OPERATOR, event, text, dry_run=False))
    typer.echo(f"{len(made.teams)} teams were imported.")


@teams.command("withdraw")
def withdraw_team(
    event: Event,
    team: Team,
    back: Annotated[bool, typer.Option("--back", help="Take it back in.")] = False,  # noqa: FBT002
) -> None:
    """Take a team out of the running, or back in."""
    changed = _done(lambda engine: engine.organizing.withdraw_team(OPERATOR, event, team, withdrawn=not back))
    _print(people.team_details(changed))


@teams.command("invite")
def invite_team(event: Event, team: Team) -> None:
    """A new link for a team. The old one, and everybody who came in with it, is out."""
    _print(people.invited_team(_done(lambda engine: engine.organizing.invite_team(OPERATOR, event, team))))


@judges.command("list")
def list_judges(event: Event) -> None:
    """All judges by name."""
    for judge in _done(lambda engine: engine.organizing.list_judges(OPERATOR, event)):
        _say(f"{judge.judge_id}  {judge.name}")


@judges.command("add")
def add_judge(
    event: Event,
    name: str,
    email: str | None = None,
    track: Annotated[list[str] | None, typer.Option(help="A track they hear; all where there is none.")] = None,
    domain: Annotated[list[str] | None, typer.Option(help="An e-mail domain whose teams they never hear.")] = None,
    most: Annotated[int | None, typer.Option(min=1, max=1000, help="How many teams they hear at most.")] = None,
) -> None:
    """Invite a judge, and print the link."""
    try:
        new = people.NewJudge(name=name, email=email, tracks=track or [], domains=domain or [], most=most)
    except ValidationError as error:
        found = error.errors()[0]
        fail(f"{found['loc'][0]}: {found['msg']}.")
    more: dict[str, Any] = {
        "email": new.email,
        "tracks": tuple(new.tracks),
        "domains": tuple(new.domains),
        "most": new.most,
    }
    _print(people.invited_judge(_done(lambda engine: engine.organizing.add_judge(OPERATOR, event, new.name, **more))))


@judges.command("remove")
def remove_judge(event: Event, judge: Judge) -> None:
    """Take a judge off the panel: the link ends, the cards stay."""
    _print(people.judge_details(_done(lambda engine: engine.organizing.remove_judge(OPERATOR, event, judge))))


@judges.command("invite")
def invite_judge(event: Event, judge: Judge) -> None:
    """A new link for a judge. The old one, and every sign-in with it, is out."""
    _print(people.invited_judge(_done(lambda engine: engine.organizing.invite_judge(OPERATOR, event, judge))))


@judges.command("conflict")
def declare_conflict(
    event: Event,
    judge: Judge,
    team: Team,
    none: Annotated[bool, typer.Option("--none", help="Take it back.")] = False,  # noqa: FBT002
) -> None:
    """Say that a judge should not hear a team."""
    changed = _done(lambda engine: engine.organizing.declare_conflict(OPERATOR, event, judge, team, conflict=not none))
    _print(people.judge_details(changed))


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
    _print(assignment_details(_done(lambda engine: engine.panel.make(OPERATOR, event, wish))))


@judges.command("assignment")
def assignment(event: Event, judge: Annotated[str | None, typer.Option(help="Of one judge only.")] = None) -> None:
    """Who hears whom."""
    _print(assignment_details(_done(lambda engine: engine.panel.read(OPERATOR, event, judge))))
