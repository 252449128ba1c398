"""The judge's page, and the script that opens it without a network."""

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from pitchscoop.access.model import Verb
from pitchscoop.doors.auth import engine_of
from pitchscoop.doors.web import judge_contexts as contexts
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import person_of, viewer_of
from pitchscoop.events.service import DEFAULT_EVENT
from pitchscoop.kernel.errors import Forbidden

PATH = "/judging"
WORKER = "/judging.js"
"""Beside the page, so that browsers let it stand before the page and before nothing else."""


async def judging(request: Request) -> Response:
    """``GET /judging``: what a judge hears and scores, in their own event."""
    engine, who = engine_of(request), await person_of(request)
    event = await engine.events.allowed(who, Verb.CARD_READ, who.event_id or DEFAULT_EVENT, judge_id=who.judge_id)
    if who.judge_id is None:
        raise Forbidden("judges_only", "Only judges score pitches. Open the link of a judge, in another browser.")
    api = f"/api/v1/events/{event.event_id}"
    page = contexts.JudgePage(
        viewer=viewer_of(who),
        event_name=event.name,
        judge_id=who.judge_id,
        judging_path=f"{api}/judging",
        self_path=f"{api}/judges/{who.judge_id}",
        leaderboard_path=f"{api}/leaderboard",
        standings_path=f"/events/{event.event_id}/standings",
        final_path=f"/events/{event.event_id}/final",
        worker_path=WORKER,
        dictation_path=f"{api}/dictations" if engine.transcripts.engines else None,
        zone=event.settings.timezone,
    )
    return HTMLResponse(renderer_of(request).judging(page), headers={"Cache-Control": "no-store"})


async def worker(request: Request) -> Response:
    """``GET /judging.js``. Its name never changes, so browsers ask each time whether it did."""
    file = renderer_of(request).built("judge-worker.js")
    return FileResponse(file, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
