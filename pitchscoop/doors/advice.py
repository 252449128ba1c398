"""Advice by a model under ``/api/v1``: asked for, read, decided on."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pitchscoop.advising.model import Advice, Decision, Sentence, Standing
from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.doors.events import Input, Revision
from pitchscoop.doors.idempotency import IdempotentRoute
from pitchscoop.doors.schemas import FailureDetails

router = APIRouter(prefix="/api/v1", route_class=IdempotentRoute, responses=PROBLEMS, tags=["advice"])

Decisions = Annotated[list[Decision], Field(min_length=1, max_length=200)]


class Review(Input):
    """``PATCH /sessions/{session_id}/advice``: what is decided on some sentences. What is left out stays."""

    sentences: Decisions
    revision: Revision = None


class AdviceDetails(BaseModel):
    """What a model advises a team. ``label`` belongs beside it, wherever it is shown.

    Each sentence has the second ``at`` which its ``quote`` is said; ``criterion`` is None where it is about the pitch
    as a whole, ``about`` the criterion's name. A team gets those that were accepted, an organizer all; ``dropped``
    counts what cited nothing that was said then, or gave verdicts, and is shown to nobody. While ``status`` is
    ``pending``, ``error`` says why it takes long.
    """

    session_id: str
    status: Standing
    label: str
    model: str | None
    sentences: list[Sentence]
    dropped: int
    error: FailureDetails | None
    asked_at: dt.datetime
    drafted_at: dt.datetime | None
    revision: int


class AskedDetails(BaseModel):
    """So many drafts were asked for. ``left`` pitches wait for another call."""

    asked: int
    left: int


@router.post("/sessions/{session_id}/advice", status_code=202)
async def ask_advice(session_id: str, who: Caller, engine: TheEngine) -> AdviceDetails:
    """Have a model draft advice on a pitch that has a transcript. What was accepted of an older draft stays.

    Asking again while it is drafted is harmless. ``no_model`` where none is set up.
    """
    return advice_details(await engine.advice.ask(who, session_id))


@router.post("/events/{event_id}/advice", status_code=202)
async def ask_all_advice(event_id: str, who: Caller, engine: TheEngine) -> AskedDetails:
    """The same for each pitch of an event that has a transcript and no draft, up to 500 a call."""
    found = await engine.advice.ask_all(who, event_id)
    return AskedDetails(asked=found.asked, left=found.left)


@router.get("/sessions/{session_id}/advice")
async def get_advice(session_id: str, who: Caller, engine: TheEngine) -> AdviceDetails:
    """What a model advises: all of it for the organizer; for the team, once published, what was accepted.

    ``no_advice`` where there is none for whoever asks.
    """
    return advice_details(await engine.advice.read(who, session_id))


@router.patch("/sessions/{session_id}/advice")
async def review_advice(session_id: str, review: Review, who: Caller, engine: TheEngine) -> AdviceDetails:
    """Accept, reject or edit sentences. Only what was accepted reaches the team, when the event is published.

    With ``revision`` only what was seen is changed, else 409 ``changed_meanwhile`` says how it is now.
    """
    return advice_details(await engine.advice.review(who, session_id, review.sentences, review.revision))


def advice_details(advice: Advice) -> AdviceDetails:
    """Advice as it was read, in the shape of REST."""
    known = advice.model_dump(include=set(AdviceDetails.model_fields))
    return AdviceDetails(**known, label=advice.label, revision=advice.revision)
