"""Which judge hears which team.

What ``assign`` guarantees:

- **Enough.** Each team is heard by at least ``reads`` judges. Where that cannot be, the readings that are missing are
  as few as they can be and spread over teams as evenly as they can be, and of each team that lacks some it says why.
- **No conflicts.** Nobody is given a team that ``conflict`` names a reason against, nor more teams than ``most``. What
  was heard stands, whatever became known since.
- **Even.** No judge could pass a team on, directly or along a chain of judges, to one who hears two fewer. That is the
  most even there is; where conflicts, tracks and limits allow it at all, loads are within one of each other. All that
  a judge hears counts, with what they heard already.
- **In one piece.** Judges share teams so that any two are linked by a chain of panels. Where loads could not be even
  or ``reads`` is one, some teams are heard once more than asked for it. Where conflicts and tracks keep judges apart,
  or the search finds no way, they come in groups, and the plan says so. A judge who hears nobody is in no group.
- **Steady.** What stands is kept, but for readings that are forbidden by now, or too many, and those that have to be
  passed on for the guarantees above.
- **The same again** for the same teams, judges, seed and history, in whatever order they come.
"""

import random
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pitchscoop.events.conflicts import conflict
from pitchscoop.events.model import Judge, Team
from pitchscoop.organizing.linking import groups, link
from pitchscoop.organizing.readings import Readings, bits

Reading = tuple[str, str]
"""A team's id and the id of a judge who hears it."""

T = TypeVar("T")

_BEGINNINGS = 8  # plans that are tried where one falls into more groups than it must
_SHOWN = 6  # names in a sentence


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A team that too few judges hear. ``full`` are ids of the judges whose limits stand in the way, if any."""

    team_id: str
    missing: int
    full: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Panels by team id, ids of judges in each; loads by judge id; and what could not be had.

    ``groups`` are ids of the judges that are linked by panels they share; one where all are. ``notes`` say in plain
    sentences what is not as it would be with more freedom.
    """

    panels: Mapping[str, tuple[str, ...]]
    loads: Mapping[str, int]
    groups: tuple[tuple[str, ...], ...]
    shortfalls: tuple[Shortfall, ...]
    notes: tuple[str, ...]


def assign(
    teams: Sequence[Team],
    judges: Sequence[Judge],
    reads: int,
    seed: int,
    *,
    heard: Collection[Reading] = (),
    standing: Collection[Reading] = (),
) -> Plan:
    """A plan for these teams and the judges who are there, see above.

    ``heard`` is what cannot be undone, also by judges who left; ``standing`` is the plan so far.
    """
    question = _Question(teams, judges, reads, heard, standing)
    fewest = question.fewest_groups()
    found: list[Readings] = []
    while len(found) < _BEGINNINGS and not any(_pieces(plan) <= fewest for plan in found):
        found.append(question.planned(random.Random(f"{seed}/{len(found)}")))  # noqa: S311  the same again, not secret
    return question.answer(min(found, key=_pieces))


def _pieces(readings: Readings) -> int:
    return len(groups(readings))


