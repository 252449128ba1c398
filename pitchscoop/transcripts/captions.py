"""Captions as broadcasters set them: cues of one or two lines that can be read in their time, cut where sense ends.

Times are whole milliseconds from the start of the recording. Every letter of the text is in exactly one cue.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from pitchscoop.transcripts.model import Transcript, Utterance
from pitchscoop.transcripts.pieces import Piece, pieces

LINE = 42
"""Columns of a line at most (a Chinese or Japanese letter takes two). Broadcasters allow 37 to 42."""
LEAST = 834
"""ms that a cue is seen at least, 5/6 s: less is a flash."""
MOST = 7000
"""ms that a cue is seen at most: longer, and people read it again."""
GAP = 84
"""ms between two cues, unless they touch: two frames at 24 a second, so that the eye sees the change."""
SPEED = 20
"""Columns a second that people read."""

_FLICKER = 500  # ms: a cue stays if the next one comes sooner than this
_SILENCE = 1500  # ms: nothing said for so long ends a cue
_FULL = 0.9 * 2 * LINE  # columns one can hope to put into a cue, since lines seldom fill
_FLASH = 100.0  # what it costs to cut off a part that is gone too soon, beside the costs of breaks


@dataclass(frozen=True, slots=True)
class Cue:
    """One or two lines, and from when to when they are seen, in ms."""

    start: int
    end: int
    lines: tuple[str, ...]


def cues(transcript: Transcript) -> tuple[Cue, ...]:
    """The whole transcript as cues in order, none overlapping.

    A cue starts with its first word, or later where the one before it would be a flash. A minute of speech takes
    about 4 ms: an hour is work for a thread.
    """
    groups = [cut for stretch in _stretches(transcript.utterances) for cut in _cut(stretch)]
    starts = list(accumulate((group[0].start for group in groups), lambda last, own: max(own, last + LEAST)))
    return tuple(
        Cue(start, _end(start, group, following), tuple(map(_text, _lines(group))))
        for group, start, following in zip(groups, starts, [*starts, math.inf][1:], strict=True)
    )


def _end(start: int, group: list[Piece], following: float) -> int:
    """When a cue goes: after its last word, when it is read, or for the next cue."""
    end = min(max(group[-1].end, start + LEAST, start + _width(group) * 1000 // SPEED), start + MOST)
    if following - end >= _FLICKER:
        return end
    parted = int(following) - GAP
    return min(parted, start + MOST) if parted >= start + LEAST else int(following)


def _stretches(utterances: Iterable[Utterance]) -> Iterator[list[Piece]]:
    """What is said without a silence. Where the next one follows so soon that this would be a flash, both are one."""
    spoken = [part for utterance in utterances for part in _between_silences(pieces(utterance, LINE))]
    stretch, begins = list[Piece](), 0
    for part in spoken:
        if stretch and part[0].start - begins >= LEAST:
            yield stretch
            stretch = []
        stretch, begins = stretch + part, part[0].start
    if stretch:
        yield stretch


def _between_silences(said: list[Piece]) -> Iterator[list[Piece]]:
    begin = 0
    for at, (before, piece) in enumerate(pairwise(said), 1):
        if piece.start - before.end >= _SILENCE:
            yield said[begin:at]
            begin = at
    if said:
        yield said[begin:]


def _cut(stretch: list[Piece]) -> Iterator[list[Piece]]:
    """Into cues: in as few as may do, where sense ends, of like width."""
    lasts = stretch[-1].end - stretch[0].start
    if len(stretch) == 1 or (lasts <= MOST and _lines(stretch)):
        yield stretch
        return
    ends = list(accumulate(piece.width + piece.spaced for piece in stretch))
    parts = max(2, math.ceil(ends[-1] / _FULL), math.ceil(lasts / MOST))
    goal = ends[-1] * (parts // 2) / parts

    def cost(at: int) -> float:
        begins = stretch[at].start
        flash = min(begins - stretch[0].start, stretch[-1].end - begins) < LEAST
        return abs(ends[at - 1] - goal) / 2 + stretch[at].cost + _FLASH * flash

    at = min(range(1, len(stretch)), key=cost)
    yield from _cut(stretch[:at])
    yield from _cut(stretch[at:])


def _lines(group: list[Piece]) -> tuple[list[Piece], ...]:
    """As one line, or two of like width cut where sense ends; nothing if they do not hold it."""
    whole, first = _width(group), group[0].width
    if whole <= LINE:
        return (group,)
    if whole > 2 * LINE + 1:
        return ()
    best, cut = math.inf, 0
    for at in range(1, len(group)):
        second = whole - first - group[at].spaced
        cost = abs(first - second) / 2 + group[at].cost
        if first <= LINE and second <= LINE and cost < best:
            best, cut = cost, at
        first += group[at].width + group[at].spaced
    return (group[:cut], group[cut:]) if cut else ()


def _width(group: list[Piece]) -> int:
    return sum(piece.width + piece.spaced for piece in group) - group[0].spaced


def _text(line: list[Piece]) -> str:
    return "".join(f" {piece.text}" if piece.spaced else piece.text for piece in line).strip()
