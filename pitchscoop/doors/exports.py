"""An event, downloaded (design.md 2.3): sent as it is made, at the pace of whoever takes it."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated, Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from pitchscoop.doors import bodies
from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.doors.events import EventDetails, event_details
from pitchscoop.doors.idempotency import IdempotentRoute
from pitchscoop.kernel.errors import Problem

router = APIRouter(prefix="/api/v1", route_class=IdempotentRoute, responses=PROBLEMS, tags=["events"])
log = structlog.get_logger(__name__)

_OBJECT = {"schema": {"type": "object"}}
_DOCUMENT = {"required": True, "content": {"application/json": _OBJECT}}
_FILE = {"schema": {"type": "string", "format": "binary"}}


def _described(media_type: str) -> dict[int | str, dict[str, Any]]:
    content = _OBJECT if media_type == "application/json" else _FILE
    return {200: {"description": "The file, streamed.", "content": {media_type: content}}}


CONTENT_TYPES = {
    "zip": "application/zip",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8; header=present",
}
"""By what a form's name ends in."""
_CSV = CONTENT_TYPES["csv"]
MOST_CHOSEN = 1000  # sessions named in one address; more do not fit into it
LARGEST = 16 << 20  # bytes of an import: it is held in memory, and read while others wait; the command takes any size

Chosen = Annotated[
    list[Annotated[str, Field(pattern="^[0-9A-Za-z]{1,40}$")]],
    Query(max_length=MOST_CHOSEN, alias="session", description="Ids of sessions; all of them without."),
]


@router.get("/events/{event_id}/export.zip", response_class=Response, responses=_described("application/zip"))
async def export_zip(event_id: str, who: Caller, engine: TheEngine, chosen: Chosen = []) -> Response:  # noqa: B006
    """Everything of an event in one file: each recording as received, ``sessions.csv``, ``manifest.json``.

    Beside a recording lies what was said: text, captions, JSON. A stream that ends early was cut: ask again.
    """
    export = await engine.export(who, event_id, "export.zip", chosen)
    return await _download(export.zip(), "application/zip", f"{export.name}.zip")


@router.get("/events/{event_id}/export.json", response_class=Response, responses=_described("application/json"))
async def export_json(event_id: str, who: Caller, engine: TheEngine) -> Response:
    """All that is known of an event but its audio, to be read by programs and to be imported again."""
    export = await engine.export(who, event_id, "export.json")
    return await _download(export.json(), "application/json", f"{export.name}.json")


@router.get("/events/{event_id}/sessions.csv", response_class=Response, responses=_described("text/csv"))
async def sessions_csv(event_id: str, who: Caller, engine: TheEngine, chosen: Chosen = []) -> Response:  # noqa: B006
    """Sessions of an event as a table for spreadsheets, newest first."""
    export = await engine.export(who, event_id, "sessions.csv", chosen)
    return await _download(export.sessions_csv(), _CSV, f"{export.name}.csv")


@router.get("/events/{event_id}/scores.csv", response_class=Response, responses=_described("text/csv"))
async def scores_csv(event_id: str, who: Caller, engine: TheEngine) -> Response:
    """All scorecards of an event as a table for spreadsheets."""
    export = await engine.export(who, event_id, "scores.csv")
    return await _download(export.scores_csv(), _CSV, f"{export.name} scores.csv")


@router.get("/events/{event_id}/audit.csv", response_class=Response, responses=_described("text/csv"))
async def event_audit_csv(event_id: str, who: Caller, engine: TheEngine) -> Response:
    """Who did what when in an event, oldest first. It stays when the event is deleted."""
    return await _download(await engine.audit_csv(who, event_id), _CSV, f"{event_id} audit.csv")


@router.get("/audit.csv", response_class=Response, responses=_described("text/csv"))
async def installation_audit_csv(who: Caller, engine: TheEngine) -> Response:
    """Who did what when beside all events: organizers, their sign-ins, deleted events."""
    return await _download(await engine.audit_csv(who, None), _CSV, "audit.csv")


@router.post("/events/import", status_code=201, openapi_extra={"requestBody": _DOCUMENT})
async def import_event(request: Request, who: Caller, engine: TheEngine) -> EventDetails:
    """Take in an event that ``export.json`` was made of, where it is not known. Links of its people are made anew."""
    return event_details(await engine.import_event(who, bodies.pieces(request), LARGEST))


def attachment(filename: str) -> str:
    """The header ``Content-Disposition`` of what is to be saved under this name (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(filename, safe='')}"


async def _download(pieces: AsyncGenerator[bytes, None], media_type: str, filename: str) -> Response:
    first = await anext(pieces)  # what is away now is an answer with a status, not a stream that is cut
    headers = {
        "Content-Disposition": attachment(filename),
        "Cache-Control": "no-store",
    }
    return _Download(_whole(first, pieces), media_type, headers)


async def _whole(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with contextlib.aclosing(rest):
        yield first
        del first
        async for piece in rest:
            yield piece


class _Download(StreamingResponse):
    """A stream that, when it fails, is cut off without the end that would make it look whole."""

    def __init__(self, pieces: AsyncGenerator[bytes, None], media_type: str, headers: dict[str, str]) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ``StreamingResponse``. Returning before the end has the server close the connection."""
        async with contextlib.aclosing(self._pieces):  # what is half read is let go of as soon as nobody takes it
            try:
                await super().__call__(scope, receive, send)
            except Problem as problem:
                log.warning("download_cut", code=problem.code)
