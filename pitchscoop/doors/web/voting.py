"""The audience's page: a list, one choice, one button. It works without script."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import ANYBODY, Principal, Verb
from pitchscoop.doors.audience import voter_of
from pitchscoop.doors.auth import address_of, ballot_cookie, engine_of, identified, principal_of, require_our_pages
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.problems import status_of
from pitchscoop.doors.web import organizer_contexts as organizer
from pitchscoop.doors.web import public_contexts as contexts
from pitchscoop.doors.web.contexts import Viewer
from pitchscoop.doors.web.events import bar_of, event_page
from pitchscoop.doors.web.qr import qr_svg
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import only_here, viewer_of
from pitchscoop.engine import Engine
from pitchscoop.events.model import Event
from pitchscoop.kernel.errors import Invalid, Problem, SlowDown, Unauthorized
from pitchscoop.kernel.stages import OUT
from pitchscoop.voting.service import MOST_BALLOTS, Ballot

_COOKIE_SECONDS = 30 * 24 * 3600  # a hackathon and the weeks around it
_OF_THE_FORM = ("nothing_picked", "team_withdrew", "not_heard_yet", "no_such_session", "too_many_votes")
"""What is said above the list; all else is a page of its own."""


async def vote(request: Request) -> Response:
    """``GET /events/{event_id}/vote``. A link with ``?ballot=`` becomes this browser's ballot, whatever it had."""
    engine, event_id = engine_of(request), request.path_params["event_id"]
    event = await engine.events.get(event_id)
    if brought := request.query_params.get("ballot"):
        token = f"vote.{event_id}.{brought}"
        await identified(request, engine, token)
        return _handed(engine, event_id, token, RedirectResponse(request.url.path, 303))
    who, taken = await _voter(request), ""
    anyone = event.settings.audience_vote == "anyone"
    if anyone and _closed(event) is None and not engine.audience.is_counted(who, event):
        taken = await engine.audience.take_ballot(event_id, address_of(request))
        who = await identified(request, engine, taken)
    response = await _page(request, engine, who, event, voted="voted" in request.query_params)
    return _handed(engine, event_id, taken, response) if taken else response


async def cast_vote(request: Request) -> Response:
    """``POST /events/{event_id}/vote``: the button. ``pick`` is a pitch; ``back`` takes the vote back."""
    engine, event_id = engine_of(request), request.path_params["event_id"]
    who = await voter_of(request)
    require_our_pages(request)
    form = await form_of(request, who)
    back, pick = "back" in form, str(form.get("pick", ""))
    if who.ballot is None and "text/html" in request.headers.get("accept", ""):
        return await _page(request, engine, who, await engine.events.get(event_id), status=401)
    try:
        if who.ballot is not None and not (back or pick):
            raise Invalid("nothing_picked", "Choose one of the list, then vote.")
        await engine.audience.cast(who, event_id, None if back else pick)
    except Problem as problem:
        if problem.code not in _OF_THE_FORM:
            raise
        event = await engine.events.get(event_id)
        return await _page(request, engine, who, event, wrong=problem.message, status=status_of(problem))
    return RedirectResponse(f"{request.url.path}?voted=1", 303)


async def ballots(request: Request) -> Response:
    """``POST /events/{event_id}/ballots``: links to be printed and cut, in this answer and nowhere else."""
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    event = await engine.events.allowed(who, Verb.BALLOT_MAKE, event_id)
    typed = str((await form_of(request, who)).get("count", "")).strip()
    count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len(str(MOST_BALLOTS)) else 0
    if not 1 <= count <= MOST_BALLOTS:
        sentence = f"Write a number from 1 to {MOST_BALLOTS}. For more, print again."
        return await event_page(request, who, texts={"ballots": typed}, wrong={"ballots": sentence}, status=422)
    made = await engine.audience.make_ballots(who, event_id, count)
    cards = await asyncio.to_thread(_cards, made)
    page = organizer.Sheet(viewer_of(who), bar_of(event, "event"), cards, only_here=only_here(engine), ballots=True)
    return HTMLResponse(renderer_of(request).sheet(page), headers={"Cache-Control": "no-store"})


def _cards(made: Sequence[Ballot]) -> list[organizer.Card]:
    return [organizer.Card("ballot", f"Vote {at}", one.url, qr_svg(one.url)) for at, one in enumerate(made, 1)]


async def _voter(request: Request) -> Principal:
    """Whoever looks; a ballot or a sign-in that is no longer valid makes a visitor, not an error."""
    try:
        return await voter_of(request)
    except (Unauthorized, SlowDown):
        return ANYBODY


def _closed(event: Event) -> contexts.Closed | None:
    """Why nobody can vote now; None where that is possible."""
    if event.settings.audience_vote == "off":
        return "off"
    if event.stage in OUT:
        return "over"
    return "early" if event.stage == "draft" else None


async def _page(
    request: Request, engine: Engine, who: Principal, event: Event, *, voted: bool = False, wrong: str | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    paper = await engine.audience.paper(who, event.event_id) if engine.audience.is_counted(who, event) else None
    pick = paper.pick if paper else None
    choices = paper.choices if paper else ()
    closed = _closed(event)
    page = contexts.VotePage(
        viewer=Viewer(),
        event_name=event.name,
        path=request.url.path,
        state=closed or ("no_ballot" if paper is None else "open" if choices else "nothing"),
        choices=[contexts.VoteChoice(one.session_id, one.team_name, one.pitch_title) for one in choices],
        by_link=event.settings.audience_vote == "links",
        pick=pick.session_id if pick else None,
        picked=pick.team_name if pick else None,
        voted=voted,
        wrong=wrong,
        standings_url=f"/events/{event.event_id}/standings" if closed == "over" else None,
    )
    return HTMLResponse(renderer_of(request).vote(page), status, {"Cache-Control": "no-store"})


def _handed(engine: Engine, event_id: str, token: str, response: Response) -> Response:
    """The response, with which a browser has this ballot."""
    secure = engine.public_url.startswith("https")
    name = ballot_cookie(event_id)
    response.set_cookie(name, token, max_age=_COOKIE_SECONDS, httponly=True, samesite="lax", secure=secure)
    return response
