"""What ``/openapi.json`` says beyond what FastAPI finds out by itself."""

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel

from pitchscoop.doors.problems import STATUS

ABOUT = """Record, keep and play pitches.

Programs send `Authorization: Bearer TOKEN`. Every write takes an `Idempotency-Key`: one key has one effect and one
answer, for a day; without a token it has 22 characters or more, such as a UUID. Errors are `application/problem+json`
(RFC 9457) with a stable `code`.

**Live audio** is a WebSocket at `live.url`, which `POST /api/v1/sessions` answers. A binary frame is 8 bytes,
big-endian, the offset of its first audio byte, then signed 16-bit little-endian mono PCM. The server begins with
`{"type": "ready", "offset": N}` (where to go on), acknowledges with `{"type": "ack", "offset": M}` (every byte below
M is durable), and answers `{"type": "stop", "offset": TOTAL}` with `{"type": "stopped"}` when all of it is.

**Uploads** are tus 1.0.0: any tus client works with `upload_url`.
"""


class BadRow(BaseModel):
    """What is wrong with a row of a list. Rows are counted from 1, with the header and empty rows."""

    row: int
    field: str
    message: str


class TooFewJudges(BaseModel):
    """A team that cannot be heard by enough judges. ``full`` are ids of the judges whose limits stand in the way."""

    team_id: str
    missing: int
    full: list[str]
    why: str


class Problem(BaseModel):
    """RFC 9457. ``code`` is stable, ``detail`` says what to do, ``errors`` name the fields that cannot be used.

    ``word`` comes with ``word_changed``: what the word reads now. ``transcript_status`` comes with
    ``transcript_not_ready``, ``rows`` with ``bad_rows``. ``shortfalls`` and ``nearest`` (ids of judges by id of team:
    the best there is) come with ``assignment_impossible``. ``current`` comes with ``changed_meanwhile``: how it is now.
    ``stay_complete`` and ``become_drafts`` count cards, and come with ``scoring_began``.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, str]] | None = None
    word: str | None = None
    transcript_status: Literal["none", "pending", "failed"] | None = None
    rows: list[BadRow] | None = None
    shortfalls: list[TooFewJudges] | None = None
    nearest: dict[str, list[str]] | None = None
    current: dict[str, Any] | None = None
    stay_complete: int | None = None
    become_drafts: int | None = None


def problem(description: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    """An answer that says why something cannot be done."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content, **({"headers": headers} if headers else {})}


def answered(description: str, schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """A header that comes with an answer."""
    return {"description": description, "required": required, "schema": schema}


_WAIT = {"Retry-After": answered("Seconds until trying again helps.", {"type": "integer", "minimum": 1})}
_SOMETIMES = {"Retry-After": answered("Seconds, where it passes by itself.", {"type": "integer"}, required=False)}
_HEADERS = {
    401: {"WWW-Authenticate": answered("How to say who asks.", {"const": "Bearer"})},
    409: _SOMETIMES,
    429: _WAIT,
    503: _WAIT,
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: problem((kind.__doc__ or "").split(". ")[0].rstrip("."), _HEADERS.get(status))
    for kind, status in STATUS.items()
}
"""The answers of every call under ``/api/v1`` when it cannot be done."""

FOR_ALL: dict[str, Any] = {"security": []}
"""A call that needs no token."""
MORE_WITH_TOKEN: dict[str, Any] = {"security": [{}, {"token": []}]}
"""A call that is answered without a token, and tells more to whoever brings one."""


def header(name: str, description: str, kind: str = "integer", *, required: bool = True) -> dict[str, Any]:
    """A header that a call takes."""
    schema = {"type": kind, **({"minimum": 0} if kind == "integer" else {})}
    return {"in": "header", "name": name, "required": required, "description": description, "schema": schema}


IDEMPOTENCY_KEY = header("Idempotency-Key", "One key, one effect, one answer, for a day.", "string", required=False)
IDEMPOTENCY_KEY["schema"] |= {"minLength": 1, "maxLength": 255}


def describe(app: FastAPI) -> None:
    """Have the application describe its errors and ways in, too."""
    plain = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            parts = document.setdefault("components", {})
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            parts["schemas"] |= schema.pop("$defs")
            parts["schemas"]["Problem"] = schema
            parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            for path, calls in document["paths"].items():
                if path.startswith("/api/"):
                    _complete(path, calls)
        return app.openapi_schema or {}

    app.openapi = whole  # type: ignore[method-assign]


def _complete(path: str, calls: dict[str, Any]) -> None:
    for method, call in calls.items():
        call.setdefault("security", [{"token": []}])
        tus = path.endswith("/uploads/{upload_id}")  # an upload's offset does what the key does elsewhere
        if method not in ("get", "head", "options") and not tus:
            call.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
