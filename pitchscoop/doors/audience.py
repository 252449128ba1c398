"""The audience's vote over REST: ballots, what one picks, and what all of them come to."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request

from pitchscoop.access.model import ANYBODY, Principal
from pitchscoop.doors.auth import (
    Caller,
    TheEngine,
    ballot_in,
    bearer,
    engine_of,
    identified,
    principal_of,
    require_our_pages,
)
from pitchscoop.doors.described import MORE_WITH_TOKEN, PROBLEMS
from pitchscoop.doors.events import Input
from pitchscoop.doors.idempotency import IdempotentRoute, Seed
from pitchscoop.doors.leaderboard import AsPublic
from pitchscoop.events.model import AudienceVote
from pitchscoop.kernel.stages import Stage
from pitchscoop.voting.service import MOST_BALLOTS, Ballot, Choice, Paper, Result

router = APIRouter(
    prefix="/api/v1/events/{event_id}", route_class=IdempotentRoute, responses=PROBLEMS, tags=["audience"]
)

_SAFE = ("GET", "HEAD")


class NewBallots(Input):
    """``POST /events/{event_id}/ballots``."""

    count: int = Field(ge=1, le=MOST_BALLOTS)


class BallotDetails(BaseModel):
    """A ballot: whoever has the link votes once. It is shown here and nowhere else."""

    token: str
    vote_url: str


class BallotList(BaseModel):
    """Ballots that were made just now."""

    ballots: list[BallotDetails]


class Pick(Input):
    """``PUT /events/{event_id}/vote``."""

    session_id: str | None = Field(max_length=64, description="null takes the vote back.")


class Picked(BaseModel):
    """What a ballot picks now; null: nothing."""

    event_id: str
    session_id: str | None


class ChoiceDetails(BaseModel):
    """A pitch that can be voted for."""

    session_id: str
    team_id: str | None
    team_name: str
    pitch_title: str
    track: str | None


class VoteDetails(BaseModel):
    """What a ballot can pick, by name of the team, and what it picks (``session_id``; null: nothing yet).

    A team that has several pitches stands once, with its newest. ``open``: the vote can be cast and changed.
    """

    event_id: str
    stage: Stage
    open: bool
    session_id: str | None
    choices: list[ChoiceDetails]


class AudienceRow(ChoiceDetails):
    """A team that has votes. As many votes are the same rank."""

    rank: int
    votes: int


class AudienceDetails(BaseModel):
    """What the audience's votes come to, most first; nothing while it is ``hidden`` from whoever asks.

    ``voters`` counts the ballots whose pick counts. It is apart from the standings, and no part of any score.
    """

    event_id: str
    stage: Stage
    audience_vote: AudienceVote
    hidden: bool
    voters: int | None
    results: list[AudienceRow]


async def voter_of(request: Request) -> Principal:
    """Whoever brings a ballot: as a token or, from our own pages, as the event's cookie. Else whoever asks."""
    cookie = ballot_in(request)
    if cookie is None or bearer(request):
        return await principal_of(request)
    if request.method not in _SAFE:
        require_our_pages(request)
    return await identified(request, engine_of(request), cookie)


Voter = Annotated[Principal, Depends(voter_of)]


@router.post("/ballots", status_code=201)
async def make_ballots(event_id: str, new: NewBallots, who: Caller, engine: TheEngine, seed: Seed) -> BallotList:
    """Make ballots and their links, to be printed or sent. They count wherever the event has a vote."""
    return ballot_list(await engine.audience.make_ballots(who, event_id, new.count, seed))


@router.get("/vote")
async def get_vote(event_id: str, who: Voter, engine: TheEngine) -> VoteDetails:
    """What this ballot can pick, and what it picks. The token is a ballot's."""
    return vote_details(await engine.audience.paper(who, event_id))


@router.put("/vote")
async def vote(event_id: str, pick: Pick, who: Voter, engine: TheEngine) -> Picked:
    """Vote for a pitch instead of what was picked before, until results are told. The token is a ballot's."""
    await engine.audience.cast(who, event_id, pick.session_id)
    return Picked(event_id=event_id, session_id=pick.session_id)


@router.get("/audience", openapi_extra=MORE_WITH_TOKEN)
async def get_audience(
    event_id: str,
    who: Caller,
    engine: TheEngine,
    public: AsPublic = False,  # noqa: FBT002  a query parameter
) -> AudienceDetails:
    """The audience's votes. Before publication only organizers see any; all others are told the stage."""
    return audience_details(await engine.audience.result(ANYBODY if public else who, event_id))


def ballot_list(made: Sequence[Ballot]) -> BallotList:
    """Ballots as REST and MCP give them."""
    return BallotList(ballots=[BallotDetails(token=ballot.token, vote_url=ballot.url) for ballot in made])


def vote_details(paper: Paper) -> VoteDetails:
    """A ballot as REST and MCP give it."""
    return VoteDetails(
        event_id=paper.event.event_id,
        stage=paper.event.stage,
        open=paper.open,
        session_id=paper.pick.session_id if paper.pick else None,
        choices=[ChoiceDetails(**_told(choice)) for choice in paper.choices],
    )


def audience_details(result: Result) -> AudienceDetails:
    """Votes as REST and MCP give them."""
    event = result.event
    return AudienceDetails(
        event_id=event.event_id,
        stage=event.stage,
        audience_vote=event.settings.audience_vote,
        hidden=result.hidden,
        voters=None if result.hidden else result.voters,
        results=[AudienceRow(**_told(pitch), rank=rank, votes=votes) for rank, pitch, votes in result.rows],
    )


def _told(choice: Choice) -> dict[str, Any]:
    return {name: getattr(choice, name) for name in ChoiceDetails.model_fields}
