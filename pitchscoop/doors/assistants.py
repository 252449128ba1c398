"""Where AI assistants come in: the MCP servers of ``doors/mcp.py``, made beside the server's first moments.

The protocol's types take a second to load; whoever starts PitchScoop to record does not wait for them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

from pitchscoop.doors.mcp_bodies import Bodies
from pitchscoop.engine import Engine

if TYPE_CHECKING:
    from mcp.server import MCPServer


class Assistants:
    """The ASGI applications ``dotted`` and ``compat``: what is asked of them early waits until they are made."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._apps: asyncio.Future[tuple[ASGIApp, ASGIApp]] | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Make and run them meanwhile."""
        self._apps = asyncio.get_running_loop().create_future()
        work = asyncio.create_task(self._run(self._apps))
        try:
            yield
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def dotted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tool names with dots."""
        await (await self._made())[0](scope, receive, send)

    async def compat(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tool names with underscores."""
        await (await self._made())[1](scope, receive, send)

    async def _made(self) -> tuple[ASGIApp, ASGIApp]:
        if self._apps is None:
            raise RuntimeError("the lifespan runs first")
        return await asyncio.shield(self._apps)  # one who leaves early must not cancel it for all

    async def _run(self, apps: "asyncio.Future[tuple[ASGIApp, ASGIApp]]") -> None:
        try:
            servers, made = await asyncio.to_thread(_make, self._engine)
            async with contextlib.AsyncExitStack() as stack:
                for server in servers:
                    await stack.enter_async_context(server.session_manager.run())
                apps.set_result(made)
                await asyncio.Event().wait()
        except Exception as error:
            apps.set_exception(error)
            raise


def _make(engine: Engine) -> "tuple[list[MCPServer[Any]], tuple[ASGIApp, ASGIApp]]":
    from pitchscoop.doors import mcp  # noqa: PLC0415  what takes the second

    dotted, compat, bodies = mcp.server(engine, "."), mcp.server(engine, "_"), Bodies()
    return [dotted, compat], (mcp.http_app(dotted, engine, bodies), mcp.http_app(compat, engine, bodies))
