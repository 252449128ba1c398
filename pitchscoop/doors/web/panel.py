"""The page of who hears whom: the plan team by team, and the judges it is made with."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import Principal, Verb
from pitchscoop.doors.auth import engine_of, principal_of
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.web import panel_contexts as contexts
from pitchscoop.doors.web.events import bar_of
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.settings_form import number
from pitchscoop.doors.web.visitors import person_of, viewer_of, zone_of
from pitchscoop.engine import Engine
from pitchscoop.events.conflicts import conflict
from pitchscoop.events.model import Judge, Team
from pitchscoop.events.plans import Assignment
from pitchscoop.kernel.errors import Conflict, Invalid, NotFound
from pitchscoop.organizing.panel import MOST_TEAMS, Seated, Wish

_REASONS = 12  # teams whose trouble is told one by one: with more it is the same trouble
Heard = Mapping[str, set[str]]
"""By team id, the ids of the judges who have heard it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent, and why it was not done."""

    absent: Sequence[str]
    afresh: bool
    short: contexts.Short | None = None
    overtaken: bool = False
    wrong: str | None = None


async def assignment(request: Request) -> Response:
    """``GET /events/{event_id}/assignment``."""
    return await _page(request, await person_of(request))


async def assign(request: Request) -> Response:
    """``POST /events/{event_id}/assignment``: make it, or make it again. What somebody else made meanwhile is kept."""
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    await engine.events.allowed(who, Verb.ASSIGNMENT_MAKE, event_id)
    form = await form_of(request, who)
    wish, absent = _wish(form), [str(judge_id) for judge_id in form.getlist("absent")]
    try:
        await engine.panel.make(who, event_id, wish)
    except Conflict as refused:
        if refused.code == "assignment_impossible":
            asked = Asked(absent, wish.afresh, short=_short(refused.members["shortfalls"]))
        elif refused.code == "changed_meanwhile":
            asked = Asked(absent, wish.afresh, overtaken=True)
        else:
            raise
        return await _page(request, who, asked, 409)
    except Invalid as refused:
        return await _page(request, who, Asked(absent, wish.afresh, wrong=refused.message), 422)
    return RedirectResponse(f"/events/{event_id}/assignment?made=1", 303)


def _wish(form: FormData) -> Wish:
    revision, afresh = number(str(form.get("revision", ""))), bool(form.get("afresh"))
    return Wish(
        seed=revision if afresh else None,  # the seed of before may well give the plan of before
        absent=[str(judge_id) for judge_id in form.getlist("absent")],
        afresh=afresh,
        nearest=bool(form.get("nearest")),
        revision=revision,
    )


def _short(shortfalls: Sequence[Mapping[str, Any]]) -> contexts.Short:
    readings = sum(short["missing"] for short in shortfalls)
    return contexts.Short(len(shortfalls), readings, [short["why"] for short in shortfalls[:_REASONS]])


async def _page(request: Request, who: Principal, asked: Asked | None = None, status: int = 200) -> Response:
    engine, event_id = engine_of(request), request.path_params["event_id"]
    event = await engine.events.allowed(who, Verb.JUDGE_LIST, event_id)
    seated = await _seated(engine, who, event_id)
    made = seated.assignment if seated else None
    teams = seated.teams if seated else await engine.events.teams.listed(event_id)
    judges = seated.judges if seated else await engine.organizing.list_judges(who, event_id)
    heard = _heard(made, await engine.cards.readings(event))
    absent = asked.absent if asked else made.absent if made else ()
    page = contexts.PanelPage(
        viewer=viewer_of(who),
        bar=bar_of(event, "event"),
        plan=_plan(seated, heard) if seated else None,
        loads=_loads(made, judges, {team.team_id for team in teams}, heard, set(absent)),
        teams=sum(team.withdrawn_at is None for team in teams),
        reads=event.settings.reads,
        revision=made.revision if made else 0,
        zone=zone_of(event),
        made="made" in request.query_params and asked is None,
        afresh=asked.afresh if asked else False,
        short=asked.short if asked else None,
        overtaken=asked.overtaken if asked else False,
        wrong=asked.wrong if asked else None,
        closed=event.stage == "archived",
    )
    return HTMLResponse(renderer_of(request).panel(page), status)


async def _seated(engine: Engine, who: Principal, event_id: str) -> Seated | None:
    try:
        return await engine.panel.read(who, event_id)
    except NotFound as missing:
        if missing.code != "no_assignment":
            raise
        return None


def _heard(made: Assignment | None, scored: set[tuple[str, str]]) -> Heard:
    """Who has heard whom: as it was when the plan was made, and whoever has handed in a card since."""
    found = {team: set(panel) for team, panel in made.heard.items()} if made else {}
    for team, judge in scored:
        found.setdefault(team, set()).add(judge)
    return found


def _plan(seated: Seated, heard: Heard) -> contexts.Plan:
    made = seated.assignment
    judges = {judge.judge_id: judge for judge in seated.judges}
    teams = sorted(seated.teams, key=lambda team: (team.name.casefold(), team.team_id))
    rows = []
    for team in teams[:MOST_TEAMS]:
        panel = (judges[one] for one in made.panels.get(team.team_id, ()) if one in judges)
        by_name = sorted(panel, key=lambda judge: judge.name.casefold())
        seats = [contexts.Seat(judge.name, _place(judge, team, made, heard)) for judge in by_name]
        rows.append(contexts.PanelRow(team.name, team.track, seats, seated.missing.get(team.team_id, 0)))
    return contexts.Plan(rows, made.reads, made.made_at, made.notes, len(teams) - len(rows))


def _place(judge: Judge, team: Team, made: Assignment, heard: Heard) -> contexts.Place:
    if judge.judge_id in heard.get(team.team_id, ()):
        return "heard"
    if judge.removed_at:
        return "removed"
    if judge.judge_id in made.absent:
        return "absent"
    return "barred" if conflict(judge, team) else "hears"


def _loads(
    made: Assignment | None, judges: Sequence[Judge], teams: set[str], heard: Heard, absent: set[str]
) -> list[contexts.Load]:
    """The judges by name; of those who were removed only whoever is still in the plan."""
    panels = made.panels if made else {}
    planned = Counter(judge for team, panel in panels.items() if team in teams for judge in panel)
    done = Counter(judge for team, panel in heard.items() if team in teams for judge in panel)
    return [
        contexts.Load(one, judge.name, planned[one], done[one], one in absent, removed=judge.removed_at is not None)
        for judge in sorted(judges, key=lambda judge: (judge.name.casefold(), judge.judge_id))
        for one in [judge.judge_id]
        if judge.removed_at is None or planned[one]
    ]
