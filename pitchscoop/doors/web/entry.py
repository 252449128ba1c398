"""Coming in by a link: what was printed or handed out becomes a cookie."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import Role
from pitchscoop.doors.auth import COOKIE, engine_of
from pitchscoop.doors.web import contexts
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import Unauthorized


async def sign_in(request: Request) -> Response:
    """``GET /sign-in?token=``: the organizer's one-time link."""
    renderer = renderer_of(request)
    token = request.query_params.get("token")
    if not token:
        return HTMLResponse(renderer.sign_in(contexts.SignIn(contexts.Viewer())))
    engine = engine_of(request)
    try:
        return _signed_in(engine, *await engine.access.sign_in(token))
    except Unauthorized:
        return HTMLResponse(renderer.sign_in(contexts.SignIn(contexts.Viewer(), "used")), 401)


async def join(request: Request) -> Response:
    """``GET /join?token=``: a team's link. All members use the same one, each gets a cookie of their own."""
    engine = engine_of(request)
    who = await engine.access.who(request.query_params.get("token"))
    if who.role is not Role.TEAM:
        raise Unauthorized("bad_token", "This is not the link of a team. Ask your organizer for it.")
    return _signed_in(engine, *await engine.access.cookie(who))


def _signed_in(engine: Engine, cookie: str, seconds: int) -> Response:
    response = RedirectResponse("/", 303)
    secure = engine.public_url.startswith("https")
    response.set_cookie(COOKIE, cookie, max_age=seconds, httponly=True, samesite="lax", secure=secure)
    return response
