"""Who is asking: a bearer token from programs, a cookie from people."""

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection, Request

from pitchscoop.access.model import Principal
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import Forbidden
from pitchscoop.kernel.facts import acting

COOKIE = "pitchscoop"
_SAFE = {"GET", "HEAD", "OPTIONS"}


def engine_of(connection: HTTPConnection) -> Engine:
    """The engine that main.py put together."""
    return cast("Engine", connection.app.state.engine)


def bearer(connection: HTTPConnection) -> str | None:
    """The token a program sent, if any."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def ballot_cookie(event_id: str) -> str:
    """The name of the cookie that is a browser's ballot in an event."""
    return f"ballot_{event_id}"


def ballot_in(connection: HTTPConnection) -> str | None:
    """The ballot of a browser that asks for the vote of an event; it opens nothing else."""
    event_id = connection.path_params.get("event_id", "")
    return connection.cookies.get(ballot_cookie(event_id)) if connection.url.path.endswith("/vote") else None


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from: what a proxy says of it counts only where the server trusts that proxy."""
    return connection.client.host if connection.client else ""


async def identified(connection: HTTPConnection, engine: Engine, token: str | None) -> Principal:
    """Whoever brings this token; from here on it is they who act."""
    who = await engine.access.who(token, address_of(connection))
    acting.set(who.label)
    return who


async def principal_of(request: Request) -> Principal:
    """The principal of a request.

    A cookie counts for a write only from our own pages: browsers say where a request comes from.
    """
    known: Principal | None = getattr(request.state, "who", None)
    if known is None:
        known = request.state.who = await _principal_of(request)
    return known


async def _principal_of(request: Request) -> Principal:
    engine = engine_of(request)
    if token := bearer(request):
        return await identified(request, engine, token)
    cookie = request.cookies.get(COOKIE)
    if cookie and request.method not in _SAFE:
        require_our_pages(request)
    return await identified(request, engine, cookie)


def require_our_pages(request: Request) -> None:
    """Pass if one of our pages sent it.

    Raises:
        Forbidden: ``other_site``.
    """
    if not _from_our_pages(request):
        raise Forbidden("other_site", "This request came from another site. Open the page itself and try again.")


def _from_our_pages(request: Request) -> bool:
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")


async def _the_engine(request: Request) -> Engine:
    return engine_of(request)  # what is no coroutine would be called in a thread, and wait there for its turn


Caller = Annotated[Principal, Depends(principal_of)]
TheEngine = Annotated[Engine, Depends(_the_engine)]
