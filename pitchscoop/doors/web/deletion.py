"""The page that deletes an event: what goes, counted, and its name to be typed."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import Principal, Verb
from pitchscoop.doors.auth import engine_of, principal_of
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.web import installation_contexts as contexts
from pitchscoop.doors.web.events import bar_of
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import person_of, viewer_of
from pitchscoop.events.model import Event
from pitchscoop.kernel import keys


async def deletion(request: Request) -> Response:
    """``GET /events/{event_id}/deletion``."""
    engine, who = engine_of(request), await person_of(request)
    event = await engine.events.allowed(who, Verb.EVENT_DELETE, request.path_params["event_id"])
    return await _page(request, who, event)


async def delete(request: Request) -> Response:
    """``POST /events/{event_id}/deletion``, with its name."""
    engine, who = engine_of(request), await principal_of(request)
    event = await engine.events.allowed(who, Verb.EVENT_DELETE, request.path_params["event_id"])
    typed = str((await form_of(request, who)).get("name", ""))
    if typed.split() != event.name.split():
        return await _page(request, who, event, typed, "This is not its name. Nothing was deleted.")
    await engine.organizing.delete_event(who, event.event_id)
    return RedirectResponse(f"/events?deleted={event.event_id}", 303)


async def _page(request: Request, who: Principal, event: Event, typed: str = "", error: str | None = None) -> Response:
    engine, event_id = engine_of(request), event.event_id
    count = engine.state.count
    page = contexts.Deletion(
        viewer=viewer_of(who),
        bar=bar_of(event, "event"),
        teams=await count(keys.teams_index(event_id)),
        judges=await count(keys.judges_index(event_id)),
        pitches=await count(keys.sessions_index(event_id)),
        cards=await count(keys.cards_index(event_id)),
        live=len(await engine.on_air(who, event_id)),
        typed=typed,
        error=error,
    )
    return HTMLResponse(renderer_of(request).deletion(page), 422 if error else 200)
