"""What all MCP tools share: who calls, and how errors are told."""

import contextvars
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from pitchscoop.access.model import ANYBODY, Principal
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import Problem

T = TypeVar("T")
EventId = Annotated[str, Field(description="The event's id, as list_events gives it.", max_length=64)]
TeamId = Annotated[str, Field(description="The team's id, as list_teams gives it.", max_length=64)]
JudgeId = Annotated[str, Field(description="The judge's id, as list_judges gives it.", max_length=64)]
SessionId = Annotated[str, Field(description="The session_id that start_recording gave.", max_length=64)]

caller: contextvars.ContextVar[Principal] = contextvars.ContextVar("caller", default=ANYBODY)
"""Whose token came with the request."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function as a tool: its title for people, and what a host may know before it calls."""

    work: Callable[..., Any]
    title: str
    reads: bool = False
    repeatable: bool = True
    destroys: bool = False


class Calls:
    """Tools over the engine. ``trusted`` is who a stdio caller is."""

    def __init__(self, engine: Engine, trusted: Principal | None = None) -> None:
        self._engine = engine
        self._trusted = trusted

    @property
    def _who(self) -> Principal:
        return self._trusted or caller.get()


async def told(work: Awaitable[T]) -> T:
    """Errors a model can act on: the stable code, then what to do."""
    try:
        return await work
    except Problem as problem:
        raise ToolError(f"{problem.code}: {problem.message}") from None
