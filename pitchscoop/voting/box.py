"""Votes as state has them: a row a ballot. They have no facts: the log would tell when each of thousands was cast."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence

from pitchscoop.events.model import Event
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import micros
from pitchscoop.kernel.errors import StaleWrite
from pitchscoop.kernel.state import Put, Seen, State
from pitchscoop.kernel.table import Table
from pitchscoop.voting.model import Vote, counts

_AT_ONCE = 200  # rows read, or written in one commit
_KINDS = {"made": True, "taken": False}


class Box:
    """The votes of all events."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def find(self, event_id: str, ballot: str) -> Vote | None:
        """What a ballot picks."""
        return await self._votes(event_id).find(keys.vote(event_id, keys.ballot(ballot)))

    async def put(self, event_id: str, vote: Vote, seen: Sequence[Seen]) -> None:
        """Have a ballot pick this; its ``revision`` is that of the vote before.

        Raises:
            StaleWrite: the vote, or what was ``seen``, was changed meanwhile.
        """
        await self._state.commit(event_id, [self._put(event_id, vote)], seen=seen)

    async def take_out(self, event_id: str, vote: Vote, seen: Sequence[Seen] = ()) -> None:
        """Have a ballot pick nothing.

        Raises:
            StaleWrite: as with ``put``.
        """
        await self._state.commit(event_id, [Put(keys.vote(event_id, vote.ballot), vote.revision, None)], seen=seen)

    async def size(self, event_id: str) -> int:
        """How many votes there are, whether they count or not."""
        return await self._state.count(keys.votes_index(event_id))

    async def counts(self, event: Event, session_ids: Sequence[str]) -> Counter[str]:
        """How many votes that count each of these pitches has, by session; in one question to state."""
        kinds = [kind for kind, made in _KINDS.items() if counts(event.settings.audience_vote, made=made)]
        wanted = [(kind, session_id) for kind in kinds for session_id in session_ids]
        if not wanted:
            return Counter()
        found = await self._state.counts([keys.votes_index(event.event_id, *facet) for facet in wanted])
        totals = Counter[str]()
        for (_, session_id), number in zip(wanted, found, strict=True):
            totals[session_id] += number
        return totals

    async def pages(self, event_id: str) -> AsyncIterator[list[Vote]]:
        """All votes, the one cast last first, some at a time."""
        cursor: str | None = None
        while True:
            found, cursor = await self._votes(event_id).page(keys.votes_index(event_id), cursor, _AT_ONCE)
            yield found
            if cursor is None:
                return

    async def put_back(self, event_id: str, votes: Sequence[Vote]) -> None:
        """Add those whose ballots have none here. It may be cut short anywhere and done again."""
        for start in range(0, len(votes), _AT_ONCE):
            part = votes[start : start + _AT_ONCE]
            there = [await self._state.read(keys.vote(event_id, vote.ballot)) is not None for vote in part]
            puts = [self._put(event_id, vote) for vote, known in zip(part, there, strict=True) if not known]
            await self._state.commit(event_id, puts)

    async def empty(self, event_id: str, session_id: str) -> None:
        """Remove the votes for a pitch that is being deleted: nobody can vote for it any more."""
        for kind in _KINDS:
            facet = (kind, session_id)
            while found := await self._first(event_id, facet):
                puts = [Put(keys.vote(event_id, vote.ballot), vote.revision, None) for vote in found]
                with contextlib.suppress(StaleWrite):  # one of them picks another pitch by now
                    await self._state.commit(event_id, puts)

    async def _first(self, event_id: str, facet: Iterable[str]) -> list[Vote]:
        found, _ = await self._votes(event_id).page(keys.votes_index(event_id, *facet), None, _AT_ONCE)
        return found

    def _votes(self, event_id: str) -> Table[Vote]:
        return Table(self._state, Vote, lambda vote: places(event_id, vote))

    def _put(self, event_id: str, vote: Vote) -> Put:
        return self._votes(event_id).put(keys.vote(event_id, vote.ballot), vote, vote.revision)


def places(event_id: str, vote: Vote) -> dict[str, int]:
    """The indexes that a vote stands in."""
    kind = "made" if vote.made else "taken"
    facets = ((), (kind, vote.session_id))
    return {keys.votes_index(event_id, *facet): micros(vote.voted_at) for facet in facets}
