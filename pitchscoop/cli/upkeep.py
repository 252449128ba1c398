"""Commands that keep an installation whole."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated

import typer

from pitchscoop.cli.common import parts_of, read_settings
from pitchscoop.upkeep.service import Upkeep


def reindex() -> None:
    """Rebuild lost state from storage: sessions, events and teams. What state has stays as it is."""
    _upkeep(lambda upkeep: upkeep.reindex(typer.echo))


def fsck(
    mend: Annotated[bool, typer.Option("--mend", help="Mend what can be mended.")] = False,  # noqa: FBT002
) -> None:
    """Compare state and storage: one line for each thing that is wrong. 0 nothing, 1 something, 2 could not look."""
    _upkeep(lambda upkeep: upkeep.fsck(typer.echo, mend=mend))


def backup(
    file: Path, event: Annotated[str | None, typer.Option(help="One event's id; without it, all.")] = None
) -> None:
    """Write state and audio into one new file, while servers run."""
    _upkeep(lambda upkeep: upkeep.backup(file, event, typer.echo))


def restore(file: Path) -> None:
    """Add what a backup holds and is missing here. A damaged file is refused before anything is written."""
    _upkeep(lambda upkeep: upkeep.restore(file, typer.echo))


def _upkeep(work: Callable[[Upkeep], Coroutine[None, None, bool]]) -> None:
    settings = read_settings()

    async def run() -> bool:
        async with parts_of(settings) as parts:
            return await work(parts.upkeep)

    raise typer.Exit(0 if asyncio.run(run()) else 1)


COMMANDS = (reindex, fsck, backup, restore)
