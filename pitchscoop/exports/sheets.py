"""Tables for spreadsheets.

They begin with a byte order mark: without it Excel takes UTF-8 for the code page of its machine and spoils every name
beyond ASCII; all other spreadsheets pass over it. Programs read JSON, or this as ``utf-8-sig``.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable

from pitchscoop.events.model import Event
from pitchscoop.recordings.model import Session
from pitchscoop.scoring.model import Card, total

Cell = str | bool | float | dt.datetime | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  wide forms count, too
# A program that splits at semicolons, as many do by their country, begins a cell within a cell of ours.
_WITHIN = re.compile(r"([;\t\r\n]\s*)([=+\-@＝＋－＠])")  # noqa: RUF001  the same
COLUMNS = (
    "session_id", "event_id", "team_id", "team_name", "pitch_title", "status", "source", "created_at", "stopped_at",
    "has_audio", "audio_size", "audio_duration", "sample_rate", "loudness", "true_peak", "interrupted", "error",
    "transcript_status", "transcript_language", "file",
)  # fmt: skip
"""The names of REST's fields. ``file`` is where the audio lies in ``export.zip``; empty where it is not in there."""


MARK = b"\xef\xbb\xbf"  # the byte order mark


def head() -> bytes:
    """The first line."""
    return MARK + lines([COLUMNS])


def scores_head(event: Event) -> bytes:
    """The first line of ``scores.csv``: a line is a scorecard, one judge's of one session.

    Each criterion has a column of its own, ``scores.`` and its id, with the number that was given. ``total`` is on the
    scale of the weighted rubric, and empty where the card is not complete.
    """
    given = [f"scores.{criterion.id}" for criterion in event.in_use]
    who = ("event_id", "session_id", "team_id", "team_name", "pitch_title", "judge_id", "judge_name")
    what = ("total", "complete", "mark", "comment", "rubric_version", "revision", "updated_at")
    return MARK + lines([(*who, *given, *what)])


def score_row(event: Event, session: Session, track: str | None, card: Card, judge_name: str) -> list[Cell]:
    """A scorecard as a line."""
    criteria = event.criteria(track)
    complete = card.complete(criteria)
    return [
        *(session.event_id, session.session_id, session.team_id, session.team_name, session.pitch_title),
        *(card.judge_id, judge_name),
        *(_figure(card.scores.get(criterion.id)) for criterion in event.in_use),
        _figure(total(card, criteria) if complete else None),
        *(complete, card.mark, card.comment, card.rubric_version, card.revision, card.saved_at),
    ]


def _figure(score: float | None) -> float | None:
    """A number as people write it: 8, not 8.0."""
    return int(score) if score is not None and score.is_integer() else score


def row(session: Session, file: str | None) -> list[Cell]:
    """A session as a line."""
    known = {
        **session.model_dump(include=set(COLUMNS)),
        "interrupted": bool(session.metadata.get("interrupted")),
        "error": session.error.message if session.error else None,
        "transcript_status": session.transcript.status,
        "transcript_language": session.transcript.language,
        "file": file,
    }
    return [known[column] for column in COLUMNS]


def lines(rows: Iterable[Iterable[Cell]]) -> bytes:
    """Rows as CSV (RFC 4180)."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_written(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _written(cell: Cell) -> str:
    """A cell as text. What people typed never becomes a formula: where it looks like one, an apostrophe leads it."""
    if isinstance(cell, str):
        cell = _WITHIN.sub(r"\1'\2", cell)
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.datetime):
        return cell.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return "" if cell is None else str(cell)
