"""REST writes: who asks is known before a body is read, and an ``Idempotency-Key`` has one effect and one answer."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from pitchscoop.access.answers import Answer, Answers
from pitchscoop.access.model import ANYBODY, sign_in
from pitchscoop.doors.auth import COOKIE, address_of, ballot_in, bearer, principal_of
from pitchscoop.doors.bodies import whole
from pitchscoop.doors.described import FOR_ALL
from pitchscoop.kernel.errors import Invalid

_KEY = "idempotency-key"
_UNGUESSABLE = 22  # characters: 128 random bits


class IdempotentRoute(APIRoute):
    """A route whose writes obey an ``Idempotency-Key``.

    Of somebody who brings nothing, where a token is needed, nothing is kept: they are told to sign in.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler FastAPI makes."""
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            if request.method in ("GET", "HEAD"):
                return await handle(request)
            who = await principal_of(request)  # a token that was ended gets no answer of before
            known = who != ANYBODY or self.openapi_extra == FOR_ALL or ballot_in(request) is not None
            key = request.headers.get(_KEY) if known else None
            if key is not None or self.body_field is not None:
                request = await whole(request, who)
            try:
                return await (handle(request) if key is None else _once(handle, request, key))
            except RequestValidationError:
                if known:
                    raise
                raise sign_in() from None  # what else is wrong is not for whoever may not ask

        return once


async def _once(handle: Callable[[Request], Coroutine[Any, Any, Response]], request: Request, key: str) -> Response:
    answers = cast("Answers", request.app.state.answers)
    caller = _caller(request, key)
    begun = await answers.begin(caller, f"{request.method} {request.url.path}", key, await request.body())
    if isinstance(begun, Answer):
        headers = {"Idempotency-Replayed": "true"}
        return Response(begun.body, begun.status, headers, media_type=begun.content_type or None)
    request.state.seed = begun.seed
    try:
        async with answers.under_way(begun):
            response = await handle(request)
    except BaseException:
        await answers.abandon(begun)
        raise
    await answers.finish(
        begun, Answer(response.status_code, response.headers.get("content-type", ""), bytes(response.body))
    )
    return response


def _caller(request: Request, key: str) -> str:
    """Whose key it is: two people may use the same one.

    Without a token the answer, which may hold one, goes to whoever brings the key from the same address. So it must be
    a key that nobody else has.
    """
    if token := bearer(request) or ballot_in(request) or request.cookies.get(COOKIE):
        return token
    if len(key) < _UNGUESSABLE:
        message = f"Without a token, an Idempotency-Key has at least {_UNGUESSABLE} characters: take a UUID."
        raise Invalid("bad_idempotency_key", message)
    return f"somebody at {address_of(request)}"


async def _seed(request: Request) -> bytes | None:
    return getattr(request.state, "seed", None)


Seed = Annotated[bytes | None, Depends(_seed)]
