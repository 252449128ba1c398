"""What can be measured of how a pitch was spoken: each number with its name, unit, meaning and source."""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

COMFORTABLE = (140, 160)
"""Words a minute that are easy to follow, in English."""
PAUSE = 1.0
"""Seconds of silence between two words beyond which it is a pause."""

MeasureId = Literal[
    "pace", "comfortable", "pauses", "longest_pause", "longest_run", "fillers", "loudness_range", "overrun"
]
Kind = Literal["fact", "standard", "definition"]


class Source(BaseModel):
    """Where a measure, or the figure it is compared with, comes from.

    ``fact``: a figure given in public; ``standard``: a published standard; ``definition``: PitchScoop counts it so.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    name: str


class Measure(BaseModel):
    """One number. ``value`` is None where it cannot be told, and ``absent`` says why.

    ``at``: the second of the recording where it happened, for what happens at one place.
    """

    model_config = ConfigDict(frozen=True)

    id: MeasureId
    name: str
    value: float | None
    unit: str
    explanation: str
    source: Source
    at: float | None = None
    absent: str | None = None


class Pace(BaseModel):
    """How fast around one second of the recording, ``at``, in the unit of the measure ``pace``."""

    model_config = ConfigDict(frozen=True)

    at: float
    value: float


class Stretch(BaseModel):
    """A part of the recording, in seconds."""

    model_config = ConfigDict(frozen=True)

    start: float
    length: float


class Filler(BaseModel):
    """A filler in its plain form, and how often it was said."""

    model_config = ConfigDict(frozen=True)

    filler: str
    count: int


class Delivery(BaseModel):
    """How a pitch was spoken.

    ``measures`` are always the same eight, in the same order. ``pace`` is for a small plot: at most 120 points.
    ``comfortable`` is the band of that plot, None where none is known. ``fillers``: the most frequent first.
    """

    model_config = ConfigDict(frozen=True)

    measures: tuple[Measure, ...]
    pace: tuple[Pace, ...] = ()
    comfortable: tuple[int, int] | None = None
    pauses: tuple[Stretch, ...] = ()
    fillers: tuple[Filler, ...] = ()


class _Kind(NamedTuple):
    name: str
    unit: str
    explanation: str
    source: Source


_FIGURES = Source(
    kind="fact",
    name="Figures commonly given for public speaking, gathered from public material in November 2026; no single study.",
)
_WORD_TIMES = Source(kind="definition", name="Told from the times of the words. One second is PitchScoop's own limit.")
_KINDS: dict[MeasureId, _Kind] = {
    "pace": _Kind(
        "Pace",
        "words/min",
        "Words said in a minute, from the first word to the last, pauses included and fillers left out. In English "
        "140 to 160 are easy to follow, and past about 190 people understand less.",
        _FIGURES,
    ),
    "comfortable": _Kind(
        "Time at an easy pace",
        "%",
        "How much of the time the pace, over half a minute, was between 140 and 160 words a minute.",
        _FIGURES,
    ),
    "pauses": _Kind(
        "Pauses",
        "pauses",
        "How often nothing was said for more than a second. A pause after a strong sentence lets it sink in.",
        _WORD_TIMES,
    ),
    "longest_pause": _Kind(
        "Longest pause", "s", "The longest silence between two words of those over a second.", _WORD_TIMES
    ),
    "longest_run": _Kind(
        "Longest stretch without a pause",
        "s",
        "The longest time somebody spoke on without a silence of more than a second. Listeners need pauses to keep up.",
        _WORD_TIMES,
    ),
    "fillers": _Kind(
        "Fillers",
        "per minute",
        'Sounds such as "um" or "uh" in a minute. A few are natural; above about 5 a minute people notice.',
        _FIGURES,
    ),
    "loudness_range": _Kind(
        "Loudness range",
        "LU",
        "How much the voice moves between quiet and loud. Microphone and room change it, too.",
        Source(kind="standard", name="EBU Tech 3342, Loudness Range"),
    ),
    "overrun": _Kind(
        "Over the time limit",
        "s",
        "How much longer the recording is than the event allows; 0 is within the limit.",
        Source(kind="definition", name="The length of the recording and the event's limit."),
    ),
}  # fmt: skip


def measure(kind: MeasureId, value: float, *, at: float | None = None) -> Measure:
    """A measure with its value."""
    name, unit, explanation, source = _KINDS[kind]
    return Measure(id=kind, name=name, value=value, unit=unit, explanation=explanation, source=source, at=at)


def pace_in_characters(value: float) -> Measure:
    """The pace of Chinese or Japanese."""
    explanation = (
        "Characters said in a minute, from the first to the last, pauses included: words have no spaces between them "
        "here, and engines cut them differently. Words and numbers in other scripts count as one each."
    )
    source = Source(kind="definition", name="Counted in the text. No figure for an easy pace is known to us.")
    name = _KINDS["pace"].name
    return Measure(id="pace", name=name, value=value, unit="characters/min", explanation=explanation, source=source)


def absent(kind: MeasureId, why: str) -> Measure:
    """A measure that cannot be told, and why."""
    name, unit, explanation, source = _KINDS[kind]
    return Measure(id=kind, name=name, value=None, unit=unit, explanation=explanation, source=source, absent=why)
