"""Scorecards: what one judge gave one pitch, and the chain of all that was ever saved."""

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, TypeGuard

from pydantic import BaseModel, Field

from pitchscoop.events.rubrics import Criterion
from pitchscoop.kernel.errors import Invalid
from pitchscoop.kernel.table import Kept

LONGEST = 20_000  # characters of a comment
BEGINNING = "0" * 64
"""What stands for the chain before the first entry."""

Mark = Literal["skip", "again"]
"""``skip``: the judge does not score this pitch. ``again``: they want to hear it once more."""


class Saved(BaseModel):
    """A card as people see it. ``complete`` cards count; ``missing`` are ids of criteria without a score that fits."""

    session_id: str
    judge_id: str
    scores: dict[str, float]
    comment: str
    mark: Mark | None
    complete: bool
    missing: tuple[str, ...]
    rubric_version: int
    saved_at: dt.datetime


class Scorecard(Saved):
    """A card as it is now. Who changes it says which ``revision`` they saw."""

    revision: int


class Card(Kept):
    """What one judge gave one pitch. ``number`` is that of the entry it was saved with, counted in the event.

    ``scores`` may hold those of criteria that a newer rubric has no more: nothing that was given is lost.
    """

    session_id: str
    judge_id: str
    scores: dict[str, float] = Field(default_factory=dict)
    comment: str = ""
    mark: Mark | None = None
    rubric_version: int = 1
    saved_at: dt.datetime
    number: int

    def missing(self, criteria: Sequence[Criterion]) -> tuple[str, ...]:
        """The criteria that have no score, or one that is outside of their scale by now."""
        return tuple(one.id for one in criteria if not _fits(self.scores.get(one.id), one))

    def complete(self, criteria: Sequence[Criterion]) -> bool:
        """Whether it counts."""
        return bool(criteria) and self.mark != "skip" and not self.missing(criteria)

    def share_of(self, criterion: Criterion) -> float:
        """How far up the scale of a criterion its score is: 0 to 1. Of a complete card."""
        return (self.scores[criterion.id] - criterion.min) / (criterion.max - criterion.min)

    def says_what(self, other: "Card | None") -> bool:
        """Whether it says what the other one says, whenever they were saved."""
        return other is not None and (self.scores, self.comment, self.mark) == (other.scores, other.comment, other.mark)

    def saved(self, criteria: Sequence[Criterion]) -> Saved:
        """The card as it was saved once."""
        known = self.model_dump(include=set(Saved.model_fields))
        return Saved(**known, complete=self.complete(criteria), missing=self.missing(criteria))

    def shown(self, criteria: Sequence[Criterion]) -> Scorecard:
        """The card as it is now."""
        return Scorecard(**self.saved(criteria).model_dump(), revision=self.revision)

    @property
    def digest(self) -> str:
        """SHA-256 of the card as JSON: keys in order, no spaces, UTF-8."""
        return _digest(self.model_dump(mode="json"))


class Entry(Kept):
    """A card as it was saved once; never changed. Its ``card`` goes when its session is deleted for good.

    Then an entry of its own says which numbers were ``erased``, so that nobody can take a card away unseen. ``chain``
    is the SHA-256 of the chain before and ``digest``: who knows the last one knows all of them.
    """

    number: int
    card: Card | None = None
    erased: tuple[int, ...] = ()
    digest: str
    chain: str


def total(card: Card, criteria: Sequence[Criterion]) -> float:
    """The weighted total of a complete card: the scale that standings are on."""
    return sum(one.weight * card.scores[one.id] for one in criteria)


def linked(before: str, digest: str) -> str:
    """The chain one entry on."""
    return hashlib.sha256((before + digest).encode()).hexdigest()


def entry_of(card: Card, before: str) -> Entry:
    """The entry a card is saved as, after the chain so far."""
    return Entry(number=card.number, card=card, digest=card.digest, chain=linked(before, card.digest))


def erasure_of(number: int, erased: Sequence[int], before: str) -> Entry:
    """The entry that says which others have no card any more."""
    digest = _digest({"erased": list(erased), "number": number})
    return Entry(number=number, erased=tuple(erased), digest=digest, chain=linked(before, digest))


def broken(entries: Sequence[Entry], *, cut: bool = False) -> int | None:
    """The number of the first entry that is not as it was saved, or is missing before it; None where all are.

    ``cut``: the end may be missing, and with it what says that a card was erased.
    """
    gone = {number for entry in entries for number in (*entry.erased, *([entry.number] if cut else []))}
    number, chain = 0, BEGINNING
    for entry in entries:
        number, chain = number + 1, linked(chain, entry.digest)
        if (entry.number, entry.chain) != (number, chain) or not _is_as_saved(entry, gone):
            return number
    return None


def blanked(entries: Sequence[Entry]) -> list[Entry]:
    """Entries without the cards that later ones say were erased: a copy may be older than that."""
    gone = {number for entry in entries for number in entry.erased}
    return [entry.model_copy(update={"card": None}) if entry.number in gone else entry for entry in entries]


def checked(given: Mapping[str, object], criteria: Sequence[Criterion]) -> dict[str, float | None]:
    """Scores as they were sent, by criterion; None takes one back.

    Raises:
        Invalid: ``unknown_criterion`` or ``score_out_of_range``.
    """
    known = {one.id: one for one in criteria}
    found: dict[str, float | None] = {}
    for name, score in given.items():
        if name not in known:
            ids = ", ".join(known) or "none"
            raise Invalid("unknown_criterion", f"This pitch has no criterion {name[:64]!r}. It has: {ids}.")
        one = known[name]
        if score is None:
            found[name] = None
        elif _fits(score, one):
            found[name] = float(score)
        else:
            raise Invalid("score_out_of_range", f"{one.name}: give a number from {one.min:g} to {one.max:g}.")
    return found


def plain(comment: str) -> str:
    """A comment as it is kept: one sign for the end of a line, and none that only steers a terminal.

    Raises:
        Invalid: ``comment_too_long``.
    """
    lines = comment.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    if len(text) > LONGEST:
        raise Invalid(
            "comment_too_long", f"The comment has {len(text)} characters, and {LONGEST} are kept. Shorten it."
        )
    return text


def _fits(score: object, criterion: Criterion) -> TypeGuard[float]:
    """Whether it is a number on the criterion's scale. NaN and the infinite are on none; true is no number."""
    if isinstance(score, bool) or not isinstance(score, int | float):
        return False
    return criterion.min <= score <= criterion.max


def _is_as_saved(entry: Entry, gone: AbstractSet[int]) -> bool:
    if entry.card is not None:
        return not entry.erased and (entry.card.digest, entry.card.number) == (entry.digest, entry.number)
    if entry.erased:
        return erasure_of(entry.number, entry.erased, "").digest == entry.digest
    return entry.number in gone


def _digest(document: Mapping[str, object]) -> str:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
