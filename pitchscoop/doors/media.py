"""Audio from the data folder, through signed links: the embedded mode's part of playback."""

import asyncio
import re
import stat
from pathlib import Path
from typing import Protocol, cast

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from pitchscoop.doors.problems import problem_response
from pitchscoop.kernel.errors import Forbidden

_PLAYS = ("audio/", "video/")
_RANGE = re.compile(r"([0-9]{0,99})-([0-9]{0,99})")  # int() refuses to read numbers of thousands of digits


class Served(Protocol):
    """What a valid link opens."""

    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def content_type(self) -> str: ...  # noqa: D102
    @property
    def filename(self) -> str | None: ...  # noqa: D102


class ServesFiles(Protocol):
    """A storage whose files the app itself serves."""

    def verify(self, raw_path: str, raw_query: str) -> Served:
        """The file behind a link; ``Forbidden`` when it was altered or has expired."""
        ...


def altered() -> Forbidden:
    """A link that was altered where it says what serves it."""
    return Forbidden("bad_link", "This link is not valid: it may have been cut or changed. Ask for a new one.")


async def media(request: Request) -> Response:
    """``GET`` and ``HEAD /media/…``: ranges, conditions and types by RFC 9110."""
    storage = cast("ServesFiles", request.app.state.files)
    raw_path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    served = storage.verify(raw_path, request.scope["query_string"].decode("latin-1"))
    version = await asyncio.to_thread(_version, served.path)
    if version is None:
        return problem_response(404, "no_such_object", "This recording was deleted.")
    safe = served.content_type.startswith(_PLAYS) or served.content_type == "application/json"
    headers = {
        "ETag": f'"{version}"',
        "Cache-Control": "private, max-age=3600",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    _ignore_malformed_range(request)
    return FileResponse(
        served.path,
        headers=headers,
        media_type=served.content_type if safe else "application/octet-stream",
        filename=served.filename if safe or served.filename else "recording",
    )


def _version(path: Path) -> str | None:
    """What no other file at this path shares: a clock ticks too seldom to tell two files of one size apart."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}" if stat.S_ISREG(found.st_mode) else None


def _ignore_malformed_range(request: Request) -> None:
    """RFC 9110 14.2: a Range that cannot be parsed is as good as none (Starlette answers 400)."""
    value = request.headers.get("range", "")
    unit, _, ranges = value.partition("=")
    if unit.strip().lower() != "bytes" or not all(_is_range(part.strip()) for part in ranges.split(",")):
        request.scope["headers"] = [(name, held) for name, held in request.scope["headers"] if name != b"range"]


def _is_range(part: str) -> bool:
    first, last = found.groups() if (found := _RANGE.fullmatch(part)) else ("", "")
    return int(first) <= int(last) if first and last else bool(first or last)
