"""An event, downloaded (design.md 2.3): sent as it is made, at the pace of whoever takes it."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.kernel.errors import Problem

router = APIRouter(prefix="/api/v1/events/{event_id}", responses=PROBLEMS, tags=["events"])
log = structlog.get_logger(__name__)

_FILE = {"schema": {"type": "string", "format": "binary"}}


def _described(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "The file, streamed.", "content": {media_type: _FILE}}}


@router.get("/export.zip", response_class=Response, responses=_described("application/zip"))
async def export_zip(event_id: str, who: Caller, engine: TheEngine) -> Response:
    """Everything of an event in one file: each recording as received, ``sessions.csv``, ``manifest.json``.

    Beside a recording lies what was said: text, captions, JSON. A stream that ends early was cut: ask again.
    """
    export = await engine.export(who, event_id)
    return await _download(export.zip(), "application/zip", f"{export.name}.zip")


@router.get("/sessions.csv", response_class=Response, responses=_described("text/csv"))
async def sessions_csv(event_id: str, who: Caller, engine: TheEngine) -> Response:
    """All sessions of an event as a table for spreadsheets, newest first."""
    export = await engine.export(who, event_id)
    return await _download(export.sessions_csv(), "text/csv; charset=utf-8; header=present", f"{export.name}.csv")


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
