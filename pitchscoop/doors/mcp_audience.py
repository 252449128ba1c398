"""MCP tools for the audience's vote."""

from typing import Annotated

from pydantic import Field

from pitchscoop.doors import audience
from pitchscoop.doors.mcp_calls import Calls, EventId, Tool, told
from pitchscoop.voting.service import MOST_BALLOTS


class AudienceTools(Calls):
    """Each tool is a verb of REST under the same name."""

    async def get(self, event_id: EventId) -> audience.AudienceDetails:
        """The audience's votes, apart from the standings; hidden before publication, but for organizers."""
        return audience.audience_details(await told(self._engine.audience.result(self._who, event_id)))

    async def get_vote(self, event_id: EventId) -> audience.VoteDetails:
        """What the ballot whose token you were given can pick, and what it picks."""
        return audience.vote_details(await told(self._engine.audience.paper(self._who, event_id)))

    async def vote(
        self,
        event_id: EventId,
        session_id: Annotated[
            str | None, Field(max_length=64, description="One of get_vote's choices; null takes the vote back.")
        ],
    ) -> audience.Picked:
        """Vote with the ballot whose token you were given. It is a person's vote: ask them."""
        await told(self._engine.audience.cast(self._who, event_id, session_id))
        return audience.Picked(event_id=event_id, session_id=session_id)

    async def make_ballots(
        self, event_id: EventId, count: Annotated[int, Field(ge=1, le=MOST_BALLOTS)]
    ) -> audience.BallotList:
        """Make ballots and their links, each of which votes once. They are shown here and nowhere else."""
        return audience.ballot_list(await told(self._engine.audience.make_ballots(self._who, event_id, count)))

    @property
    def tools(self) -> list[Tool]:
        """All of them."""
        return [
            Tool(self.get, "Get the audience's votes", reads=True),
            Tool(self.get_vote, "Get a ballot", reads=True),
            Tool(self.vote, "Vote"),
            Tool(self.make_ballots, "Make ballots", repeatable=False),
        ]
