"""A team's feedback as a page. Printed, it is one sheet of A4."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pitchscoop.doors.auth import engine_of
from pitchscoop.doors.web.feedback_contexts import FeedbackPage
from pitchscoop.doors.web.feedback_sheet import sheet_of
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import person_of, viewer_of


async def feedback(request: Request) -> Response:
    """``GET /pitches/{session_id}/feedback``: for the team once it is published, for the organizer before, too."""
    engine, who = engine_of(request), await person_of(request)
    session_id = request.path_params["session_id"]
    found = await engine.feedback.read(who, session_id)
    event = await engine.events.get(found.event_id)
    page = FeedbackPage(
        viewer=viewer_of(who),
        event_name=found.event_name,
        pitch_path=f"/pitches/{session_id}",
        pdf_path=f"/api/v1/sessions/{session_id}/feedback.pdf",
        open_to_team=found.stage in ("published", "archived"),
        sheet=sheet_of(found, event.settings.timezone),
    )
    return HTMLResponse(renderer_of(request).feedback(page), headers={"Cache-Control": "no-store"})
