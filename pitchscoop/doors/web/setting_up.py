"""The page of all events, on which another one is set up."""

import re
import secrets
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pitchscoop.access.model import Principal, Target, Verb, require
from pitchscoop.doors.auth import engine_of
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.web import organizer_contexts as contexts
from pitchscoop.doors.web.events import BAD_NAME, to_event
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import person_of, viewer_of
from pitchscoop.engine import Engine
from pitchscoop.events.model import Settings
from pitchscoop.events.names import named, time_zones
from pitchscoop.kernel.errors import Invalid
from pitchscoop.organizing.rosters import Noun

_LISTS: tuple[tuple[str, Noun], ...] = (("teams", "team"), ("judges", "judge"))


async def events(request: Request) -> Response:
    """``GET`` and ``POST /events``: all events; a new one by its name, and by who takes part if that is known."""
    engine, who = engine_of(request), await person_of(request)
    require(who, Verb.EVENT_CREATE, Target())  # who may not would find a form here that refuses them
    typed, wrong = {"once": secrets.token_urlsafe()}, dict[str, str]()
    if request.method == "POST":
        form = await form_of(request, who)
        typed = {name: str(form.get(name, "")) for name in ("name", "teams", "judges", "timezone", "once")}
        if not (wrong := await _wrong_with(engine, who, typed)):
            return to_event(await _set_up(engine, who, typed))
    lines = [
        contexts.EventLine(event.event_id, event.name, event.stage, event.created_at, event.settings.timezone)
        for event in await engine.organizing.list_events(who)
    ]
    page = contexts.EventList(viewer_of(who), lines, typed, wrong, _deleted(request))
    return HTMLResponse(renderer_of(request).events(page), 422 if wrong else 200)


async def _wrong_with(engine: Engine, who: Principal, typed: Mapping[str, str]) -> dict[str, str]:
    """What cannot be used of a new event, by field: nothing is set up before all of it can."""
    wrong = dict[str, str]()
    try:
        named("name", typed["name"])
    except Invalid:
        wrong["name"] = BAD_NAME
    for kind, noun in _LISTS:
        if typed[kind].strip() and (sentence := await engine.imports.wrong_with(who, typed[kind], noun)):
            wrong[kind] = sentence
    return wrong


async def _set_up(engine: Engine, who: Principal, typed: Mapping[str, str]) -> str:
    """All of it; sent again, after a failure or by a second press, it goes on with the event that there is."""
    seed = "/".join(typed[part] for part in ("once", "name", "teams", "judges")).encode() if typed["once"] else None
    settings = Settings(timezone=typed["timezone"] if typed["timezone"] in time_zones() else "UTC")
    event = await engine.organizing.create_event(who, typed["name"], (), settings, "open", seed)
    if typed["teams"].strip():
        await engine.imports.teams(who, event.event_id, typed["teams"], dry_run=False, seed=seed)
    if typed["judges"].strip():
        await engine.imports.judges(who, event.event_id, typed["judges"], dry_run=False, seed=seed)
    return event.event_id


def _deleted(request: Request) -> str | None:
    event_id = request.query_params.get("deleted", "")
    return event_id if re.fullmatch("[0-9a-z]{1,64}", event_id) else None
