"""What the pages of the final round are told: plain values, as in ``contexts``."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitchscoop.doors.web.contexts import Viewer
from pitchscoop.doors.web.organizer_contexts import EventBar


@dataclass(frozen=True, slots=True)
class Choice:
    """A pitch that can be a finalist; ``interval`` is of its rank, None where nobody has scored it."""

    session_id: str
    team_name: str
    pitch_title: str
    interval: tuple[int, int] | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A finalist in its place."""

    rank: int | None
    team_name: str
    won: int
    compared: int


@dataclass(frozen=True, slots=True)
class FinalistsPage:
    """An organizer names the finalists. ``named``: there is a final round, and these ``places`` have come of it.

    ``suggested``: nobody is named yet, and those are chosen who may be among the first three. ``more`` counts pitches
    that are not listed. ``wrong`` says why it was not saved, ``code`` is its code; ``lost`` is how many comparisons
    would be lost.
    """

    viewer: Viewer
    bar: EventBar
    path: str
    revision: int
    choices: Sequence[Choice]
    named: bool
    words: str = ""
    places: Sequence[Place] = ()
    comparisons: int = 0
    judges: int = 0
    suggested: bool = False
    saved: bool = False
    closed: bool = False
    more: int = 0
    wrong: str | None = None
    code: str = ""
    lost: int = 0


@dataclass(frozen=True, slots=True)
class FinalPitch:
    """One of the two that are compared. ``playback_url`` is for whoever has no script."""

    session_id: str
    team_name: str
    pitch_title: str
    duration: float | None
    playback_url: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the judge said of two; ``again`` is where it is changed."""

    better: str
    worse: str
    again: str


@dataclass(frozen=True, slots=True)
class FinalPage:
    """A judge compares finalists. ``pair`` is what they are asked about, the ``place``-th of ``pairs``; None: nothing.

    ``before`` is the id of the one they preferred, where they are asked again. ``takes``: comparisons are taken now.
    """

    viewer: Viewer
    event_name: str
    stage: str
    path: str
    judge_id: str
    pair: Sequence[FinalPitch] | None
    place: int
    pairs: int
    answers: Sequence[Answer]
    takes: bool
    before: str | None = None
    wrong: str | None = None
    code: str = ""
