"""Sample pages of the final round: for the preview and its tests."""

from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pitchscoop.doors.web.events import bar_of
from pitchscoop.doors.web.final_contexts import Answer, Choice, FinalistsPage, FinalPage, FinalPitch, Place
from pitchscoop.doors.web.render import Renderer
from tests.browser.judged import JUDGE, PITCHES
from tests.browser.organized import EVENT, ORGANIZER
from tests.browser.words import ARABIC, LONG_TEAM, LONG_TITLE

_PAIR = tuple(
    FinalPitch(f"s{at}", team, title, 104.0 + 74 * at, "/sample/audio.wav") for at, (team, title) in enumerate(PITCHES)
)
_SAID = [Answer("Kelpline", "Loud Rooms", "/final-again"), Answer(LONG_TEAM, ARABIC, "/final-again")]
_ASKED = FinalPage(JUDGE, EVENT.name, "frozen", "/final", "ada", _PAIR[:2], 3, 6, _SAID, takes=True)
_CHOICES = [
    Choice("r0", "Grandmother Tongue", "A phone call that keeps a dialect alive", (1, 5), chosen=True),
    Choice("r1", LONG_TEAM, LONG_TITLE, (1, 8), chosen=True),
    Choice("r2", ARABIC, "هاتف يحفظ لهجة حية", (4, 4), chosen=False),
    Choice("r3", "Kelpline", "Crop insurance for seaweed, priced from orbit", None, chosen=False),
]
_NAMING = FinalistsPage(ORGANIZER, bar_of(EVENT, "standings"), "/finalists", 0, _CHOICES, named=False, suggested=True)
_PLACES = [Place(1, "Grandmother Tongue", 3, 4), Place(2, LONG_TEAM, 2, 4), Place(3, ARABIC, 1, 4)]
_NAMED = replace(
    _NAMING,
    named=True,
    suggested=False,
    saved=True,
    revision=1,
    words=f"Of a hundred judges 62 would prefer Grandmother Tongue to {LONG_TEAM}.",
    places=_PLACES,
    comparisons=6,
    judges=2,
    more=14,
)
_LOST = "2 comparisons that judges made would be lost. To let go of that, ask with discard."


def pages(renderer: Renderer) -> dict[str, Callable[[], str]]:
    """Name of a page and how it is made."""
    torn = "You have a conflict of interest with Kelpline, so you do not compare it."
    return {
        "final": lambda: renderer.final(_ASKED),
        "final-long": lambda: renderer.final(replace(_ASKED, pair=_PAIR[1:3], answers=[], place=1)),
        "final-again": lambda: renderer.final(replace(_ASKED, pair=_PAIR[3:5], before="s3")),
        "final-done": lambda: renderer.final(replace(_ASKED, pair=None, pairs=2)),
        "final-over": lambda: renderer.final(replace(_ASKED, pair=None, takes=False, stage="published")),
        "final-none": lambda: renderer.final(replace(_ASKED, pair=None, pairs=0, answers=[])),
        "final-wrong": lambda: renderer.final(replace(_ASKED, wrong=torn, code="conflict_of_interest")),
        "finalists": lambda: renderer.finalists(_NAMING),
        "finalists-named": lambda: renderer.finalists(_NAMED),
        "finalists-lost": lambda: renderer.finalists(
            replace(_NAMED, saved=False, wrong=_LOST, code="comparisons_exist", lost=2)
        ),
        "finalists-empty": lambda: renderer.finalists(replace(_NAMING, choices=[], suggested=False)),
    }


said: list[dict[str, str]] = []
"""What was sent of two."""


async def _said(request: Request) -> Response:
    said.append({name: str(value) for name, value in (await request.form()).items()})
    return Response(status_code=303, headers={"Location": "/final-done"})


def routes() -> list[Route]:
    """What the pages send."""
    return [Route("/final/comparisons", _said, methods=["POST"])]
