"""Teams that join by themselves: a form for whoever has the event's address, and the link that comes of it."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pitchscoop.access.model import Principal, Verb
from pitchscoop.doors.auth import address_of, engine_of, principal_of, require_our_pages
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.problems import status_of
from pitchscoop.doors.web import public_contexts as contexts
from pitchscoop.doors.web.entry import let_in
from pitchscoop.doors.web.events import BAD_NAME
from pitchscoop.doors.web.qr import qr_svg
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import person_of, viewer_of
from pitchscoop.engine import Engine
from pitchscoop.events.model import Event, Team
from pitchscoop.events.names import named
from pitchscoop.kernel import ids
from pitchscoop.kernel.errors import Invalid, Problem, SlowDown
from pitchscoop.organizing.service import Invited

_OF_THE_FORM = ("team_name_taken", "too_many_teams", "unknown_track", "slow_down")  # all else is a page of its own
_LONG_ENOUGH = 22  # characters of a key: 128 random bits


async def register(request: Request) -> Response:
    """``GET`` and ``POST /events/{event_id}/join``."""
    engine, event_id = engine_of(request), request.path_params["event_id"]
    who = await (principal_of(request) if request.method == "POST" else person_of(request))
    event = await engine.events.allowed(who, Verb.TEAM_JOIN, event_id)
    if request.method != "POST":
        return _form(request, who, event)
    require_our_pages(request)
    form = await form_of(request, who)
    name, track, key = (str(form.get(field, "")) for field in ("name", "track", "key"))
    try:
        checked = named("name", name)
    except Invalid:
        return _form(request, who, event, name, track, BAD_NAME, 422)
    joining = engine.organizing.join(
        who, event_id, checked, track or None, seed_of(key, checked), address=address_of(request)
    )
    try:
        invited = await joining
    except Problem as problem:
        if problem.code not in _OF_THE_FORM:
            raise
        again = _form(request, who, event, name, track, problem.message, status_of(problem))
        if isinstance(problem, SlowDown):
            again.headers["Retry-After"] = str(problem.retry_after)
        return again
    return await _joined(request, engine, event, invited)


def seed_of(key: str, name: str) -> bytes | None:
    """What a form makes somebody of: sent twice, it is one; another name in the same form is another one."""
    return f"{key}/{name.casefold()}".encode() if len(key) >= _LONG_ENOUGH else None


def _form(
    request: Request, who: Principal, event: Event, name: str = "", track: str = "", wrong: str = "", status: int = 200
) -> Response:
    page = contexts.Registration(
        viewer=viewer_of(who),
        event_name=event.name,
        path=request.url.path,
        key=ids.new_token(),
        tracks=event.settings.tracks,
        name=name,
        track=track,
        error=wrong or None,
    )
    return HTMLResponse(renderer_of(request).registration(page), status, {"Cache-Control": "no-store"})


async def _joined(request: Request, engine: Engine, event: Event, invited: Invited[Team]) -> Response:
    """The team's link, shown once; this browser is signed in by it."""
    who = invited.who.principal
    page = contexts.Registered(viewer_of(who), event.name, invited.who.name, invited.url, qr_svg(invited.url))
    response = HTMLResponse(renderer_of(request).registered(page), headers={"Cache-Control": "no-store"})
    return await let_in(engine, who, response)
