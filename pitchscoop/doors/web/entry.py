"""Coming in by a link, and going out: what was printed or handed out becomes a cookie."""

import re

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import ANYBODY, Principal, Role
from pitchscoop.doors.auth import COOKIE, address_of, engine_of, identified, require_our_pages
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.web import contexts, judging
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import Problem, Unauthorized

_LOOKERS = re.compile(r"bot\b|preview|crawler|spider|externalhit|whatsapp|slack|skype|embedly|unfurl", re.IGNORECASE)


async def sign_in(request: Request) -> Response:
    """``GET /sign-in?token=``: an organizer's one-time link. What only looks at it is shown a button."""
    token = request.query_params.get("token", "")
    if token and not _only_looks(request):
        return await _enter(request, token)
    page = contexts.SignIn(contexts.Viewer(), "confirm" if token else "waiting", token)
    return HTMLResponse(renderer_of(request).sign_in(page), headers={"Cache-Control": "no-store"})


async def enter(request: Request) -> Response:
    """``POST /sign-in``: the button, which spends the link."""
    require_our_pages(request)
    form = await form_of(request, ANYBODY)
    return await _enter(request, str(form.get("token", "")))


def _only_looks(request: Request) -> bool:
    """Whether it is a preview in a chat, a search engine, or a browser that reads ahead."""
    ahead = "sec-purpose" in request.headers or request.method == "HEAD"
    return ahead or _LOOKERS.search(request.headers.get("user-agent", "")) is not None


async def _enter(request: Request, token: str) -> Response:
    engine = engine_of(request)
    try:
        who = await engine.access.sign_in(token, address_of(request))
    except Unauthorized:
        page = contexts.SignIn(contexts.Viewer(), "used")
        return HTMLResponse(renderer_of(request).sign_in(page), 401)
    return await _signed_in(engine, who)


async def join(request: Request) -> Response:
    """``GET /join?token=``: the link of a team or judge. A team shares one; each member gets a cookie of their own.

    Whoever is signed in as somebody else is asked first: an organizer who tries a link would be let in again by nobody.
    """
    engine, token = engine_of(request), request.query_params.get("token", "")
    who = await _guest(request, token)
    if await _is_somebody_else(request, who):
        page = contexts.SignIn(contexts.Viewer(), "instead", token, action="/join", name=who.name)
        return HTMLResponse(renderer_of(request).sign_in(page), headers={"Cache-Control": "no-store"})
    return await _signed_in(engine, who)


async def join_instead(request: Request) -> Response:
    """``POST /join``: the button of whoever was signed in as somebody else."""
    require_our_pages(request)
    form = await form_of(request, ANYBODY)
    return await _signed_in(engine_of(request), await _guest(request, str(form.get("token", ""))))


async def sign_out(request: Request) -> Response:
    """``POST /sign-out``: end what this browser holds, whoever it belongs to."""
    require_our_pages(request)
    engine = engine_of(request)
    if cookie := request.cookies.get(COOKIE):
        await engine.organizing.visits.sign_out(cookie, address_of(request))
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=_is_secure(engine))
    return response


async def _guest(request: Request, token: str) -> Principal:
    who = await identified(request, engine_of(request), token)
    if who.role not in (Role.TEAM, Role.JUDGE):
        raise Unauthorized("bad_token", "This is not the link of a team or judge. Ask your organizer for it.")
    return who


async def _is_somebody_else(request: Request, who: Principal) -> bool:
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return False
    try:
        held = await engine_of(request).access.who(cookie, address_of(request))
    except Problem:  # it has ended
        return False
    return held not in (who, ANYBODY)


async def _signed_in(engine: Engine, who: Principal) -> Response:
    return await let_in(engine, who, RedirectResponse(judging.PATH if who.role is Role.JUDGE else "/", 303))


async def let_in(engine: Engine, who: Principal, response: Response) -> Response:
    """The response, with which a browser is signed in."""
    cookie, seconds = await engine.organizing.visits.sign_in(who)
    response.set_cookie(COOKIE, cookie, max_age=seconds, httponly=True, samesite="lax", secure=_is_secure(engine))
    return response


def _is_secure(engine: Engine) -> bool:
    return engine.public_url.startswith("https")
