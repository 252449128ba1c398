"""Finding pitches by what was said in them."""

import asyncio
from typing import Annotated

import typer

from pitchscoop.access.model import Principal, Role
from pitchscoop.cli.common import parts_of, read_settings
from pitchscoop.doors.search import address
from pitchscoop.events.service import DEFAULT_EVENT

_OPERATOR = Principal(role=Role.ORGANIZER, name="Operator")
_MINUTE = 60


def search(
    query: Annotated[str, typer.Argument(help='Words that were said; "a phrase" in quotation marks.')],
    event: Annotated[str, typer.Option(help="The event's id.")] = DEFAULT_EVENT,
) -> None:
    """Find pitches by what was said: when, by whom, and where it plays from there."""
    settings = read_settings()

    async def run() -> None:
        async with parts_of(settings) as parts:
            await parts.engine.search.refresh()
            page = await parts.engine.search.find(_OPERATOR, event, query)
            for hit in page.hits:
                minutes, seconds = divmod(int(hit.quote.start), _MINUTE)
                typer.echo(f"{minutes}:{seconds:02}  {hit.session.team_name}, {hit.session.pitch_title}")
                typer.echo(f"      {hit.quote.text}\n      {address(parts.engine, hit)}")
            if page.next_cursor:
                typer.echo("There are more: look for more words.", err=True)
            if not page.complete:
                typer.echo("Not everything is in the index yet. Search again in a minute.", err=True)

    asyncio.run(run())
