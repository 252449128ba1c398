"""Advice: sentences that a model drafted, each with what it cites, and what a person made of them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.kernel.errors import Invalid, NotFound
from pitchscoop.kernel.table import Kept
from pitchscoop.transcripts.model import Trouble
from pitchscoop.transcripts.writing import tidy

Standing = Literal["none", "pending", "ready", "failed"]
Verdict = Literal["waiting", "accepted", "rejected"]

LONGEST = 600
"""Characters of a sentence that a person edited."""


class Sentence(BaseModel):
    """One sentence, about a criterion of the rubric or, without one, about the pitch as a whole.

    ``quote`` are words of the transcript, said from second ``at`` on. ``about`` is the criterion's name as it was then.
    ``drafted`` is what the model wrote, where a person has it otherwise; ``checked_by`` whoever decided on it last.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    text: str
    at: float
    quote: str
    criterion: str | None = None
    about: str | None = None
    verdict: Verdict = "waiting"
    drafted: str | None = None
    checked_by: str | None = None

    def edited(self, text: str) -> "Sentence":
        """With the words a person wants.

        Raises:
            Invalid: ``bad_sentence``.
        """
        text = tidy(text)
        if not text or len(text) > LONGEST or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise Invalid("bad_sentence", f"A sentence has 1 to {LONGEST} characters. To leave it out, reject it.")
        drafted = self.text if self.drafted is None else self.drafted
        return self.model_copy(update={"text": text, "drafted": None if text == drafted else drafted})


class Decision(BaseModel):
    """What a person decided on one sentence: a verdict, other words, or both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(max_length=64)
    verdict: Verdict | None = None
    text: str | None = Field(default=None, max_length=4 * LONGEST)


class Advice(Kept):
    """What a model advises the team of one session.

    ``status``: ``none`` (nobody asked), ``pending`` (it is being drafted; ``error`` says why it takes long), ``ready``,
    or ``failed`` with an ``error``. ``dropped`` counts what the model wrote and nobody sees: sentences that cite
    nothing, or what was not said then, and those that grade.
    """

    session_id: str
    event_id: str
    status: Standing = "none"
    model: str | None = None
    sentences: tuple[Sentence, ...] = ()
    dropped: int = 0
    error: Trouble | None = None
    asked_at: dt.datetime
    drafted_at: dt.datetime | None = None

    @property
    def accepted(self) -> tuple[Sentence, ...]:
        """What a person let pass."""
        return tuple(sentence for sentence in self.sentences if sentence.verdict == "accepted")

    @property
    def label(self) -> str:
        """What stands over it, wherever it stands."""
        names = list(dict.fromkeys(sentence.checked_by for sentence in self.accepted if sentence.checked_by))
        checked = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
        return f"Drafted by a model, checked by {checked}" if checked else "Drafted by a model"

    def released(self) -> "Advice":
        """As the team may see it."""
        sentences = tuple(sentence.model_copy(update={"drafted": None}) for sentence in self.accepted)
        update: dict[str, Any] = {"status": "ready", "sentences": sentences, "dropped": 0, "error": None, "model": None}
        return self.model_copy(update=update)

    def decided(self, decisions: Sequence[Decision], by: str) -> "Advice":
        """With what somebody decided on some of its sentences; itself where nothing changes.

        Raises:
            NotFound: ``no_such_sentence``.
            Invalid: ``bad_sentence``.
        """
        wanted = {decision.id: decision for decision in decisions}
        if unknown := wanted.keys() - {sentence.id for sentence in self.sentences}:
            raise NotFound("no_such_sentence", f"This advice has no sentence {min(unknown)!r}. Load it again.")
        sentences = tuple(_decided(sentence, wanted.get(sentence.id), by) for sentence in self.sentences)
        return self if sentences == self.sentences else self.model_copy(update={"sentences": sentences})

    def with_draft(self, sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
        """A new draft beside what was accepted of older ones, and nothing twice."""
        kept = self.accepted
        known = {(sentence.criterion, sentence.text) for sentence in kept}
        about = {sentence.criterion for sentence in kept} - {None}
        fresh = (
            sentence
            for sentence in sentences
            if sentence.criterion not in about and (sentence.criterion, sentence.text) not in known
        )
        return (*kept, *fresh)


def _decided(sentence: Sentence, decision: Decision | None, by: str) -> Sentence:
    if decision is None:
        return sentence
    changed = sentence if decision.text is None else sentence.edited(decision.text)
    if decision.verdict is not None:
        changed = changed.model_copy(update={"verdict": decision.verdict})
    if changed == sentence:
        return sentence
    return changed.model_copy(update={"checked_by": None if changed.verdict == "waiting" else by})
