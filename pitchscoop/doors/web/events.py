"""The organizer's pages of an event: the list, the event itself, its settings and its stage."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import Principal, Verb
from pitchscoop.doors.auth import engine_of, principal_of
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.web import organizer_contexts as contexts
from pitchscoop.doors.web.languages import languages
from pitchscoop.doors.web.order_form import filled_order, read_order, typed_order
from pitchscoop.doors.web.prize_form import filled_prizes, overtaken_prizes, read_prizes, typed_prizes
from pitchscoop.doors.web.qr import qr_svg
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.rubric_form import (
    LABELS,
    again,
    filled_rubric,
    in_words,
    outlook_of,
    read_rubric,
    revision_of,
    typed_rubric,
)
from pitchscoop.doors.web.settings_form import VOTES, Typed, filled, overtaken, read, tie_breaks, typed_in
from pitchscoop.doors.web.visitors import only_here, person_of, viewer_of
from pitchscoop.doors.web.wording import date
from pitchscoop.engine import Engine
from pitchscoop.events.model import Event, Team
from pitchscoop.events.names import named, time_zones
from pitchscoop.kernel.clock import DAY, utc_now
from pitchscoop.kernel.errors import Conflict, Invalid
from pitchscoop.kernel.stages import MOVES
from pitchscoop.voting.service import MOST_BALLOTS

_ONWARD: dict[str, tuple[str, str]] = {
    "draft": ("open", "Open"),
    "open": ("frozen", "Freeze"),
    "frozen": ("published", "Publish"),
    "published": ("archived", "Archive"),
}
_BACK: dict[str, tuple[str, str]] = {
    "open": ("draft", "Back to draft"),
    "frozen": ("open", "Open again"),
    "published": ("frozen", "Back to frozen"),
    "archived": ("published", "Back to published"),
}
_MEANINGS = {
    "draft": "Draft: teams can record once the event is open.",
    "open": "Open: teams record and judges score. Freeze it when both are done; whoever is speaking then finishes.",
    "frozen": "Frozen: teams begin no recording, and no card is taken. Publish, and everybody with the link of the"
    " standings sees them and can hear the pitches in them.",
    "published": "Published: everybody with the link of the standings sees them and can hear the pitches in them.",
    "archived": "Archived: nothing changes any more. Everything can be heard and exported.",
}


BAD_NAME = "Write a name of at most 200 letters: it is what people will see."


def bar_of(event: Event, where: contexts.Where) -> contexts.EventBar:
    """What stands above the pages of an event."""
    return contexts.EventBar(
        event_id=event.event_id,
        name=event.name,
        stage=event.stage,
        where=where,
        meaning=_MEANINGS[event.stage],
        onward=_ONWARD.get(event.stage),
        back=_BACK.get(event.stage),
    )


def to_event(event_id: str, anchor: str = "") -> Response:
    """Back to the event's page, after a form."""
    return RedirectResponse(f"/events/{event_id}{anchor}", 303)


async def event(request: Request) -> Response:
    """``GET /events/{event_id}``."""
    return await event_page(request, await person_of(request))


async def event_page(
    request: Request,
    who: Principal,
    *,
    form: contexts.SettingsForm | None = None,
    order: contexts.OrderForm | None = None,
    rubric: contexts.RubricForm | None = None,
    prizes: contexts.PrizeForm | None = None,
    texts: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    doubt: contexts.Doubt | None = None,
    status: int = 200,
) -> Response:
    """The event's page, with what was sent where it could not be used."""
    engine, event_id = engine_of(request), request.path_params["event_id"]
    found = await engine.organizing.event(who, event_id)
    judges = await engine.organizing.list_judges(who, event_id)
    teams = await engine.organizing.list_teams(who, event_id)
    joins = found.settings.self_registration and found.stage == "open"
    page = contexts.EventPage(
        viewer=viewer_of(who),
        bar=bar_of(found, "event"),
        teams=lines_of(teams),
        judges=[contexts.JudgeLine(judge.judge_id, judge.name) for judge in judges],
        order=order or await _order_form(request, who, found, teams),
        rubric=rubric or _rubric_form(request, found),
        prizes=prizes or filled_prizes(found, saved="prizes" in request.query_params),
        templates=LABELS,
        settings=form or filled(found, saved="saved" in request.query_params),
        languages=languages(found.settings.language),
        zones=sorted(time_zones()),
        tie_breaks=tie_breaks(found),
        votes=VOTES,
        tracks=found.settings.tracks,
        texts=texts or {},
        wrong=wrong or {},
        removed=await _removed(engine, who, event_id, request.query_params.get("removed")),
        doubt=doubt,
        closed=found.stage == "archived",
        join_url=f"{engine.public_url}/events/{event_id}/join" if joins else None,
        standings_url=None if found.stage in ("draft", "open") else f"{engine.public_url}/events/{event_id}/standings",
        kept_until=_kept_until(found),
        vote=await _vote(engine, who, found),
        only_here=only_here(engine),
    )
    return HTMLResponse(renderer_of(request).event(page), status)


