"""The command that makes a result again."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pitchscoop.cli.common import fail
from pitchscoop.kernel.errors import Problem


def replay(
    file: Annotated[Path, typer.Argument(help="An export.json, or an export.zip with one in it.")],
    chain: Annotated[
        str | None, typer.Option(help="What the standings page or the audit log said stands for all cards.")
    ] = None,
) -> None:
    """Prove the cards of an export and print the standings they give. 0 proved, 1 something is not as it was."""
    from pitchscoop.exports.replaying import replay as again  # noqa: PLC0415  brings numpy, others do without

    if not file.is_file():
        fail(f"{file} is not a file.")
    try:
        text, found = again(file)
    except Problem as problem:
        typer.echo(problem.message, err=True)
        raise typer.Exit(1) from None
    sys.stdout.buffer.write(text.encode())
    typer.echo(f"The chain of all cards: {found}", err=True)
    if chain is not None and chain != found:
        typer.echo(f"These are not the cards of {chain}: some were changed, added or removed.", err=True)
        raise typer.Exit(1)
