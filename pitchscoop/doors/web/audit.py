"""The pages of the audit log: who did what when in an event, and beside all events."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pitchscoop.access.model import Principal
from pitchscoop.doors.auth import engine_of
from pitchscoop.doors.web import installation_contexts as contexts
from pitchscoop.doors.web.events import bar_of
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.told import Names, in_words
from pitchscoop.doors.web.visitors import person_of, viewer_of, zone_of
from pitchscoop.engine import Engine
from pitchscoop.events.model import Event
from pitchscoop.kernel.errors import NotFound

_AT_ONCE = 50  # facts a page: a screenful or three, and as many look-ups of names at most


async def of_event(request: Request) -> Response:
    """``GET /events/{event_id}/audit?before=``. That of an event that was deleted stays."""
    return await _page(request, request.path_params["event_id"])


async def of_installation(request: Request) -> Response:
    """``GET /audit?before=``: what is about no event."""
    return await _page(request, None)


async def _page(request: Request, event_id: str | None) -> Response:
    engine, who = engine_of(request), await person_of(request)
    before = request.query_params.get("before", "")
    facts = await engine.organizing.latest(who, event_id, before, _AT_ONCE + 1)
    shown = facts[:_AT_ONCE]
    event = await _event(engine, who, event_id) if event_id else None
    organizers = {one.organizer_id: one.name for one in await engine.access.organizers.listed()}
    path = request.url.path
    page = contexts.AuditPage(
        viewer=viewer_of(who),
        bar=bar_of(event, "event") if event else None,
        lines=await in_words(shown, Names(engine, event_id, organizers)),
        csv_url=f"/api/v1{path}.csv",
        zone=zone_of(event) if event else None,
        gone=event_id is not None and event is None,
        earlier_url=f"{path}?before={shown[-1].position}" if len(facts) > _AT_ONCE else None,
        newest_url=path if before else None,
    )
    return HTMLResponse(renderer_of(request).audit(page))


async def _event(engine: Engine, who: Principal, event_id: str) -> Event | None:
    """The event; None where it was deleted."""
    try:
        return await engine.organizing.event(who, event_id)
    except NotFound:
        return None
