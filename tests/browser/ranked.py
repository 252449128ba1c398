"""Sample standings: what ``doors/leaderboard.py`` would send, and the pages that show it."""

import asyncio
import json
import random
import threading
from collections.abc import AsyncIterator, Callable, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pitchscoop.doors.web import organizer_contexts as o
from pitchscoop.doors.web import standings_contexts as s
from pitchscoop.doors.web.contexts import Viewer
from pitchscoop.doors.web.events import bar_of
from pitchscoop.doors.web.render import Renderer
from tests.browser.organized import EVENT, ORGANIZER
from tests.browser.words import ARABIC, LONG_TEAM, LONG_TITLE

SINCE = "2026-11-14T18:30:00+00:00"
_PLACED: tuple[tuple[int, str, str, float, float, tuple[int, int]], ...] = (
    (1, "Grandmother Tongue", "A phone call that keeps a dialect alive", 87.4, 85.1, (1, 5)),
    (2, "Ørsted’s Ghost", "Finding leaking district heat from the air", 84.9, 86.3, (1, 8)),  # noqa: RUF001
    (2, "Kelpline", "Crop insurance for seaweed, priced from orbit", 84.6, 82.0, (1, 9)),
    (2, ARABIC, "A night bus that girls’ parents trust", 84.2, 84.4, (1, 10)),  # noqa: RUF001
    (5, LONG_TEAM, "Listening to hives instead of opening them", 81.0, 83.7, (2, 13)),
    (6, "Signal/Noise", LONG_TITLE, 79.8, 78.2, (3, 16)),
    (6, "No Plan B", "Evacuation routes that know who is in a wheelchair", 79.5, 80.9, (3, 17)),
    (8, "Ledger & Loam", "Proof of soil, for banks", 77.3, 77.0, (5, 19)),
    (9, "Tante Emma Logistics", "Groceries for people who cannot leave the house", 76.1, 74.8, (5, 22)),
    (10, "Ro", "Quiet brakes for cargo bikes", 75.6, 78.1, (6, 21)),
)
_WARNINGS = ["2 pitches have one card only. Their places are little more than a guess."]
_ADVICE = ["Ada should hear Kelpline: it tells most about Kelpline and Ro, who are close."]


def _row(at: int, rank: int, team: str, title: str, scores: tuple[float, float], interval: tuple[int, int]) -> object:
    adjusted, given = scores
    return {
        "rank": rank, "session_id": f"r{at}", "team_id": str(at), "team_name": team, "pitch_title": title,
        "track": None, "score": adjusted, "raw_mean": given, "adjusted": adjusted, "interval": interval,
        "judges": 2 if at == 8 else 3, "tied": sum(placed[0] == rank for placed in _PLACED) - 1, "tied_with": [],
        "p_first": 0.1, "p_top3": 0.3, "why": "2 of the 3 judges were stricter than the others; adjusted +1.8.",
        "audio_duration": 178.0, "preview": None if at == 9 else {"start": 64.0, "end": 84.0},
        "page_url": f"http://127.0.0.1/pitches/r{at}?key=k",
    }  # fmt: skip


def rows(count: int = 0) -> Sequence[object]:
    """Those of the picture, or so many."""
    placed = [_row(at, rank, team, title, (adjusted, given), interval)
              for at, (rank, team, title, adjusted, given, interval) in enumerate(_PLACED)]  # fmt: skip
    chance = random.Random(1)
    for at in range(len(placed), count):
        points = 75 - 60 * at / count
        scores = (points, points + chance.gauss(0, 2))
        placed.append(_row(at, at + 1, f"Team {at}", "A title", scores, (max(1, at - 30), min(count, at + 40))))
    return placed


def _prize(name: str, decided: str, by: str, *winners: int) -> object:
    won = [{"session_id": f"r{at}", "team_id": str(at), "team_name": _PLACED[at][1], "pitch_title": _PLACED[at][2],
            "page_url": f"http://127.0.0.1/pitches/r{at}?key=k"} for at in winners]  # fmt: skip
    return {"id": name.lower(), "name": name, "by": by, "track": None, "criterion": None, "decided": decided,
            "winners": won}  # fmt: skip


