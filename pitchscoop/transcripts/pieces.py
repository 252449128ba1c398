"""The text of an utterance in the pieces that lines are made of, with their times and what each break costs."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from pitchscoop.transcripts.model import Utterance
from pitchscoop.transcripts.writing import NO_BREAK, clusters, ideographic, places, tidy, unspaced, width

_SENTENCE, _CLAUSE = ".!?…。！？؟।", ",;:–—、，；：،؛"  # noqa: RUF001
_CLOSING = "\"'”’»›)]）」』】》"  # noqa: RUF001
_NEVER_FIRST = set(NO_BREAK + _SENTENCE + _CLAUSE + _CLOSING + "・ー々〉〕ぁぃぅぇぉっゃゅょァィゥェォッャュョ")  # noqa: RUF001
_NEVER_LAST = set(NO_BREAK + "「『【《〈〔（“‘(")  # noqa: RUF001
_KATAKANA = set(map(chr, range(0x30A1, 0x30FB)))  # of one foreign word, whatever an engine takes for words
_FAMILY = 12  # columns of the widest emoji of several; what is wider is no letter, and may be torn

# What a break costs: two parts may differ by twice as many columns to avoid it.
_CLAUSE_ENDS, _WORD_ENDS, _SHORT_WORD_ENDS, _INSIDE = 3.0, 14.0, 20.0, 40.0
_SHORT = 3  # letters: the, of, et, und, que belong to what follows
_BREATH = 300  # ms: a silence that is as good as a comma


@dataclass(frozen=True, slots=True)
class Piece:
    """What is not broken: a word, or less where a script or a very long word makes it so.

    ``width`` in columns; ``spaced``: a space stands before it; ``start`` and ``end`` in ms; ``cost`` of a break before
    it, 0 where a sentence ended.
    """

    text: str
    width: int
    spaced: bool
    start: int
    end: int
    cost: float


def pieces(utterance: Utterance, line: int) -> list[Piece]:
    """The utterance's whole text in pieces of at most ``line`` columns.

    Times are those of the words found in the text; between them, and without words, letters share the time evenly.
    """
    text = tidy(utterance.text)
    times = _Times(text, utterance)
    made = list[Piece]()
    for begin, end, cost in _spans(text, times.edges, line):
        start = times.after(begin)
        until = max(start, times.before(end))
        spaced = begin == 0 or text[begin - 1] == " "
        if made:
            cost = _eased(made[-1], start, cost)  # noqa: PLW2901
        made.append(Piece(text[begin:end], width(text[begin:end]), spaced, start, until, cost))
    return made


class _Times:
    """When each place of a text is said, in ms; ``edges`` are the places where words begin or end."""

    def __init__(self, text: str, utterance: Utterance) -> None:
        words = [tidy(word.word) for word in utterance.words]
        known = [
            edge
            for at, written, word in zip(places(text, words), words, utterance.words, strict=True)
            if at is not None and written
            for edge in ((at, word.start), (at + len(written), word.end))
        ]
        self.edges = {at for at, _ in known}
        if 0 not in self.edges:
            known.insert(0, (0, min([utterance.start, *(time for _, time in known[:1])])))
        if len(text) not in self.edges:
            known.append((len(text), max(utterance.end, known[-1][1])))
        self._places = [at for at, _ in known]
        self._times = list(accumulate((max(0, round(1000 * time)) for _, time in known), max))

    def after(self, at: int) -> int:
        """When what stands behind the place begins."""
        return self._between(bisect_right(self._places, at) - 1, at)

    def before(self, at: int) -> int:
        """When what stands before the place has ended."""
        return self._between(bisect_left(self._places, at), at)

    def _between(self, known: int, at: int) -> int:
        place, time = self._places[known], self._times[known]
        if place == at:
            return time
        other = known + 1 if place < at else known - 1
        share = (at - place) / (self._places[other] - place)
        return round(time + share * (self._times[other] - time))


def _spans(text: str, edges: set[int], line: int) -> Iterator[tuple[int, int, float]]:
    """Where each piece begins and ends, and what a break before it costs if nothing eases it."""
    begin = 0
    for chunk in text.split(" "):
        end = begin + len(chunk)
        for number, (left, right) in enumerate(pairwise(_cuts(text, begin, end, edges, line))):
            inside = number and left not in edges
            yield left, right, _INSIDE if inside else _WORD_ENDS
        begin = end + 1


def _cuts(text: str, begin: int, end: int, edges: set[int], line: int) -> Iterable[int]:
    """The places in what stands between two spaces at which it may be broken, both ends included."""
    chunk = text[begin:end]
    if chunk.isascii() and 0 < len(chunk) <= line:  # as most are
        return (begin, end)
    cuts, filled, at = [begin], 0, begin
    for letter in _letters(chunk):
        fills = width(letter)
        if at > begin and (_may_break(text, at, edges) or filled + fills > line):
            cuts.append(at)
            filled = 0
        filled += fills
        at += len(letter)
    return [*cuts, end] if end > begin else []


def _letters(chunk: str) -> Iterable[str]:
    return (part for cluster in clusters(chunk) for part in ([cluster] if width(cluster) <= _FAMILY else cluster))


def _may_break(text: str, at: int, edges: set[int]) -> bool:
    before, behind = text[at - 1], text[at]
    if behind in _NEVER_FIRST or before in _NEVER_LAST or (before in _KATAKANA and behind in _KATAKANA):
        return False
    if at in edges:
        return unspaced(before) or unspaced(behind)
    return ideographic(before) or ideographic(behind)


def _eased(before: Piece, start: int, cost: float) -> float:
    """What a break between two pieces costs, given where sense or breath ends."""
    last = before.text.rstrip(_CLOSING)[-1:]
    if last and last in _SENTENCE:
        return 0.0
    if (last and last in _CLAUSE) or start - before.end >= _BREATH:
        return _CLAUSE_ENDS
    if cost == _WORD_ENDS and len(before.text) <= _SHORT and not unspaced(last):
        return _SHORT_WORD_ENDS
    return cost
