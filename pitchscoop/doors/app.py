"""All HTTP doors in one application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pitchscoop import __version__
from pitchscoop.access.answers import Answers
from pitchscoop.doors import (
    advice,
    audience,
    events,
    exports,
    feedback,
    final,
    leaderboard,
    media,
    panel,
    people,
    problems,
    rest,
    rosters,
    schedule,
    scores,
    search,
    transcripts,
    uploads,
)
from pitchscoop.doors.assistants import Assistants
from pitchscoop.doors.described import ABOUT, PROBLEMS, describe
from pitchscoop.doors.live import live
from pitchscoop.doors.web import entry, feedback_page, judging, organizer, pages, pitches, searching, standings
from pitchscoop.doors.web.render import ASSETS, Renderer
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import Problem, Unavailable

_API = "/api/v1"
_REST = [
    *(
        door.router
        for door in (
            events, people, rosters, panel, schedule, rest, scores, leaderboard, final, audience, feedback,
            transcripts, advice, exports, search, uploads,
        )
    ),
    scores.spoken,
]  # fmt: skip
_JSON: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}
_READY = _JSON | {503: PROBLEMS[503]}
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
_REQUESTS = Counter("pitchscoop_requests_total", "HTTP answers", ["method", "status"])


def create_app(
    engine: Engine,
    answers: Answers,
    *,
    files: media.ServesFiles | None,
    media_origin: str | None,
    lifespan: Callable[[], AbstractAsyncContextManager[None]],
) -> ASGIApp:
    """The application. ``files`` serves audio from the data folder; ``media_origin`` is where else audio comes from."""
    assistants = Assistants(engine)

    @contextlib.asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        async with lifespan(), assistants.running():
            yield

    app = FastAPI(
        title="PitchScoop", version=__version__, description=ABOUT, docs_url=None, redoc_url=None, lifespan=running
    )
    app.state.engine, app.state.answers, app.state.files = engine, answers, files
    app.state.renderer = Renderer()
    app.state.policy = _policy(media_origin)
    problems.install(app, _methods(_REST))
    _errors_as_pages(app)
    for router in _REST:
        app.include_router(router)
    for path, answer, told in (
        ("/healthz", _healthz, _JSON),
        ("/readyz", _readyz, _READY),
        ("/metrics", _metrics, _TEXT),
    ):
        app.add_api_route(path, answer, tags=["operating"], response_class=Response, responses=told)
    describe(app)
    app.router.routes += [
        WebSocketRoute(f"{_API}/sessions/{{session_id}}/live", live),
        Route("/", pages.home),
        Route("/record", pages.record_form, methods=["GET", "POST"]),
        Route("/upload", pages.record_form, methods=["GET", "POST"]),
        Route("/record/{session_id}", pages.recorder),
        Route("/upload/{session_id}", pages.upload),
        Route("/pitches/{session_id}", pitches.pitch),
        Route("/pitches/{session_id}/details", pitches.details),
        Route("/pitches/{session_id}/peaks", pitches.peaks),
        Route("/search", searching.search),
        Route("/pitches/{session_id}/feedback", feedback_page.feedback),
        Route(judging.PATH, judging.judging),
        Route(judging.WORKER, judging.worker),
        *organizer.ROUTES,
        Route("/events/{event_id}/standings", standings.standings),
        Route("/events/{event_id}/standings/embed", standings.embed),
        Route("/pitches/{session_id}/transcript.{form}", pitches.words),
        Route("/sign-in", entry.sign_in),
        Route("/sign-in", entry.enter, methods=["POST"]),
        Route("/join", entry.join),
        Route("/join", entry.join_instead, methods=["POST"]),
        Route("/sign-out", entry.sign_out, methods=["POST"]),
        Route("/docs", pages.docs),
        Mount("/assets", _Assets(directory=ASSETS, check_dir=False)),
        Mount("/compat", assistants.compat),
        Route("/mcp", _as_endpoint(assistants.dotted), methods=["GET", "POST", "DELETE"]),
    ]
    if files is not None:
        app.router.routes.append(Route("/media/{path:path}", media.media, methods=["GET", "HEAD"]))
    return _Headers(app, app.state.policy)


def _methods(routers: Iterable[APIRouter]) -> dict[str, list[str]]:
    """The methods that each address is described with."""
    found: dict[str, list[str]] = {}
    for route in (route for router in routers for route in router.routes):
        if isinstance(route, APIRoute) and route.include_in_schema:
            found.setdefault(route.path, []).extend(sorted(route.methods or ()))
    return found


class _Assets(StaticFiles):
    """Names carry a hash of what is in the file: a browser never asks twice, and has them without a network."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        """See ``StaticFiles``."""
        response = super().file_response(*arguments, **named)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"  # seconds: a year
        return response


def _as_endpoint(app: ASGIApp) -> Any:
    class Endpoint:
        """An ASGI application at one exact path."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await app(scope, receive, send)

    return Endpoint()


