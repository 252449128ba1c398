"""How a pitch was spoken, as far as its words and their times tell. Accent, voice and grammar are never judged."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, pairwise

from pitchscoop.transcripts import words
from pitchscoop.transcripts.fillers import LANGUAGES
from pitchscoop.transcripts.measures import (
    COMFORTABLE,
    PAUSE,
    Delivery,
    Filler,
    Measure,
    Pace,
    Stretch,
    absent,
    measure,
    pace_in_characters,
)
from pitchscoop.transcripts.model import Transcript
from pitchscoop.transcripts.words import Said

_WINDOW = 30.0  # seconds over which a pace is told: some 75 words, so that one more or less is hardly seen
_STEP = 5.0  # seconds between two points of the curve, or more where there were more than _POINTS
_POINTS = 120
_ENOUGH = 10.0  # seconds of speech, below which a minute cannot be told

_NOTHING = "Nothing was said, or it is not written down."
_SHORT = "Less than ten seconds were spoken: too little to tell a minute from."
_NO_SPACES = "This language puts no spaces between words, so words cannot be counted."
_ENGLISH_ONLY = "An easy pace is known to us for English only: words of other languages are longer or shorter."
_DROPPED = "What wrote this down leaves most fillers out, so they cannot be counted."
_PERHAPS_DROPPED = "None was written down, and it is not known whether fillers are."
_PERHAPS_MORE = "There may have been more: it is not known whether all are written down."


def delivery(
    transcript: Transcript,
    *,
    audio_duration: float | None = None,
    max_seconds: float | None = None,
    loudness_range: float | None = None,
    keeps_fillers: bool | None = None,
) -> Delivery:
    """Everything that can be told of it.

    Args:
        transcript: With its utterances.
        audio_duration: Length of the recording, in seconds.
        max_seconds: What the event allows.
        loudness_range: In LU, where it was measured.
        keeps_fillers: Whether the engine that wrote the transcript keeps fillers; None if nobody knows.
    """
    said, unit, language = words.said(transcript), words.unit(transcript), words.language(transcript)
    runs = list(_runs(said))
    pauses = tuple(_stretch(one[1], other[0]) for one, other in pairwise(runs))
    paceless = _too_little(said) or (None if unit else _NO_SPACES)
    curve = () if paceless else tuple(_curve(said))
    english = unit == "words" and language == "en"
    fillers = () if keeps_fillers is False else _counted(said)
    return Delivery(
        measures=(
            absent("pace", paceless) if paceless else _pace(said, unit),
            _comfortable(curve, paceless or (None if english else _ENGLISH_ONLY)),
            *_silences(runs, pauses),
            _fillers(said, language, keeps_fillers=keeps_fillers),
            _loudness_range(loudness_range),
            _overrun(audio_duration, max_seconds),
        ),
        pace=curve,
        comfortable=COMFORTABLE if english else None,
        pauses=pauses,
        fillers=fillers,
    )


def _minutes(said: list[Said]) -> float:
    """From the first word to the last."""
    return (max(word.end for word in said) - said[0].start) / 60 if said else 0.0


def _too_little(said: list[Said]) -> str | None:
    if not said:
        return _NOTHING
    return _SHORT if 60 * _minutes(said) < _ENOUGH else None


def _pace(said: list[Said], unit: words.Unit | None) -> Measure:
    value = round(sum(word.counts for word in said) / _minutes(said), 1)
    return pace_in_characters(value) if unit == "characters" else measure("pace", value)


def _curve(said: list[Said]) -> Iterator[Pace]:
    """The pace of half a minute around every fifth second; one point where less was spoken."""
    first, length = said[0].start, 60 * _minutes(said)
    window = min(_WINDOW, length)
    middles = sorted(((word.start + word.end) / 2, word.counts) for word in said)
    sums = [0, *accumulate(counts for _, counts in middles)]
    step = max(_STEP, (length - window) / (_POINTS - 1))
    for number in range(int((length - window) / step) + 1):
        begin = first + number * step
        within = sums[bisect_left(middles, (begin + window + 1e-6,))] - sums[bisect_left(middles, (begin,))]
        yield Pace(at=round(begin + window / 2, 1), value=round(60 * within / window, 1))


def _comfortable(curve: tuple[Pace, ...], why_not: str | None) -> Measure:
    if why_not:
        return absent("comfortable", why_not)
    low, high = COMFORTABLE
    return measure("comfortable", round(100 * sum(low <= point.value <= high for point in curve) / len(curve)))


def _runs(said: list[Said]) -> Iterator[tuple[float, float]]:
    """Where somebody spoke on without a pause."""
    ends = accumulate((word.end for word in said), max)
    begin = said[0].start if said else 0.0
    for end, following in zip(ends, [*said[1:], None], strict=False):
        if following is None or round(following.start - end, 3) > PAUSE:
            yield begin, end
            begin = following.start if following else end


def _stretch(start: float, end: float) -> Stretch:
    return Stretch(start=round(start, 3), length=round(end - start, 3))


def _silences(runs: list[tuple[float, float]], pauses: tuple[Stretch, ...]) -> Iterator[Measure]:
    if not runs:
        yield absent("pauses", _NOTHING)
        yield absent("longest_pause", _NOTHING)
        yield absent("longest_run", _NOTHING)
        return
    yield measure("pauses", len(pauses))
    pause = max(pauses, key=lambda pause: pause.length, default=None)
    yield (
        measure("longest_pause", round(pause.length, 1), at=pause.start)
        if pause
        else absent("longest_pause", "There was no silence of more than a second.")
    )
    run = max((_stretch(*run) for run in runs), key=lambda run: run.length)
    yield measure("longest_run", round(run.length, 1), at=run.start)


def _counted(said: list[Said]) -> tuple[Filler, ...]:
    counts = Counter(word.filler for word in said if word.filler)
    ordered = sorted(counts.items(), key=lambda found: (-found[1], found[0]))
    return tuple(Filler(filler=sound, count=count) for sound, count in ordered)


def _fillers(said: list[Said], language: str | None, *, keeps_fillers: bool | None) -> Measure:
    count = sum(word.filler is not None for word in said)
    if why := _too_little(said):
        return absent("fillers", why)
    if keeps_fillers is False:
        return absent("fillers", _DROPPED)
    if not count and language not in LANGUAGES:
        return absent("fillers", "Which sounds are fillers in this language is not known to us.")
    if not count and keeps_fillers is None:
        return absent("fillers", _PERHAPS_DROPPED)
    found = measure("fillers", round(count / _minutes(said), 1))
    if keeps_fillers is None:
        return found.model_copy(update={"explanation": f"{found.explanation} {_PERHAPS_MORE}"})
    return found


def _loudness_range(value: float | None) -> Measure:
    if value is None:
        return absent("loudness_range", "It was not measured.")
    return measure("loudness_range", round(value, 1))


def _overrun(audio_duration: float | None, max_seconds: float | None) -> Measure:
    if max_seconds is None:
        return absent("overrun", "There is no time limit.")
    if audio_duration is None:
        return absent("overrun", "The length of the recording is not known.")
    return measure("overrun", round(max(0.0, audio_duration - max_seconds), 1))
