"""The pages of the final round: an organizer names the finalists, a judge compares two at a time."""

from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import Principal, Target, Verb, may
from pitchscoop.doors.auth import engine_of, principal_of
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.problems import status_of
from pitchscoop.doors.web import final_contexts as contexts
from pitchscoop.doors.web.events import bar_of
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import local_url, person_of, viewer_of
from pitchscoop.engine import Engine
from pitchscoop.events.plans import MOST_FINALISTS
from pitchscoop.kernel.errors import Problem
from pitchscoop.recordings import overview
from pitchscoop.scoring.rounds import FinalRound

_MOST = 100  # pitches to choose from: whoever is behind them is no finalist, and REST takes any
_NEAR = 3  # the rank that somebody must be able to have to be suggested: the places that commonly win something
_OF_THE_FORM = ("bad_finalists", "cannot_be_finalist", "comparisons_exist", "changed_meanwhile", "no_such_session")
_OF_THE_PAIR = ("not_a_finalist", "team_withdrew", "conflict_of_interest", "no_such_session", "too_many_comparisons")


async def final(request: Request) -> Response:
    """``GET /events/{event_id}/final``: for a judge what they compare, for an organizer who is in it."""
    who = await person_of(request)
    await engine_of(request).events.allowed(who, Verb.CARD_READ, request.path_params["event_id"], judge_id=who.judge_id)
    return await (_compares(request, who) if who.judge_id else _names(request, who))


async def named(request: Request) -> Response:
    """``POST /events/{event_id}/final``: these are the finalists."""
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    await engine.events.allowed(who, Verb.FINAL_NAME, event_id)
    form = await form_of(request, who)
    wanted, revision = [str(one) for one in form.getlist("session")], _revision(form)
    try:
        await engine.finals.name(who, event_id, wanted, revision, discard=bool(form.get("discard")))
    except Problem as problem:
        if problem.code not in _OF_THE_FORM:
            raise
        return await _names(request, who, wanted, problem)
    return RedirectResponse(f"/events/{event_id}/final?saved=1", 303)


async def compared(request: Request) -> Response:
    """``POST /events/{event_id}/final/comparisons``: this one of the two was better."""
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    await engine.events.allowed(who, Verb.FINAL_COMPARE, event_id, judge_id=who.judge_id)
    form = await form_of(request, who)
    better, one, other = (str(form.get(field, "")) for field in ("better", "one", "other"))
    judge = str(form["judge"]) if "judge" in form else None
    try:
        await engine.finals.compare(who, event_id, better, other if better == one else one, judge)
    except Problem as problem:
        if problem.code not in _OF_THE_PAIR:
            raise
        return await _compares(request, who, problem)
    return RedirectResponse(f"/events/{event_id}/final", 303)


async def _names(
    request: Request, who: Principal, typed: Sequence[str] | None = None, problem: Problem | None = None
) -> Response:
    """The organizer's page; ``typed`` are those that were chosen when it could not be saved."""
    engine, event_id = engine_of(request), request.path_params["event_id"]
    found = await engine.finals.read(who, event_id)
    now = [one.session.session_id for one in found.finalists]
    choices, more = await _choices(engine, who, event_id, now, typed)
    result = found.result
    page = contexts.FinalistsPage(
        viewer=viewer_of(who),
        bar=bar_of(found.event, "standings"),
        path=f"/events/{event_id}/final",
        revision=found.version or 0,
        choices=choices,
        named=bool(now),
        words=result.words if result else "",
        places=[contexts.Place(one.rank, one.pitch.team_name, one.won, one.compared) for one in result.places]
        if result
        else [],
        comparisons=result.comparisons if result else 0,
        judges=result.judges if result else 0,
        suggested=not now and typed is None and any(one.chosen for one in choices),
        saved="saved" in request.query_params,
        closed=not may(who, Verb.FINAL_NAME, Target(event_id=event_id, stage=found.event.stage)),
        more=more,
        wrong=problem.message if problem else None,
        code=problem.code if problem else "",
        lost=problem.members.get("comparisons", 0) if problem else 0,
    )
    return HTMLResponse(renderer_of(request).finalists(page), status_of(problem) if problem else 200)


