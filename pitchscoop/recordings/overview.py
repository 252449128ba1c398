"""An event at a glance: all of its sessions in short rows, and who is being recorded now."""

import datetime as dt
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pitchscoop.events.model import Team
from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.state import State
from pitchscoop.recordings import intake
from pitchscoop.recordings.levels import Levels, Peaks
from pitchscoop.recordings.model import SAMPLE_BYTES, Session
from pitchscoop.recordings.ports import AudioStorage

_FIRST, _PAGE = 60, 500  # rows: what a screen holds comes at once, the rest in pieces that hold nobody up
_MOST_LIVE = 12  # recordings looked at in storage at once: no room has more stages, and each look lists a folder


@dataclass(frozen=True, slots=True)
class Glance:
    """A session in short.

    ``created`` is in milliseconds, ``silhouette``, ``preview_start`` and ``awarded`` as in ``Session``.
    """

    session_id: str
    team_id: str | None
    team_name: str
    pitch_title: str
    status: str
    begun: bool
    has_audio: bool
    duration: float | None
    created: int
    transcript: str
    silhouette: tuple[int, ...]
    preview_start: float | None = None
    awarded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OnAir:
    """A live recording under way. ``stored`` seconds are durable; ``heard_at`` is when it was last noted to come in."""

    session: Session
    stored: float
    heard_at: dt.datetime
    peaks: Peaks


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new in an event, as of a position of its log. ``more``: ask again at once, there is more.

    ``glances`` are by id; None stands for a session that is gone, and for what is no session. ``teams`` are those that
    joined or changed.
    """

    glances: Mapping[str, Glance | None]
    teams: Sequence[Team]
    position: str
    more: bool


async def glances(state: State, event_id: str, team_id: str | None = None) -> AsyncIterator[list[Glance]]:
    """All sessions of an event, or of one team in it, newest first, some at a time."""
    index = keys.sessions_index(event_id, *(("team", team_id) if team_id else ()))
    place, size = None, _FIRST
    while batch := await state.page(index, place, size):
        yield [_glance(placed.row.fields) for placed in batch]
        if len(batch) < size:
            return
        place, size = (batch[-1].score, batch[-1].row.key), _PAGE


async def glances_of(state: State, event_id: str, session_ids: Iterable[str]) -> dict[str, Glance | None]:
    """Some sessions as they are now; None where an id is no session of this event, or not any more."""
    found: dict[str, Glance | None] = {}
    for session_id in session_ids:
        row = await state.read(keys.session(session_id))
        ours = row is not None and row.fields.get("event_id") == event_id and row.fields.get("status") != "deleting"
        found[session_id] = _glance(row.fields) if row and ours else None
    return found


async def on_air(state: State, storage: AudioStorage, levels: Levels, event_id: str) -> list[OnAir]:
    """Who is being recorded now, by microphone, longest first."""
    placed = await state.page(keys.sessions_index(event_id, "status", "recording"), None, _PAGE)
    live = [rows.decode(Session, found.row.fields) for found in placed if found.row.fields.get("source") == "live"]
    live.sort(key=lambda session: session.heard_at, reverse=True)
    shown = []
    for session in live[:_MOST_LIVE]:
        found = await intake.durable(storage, session.segments)
        stored = found.end / (session.sample_rate * SAMPLE_BYTES)
        shown.append(OnAir(session, stored, session.heard_at, await levels.newest(found, session.sample_rate)))
    return sorted(shown, key=lambda found: found.session.created_at)


def _glance(fields: Mapping[str, str]) -> Glance:
    """Straight from the row: a model for each of ten thousand would take seconds."""
    transcript = json.loads(fields["transcript"]) if "transcript" in fields else {}
    return Glance(
        session_id=fields["session_id"],
        team_id=fields.get("team_id"),
        team_name=fields["team_name"],
        pitch_title=fields["pitch_title"],
        status=fields["status"],
        begun="source" in fields,
        has_audio=fields.get("has_audio") == "true",
        duration=float(fields["audio_duration"]) if "audio_duration" in fields else None,
        created=int(dt.datetime.fromisoformat(fields["created_at"]).timestamp() * 1000),
        transcript=transcript.get("status", "none"),
        silhouette=tuple(json.loads(fields.get("silhouette", "[]"))),
        preview_start=float(fields["preview_start"]) if "preview_start" in fields else None,
        awarded=tuple(json.loads(fields.get("awarded", "[]"))),
    )
