"""A transcript: utterances of words with times, merged by id, corrected by people."""

import datetime as dt
from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.kernel.errors import Conflict, NotFound
from pitchscoop.transcripts.writing import places, replaced, spelled, tidy, undressed

Standing = Literal["none", "pending", "ready", "failed"]


class Word(BaseModel):
    """One word as it stands in the text, punctuation included. Times in seconds from the start of the recording.

    ``confidence`` is 0 to 1, None where the engine does not tell. ``machine`` is what the engine heard, kept from
    the first correction on; a corrected word may be several words, or none.
    """

    model_config = ConfigDict(frozen=True)

    word: str
    start: float
    end: float
    confidence: float | None = None
    machine: str | None = Field(default=None, exclude_if=lambda machine: machine is None)


class Utterance(BaseModel):
    """What was said between two breaths. ``id`` is the engine's; a partial and its final share it."""

    model_config = ConfigDict(frozen=True)

    id: str
    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    language: str | None = None
    is_final: bool = True

    def corrected(self, index: int, word: str) -> "Utterance":
        """With one word as a person has it. The rest of the text, and all times, stay.

        Where the text does not hold the word, it is spelled anew from the words.
        """
        old = self.words[index]
        machine = old.word if old.machine is None else old.machine
        new = old.model_copy(update={"word": word, "machine": None if word == machine else machine})
        words = (*self.words[:index], new, *self.words[index + 1 :])
        at = places(self.text, (known.word for known in self.words))[index]
        text = spelled(known.word for known in words) if at is None else replaced(self.text, at, old.word, word)
        return self.model_copy(update={"text": text, "words": words})


class Trouble(BaseModel):
    """Why there is no transcript: a stable code and a sentence with the remedy."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str


class Transcript(BaseModel):
    """What was said in one session.

    ``status``: ``none`` (nobody was asked to write it), ``pending`` (it is being written), ``ready``, or ``failed``
    with an ``error``. ``engine`` wrote it; ``live`` says that a server has it written while it is spoken; ``job`` is
    what the engine calls the work under way afterwards, ``asked_at`` when a person last wanted it tried again. Where
    only the session is at hand (``Sessions.get``) ``utterances`` are left out: they are long, and lie in a row of
    their own.
    """

    model_config = ConfigDict(frozen=True)

    status: Standing = "none"
    text: str = ""
    language: str | None = None
    engine: str | None = None
    corrected: int = 0
    live: bool = False
    job: str | None = None
    asked_at: dt.datetime | None = None
    error: Trouble | None = None
    utterances: tuple[Utterance, ...] = Field(default=())

    @property
    def missing(self) -> bool:
        """It is not there, and nobody is writing it."""
        return self.status in ("none", "failed")

    def holding(self, utterances: tuple[Utterance, ...]) -> "Transcript":
        """The same with these utterances, and the text and count of corrections that follow from them."""
        ordered = tuple(sorted(utterances, key=lambda spoken: (spoken.start, spoken.end)))
        text = " ".join(spoken.text for spoken in ordered if spoken.text)
        corrected = sum(word.machine is not None for spoken in ordered for word in spoken.words)
        return self.model_copy(update={"utterances": ordered, "text": text, "corrected": corrected})

    def correct(self, utterance_id: str, index: int, word: str, was: str) -> "Transcript":
        """With one word as a person has it; white space in it counts as one space, none at all takes it away.

        Raises:
            NotFound: ``no_such_word``.
            Conflict: ``word_changed``: it does not read as it ``was`` when the person saw it.
        """
        word = tidy(word)

        def change(spoken: Utterance) -> Utterance:
            if not 0 <= index < len(spoken.words):
                raise NotFound("no_such_word", "There is no such word in the transcript. Load it again.")
            if (now := spoken.words[index].word) not in (was, word):
                raise Conflict(
                    "word_changed", f"This word was changed to {now!r} meanwhile. Look again.", {"word": now}
                )
            return spoken.corrected(index, word)

        return self._with(utterance_id, change)

    def _with(self, utterance_id: str, change: Callable[[Utterance], Utterance]) -> "Transcript":
        if all(spoken.id != utterance_id for spoken in self.utterances):
            raise NotFound("no_such_word", "There is no such word in the transcript. Load it again.")
        return self.holding(
            tuple(change(spoken) if spoken.id == utterance_id else spoken for spoken in self.utterances)
        )


def merged(known: tuple[Utterance, ...], heard: Utterance) -> tuple[Utterance, ...]:
    """With what was heard just now: a final never changes, a partial gives way to what comes later under its id.

    What a person corrected in the partial meanwhile stays corrected, as in ``carried_over``.
    """
    held = next((spoken for spoken in known if spoken.id == heard.id), None)
    if held is None:
        return (*known, heard)
    if held.is_final:
        return known
    (heard,) = carried_over((held,), (heard,))
    return tuple(heard if spoken.id == heard.id else spoken for spoken in known)


def carried_over(old: tuple[Utterance, ...], new: tuple[Utterance, ...]) -> tuple[Utterance, ...]:
    """A newer machine's utterances with the corrections people made in the older ones.

    A correction goes to the word of most common time that the machine heard alike, capitals aside, and keeps
    the punctuation it has there now: what is heard otherwise may be what the person meant, and is left as it is.
    """
    corrections = [word for spoken in old for word in spoken.words if word.machine is not None]
    for correction in corrections:
        candidates = [
            (_common(correction, word), -abs(correction.start - word.start), number, index)
            for number, spoken in enumerate(new)
            for index, word in enumerate(spoken.words)
            if word.machine is None and _alike(word.word, correction.machine)
        ]
        common, _, number, index = max(candidates, default=(0.0, 0.0, 0, 0))
        if common > 0:
            spoken = new[number]
            changed = spoken.corrected(index, _redressed(correction, spoken.words[index].word))
            new = (*new[:number], changed, *new[number + 1 :])
    return new


def _common(one: Word, other: Word) -> float:
    return min(_end(one), _end(other)) - max(one.start, other.start)


def _end(word: Word) -> float:
    return max(word.end, word.start + 0.01)  # an engine may give a word no length


def _alike(one: str, other: str | None) -> bool:
    bare = undressed(one)[1].casefold()
    return one == other or (bool(bare) and bare == undressed(other or "")[1].casefold())


def _redressed(correction: Word, heard: str) -> str:
    """The correction, with the punctuation around what was heard now."""
    before, _, after = undressed(heard)
    bare = undressed(correction.word)[1]
    return before + bare + after if bare and heard != correction.machine else correction.word