def _prizes(case: str) -> list[object]:
    """Of boards that have rows: one that is shared, one with a long name, one that nobody has yet."""
    if case in ("hidden", "waiting", "empty", "many", "mean"):
        return []
    return [
        _prize("Craft", "Highest in Team and craft", "criterion", 2, 3),
        _prize(LONG_TITLE, "First place in Land", "rank", 4),
        _prize(
            "Harbour prize",
            "Chosen by hand",
            "hand",
            *(at for at in range(len(_PLACED)) for _, won in given[-1:] if f"r{at}" in won),
        ),
        _prize("Grand prize", "First place", "rank", 0),
    ]


def _final(case: str) -> object:
    """Of boards with a final round: one that is settled, and one that is not yet."""
    if case not in ("published", "live"):
        return None
    won = ((1, 3, 11, 15), (2, 0, 10, 15), (3, 4, 5, 14)) if case == "published" else ((None, 0, 1, 1), (None, 4, 0, 0))
    places = [
        {"rank": rank, "session_id": f"r{at}", "team_id": str(at), "team_name": _PLACED[at][1],
         "pitch_title": _PLACED[at][2], "strength": None, "won": won, "compared": compared, "p_over_next": None,
         "page_url": f"http://127.0.0.1/pitches/r{at}?key=k"}
        for rank, at, won, compared in won
    ]  # fmt: skip
    settled = case == "published"
    words = f"Of a hundred judges 56 would prefer {ARABIC} to Grandmother Tongue."
    lacking = (
        f"Not enough comparisons yet: nothing links Grandmother Tongue and {LONG_TEAM}, not even by way of others."
    )
    return {"settled": settled, "words": words if settled else lacking, "comparisons": 22 if settled else 1,
            "judges": 6 if settled else 1, "places": places}  # fmt: skip


def board(case: str) -> dict[str, object]:
    """The standings of a case."""
    stage = {"live": "open", "meanwhile": "open", "hidden": "frozen", "waiting": "open", "empty": "open"}.get(
        case, "published"
    )
    hidden = case in ("hidden", "waiting")
    found = [] if hidden or case == "empty" else rows(1000 if case == "many" else 0)
    return {
        "event_id": "nordhavn", "stage": stage, "stage_since": SINCE, "hidden": hidden,
        "method": "mean" if case == "mean" else "adjusted",
        "track": None, "tracks": ["Land", "Sea"] if case == "tracks" else [], "standings": found,
        "tie_break": "share", "ties": "Teams that cannot be told apart share a rank.", "prizes": _prizes(case),
        "final": _final(case),
        "warnings": _WARNINGS if case in ("live", "tracks") else [], "advice": _ADVICE if case == "live" else [],
        "judges": None if hidden else 6, "cards": None if hidden else 143, "chain": None, "as_of": None,
    }  # fmt: skip


def audience(case: str) -> dict[str, object]:
    """The votes of a case: two teams share a rank, one has a long name, one has few."""
    told = board(case)
    hidden, none = bool(told["hidden"]), case in ("empty", "many", "mean")
    votes = [] if hidden or none else [(1, 0, 1204), (2, 3, 311), (2, 4, 311), (4, 2, 7), (5, 1, 1)]
    results = [
        {"rank": rank, "session_id": f"r{at}", "team_id": None, "team_name": LONG_TEAM if at == 4 else _PLACED[at][1],
         "pitch_title": LONG_TITLE if at == 4 else _PLACED[at][2], "track": None, "votes": count}
        for rank, at, count in votes
    ]  # fmt: skip
    return {
        "event_id": "nordhavn", "stage": told["stage"], "audience_vote": "anyone", "hidden": hidden,
        "voters": None if hidden else sum(count for _, _, count in votes), "results": results,
    }  # fmt: skip


def _page(case: str, viewer: Viewer = Viewer(), *, embedded: bool = False) -> s.Standings:  # noqa: B008  it is frozen
    organizes = viewer is ORGANIZER
    stage = str(board(case)["stage"])
    return s.Standings(
        viewer=viewer,
        bar=bar_of(EVENT.model_copy(update={"stage": stage}), "standings") if organizes else None,
        event_name=EVENT.name,
        stage=stage,
        since=SINCE,
        zone="Europe/Copenhagen",
        event_path="/sample/event",
        read_path=f"/sample/standings/{case}",
        stream_path=f"/sample/standings/{case}/stream",
        path="/standings",
        moves=organizes,
        hidden=stage != "published",
        final_path="/finalists" if organizes else None,
        embed_code='<iframe src="https://pitches.example.org/embed"></iframe>' if organizes else None,
        public=embedded,
        embedded=embedded,
        audience_path=f"/sample/audience/{case}",
    )


