"""The page that takes in an event, as ``export.json`` has it."""

from collections.abc import AsyncIterator

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pitchscoop.access.model import Principal, Target, Verb, require
from pitchscoop.doors.auth import engine_of, principal_of
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.exports import LARGEST
from pitchscoop.doors.problems import status_of
from pitchscoop.doors.web import installation_contexts as contexts
from pitchscoop.doors.web.events import to_event
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import person_of, viewer_of
from pitchscoop.kernel.errors import Conflict, Invalid, Problem, TooLarge

_PIECE = 1 << 20  # bytes handed on at a time
_ZIP = b"PK\x03\x04"


async def taking_in(request: Request) -> Response:
    """``GET`` and ``POST /events/import``."""
    engine = engine_of(request)
    who = await (principal_of(request) if request.method == "POST" else person_of(request))
    require(who, Verb.EVENT_IMPORT, Target())
    if request.method != "POST":
        return _page(request, who)
    name = ""
    try:
        file = _chosen(await form_of(request, who))
        name = file.filename or ""
        try:
            await _look(file)
            event = await engine.import_event(who, _pieces(file), LARGEST)
        finally:
            await file.close()
    except TooLarge as wrong:
        most = (
            f"A file of more than {LARGEST >> 20} MiB is taken in by whoever runs the server: pitchscoop import FILE."
        )
        return _page(request, who, name, TooLarge(wrong.code, most))
    except (Invalid, Conflict) as wrong:
        return _page(request, who, name, wrong)
    return to_event(event.event_id)


def _chosen(form: FormData) -> UploadFile:
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid("no_file", "Choose the file first.")
    return file


async def _look(file: UploadFile) -> None:
    """Tell whoever chose the archive where in it the document is."""
    first = await file.read(len(_ZIP))
    await file.seek(0)
    if first == _ZIP:
        raise Invalid("bad_export", "It is a ZIP. Unpack it, and choose the export.json that lies in it.")


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece


def _page(request: Request, who: Principal, name: str = "", wrong: Problem | None = None) -> Response:
    page = contexts.TakingIn(
        viewer_of(who), LARGEST, name, wrong.message if wrong else None, wrong.code if wrong else None
    )
    return HTMLResponse(renderer_of(request).taking_in(page), status_of(wrong) if wrong else 200)
