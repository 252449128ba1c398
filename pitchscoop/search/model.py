"""What is looked for, what is looked through, and what is found."""

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pitchscoop.kernel.clock import micros
from pitchscoop.kernel.errors import Invalid
from pitchscoop.recordings.model import Session
from pitchscoop.transcripts.writing import tidy, unspaced

LONGEST = 200  # characters of a query: more than any phrase that a person remembers

_PHRASES = re.compile(r'"([^"]*)("|$)|([^\s"]+)')
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'))  # as keyboards of phones make them
_BEGINNING = 2  # letters; a single one begins too many words to be what is meant


@dataclass(frozen=True, slots=True)
class Query:
    """Phrases, each of which must have been said; where it is ``begun``, the last may end in the middle of a word."""

    phrases: tuple[str, ...]
    begun: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A pitch as the index takes it: its words with their times in seconds.

    ``version`` is that of the session's row it was made from, ``created`` is in microseconds.
    """

    session_id: str
    event_id: str
    team_id: str | None
    version: int
    created: int
    words: tuple[str, ...]
    starts: tuple[float, ...]
    ends: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A pitch in which all was said that is looked for, word by word.

    ``found`` has, by the number of a word, which characters of it were looked for: from, to.
    """

    session_id: str
    words: Sequence[str]
    starts: Sequence[float]
    ends: Sequence[float]
    found: Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Quote:
    """Some words around what was found.

    ``marks`` are its characters that were looked for: from, to. ``start`` is when the first of the marked words
    begins and ``end`` when the quote ends, in seconds.
    """

    text: str
    marks: tuple[tuple[int, int], ...]
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A pitch that was found, as it stands now, and where in it."""

    session: Session
    quote: Quote


@dataclass(frozen=True, slots=True)
class Page:
    """Some hits and the cursor of the next page. It is ``complete`` if everything said lately was looked through."""

    hits: list[Hit]
    next_cursor: str | None
    complete: bool


def parse(text: str) -> Query:
    """What is looked for: words, and phrases in quotation marks. Everything else is taken as it is written.

    Raises:
        Invalid: ``query_too_long``.
    """
    asked = cleaned(text.translate(_QUOTES))
    if len(asked) > LONGEST:
        raise Invalid("query_too_long", f"Look for at most {LONGEST} characters: a few words are enough.")
    found = [(quoted or word, end) for quoted, end, word in _PHRASES.findall(asked)]
    phrases = tuple(phrase.strip() for phrase, _ in found if any(letter.isalnum() for letter in phrase))
    closed = not found or found[-1][1] == '"' or text != text.rstrip()
    return Query(phrases, not closed and _ending(found[-1][0]) >= _BEGINNING)


def entry_of(session: Session, version: int, utterances: Sequence[Mapping[str, Any]]) -> Entry:
    """A session and what was said in it, for the index. An utterance without words begins and ends as a whole."""
    words: list[tuple[str, float, float]] = []
    for spoken in utterances:
        if spoken.get("words"):
            words += [(cleaned(word["word"]), word["start"], word["end"]) for word in spoken["words"]]
        else:
            words += [(part, spoken["start"], spoken["end"]) for part in _parts(cleaned(spoken["text"]))]
    texts, starts, ends = zip(*words, strict=True) if words else ((), (), ())
    created = micros(session.created_at)
    return Entry(session.session_id, session.event_id, session.team_id, version, created, texts, starts, ends)


def cleaned(text: str) -> str:
    """Without what is no text, such as halves of characters and control characters."""
    if text.isprintable() and " " not in text:  # as nearly all words are
        return text
    return tidy(text.encode("utf-8", "replace").decode())


def _parts(text: str) -> list[str]:
    """Words; single letters of scripts that put no spaces between those."""
    return "".join(f" {letter} " if unspaced(letter) else letter for letter in text).split()


def _ending(text: str) -> int:
    """How many letters stand at the end of it."""
    letters = itertools.takewhile(lambda sign: sign.isalnum() or unicodedata.category(sign)[0] == "M", reversed(text))
    return len(list(letters))
