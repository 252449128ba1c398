"""The twenty seconds of a pitch that make people want to hear the rest, chosen from its words and its loudness."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LENGTH = 20.0  # seconds (design of the leaderboard: a preview of 20 s opens in the row)
_SENTENCE = (".", "!", "?", "…", "。", "！", "？", "؟", "।")  # noqa: RUF001
_CLOSING = "\"'”’»)"  # noqa: RUF001
_GREETING = 8.0  # seconds: names and thanks, which every pitch begins with
_SPEECH, _LOUD, _ROUNDED = 0.55, 0.35, 0.1  # what counts how much: spoken all through, with force, to a sentence's end
_LATE = 3.0  # seconds before the end of a preview in which a sentence that ends makes it round


@dataclass(frozen=True, slots=True)
class Preview:
    """From where to where, in seconds of the recording."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """When words are said: ``starts`` and ``ends`` of all in order, and where sentences begin and end, in seconds."""

    starts: Sequence[float]
    ends: Sequence[float]
    begins: Sequence[float]
    closes: Sequence[float]


def preview(seconds: float | None, silhouette: Sequence[int], spoken: Spoken | None) -> Preview | None:
    """The best stretch of a recording of so many seconds; None while it has no length.

    ``silhouette`` are heights of 0 to 100, evenly over the recording. Without words only loudness decides, without
    either the stretch in the middle is as good as any.
    """
    if not seconds:
        return None
    if seconds <= LENGTH:
        return Preview(0.0, round(seconds, 2))
    last = seconds - LENGTH
    starts = [begin for begin in (spoken.begins if spoken else ()) if begin <= last] or _every_second(last)
    known = bool(silhouette) or spoken is not None

    def worth(start: float) -> tuple[float, float]:
        return _worth(start, seconds, silhouette, spoken), -start

    best = max(starts, key=worth) if known else last / 2
    return Preview(round(best, 2), round(best + LENGTH, 2))


def moved(start: float, seconds: float | None) -> Preview | None:
    """The stretch from where an organizer wants it, as far as the recording reaches."""
    if not seconds:
        return None
    begin = max(0.0, min(start, seconds - LENGTH))
    return Preview(round(begin, 2), round(min(seconds, begin + LENGTH), 2))


def spoken_in(utterances: Iterable[Mapping[str, Any]]) -> Spoken | None:
    """When words are said, of utterances as they are kept (``Utterance``, field by field); None without a word."""
    starts, ends, begins, closes = list[float](), list[float](), list[float](), list[float]()
    for utterance in utterances:
        words = utterance.get("words") or [{**utterance, "word": utterance.get("text", "")}]
        fresh = True
        for word in words:
            starts.append(word["start"])
            ends.append(word["end"])
            if fresh:
                begins.append(word["start"])
            fresh = word["word"].rstrip(_CLOSING).endswith(_SENTENCE)
            if fresh:
                closes.append(word["end"])
    return Spoken(starts, ends, begins, closes) if starts else None


def _every_second(last: float) -> list[float]:
    return [float(second) for second in range(int(last) + 1)]


def _worth(start: float, seconds: float, silhouette: Sequence[int], spoken: Spoken | None) -> float:
    end = start + LENGTH
    worth = _LOUD * _loudness(start, end, seconds, silhouette)
    if spoken is not None:
        rounded = any(end - _LATE <= close <= end for close in spoken.closes)
        worth += _SPEECH * _share_spoken(start, end, spoken) + _ROUNDED * rounded
    return worth if start >= _GREETING else worth * 0.9


def _loudness(start: float, end: float, seconds: float, silhouette: Sequence[int]) -> float:
    """The mean height, 0 to 1."""
    if not silhouette:
        return 0.0
    columns = len(silhouette)
    part = silhouette[int(start / seconds * columns) : max(1, round(end / seconds * columns))]
    return sum(part) / len(part) / 100 if part else 0.0


def _share_spoken(start: float, end: float, spoken: Spoken) -> float:
    """The share of the stretch in which somebody speaks, 0 to 1."""
    first, behind = bisect_right(spoken.ends, start), bisect_left(spoken.starts, end)
    said = sum(
        min(end, until) - max(start, begin)
        for begin, until in zip(spoken.starts[first:behind], spoken.ends[first:behind], strict=True)
    )
    return min(1.0, said / LENGTH)
