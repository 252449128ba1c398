"""Uploads that resume: tus 1.0.0 with creation, termination and expiration (https://tus.io/protocols/resumable-upload)."""

import base64
import binascii
from email.utils import format_datetime
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pitchscoop.doors.auth import engine_of, principal_of
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


async def uploads(request: Request) -> Response:
    """``/sessions/{id}/uploads``: what the server can do, and new uploads."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_TUS | _ABILITIES)
    if refusal := _wrong_version(request):
        return refusal
    engine = engine_of(request)
    who = await principal_of(request)
    length = _number(request, "upload-length")
    filename = _metadata(request.headers.get("upload-metadata", "")).get("filename", "")
    session = await engine.begin_upload(who, request.path_params["session_id"], length, filename)
    if session.upload is None:
        raise Conflict("no_such_upload", "The upload was ended meanwhile. Begin again.")
    location = f"{_base(request, engine)}/api/v1/sessions/{session.session_id}/uploads/{session.upload.upload_id}"
    return Response(status_code=201, headers=_TUS | _expires(session) | {"Location": location})


async def upload(request: Request) -> Response:
    """One upload: how far it is, more of it, its end."""
    if refusal := _wrong_version(request):
        return refusal
    engine = engine_of(request)
    who = await principal_of(request)
    session_id, upload_id = request.path_params["session_id"], request.path_params["upload_id"]
    if request.method == "DELETE":
        await engine.drop_upload(who, session_id, upload_id)
        return Response(status_code=204, headers=_TUS)
    session, durable = await engine.upload(who, session_id, upload_id)
    length = session.upload.length if session.upload else 0
    if request.method == "PATCH":
        if request.headers.get("content-type") != _PIECE_TYPE:
            return problem_response(415, "bad_content_type", f"Send pieces as {_PIECE_TYPE}.")
        if _number(request, "upload-offset") != durable:
            raise Conflict("wrong_offset", f"The server has {durable} bytes. Go on from there.")
        if session.status == "recording":
            durable = await _take(request, engine, session, length)
    if durable == length and session.status == "recording":
        await engine.stop(who, session_id)
    headers = _TUS | _expires(session) | {"Upload-Offset": str(durable)}
    if request.method == "HEAD":
        return Response(status_code=200, headers=headers | {"Upload-Length": str(length)})
    return Response(status_code=204, headers=headers)


async def _take(request: Request, engine: Engine, session: Session, length: int) -> int:
    """Make a piece durable as it comes in; what arrived before a cut is kept."""
    writer = await engine.upload_intake(session)
    try:
        async for chunk in request.stream():
            await _append(writer, chunk, length)
    except ClientDisconnect:
        pass
    finally:
        await writer.flush()
    return writer.durable


async def _append(writer: Intake, chunk: bytes, length: int) -> None:
    if writer.received + len(chunk) > length:
        raise TooLarge("too_much", "More bytes came than the upload's length. Begin again with the right length.")
    writer.take(writer.received, chunk)
    if writer.waiting >= PIECE:
        await writer.flush()


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