async def _choices(
    engine: Engine, who: Principal, event_id: str, now: Sequence[str], typed: Sequence[str] | None
) -> tuple[list[contexts.Choice], int]:
    """The pitches that can be chosen, as they stand, and how many more there are.

    Where nobody is named, those are suggested whose rank may be 3 or better.
    """
    view = await engine.standings.read(who, event_id)
    rows = {row.pitch.session_id: row for row in (await view.shown.board()).rows} if view.shown else {}
    names = {one: (row.pitch.team_name, row.pitch.pitch_title) for one, row in rows.items()}
    withdrawn = {team.team_id for team in await engine.events.teams.listed(event_id) if team.withdrawn_at}
    there = set[str]()
    async for page in overview.glances(engine.state, event_id):
        for one in page:
            if one.status == "completed" and one.team_id not in withdrawn:
                there.add(one.session_id)
                names.setdefault(one.session_id, (one.team_name, one.pitch_title))
    order = [one for one in names if one in there]
    suggested = [one for one, row in rows.items() if row.interval[0] <= _NEAR and one in there][:MOST_FINALISTS]
    chosen = set(typed if typed is not None else now or suggested)
    listed = [one for place, one in enumerate(order) if place < _MOST or one in chosen]
    choices = [
        contexts.Choice(one, *names[one], rows[one].interval if one in rows else None, one in chosen) for one in listed
    ]
    return choices, len(order) - len(listed)


async def _compares(request: Request, who: Principal, problem: Problem | None = None) -> Response:
    """The judge's page."""
    engine, event_id = engine_of(request), request.path_params["event_id"]
    found = await engine.finals.read(who, event_id)
    asked = _again(request, found) or found.next
    names = {one.session.session_id: one.pitch.team_name for one in found.finalists}
    path = f"/events/{event_id}/final"
    page = contexts.FinalPage(
        viewer=viewer_of(who),
        event_name=found.event.name,
        stage=found.event.stage,
        path=path,
        judge_id=who.judge_id or "",
        pair=[await _pitch(engine, who, found, one) for one in asked] if asked else None,
        place=min(len(found.answers) + 1, len(found.pairs)),
        pairs=len(found.pairs),
        answers=[
            contexts.Answer(names[one.better], names[one.worse], f"{path}?again={one.better},{one.worse}")
            for one in reversed(found.answers)
        ],
        takes=found.takes,
        before=next((one.better for one in found.answers if asked and one.pair == frozenset(asked)), None),
        wrong=problem.message if problem else None,
        code=problem.code if problem else "",
    )
    status = status_of(problem) if problem else 200
    return HTMLResponse(renderer_of(request).final(page), status, {"Cache-Control": "no-store"})


async def _pitch(engine: Engine, who: Principal, found: FinalRound, session_id: str) -> contexts.FinalPitch:
    session = await engine.session(who, session_id)
    playback = await engine.playback(who, session) if session.has_audio else None
    name = next(one.pitch.team_name for one in found.finalists if one.session.session_id == session_id)
    url = local_url(engine, playback.playback_url) if playback else None
    return contexts.FinalPitch(session_id, name, session.pitch_title, session.audio_duration, url)


def _again(request: Request, found: FinalRound) -> tuple[str, str] | None:
    """The pair that a judge wants to say something else of."""
    wanted = frozenset(request.query_params.get("again", "").split(","))
    return next((pair for pair in found.pairs if found.takes and frozenset(pair) == wanted), None)


def _revision(form: FormData) -> int | None:
    text = str(form.get("revision", ""))
    return int(text) if text.isdecimal() and len(text) < 16 else None  # noqa: PLR2004  longer than any is
