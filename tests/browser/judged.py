"""Sample pages of a judge, and what they fetch: for the preview and its tests."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from pitchscoop.doors.web.contexts import Viewer
from pitchscoop.doors.web.judge_contexts import JudgePage
from pitchscoop.doors.web.render import Renderer
from pitchscoop.events.rubrics import DEFAULT, Criterion
from pitchscoop.kernel.clock import utc_now
from tests.browser.words import ARABIC, LONG_TEAM, LONG_TITLE, WHEN

CASES = ("open", "empty", "frozen", "draft")
"""What the sample server can tell: pitches of which some are scored, none, and those that cannot be scored now."""
JUDGE = Viewer("judge", "Dr. Nkechi Okonkwo-Lindqvist")
COMMENT = "The pricing model is the news here. Say it in the first twenty seconds, not at two minutes."
PITCHES = (
    ("Grandmother Tongue", "A phone call that keeps a dialect alive"),
    (LONG_TEAM, LONG_TITLE),
    (ARABIC, "هاتف يحفظ لهجة حية"),
    ("Kelpline", "Crop insurance for seaweed, priced from orbit"),
    ("Loud Rooms", "A microphone that knows who has not spoken yet"),
    ("Tidewatch", "Sand that tells where it came from"),
    ("Paper Trail", "Receipts that sort themselves"),
    ("Ro", "Quiet brakes for cargo bikes"),
    ("No Plan B", "Seed vaults in school basements"),
)
STATUS = {"s4": "recording", "s5": "processing", "s8": "failed"}
FINE = Criterion(
    id="reach", name="Reach", weight=2, min=0, max=100, description="How many people it is for, in a hundred"
)
TORN, REFUSED = "s5", "s6"
"""Sessions whose cards the sample server does not take as they are: changed on another device, and not taken at all."""

_saved: dict[str, dict[str, object]] = {}


def _card(session: str, scores: list[int], comment: str = "", mark: str | None = None) -> dict[str, object]:
    given = {criterion.id: score for criterion, score in zip(DEFAULT, scores, strict=False)}
    return {
        "session_id": session,
        "judge_id": "ada",
        "scores": given,
        "comment": comment,
        "mark": mark,
        "complete": len(given) == len(DEFAULT),
        "missing": [criterion.id for criterion in DEFAULT if criterion.id not in given],
        "rubric_version": 1,
        "saved_at": WHEN.isoformat(),
        "revision": 1,
    }


CARDS = {
    "s0": _card("s0", [7, 7, 6, 8]),
    "s1": _card("s1", [4, 5, 3, 5], mark="again"),
    "s2": _card("s2", [9, 8, 9, 7]),
    "s3": _card("s3", [8, 6, 9], COMMENT),
    "s7": _card("s7", [], mark="skip"),
}


def page(case: str) -> JudgePage:
    """The page of a judge whom the sample server tells this."""
    api = "/sample/judge"
    return JudgePage(JUDGE, "Nordhavn Climate Hack 2026", case, f"{api}/{case}", api, "/sample/leaderboard",
                     "/standings", "/final", "/judging.js", f"{api}/dictations", "UTC")  # fmt: skip


def pages(renderer: Renderer) -> dict[str, Callable[[], str]]:
    """Name of a page and how it is made."""
    return {f"judging-{case}": lambda case=case: renderer.judging(page(case)) for case in CASES}  # type: ignore[misc]


def _judging(request: Request) -> Response:
    case = request.path_params["case"]
    if case == "trouble":
        detail = "State is away. Try again in a few seconds."
        return JSONResponse({"code": "state_unavailable", "detail": detail}, 503)
    pitches = [
        {
            "session_id": f"s{place}",
            "team_id": f"t{place}",
            "team_name": team,
            "pitch_title": title,
            "track": "Fine" if place == 8 else None,
            "duration": 104 + 20 * place,
            "status": STATUS.get(f"s{place}", "completed"),
            "has_audio": f"s{place}" not in STATUS,
            "card": CARDS.get(f"s{place}"),
        }
        for place, (team, title) in enumerate(PITCHES if case != "empty" else ())
    ]
    criteria = [criterion.model_dump(mode="json") for criterion in DEFAULT]
    stage = case if case in ("frozen", "draft") else "open"
    return JSONResponse(
        {
            "event": {"event_id": "nordhavn", "name": "Nordhavn Climate Hack 2026", "stage": stage},
            "criteria": {"": criteria, "Fine": [FINE.model_dump(mode="json"), *criteria[2:]]},
            "pitches": pitches,
            "assigned": True,
        }
    )


async def _save(request: Request) -> Response:
    session = request.path_params["session_id"]
    sent = await request.json()
    scores = {name: score for name, score in sent["scores"].items() if score is not None}
    card = _card(session, []) | {"scores": scores, "comment": sent["comment"], "mark": sent["mark"]}
    card |= {"revision": int(sent["revision"]) + 1, "saved_at": utc_now().isoformat()}
    if session == REFUSED:
        detail = "Paper Trail has withdrawn. There is nothing to score."
        return JSONResponse({"code": "team_withdrew", "detail": detail}, 409)
    if session == TORN and sent["revision"] == 0:
        theirs = _card(session, [3, 4], "Ask how they would price a storm.") | {"revision": 2}
        return JSONResponse({"code": "changed_meanwhile", "detail": "", "current": theirs}, 409)
    _saved[session] = card
    return JSONResponse(card)


def _history(request: Request) -> Response:
    session = request.path_params["session_id"]
    card = _saved.get(session) or CARDS.get(session)
    versions = [card, _card(session, [7, 6, 9], COMMENT[:35]), _card(session, [7])] if card else []
    return JSONResponse({"versions": versions})


def routes(renderer: Renderer) -> list[Route]:
    """What the pages fetch."""
    since = {"stage": "frozen", "stage_since": WHEN.isoformat(), "standings": []}
    return [
        Route("/sample/judge/conflicts/{team_id}", lambda _: JSONResponse({}), methods=["PUT", "DELETE"]),
        Route("/sample/judge/{case}", _judging),
        Route("/sample/leaderboard", lambda _: JSONResponse(since)),
        Route("/api/v1/sessions/{session_id}/scores", _save, methods=["PUT"]),
        Route("/api/v1/sessions/{session_id}/scores/history", _history),
        Route("/judging.js", lambda _: FileResponse(renderer.built("judge-worker.js"), media_type="text/javascript")),
        Route("/judging-trouble", lambda _: Response(renderer.judging(page("trouble")), media_type="text/html")),
    ]
