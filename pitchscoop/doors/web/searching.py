"""The page that finds pitches by what was said in them."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pitchscoop.access.model import Principal, Target, Verb, may
from pitchscoop.doors.auth import engine_of
from pitchscoop.doors.problems import status_of
from pitchscoop.doors.search import address
from pitchscoop.doors.web import contexts
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import local_url, person_of, viewer_of
from pitchscoop.engine import Engine
from pitchscoop.events.service import DEFAULT_EVENT
from pitchscoop.kernel.errors import Invalid
from pitchscoop.search.model import Hit, Page, Quote


async def search(request: Request) -> Response:
    """``GET /search?q=&event=``."""
    engine, who = engine_of(request), await person_of(request)
    asked = request.query_params
    q, event_id = asked.get("q", ""), asked.get("event") or who.event_id or DEFAULT_EVENT
    page, wrong, status = Page([], None, complete=True), None, 200
    try:
        page = await engine.search.find(who, event_id, q, cursor=asked.get("cursor"))
    except Invalid as problem:
        wrong, status = problem.message, status_of(problem)
    event = await engine.events.get(event_id)
    more = urlencode({"q": q, "event": event_id, "cursor": page.next_cursor}) if page.next_cursor else None
    context = contexts.Search(
        viewer=viewer_of(who),
        event_id=event_id,
        event_name=event.name,
        q=q,
        wrong=wrong,
        hits=[_hit(engine, hit) for hit in page.hits],
        complete=page.complete,
        next_url=f"/search?{more}" if more else None,
    )
    return HTMLResponse(renderer_of(request).search(context), status)


def may_search(who: Principal, event_id: str) -> bool:
    """Whether a field to search is shown."""
    return may(who, Verb.TRANSCRIPT_SEARCH, Target(event_id=event_id, team_id=who.team_id))


def _hit(engine: Engine, hit: Hit) -> contexts.SearchHit:
    return contexts.SearchHit(
        team_name=hit.session.team_name,
        pitch_title=hit.session.pitch_title,
        start=hit.quote.start,
        quote=_pieces(hit.quote),
        url=local_url(engine, address(engine, hit)) or "/",
    )


def _pieces(quote: Quote) -> list[tuple[str, bool]]:
    """The quote in pieces, each marked or not."""
    pieces, last = [], 0
    for start, end in quote.marks:
        pieces += [(quote.text[last:start], False), (quote.text[start:end], True)]
        last = end
    return [(text, marked) for text, marked in [*pieces, (quote.text[last:], False)] if text]
