"""What is kept of what a model wrote: sentences whose quotes were said when it says, and that give no verdict."""

import json
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pitchscoop.advising.citing import Said
from pitchscoop.advising.grading import grades, numbers
from pitchscoop.advising.model import Sentence
from pitchscoop.advising.ports import Refused
from pitchscoop.advising.prompting import SENTENCES
from pitchscoop.events.rubrics import Criterion
from pitchscoop.kernel import ids
from pitchscoop.transcripts.model import Transcript
from pitchscoop.transcripts.writing import tidy

_LONGEST_ANSWER = 200_000  # characters; what was asked for has a few thousand
_ITEMS = 60  # looked at; what was asked for has a dozen
_LOOKS = 100  # places where the object may begin: models think aloud before it
_SHORTEST, _LONGEST = 8, 500  # characters of a sentence
_MARKUP = re.compile(r"[<>]|://|\]\(|\bwww\.", re.IGNORECASE)
_ENDS = re.compile(r"(?<=[.!?…][\"”’»)])\s+|(?<=[.!?…])\s+|(?<=[。！？])")  # noqa: RUF001
_NONSENSE = "The model answered with what cannot be used. Draft it again, or set LLM_MODEL to another model."


@dataclass(frozen=True, slots=True)
class Sifted:
    """The sentences that are left, and how many are not."""

    sentences: tuple[Sentence, ...]
    dropped: int


@dataclass(frozen=True, slots=True)
class _Draft:
    """One item of the answer, as the model has it: nothing of it is known to be true."""

    text: str
    quote: str
    at: float | None
    criterion: str | None


def sifted(answer: str, transcript: Transcript, criteria: Sequence[Criterion]) -> Sifted:
    """What is kept of an answer.

    Raises:
        Refused: ``model_nonsense``: it is not in the form that was asked for.
    """
    said, names = Said(transcript), {criterion.id: criterion.name for criterion in criteria}
    drafts = _drafts(_object(answer))
    kept, dropped = list[Sentence](), max(0, len(drafts) - _ITEMS)
    for draft in drafts[:_ITEMS]:
        text, *more = _sentences(draft.text) or [""]
        dropped += len(more)
        sentence = _checked(draft, text, said, names)
        if sentence is None or not _wanted(sentence, kept):
            dropped += 1
        else:
            kept.append(sentence)
    return Sifted(tuple(kept), dropped)


def _checked(draft: _Draft, text: str, said: Said, names: dict[str, str]) -> Sentence | None:
    """The sentence with the transcript's own words for a quote, and their time; None where anything is wrong."""
    if draft.at is None or not _SHORTEST <= len(text) <= _LONGEST or not _is_plain(text) or grades(text):
        return None
    if draft.criterion is not None and draft.criterion not in names:
        return None
    cited = said.cited(draft.quote, draft.at)
    if cited is None or not numbers(text) <= numbers(cited.quote):
        return None
    about = names[draft.criterion] if draft.criterion is not None else None
    return Sentence(id=ids.new_id(), text=text, at=cited.at, quote=cited.quote, criterion=draft.criterion, about=about)


def _wanted(sentence: Sentence, kept: Sequence[Sentence]) -> bool:
    """One remark a criterion, few sentences on the whole, nothing twice."""
    alike = [one for one in kept if one.criterion == sentence.criterion]
    most = 1 if sentence.criterion is not None else SENTENCES
    return len(alike) < most and sentence.text not in (one.text for one in kept)


def _is_plain(text: str) -> bool:
    """Words and signs only: no markup, no addresses, nothing that turns the line around it."""
    turns = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    odd = any(letter in turns or unicodedata.category(letter) in ("Cs", "Co", "Cn") for letter in text)
    return not odd and _MARKUP.search(text) is None


def _sentences(text: str) -> list[str]:
    """Its sentences: each needs words of its own to rest on, so only the first has them."""
    found = list[str]()
    for part in filter(None, map(tidy, _ENDS.split(tidy(text)))):
        if found and part[0].islower():  # what ended was an abbreviation
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def _drafts(answer: dict[str, Any]) -> list[_Draft]:
    """The items of an answer, those on the whole pitch first. What is none has nothing in it."""
    feedback, remarks = (_list(answer.get(name)) for name in ("feedback", "remarks"))
    return [_draft(item) for item in feedback] + [_draft(item, "criterion") for item in remarks]


def _draft(item: object, about: str | None = None) -> _Draft:
    known = item if isinstance(item, dict) else {}
    criterion = _text(known.get(about)) if about else None
    return _Draft(_text(known.get("text")), _text(known.get("quote")), _second(known.get("at")), criterion)


def _object(answer: str) -> dict[str, Any]:
    """The object in what a model wrote: alone, in a fence, or behind what it thought."""
    decoder, at = json.JSONDecoder(), -1
    if len(answer) <= _LONGEST_ANSWER:
        for _ in range(_LOOKS):
            at = answer.find("{", at + 1)
            if at < 0:
                break
            try:
                found, _end = decoder.raw_decode(answer, at)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict) and found.keys() & {"feedback", "remarks"}:
                return found
    raise Refused("model_nonsense", _NONSENSE)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _second(value: object) -> float | None:
    """A time in seconds; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        second = float(value)
    except (ValueError, OverflowError):
        return None
    return second if math.isfinite(second) and second >= 0 else None
