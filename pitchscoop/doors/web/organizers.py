"""The page of those who run events: who they are, inviting another, ending somebody's sign-ins."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import Principal, Target, Verb, require
from pitchscoop.access.organizers import OWNER
from pitchscoop.doors.auth import engine_of, principal_of
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.problems import status_of
from pitchscoop.doors.web import installation_contexts as contexts
from pitchscoop.doors.web.events import BAD_NAME
from pitchscoop.doors.web.qr import qr_svg
from pitchscoop.doors.web.registration import seed_of
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import person_of, viewer_of
from pitchscoop.events.names import named
from pitchscoop.kernel import ids
from pitchscoop.kernel.errors import Conflict, Invalid

ENDINGS = {"sign-out": False, "remove": True}
"""What a button ends, and whether it is for good."""


async def organizers(request: Request) -> Response:
    """``GET`` and ``POST /organizers``: who they are; another one by their name."""
    engine, who = engine_of(request), await person_of(request)
    require(who, Verb.ORGANIZER_INVITE, Target())
    if request.method != "POST":
        return await _page(request, who)
    form = await form_of(request, who)
    name, key = str(form.get("name", "")), str(form.get("key", ""))
    try:
        checked = named("name", name)
        invited = await engine.organizing.add_organizer(who, checked, seed_of(key, checked))
    except (Invalid, Conflict) as wrong:
        error = BAD_NAME if isinstance(wrong, Invalid) else wrong.message
        return await _page(request, who, name, error, status_of(wrong))
    page = contexts.OrganizerLink(viewer_of(who), invited.who.name, invited.url, qr_svg(invited.url))
    return HTMLResponse(renderer_of(request).organizer_link(page), headers={"Cache-Control": "no-store"})


async def _page(
    request: Request, who: Principal, name: str = "", error: str | None = None, status: int = 200
) -> Response:
    engine, asked = engine_of(request), request.query_params
    known = {one.organizer_id: one for one in await engine.access.organizers.listed()}
    ended = known.get(asked.get("ended", ""))
    lines = [
        contexts.OrganizerLine(
            one.organizer_id,
            one.name,
            one.created_at,
            first=one.organizer_id == OWNER,
            own=one.organizer_id == who.organizer_id,
        )
        for one in await engine.organizing.list_organizers(who)
    ]
    page = contexts.OrganizerList(
        viewer_of(who),
        lines,
        ids.new_token(),
        name,
        error,
        ended.name if ended else None,
        removed=bool(ended and ended.removed_at),
    )
    return HTMLResponse(renderer_of(request).organizers(page), status)


def button(act: str) -> Callable[[Request], Awaitable[Response]]:
    """``POST /organizers/{organizer_id}/sign-out`` and ``…/remove``. Whoever ends their own comes to the way in."""

    async def pressed(request: Request) -> Response:
        engine, who = engine_of(request), await principal_of(request)
        organizer_id = request.path_params["organizer_id"]
        await engine.organizing.end_organizer(who, organizer_id, removed=ENDINGS[act])
        own = organizer_id == who.organizer_id
        return RedirectResponse("/sign-in" if own else f"/organizers?ended={organizer_id}", 303)

    return pressed
