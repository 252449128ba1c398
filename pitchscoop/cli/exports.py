"""Commands that take events away and in."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Annotated, Literal

import typer

from pitchscoop.cli.common import OPERATOR, done, fail, pieces
from pitchscoop.engine import Engine
from pitchscoop.upkeep.archive import new_file

Form = Literal["export.zip", "export.json", "sessions.csv", "scores.csv", "audit.csv"]

_LARGEST = 4 << 30  # bytes of an import: it is held in memory


def export(
    event: Annotated[str, typer.Argument(help="The event's id, such as default.")],
    file: Annotated[Path | None, typer.Argument(help="Where to; without it, the event's name in this folder.")] = None,
    form: Annotated[Form, typer.Option("--as", help="All recordings, all that is known of them, or a table.")] = (
        "export.zip"
    ),
    session: Annotated[list[str] | None, typer.Option(help="The id of one of those wanted; all without.")] = None,
) -> None:
    """Write an event into one new file: its recordings with a table of them or, with --as, something else."""

    async def work(engine: Engine) -> Path:
        name, written = await _export(engine, event, form, session or [])
        path = file or Path(name)
        with new_file(path) as out:
            async for piece in written:
                await asyncio.to_thread(out.write, piece)
        return path

    more = ": what is in it, and what is not and why, says its manifest.json." if form == "export.zip" else ""
    typer.echo(f"{done(work)}{more}")


async def _export(
    engine: Engine, event: str, form: Form, sessions: list[str]
) -> tuple[str, AsyncGenerator[bytes, None]]:
    """The name of the file, and what is in it."""
    if form == "audit.csv":
        return f"{event} audit.csv", await engine.audit_csv(OPERATOR, event)
    found = await engine.export(OPERATOR, event, form, sessions)
    return {
        "export.zip": lambda: (f"{found.name}.zip", found.zip()),
        "export.json": lambda: (f"{found.name}.json", found.json()),
        "sessions.csv": lambda: (f"{found.name}.csv", found.sessions_csv()),
        "scores.csv": lambda: (f"{found.name} scores.csv", found.scores_csv()),
    }[form]()


def import_event(file: Annotated[Path, typer.Argument(help="An export.json.")]) -> None:
    """Take in an event that was exported, where it is not known yet. Links of its people are made anew."""
    if not file.is_file():
        fail(f"{file} is not a file.")
    event = done(lambda engine: engine.import_event(OPERATOR, pieces(file), _LARGEST))
    typer.echo(f"{event.name}: its id is {event.event_id}. Audio is not in an export.json; docs/export.md.")
