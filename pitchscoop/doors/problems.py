"""The one table from errors to HTTP statuses and live close codes, and the RFC 9457 bodies."""

import functools
import re
from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pitchscoop.kernel import errors

STATUS: dict[type[errors.Problem], int] = {
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.SlowDown: 429,
    errors.Unavailable: 503,
}
CLOSE_CODE: dict[type[errors.Problem], int] = {
    errors.Unauthorized: 4401,
    errors.Forbidden: 4403,
    errors.NotFound: 4404,
    errors.Overtaken: 4409,
    errors.Conflict: 4410,
    errors.TooLarge: 4413,
    errors.Invalid: 4400,
    errors.SlowDown: 1012,  # come again in a while
    errors.Unavailable: 1012,
}
_PLAIN = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method."),
}
_PASSING = {"idempotency_in_progress": 1}
"""Conflicts that end by themselves, and in how many seconds; all others are the same a second later."""

log = structlog.get_logger(__name__)


def status_of(problem: errors.Problem) -> int:
    """The HTTP status of an error."""
    return next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 422)


def close_code_of(problem: errors.Problem) -> int:
    """The close code of an error (design.md 2.4)."""
    return next((CLOSE_CODE[kind] for kind in type(problem).__mro__ if kind in CLOSE_CODE), 4400)


def problem_response(status: int, code: str, message: str, extra: Mapping[str, Any] | None = None) -> Response:
    """An ``application/problem+json`` answer."""
    body = {"type": "about:blank", "title": message, "status": status, "detail": message, "code": code, **(extra or {})}
    headers = {"Cache-Control": "no-store"}
    if status == 401:  # noqa: PLR2004
        headers["WWW-Authenticate"] = "Bearer"
    if wait := errors.Unavailable.retry_after if status == 503 else _PASSING.get(code):  # noqa: PLR2004
        headers["Retry-After"] = str(wait)
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def response_to(problem: errors.Problem) -> Response:
    """The answer to an error."""
    response = problem_response(status_of(problem), problem.code, problem.message, problem.members)
    if isinstance(problem, errors.SlowDown):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def install(app: FastAPI, methods: Mapping[str, list[str]]) -> None:
    """Translate every error once, here. ``methods`` are those that each path of the application is described with."""

    @app.exception_handler(errors.Problem)
    async def _(_: Request, problem: errors.Problem) -> Response:
        return response_to(problem)

    @app.exception_handler(RequestValidationError)
    async def _(_: Request, error: RequestValidationError) -> Response:
        places = [
            {"field": ".".join(str(part) for part in found["loc"][1:]) or str(found["loc"][0]), "message": found["msg"]}
            for found in error.errors()
        ]
        words = "; ".join(f"{place['field']}: {place['message']}" for place in places[:5])
        return problem_response(422, "invalid_request", f"The request cannot be used: {words}", {"errors": places[:20]})

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        if error.status_code == 400:  # noqa: PLR2004  all else that cannot be understood is 422, too
            message = "The body of this request cannot be read. Send what is described at /docs, in UTF-8."
            return problem_response(422, "invalid_request", message)
        code, message = _PLAIN.get(error.status_code, ("http_error", str(error.detail)))
        response = problem_response(error.status_code, code, message)
        response.headers.update(error.headers or {})
        if error.status_code == 405:  # noqa: PLR2004
            response.headers["Allow"] = ", ".join(_methods_at(request.url.path, methods)) or response.headers.get(
                "Allow", ""
            )
        return response

    @app.exception_handler(Exception)
    async def _(request: Request, error: Exception) -> Response:
        log.error("unforeseen_error", method=request.method, error=repr(error), exc_info=error)
        return problem_response(500, "internal_error", "Something went wrong on the server. Nothing stored is lost.")


def _methods_at(address: str, methods: Mapping[str, list[str]]) -> list[str]:
    """The methods that an address is described with (RFC 9110 15.5.6): the router names those of one route only.

    Of several that fit, as of ``/teams/import`` and ``/teams/{team_id}``, the most concrete one is meant.
    """
    fitting = [path for path in methods if _pattern(path).fullmatch(address)]
    return methods[min(fitting, key=lambda path: path.count("{"))] if fitting else []


@functools.cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/")))
