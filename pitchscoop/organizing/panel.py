"""Who hears whom in an event: made, read, and made again when people come and go."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pitchscoop.access.model import Principal, Verb
from pitchscoop.events.conflicts import conflict
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.plans import Assignment
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict, Invalid, NotFound, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import State
from pitchscoop.kernel.table import Table
from pitchscoop.organizing.assignment import Plan, Reading, assign, many
from pitchscoop.scoring.cards import Cards

MOST_TEAMS = 2_000  # teams and judges of one plan: with more it would keep a processor busy for minutes
MOST_JUDGES = 500
_ATTEMPTS = 5  # organizers who make a plan at the same time are few

Panels = Mapping[str, tuple[str, ...]]
"""By team id, the ids of its judges."""


@dataclass(frozen=True, slots=True)
class Seated:
    """An assignment with those it is about. ``missing`` is how many judges each team lacks as things are now."""

    assignment: Assignment
    teams: Sequence[Team]
    judges: Sequence[Judge]
    missing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Wish:
    """How an assignment is to be made; None is as before.

    ``absent`` are judges who are not there. ``heard`` is what happened already, beside what was said of it before.
    ``afresh`` lets go of all that stands but was not heard. ``nearest`` takes the nearest plan there is where a whole
    one is not to be had. With ``revision`` the assignment is made anew only if it is still the one that was seen.
    """

    seed: int | None = None
    absent: Collection[str] | None = None
    heard: Collection[Reading] = ()
    afresh: bool = False
    nearest: bool = False
    revision: int | None = None


class Panel:
    """Assignments of all events."""

    def __init__(self, state: State, events: Events, cards: Cards, clock: Clock) -> None:
        self._state = state
        self._events = events
        self._cards = cards
        self._clock = clock
        self._table: Table[Assignment] = Table(state, Assignment, lambda _: {})

    async def make(self, who: Principal, event_id: str, wish: Wish) -> Seated:
        """Say who hears whom; what stands is kept as far as possible. Whoever has filled in a card has heard the pitch.

        Raises:
            Conflict: ``assignment_impossible``, with ``shortfalls`` and the ``nearest`` panels there are; or
                ``changed_meanwhile``.
            Invalid: ``no_such_team``, ``no_such_judge`` or ``too_many``.
        """
        event = await self._events.allowed(who, Verb.ASSIGNMENT_MAKE, event_id)
        for _ in range(_ATTEMPTS):
            before = await self._table.find(keys.assignment(event_id))
            if wish.revision is not None and wish.revision != (before.revision if before else 0):
                raise _changed(before)
            teams, judges = await self._people(event_id)
            heard = await self._cards.readings(event)
            made = await self._made(event, wish, before, teams, judges, heard)
            put = self._table.put(keys.assignment(event_id), made, before.revision if before else 0)
            try:
                await self._state.commit(event_id, [put], [self._fact(made)], [self._events.to_record(event_id)])
            except StaleWrite:
                continue
            revision = before.revision + 1 if before else 1
            return _seated(made.model_copy(update={"revision": revision}), teams, judges)
        raise Unavailable("state_unavailable", "Somebody else makes an assignment just now. Try again in seconds.")

    async def read(self, who: Principal, event_id: str, judge_id: str | None = None) -> Seated:
        """The assignment: of one judge, or of all; a judge reads their own.

        Raises:
            NotFound: ``no_assignment`` or ``no_such_judge``.
        """
        judge_id = judge_id or who.judge_id
        await self._events.allowed(who, Verb.ASSIGNMENT_READ, event_id, judge_id=judge_id)
        if judge_id:
            await self._events.judges.get(event_id, judge_id)
        found = await self._table.find(keys.assignment(event_id))
        if found is None:
            raise NotFound("no_assignment", "Nobody has said yet which judges hear which teams in this event.")
        teams, judges = await self._people(event_id)
        seated = _seated(found, teams, judges)
        return seated if judge_id is None else _of_one(seated, judge_id)

    async def teams_of(self, event_id: str, judge_id: str) -> tuple[str, ...] | None:
        """The ids of the teams that a judge hears; None where nobody was assigned yet."""
        panels = await self.panels(event_id)
        return tuple(team_id for team_id, panel in panels.items() if judge_id in panel) if panels else None

    async def panels(self, event_id: str) -> Panels:
        """Who hears whom, whoever asks; nothing where nobody was assigned yet."""
        found = await self._table.find(keys.assignment(event_id))
        return found.panels if found else {}

    async def _people(self, event_id: str) -> tuple[list[Team], list[Judge]]:
        teams, judges = self._events.teams, self._events.judges
        return await teams.listed(event_id), await judges.listed(event_id)

    async def _made(
        self,
        event: Event,
        wish: Wish,
        before: Assignment | None,
        teams: Sequence[Team],
        judges: Sequence[Judge],
        scored: Collection[Reading],
    ) -> Assignment:
        _known("team", {team for team, _ in wish.heard}, {team.team_id for team in teams})
        told_of = {judge for _, judge in wish.heard} | set(wish.absent or ())
        _known("judge", told_of, {judge.judge_id for judge in judges})
        absent = tuple(sorted(wish.absent if wish.absent is not None else before.absent if before else ()))
        running = [team for team in teams if team.withdrawn_at is None]
        there = [judge for judge in judges if judge.removed_at is None and judge.judge_id not in absent]
        if len(running) > MOST_TEAMS or len(there) > MOST_JUDGES:
            raise Invalid("too_many", f"Up to {MOST_TEAMS} teams and {MOST_JUDGES} judges can be assigned at once.")
        heard = {*wish.heard, *scored, *_readings(before.heard if before else {})}
        standing = _readings(before.panels) if before and not wish.afresh else set()
        seed = wish.seed if wish.seed is not None else before.seed if before else 0
        reads = event.settings.reads
        plan = await asyncio.to_thread(assign, running, there, reads, seed, heard=heard, standing=standing)
        if plan.shortfalls and not wish.nearest:
            raise _impossible(plan)
        return Assignment(
            event_id=event.event_id,
            seed=seed,
            reads=reads,
            panels=dict(plan.panels),
            heard=_panels(heard),
            absent=absent,
            groups=plan.groups,
            notes=(*plan.notes, *(short.why for short in plan.shortfalls)),
            made_at=self._clock(),
        )

    def _fact(self, made: Assignment) -> Fact:
        data = {"teams": len(made.panels), "absent": len(made.absent), "seed": made.seed}
        return Fact("assignment_made", made.event_id, made.event_id, self._clock().isoformat(), data)


def _seated(assignment: Assignment, teams: Sequence[Team], judges: Sequence[Judge]) -> Seated:
    """An assignment as things are now: teams that withdrew are out, and what was heard or is still allowed counts."""
    heard = _readings(assignment.heard)
    there = {judge.judge_id: judge for judge in judges if judge.removed_at is None}
    missing = {}
    running = [team for team in teams if team.withdrawn_at is None]
    for team in running:
        panel = assignment.panels.get(team.team_id, ())
        good = sum(
            (team.team_id, judge) in heard
            or (judge in there and judge not in assignment.absent and conflict(there[judge], team) is None)
            for judge in panel
        )
        if good < assignment.reads:
            missing[team.team_id] = assignment.reads - good
    return Seated(assignment, running, judges, missing)


def _of_one(seated: Seated, judge_id: str) -> Seated:
    """What one judge may know: which teams they hear, and nothing of others."""
    own = {team: (judge_id,) for team, panel in seated.assignment.panels.items() if judge_id in panel}
    heard = {team: (judge_id,) for team, panel in seated.assignment.heard.items() if judge_id in panel}
    absent = tuple(judge for judge in seated.assignment.absent if judge == judge_id)
    update = {"panels": own, "heard": heard, "absent": absent, "groups": (), "notes": ()}
    teams = [team for team in seated.teams if team.team_id in own]
    judges = [judge for judge in seated.judges if judge.judge_id == judge_id]
    return Seated(seated.assignment.model_copy(update=update), teams, judges, {})


def _readings(panels: Panels) -> set[Reading]:
    return {(team, judge) for team, panel in panels.items() for judge in panel}


def _panels(readings: Collection[Reading]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for team, judge in sorted(readings):
        found[team] = (*found.get(team, ()), judge)
    return found


def _known(noun: str, asked: set[str], there: set[str]) -> None:
    if unknown := sorted(asked - there):
        raise Invalid(f"no_such_{noun}", f"There is no {noun} {unknown[0][:64]!r} in this event.")


def _impossible(plan: Plan) -> Conflict:
    missing = sum(short.missing for short in plan.shortfalls)
    more = f" It is the same with {many(len(plan.shortfalls) - 1, 'other team')}." if len(plan.shortfalls) > 1 else ""
    return Conflict(
        "assignment_impossible",
        f"Not every team can be heard by enough judges. {plan.shortfalls[0].why}{more} "
        f"The nearest there is lacks {many(missing, 'reading')}; to take it, ask with nearest.",
        {
            "shortfalls": [
                {"team_id": short.team_id, "missing": short.missing, "full": list(short.full), "why": short.why}
                for short in plan.shortfalls
            ],
            "nearest": {team: list(panel) for team, panel in plan.panels.items()},
        },
    )


def _changed(before: Assignment | None) -> Conflict:
    current = before.model_dump(mode="json") | {"revision": before.revision} if before else None
    return Conflict(
        "changed_meanwhile",
        "Somebody made another assignment meanwhile. Look at it as it is now, then make yours.",
        {"current": current},
    )
