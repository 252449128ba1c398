"""Teams and judges of events: the verbs."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pitchscoop.events.model import Judge, Member, Team
from pitchscoop.kernel import ids, keys
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Conflict, NotFound, StaleWrite
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Put, State
from pitchscoop.kernel.table import Table

MOST_TEAMS = 10_000  # of one event: lists of them are read whole


class Teams:
    """Teams of all events. Names are unique within an event, whatever their capitals."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._table: Table[Team] = Table(
            state, Team, lambda team: {keys.teams_index(team.event_id): micros(team.created_at)}
        )

    async def get(self, event_id: str, team_id: str) -> Team:
        """The team of this id."""
        team = await self._table.find(keys.team(event_id, team_id))
        if team is None:
            raise _no_such_team()
        return team

    async def named(self, event_id: str, name: str) -> Team | None:
        """The team of this name, if it has joined."""
        row = await self._state.read(keys.team_name(event_id, name))
        return await self.get(event_id, row.fields["team_id"]) if row else None

    async def listed(self, event_id: str) -> list[Team]:
        """All teams of an event, newest first, also those that withdrew."""
        return await self._table.listed(keys.teams_index(event_id))

    async def among(self, event_id: str, ids: Iterable[str]) -> list[Team]:
        """Those of these ids that are teams of the event."""
        found = [await self._table.find(keys.team(event_id, one)) for one in ids]
        return [team for team in found if team is not None]

    async def page(self, event_id: str, cursor: str | None, limit: int) -> tuple[list[Team], str | None]:
        """Some teams of an event, newest first, also those that withdrew, and the cursor of the next ones."""
        return await self._table.page(keys.teams_index(event_id), cursor, limit)

    async def add(
        self,
        event_id: str,
        name: str,
        track: str | None = None,
        members: Sequence[Member] = (),
        seed: bytes | None = None,
    ) -> Team:
        """A new team. The same secret ``seed`` finds the one it made before.

        Raises:
            Conflict: ``team_name_taken``, or ``too_many_teams``.
        """
        if await self._state.count(keys.teams_index(event_id)) >= MOST_TEAMS:
            raise too_many_teams()
        team = Team(
            team_id=ids.new_id(seed),
            event_id=event_id,
            name=name,
            track=track,
            members=tuple(members),
            created_at=self._clock(),
        )
        try:
            await self._state.commit(
                event_id, self.puts(team), [self._fact("team_joined", team)], [self._due(event_id)]
            )
        except StaleWrite:
            if (found := await self._table.find(keys.team(event_id, team.team_id))) is not None:
                return found
            raise _taken(name) from None
        return team.model_copy(update={"revision": 1})

    async def add_all(self, event_id: str, make: Callable[[], list[Team]]) -> list[Team]:
        """New teams, all of them or none, made in a thread: thousands would hold up everybody else.

        Raises:
            StaleWrite: a name was taken meanwhile, or the teams are there already.
        """

        def made() -> tuple[list[Team], list[Put], list[Fact]]:
            teams = make()
            puts = [put for team in teams for put in self.puts(team)]
            return teams, puts, [self._fact("team_joined", team) for team in teams]

        teams, puts, facts = await asyncio.to_thread(made)
        await self._state.commit(event_id, puts, facts, [self._due(event_id)])
        return teams

    async def update(self, event_id: str, team_id: str, update: dict[str, Any], revision: int | None = None) -> Team:
        """Change name, track or members.

        Raises:
            Conflict: ``team_name_taken``.
        """

        def names(before: Team, after: Team) -> list[Put]:
            held, wanted = (keys.team_name(event_id, team.name) for team in (before, after))
            return [] if held == wanted else [Put(wanted, 0, {"team_id": team_id}), Put(held, 1, None)]

        try:
            return await self._change(event_id, team_id, "team_changed", update, revision, names)
        except StaleWrite:
            raise _taken(str(update.get("name"))) from None

    async def withdraw(self, event_id: str, team_id: str, *, withdrawn: bool = True) -> Team:
        """Take it out of the running, or back in. Its recordings stay, and it can hear them."""
        now = (await self.get(event_id, team_id)).withdrawn_at
        at = (now or self._clock()) if withdrawn else None
        return await self._change(
            event_id, team_id, "team_withdrew" if withdrawn else "team_returned", {"withdrawn_at": at}
        )

    async def new_round(self, event_id: str, team_id: str) -> Team:
        """End every link and every sign-in of this team."""
        return await self._table.change(
            event_id,
            keys.team(event_id, team_id),
            lambda team: team.model_copy(update={"round": team.round + 1}),
            missing=_no_such_team,
            facts=lambda team: [self._fact("team_invited_anew", team)],
            due=[self._due(event_id)],
        )

    async def align(self, event_id: str, team_id: str) -> None:
        """Have a team stand in its event's list."""
        await self._table.align(event_id, keys.team(event_id, team_id))

    def puts(self, team: Team) -> list[Put]:
        """A new team's rows."""
        return [
            self._table.put(keys.team(team.event_id, team.team_id), team),
            Put(keys.team_name(team.event_id, team.name), 0, {"team_id": team.team_id}),
        ]

    async def _change(
        self,
        event_id: str,
        team_id: str,
        name: str,
        update: dict[str, Any],
        revision: int | None = None,
        beside: Callable[[Team, Team], Sequence[Put]] = lambda _, __: (),
    ) -> Team:
        return await self._table.change(
            event_id,
            keys.team(event_id, team_id),
            lambda team: team.model_copy(update=update),
            missing=_no_such_team,
            facts=lambda team: [self._fact(name, team)],
            beside=beside,
            due=[self._due(event_id)],
            revision=revision,
        )

    def _fact(self, name: str, team: Team) -> Fact:
        return Fact(name, team.event_id, team.team_id, self._clock().isoformat(), {"name": team.name})

    def _due(self, event_id: str) -> Due:
        return Due(event_id, keys.event(event_id), micros(self._clock()))