def _kept_until(event: Event) -> str | None:
    days = event.settings.retention_days
    return date(utc_now() + days * DAY, event.settings.timezone) if days else None


async def _vote(engine: Engine, who: Principal, event: Event) -> contexts.VoteBox | None:
    if event.settings.audience_vote == "off":
        return None
    url = engine.audience.page_url(event.event_id)
    return contexts.VoteBox(
        url=url,
        qr=qr_svg(url),
        votes=(await engine.audience.result(who, event.event_id)).voters,
        by_link=event.settings.audience_vote == "links",
        running=event.stage in ("open", "frozen"),
        most=MOST_BALLOTS,
    )


async def team_lines(engine: Engine, who: Principal, event_id: str) -> list[contexts.TeamLine]:
    """The teams of an event as pages list them."""
    return lines_of(await engine.organizing.list_teams(who, event_id))


def lines_of(teams: Sequence[Team]) -> list[contexts.TeamLine]:
    """Teams as pages list them."""
    return [contexts.TeamLine(team.team_id, team.name, team.track, team.withdrawn_at is not None) for team in teams]


async def _order_form(request: Request, who: Principal, event: Event, teams: Sequence[Team]) -> contexts.OrderForm:
    order = await engine_of(request).running_orders.read(who, event.event_id)
    return filled_order(order, teams, event.settings.timezone, saved="ordered" in request.query_params)


def _rubric_form(request: Request, event: Event) -> contexts.RubricForm:
    asked = request.query_params
    template = None if event.stage == "archived" else asked.get("rubric")
    return filled_rubric(event, template, saved="criteria" in asked)


async def _removed(engine: Engine, who: Principal, event_id: str, judge_id: str | None) -> contexts.JudgeLine | None:
    if not judge_id:
        return None
    judge = await engine.organizing.judge(who, event_id, judge_id)
    return contexts.JudgeLine(judge.judge_id, judge.name) if judge.removed_at else None


async def settings(request: Request) -> Response:
    """``POST /events/{event_id}/settings``. What somebody else changed meanwhile is shown, and not overwritten."""
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    now = await engine.events.allowed(who, Verb.EVENT_UPDATE, event_id)
    typed = typed_in(await form_of(request, who))
    read_ = read(typed, now.settings)
    if read_.errors:
        return await event_page(request, who, form=_again(now, typed, read_), status=422)
    try:
        await engine.organizing.update_event(
            who, event_id, name=read_.name, settings=read_.settings, revision=read_.revision
        )
    except Conflict as conflict:
        if conflict.code == "method_locked":
            where = "tie_break" if typed["method"] == now.settings.method else "method"
            form = contexts.SettingsForm(now.revision, typed, {where: conflict.message})
            return await event_page(request, who, form=form, status=409)
        if conflict.code != "changed_meanwhile":
            raise
        current: Any = conflict.members["current"]
        form = overtaken(Event.model_validate(current), typed)
        return await event_page(request, who, form=form, status=409)
    return to_event(event_id, "?saved=1#settings")


def _again(event: Event, typed: Mapping[str, str], read_: Typed) -> contexts.SettingsForm:
    revision = event.revision if read_.revision is None else read_.revision
    return contexts.SettingsForm(revision, typed, read_.errors)


