"""What the commands share."""

import contextlib
import sys
from typing import NoReturn

import typer

from pitchscoop.access.model import Principal, Role
from pitchscoop.main import Parts, assembled
from pitchscoop.settings import BadSetting, Settings, load

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
