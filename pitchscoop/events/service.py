"""Events and teams: the verbs."""

from collections.abc import Sequence

from pitchscoop.events.model import Criterion, Event, Settings, Stage, Team
from pitchscoop.kernel import ids, keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Conflict, NotFound, StaleWrite
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Put, State

DEFAULT_EVENT = "default"


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
        try:
            await self._state.commit(event.event_id, [Put(keys.event(event.event_id), 0, rows.encode(event))], [fact])
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
        key = keys.team(event_id, team.team_id)
        puts = [
            Put(key, 0, rows.encode(team), {keys.teams_index(event_id): micros(team.created_at)}),
            Put(keys.team_name(event_id, name), 0, {"team_id": team.team_id}),
        ]
        fact = Fact("team_joined", event_id, team.team_id, team.created_at.isoformat(), {"name": name})
        try:
            await self._state.commit(event_id, puts, [fact])
        except StaleWrite:
            if (row := await self._state.read(key)) is not None:
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
