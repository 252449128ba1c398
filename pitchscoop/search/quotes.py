"""The words around what was found."""

from collections.abc import Sequence

from pitchscoop.search.model import Match, Quote
from pitchscoop.transcripts.writing import unspaced

_LENGTH = 12  # words: one or two lines on a phone
_LEAD = 3  # words before the first that was looked for, to know what it is about
_LONGEST = 40  # words, where what was looked for is longer itself


def quoted(match: Match) -> Quote:
    """Where most of what was looked for stands together, the earliest of such places."""
    found = sorted(match.found)
    first = max(found, key=lambda at: (sum(at <= other < at + _LENGTH - _LEAD for other in found), -at))
    last = first
    while last + 1 in match.found and last - first < _LONGEST:  # a phrase is quoted whole
        last += 1
    begin, end = _around(first, last, len(match.words))
    text, marks = _joined(match, range(begin, end))
    start = min(at for at in found if at >= begin)
    return Quote(text, marks, match.starts[start], match.ends[end - 1])


def _around(first: int, last: int, count: int) -> tuple[int, int]:
    begin = max(0, first - _LEAD)
    end = min(count, max(begin + _LENGTH, last + 1))
    return max(0, min(begin, end - _LENGTH)), end


def _joined(match: Match, numbers: Sequence[int]) -> tuple[str, tuple[tuple[int, int], ...]]:
    text = ""
    marks: list[tuple[int, int]] = []
    for number in numbers:
        word = match.words[number]
        if text and word and not (unspaced(text[-1]) and unspaced(word[0])):
            text += " "
        if number in match.found:
            start, end = match.found[number]
            marks.append((len(text) + start, len(text) + end))
        text += word
    return text, tuple(marks)
