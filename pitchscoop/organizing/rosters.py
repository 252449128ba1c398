"""Teams or judges from a pasted list or a CSV file: rows, and what is wrong with each.

Rows are counted as spreadsheets count them: from 1, with the header and empty rows. A sheet with a header may have its
columns in any order, and columns of no use; without one they are name, track, members. Members stand in one cell or
several, as ``Ada Lovelace <ada@example.org>``, a name, or an address; addresses may have a column of their own.
All text is taken as text: what a spreadsheet would take for a formula is a name like any other.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from pitchscoop.events.model import Member
from pitchscoop.events.names import Email, Name
from pitchscoop.events.people import MOST_TEAMS

MOST_ROWS = MOST_TEAMS
MOST_MEMBERS = 50
_LOOKED_AT = 100  # lines that a separator is found out from
_NONE = "\x1f"  # the separator of a list without one: no name may contain it

Column = Literal["name", "track", "members", "emails"]
Noun = Literal["team", "judge"]

_WITHOUT_HEADER: tuple[Column, ...] = ("name", "track", "members")
_SPELLINGS: Mapping[Column, str] = {
    "name": r"(team|group|project|startup|judge)([ _-]?name)?|name",
    "track": r"tracks?|category|categories|challenge|theme",
    "members": r"(team[ _-]?)?(members?|people|persons?|participants?)[ _#]?\d*([ _-]?names?)?",
    "emails": r"((team|contact|members?|participants?)?[ _#]?\d*)?[ _-]?(e-?mails?|mail)( ?address(es)?)?[ _#]?\d*",
}
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row, and what to do."""

    row: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team as a row names it."""

    row: int
    name: str
    track: str | None = None
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """The rows that can be used, what is wrong with others, and the columns that were not understood.

    ``unusable`` are those others, as far as they could be read.
    """

    teams: tuple[TeamRow, ...]
    errors: tuple[RowError, ...]
    ignored: tuple[str, ...] = ()
    unusable: tuple[TeamRow, ...] = field(default=(), compare=False)


def read_roster(
    text: str,
    *,
    tracks: Sequence[str] = (),
    taken: Iterable[str] = (),
    noun: Noun = "team",
    most: int = MOST_ROWS,
) -> Roster:
    """The teams of a text. ``tracks`` are those there are, any where there are none; ``taken`` are names in use."""
    errors: list[RowError] = []
    rows = list(_cells(text, errors))
    columns: list[Column | None] | None = _header(rows[0][1]) if rows else None
    ignored: tuple[str, ...] = ()
    if columns is not None:
        ignored = tuple(cell for cell, column in zip(rows[0][1], columns, strict=True) if column is None and cell)
        rows = rows[1:]
    if len(rows) > most:
        message = f"These are {len(rows)} rows, and {most} can be read at once. Split the list."
        return Roster((), (RowError(rows[most][0], "row", message),))
    known_tracks = {track.casefold(): track for track in tracks}
    teams = []
    for row, cells in rows:
        found, wrong = _team(row, cells, columns, known_tracks)
        teams.append(found)
        errors += wrong
    errors += _twice(teams, taken, noun)
    if not teams and not errors:
        errors.append(RowError(1, "row", f"There is no {noun} in it. Write one {noun} a line."))
    errors.sort(key=lambda error: error.row)
    bad = {error.row for error in errors}
    good = tuple(team for team in teams if team.row not in bad)
    return Roster(good, tuple(errors), ignored, tuple(team for team in teams if team.row in bad))


def _cells(text: str, errors: list[RowError]) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, by number. A row that cannot be taken apart is an error and the next one goes on."""
    text = text.removeprefix("\ufeff")
    separator = _separator(text)
    number = 0
    if said := re.match(r"sep=([\t;,|])(\r\n|\n|\r)", text):  # what Excel writes for itself
        separator, text, number = said[1], text[said.end() :], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    while True:
        number += 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as problem:
            errors.append(RowError(number, "row", _quoting(str(problem))))
            continue
        if any(cells):
            yield number, cells


def _quoting(problem: str) -> str:
    if "unexpected end" in problem:
        return "A quotation mark begins here and does not end: all below it was read as one. Close it."
    if "limit" in problem:
        return "This row is far too long. Is a quotation mark missing at its end?"
    return 'Text goes on behind a closing quotation mark. Write one within a name twice: "The ""Best"" Team".'


def _separator(text: str) -> str:
    """What most lines have first of tab, semicolon and comma; none, where most lines have none."""
    lines = [line for line in text.splitlines() if line.strip()]
    first = [_first_mark(line) for line in lines[:_LOOKED_AT]]
    if first and first[0] != _NONE and _header(_split(lines[0], first[0])) is not None:
        return first[0]
    return Counter(first).most_common(1)[0][0] if first else ","


def _first_mark(line: str) -> str:
    outside = re.sub(r'"[^"]*("|$)', "", line)
    return next((letter for letter in outside if letter in "\t;,"), _NONE)


