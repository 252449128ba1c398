"""Events: the verbs. Those of teams and judges are in ``events/people.py``."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from pitchscoop.access.model import Principal, Target, Verb, require
from pitchscoop.events.model import Event, Judge, Record, Settings, Team
from pitchscoop.events.people import Judges, Teams
from pitchscoop.events.plans import Assignment, Final, Schedule
from pitchscoop.events.prizes import decided_by
from pitchscoop.events.rubrics import Criterion
from pitchscoop.kernel import ids, keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Conflict, NotFound, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.stages import MOVES, Stage
from pitchscoop.kernel.state import Due, Put, Seen, State
from pitchscoop.kernel.table import Table

DEFAULT_EVENT = "default"
Told = str | int | bool | None
_LOOKS = 5  # at people who come meanwhile, one after the other; whoever wanted them all tries again later


class Events:
    """Creates, finds and changes events. ``teams`` and ``judges`` are those of all events."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._table: Table[Event] = Table(state, Event, lambda _: {})
        self.teams = Teams(state, clock)
        self.judges = Judges(state, clock)

    async def get(self, event_id: str) -> Event:
        """The event; ``default`` exists from the start.

        Raises:
            NotFound: no event has this id.
        """
        event = await self.find(event_id)
        if event is None and event_id == DEFAULT_EVENT:
            return Event(event_id=DEFAULT_EVENT, name="Pitches", created_at=self._clock())
        if event is None or event.deleted_at:
            raise _no_such_event(event_id)
        return event

    async def allowed(
        self, who: Principal, verb: Verb, event_id: str, *, team_id: str | None = None, judge_id: str | None = None
    ) -> Event:
        """The event, if this may be done in it now. Whoever may not is not told whether it exists.

        Teams may join, and anybody take a ballot, where the settings say so; what is published is offered to everybody.
        """
        target = Target(event_id=event_id, team_id=team_id, judge_id=judge_id)
        try:
            event = await self.get(event_id)
        except NotFound:
            require(who, verb, target.model_copy(update={"stage": "open"}))
            raise
        asked = {
            Verb.TEAM_JOIN: event.settings.self_registration,
            Verb.BALLOT_TAKE: event.settings.audience_vote == "anyone",
        }
        offered = asked.get(verb, True)
        require(who, verb, target.model_copy(update={"stage": event.stage, "offered": offered}))
        return event

    async def find(self, event_id: str) -> Event | None:
        """The event as a worker needs it: also one that is being deleted; None where nothing is written of it."""
        return await self._table.find(keys.event(event_id))

    async def listed(self) -> list[Event]:
        """All events, newest first; ``default`` only where something was done with it."""
        found = [await self.find(event_id) for event_id in await self._state.event_ids()]
        there = [event for event in found if event and not event.deleted_at]
        return sorted(there, key=lambda event: event.created_at, reverse=True)

    async def create(
        self, name: str, *, rubric: Sequence[Criterion], settings: Settings, stage: Stage, seed: bytes | None = None
    ) -> Event:
        """A new event. The same secret ``seed`` finds the one it made before."""
        event = Event(
            event_id=ids.new_id(seed),
            name=name,
            stage=stage,
            rubric=tuple(rubric),
            settings=settings,
            created_at=self._clock(),
        )
        put = self._table.put(keys.event(event.event_id), event)
        try:
            await self._state.commit(
                event.event_id, [put], [self._fact("event_created", event)], [self.to_record(event.event_id)]
            )
        except StaleWrite:
            return await self.get(event.event_id)
        return event.model_copy(update={"revision": 1})

    async def update(
        self,
        event_id: str,
        decide: Callable[[Event], Event],
        revision: int | None = None,
        seen: Sequence[Seen] = (),
    ) -> Event:
        """Change name, rubric or settings.

        Raises:
            StaleWrite: a row that this was decided on was changed meanwhile.
        """
        return await self._change(event_id, "event_changed", decide, revision, seen)

    async def move(self, event_id: str, stage: Stage, beside: Sequence[Fact] = (), seen: Sequence[Seen] = ()) -> Event:
        """Move it to another stage; to the one it is in already is harmless. ``beside`` are facts told with it.

        Raises:
            Conflict: ``no_such_step``: the one does not lead to the other.
            StaleWrite: a row that this was decided on was changed meanwhile.
        """

        def moved(event: Event) -> Event:
            if stage != event.stage and stage not in MOVES[event.stage]:
                ways = " or ".join(sorted(MOVES[event.stage]))
                raise Conflict("no_such_step", f"This event is {event.stage}. From there it goes to {ways}.")
            return event.model_copy(update={"stage": stage})

        return await self._change(event_id, "event_moved", moved, seen=seen, beside=beside)

    async def delete(self, event_id: str) -> Event:
        """From now on nobody finds it. A worker removes what it has: ``recordings/removal.py``."""
        at = self._clock()
        return await self._change(
            event_id, "event_deleted", lambda event: event.model_copy(update={"deleted_at": event.deleted_at or at})
        )

    async def record(self, event_id: str) -> Record | None:
        """The event, its teams and judges, as storage keeps them; None if state knows nothing of them.

        Raises:
            Unavailable: some came or went meanwhile. State that is being lost must not look like few teams.
        """
        teams, judges = await self._people(event_id)
        event = await self._table.find(keys.event(event_id))
        if event is None and (event_id != DEFAULT_EVENT or not (teams or judges)):
            return None
        assignment, schedule, final = [await self._state.read(key) for key in _beside(event_id)]
        return Record(
            event=event,
            teams=tuple(teams),
            judges=tuple(judges),
            assignment=assignment.fields if assignment else None,
            schedule=schedule.fields if schedule else None,
            final=final.fields if final else None,
        )

    async def _people(self, event_id: str) -> tuple[list[Team], list[Judge]]:
        for _ in range(_LOOKS):
            teams, judges = await self.teams.listed(event_id), await self.judges.listed(event_id)
            counts = [await self._state.count(of(event_id)) for of in (keys.teams_index, keys.judges_index)]
            if counts == [len(teams), len(judges)]:
                return teams, judges
        raise Unavailable("state_unavailable", "People are being added just now. Try again in a few seconds.")

    async def plans(self, event_id: str) -> tuple[Assignment | None, Schedule | None, Final | None]:
        """Who hears whom, who is on stage when, and the final round; None where none was made."""
        assignment, schedule, final = [await self._state.read(key) for key in _beside(event_id)]
        return (
            rows.decode(Assignment, assignment.fields) if assignment else None,
            rows.decode(Schedule, schedule.fields) if schedule else None,
            rows.decode(Final, final.fields) if final else None,
        )

    async def rebuild(self, event_id: str, record: Record) -> None:
        """Put back what state has lost of an event; what it has stays. The event comes last, and then a worker's look.

        A look before that would have half of it written over the whole that is in storage.
        """
        puts = [put for team in record.teams for put in self.teams.puts(team)]
        puts += [put for judge in record.judges for put in self.judges.puts(judge)]
        plans = zip(_beside(event_id), (record.assignment, record.schedule, record.final), strict=True)
        puts += [Put(key, 0, fields) for key, fields in plans if fields is not None]
        for put in puts:  # each for itself: the name may belong to another team now
            await self._put_back(event_id, put)
        last = [self._table.put(keys.event(event_id), record.event)] if record.event is not None else []
        due = [self.to_record(event_id)]
        facts = [Fact("event_rebuilt", event_id, event_id, self._clock().isoformat())]
        try:
            await self._state.commit(event_id, last, facts, due)
        except StaleWrite:
            await self._state.commit(event_id, [], facts, due)

    def to_record(self, event_id: str) -> Due:
        """Have a worker write the record anew."""
        return Due(event_id, keys.event(event_id), micros(self._clock()))

    async def _change(
        self,
        event_id: str,
        name: str,
        decide: Callable[[Event], Event],
        revision: int | None = None,
        seen: Sequence[Seen] = (),
        beside: Sequence[Fact] = (),
    ) -> Event:
        changes: dict[str, Told] = {}

        def decided(event: Event) -> Event:
            after = decide(event)
            changes.clear()
            changes.update(_differences(event, after))
            return after

        return await self._table.change(
            event_id,
            keys.event(event_id),
            decided,
            missing=lambda: _no_such_event(event_id),
            first=await self.get(event_id) if event_id == DEFAULT_EVENT else None,  # written when first changed
            facts=lambda event: [self._fact(name, event, changes), *beside],
            due=[self.to_record(event_id)],
            seen=seen,
            revision=revision,
        )

    async def _put_back(self, event_id: str, put: Put) -> None:
        with contextlib.suppress(StaleWrite):
            await self._state.commit(event_id, [put])

    def _fact(self, name: str, event: Event, more: Mapping[str, Told] = MappingProxyType({})) -> Fact:
        told: dict[str, Told] = {"stage": event.stage, **more}
        return Fact(name, event.event_id, event.event_id, self._clock().isoformat(), told)


def _differences(before: Event, after: Event) -> dict[str, Told]:
    """What an organizer changed, as it is now: name and settings, and of a rubric its version and what it scores."""
    old, new = before.settings.model_dump(), after.settings.model_dump()
    prizes = [f"{one.name} ({decided_by(one.by, one.track, one.criterion)})" for one in after.settings.prizes]
    in_words = {**new, "prizes": tuple(prizes)}
    told = {key: ", ".join(value) if isinstance(value, tuple) else value for key, value in in_words.items()}
    found = {key: told[key] for key in new if new[key] != old[key]}
    if after.name != before.name:
        found["name"] = after.name
    if after.rubric != before.rubric:
        found |= {"rubric": ", ".join(one.id for one in after.in_use), "rubric_version": after.rubric_version}
    return found


def _beside(event_id: str) -> tuple[str, str, str]:
    return keys.assignment(event_id), keys.schedule(event_id), keys.final(event_id)


def _no_such_event(event_id: str) -> NotFound:
    return NotFound("no_such_event", f"There is no event {event_id!r}. Check its id, or leave event_id out.")
