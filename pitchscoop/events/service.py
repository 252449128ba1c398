"""Events and teams: the verbs."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from pitchscoop.events.model import Criterion, Event, Record, Settings, Stage, Team
from pitchscoop.kernel import ids, keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Conflict, NotFound, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Put, State

DEFAULT_EVENT = "default"
_PAGE = 500  # teams read at a time


class Events:
    """Creates and finds events and teams."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def get(self, event_id: str) -> Event:
        """The event; ``default`` exists from the start.

        Raises:
            NotFound: no event has this id.
        """
        row = await self._state.read(keys.event(event_id))
        if row is not None:
            return rows.decode(Event, row.fields)
        if event_id == DEFAULT_EVENT:
            return Event(event_id=DEFAULT_EVENT, name="Pitches", created_at=self._clock())
        raise NotFound("no_such_event", f"There is no event {event_id!r}. Check its id, or leave event_id out.")

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
        fact = Fact("event_created", event.event_id, event.event_id, event.created_at.isoformat())
        put = Put(keys.event(event.event_id), 0, rows.encode(event))
        try:
            await self._state.commit(event.event_id, [put], [fact], [self._to_record(event.event_id)])
        except StaleWrite:
            return await self.get(event.event_id)
        return event

    async def add_team(self, event_id: str, name: str, track: str | None, seed: bytes | None = None) -> Team:
        """A new team. Names are unique within an event, whatever their capitals.

        Raises:
            Conflict: ``team_name_taken``.
        """
        await self.get(event_id)
        team = Team(team_id=ids.new_id(seed), event_id=event_id, name=name, track=track, created_at=self._clock())
        put, name_put = _puts(team)
        fact = Fact("team_joined", event_id, team.team_id, team.created_at.isoformat(), {"name": name})
        try:
            await self._state.commit(event_id, [put, name_put], [fact], [self._to_record(event_id)])
        except StaleWrite:
            if (row := await self._state.read(put.key)) is not None:
                return rows.decode(Team, row.fields)
            raise Conflict(
                "team_name_taken", f"There is already a team {name!r} in this event. Choose another name."
            ) from None
        return team

    async def team(self, event_id: str, team_id: str) -> Team:
        """The team of this id."""
        row = await self._state.read(keys.team(event_id, team_id))
        if row is None:
            raise NotFound("no_such_team", "There is no such team in this event.")
        return rows.decode(Team, row.fields)

    async def team_named(self, event_id: str, name: str) -> Team | None:
        """The team of this name, if it has joined."""
        row = await self._state.read(keys.team_name(event_id, name))
        return await self.team(event_id, row.fields["team_id"]) if row else None

    async def record(self, event_id: str) -> Record | None:
        """The event and its teams, as storage keeps them; None if state knows nothing of them.

        Raises:
            Unavailable: teams came or went meanwhile. State that is being lost must not look like few teams.
        """
        index = keys.teams_index(event_id)
        teams: list[Team] = []
        place = None
        while page := await self._state.page(index, place, _PAGE):
            teams += [rows.decode(Team, placed.row.fields) for placed in page]
            place = (page[-1].score, page[-1].row.key)
        if await self._state.count(index) != len(teams):
            raise Unavailable("state_unavailable", "Teams are joining just now. Try again in a few seconds.")
        row = await self._state.read(keys.event(event_id))
        if row is None and (event_id != DEFAULT_EVENT or not teams):
            return None
        return Record(event=rows.decode(Event, row.fields) if row else None, teams=tuple(teams))

    async def rebuild(self, event_id: str, record: Record) -> None:
        """Put back what state has lost of an event; what it has stays."""
        if record.event is not None:
            await self._put_back(event_id, [Put(keys.event(event_id), 0, rows.encode(record.event))])
        for team in record.teams:
            for put in _puts(team):  # each for itself: the name may belong to another team now
                await self._put_back(event_id, [put])

    async def align(self, event_id: str, team_id: str) -> None:
        """Have a team stand in its event's list."""
        row = await self._state.read(keys.team(event_id, team_id))
        if row is not None:
            put, _ = _puts(rows.decode(Team, row.fields))
            await self._state.commit(event_id, [replace(put, version=row.version)])

    async def _put_back(self, event_id: str, puts: Sequence[Put]) -> None:
        with contextlib.suppress(StaleWrite):
            await self._state.commit(event_id, puts)

    def _to_record(self, event_id: str) -> Due:
        return Due(event_id, keys.event(event_id), micros(self._clock()))


def _puts(team: Team) -> tuple[Put, Put]:
    return (
        Put(
            keys.team(team.event_id, team.team_id),
            0,
            rows.encode(team),
            {keys.teams_index(team.event_id): micros(team.created_at)},
        ),
        Put(keys.team_name(team.event_id, team.name), 0, {"team_id": team.team_id}),
    )
