"""What the commands share."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import typer
from pydantic import BaseModel

from pitchscoop.access.model import Principal, Role
from pitchscoop.engine import PIECE, Engine
from pitchscoop.main import Parts, assembled
from pitchscoop.settings import BadSetting, Settings, load

T = TypeVar("T")

OPERATOR = Principal(role=Role.ORGANIZER, name="Operator")
"""Whoever can run commands on the machine can read its data anyway."""


def parts_of(settings: Settings) -> contextlib.AbstractAsyncContextManager[Parts]:
    """An engine beside a server: its address is the server's, as it was written down when that started."""
    note = settings.data / "address"
    running = note.read_text() if note.is_file() else "http://127.0.0.1:8000"
    return assembled(settings, settings.public_url or running)


def read_settings() -> Settings:
    """The settings; a bad one ends the command with the line that names it."""
    try:
        return load()
    except BadSetting as problem:
        fail(str(problem))


def fail(message: str) -> NoReturn:
    """End the command: it could not be done."""
    typer.echo(message, err=True)
    sys.exit(2)


def done(work: Callable[[Engine], Awaitable[T]]) -> T:
    """What comes of it, done beside a server."""
    settings = read_settings()

    async def run() -> T:
        async with parts_of(settings) as parts:
            return await work(parts.engine)

    return asyncio.run(run())


def show(found: BaseModel) -> None:
    """Print it as JSON."""
    say(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1))


def say(line: str) -> None:
    """Print a line, whatever the terminal's encoding."""
    typer.echo(line.encode())


async def pieces(file: Path) -> AsyncIterator[bytes]:
    """What is in a file, a piece at a time."""
    with await asyncio.to_thread(file.open, "rb") as opened:
        while piece := await asyncio.to_thread(opened.read, PIECE):
            yield piece
