"""A final round over REST: finalists, what judges say of each two, and the result beside the leaderboard."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import MORE_WITH_TOKEN, PROBLEMS
from pitchscoop.doors.events import Revision
from pitchscoop.doors.idempotency import IdempotentRoute
from pitchscoop.doors.standings import result_details
from pitchscoop.engine import Engine
from pitchscoop.events.plans import MOST_FINALISTS
from pitchscoop.kernel.stages import Stage
from pitchscoop.scoring.rounds import FinalRound

router = APIRouter(
    prefix="/api/v1/events/{event_id}/final", route_class=IdempotentRoute, responses=PROBLEMS, tags=["standings"]
)

SessionId = Annotated[str, Field(max_length=64)]
SessionIds = Annotated[
    list[SessionId],
    Field(max_length=4 * MOST_FINALISTS, description="2 to 12 finished pitches; none ends the final round."),
]
Discard = Annotated[bool, Field(description="Let go of comparisons of pitches that are no finalists any more.")]


class PlacedFinalist(BaseModel):
    """A finalist in its place. ``rank`` and ``strength`` (log odds) are null where comparisons cannot tell yet.

    It was ``compared`` so often with others, of which it ``won`` some. ``p_over_next`` is the probability that a judge
    prefers it to the one below.
    """

    rank: int | None
    session_id: str
    team_id: str | None
    team_name: str
    pitch_title: str
    strength: float | None
    won: int
    compared: int
    p_over_next: float | None
    page_url: str


class FinalResultDetails(BaseModel):
    """What a final round has come to; it changes no standings. ``settled``: comparisons tell an order.

    ``words`` say it, or what is missing. ``comparisons`` counts those that count, ``judges`` who made them.
    """

    settled: bool
    words: str
    comparisons: int
    judges: int
    places: list[PlacedFinalist]


class FinalistDetails(BaseModel):
    """A pitch in the final round. ``duration`` is in seconds."""

    session_id: str
    team_id: str | None
    team_name: str
    pitch_title: str
    track: str | None
    duration: float | None


class OwnComparison(BaseModel):
    """What a judge said of two pitches, by the ids of their sessions, and when."""

    better: str
    worse: str
    at: dt.datetime


class FinalDetails(BaseModel):
    """A final round as far as it is for whoever asks; empty where it is not (``hidden``).

    ``finalists`` are those still in it and, for a judge, those they may hear; ``pairs`` is how many two of them a judge
    compares, ``answers`` what they said, ``next`` the two they are asked about now. ``takes``: comparisons are taken
    now. ``revision`` is for organizers, ``result`` for whoever may see the standings; null where there is none.
    """

    event_id: str
    stage: Stage
    hidden: bool
    takes: bool
    revision: int | None
    finalists: list[FinalistDetails]
    pairs: int
    answers: list[OwnComparison]
    next: list[str] | None
    result: FinalResultDetails | None


class Finalists(BaseModel):
    """``PUT /events/{event_id}/final``: who is in it, by the ids of their sessions."""

    model_config = ConfigDict(extra="forbid", strict=True)

    session_ids: SessionIds
    revision: Revision = None
    discard: Discard = False


class NewComparison(BaseModel):
    """``PUT /events/{event_id}/final/comparisons``: which of two pitches is the better."""

    model_config = ConfigDict(extra="forbid", strict=True)

    better: SessionId
    worse: SessionId


@router.get("", openapi_extra=MORE_WITH_TOKEN)
async def get_final(event_id: str, who: Caller, engine: TheEngine) -> FinalDetails:
    """The final round: for a judge what they compare and have said, for all who may see the standings the result."""
    return final_details(engine, await engine.finals.read(who, event_id))


@router.put("")
async def name_finalists(event_id: str, named: Finalists, who: Caller, engine: TheEngine) -> FinalDetails:
    """Say who is in the final round. What judges said of those who stay is kept; nobody ends it."""
    naming = engine.finals.name(who, event_id, named.session_ids, named.revision, discard=named.discard)
    return final_details(engine, await naming)


@router.put("/comparisons")
async def compare_finalists(
    event_id: str,
    new: NewComparison,
    who: Caller,
    engine: TheEngine,
    judge: Annotated[
        str | None, Query(max_length=64, description="Who says so: 403 other_judge for anybody else.")
    ] = None,
) -> FinalDetails:
    """Say as a judge which of two finalists is the better. It takes the place of what one said of them before."""
    return final_details(engine, await engine.finals.compare(who, event_id, new.better, new.worse, judge))


def final_details(engine: Engine, found: FinalRound) -> FinalDetails:
    """As REST and MCP give it."""
    return FinalDetails(
        event_id=found.event.event_id,
        stage=found.event.stage,
        hidden=found.hidden,
        takes=found.takes,
        revision=found.version,
        finalists=[
            FinalistDetails(
                session_id=one.session.session_id,
                team_id=one.session.team_id,
                team_name=one.pitch.team_name,
                pitch_title=one.session.pitch_title,
                track=one.pitch.track,
                duration=one.session.duration,
            )
            for one in found.finalists
        ],
        pairs=len(found.pairs),
        answers=[OwnComparison(better=one.better, worse=one.worse, at=one.at) for one in found.answers],
        next=list(found.next) if found.next else None,
        result=FinalResultDetails.model_validate(result_details(engine.page_url_of, found.result))
        if found.result
        else None,
    )
