"""REST writes with an ``Idempotency-Key`` have one effect and one answer."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from pitchscoop.access.answers import Answer, Answers
from pitchscoop.doors.auth import COOKIE, bearer

_KEY = "idempotency-key"


class IdempotentRoute(APIRoute):
    """A route whose writes obey an ``Idempotency-Key``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler FastAPI makes."""
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(_KEY)
            if key is None or request.method in ("GET", "HEAD"):
                return await handle(request)
            return await _once(handle, request, key)

        return once


async def _once(handle: Callable[[Request], Coroutine[Any, Any, Response]], request: Request, key: str) -> Response:
    answers = cast("Answers", request.app.state.answers)
    caller = bearer(request) or request.cookies.get(COOKIE) or ""
    begun = await answers.begin(caller, f"{request.method} {request.url.path}", key, await request.body())
    if isinstance(begun, Answer):
        headers = {"Idempotency-Replayed": "true"}
        return Response(begun.body, begun.status, headers, media_type=begun.content_type or None)
    request.state.seed = begun.seed
    try:
        response = await handle(request)
    except BaseException:
        await answers.abandon(begun)
        raise
    await answers.finish(
        begun, Answer(response.status_code, response.headers.get("content-type", ""), bytes(response.body))
    )
    return response


def _seed(request: Request) -> bytes | None:
    return getattr(request.state, "seed", None)


Seed = Annotated[bytes | None, Depends(_seed)]
