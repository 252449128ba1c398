"""A transcript's words as they are counted: which of them, as what, and when."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pitchscoop.transcripts.fillers import filler
from pitchscoop.transcripts.model import Transcript, Utterance
from pitchscoop.transcripts.pieces import pieces
from pitchscoop.transcripts.writing import ideographic, tidy, unspaced

Unit = Literal["words", "characters"]


@dataclass(frozen=True, slots=True)
class Said:
    """What was said from ``start`` to ``end``, in seconds: so many words or characters, or a ``filler``."""

    start: float
    end: float
    counts: int
    filler: str | None


def unit(transcript: Transcript) -> Unit | None:
    """What its pace is counted in: characters in Chinese and Japanese; nothing in Thai, Lao, Burmese and Khmer.

    Those put spaces between sentences, not words, and their letters stand above and below each other.
    """
    letters = [letter for letter in transcript.text if unspaced(letter) and letter.isalpha()]
    if len(letters) <= _count("".join(" " if unspaced(letter) else letter for letter in transcript.text), "words"):
        return "words"
    return "characters" if 2 * sum(map(ideographic, letters)) > len(letters) else None


def language(transcript: Transcript) -> str | None:
    """The code of the language that most is said in, without its region."""
    letters = Counter[str | None]()
    for spoken in transcript.utterances:
        letters[_language(spoken, transcript)] += len(spoken.text)
    return letters.most_common(1)[0][0] if letters else None


def said(transcript: Transcript) -> list[Said]:
    """Everything said, in order of time. Punctuation and words that people took away are nothing said."""
    counted = unit(transcript)
    found = (
        Said(start, max(start, end), 0 if sound else _count(word, counted), sound)
        for spoken in transcript.utterances
        for word, start, end in _timed(spoken)
        if any(map(str.isalnum, word))
        for sound in (filler(word, _language(spoken, transcript)),)
    )
    return sorted(found, key=lambda word: (word.start, word.end))


def _language(spoken: Utterance, transcript: Transcript) -> str | None:
    code = spoken.language or transcript.language
    return code.replace("_", "-").split("-")[0].lower() if code else None


def _timed(spoken: Utterance) -> Iterator[tuple[str, float, float]]:
    """The words of an utterance; where the engine gave none, those of its text, which share its time."""
    if spoken.words:
        yield from ((word.word, word.start, word.end) for word in spoken.words)
    else:
        yield from ((piece.text, piece.start / 1000, piece.end / 1000) for piece in pieces(spoken, sys.maxsize))


def _count(text: str, counted: Unit | None) -> int:
    if counted == "characters":
        text = "".join(f" {letter} " if ideographic(letter) else letter for letter in text)
    return sum(any(map(str.isalnum, token)) for token in tidy(text).split(" "))
