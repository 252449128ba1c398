"""``export.json``: an event with its people and its finished sessions, written piece by piece, and read again.

docs/export.md describes it for people. A change that an older reader would misread raises ``VERSION``.
"""

import datetime as dt
import json
import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.names import named
from pitchscoop.events.plans import MOST_COMPARISONS, MOST_FINALISTS, Assignment, Final, Schedule
from pitchscoop.events.rubrics import Criterion, check_rubric
from pitchscoop.kernel import ids, keys
from pitchscoop.kernel.errors import Invalid
from pitchscoop.recordings.model import Session
from pitchscoop.scoring.model import BEGINNING, LONGEST, Entry, broken
from pitchscoop.voting.model import Vote

FORMAT = "pitchscoop-event"
VERSION = 2
_ID = re.compile(r"[0-9a-z]{1,64}")
_AUDIO = re.compile(r"recording\.[a-z0-9]{1,8}")
_MOST = 2**53  # beyond it a number is not the same in every reader of JSON
_LONGEST = 10**9  # seconds: longer than any file lasts, and what a date can be moved by
_HEIGHTS = 96  # of a silhouette
_FIRST, _LAST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


class Whole(BaseModel):
    """An event as its export has it. ``left_out`` are ids of sessions that were not finished then.

    ``assignment``, ``schedule`` and ``final`` are None where none was made. ``criteria`` are what pitches were scored
    by, ``entries`` all that judges saved, ``chain`` that of the last. ``votes`` are those of the audience. Version 1
    had none of these.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["pitchscoop-event"]
    version: Literal[1, 2]
    event: Event
    teams: tuple[Team, ...]
    judges: tuple[Judge, ...]
    assignment: Assignment | None = None
    schedule: Schedule | None = None
    final: Final | None = None
    sessions: tuple[Session, ...]
    left_out: tuple[str, ...]
    criteria: tuple[Criterion, ...] = ()
    entries: tuple[Entry, ...] = ()
    chain: str = BEGINNING
    votes: tuple[Vote, ...] = ()

    @model_validator(mode="after")
    def _is_of_one_event(self) -> "Whole":
        """Nothing in it may reach into another event, or name what is not its own."""
        event_id = self.event.event_id
        _check(_ID.fullmatch(event_id) and event_id != keys.INSTALLATION, "event.event_id is none")
        _check(self.event.deleted_at is None, "the event is deleted")
        _check_values(self.model_dump())
        for place, known in (("teams", self.teams), ("judges", self.judges), ("sessions", self.sessions)):
            _check(all(one.event_id == event_id for one in known), f"{place}: one is of another event")
        teams = [team.team_id for team in self.teams]
        judges = [judge.judge_id for judge in self.judges]
        _check(all(map(_ID.fullmatch, teams + judges)), "an id of a team or judge is none")
        _check(_different(teams) and _different(judges), "a team or a judge is in it twice")
        _check(_different(team.name.casefold() for team in self.teams), "two teams have one name")
        _check(_different(session.session_id for session in self.sessions), "a session is in it twice")
        for plan in (self.assignment, self.schedule, self.final):
            _check(plan is None or plan.event_id == event_id, "assignment, schedule or final: it is of another event")
        self._check_plans(set(teams), set(judges))
        for session in self.sessions:
            _check_session(session, set(teams))
        self._check_entries()
        self._check_votes()
        return self

    def _check_plans(self, teams: set[str], judges: set[str]) -> None:
        """They are about teams and judges of this event."""
        if (plan := self.assignment) is not None:
            _check({*plan.panels, *plan.heard} <= teams, "assignment: a team is not in it")
            panels = (*plan.panels.values(), *plan.heard.values(), *plan.groups, plan.absent)
            _check({judge for panel in panels for judge in panel} <= judges, "assignment: a judge is not in it")
        if (order := self.schedule) is not None:
            named = {*order.team_ids, *filter(None, (order.on_stage, order.reached))}
            _check(named <= teams, "schedule: a team is not in it")
            _check(_different(order.team_ids), "schedule: a team is in it twice")
            _check(0 < (order.slot_seconds or 1) <= _LONGEST, "schedule: slot_seconds is too short or too long")
        if (final := self.final) is not None:
            _check_final(final, judges)

    def _check_entries(self) -> None:
        """What was saved must be as it was saved, all of it. Who came while it was exported may not be in it."""
        number = broken(self.entries)
        _check(number is None, f"entries: number {number} is not as it was saved, or one is missing before it")
        _check(
            self.chain == (self.entries[-1].chain if self.entries else BEGINNING), "chain: the last entry is missing"
        )
        for card in (entry.card for entry in self.entries if entry.card):
            _check(
                _ID.fullmatch(card.session_id) and _ID.fullmatch(card.judge_id), f"entries: {card.number} has no ids"
            )
            _check(len(card.comment) <= LONGEST, f"entries: the comment of {card.number} is too long")

    def _check_votes(self) -> None:
        """One a ballot, and each for a pitch that is in it."""
        _check(_different(vote.ballot for vote in self.votes), "votes: a ballot is in it twice")
        known = {session.session_id for session in self.sessions}
        _check(all(vote.session_id in known for vote in self.votes), "votes: one is for a pitch that is not in it")


def read(document: bytes) -> Whole:
    """What was exported.

    Raises:
        Invalid: ``bad_export``: it is none, is of a newer version, or says what cannot be.
    """
    try:
        found = Whole.model_validate_json(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "it"
        raise Invalid("bad_export", f"This is no export.json of version {VERSION}: {place}: {first['msg']}.") from None
    for place, name in _names(found):
        named(place, name)
    check_rubric(found.event.rubric)
    if found.criteria not in ((), found.event.in_use):  # another version's rubric for events that have none
        return found.model_copy(update={"event": found.event.model_copy(update={"rubric": found.criteria})})
    return found


def head(
    event: Event,
    teams: Sequence[Team],
    judges: Sequence[Judge],
    assignment: Assignment | None,
    schedule: Schedule | None,
    final: Final | None,
) -> bytes:
    """All but the sessions."""
    known: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "event": event.model_dump(mode="json"),
        "teams": [team.model_dump(mode="json") for team in teams],
        "judges": [judge.model_dump(mode="json") for judge in judges],
        "assignment": assignment.model_dump(mode="json") if assignment else None,
        "schedule": schedule.model_dump(mode="json") if schedule else None,
        "final": final.model_dump(mode="json") if final else None,
    }
    return json.dumps(known, ensure_ascii=False, indent=1)[:-2].encode() + b',\n "sessions": ['


def line(one: Session | Entry | Vote, *, first: bool) -> bytes:
    """One session with its words, one entry, or one vote."""
    return (b"\n" if first else b",\n") + json.dumps(one.model_dump(mode="json"), ensure_ascii=False).encode()


def between(left_out: Sequence[str]) -> bytes:
    """What comes after the sessions."""
    return b'\n ],\n "left_out": ' + json.dumps(list(left_out)).encode() + b',\n "entries": ['


def votes() -> bytes:
    """What comes after the entries."""
    return b'\n ],\n "votes": ['


def end(event: Event, chain: str) -> bytes:
    """What makes it whole."""
    known = {"chain": chain, "criteria": [criterion.model_dump(mode="json") for criterion in event.in_use]}
    return b"\n ],\n" + json.dumps(known, ensure_ascii=False, indent=1)[2:].encode() + b"\n"


def _names(found: Whole) -> Iterable[tuple[str, str]]:
    yield "event.name", found.event.name
    yield from (("teams.name", team.name) for team in found.teams)
    yield from (("judges.name", judge.name) for judge in found.judges)
    for one in found.sessions:
        yield from (("sessions.team_name", one.team_name), ("sessions.pitch_title", one.pitch_title))


def _check_final(final: Final, judges: set[str]) -> None:
    """Each judge compares each two once. One who was in it and was deleted meanwhile may still be named."""
    named = final.session_ids
    _check(len(named) <= MOST_FINALISTS and _different(named), "final: too many, or one is in it twice")
    _check(all(map(_ID.fullmatch, named)), "final: the id of a session is none")
    _check(len(final.comparisons) <= MOST_COMPARISONS, "final: too many comparisons")
    _check(_different((one.judge_id, one.pair) for one in final.comparisons), "final: a judge compared two twice")
    _check({one.judge_id for one in final.comparisons} <= judges, "final: a judge is not in it")
    _check(all(one.better != one.worse for one in final.comparisons), "final: a pitch is compared with itself")
    _check(all(one.pair <= set(named) for one in final.comparisons), "final: one that is compared is no finalist")


def _check_session(session: Session, teams: set[str]) -> None:
    """Its key must lie in the event's slot, and its audio in its own folder."""
    session_id, key = session.session_id, session.audio_minio_key
    _check(_ID.fullmatch(session_id), "the id of a session is none")
    _check(ids.slot(keys.session(session_id)) == ids.slot(session.event_id), f"{session_id} is of another event")
    _check(session.finished, f"{session_id} is not finished")
    _check(session.team_id is None or session.team_id in teams, f"{session_id} is of a team that is not in it")
    ours = keys.folder(session_id)
    _check(key is None or (key.startswith(ours) and _AUDIO.fullmatch(key.removeprefix(ours))), f"{session_id}: bad key")
    _check(0 <= (session.audio_duration or 0) <= _LONGEST, f"{session_id}: bad duration")
    sizes = (session.audio_size, session.mp3_size or 0, session.received or 0)
    _check(min(*sizes, session.max_seconds, session.idle_seconds) >= 0, f"{session_id}: a number is negative")
    _check(session.sample_rate > 0, f"{session_id}: bad sample rate")
    heights = session.silhouette
    _check(len(heights) <= _HEIGHTS and all(0 <= one <= 100 for one in heights), f"{session_id}: bad silhouette")  # noqa: PLR2004


def _check_values(part: object) -> None:
    """Rows of state may be read leniently; what comes from elsewhere must not bring what breaks lists later."""
    if isinstance(part, dt.datetime):
        _check(part.tzinfo is not None and _FIRST <= part <= _LAST, f"{part} is no time with an offset from UTC")
    elif isinstance(part, int | float):
        _check(abs(part) <= _MOST, "a number is none, or too large")
    elif isinstance(part, dict):
        for value in part.values():
            _check_values(value)
    elif isinstance(part, list | tuple):
        for value in part:
            _check_values(value)


def _different(names: Iterable[Hashable]) -> bool:
    found = list(names)
    return len(found) == len(set(found))


def _check(holds: object, what: str) -> None:
    if not holds:
        raise ValueError(what)
