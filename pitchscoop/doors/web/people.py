"""Teams and judges on the organizer's pages: adding them, their links, their cards to print."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import Principal, Verb
from pitchscoop.doors.auth import engine_of, principal_of
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.web import organizer_contexts as contexts
from pitchscoop.doors.web.events import bar_of, event_page, to_event
from pitchscoop.doors.web.qr import qr_svg
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import only_here, person_of, viewer_of
from pitchscoop.engine import Engine
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.kernel.errors import Conflict, Invalid
from pitchscoop.organizing.imports import LONGEST, text_of
from pitchscoop.organizing.rosters import Roster, TeamRow
from pitchscoop.organizing.service import Invited

_OF_THE_LIST = ("not_text", "too_long", "too_many_teams")  # what is said beside the field
_SHOWN = 500  # lines of a list: more make a page that nobody reads
_ADDS: dict[contexts.Kind, Verb] = {"team": Verb.TEAM_CREATE, "judge": Verb.JUDGE_CREATE}


async def add_teams(request: Request) -> Response:
    """``POST /events/{event_id}/teams``: one name is added at once, a list is shown first."""
    return await _add(request, "team")


async def add_judges(request: Request) -> Response:
    """``POST /events/{event_id}/judges``: as with teams."""
    return await _add(request, "judge")


async def _add(request: Request, kind: contexts.Kind) -> Response:
    engine, who = engine_of(request), await principal_of(request)
    event_id = request.path_params["event_id"]
    event = await engine.events.allowed(who, _ADDS[kind], event_id)
    form = await form_of(request, who)
    typed = str(form.get("names", ""))
    sure = form.get("step") == "add"
    try:
        text = await _chosen(form.get("file")) or typed
        _check_length(text)
        roster = await _import(engine, who, event_id, kind, text, dry_run=not sure)
    except (Invalid, Conflict) as wrong:
        if wrong.code not in _OF_THE_LIST:
            raise
        return await _refused(request, who, kind, typed, wrong.message)
    if sure:
        return to_event(event_id, f"#{kind}s")
    if not roster.teams and len(roster.errors) == 1:
        return await _refused(request, who, kind, typed, roster.errors[0].message)
    if len(roster.teams) == 1 and not roster.errors:
        await _import(engine, who, event_id, kind, text, dry_run=False)
        return to_event(event_id, f"#{kind}s")
    return HTMLResponse(renderer_of(request).pasted(_pasted(who, event, kind, roster, text)))


async def _chosen(file: object) -> str:
    """The text of the file that was chosen; empty where none was."""
    if not isinstance(file, UploadFile):
        return ""
    try:
        return text_of(await file.read())
    finally:
        await file.close()


def _check_length(text: str) -> None:
    if len(text) > LONGEST:
        raise Invalid("too_long", f"This list is longer than {LONGEST // 10**6} million letters. Split it.")


async def _import(
    engine: Engine, who: Principal, event_id: str, kind: contexts.Kind, text: str, *, dry_run: bool
) -> Roster:
    if kind == "judge":
        return await engine.imports.judges(who, event_id, text, dry_run=dry_run)
    return (await engine.imports.teams(who, event_id, text, dry_run=dry_run, partly=True)).roster


def _pasted(who: Principal, event: Event, kind: contexts.Kind, roster: Roster, text: str) -> contexts.Pasted:
    wrong: dict[int, str] = {}
    for error in roster.errors:
        wrong[error.row] = f"{wrong.get(error.row, '')} {error.message}".strip()
    read = {row.row: row for row in (*roster.unusable, *roster.teams)}
    lines = [_line(number, read.get(number), wrong.get(number)) for number in (*wrong, *(r.row for r in roster.teams))]
    return contexts.Pasted(
        viewer=viewer_of(who),
        bar=bar_of(event, "event"),
        kind=kind,
        lines=lines[:_SHOWN],
        adding=len(roster.teams),
        left_out=len(wrong),
        text=text,
        ignored=roster.ignored,
    )


def _line(number: int, row: TeamRow | None, wrong: str | None) -> contexts.PastedLine:
    if row is None:
        return contexts.PastedLine(number, "", wrong=wrong)
    return contexts.PastedLine(number, row.name, row.track, len(row.members), wrong)


async def _refused(request: Request, who: Principal, kind: contexts.Kind, text: str, sentence: str) -> Response:
    return await event_page(request, who, texts={f"{kind}s": text}, wrong={f"{kind}s": sentence}, status=422)


async def team(request: Request) -> Response:
    """``GET /events/{event_id}/teams/{team_id}``: its link and its code."""
    return await _invitation(request, "team")


async def judge(request: Request) -> Response:
    """``GET /events/{event_id}/judges/{judge_id}``: their link and their code."""
    return await _invitation(request, "judge")


async def _invitation(request: Request, kind: contexts.Kind) -> Response:
    engine, who = engine_of(request), await person_of(request)
    event_id = request.path_params["event_id"]
    event = await engine.organizing.event(who, event_id)
    invited = await _link(engine, who, request)
    path = request.url.path
    page = contexts.Invitation(
        viewer=viewer_of(who),
        bar=bar_of(event, "event"),
        kind=kind,
        name=invited.who.name,
        url=invited.url,
        qr=qr_svg(invited.url),
        path=path,
        qr_url=f"{path}/qr.svg",
    )
    return HTMLResponse(renderer_of(request).invitation(page), headers={"Cache-Control": "no-store"})


async def code(request: Request) -> Response:
    """``GET …/teams/{team_id}/qr.svg`` and ``…/judges/{judge_id}/qr.svg``: the code as a picture."""
    invited = await _link(engine_of(request), await person_of(request), request)
    headers = {"Cache-Control": "no-store"}  # the link it holds can be ended
    return Response(qr_svg(invited.url), media_type="image/svg+xml", headers=headers)


async def _link(engine: Engine, who: Principal, request: Request) -> Invited[Team] | Invited[Judge]:
    at = request.path_params
    if team_id := at.get("team_id"):
        return await engine.organizing.team_link(who, at["event_id"], team_id)
    return await engine.organizing.judge_link(who, at["event_id"], at["judge_id"])


async def sheet(request: Request) -> Response:
    """``GET /events/{event_id}/sheet``: a card for each team and judge, to be printed."""
    engine, who = engine_of(request), await person_of(request)
    event_id = request.path_params["event_id"]
    teams, judges = await engine.organizing.links(who, event_id)
    event = await engine.organizing.event(who, event_id)
    cards = await asyncio.to_thread(_cards, teams, judges)
    page = contexts.Sheet(viewer_of(who), bar_of(event, "event"), cards, only_here=only_here(engine))
    return HTMLResponse(renderer_of(request).sheet(page), headers={"Cache-Control": "no-store"})


def _cards(teams: Sequence[Invited[Team]], judges: Sequence[Invited[Judge]]) -> list[contexts.Card]:
    cards = [contexts.Card("team", found.who.name, found.url, qr_svg(found.url)) for found in teams]
    return cards + [contexts.Card("judge", found.who.name, found.url, qr_svg(found.url)) for found in judges]


Act = Callable[[Engine, Principal, str, str], Awaitable[object]]

ACTS: dict[contexts.Kind, dict[str, Act]] = {
    "team": {
        "withdraw": lambda engine, who, event_id, one: engine.organizing.withdraw_team(who, event_id, one),
        "return": lambda engine, who, event_id, one: engine.organizing.withdraw_team(
            who, event_id, one, withdrawn=False
        ),
        "invitation": lambda engine, who, event_id, one: engine.organizing.invite_team(who, event_id, one),
    },
    "judge": {
        "remove": lambda engine, who, event_id, one: engine.organizing.remove_judge(who, event_id, one),
        "return": lambda engine, who, event_id, one: engine.organizing.invite_judge(who, event_id, one),
        "invitation": lambda engine, who, event_id, one: engine.organizing.invite_judge(who, event_id, one),
    },
}


def button(kind: contexts.Kind, act: str) -> Callable[[Request], Awaitable[Response]]:
    """``POST /events/{event_id}/teams/{team_id}/withdraw`` and such: a button beside a name."""

    async def pressed(request: Request) -> Response:
        engine, who = engine_of(request), await principal_of(request)
        event_id, one = request.path_params["event_id"], request.path_params[f"{kind}_id"]
        await ACTS[kind][act](engine, who, event_id, one)
        if act == "invitation":
            return RedirectResponse(f"/events/{event_id}/{kind}s/{one}", 303)
        return to_event(event_id, f"?removed={one}#judges" if act == "remove" else f"#{kind}s")

    return pressed
