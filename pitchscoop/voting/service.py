"""The verbs of the audience's vote. Each asks the permission table first; judges and standings know nothing of it."""

import asyncio
import random
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from pitchscoop.access.addresses import Pace
from pitchscoop.access.model import ANYBODY, Principal, Target, Verb, may
from pitchscoop.access.service import Access
from pitchscoop.events.model import Event
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict, NotFound, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.stages import OUT
from pitchscoop.kernel.state import Seen, State
from pitchscoop.recordings import overview
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.service import Sessions
from pitchscoop.voting.box import Box
from pitchscoop.voting.model import Vote, counts, is_made, new_ballot, newest, polled, team_of

MOST_BALLOTS = 500
"""Made at a time: as many codes as one page can still be printed from."""
_MOST_VOTES = 50_000  # of an event: far more than a hall holds, and what one export can still bring
_TAKE_AT_ONCE = 1000  # ballots from one address: a hall behind one, all of which open the page in the same minute
_TAKE_EVERY = 2.0  # seconds until the next one may
_ATTEMPTS = 50  # a vote is decided on rows that others change: its own, of a browser with two tabs, and its pitch
_HELD = 64  # events of which the pitches are held at once: of a thousand some hundred kB each


@dataclass(frozen=True, slots=True)
class Choice:
    """A pitch that can be voted for. ``created`` is in milliseconds."""

    session_id: str
    team_id: str | None
    team_name: str
    pitch_title: str
    track: str | None
    created: int


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot that an organizer made. ``token`` is what its link carries; both are shown once."""

    token: str
    url: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What a ballot can pick, by name of the team, and what it picks (None: nothing). ``open``: it can be changed."""

    event: Event
    choices: Sequence[Choice]
    pick: Choice | None
    open: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What the votes come to: rank, pitch and votes, most first. ``hidden``: it is not for whoever asks, not now."""

    event: Event
    hidden: bool
    rows: Sequence[tuple[int, Choice, int]] = ()

    @property
    def voters(self) -> int:
        """Ballots whose pick counts."""
        return sum(votes for _, _, votes in self.rows)


class _Held:
    """The pitches of an event as of a position of its fact log, and their votes as they were counted last."""

    def __init__(self) -> None:
        self.position: str | None = None
        self.pitches: tuple[Choice, ...] = ()
        self.votes = Counter[str]()
        self.counted_since = -1.0
        self.counted_as = -1  # revision of the event
        self.reading = asyncio.Lock()
        self.counting = asyncio.Lock()


class Audience:
    """The vote in all events."""

    def __init__(
        self, state: State, access: Access, events: Events, sessions: Sessions, public_url: str, clock: Clock
    ) -> None:
        self._state = state
        self._access = access
        self._events = events
        self._sessions = sessions
        self._public_url = public_url
        self._clock = clock
        self._box = Box(state)
        self._taking = Pace(_TAKE_AT_ONCE, _TAKE_EVERY, "new ballots")
        self._held: OrderedDict[str, _Held] = OrderedDict()

    # Ballots

    async def make_ballots(
        self, who: Principal, event_id: str, count: int, seed: bytes | None = None
    ) -> Sequence[Ballot]:
        """New ballots and their links. They are shown here and nowhere else; the same secret ``seed`` makes them again.

        Raises:
            Conflict: ``no_vote``: the event has no vote.
        """
        event = await self._events.allowed(who, Verb.BALLOT_MAKE, event_id)
        _require_vote(event)
        seeds = [b"%b/%d" % (seed, number) if seed else None for number in range(count)]
        made = [new_ballot(made=True, seed=one) for one in seeds]
        fact = Fact("ballots_made", event_id, event_id, self._clock().isoformat(), {"count": count})
        await self._state.commit(event_id, [], [fact])
        return [self._ballot(event_id, ballot) for ballot in made]

    async def take_ballot(self, event_id: str, address: str) -> str:
        """A ballot for somebody at a network address, where everybody may vote: its token.

        Raises:
            SlowDown: too many were taken from this address.
        """
        await self._events.allowed(ANYBODY, Verb.BALLOT_TAKE, event_id)
        self._taking.take(address)
        return self._access.ballot_token(event_id, new_ballot(made=False))

    def page_url(self, event_id: str) -> str:
        """Where people vote."""
        return f"{self._public_url}/events/{event_id}/vote"

    def is_counted(self, who: Principal, event: Event) -> bool:
        """Whether they have a ballot that counts in this event."""
        ours = who.ballot is not None and who.event_id == event.event_id
        return ours and counts(event.settings.audience_vote, made=is_made(who.ballot or ""))

    # Voting

    async def paper(self, who: Principal, event_id: str) -> Paper:
        """What can be picked, and what this ballot picks.

        Raises:
            Conflict: ``no_vote``, or ``ballot_does_not_count``.
        """
        event = await self._events.allowed(who, Verb.VOTE_READ, event_id)
        self._require_ballot(who, event)
        held = await self._followed(event_id)
        choices = newest(held.pitches)
        vote = await self._box.find(event_id, who.ballot or "")
        picked = next((one for one in held.pitches if vote and one.session_id == vote.session_id), None)
        target = Target(event_id=event_id, stage=event.stage)
        return Paper(
            event,
            sorted(choices.values(), key=lambda one: (one.team_name.casefold(), one.session_id)),
            choices[team_of(picked)] if picked else None,
            may(who, Verb.VOTE_CAST, target),
        )

    async def cast(self, who: Principal, event_id: str, session_id: str | None) -> None:
        """Have a ballot pick a pitch instead of what it picked before; None takes the vote back.

        Raises:
            Conflict: ``wrong_stage``, ``no_vote``, ``ballot_does_not_count``, ``team_withdrew``, ``not_heard_yet``, or
                ``too_many_votes``.
            NotFound: ``no_such_session`` in this event.
        """
        for attempt in range(_ATTEMPTS):
            event = await self._events.allowed(who, Verb.VOTE_CAST, event_id)
            self._require_ballot(who, event)
            seen = [Seen(keys.event(event_id), event.revision)]
            before = await self._box.find(event_id, who.ballot or "")
            try:
                if session_id is not None:
                    await self._pick(who, event, session_id, before, seen)
                elif before is not None:
                    await self._box.take_out(event_id, before, seen)
            except StaleWrite:
                await asyncio.sleep(random.random() * 0.01 * attempt)  # noqa: S311  it spreads, it hides nothing
                continue
            return
        raise Unavailable("state_unavailable", "Too many changes at once. Try again in a few seconds.")

    async def _pick(self, who: Principal, event: Event, session_id: str, before: Vote | None, seen: list[Seen]) -> None:
        """All that was looked at must still be so when it is written: no vote outlives its pitch, or the vote's end."""
        ballot = who.ballot or ""
        seen += await self._votable(event, session_id)
        if before is not None and before.session_id == session_id:
            return
        if before is None and not is_made(ballot) and await self._box.size(event.event_id) >= _MOST_VOTES:
            raise Conflict("too_many_votes", f"{_MOST_VOTES} votes were cast in this event, and no more are taken.")
        vote = Vote(
            ballot=keys.ballot(ballot),
            session_id=session_id,
            made=is_made(ballot),
            voted_at=self._clock(),
            revision=before.revision if before else 0,
        )
        await self._box.put(event.event_id, vote, seen)

    async def _votable(self, event: Event, session_id: str) -> list[Seen]:
        """Pass if this pitch can be voted for; what must still be so then."""
        session, at = await self._sessions.seen(session_id)
        if session.event_id != event.event_id:
            raise NotFound("no_such_session", "There is no such pitch in this event. Choose one of the list.")
        if session.status != "completed":
            raise Conflict("not_heard_yet", "This pitch is not finished yet. Vote for it when it is.")
        return [at, *await self._taking_part(session)]

    async def _taking_part(self, session: Session) -> list[Seen]:
        if session.team_id is None:
            return []
        team = await self._events.teams.get(session.event_id, session.team_id)
        if team.withdrawn_at is not None:
            raise Conflict("team_withdrew", f"{team.name} has withdrawn. Choose another team.")
        return [Seen(keys.team(session.event_id, team.team_id), team.revision)]

    # What they come to

    async def result(self, who: Principal, event_id: str) -> Result:
        """The votes as they are now, as far as they are for ``who``. Everybody is told that there are some to come."""
        event = await self._events.get(event_id)
        target = Target(event_id=event_id, stage=event.stage, offered=True)
        if not any(may(one, Verb.AUDIENCE_READ, target) for one in (who, ANYBODY)):
            return Result(event, hidden=True)
        held = await self._followed(event_id)
        return Result(event, hidden=False, rows=polled(held.pitches, await self._counted(held, event)))

    async def _counted(self, held: _Held, event: Event) -> Counter[str]:
        """Counted after the call began; once results are out, when no vote changes, once for the whole hall."""
        now = asyncio.get_running_loop().time
        asked = -1.0 if event.stage in OUT else now()
        async with held.counting:
            if held.counted_since <= asked or held.counted_as != event.revision:
                held.counted_since, held.counted_as = now(), event.revision
                held.votes = await self._box.counts(event, [one.session_id for one in held.pitches])
            return held.votes

    async def _followed(self, event_id: str) -> _Held:
        """What is held of an event, read anew where something happened in it. Votes are no facts: they cost nothing."""
        held = self._held.setdefault(event_id, _Held())
        self._held.move_to_end(event_id)
        if len(self._held) > _HELD:
            self._held.popitem(last=False)
        async with held.reading:
            last = await self._state.last_fact(event_id)
            position = last.position if last else ""
            if position != held.position:
                held.pitches = await self._pitches(event_id)
                held.position, held.counted_since = position, -1.0
        return held

    async def _pitches(self, event_id: str) -> tuple[Choice, ...]:
        """All finished pitches, but for those of teams that withdrew."""
        teams = {team.team_id: team for team in await self._events.teams.listed(event_id)}
        gone = {team.team_id for team in teams.values() if team.withdrawn_at is not None}
        found: list[Choice] = []
        async for page in overview.glances(self._state, event_id):
            for one in page:
                if one.status != "completed" or one.team_id in gone:
                    continue
                team = teams.get(one.team_id or "")
                name, track = (team.name, team.track) if team else (one.team_name, None)
                found.append(Choice(one.session_id, one.team_id, name, one.pitch_title, track, one.created))
        return tuple(found)

    def _require_ballot(self, who: Principal, event: Event) -> None:
        _require_vote(event)
        if not self.is_counted(who, event):
            raise Conflict(
                "ballot_does_not_count", "Only links from the organizer count in this event. Ask for one at the desk."
            )

    def _ballot(self, event_id: str, ballot: str) -> Ballot:
        token = self._access.ballot_token(event_id, ballot)
        return Ballot(token, f"{self.page_url(event_id)}?ballot={token.partition(f'.{event_id}.')[2]}")


def _require_vote(event: Event) -> None:
    if event.settings.audience_vote == "off":
        raise Conflict("no_vote", "This event has no vote of the audience. An organizer can switch it on.")
