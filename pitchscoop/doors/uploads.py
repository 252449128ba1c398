"""Uploads that resume: tus 1.0.0 with creation, termination and expiration (https://tus.io/protocols/resumable-upload)."""

import base64
import binascii
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pitchscoop.access.model import Principal
from pitchscoop.doors.auth import engine_of, principal_of
from pitchscoop.doors.described import FOR_ALL, PROBLEMS, answered, header, problem
from pitchscoop.doors.problems import problem_response
from pitchscoop.engine import PIECE, Engine
from pitchscoop.kernel.errors import Conflict, Invalid, TooLarge
from pitchscoop.recordings.intake import Intake
from pitchscoop.recordings.model import MAX_UPLOAD, Session

_TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
_ABILITIES = {
    "Tus-Version": "1.0.0",
    "Tus-Extension": "creation,termination,expiration",
    "Tus-Max-Size": str(MAX_UPLOAD),
}
_PIECE_TYPE = "application/offset+octet-stream"


router = APIRouter(
    prefix="/api/v1/sessions/{session_id}/uploads",
    tags=["uploads"],
    default_response_class=Response,
    responses=PROBLEMS,
)
_VERSION = {"in": "header", "name": "Tus-Resumable", "required": True, "schema": {"const": "1.0.0"}}
_NEW = [
    _VERSION,
    header("Upload-Length", "Bytes of the whole file."),
    header("Upload-Metadata", "`filename` and its base64.", "string", required=False),
]
_MORE = [_VERSION, header("Upload-Offset", "Where this piece begins: as many bytes as the server has.")]
_BYTES = {"type": "integer", "minimum": 0}
_TOLD = {
    "Tus-Resumable": answered("The version of tus.", {"const": "1.0.0"}),
    "Upload-Expires": answered("When it is given up, unless more comes.", {"type": "string"}),
}
_STATES = _TOLD | {"Upload-Offset": answered("How many bytes are durable.", _BYTES)}
_PLACE = {"Location": answered("The address of the upload.", {"type": "string", "format": "uri-reference"})}
_LENGTH = {"Upload-Length": answered("Bytes of the whole file.", _BYTES)}
_OTHER: dict[int | str, dict[str, Any]] = {
    412: problem("Another version of tus", {"Tus-Version": answered("The one that is spoken.", {"const": "1.0.0"})})
}
_PIECE_BODY = {"required": True, "content": {_PIECE_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


@router.options("", status_code=204, openapi_extra=FOR_ALL)
async def abilities(session_id: str) -> Response:  # noqa: ARG001  it is the same for all
    """What the server can do."""
    return Response(status_code=204, headers=_TUS | _ABILITIES)


@router.post(
    "",
    status_code=201,
    openapi_extra={"parameters": _NEW},
    responses=_OTHER | {201: {"headers": _TOLD | _PLACE}},
)
async def begin(session_id: str, request: Request) -> Response:
    """Begin an upload; its address is in ``Location``. It takes the place of an unfinished one."""
    if refusal := _wrong_version(request):
        return refusal
    engine = engine_of(request)
    who = await principal_of(request)
    length = _number(request, "upload-length")
    filename = _metadata(request.headers.get("upload-metadata", "")).get("filename", "")
    key = request.headers.get("idempotency-key")
    seed = f"{session_id} {key}".encode() if key else None
    session = await engine.begin_upload(who, session_id, length, filename, seed)
    if session.upload is None:
        raise Conflict("no_such_upload", "The upload was ended meanwhile. Begin again.")
    location = f"{_base(request, engine)}/api/v1/sessions/{session.session_id}/uploads/{session.upload.upload_id}"
    return Response(status_code=201, headers=_TUS | _expires(session) | {"Location": location})


@router.head(
    "/{upload_id}",
    openapi_extra={"parameters": [_VERSION]},
    responses=_OTHER | {200: {"headers": _STATES | _LENGTH}},
)
async def look(session_id: str, upload_id: str, request: Request) -> Response:
    """How far an upload is: ``Upload-Offset`` of ``Upload-Length`` bytes are durable."""
    if refusal := _wrong_version(request):
        return refusal
    engine = engine_of(request)
    who = await principal_of(request)
    session, durable = await engine.upload(who, session_id, upload_id)
    length = await _stop_if_whole(engine, who, session, durable)
    return Response(status_code=200, headers=_progress(session, durable) | {"Upload-Length": str(length)})


@router.patch(
    "/{upload_id}",
    status_code=204,
    openapi_extra={"parameters": _MORE, "requestBody": _PIECE_BODY},
    responses=_OTHER | {204: {"headers": _STATES}, 415: problem("Pieces come as another type")},
)
async def send(session_id: str, upload_id: str, request: Request) -> Response:
    """More of an upload. What arrived before a cut is kept. The last piece ends the session."""
    if refusal := _wrong_version(request):
        return refusal
    engine = engine_of(request)
    who = await principal_of(request)
    session, durable = await engine.upload(who, session_id, upload_id)
    if request.headers.get("content-type") != _PIECE_TYPE:
        return problem_response(415, "bad_content_type", f"Send pieces as {_PIECE_TYPE}.")
    at = _number(request, "upload-offset")
    if at != durable:
        raise Conflict("wrong_offset", f"The server has {durable} bytes. Go on from there.")
    if session.upload and session.status == "recording":
        durable = await _take(request, engine, session, at, session.upload.length)
    await _stop_if_whole(engine, who, session, durable)
    return Response(status_code=204, headers=_progress(session, durable))


@router.delete("/{upload_id}", status_code=204, openapi_extra={"parameters": [_VERSION]}, responses=_OTHER)
async def drop(session_id: str, upload_id: str, request: Request) -> Response:
    """End an unfinished upload and remove its bytes."""
    if refusal := _wrong_version(request):
        return refusal
    engine = engine_of(request)
    await engine.drop_upload(await principal_of(request), session_id, upload_id)
    return Response(status_code=204, headers=_TUS)


_UNDER_ANOTHER_METHOD = {"HEAD": look, "PATCH": send, "DELETE": drop}


@router.post("/{upload_id}", include_in_schema=False)
async def overridden(session_id: str, upload_id: str, request: Request) -> Response:
    """For clients whose network lets no PATCH through (tus 1.0.0, X-HTTP-Method-Override)."""
    method = request.headers.get("x-http-method-override", "").upper()
    if method not in _UNDER_ANOTHER_METHOD:
        raise HTTPException(405, headers={"Allow": ", ".join(_UNDER_ANOTHER_METHOD)})
    return await _UNDER_ANOTHER_METHOD[method](session_id, upload_id, request)


async def _stop_if_whole(engine: Engine, who: Principal, session: Session, durable: int) -> int:
    """The upload's length; when all of it is here, the recording is finished."""
    if session.upload is None:
        return 0
    if durable == session.upload.length and session.status == "recording":
        await engine.stop(who, session.session_id, session.upload.upload_id)
    return session.upload.length


def _progress(session: Session, durable: int) -> dict[str, str]:
    return _TUS | _expires(session) | {"Upload-Offset": str(durable)}


async def _take(request: Request, engine: Engine, session: Session, at: int, length: int) -> int:
    """Make a piece durable as it comes in; what arrived before a cut is kept.

    A request that was given up for lost may still write: each byte has its place by ``at``, not by what is there.
    """
    writer = await engine.upload_intake(session)
    try:
        async for chunk in request.stream():
            await _append(writer, at, chunk, length)
            at += len(chunk)
    except ClientDisconnect:
        pass
    finally:
        await writer.flush()
    return writer.durable


async def _append(writer: Intake, at: int, chunk: bytes, length: int) -> None:
    if at + len(chunk) > length:
        raise TooLarge("too_much", "More bytes came than the upload's length. Begin again with the right length.")
    writer.take(at, chunk)
    if writer.waiting >= PIECE:
        await writer.flush()
    writer.check_open()


def _base(request: Request, engine: Engine) -> str:
    """Our public address; nothing, for a relative one, where the client knows this machine under another name."""
    return engine.public_url if request.headers.get("host") == urlsplit(engine.public_url).netloc else ""


def _wrong_version(request: Request) -> Response | None:
    if request.headers.get("tus-resumable") == "1.0.0":
        return None
    response = problem_response(412, "wrong_tus_version", "Send Tus-Resumable: 1.0.0.")
    response.headers["Tus-Version"] = "1.0.0"
    return response


def _number(request: Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) < 20):  # noqa: PLR2004  within 64 bits
        raise Invalid("bad_header", f"{header.title()} must be a whole number of bytes.")
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    values = {}
    for pair in header.split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            values[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Invalid("bad_header", "Upload-Metadata must be pairs of a name and base64 text.") from None
    return values


def _expires(session: Session) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(session.expires_at, usegmt=True)}