def _split(line: str, separator: str) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in line.removeprefix("\ufeff").split(separator)]


def _header(cells: Sequence[str]) -> list[Column | None] | None:
    """What each column is, if this is a header: it has a column of names, and more that is known than is not."""
    columns = [_column(cell) for cell in cells]
    if columns.count("name") > 1:  # "Team, Company": the first one
        first = columns.index("name")
        columns = [column if column != "name" or place == first else None for place, column in enumerate(columns)]
    known = sum(column is not None for column in columns)
    return columns if "name" in columns and 2 * known >= sum(map(bool, cells)) else None


def _column(cell: str) -> Column | None:
    text = " ".join(cell.casefold().split())
    return next((column for column, spelling in _SPELLINGS.items() if text and re.fullmatch(spelling, text)), None)


def _team(
    row: int, cells: Sequence[str], columns: Sequence[Column | None] | None, tracks: Mapping[str, str]
) -> tuple[TeamRow, list[RowError]]:
    if columns is None:
        columns = _WITHOUT_HEADER[: len(cells)] + _WITHOUT_HEADER[-1:] * (len(cells) - len(_WITHOUT_HEADER))
    if any(cells[len(columns) :]):
        message = f"This row has more than {len(columns)} cells. Put a cell with a separator in it in quotation marks."
        return TeamRow(row, ""), [RowError(row, "row", message)]
    errors: list[RowError] = []
    found = TeamRow(row, "")
    people: list[tuple[str, str]] = []
    for column, cell in zip(columns, cells, strict=False):
        if column == "name":
            found = replace(found, name=cell)
        elif column == "track" and cell:
            found = replace(found, track=tracks.get(cell.casefold(), cell))
        elif column == "members":
            people += map(_person, _parted(cell))
        elif column == "emails":
            people = _with_addresses(people, _parted(cell))
    errors += _wrong_text(row, "name", found.name)
    if found.track is not None:
        errors += _wrong_text(row, "track", found.track)
        if tracks and found.track not in tracks.values():
            message = f"There is no track {found.track!r}. Use {', '.join(tracks.values())}."
            errors.append(RowError(row, "track", message))
    members, wrong = _members(row, people)
    return replace(found, members=members), errors + wrong


def _parted(cell: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;,|\n\r]+", cell) if part.strip()]


def _person(text: str) -> tuple[str, str]:
    """Name and address, either may be empty."""
    match = re.fullmatch(r"(.*?)[\s<(]*([^\s<>()]+@[^\s<>()]*)[>)]*", text)
    return (match[1].strip(' "'), match[2]) if match else (text, "")


def _with_addresses(people: Sequence[tuple[str, str]], addresses: Sequence[str]) -> list[tuple[str, str]]:
    """Addresses of a column of their own go to those who have none yet, in order; the rest are people themselves."""
    waiting = list(addresses)
    if sum(not email for _, email in people) != len(waiting):
        return [*people, *map(_person, waiting)]
    return [(name, email or waiting.pop(0)) for name, email in people]


def _members(row: int, people: Sequence[tuple[str, str]]) -> tuple[tuple[Member, ...], list[RowError]]:
    if len(people) > MOST_MEMBERS:
        return (), [RowError(row, "members", f"These are {len(people)} members. A team has up to {MOST_MEMBERS}.")]
    errors = []
    members = []
    for name, email in people:
        if email and not _fits(_EMAIL, email):
            message = f"{email[:80]!r} is not an e-mail address, such as ada@example.org."
            errors.append(RowError(row, "members", message))
            continue
        wrong = _wrong_text(row, "members", name or email)
        errors += wrong
        if not wrong:
            members.append(Member(name=name or email, email=email or None))
    return tuple(members), errors


def _wrong_text(row: int, field: str, text: str) -> list[RowError]:
    if not text:
        return [RowError(row, field, "The name is missing.")]
    if len(text) > 200:  # noqa: PLR2004  as events.names.Name has it
        return [RowError(row, field, f"{text[:40]!r}… has {len(text)} characters. Up to 200 can be used.")]
    if not _fits(_NAME, text):
        return [RowError(row, field, f"{text[:40]!r} has a line break or another control character. Take it out.")]
    return []


def _fits(kind: TypeAdapter[str], text: str) -> bool:
    try:
        kind.validate_python(text)
    except ValidationError:
        return False
    return True


def _twice(teams: Sequence[TeamRow], taken: Iterable[str], noun: Noun) -> Iterator[RowError]:
    """Names that an earlier row or somebody in the event has, whatever their capitals."""
    held = {name.casefold() for name in taken}
    rows: dict[str, int] = {}
    for team in teams:
        name = team.name.casefold()
        if name in held:
            yield RowError(team.row, "name", f"There is already a {noun} {team.name[:200]!r} in this event.")
        elif name in rows:
            yield RowError(team.row, "name", f"Row {rows[name]} has the same name.")
        elif name:
            rows[name] = team.row