class _Question:
    """What is asked for, by number."""

    def __init__(
        self,
        teams: Sequence[Team],
        judges: Sequence[Judge],
        reads: int,
        heard: Collection[Reading],
        standing: Collection[Reading],
    ) -> None:
        self._teams = sorted(teams, key=lambda team: team.team_id)
        self._there = sorted(judges, key=lambda judge: judge.judge_id)
        self._reads = reads
        numbers = {team.team_id: number for number, team in enumerate(self._teams)}
        gone = sorted({judge for team, judge in heard if team in numbers} - {judge.judge_id for judge in judges})
        self._judge_ids = [judge.judge_id for judge in self._there] + gone
        known = {judge_id: number for number, judge_id in enumerate(self._judge_ids)}
        self._most = [len(teams) if judge.most is None else judge.most for judge in self._there] + [0] * len(gone)
        self._may = [
            sum(1 << number for number, judge in enumerate(self._there) if conflict(judge, team) is None)
            for team in self._teams
        ]
        self._heard = sorted({(numbers[team], known[judge]) for team, judge in heard if team in numbers})
        self._standing = sorted({(numbers[t], known[j]) for t, j in standing if t in numbers and j in known})

    def planned(self, chance: random.Random) -> Readings:
        """One way to do it."""
        readings = Readings(self._may, self._most, chance)
        for team, judge in self._heard:
            readings.add(team, judge)
            readings.heard[judge] |= 1 << team
        for team, judge in _shuffled(self._standing, chance):
            lacks = readings.panel[team].bit_count() < self._reads and not readings.panel[team] >> judge & 1
            if lacks and self._may[team] >> judge & 1 and readings.has_room(judge):
                readings.add(team, judge)
                readings.stood[judge] |= 1 << team
        order = _shuffled(range(len(self._teams)), chance)
        for wanted in range(1, self._reads + 1):  # one each, then two each: what is missing in the end is spread
            order = [t for t in order if readings.panel[t].bit_count() >= wanted or readings.give(t)]
        readings.level()
        link(readings)
        return readings

    def fewest_groups(self) -> int:
        """How many groups there would be if everybody heard all they may."""
        all_of_it = Readings(self._may, self._most, random.Random(0))  # noqa: S311  nothing is drawn
        for team, may in enumerate(self._may):
            for judge in bits(may):
                if self._most[judge]:
                    all_of_it.add(team, judge)
        for team, judge in self._heard:
            if not all_of_it.panel[team] >> judge & 1:
                all_of_it.add(team, judge)
        return _pieces(all_of_it)

    def answer(self, readings: Readings) -> Plan:
        """The plan as ids and sentences."""
        pieces = tuple(self._ids(judges) for _, judges in groups(readings))
        loads = {judge.judge_id: readings.load[number] for number, judge in enumerate(self._there)}
        panels = {team.team_id: self._ids(readings.panel[number]) for number, team in enumerate(self._teams)}
        short = tuple(
            self._shortfall(readings, number)
            for number, team in enumerate(self._teams)
            if readings.panel[number].bit_count() < self._reads
        )
        return Plan(panels, loads, pieces, short, tuple(self._notes(readings, loads, pieces)))

    def _ids(self, judges: int) -> tuple[str, ...]:
        return tuple(self._judge_ids[judge] for judge in bits(judges))

    def _shortfall(self, readings: Readings, number: int) -> Shortfall:
        team = self._teams[number]
        missing = self._reads - readings.panel[number].bit_count()
        full = readings.in_the_way(number)
        names = _listed(self._there[judge].name for judge in bits(full))
        why = (
            f"Those who could hear it, or hear another team in exchange, hear as many as they may: {names}. "
            "Raise a limit, or invite a judge."
            if full
            else self._forbidden(team)
        )
        told = f"{team.name!r} lacks {many(missing, 'judge')}. {why}"
        return Shortfall(team.team_id, missing, self._ids(full), told)

    def _forbidden(self, team: Team) -> str:
        """Why there are not enough judges who may hear a team at all."""
        reasons = [conflict(judge, team) for judge in self._there]
        willing = [judge.name for judge, reason in zip(self._there, reasons, strict=True) if reason is None]
        track = reasons.count("track")
        barred = [
            f"{many(count, 'judge')} {what}"
            for count, what in (
                (len(reasons) - len(willing) - track, "must not, by a conflict of interest"),
                (track, "only hear other tracks" if track > 1 else "only hears other tracks"),
            )
            if count
        ]
        who = f"Only {_listed(willing)} may hear it" if willing else "Nobody may hear it"
        return f"{'; '.join([who, *barred])}. Invite a judge who may."

    def _notes(self, readings: Readings, loads: Mapping[str, int], pieces: Sequence[Sequence[str]]) -> Iterator[str]:
        if len(pieces) > 1:
            yield (
                f"The judges fall into {len(pieces)} groups that share no team: "
                "scores can be compared within a group, not across groups."
            )
        low, high = min(loads.values(), default=0), max(loads.values(), default=0)
        if high - low > 1:
            yield f"Judges hear {low} to {high} teams: what was heard, limits, tracks and conflicts allow no better."
        if more := sum(panel.bit_count() > self._reads for panel in readings.panel):
            yield (
                f"{many(more, 'team')} {'has' if more == 1 else 'have'} more judges than asked for: "
                "what was heard stands, and where judges share no team one more reading links them."
            )


def _shuffled(things: Iterable[T], chance: random.Random) -> list[T]:
    found = list(things)
    chance.shuffle(found)
    return found


def many(count: int, noun: str) -> str:
    """A number of things, in words."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _listed(names: Iterable[str]) -> str:
    found = sorted(names)
    if len(found) > _SHOWN:
        return f"{', '.join(found[:_SHOWN])} and {len(found) - _SHOWN} more"
    return " and ".join(filter(None, [", ".join(found[:-1]), *found[-1:]]))
