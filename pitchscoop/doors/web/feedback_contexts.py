"""What a team's feedback is told, on the page and on paper: plain values, with all places as shares of 0 to 1."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitchscoop.doors.web.contexts import Viewer


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered moment. ``quote`` is what is said from there on; ``url`` plays from there."""

    number: int
    at: float
    time: str
    spoken: str
    text: str
    quote: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Pace:
    """The curve on the time axis of the wave: points from the left, heights from the top. ``band``: its top, height."""

    points: Sequence[tuple[float, float]]
    band: tuple[float, float] | None
    note: str
    label: str


@dataclass(frozen=True, slots=True)
class Box:
    """All teams on the scale: the lowest, the middle half, the median, the highest."""

    lowest: float
    lower: float
    median: float
    upper: float
    highest: float


@dataclass(frozen=True, slots=True)
class Score:
    """A criterion. ``at`` is the team's mean on the scale; ``spoken`` says all that is drawn."""

    name: str
    value: str
    at: float
    box: Box | None
    spoken: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of how it sounded, and what it means."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of it. ``rank`` is None where the pitch is not ranked; ``place`` then says why.

    ``about`` is the event and the track, ``ticks`` places and times on the axis. ``comments`` are whose and what.
    """

    about: str
    team_name: str
    pitch_title: str
    rank: str | None
    place: str
    further: str | None
    won: Sequence[str]
    cautions: Sequence[str]
    wave: Sequence[int]
    moments_head: str
    marks: Sequence[Mark]
    pace: Pace | None
    ticks: Sequence[tuple[float, str]]
    scores_head: str
    scores: Sequence[Score]
    scores_note: str
    comments: Sequence[tuple[str, str]]
    comments_note: str | None
    figures: Sequence[Figure]
    sound_note: str | None
    origin: str
    published: str


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """The page: the sheet, and where it leads. ``open_to_team``: others than organizers may see it, too."""

    viewer: Viewer
    event_name: str
    pitch_path: str
    pdf_path: str
    open_to_team: bool
    sheet: Sheet
