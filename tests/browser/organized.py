"""Sample pages of the organizer, and what they fetch: for the preview and its tests."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pitchscoop.doors.web import organizer_contexts as o
from pitchscoop.doors.web import public_contexts as p
from pitchscoop.doors.web.contexts import Viewer
from pitchscoop.doors.web.events import bar_of
from pitchscoop.doors.web.languages import languages
from pitchscoop.doors.web.prize_form import filled_prizes, read_prizes
from pitchscoop.doors.web.qr import qr_svg
from pitchscoop.doors.web.render import Renderer
from pitchscoop.doors.web.rubric_form import LABELS, filled_rubric, read_rubric
from pitchscoop.doors.web.settings_form import VOTES, filled, overtaken, read, tie_breaks
from pitchscoop.events.model import Event, Settings
from pitchscoop.kernel.clock import utc_now
from tests.browser.words import ARABIC, LONG_TEAM, LONG_TITLE, WHEN

ORGANIZER = Viewer("organizer", "Organizer")
TEAM = Viewer("team", LONG_TEAM)
TEAMS = ("Grandmother Tongue", LONG_TEAM, "Kelpline", ARABIC, "Müll & Söhne", "Ro", "Ørsted Ghost", "No Plan B")
TRACKS = (None, "Sea", "Land")
TITLES = ("A phone call that keeps a dialect alive", "Listening to hives instead of opening them", LONG_TITLE,
          "هاتف يحفظ لهجة حية", "What your bin would say about us", "Quiet brakes for cargo bikes")  # fmt: skip
EVENT = Event(event_id="nordhavn", name="Nordhavn Climate Hack 2026", created_at=WHEN,
              settings=Settings(max_seconds=180, timezone="UTC"))  # fmt: skip
URL = "https://pitches.example.org/join?token=team_0123456789abcdefghijklmnopqrstuvwxyzABCDEF0"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

_teams = [o.TeamLine(str(place), name, withdrawn=place == 5) for place, name in enumerate(TEAMS)]
_judges = [o.JudgeLine(str(place), name) for place, name in enumerate(("Dr. Nkechi Okonkwo-Lindqvist", "Bo Halvorsen"))]


def _page(
    *,
    teams: list[o.TeamLine] | None = None,
    judges: list[o.JudgeLine] | None = None,
    form: o.SettingsForm | None = None,
    wrong: dict[str, str] | None = None,
    order: o.OrderForm | None = None,
    rubric: o.RubricForm | None = None,
    prizes: o.PrizeForm | None = None,
    doubt: o.Doubt | None = None,
    vote: o.VoteBox | None = None,
    event: Event = EVENT,
) -> o.EventPage:
    return o.EventPage(
        viewer=ORGANIZER,
        bar=bar_of(event, "event"),
        teams=_teams if teams is None else teams,
        judges=_judges if judges is None else judges,
        order=order or o.OrderForm(0, {"order": "\n".join(TEAMS), "slot": "3:00"}, missing=(LONG_TEAM, ARABIC)),
        rubric=rubric or filled_rubric(event),
        prizes=prizes or filled_prizes(event),
        templates=LABELS,
        settings=form or filled(event),
        languages=languages(),
        tie_breaks=tie_breaks(event),
        votes=VOTES,
        vote=vote,
        zones=["Europe/Berlin", "UTC"],
        texts={"teams": "Kelpline"} if wrong else {},
        wrong=wrong or {},
        removed=o.JudgeLine("9", "Kaspar Brandt"),
        doubt=doubt,
        join_url=f"https://pitches.example.org/events/{event.event_id}/join" if event is EVENT else None,
        standings_url=None
        if event is EVENT
        else "https://pitches.example.org/events/sxcc3mxwj2bwg8fa5gceg167fk0123456789/standings",
        closed=event.stage == "archived",
    )


def _typed() -> dict[str, str]:
    return {**filled(EVENT).values, "name": LONG_TITLE, "max_seconds": "three", "reads": "0"}


def _wrong() -> o.SettingsForm:
    return o.SettingsForm(1, _typed(), read(_typed(), EVENT.settings).errors)


def _criteria() -> o.RubricForm:
    rows = [dict(row.values) for row in filled_rubric(EVENT).rows if not row.new]
    rows[1] |= {"name": LONG_TITLE, "weight": "often", "max": "0", "anchors": "good 5"}
    form = read_rubric(rows, (), 1)[1]
    assert form is not None
    return form


def _prizes() -> o.PrizeForm:
    typed = [{"id": "", "name": LONG_TITLE, "goes": "criterion||solution"}, {"id": "", "name": ARABIC, "goes": "luck"}]
    form = read_prizes(typed, EVENT, 1)[1]
    assert form is not None
    return form


def _order() -> o.OrderForm:
    typed = {"order": "Kelp", "starts_at": "2026-11-14T16:45", "slot": "soon"}
    errors = {"order": "There is no team “Kelp” in this event.", "slot": "Write it as 3:00, or as seconds, 180."}
    return o.OrderForm(2, typed, errors, overtaken=True)


def _pasted() -> o.Pasted:
    lines = [o.PastedLine(number, name) for number, name in enumerate(TEAMS, 1)]
    lines += [
        o.PastedLine(9, "Ro", wrong="Row 6 has the same name."),
        o.PastedLine(10, "Kelpline", "Sea", 3, "There is already a team 'Kelpline' in this event."),
    ]
    lines = [*lines[-2:], *lines[:-2]]
    text = "\n".join(TEAMS)
    return o.Pasted(ORGANIZER, bar_of(EVENT, "event"), "team", lines, 508, 2, text, ("Website",))


def _invitation(kind: o.Kind, name: str) -> o.Invitation:
    return o.Invitation(
        ORGANIZER, bar_of(EVENT, "event"), kind, name, URL, qr_svg(URL), "/invitation", "/sample/qr.svg"
    )


def _registration(name: str = "", error: str | None = None) -> p.Registration:
    return p.Registration(Viewer(), EVENT.name, "/registration", "k" * 43, ("Sea", "Land"), name, "Land", error)


def _vote(votes: int, *, by_link: bool) -> o.VoteBox:
    url = "https://pitches.example.org/events/nordhavn/vote"
    return o.VoteBox(url, qr_svg(url), votes, by_link, running=not by_link, most=500)


def _voting(state: Any, *, wrong: str | None = None, pick: int | None = None, by_link: bool = False) -> p.VotePage:
    choices = [p.VoteChoice(f"s{at}", team, TITLES[at % len(TITLES)]) for at, team in enumerate(TEAMS)]
    return p.VotePage(
        viewer=Viewer(),
        event_name=LONG_TITLE if wrong else EVENT.name,
        path="/voting",
        state=state,
        choices=choices if state == "open" else (),
        by_link=by_link,
        pick=None if pick is None else f"s{pick}",
        picked=None if pick is None else TEAMS[pick],
        wrong=wrong,
        standings_url="/standings" if state == "over" else None,
    )


def _ballots() -> list[o.Card]:
    url = f"https://pitches.example.org/events/nordhavn/vote?ballot=made-{'0' * 26}.{'a' * 64}"
    return [o.Card("ballot", f"Vote {at}", url, qr_svg(url)) for at in range(1, 5)]


def _cards() -> list[o.Card]:
    return [o.Card("team", name, URL, qr_svg(URL)) for name in TEAMS] + [
        o.Card("judge", judge.name, URL, qr_svg(URL)) for judge in _judges
    ]


def desk(rows: str, *, has_teams: bool = True) -> o.Desk:
    """A desk of so many pitches."""
    return o.Desk(
        viewer=ORGANIZER,
        bar=bar_of(EVENT, "desk"),
        has_teams=has_teams,
        judges=_judges,
        limit_seconds=180,
        rows_path=f"/sample/desk/{rows}",
        news_path="/sample/desk/news",
        progress_path="/sample/desk/judges",
        export_url="/sample/export",
        search_url="/search",
        zone="UTC",
    )


def pages(renderer: Renderer) -> dict[str, Callable[[], str]]:
    """Name of a page and how it is made."""
    lines = [o.EventLine(str(place), name, "open", WHEN, "UTC") for place, name in enumerate((EVENT.name, LONG_TITLE))]
    long = EVENT.model_copy(update={"name": LONG_TITLE, "stage": "frozen"})
    archived = EVENT.model_copy(update={"stage": "archived"})
    theirs = overtaken(EVENT, {**filled(EVENT).values, "max_seconds": "5:00", "downloads": ""})
    return {
        "events": lambda: renderer.events(o.EventList(ORGANIZER, lines)),
        "events-none": lambda: renderer.events(
            o.EventList(
                ORGANIZER,
                (),
                {"teams": "Tide\nKelp\nTide"},
                {"name": "Write a name: people will see it.", "teams": "Row 3: Row 1 has the same name."},
            )
        ),
        "event": lambda: renderer.event(_page()),
        "event-new": lambda: renderer.event(_page(teams=[], judges=[])),
        "event-long": lambda: renderer.event(_page(event=long)),
        "event-doubt": lambda: renderer.event(_page(doubt=o.Doubt("frozen", "Freeze", 12, "desk"))),
        "event-criteria": lambda: renderer.event(_page(rubric=_criteria())),
        "event-prizes": lambda: renderer.event(_page(prizes=_prizes())),
        "event-order": lambda: renderer.event(_page(order=_order())),
        "event-archived": lambda: renderer.event(_page(event=archived)),
        "event-wrong": lambda: renderer.event(_page(form=_wrong(), wrong={"teams": "Is in this event already."})),
        "event-overtaken": lambda: renderer.event(_page(form=theirs)),
        "event-vote": lambda: renderer.event(_page(vote=_vote(1204, by_link=False))),
        "event-vote-links": lambda: renderer.event(
            _page(
                vote=_vote(1, by_link=True), wrong={"ballots": "Write a number from 1 to 500. For more, print again."}
            )
        ),
        "vote": lambda: renderer.vote(_voting("open")),
        "vote-cast": lambda: renderer.vote(_voting("open", pick=1)),
        "vote-wrong": lambda: renderer.vote(_voting("open", pick=3, wrong="Ro has withdrawn. Choose another team.")),
        "vote-over": lambda: renderer.vote(_voting("over", pick=1)),
        "vote-early": lambda: renderer.vote(_voting("early")),
        "vote-off": lambda: renderer.vote(_voting("off")),
        "vote-nothing": lambda: renderer.vote(_voting("nothing")),
        "vote-no-ballot": lambda: renderer.vote(_voting("no_ballot", by_link=True)),
        "ballots": lambda: renderer.sheet(o.Sheet(ORGANIZER, bar_of(EVENT, "event"), _ballots(), ballots=True)),
        "pasted": lambda: renderer.pasted(_pasted()),
        "registration": lambda: renderer.registration(_registration()),
        "registration-wrong": lambda: renderer.registration(_registration(LONG_TEAM, "There is already such a team.")),
        "registered": lambda: renderer.registered(p.Registered(TEAM, EVENT.name, LONG_TEAM, URL, qr_svg(URL))),
        "invitation": lambda: renderer.invitation(_invitation("team", LONG_TEAM)),
        "invitation-judge": lambda: renderer.invitation(_invitation("judge", ARABIC)),
        "sheet": lambda: renderer.sheet(o.Sheet(ORGANIZER, bar_of(EVENT, "event"), _cards())),
        "sheet-here": lambda: renderer.sheet(o.Sheet(ORGANIZER, bar_of(EVENT, "event"), _cards(), only_here=True)),
        "sheet-empty": lambda: renderer.sheet(o.Sheet(ORGANIZER, bar_of(EVENT, "event"), [])),
        "desk": lambda: renderer.desk(desk("48")),
        "desk-empty": lambda: renderer.desk(desk("0", has_teams=False)),
        "room": lambda: renderer.room(o.Room(ORGANIZER, EVENT.name, "/sample/room/live", "UTC")),
        "room-stage": lambda: renderer.room(o.Room(ORGANIZER, EVENT.name, "/sample/room/stage", "UTC")),
        "room-next": lambda: renderer.room(o.Room(ORGANIZER, LONG_TITLE, "/sample/room/next", "UTC")),
        "room-between": lambda: renderer.room(o.Room(ORGANIZER, EVENT.name, "/sample/room/nobody", "UTC")),
    }


def sent(number: int) -> list[object]:
    """A row as ``doors/web/desk.py`` sends it."""
    chance = random.Random(number)
    wave = "".join(chance.choice(_LETTERS[4:]) if chance.random() > 0.15 else "A" for _ in range(48))
    state = {3: "recording", 9: "failed", 11: "processing", 13: "waiting"}.get(number, "completed")
    ready = state == "completed"
    team = TEAMS[number] if number < len(TEAMS) else f"Team {number}"
    length = chance.randint(60, 180)
    transcript = {5: "pending", 7: "failed"}.get(number, "ready")
    return [
        f"s{number}", str(number), team, TITLES[number % len(TITLES)], state, int(ready), length if ready else None,
        int(WHEN.timestamp() * 1000) - number * 60_000, transcript if ready else "none", wave if ready else "",
        0,
    ]  # fmt: skip


def _rows(request: Request) -> Response:
    count = request.path_params["count"]
    if count == "trouble":
        detail = "State is away. Try again in a few seconds."
        return JSONResponse({"code": "state_unavailable", "detail": detail}, 503)
    number = int(count)
    teams = [
        [str(place), TEAMS[place] if place < len(TEAMS) else f"Team {place}", TRACKS[place % 3]]
        for place in range(number)
    ]
    placed = [*teams, ["x", "Hanseatic League", None]] if number else []
    cards = {f"s{place}": (3, 3, 2, 0, 1)[place % 5] for place in range(number) if place not in (3, 9, 11, 13)}
    around = {"teams": placed, "cards": cards, "stage": stage("stage" if number else "nobody")}
    firsts = range(60, number, 500)
    batches = [range(min(60, number)), *(range(first, min(first + 500, number)) for first in firsts)]

    async def pieces() -> AsyncIterator[str]:
        yield '{"position": ""}\n'
        for batch in batches:
            yield f"{json.dumps([sent(place) for place in batch])}\n"
            await asyncio.sleep(0)
        yield f'{json.dumps(around)}\n{{"end": true}}\n'

    return StreamingResponse(pieces(), media_type="application/x-ndjson")


LIVE = {"id": "live", "team": "Heat Pump Social Club", "title": "A neighbourhood of borrowed warmth", "stored": 161.4,
        "limit": 180, "silent": None, "first": 1192,
        "peaks": [random.Random(number).randint(2000, 20000) * (number % 9 > 1) for number in range(99)]}  # fmt: skip


def stage(case: str) -> dict[str, object]:
    """The running order as ``doors/web/room.py`` sends it."""
    now = int(utc_now().timestamp() * 1000)
    first = {"next": 95_000, "live": 130_000, "stage": 42_000}.get(case, 0)
    slots = [
        {"id": str(place), "team": TEAMS[place], "begins": now + first + 180_000 * number,
         "ends": now + first + 180_000 * (number + 1)}
        for number, place in enumerate((1, 2, 3, 4))
    ]  # fmt: skip
    on: dict[str, object] = {"id": "0", "team": TEAMS[0], "begins": now - 138_000, "ends": now + 42_000}
    return {
        "now": on if case == "stage" else None,
        "next": [] if case == "nobody" else slots,
        "slot": 180,
        "at": now,
    }


def _room(request: Request) -> Response:
    case = request.path_params["case"]
    said = [
        {"id": "1", "is_final": True, "start": 150.0, "text": "Half of the street has borrowed a heat pump by now."},
        {"id": "2", "is_final": True, "start": 154.0, "text": "We have two hundred neighbours waiting."},
        {"id": "3", "is_final": False, "start": 158.0, "text": "What we need is forty more"},
    ]
    live = [LIVE | {"captions": said}] if case == "live" else []
    return JSONResponse({"live": live, "stage": stage(case)})


deleted: list[str] = []
"""Ids of the sessions that were deleted from the sample desk."""


def _delete(request: Request) -> Response:
    deleted.append(request.path_params["session_id"])
    return Response(status_code=204)


moved: list[tuple[str, object]] = []
"""Sessions that were moved on the sample desk, and where to."""


async def _move(request: Request) -> Response:
    moved.append((request.path_params["session_id"], await request.json()))
    return JSONResponse({})


called: list[str | None] = []
"""Ids of the teams that were called on the sample stage."""


async def _call(request: Request) -> Response:
    called.append((await request.json())["team_id"])
    return JSONResponse({})


def routes(details: Callable[[Request], Response]) -> list[Route]:
    """What the pages fetch."""
    nobody: dict[str, object] = {
        "position": "", "more": False, "rows": [], "gone": [], "teams": [], "live": [], "stage": None
    }  # fmt: skip
    return [
        Route("/sample/desk/news", lambda _: JSONResponse({**nobody, "live": [LIVE]})),
        Route("/sample/desk/judges", lambda _: JSONResponse({"0": [21, 24], "1": [3, 24]})),
        Route("/sample/room/{case}", _room),
        Route("/sample/desk/{count}", _rows),
        Route("/pitches/{session_id}/details", details),
        Route("/api/v1/events/nordhavn/schedule/stage", _call, methods=["PUT"]),
        Route("/api/v1/sessions/{session_id}", _delete, methods=["DELETE"]),
        Route("/api/v1/sessions/{session_id}", _move, methods=["PATCH"]),
    ]
