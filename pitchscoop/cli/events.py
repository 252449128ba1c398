"""Commands for events and the running order, with the operator's rights. Lists are lines; all else is JSON."""

import datetime as dt
import json
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from pitchscoop.cli.common import OPERATOR, done, fail, say, show
from pitchscoop.doors import events as shown
from pitchscoop.doors.audience import Picked, audience_details
from pitchscoop.doors.final import final_details
from pitchscoop.doors.schedule import schedule_details
from pitchscoop.engine import Engine
from pitchscoop.events.model import Settings
from pitchscoop.kernel.stages import Stage
from pitchscoop.organizing.running_order import Order
from pitchscoop.voting.service import MOST_BALLOTS

Event = Annotated[str, typer.Argument(help="The event's id.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A setting, such as reads=2 or public=true.")]

events = typer.Typer(name="events", no_args_is_help=True, help="Set up events, move them on, say who is on stage.")


@events.command("list")
def list_events() -> None:
    """All events, newest first."""
    for event in done(lambda engine: engine.organizing.list_events(OPERATOR)):
        say(f"{event.event_id}  {event.stage:9}  {event.name}")


@events.command("create")
def create_event(name: str, stage: Stage = "open", given: Set = None) -> None:
    """Set up an event."""
    try:
        settings = Settings.model_validate(_settings(given))
    except ValidationError as error:
        found = error.errors()[0]
        fail(f"--set {'.'.join(map(str, found['loc']))}: {found['msg']}.")
    made = done(lambda engine: engine.organizing.create_event(OPERATOR, name, [], settings, stage))
    show(shown.event_details(made))


@events.command("show")
def show_event(event: Event) -> None:
    """An event with its rubric and settings."""
    show(shown.event_details(done(lambda engine: engine.organizing.event(OPERATOR, event))))


@events.command("update")
def update_event(event: Event, name: str | None = None, given: Set = None) -> None:
    """Change the name or settings; what is left out stays."""
    settings = _settings(given)
    changed = done(lambda engine: engine.organizing.update_event(OPERATOR, event, name=name, settings=settings))
    show(shown.event_details(changed))


@events.command("stage")
def move_event(event: Event, stage: Stage) -> None:
    """Move an event to another stage. Recordings under way go on."""
    show(shown.event_details(done(lambda engine: engine.organizing.move_event(OPERATOR, event, stage))))


@events.command("copy")
def copy_event(event: Event, name: str) -> None:
    """A new event, a draft, with the rubric and the settings of this one."""
    show(shown.event_details(done(lambda engine: engine.organizing.copy_event(OPERATOR, event, name))))


@events.command("delete")
def delete_event(
    event: Event,
    yes: Annotated[bool, typer.Option("--yes", help="Without being asked.")] = False,  # noqa: FBT002
) -> None:
    """Remove an event with all it has, for good: audio, transcripts, people, their links."""
    name = done(lambda engine: engine.organizing.event(OPERATOR, event)).name
    if not yes and not typer.confirm(f"Remove {name!r} for good, with every recording in it?"):
        fail("Nothing was removed.")
    done(lambda engine: engine.organizing.delete_event(OPERATOR, event))
    typer.echo("It is gone for everybody. A worker removes what it had within a minute.")


@events.command("audit")
def audit(event: Event, after: str = "", limit: Annotated[int, typer.Option(min=1, max=1000)] = 1000) -> None:
    """Who did what when, one fact a line, as JSON."""
    for fact in done(lambda engine: engine.organizing.facts(OPERATOR, event, after, limit)):
        say(json.dumps(shown.fact_details(fact).model_dump(), ensure_ascii=False))


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

    show(schedule_details(done(work)))


@events.command("call")
def call(event: Event, team: Annotated[str | None, typer.Argument(help="Nobody, where left out.")] = None) -> None:
    """Call a team on stage, or clear it."""
    show(schedule_details(done(lambda engine: engine.running_orders.call(OPERATOR, event, team))))


@events.command("ballots")
def ballots(event: Event, count: Annotated[int, typer.Argument(min=1, max=MOST_BALLOTS)]) -> None:
    """Make links that vote once each, one a line. They are shown here and nowhere else."""
    for ballot in done(lambda engine: engine.audience.make_ballots(OPERATOR, event, count)):
        say(ballot.url)


@events.command("vote")
def vote(
    event: Event,
    ballot: Annotated[str, typer.Option(help="The token of a ballot, or its link.")],
    session: Annotated[str | None, typer.Argument(help="The pitch; left out, the vote is taken back.")] = None,
) -> None:
    """Vote with a ballot."""

    async def work(engine: Engine) -> None:
        token = ballot if ballot.startswith("vote.") else f"vote.{event}.{ballot.partition('?ballot=')[2] or ballot}"
        await engine.audience.cast(await engine.access.who(token), event, session)

    done(work)
    show(Picked(event_id=event, session_id=session))


@events.command("audience")
def audience(event: Event) -> None:
    """What the votes of the audience come to."""
    show(audience_details(done(lambda engine: engine.audience.result(OPERATOR, event))))


@events.command("final")
def final(
    event: Event,
    finalist: Annotated[list[str] | None, typer.Option(help="Ids of the sessions of all finalists.")] = None,
    end: Annotated[bool, typer.Option("--end", help="End the final round.")] = False,  # noqa: FBT002
    discard: Annotated[bool, typer.Option("--discard", help="Let go of comparisons that would be lost.")] = False,  # noqa: FBT002
) -> None:
    """Show the final round with its result, say who is in it, or end it."""
    if end and finalist:
        fail("Say --finalist or --end, not both.")

    async def work(engine: Engine) -> Any:
        names = finalist or end
        found = engine.finals.name(OPERATOR, event, finalist or [], discard=discard) if names else None
        return final_details(engine, await (found or engine.finals.read(OPERATOR, event)))

    show(done(work))


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
