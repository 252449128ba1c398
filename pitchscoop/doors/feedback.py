"""A team's feedback over REST (design.md 2.3), and as a sheet to print."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.doors.exports import attachment
from pitchscoop.doors.idempotency import IdempotentRoute
from pitchscoop.doors.paper.press import PRESS
from pitchscoop.doors.web.feedback_sheet import sheet_of
from pitchscoop.scoring.feedback import Feedback

router = APIRouter(
    prefix="/api/v1/sessions/{session_id}", route_class=IdempotentRoute, responses=PROBLEMS, tags=["standings"]
)

_PDF: dict[int | str, dict[str, Any]] = {
    200: {"description": "A4.", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/feedback")
async def get_feedback(session_id: str, who: Caller, engine: TheEngine) -> Feedback:
    """What the team may read once the event is published; organizers may before, too.

    ``interval`` is of the rank, 90 %. Comments are signed where the event says so, else judges are numbered, anew for
    each pitch.
    """
    return await engine.feedback.read(who, session_id)


@router.get("/feedback.pdf", response_class=Response, responses=_PDF)
async def get_feedback_pdf(session_id: str, who: Caller, engine: TheEngine) -> Response:
    """The same as a sheet of A4 to print. It takes a second; 503 ``press_busy`` where very many are asked for."""
    found = await engine.feedback.read(who, session_id)
    event = await engine.events.get(found.event_id)
    document = await PRESS.printed("feedback", asdict(sheet_of(found, event.settings.timezone)))
    name = f"{found.team_name} feedback.pdf"
    return Response(
        document,
        media_type="application/pdf",
        headers={"Content-Disposition": attachment(name), "Cache-Control": "no-store"},
    )
