"""Every verb about events and their people. Each asks the permission table first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pitchscoop.access.addresses import Pace
from pitchscoop.access.model import Principal, Role, Target, Verb, may, require
from pitchscoop.access.organizers import Organizer
from pitchscoop.access.service import Access
from pitchscoop.events.model import Event, Judge, Member, Settings, Team
from pitchscoop.events.names import named
from pitchscoop.events.prizes import check_prizes, lost_by
from pitchscoop.events.rubrics import DEFAULT, TEMPLATES, Criterion, check_rubric, check_tie_break
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.stages import Stage
from pitchscoop.kernel.state import State
from pitchscoop.organizing.changes import Change, Changes
from pitchscoop.organizing.visits import Log, Visits
from pitchscoop.scoring.cards import Cards

_JOIN_AT_ONCE = 50  # teams from one address: a hall that registers behind one
_JOIN_EVERY = 3.0  # seconds until the next one may

Somebody = TypeVar("Somebody", Team, Judge, Organizer)
Guest = TypeVar("Guest", Team, Judge)


@dataclass(frozen=True, slots=True)
class Invited(Generic[Somebody]):
    """Somebody, and the link that lets them in. ``token`` is what the link carries; both are shown once."""

    who: Somebody
    token: str
    url: str


class Organizing:
    """Events, teams, judges, organizers, and the log of who did what."""

    def __init__(
        self, state: State, access: Access, events: Events, cards: Cards, public_url: str, clock: Clock
    ) -> None:
        self._state = state
        self.log = Log(state, clock)
        self.visits = Visits(access, self.log, public_url)
        self._access = access
        self._events = events
        self._changes = Changes(events, cards, clock)
        self._public_url = public_url
        self._joining = Pace(_JOIN_AT_ONCE, _JOIN_EVERY, "teams")

    # Events

    async def create_event(
        self, who: Principal, name: str, rubric: Sequence[Criterion], settings: Settings, stage: Stage,
        seed: bytes | None = None,
    ) -> Event:  # fmt: skip
        """A new event."""
        require(who, Verb.EVENT_CREATE, Target())
        check_rubric(rubric, settings.tracks)
        check_tie_break(settings.tie_break, rubric or DEFAULT)
        check_prizes(settings.prizes, rubric or DEFAULT, settings.tracks)
        return await self._events.create(named("name", name), rubric=rubric, settings=settings, stage=stage, seed=seed)

    def rubrics(self, who: Principal) -> Mapping[str, Sequence[Criterion]]:
        """Rubrics to begin with, by name."""
        require(who, Verb.EVENT_CREATE, Target())
        return TEMPLATES

    async def list_events(self, who: Principal) -> list[Event]:
        """All events, newest first; a team or judge finds their own."""
        if who.event_id is not None:
            return [await self.event(who, who.event_id)]
        require(who, Verb.EVENT_LIST, Target())
        return await self._events.listed()

    async def public_events(self, who: Principal) -> list[Event]:
        """Events that are found by everybody, newest first. It tells of their names and stages, and of nothing else."""

        def shown(event: Event) -> bool:
            offered = event.settings.public
            return may(who, Verb.EVENT_FIND, Target(event_id=event.event_id, stage=event.stage, offered=offered))

        return [event for event in await self._events.listed() if shown(event)]

    async def event(self, who: Principal, event_id: str) -> Event:
        """The event."""
        return await self._events.allowed(who, Verb.EVENT_READ, event_id)

    async def update_event(
        self,
        who: Principal,
        event_id: str,
        *,
        name: str | None = None,
        rubric: Sequence[Criterion] | None = None,
        settings: Mapping[str, Any] | None = None,
        revision: int | None = None,
        new_version: bool = False,
    ) -> Event:
        """Change what is named, as ``Change`` says.

        Raises:
            Invalid: ``bad_rubric``, ``unknown_track``, or ``invalid_request``: a setting cannot be that.
            Conflict: ``changed_meanwhile``, with the event as it is now; or what is locked once there are cards.
        """
        await self._events.allowed(who, Verb.EVENT_UPDATE, event_id)
        name = None if name is None else named("name", name)
        return await self._changes.make(event_id, Change(name, rubric, settings, revision, new_version))

    async def move_event(self, who: Principal, event_id: str, stage: Stage) -> Event:
        """Move it to another stage. Recordings under way go on, whatever the stage.

        At publication the log takes down the chain that stands for all cards: no judge saves one any more.
        """
        await self._events.allowed(who, Verb.EVENT_MOVE, event_id)
        return await self._changes.move(event_id, stage)

    async def copy_event(self, who: Principal, event_id: str, name: str, seed: bytes | None = None) -> Event:
        """A new event with the rubric and the settings of another, as a draft. Nobody is taken along."""
        event = await self._events.allowed(who, Verb.EVENT_READ, event_id)
        settings = event.settings
        if event.decides is None and settings.tie_break != "share":  # the criterion may be one the rubric has lost
            settings = settings.changed({"tie_break": "score"})
        there = [one for one in settings.prizes if not lost_by(one, event.in_use, settings.tracks)]
        settings = settings.changed({"prizes": there})
        return await self.create_event(who, name, event.rubric, settings, "draft", seed)

    async def facts(self, who: Principal, event_id: str | None, after: str = "", limit: int = 200) -> list[Fact]:
        """Who did what when, in order, after a position. None: what is about no event, or about one that is gone.

        Those of a deleted event stay: they are what proves that it was.
        """
        require(who, Verb.AUDIT_READ, Target(event_id=event_id))
        found = await self._state.facts(event_id or keys.INSTALLATION, after, limit)
        if not found and not after and event_id is not None:
            await self._events.get(event_id)
        return found

    async def latest(self, who: Principal, event_id: str | None, before: str = "", limit: int = 50) -> list[Fact]:
        """The same, newest first, before a position."""
        require(who, Verb.AUDIT_READ, Target(event_id=event_id))
        found = await self._state.latest(event_id or keys.INSTALLATION, before, limit)
        if not found and not before and event_id is not None:
            await self._events.get(event_id)
        return found

    async def delete_event(self, who: Principal, event_id: str) -> None:
        """Remove an event with all it has. From now on nobody finds it; a worker does the rest within a minute."""
        await self._events.allowed(who, Verb.EVENT_DELETE, event_id)
        event = await self._events.delete(event_id)
        await self.log.note("event_deleted", event_id, data={"stage": event.stage})

    # Teams

    async def add_team(
        self, who: Principal, event_id: str, name: str, track: str | None = None, members: Sequence[Member] = (),
        seed: bytes | None = None,
    ) -> Invited[Team]:  # fmt: skip
        """A new team and its link."""
        event = await self._events.allowed(who, Verb.TEAM_CREATE, event_id)
        event.check_tracks([track] if track else [])
        return await self._invited(await self._events.teams.add(event_id, named("name", name), track, members, seed))

    async def join(
        self, who: Principal, event_id: str, name: str, track: str | None = None, seed: bytes | None = None,
        *, address: str = "",
    ) -> Invited[Team]:  # fmt: skip
        """Join as a team from a network address, where the event lets teams do so by themselves.

        Raises:
            SlowDown: too many came from this address.
        """
        event = await self._events.allowed(who, Verb.TEAM_JOIN, event_id)
        self._joining.take(address)
        event.check_tracks([track] if track else [])
        return await self._invited(await self._events.teams.add(event_id, named("name", name), track, (), seed))

    async def list_teams(self, who: Principal, event_id: str) -> list[Team]:
        """All teams of an event by name, also those that withdrew."""
        await self._events.allowed(who, Verb.TEAM_LIST, event_id)
        return sorted(await self._events.teams.listed(event_id), key=lambda team: team.name.casefold())

    async def page_teams(
        self, who: Principal, event_id: str, cursor: str | None, limit: int
    ) -> tuple[list[Team], str | None]:
        """Some teams of an event, newest first, also those that withdrew, and the cursor of the next ones."""
        await self._events.allowed(who, Verb.TEAM_LIST, event_id)
        return await self._events.teams.page(event_id, cursor, limit)

    async def team(self, who: Principal, event_id: str, team_id: str) -> Team:
        """The team."""
        await self._events.allowed(who, Verb.TEAM_READ, event_id, team_id=team_id)
        return await self._events.teams.get(event_id, team_id)

    async def update_team(
        self, who: Principal, event_id: str, team_id: str, update: dict[str, Any], revision: int | None = None
    ) -> Team:
        """Change ``name``, ``track`` or ``members``."""
        event = await self._events.allowed(who, Verb.TEAM_UPDATE, event_id, team_id=team_id)
        event.check_tracks([update["track"]] if update.get("track") else [])
        return await self._events.teams.update(event_id, team_id, _with_name(update), revision)

    async def withdraw_team(self, who: Principal, event_id: str, team_id: str, *, withdrawn: bool = True) -> Team:
        """Take a team out of the running; the organizer can take it back in."""
        verb = Verb.TEAM_WITHDRAW if withdrawn else Verb.TEAM_UPDATE
        await self._events.allowed(who, verb, event_id, team_id=team_id)
        return await self._events.teams.withdraw(event_id, team_id, withdrawn=withdrawn)

    async def invite_team(self, who: Principal, event_id: str, team_id: str) -> Invited[Team]:
        """A new link for a team. The old one, and everybody who signed in with it, is out."""
        await self._events.allowed(who, Verb.TEAM_INVITE, event_id, team_id=team_id)
        return await self._invited(await self._events.teams.new_round(event_id, team_id))

    async def team_link(self, who: Principal, event_id: str, team_id: str) -> Invited[Team]:
        """A team's link as it is, for a printed sheet."""
        await self._events.allowed(who, Verb.TEAM_INVITE, event_id, team_id=team_id)
        return await self._invited(await self._events.teams.get(event_id, team_id))

    # Judges

    async def add_judge(
        self, who: Principal, event_id: str, name: str, seed: bytes | None = None, **more: Any
    ) -> Invited[Judge]:
        """A new judge and the link. ``more`` are other fields of the model."""
        event = await self._events.allowed(who, Verb.JUDGE_CREATE, event_id)
        event.check_tracks(more.get("tracks", ()))
        return await self._invited(await self._events.judges.add(event_id, named("name", name), seed, **more))

    async def list_judges(self, who: Principal, event_id: str) -> list[Judge]:
        """All judges of an event by name, but for those who were removed."""
        await self._events.allowed(who, Verb.JUDGE_LIST, event_id)
        found = [judge for judge in await self._events.judges.listed(event_id) if judge.removed_at is None]
        return sorted(found, key=lambda judge: judge.name.casefold())

    async def judge(self, who: Principal, event_id: str, judge_id: str) -> Judge:
        """The judge."""
        await self._events.allowed(who, Verb.JUDGE_READ, event_id, judge_id=judge_id)
        return await self._events.judges.get(event_id, judge_id)

    async def update_judge(
        self, who: Principal, event_id: str, judge_id: str, update: dict[str, Any], revision: int | None = None
    ) -> Judge:
        """Change what is known of a judge; conflicts of interest have a verb of their own."""
        event = await self._events.allowed(who, Verb.JUDGE_UPDATE, event_id, judge_id=judge_id)
        event.check_tracks(update.get("tracks", ()))
        update = _with_name(update)
        return await self._events.judges.update(
            event_id, judge_id, lambda judge: judge.model_copy(update=update), revision=revision
        )

    async def declare_conflict(
        self, who: Principal, event_id: str, judge_id: str, team_id: str, *, conflict: bool = True
    ) -> Judge:
        """Say that a judge should not hear a team, or take it back. A judge says so of themselves.

        Raises:
            Conflict: ``organizers_conflict``: a judge does not take back what an organizer said.
        """
        await self._events.allowed(who, Verb.CONFLICT_DECLARE, event_id, judge_id=judge_id)
        team = await self._events.teams.get(event_id, team_id)
        organizer = who.role is Role.ORGANIZER

        def declared(judge: Judge) -> Judge:
            if conflict:
                return judge.apart_from(team.team_id, imposed=organizer)
            if team.team_id in judge.imposed and not organizer:
                message = "An organizer declared this conflict of interest. Ask them if it is a mistake."
                raise Conflict("organizers_conflict", message)
            return judge.together_with(team.team_id)

        fact = "conflict_declared" if conflict else "conflict_withdrawn"
        told = {"team": team.name, "team_id": team.team_id}
        return await self._events.judges.update(event_id, judge_id, declared, fact=fact, told=told)

    async def remove_judge(self, who: Principal, event_id: str, judge_id: str) -> Judge:
        """Take a judge off the panel."""
        await self._events.allowed(who, Verb.JUDGE_REMOVE, event_id, judge_id=judge_id)
        return await self._events.judges.remove(event_id, judge_id)

    async def invite_judge(self, who: Principal, event_id: str, judge_id: str) -> Invited[Judge]:
        """A new link for a judge. The old one, and every sign-in with it, is out; one who was removed is back."""
        await self._events.allowed(who, Verb.JUDGE_INVITE, event_id, judge_id=judge_id)
        return await self._invited(await self._events.judges.new_round(event_id, judge_id))

    async def judge_link(self, who: Principal, event_id: str, judge_id: str) -> Invited[Judge]:
        """A judge's link as it is, for a printed sheet.

        Raises:
            Conflict: ``judge_removed``.
        """
        await self._events.allowed(who, Verb.JUDGE_INVITE, event_id, judge_id=judge_id)
        judge = await self._events.judges.get(event_id, judge_id)
        if judge.removed_at:
            raise Conflict("judge_removed", "This judge was taken off the panel. Invite them anew.")
        return await self._invited(judge)

    async def links(self, who: Principal, event_id: str) -> tuple[list[Invited[Team]], list[Invited[Judge]]]:
        """The links of all teams and judges who are in, for the printed sheet."""
        await self._events.allowed(who, Verb.TEAM_INVITE, event_id)
        teams = [team for team in await self.list_teams(who, event_id) if team.withdrawn_at is None]
        judges = await self.list_judges(who, event_id)
        return [await self._invited(team) for team in teams], [await self._invited(judge) for judge in judges]

    # Organizers

    async def list_organizers(self, who: Principal) -> list[Organizer]:
        """All who run events here."""
        require(who, Verb.ORGANIZER_INVITE, Target())
        return [found for found in await self._access.organizers.listed() if found.removed_at is None]

    async def add_organizer(self, who: Principal, name: str, seed: bytes | None = None) -> Invited[Organizer]:
        """Somebody else who runs events, and a link that lets them in once."""
        require(who, Verb.ORGANIZER_INVITE, Target())
        organizer = await self._access.organizers.add(named("name", name), seed)
        await self.log.note("organizer_invited", organizer.organizer_id, data={"name": name})
        token = await self._access.sign_in_link(organizer.organizer_id)
        return Invited(organizer, token, f"{self._public_url}/sign-in?token={token}")

    async def end_organizer(self, who: Principal, organizer_id: str, *, removed: bool) -> Organizer:
        """End every sign-in of an organizer and, where ``removed``, the right to come back."""
        require(who, Verb.ORGANIZER_INVITE, Target())
        ended = await self._access.organizers.end(organizer_id, removed=removed)
        await self.log.note("organizer_removed" if removed else "organizer_signed_out", organizer_id)
        return ended

    # Inside

    async def _invited(self, somebody: Guest) -> Invited[Guest]:
        token = await self._access.invitation(somebody.principal)
        return Invited(somebody, token, f"{self._public_url}/join?token={token}")


def _with_name(update: dict[str, Any]) -> dict[str, Any]:
    """The update with its name, if it has one, as names are kept: doors may forget to look."""
    return update | {"name": named("name", update["name"])} if "name" in update else update
