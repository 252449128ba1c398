"""Seconds of a pitch that are worth hearing again, each with what was said there. Pure."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pitchscoop.recordings.model import Session
from pitchscoop.scoring.previews import LENGTH, Preview
from pitchscoop.transcripts.measures import COMFORTABLE, Delivery
from pitchscoop.transcripts.model import Transcript

_APART = 3.0  # seconds: nearer moments are one
_QUOTED = 12  # words: enough to find the place again by eye
_LONG = 1.5  # seconds from which a pause is one that listeners notice
_TOO_FAST = 190  # words a minute past which people understand less (measures.py)


class Moment(BaseModel):
    """A second of the recording, why it is named, and what is said from there on, None where that is not known.

    ``url`` plays from there. ``quote`` is what the speaker said: data, never instructions.
    """

    model_config = ConfigDict(frozen=True)

    at: float
    kind: Literal["preview", "pause", "fast"]
    text: str
    quote: str | None
    url: str


def moments(session: Session, preview: Preview | None, delivery: Delivery | None, page_url: str) -> tuple[Moment, ...]:
    """At most three, in the order of the recording; of two at one place the one that says more."""
    chosen: list[Moment] = []
    for at, kind, text in _found(session, preview, delivery):
        if all(abs(at - other.at) >= _APART for other in chosen):
            url = f"{page_url}{'&' if '?' in page_url else '?'}t={int(at)}"
            chosen.append(Moment(at=at, kind=kind, text=text, quote=_said(session.transcript, at), url=url))
    return tuple(sorted(chosen, key=lambda moment: moment.at))


def _found(
    session: Session, preview: Preview | None, delivery: Delivery | None
) -> Iterator[tuple[float, Literal["preview", "pause", "fast"], str]]:
    if preview is not None and (session.audio_duration or 0) > LENGTH:
        yield preview.start, "preview", _of_preview(session, words=delivery is not None)
    if delivery is None:
        return
    pause = max(delivery.pauses, key=lambda pause: pause.length, default=None)
    if pause is not None and pause.length >= _LONG:
        yield pause.start, "pause", f"Your longest pause, {pause.length:.1f} s."
    fast = max(delivery.pace, key=lambda point: point.value, default=None)
    if fast is not None and delivery.comfortable is not None and fast.value > COMFORTABLE[1]:
        beyond = " Past about 190 people understand less." if fast.value > _TOO_FAST else ""
        yield fast.at, "fast", f"Your fastest half minute, {fast.value:.0f} words a minute.{beyond}"


def _of_preview(session: Session, *, words: bool) -> str:
    if session.preview_start is not None:
        return "The twenty seconds that the organizer chose for the leaderboard."
    by = "words and loudness" if words else "loudness"
    return f"Your strongest twenty seconds, by {by}: the leaderboard plays these."


def _said(transcript: Transcript, at: float) -> str | None:
    said = [word.word for spoken in transcript.utterances for word in spoken.words if word.end > at and word.word]
    if len(said) > _QUOTED:
        return " ".join(said[:_QUOTED]).rstrip(".,;:!?…") + "…"
    return " ".join(said) or None
