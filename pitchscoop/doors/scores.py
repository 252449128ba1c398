"""Scorecards over REST (design.md 2.3)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from starlette.requests import Request

from pitchscoop.access.model import Principal, Role
from pitchscoop.doors import bodies
from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.doors.events import EventDetails, Revision, event_details
from pitchscoop.doors.idempotency import IdempotentRoute
from pitchscoop.engine import Engine
from pitchscoop.events.rubrics import Criterion
from pitchscoop.organizing.judging import JudgesPitches
from pitchscoop.scoring.model import Mark, Saved, Scorecard
from pitchscoop.scoring.rounds import FinalRound

router = APIRouter(prefix="/api/v1", route_class=IdempotentRoute, responses=PROBLEMS, tags=["scores"])

Score = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "null"}]})]
"""Looked at by the core, which says what the criterion's scale is."""
Scores = Annotated[dict[str, Score], Field(max_length=100, description="By criterion id; null takes a score back.")]


spoken = APIRouter(prefix="/api/v1", responses=PROBLEMS, tags=["scores"])
"""What changes nothing takes no ``Idempotency-Key``; its body is no form of ours, and counted as it comes."""

_SOUND = {"required": True, "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}
_WHOSE = "Whose pitches, for an organizer; 403 other_judge for a judge who is somebody else."


class NewScores(BaseModel):
    """``PUT /sessions/{session_id}/scores``: what is left out stays, single scores included."""

    model_config = ConfigDict(extra="forbid")

    scores: Scores = Field(default_factory=dict)
    comment: str = ""
    mark: Mark | None = Field(default=None, description="skip: not scored. again: to be heard once more.")
    revision: Revision = None


class CardList(BaseModel):
    """All cards of a session."""

    cards: list[Scorecard]


class History(BaseModel):
    """What was saved of a card, newest first, at most a hundred."""

    versions: list[Saved]


class DictatedText(BaseModel):
    """What was said, empty where nothing was; ``language`` is an ISO 639-1 code, null where nobody knows."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    language: str | None


class PitchToScore(BaseModel):
    """A pitch that a judge hears, and their own card of it. ``duration`` is in seconds."""

    session_id: str
    team_id: str | None
    team_name: str
    pitch_title: str
    track: str | None
    duration: float | None
    status: str
    has_audio: bool
    card: Scorecard | None


class FinalProgress(BaseModel):
    """How far a judge is with the final round: how many pairs there are for them, and how many they have compared.

    ``takes``: comparisons are taken now.
    """

    pairs: int
    compared: int
    takes: bool


class JudgingDetails(BaseModel):
    """What a judge has before them. ``criteria`` are by the track of a pitch, for those of none under an empty name.

    ``assigned``: somebody said who hears whom; else these are all pitches that the judge may hear. ``final`` is null
    where there is no final round, or nothing in it for this judge.
    """

    event: EventDetails
    criteria: dict[str, list[Criterion]]
    pitches: list[PitchToScore]
    assigned: bool
    final: FinalProgress | None


@router.put("/sessions/{session_id}/scores")
async def save_scores(
    session_id: str,
    new: NewScores,
    who: Caller,
    engine: TheEngine,
    judge: Annotated[
        str | None, Query(max_length=64, description="Whose card it is: 403 other_judge for anybody else.")
    ] = None,
) -> Scorecard:
    """Save one's scores, comment and mark as a judge. The same again is harmless, also with an old ``revision``.

    A card that lacks a criterion is a draft: it is kept, and does not count.
    """
    update = new.model_dump(exclude_unset=True, exclude={"revision"})
    return await engine.cards.save(who, session_id, update, new.revision, judge)


@router.get("/sessions/{session_id}/scores")
async def get_scores(session_id: str, who: Caller, engine: TheEngine) -> Scorecard | CardList:
    """A judge's own card; for an organizer all cards, as ``cards``."""
    return await scores_of(engine, who, session_id)


@router.get("/sessions/{session_id}/scores/history")
async def get_history(
    session_id: str,
    who: Caller,
    engine: TheEngine,
    judge: Annotated[str | None, Query(max_length=64, description="Whose card, for an organizer.")] = None,
) -> History:
    """What was saved of a judge's own card, newest first. To undo, save an older version again."""
    return History(versions=await engine.cards.history(who, session_id, judge))


@spoken.post("/events/{event_id}/dictations", openapi_extra={"requestBody": _SOUND})
async def write_dictation(event_id: str, request: Request, who: Caller, engine: TheEngine) -> DictatedText:
    """What a judge says in a WAV file of at most two minutes (16 bit, mono), as text for a comment.

    Nothing is kept of it, neither the sound nor the words: what is to stay is saved with the scores.
    """
    return DictatedText.model_validate(await engine.dictation.write(who, event_id, bodies.pieces(request)))


@router.get("/events/{event_id}/judging")
async def get_judging(
    event_id: str,
    who: Caller,
    engine: TheEngine,
    judge: Annotated[str | None, Query(max_length=64, description=_WHOSE)] = None,
) -> JudgingDetails:
    """A judge's pitches in the order of the day, what they are scored by, and the judge's own cards."""
    return judging_details(await engine.judging.read(who, event_id, judge))


async def scores_of(engine: Engine, who: Principal, session_id: str) -> Scorecard | CardList:
    """What this caller may see of a session's cards."""
    if who.role is Role.JUDGE:
        return await engine.cards.own(who, session_id)
    return CardList(cards=await engine.cards.of_session(who, session_id))


def judging_details(found: JudgesPitches) -> JudgingDetails:
    """As REST and MCP give it."""
    return JudgingDetails(
        event=event_details(found.event),
        criteria={track: list(criteria) for track, criteria in found.criteria.items()},
        pitches=[
            PitchToScore(
                session_id=pitch.session.session_id,
                team_id=pitch.session.team_id,
                team_name=pitch.session.team_name,
                pitch_title=pitch.session.pitch_title,
                track=pitch.track,
                duration=pitch.session.duration,
                status=pitch.session.status,
                has_audio=pitch.session.has_audio,
                card=pitch.card,
            )
            for pitch in found.pitches
        ],
        assigned=found.assigned,
        final=_progress(found.final),
    )


def _progress(final: FinalRound | None) -> FinalProgress | None:
    if final is None or not final.pairs:
        return None
    return FinalProgress(pairs=len(final.pairs), compared=len(final.answers), takes=final.takes)
