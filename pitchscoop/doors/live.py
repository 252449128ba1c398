"""The live WebSocket (design.md 2.4): who may open it, and how it ends."""

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from pitchscoop.access.model import Principal
from pitchscoop.doors.auth import COOKIE, bearer, engine_of, identified
from pitchscoop.doors.problems import close_code_of
from pitchscoop.doors.recorder import Recorder, closed, in_time
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import Problem, Unauthorized, Unavailable

_LONGEST = 19  # digits: what a file can hold
_PATIENCE = 8.0  # seconds to wait for storage and state; a client takes its connection for dead after 10


async def live(websocket: WebSocket) -> None:
    """Serve one live connection. Close codes come after an accepted handshake."""
    await websocket.accept()
    engine = engine_of(websocket)
    session_id, turn = str(websocket.path_params["session_id"]), engine.connections.turn()
    until = asyncio.get_running_loop().time() + _PATIENCE
    try:
        with in_time():
            async with asyncio.timeout_at(until):
                who = await _who(engine, websocket)
                session = await engine.session(who, session_id)
        await Recorder(websocket, engine, who, session, turn, _sent(websocket)).serve(until)
    except WebSocketDisconnect:
        return
    except Problem as problem:
        await closed(websocket, close_code_of(problem), problem.code)
    except asyncio.CancelledError:  # it came when the server was stopping already
        await closed(websocket, close_code_of(Unavailable("server_stopping", "")), "server_stopping")


def _sent(websocket: WebSocket) -> int | None:
    """How far a client that comes back has sent (``sent``, bytes): it may not push away whoever went on meanwhile."""
    told = websocket.query_params.get("sent", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < _LONGEST else None


async def _who(engine: Engine, websocket: WebSocket) -> Principal:
    token = websocket.query_params.get("token") or bearer(websocket)
    if token is None:
        host = websocket.headers.get("host")
        if websocket.headers.get("origin", "").partition("://")[2] != host:
            raise Unauthorized("not_signed_in", "Open live.url with its token.")
        token = websocket.cookies.get(COOKIE)
    if not token:
        raise Unauthorized("not_signed_in", "Open live.url with its token.")
    return await identified(websocket, engine, token)
