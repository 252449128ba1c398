"""Commands for those who run events, with the operator's rights."""

from typing import Annotated

import typer

from pitchscoop.cli.common import OPERATOR, done, say, show
from pitchscoop.doors import events as shown
from pitchscoop.events.names import named

Organizer = Annotated[str, typer.Argument(help="The organizer's id.")]

organizers = typer.Typer(name="organizers", no_args_is_help=True, help="Those who run events.")


@organizers.command("list")
def list_organizers() -> None:
    """All who run events here."""
    for found in done(lambda engine: engine.organizing.list_organizers(OPERATOR)):
        say(f"{found.organizer_id}  {found.name}")


@organizers.command("add")
def add_organizer(name: str) -> None:
    """Invite somebody else who runs events, and print a link that lets them in once."""
    checked = named("name", name)
    show(shown.invited_organizer(done(lambda engine: engine.organizing.add_organizer(OPERATOR, checked))))


@organizers.command("remove")
def remove_organizer(organizer: Organizer) -> None:
    """End an organizer's sign-ins for good."""
    _ended(organizer, removed=True)


@organizers.command("sign-out")
def sign_out_organizer(organizer: Organizer) -> None:
    """End all sign-ins of an organizer, on every device."""
    _ended(organizer, removed=False)


def _ended(organizer: str, *, removed: bool) -> None:
    ending = done(lambda engine: engine.organizing.end_organizer(OPERATOR, organizer, removed=removed))
    show(shown.organizer_details(ending))