def _room(case: str) -> o.Room:
    return o.Room(ORGANIZER, EVENT.name, "/sample/room/nobody", "UTC", f"/sample/standings/{case}")


def pages(renderer: Renderer) -> dict[str, Callable[[], str]]:
    """Name of a page and how it is made."""
    team = Viewer("team", "Maren, Grandmother Tongue")
    return {
        "standings": lambda: renderer.standings(_page("published")),
        "standings-team": lambda: renderer.standings(_page("tracks", team)),
        "standings-many": lambda: renderer.standings(_page("many")),
        "standings-hidden": lambda: renderer.standings(_page("hidden")),
        "standings-live": lambda: renderer.standings(_page("live", ORGANIZER)),
        "standings-empty": lambda: renderer.standings(_page("empty", ORGANIZER)),
        "room-reveal": lambda: renderer.room(_room("published")),
        "standings-mean": lambda: renderer.standings(_page("mean")),
        "standings-embed": lambda: renderer.standings(_page("published", embedded=True)),
    }


moved: list[float] = []
"""Where previews were moved to."""

more = threading.Event()
"""When the page that waits for another board is told of one."""

given: list[tuple[str, list[str]]] = []
"""Prizes, and who was to win them."""


async def _move(request: Request) -> Response:
    moved.append((await request.json())["start"])
    return JSONResponse({})


async def _give(request: Request) -> Response:
    given.append((request.path_params["prize_id"], (await request.json())["session_ids"]))
    return JSONResponse({"session_ids": given[-1][1]})


def _finished(request: Request) -> Response:
    """All that have a row and, on another page, one that has none."""
    if "cursor" in request.query_params:
        page = [{"session_id": "x", "team_name": "Zebra", "pitch_title": "Without a card"}]
        return JSONResponse({"sessions": page, "next_cursor": None})
    found = [{"session_id": f"r{at}", "team_name": placed[1], "pitch_title": placed[2]}
             for at, placed in enumerate(_PLACED)]  # fmt: skip
    return JSONResponse({"sessions": found, "next_cursor": "more"})


def _stream(request: Request) -> Response:
    case = request.path_params["case"]
    if case == "refused":
        return JSONResponse({"code": "too_many_viewers", "detail": "Too many people watch just now."}, 503)

    async def events() -> AsyncIterator[str]:
        yield f"retry: 3600000\nevent: standings\ndata: {json.dumps(board(case))}\n\n"
        if case in ("meanwhile", "hall"):
            while not more.is_set():  # noqa: ASYNC110  set by another thread
                await asyncio.sleep(0.05)
            changed = board(case) | {"cards": 144}
            if case == "hall":  # the second has become the first
                first, second, *rest = rows()
                changed["standings"] = [second, first, *rest]
            yield f"event: standings\ndata: {json.dumps(changed)}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


def routes(renderer: Renderer, peaks: Callable[[Request], Response]) -> list[Route]:
    """What the pages fetch."""
    return [
        # Not among the pages that every test looks at: its console says that the stream was refused.
        Route("/room-standings", lambda _: HTMLResponse(renderer.room(_room("hall")))),
        Route("/room-open", lambda _: HTMLResponse(renderer.room(_room("live")))),
        Route("/standings-meanwhile", lambda _: HTMLResponse(renderer.standings(_page("meanwhile", ORGANIZER)))),
        Route("/standings-refused", lambda _: HTMLResponse(renderer.standings(_page("refused")))),
        Route("/sample/standings/{case}", lambda request: JSONResponse(board(request.path_params["case"]))),
        Route("/sample/standings/{case}/stream", _stream),
        Route("/sample/audience/{case}", lambda request: JSONResponse(audience(request.path_params["case"]))),
        Route("/pitches/{session_id}/peaks", peaks),
        Route("/api/v1/sessions/{session_id}/preview", _move, methods=["PATCH"]),
        Route("/sample/event/prizes/{prize_id}", _give, methods=["PUT"]),
        Route("/sample/event/sessions", _finished),
    ]
