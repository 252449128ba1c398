"""Many teams or judges at once, from a list that can be looked at first."""

import asyncio
import codecs
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pitchscoop.access.model import Principal, Target, Verb, require
from pitchscoop.events.model import Team
from pitchscoop.events.people import MOST_TEAMS, too_many_teams
from pitchscoop.events.service import Events
from pitchscoop.kernel import ids
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Invalid, StaleWrite, Unavailable
from pitchscoop.organizing.panel import MOST_JUDGES
from pitchscoop.organizing.rosters import MOST_ROWS, Noun, Roster, RowError, TeamRow, read_roster
from pitchscoop.organizing.service import Organizing

LONGEST = 4_000_000  # characters: 10 000 rows with five members each
_ATTEMPTS = 5  # others who add teams meanwhile are few
_NAMED = 200  # errors that a refusal names; a preview names all


@dataclass(frozen=True, slots=True)
class Imported:
    """What is in a list and, unless it was only looked at, the teams that came of it, row by row."""

    roster: Roster
    teams: tuple[Team, ...] = ()


class Imports:
    """Reads lists into events."""

    def __init__(self, organizing: Organizing, events: Events, clock: Clock) -> None:
        self._organizing = organizing
        self._events = events
        self._clock = clock

    async def teams(
        self,
        who: Principal,
        event_id: str,
        text: str,
        *,
        dry_run: bool,
        partly: bool = False,
        seed: bytes | None = None,
    ) -> Imported:
        """All teams of a list, or none where a row cannot be used. With ``dry_run`` nothing is changed.

        With ``partly`` rows that cannot be used are left out. The same secret ``seed`` finds the teams that it made
        before.

        Raises:
            Invalid: ``bad_rows``, with what is wrong as ``rows``.
            Conflict: ``too_many_teams``.
        """
        event = await self._events.allowed(who, Verb.TEAM_CREATE, event_id)
        own = await asyncio.to_thread(_team_ids, seed) if seed else set()
        for _ in range(_ATTEMPTS):
            existing = await self._events.teams.listed(event_id)
            if made := [team for team in existing if team.team_id in own]:
                return Imported(Roster((), ()), tuple(reversed(made)))
            taken = [team.name for team in existing]
            roster = await asyncio.to_thread(read_roster, text, tracks=event.settings.tracks, taken=taken)
            if len(existing) + len(roster.teams) > MOST_TEAMS:
                raise too_many_teams()
            if dry_run or (partly and not roster.teams):
                return Imported(roster)
            if roster.errors and not partly:
                raise _bad_rows(roster.errors)
            try:
                teams = await self._events.teams.add_all(event_id, partial(self._new, event_id, roster.teams, seed))
            except StaleWrite:
                continue
            return Imported(roster, tuple(teams))
        raise Unavailable("state_unavailable", "Teams are joining just now. Try again in a few seconds.")

    async def judges(
        self, who: Principal, event_id: str, text: str, *, dry_run: bool, seed: bytes | None = None
    ) -> Roster:
        """All judges of a list, but for rows that cannot be used. With ``dry_run`` nothing is changed.

        The same secret ``seed`` finds the judges that it made before.
        """
        event = await self._events.allowed(who, Verb.JUDGE_CREATE, event_id)
        taken = [judge.name for judge in await self._organizing.list_judges(who, event_id)]
        tracks = event.settings.tracks
        reading = partial(read_roster, text, tracks=tracks, taken=taken, noun="judge", most=MOST_JUDGES)
        roster = await asyncio.to_thread(reading)
        for row in () if dry_run else roster.teams:
            email = next((member.email for member in row.members), None)
            own = (row.track,) if row.track else ()
            once = seed + f"/judge/{row.row}".encode() if seed else None
            await self._organizing.add_judge(who, event_id, row.name, once, tracks=own, email=email)
        return roster

    async def wrong_with(self, who: Principal, text: str, noun: Noun) -> str | None:
        """What cannot be used of a list for an event that is yet to be set up, in words; None: all of it can."""
        require(who, Verb.EVENT_CREATE, Target())
        if len(text) > LONGEST:
            return f"This list is longer than {LONGEST // 10**6} million letters. Split it."
        most = MOST_ROWS if noun == "team" else MOST_JUDGES
        roster = await asyncio.to_thread(read_roster, text, noun=noun, most=most)
        if roster.errors:
            return _told(roster.errors)
        if roster.ignored or any(row.track or row.members for row in roster.teams):
            return "This list has more than names. Add it later, on the page of the event: there you see it first."
        return None

    def _new(self, event_id: str, rows: Sequence[TeamRow], seed: bytes | None) -> list[Team]:
        """As they are once they are written.

        They joined a microsecond after one another, so that lists have them in the order of the rows.
        """
        now = self._clock()
        return [
            Team(
                team_id=_team_id(seed, number),
                event_id=event_id,
                name=row.name,
                track=row.track,
                members=row.members,
                created_at=now + dt.timedelta(microseconds=number),
                revision=1,
            )
            for number, row in enumerate(rows)
        ]


def text_of(raw: bytes) -> str:
    """A file as text, in what spreadsheets write: UTF-8, UTF-16, or what Windows had before.

    Raises:
        Invalid: ``not_text``.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw:
        raise Invalid("not_text", "This file is not text. In the spreadsheet save it as CSV, and take that file.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _team_id(seed: bytes | None, number: int) -> str:
    return ids.new_id(seed + f"/{number}".encode() if seed else None)


def _team_ids(seed: bytes) -> set[str]:
    return {_team_id(seed, number) for number in range(MOST_ROWS)}


def _told(errors: Sequence[RowError]) -> str:
    rest = f" {len(errors) - 1} more cannot be used either." if len(errors) > 1 else ""
    return f"Row {errors[0].row}: {errors[0].message}{rest}"


def _bad_rows(errors: Sequence[RowError]) -> Invalid:
    told = [{"row": error.row, "field": error.field, "message": error.message} for error in errors[:_NAMED]]
    return Invalid("bad_rows", f"Nothing was imported. {_told(errors)}", {"rows": told})
