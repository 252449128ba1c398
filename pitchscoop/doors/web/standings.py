"""The standings as a page, and the same for other sites to show within theirs.

The page holds nothing of the standings: its script follows ``doors/leaderboard.py``, which decides who sees what.
"""

from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pitchscoop.access.model import ANYBODY, Principal, Target, Verb, may
from pitchscoop.doors.auth import engine_of
from pitchscoop.doors.web import standings_contexts as contexts
from pitchscoop.doors.web.events import bar_of
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import person_of, viewer_of
from pitchscoop.scoring.standings import visible


async def standings(request: Request) -> Response:
    """``GET /events/{event_id}/standings``; with ``?public=true`` as everybody sees it."""
    public = "public" in request.query_params
    return await _page(request, ANYBODY if public else await person_of(request), public=public)


async def embed(request: Request) -> Response:
    """``GET /events/{event_id}/standings/embed``: for any site to show: what everybody sees, without controls."""
    response = await _page(request, ANYBODY, public=True, embedded=True)
    response.headers["Content-Security-Policy"] = f"{request.app.state.policy}; frame-ancestors *"
    return response


async def _page(request: Request, who: Principal, *, public: bool, embedded: bool = False) -> Response:
    engine = engine_of(request)
    event, since = await engine.standings.stage(request.path_params["event_id"])
    at = f"/events/{event.event_id}/standings"
    track = request.query_params.get("track", "")
    asked = urlencode({name: value for name, value in (("track", track), ("public", "true" * public)) if value})
    over_rest = f"/api/v1/events/{event.event_id}"
    data = f"{over_rest}/leaderboard"
    organizes = may(who, Verb.EVENT_UPDATE, Target(stage=event.stage))
    page = contexts.Standings(
        viewer=viewer_of(who),
        bar=bar_of(event, "standings") if may(who, Verb.EVENT_LIST, Target()) else None,
        event_name=event.name,
        stage=event.stage,
        since=since,
        zone=event.settings.timezone,
        event_path=over_rest,
        read_path=f"{data}?{asked}",
        stream_path=f"{data}/stream?{asked}",
        track=track,
        path=f"{at}/embed" if embedded else at,
        public=public,
        embedded=embedded,
        moves=organizes,
        hidden=not visible(ANYBODY, event),
        final_path=f"/events/{event.event_id}/final" if organizes else None,
        embed_code=_embed_code(f"{engine.public_url}{at}/embed", event.name) if organizes else None,
        audience_path=None
        if event.settings.audience_vote == "off"
        else f"{over_rest}/audience{'?public=true' if public else ''}",
    )
    return HTMLResponse(renderer_of(request).standings(page))


def _embed_code(url: str, name: str) -> str:
    return f'<iframe src="{escape(url)}" title="Standings of {escape(name)}" width="100%" height="900"></iframe>'
