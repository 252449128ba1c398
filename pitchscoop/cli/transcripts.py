"""Commands for what was said."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import typer

from pitchscoop.cli.common import OPERATOR, fail, parts_of, read_settings
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import Conflict, NotFound
from pitchscoop.transcribing.service import NO_ENGINE
from pitchscoop.transcripts.formats import Form

_PAGE = 200  # sessions read at a time


def transcript(
    session: Annotated[str, typer.Argument(help="The session's id.")],
    form: Annotated[Form, typer.Option("--format", help="json has all that is known, whatever its status.")] = "txt",
) -> None:
    """Print what was said in a session."""
    settings = read_settings()

    async def run() -> None:
        async with parts_of(settings) as parts:
            found = await parts.engine.session(OPERATOR, session)
            text = await parts.engine.transcripts.file(found, form)
        typer.echo(text.encode(), nl=bool(text) and not text.endswith("\n"))  # whatever the terminal's encoding

    asyncio.run(run())


def transcribe(
    sessions: Annotated[list[str] | None, typer.Argument(help="Ids of sessions.")] = None,
    event: Annotated[str | None, typer.Option(help="The event's id: all in it that is missing or failed.")] = None,
) -> None:
    """Have transcripts written that are missing or failed. Servers and workers that run write them."""
    if bool(sessions) == bool(event):
        fail("Name sessions, or an event with --event EVENT.")
    settings = read_settings()

    async def run() -> bool:
        async with parts_of(settings) as parts:
            if not parts.engine.transcripts.engines:
                fail(NO_ENGINE)
            wanted = sessions or [found async for found in _missing(parts.engine, event or "")]
            refused = [session for session in wanted if not await _asked(parts.engine, session)]
            typer.echo(f"{len(wanted) - len(refused)} transcripts were asked for. Servers and workers write them.")
            return not refused

    raise typer.Exit(0 if asyncio.run(run()) else 1)


async def _asked(engine: Engine, session_id: str) -> bool:
    try:
        await engine.transcripts.ask(OPERATOR, session_id)
    except (Conflict, NotFound) as problem:
        typer.echo(f"{session_id}: {problem.message}", err=True)
        return False
    return True


async def _missing(engine: Engine, event_id: str) -> AsyncIterator[str]:
    cursor = None
    while True:
        page = await engine.list_sessions(
            OPERATOR, event_id, cursor=cursor, limit=_PAGE, status="completed", team=None, q=None
        )
        for session in page.sessions:
            if session.transcript.missing:
                yield session.session_id
        if (cursor := page.next_cursor) is None:
            return


COMMANDS = (transcript, transcribe)
