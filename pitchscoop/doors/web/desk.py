"""The organizer's desk: the page, and what it fetches while it is open.

``rows`` answers with lines of JSON: first ``{"position"}``, then lists of rows, so that a screen is full at once, then
``{"teams": [[id, name, track], …], "cards": {id: number}, "stage"}`` and ``{"end": true}``, or ``{"error": code}``
where it had to stop. A row is a list, because there are thousands: ``ROW`` names what stands where; its cards are
counted in what is new, and come last here.
"""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from pitchscoop.access.model import Principal, Verb
from pitchscoop.doors.auth import engine_of
from pitchscoop.doors.web import organizer_contexts as contexts
from pitchscoop.doors.web.events import bar_of, lines_of, team_lines
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.room import on_air, stage
from pitchscoop.doors.web.visitors import person_of, viewer_of
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import Invalid, Problem
from pitchscoop.recordings.overview import Glance

ROW = ("id", "team_id", "team", "title", "state", "audible", "duration", "created", "transcript", "wave", "cards")
_BARS = 48  # of a silhouette's 96: what fits a row
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


async def desk(request: Request) -> Response:
    """``GET /events/{event_id}/desk``."""
    engine, who = engine_of(request), await person_of(request)
    event_id = request.path_params["event_id"]
    event = await engine.organizing.event(who, event_id)
    judges = await engine.organizing.list_judges(who, event_id)
    known = await engine.events.judges.listed(event_id)  # the cards of those who were removed count
    page = contexts.Desk(
        viewer=viewer_of(who),
        bar=bar_of(event, "desk"),
        has_teams=bool((await engine.organizing.page_teams(who, event_id, None, 1))[0]),
        judges=[contexts.JudgeLine(judge.judge_id, judge.name) for judge in judges],
        limit_seconds=event.settings.max_seconds,
        rows_path=f"/events/{event_id}/desk/rows",
        news_path=f"/events/{event_id}/desk/news",
        progress_path=f"/events/{event_id}/desk/judges",
        export_url=f"/api/v1/events/{event_id}/export.zip",
        search_url=f"/search?event={event_id}",
        zone=event.settings.timezone,
        reads=min(event.settings.reads, len(known) or event.settings.reads),
        transcribes=bool(engine.transcripts.engines),
    )
    return HTMLResponse(renderer_of(request).desk(page))


async def rows(request: Request) -> Response:
    """``GET /events/{event_id}/desk/rows``: all sessions, newest first, as they are read."""
    engine, who = engine_of(request), await person_of(request)
    event_id = request.path_params["event_id"]
    await engine.events.allowed(who, Verb.TEAM_LIST, event_id)
    position, glances = await engine.glances(who, event_id)
    lines = _lines(position, glances, lambda: _around(engine, who, event_id))
    return StreamingResponse(lines, media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})


async def _around(engine: Engine, who: Principal, event_id: str) -> object:
    teams = [team for team in await team_lines(engine, who, event_id) if not team.withdrawn]
    return {
        "teams": [_team(team) for team in teams],
        "cards": await engine.card_counts(who, event_id),
        "stage": stage(await engine.running_orders.read(who, event_id)),
    }


async def _lines(
    position: str,
    glances: AsyncIterator[list[Glance]],
    around: Callable[[], Awaitable[object]],
) -> AsyncIterator[bytes]:
    yield _line({"position": position})
    try:
        async for found in glances:
            yield _line([_row(glance, {}) for glance in found])
        yield _line(await around())
    except Problem as problem:
        yield _line({"error": problem.code})
        return
    yield _line({"end": True})


async def news(request: Request) -> Response:
    """``GET /events/{event_id}/desk/news?after=``: what changed since, and who is being recorded.

    The stage is told of where anything but sessions changed: reading the order of thousands of teams takes a while.
    """
    engine, who = engine_of(request), await person_of(request)
    event_id = request.path_params["event_id"]
    after = request.query_params.get("after", "")
    if not re.fullmatch("[0-9-]{0,64}", after):
        raise Invalid("bad_position", "This position is not one of ours. Load the page again.")
    changes = await engine.changes(who, event_id, after)
    changed = changes.glances
    cards = await engine.card_counts(who, event_id, [one for one, glance in changed.items() if glance])
    document = {
        "position": changes.position,
        "more": changes.more,
        "rows": [_row(glance, cards) for glance in changed.values() if glance],
        "teams": [(*_team(team), team.withdrawn) for team in lines_of(changes.teams)],
        "gone": [one for one, glance in changed.items() if glance is None],
        "live": [on_air(found) for found in await engine.on_air(who, event_id)],
        "stage": stage(await engine.running_orders.read(who, event_id)) if None in changed.values() else None,
    }
    return JSONResponse(document, headers={"Cache-Control": "no-store"})


async def progress(request: Request) -> Response:
    """``GET /events/{event_id}/desk/judges``: by judge, how many cards are in, and of how many; null: of any."""
    engine, who = engine_of(request), await person_of(request)
    document = await engine.judging.progress(who, request.path_params["event_id"])
    return JSONResponse(document, headers={"Cache-Control": "no-store"})


def _team(team: contexts.TeamLine) -> Sequence[object]:
    return team.team_id, team.name, team.track


def _row(glance: Glance, cards: Mapping[str, int]) -> Sequence[object]:
    return (
        glance.session_id,
        glance.team_id,
        glance.team_name,
        glance.pitch_title,
        "waiting" if glance.status == "recording" and not glance.begun else glance.status,
        int(glance.has_audio),
        glance.duration,
        glance.created,
        glance.transcript,
        _wave(glance.silhouette),
        cards.get(glance.session_id, 0),
    )


def _wave(silhouette: Sequence[int]) -> str:
    """Heights of 0 to 100 as one letter each, of 64: a tenth of the bytes of numbers."""
    step = max(1, len(silhouette) // _BARS)
    parts = [silhouette[at : at + step] for at in range(0, len(silhouette), step)]
    return "".join(_LETTERS[min(63, round(sum(part) / len(part) * 0.63))] for part in parts)


def _line(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
