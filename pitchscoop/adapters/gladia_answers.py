"""What Gladia says, read tolerantly: unknown fields are passed over, what is missing is done without."""

from typing import Any

from pydantic import BaseModel, FiniteFloat, ValidationError

from pitchscoop.transcripts.model import Utterance, Word


class Opened(BaseModel):
    """The answer to a new live session. The address lets anyone speak in it, so it is shown nowhere."""

    id: str
    url: str


class Message(BaseModel):
    """What comes over a live socket."""

    type: str
    session_id: str | None = None
    data: dict[str, Any] | None = None


class Job(BaseModel):
    """A transcription of a file, under way or done."""

    id: str | None = None
    status: str
    file: dict[str, Any] | None = None
    result: dict[str, Any] | None = None


class _Word(BaseModel):
    word: str
    start: FiniteFloat
    end: FiniteFloat
    confidence: FiniteFloat | None = None


class _Utterance(BaseModel):
    start: FiniteFloat
    end: FiniteFloat
    text: str | None = None
    words: tuple[_Word, ...] | None = None
    language: str | None = None


class _Transcript(BaseModel):
    id: str
    is_final: bool
    utterance: _Utterance


class _Acknowledged(BaseModel):
    byte_range: tuple[int, int]


class _Transcription(BaseModel):
    languages: tuple[str, ...] | None = None
    utterances: tuple[_Utterance, ...] = ()


class _Result(BaseModel):
    transcription: _Transcription


class _Length(BaseModel):
    audio_duration: FiniteFloat


def read_message(raw: str | bytes) -> Message | None:
    """A message, or None where it is none."""
    try:
        return Message.model_validate_json(raw)
    except ValidationError:
        return None


def read_transcript(message: Message) -> Utterance | None:
    """The utterance in a ``transcript`` message."""
    try:
        told = _Transcript.model_validate(message.data)
    except ValidationError:
        return None
    return _utterance(told.id, told.utterance, is_final=told.is_final)


def read_acknowledged(message: Message) -> int | None:
    """How many bytes of the whole session Gladia has, as an ``audio_chunk`` message says; None if it refused some."""
    try:
        return _Acknowledged.model_validate(message.data).byte_range[1]
    except ValidationError:
        return None


def read_result(job: Job) -> tuple[tuple[Utterance, ...], str | None] | None:
    """All utterances of a finished job, and the language most of it is in."""
    try:
        told = _Result.model_validate(job.result).transcription
    except ValidationError:
        return None
    spoken = tuple(_utterance(f"{number:05d}", one, is_final=True) for number, one in enumerate(told.utterances))
    return spoken, told.languages[0] if told.languages else None


def read_length(told: object) -> float | None:
    """Seconds of audio, where Gladia says so."""
    try:
        return _Length.model_validate(told).audio_duration
    except ValidationError:
        return None


def _utterance(name: str, told: _Utterance, *, is_final: bool) -> Utterance:
    """Text and words come with a space in front, from which Gladia's users are to join them."""
    words = tuple(
        Word(word=word, start=one.start, end=one.end, confidence=one.confidence)
        for one in told.words or ()
        if (word := one.word.strip())
    )
    text = (told.text or "").strip() or " ".join(word.word for word in words)
    return Utterance(
        id=name,
        start=told.start,
        end=told.end,
        text=text,
        words=words,
        language=told.language,
        is_final=is_final,
    )