async def order(request: Request) -> Response:
    """``POST /events/{event_id}/order``: the running order. What somebody else made of it meanwhile is kept."""
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    event = await engine.events.allowed(who, Verb.SCHEDULE_WRITE, event_id)
    typed = typed_order(await form_of(request, who))
    teams = await engine.organizing.list_teams(who, event_id)
    wanted, errors = read_order(typed, teams, event.settings.timezone)
    if errors:
        return await event_page(request, who, order=contexts.OrderForm(wanted.revision or 0, typed, errors), status=422)
    try:
        await engine.running_orders.write(who, event_id, wanted)
    except Conflict as conflict:
        if conflict.code != "changed_meanwhile":
            raise
        current: Any = conflict.members["current"]
        form = contexts.OrderForm(current["revision"], typed, overtaken=True)
        return await event_page(request, who, order=form, status=409)
    return to_event(event_id, "?ordered=1#order")


async def criteria(request: Request) -> Response:
    """``POST /events/{event_id}/criteria``: what is scored; what becomes of cards is said first."""
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    event = await engine.events.allowed(who, Verb.EVENT_UPDATE, event_id)
    form = await form_of(request, who)
    typed, revision = typed_rubric(form), revision_of(form, event)
    rubric, wrong = read_rubric(typed, event.settings.tracks, revision)
    if wrong:
        return await event_page(request, who, rubric=wrong, status=422)
    change = partial(engine.organizing.update_event, who, event_id, rubric=rubric, revision=revision)
    try:
        try:
            await change()
        except Conflict as conflict:
            if conflict.code != "scoring_began" or form.get("agreed") != outlook_of(conflict.members):
                raise
            await change(new_version=True)
    except Conflict as conflict:
        if conflict.code == "scoring_began":
            told = again(typed, revision, agreed=outlook_of(conflict.members), began=in_words(conflict.members, event))
        elif conflict.code == "changed_meanwhile":
            current: Any = conflict.members["current"]
            told = again(typed, current["revision"], overtaken=True)
        else:
            raise
        return await event_page(request, who, rubric=told, status=409)
    return to_event(event_id, "?criteria=1#criteria")


async def prizes(request: Request) -> Response:
    """``POST /events/{event_id}/prizes``: what is awarded beside places."""
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    event = await engine.events.allowed(who, Verb.EVENT_UPDATE, event_id)
    form = await form_of(request, who)
    typed, revision = typed_prizes(form), revision_of(form, event)
    found, wrong = read_prizes(typed, event, revision)
    if wrong:
        return await event_page(request, who, prizes=wrong, status=422)
    try:
        await engine.organizing.update_event(who, event_id, settings={"prizes": found}, revision=revision)
    except Conflict as conflict:
        if conflict.code != "changed_meanwhile":
            raise
        current: Any = conflict.members["current"]
        return await event_page(request, who, prizes=overtaken_prizes(typed, Event.model_validate(current)), status=409)
    return to_event(event_id, "?prizes=1#prizes")


async def copy(request: Request) -> Response:
    """``POST /events/{event_id}/copies``: another event with the same rubric and settings, as a draft."""
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    await engine.events.allowed(who, Verb.EVENT_READ, event_id)
    name = str((await form_of(request, who)).get("name", ""))
    try:
        made = await engine.organizing.copy_event(who, event_id, named("name", name))
    except Invalid:
        return await event_page(request, who, texts={"copy": name}, wrong={"copy": BAD_NAME}, status=422)
    return to_event(made.event_id)


async def stage(request: Request) -> Response:
    """``POST /events/{event_id}/stage``: one step onward, or back. Where cards are missing it asks before going on."""
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    now = await engine.events.allowed(who, Verb.EVENT_MOVE, event_id)
    form = await form_of(request, who)
    asked, where = str(form.get("stage", "")), _where(form)
    if asked not in MOVES:
        raise Invalid("invalid_request", "There is no such stage. Go back and use the buttons of the page.")
    onward = _ONWARD.get(now.stage)
    if onward and asked == onward[0] and asked in ("frozen", "published") and not form.get("sure"):
        missing = await engine.judging.missing(who, event_id)
        if missing:
            return await event_page(request, who, doubt=contexts.Doubt(*onward, missing, where), status=409)
    await engine.organizing.move_event(who, event_id, asked)
    return to_event(event_id, "" if where == "event" else f"/{where}")


def _where(form: Mapping[str, object]) -> contexts.Where:
    places: tuple[contexts.Where, ...] = ("desk", "standings")
    return next((place for place in places if form.get("where") == place), "event")
