"""Whether words were said when a model says they were."""

import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pitchscoop.transcripts.model import Transcript, Utterance
from pitchscoop.transcripts.pieces import pieces
from pitchscoop.transcripts.writing import spelled, unspaced

WITHIN = 2.0
"""Seconds that a citation may be off."""

_FEWEST, _MOST = 3, 60  # words: fewer are said anywhere, more cite nothing
_FEWEST_SIGNS = 4  # of scripts without spaces, for three words
_LONGEST = 600  # characters of a quote


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of the transcript as they stand there, and the second at which the first of them is said."""

    at: float
    quote: str


@dataclass(frozen=True, slots=True)
class _Word:
    """``forms`` are the letters of it: as people have it, and as the machine heard it."""

    text: str
    start: float
    forms: tuple[str, ...]


class Said:
    """What was said in a pitch, to be cited."""

    def __init__(self, transcript: Transcript) -> None:
        self._words = [word for spoken in transcript.utterances for word in _words(spoken)]

    def cited(self, quote: str, at: float) -> Citation | None:
        """The place of a quote that begins within ``WITHIN`` of second ``at``, the nearest; None where there is none.

        Case, punctuation and white space do not count, and either reading of a corrected word will do. Parts of words
        do not count, where words have spaces between them.
        """
        wanted = _bare(quote)
        if not _enough(quote):
            return None
        found = [
            (abs(word.start - at), number, end)
            for number, word in enumerate(self._words)
            if abs(word.start - at) <= WITHIN and (end := self._end(number, wanted)) is not None
        ]
        if not found:
            return None
        _, first, last = min(found)
        words = self._words[first : last + 1]
        return Citation(words[0].start, spelled(word.text for word in words))

    def _end(self, first: int, wanted: str) -> int | None:
        """The number of the word with which it ends if it begins with the ``first``."""
        reached = {0}
        for number in range(first, len(self._words)):
            forms = self._words[number].forms
            if number == first:
                forms = tuple(tail for form in forms for tail in _tails(form))
            if any(_ends(wanted[at:], form) for at in reached for form in forms):
                return number
            reached = {at + len(form) for at in reached for form in forms if wanted.startswith(form, at)}
            if not reached:
                break
        return None


def _words(spoken: Utterance) -> Iterator[_Word]:
    """The words of an utterance; where the engine gave none, those of its text, which share its time."""
    if not spoken.words:
        for piece in pieces(spoken, sys.maxsize):
            yield _Word(piece.text, piece.start / 1000, (_bare(piece.text),))
    for word in spoken.words:
        heard = word.word if word.machine is None else word.machine
        yield _Word(word.word, word.start, tuple(dict.fromkeys((_bare(word.word), _bare(heard)))))


def _bare(text: str) -> str:
    """Its letters, their marks, and digits: all that counts."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(letter)[0] in "LMN"
    )


def _enough(quote: str) -> bool:
    words = sum(bool(_bare(word)) for word in quote.split())
    return len(quote) <= _LONGEST and words <= _MOST and (words >= _FEWEST or _signs(quote) >= _FEWEST_SIGNS)


def _signs(text: str) -> int:
    return sum(map(unspaced, text))


def _tails(form: str) -> list[str]:
    """Where a quote may begin in it: at its beginning, and before each sign of a script without spaces."""
    return [form, *(form[at:] for at in range(1, len(form)) if unspaced(form[at]))] if form else []


def _ends(rest: str, form: str) -> bool:
    """Whether the rest of a quote is this word or, in a script without spaces, its beginning."""
    return rest == form or (0 < len(rest) < len(form) and form.startswith(rest) and unspaced(form[len(rest)]))