def _errors_as_pages(app: FastAPI) -> None:
    """People get a page, programs get problem+json: decided by the address."""
    as_json = dict(app.exception_handlers)

    def is_page(request: Request) -> bool:
        wants_html = "text/html" in request.headers.get("accept", "")
        return wants_html and not request.url.path.startswith((_API, "/media", "/mcp", "/compat"))

    async def problem(request: Request, error: Any) -> Response:
        if is_page(request):
            return pages.error_page(request, error)
        return await as_json[Problem](request, error)  # type: ignore[no-any-return]

    async def http(request: Request, error: Any) -> Response:
        if error.status_code == 404 and "signature" in request.query_params:  # noqa: PLR2004
            return await problem(request, media.altered())
        if is_page(request) and error.status_code == 404:  # noqa: PLR2004
            return pages.error_page(request, pages.missing())
        return await as_json[HTTPException](request, error)  # type: ignore[no-any-return]

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(HTTPException, http)


async def _healthz() -> Response:
    """200 while the process serves."""
    return JSONResponse({"status": "ok"})


async def _readyz(request: Request) -> Response:
    """200 when state and storage can be reached, else 503."""
    engine: Engine = request.app.state.engine
    found = {}
    for name, part in (("state", engine.state), ("storage", engine.storage)):
        try:
            found[name] = await part.check()
        except Unavailable as problem:
            return problems.problem_response(503, problem.code, problem.message)
    return JSONResponse({"status": "ready", **found})


async def _metrics() -> Response:
    """For Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _policy(media_origin: str | None) -> str:
    """What pages may load, but for who may show them within pages of their own."""
    parts = urlsplit(media_origin or "")
    origin = f" {parts.scheme}://{parts.netloc}" if media_origin else ""
    return (
        f"default-src 'self'; media-src 'self' blob:{origin}; connect-src 'self'{origin}; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'"
    )


_PAGE = b"text/html"
_NOT_KEPT = [(b"cache-control", b"no-store")]  # or Back would show it after somebody has signed out


class _Headers:
    """Security headers on every answer, and a count of answers."""

    def __init__(self, app: FastAPI, policy: str) -> None:
        self._app = app
        self._headers = [
            (b"content-security-policy", f"{policy}; frame-ancestors 'none'".encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"permissions-policy", b"microphone=(self), camera=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _REQUESTS.labels(scope["method"], message["status"]).inc()
                present = dict(message["headers"])
                own = [*self._headers, *(_NOT_KEPT if present.get(b"content-type", b"").startswith(_PAGE) else ())]
                missing = [(name, value) for name, value in own if name not in present]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, sent)
        except asyncio.CancelledError:  # the server stops, and what was asked takes longer than its grace
            if started:
                raise
            answer = problems.problem_response(503, "server_stopping", "The server is restarting. Try again.")
            await answer(scope, receive, sent)