class Judges:
    """Judges of all events. Two of one name are two judges."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._table: Table[Judge] = Table(
            state, Judge, lambda judge: {keys.judges_index(judge.event_id): micros(judge.created_at)}
        )

    async def get(self, event_id: str, judge_id: str) -> Judge:
        """The judge of this id."""
        judge = await self._table.find(keys.judge(event_id, judge_id))
        if judge is None:
            raise _no_such_judge()
        return judge

    async def listed(self, event_id: str) -> list[Judge]:
        """All judges of an event, newest first, also those that were removed."""
        return await self._table.listed(keys.judges_index(event_id))

    async def add(self, event_id: str, name: str, seed: bytes | None = None, **more: Any) -> Judge:
        """A new judge; ``more`` are other fields of the model. The same ``seed`` finds the one it made before."""
        judge = Judge(judge_id=ids.new_id(seed), event_id=event_id, name=name, created_at=self._clock(), **more)
        try:
            await self._state.commit(
                event_id, self.puts(judge), [self._fact("judge_invited", judge)], [self._due(event_id)]
            )
        except StaleWrite:
            return await self.get(event_id, judge.judge_id)
        return judge.model_copy(update={"revision": 1})

    async def update(
        self,
        event_id: str,
        judge_id: str,
        decide: Callable[[Judge], Judge],
        *,
        fact: str = "judge_changed",
        told: Mapping[str, str] = MappingProxyType({}),
        revision: int | None = None,
    ) -> Judge:
        """Change what is known of a judge. ``told`` is what the fact says beside the name."""
        return await self._table.change(
            event_id,
            keys.judge(event_id, judge_id),
            decide,
            missing=_no_such_judge,
            facts=lambda judge: [self._fact(fact, judge, told)],
            due=[self._due(event_id)],
            revision=revision,
        )

    async def remove(self, event_id: str, judge_id: str) -> Judge:
        """Take somebody off the panel: their link and sign-ins end, their cards stay."""
        now = self._clock()

        def removed(judge: Judge) -> Judge:
            return judge if judge.removed_at else judge.model_copy(update={"removed_at": now, "round": judge.round + 1})

        return await self.update(event_id, judge_id, removed, fact="judge_removed")

    async def new_round(self, event_id: str, judge_id: str) -> Judge:
        """End every link and every sign-in of this judge; one who was removed is back."""
        return await self.update(
            event_id,
            judge_id,
            lambda judge: judge.model_copy(update={"round": judge.round + 1, "removed_at": None}),
            fact="judge_invited_anew",
        )

    async def align(self, event_id: str, judge_id: str) -> None:
        """Have a judge stand in their event's list."""
        await self._table.align(event_id, keys.judge(event_id, judge_id))

    def puts(self, judge: Judge) -> list[Put]:
        """A new judge's row."""
        return [self._table.put(keys.judge(judge.event_id, judge.judge_id), judge)]

    def _fact(self, name: str, judge: Judge, more: Mapping[str, str] = MappingProxyType({})) -> Fact:
        told = {"name": judge.name, **more}
        return Fact(name, judge.event_id, judge.judge_id, self._clock().isoformat(), told)

    def _due(self, event_id: str) -> Due:
        return Due(event_id, keys.event(event_id), micros(self._clock()))


def too_many_teams() -> Conflict:
    """An event is full."""
    return Conflict("too_many_teams", f"An event has up to {MOST_TEAMS} teams, and these would be more.")


def _no_such_team() -> NotFound:
    return NotFound("no_such_team", "There is no such team in this event.")


def _no_such_judge() -> NotFound:
    return NotFound("no_such_judge", "There is no such judge in this event.")


def _taken(name: str) -> Conflict:
    return Conflict("team_name_taken", f"There is already a team {name!r} in this event. Choose another name.")
