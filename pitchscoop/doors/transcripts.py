"""Transcripts under ``/api/v1`` (design.md 2.3): as data, as files, asked for, corrected."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from pitchscoop.access.model import Principal
from pitchscoop.doors import schemas
from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.doors.exports import attachment
from pitchscoop.doors.idempotency import IdempotentRoute
from pitchscoop.engine import Engine
from pitchscoop.playback import filename
from pitchscoop.transcripts.formats import FORMATS, Form
from pitchscoop.transcripts.measures import Delivery

router = APIRouter(
    prefix="/api/v1/sessions/{session_id}", route_class=IdempotentRoute, responses=PROBLEMS, tags=["transcripts"]
)

Download = Annotated[bool, Query(description="Have browsers save it, named after team and pitch.")]


def _described(form: Form) -> dict[int | str, dict[str, Any]]:
    media_type = FORMATS[form].content_type.partition(";")[0]
    return {200: {"description": "The transcript.", "content": {media_type: {"schema": {"type": "string"}}}}}


@router.get("/transcript.json")
async def transcript_json(
    session_id: str, who: Caller, engine: TheEngine, response: Response, *, download: Download = False
) -> schemas.TranscriptDetails:
    """What was said, word by word, as far as it is written: ``status`` tells. The same as the session's own."""
    session = await engine.transcripts.whole(await engine.session(who, session_id))
    response.headers["Cache-Control"] = "no-store"
    if download:
        response.headers["Content-Disposition"] = attachment(filename(session, "json"))
    return schemas.transcript_of(session)


@router.get("/transcript.srt", response_class=Response, responses=_described("srt"))
async def transcript_srt(session_id: str, who: Caller, engine: TheEngine, *, download: Download = False) -> Response:
    """Captions as SubRip. ``transcript_not_ready`` until it is written."""
    return await _file(engine, who, session_id, "srt", download=download)


@router.get("/transcript.vtt", response_class=Response, responses=_described("vtt"))
async def transcript_vtt(session_id: str, who: Caller, engine: TheEngine, *, download: Download = False) -> Response:
    """Captions as WebVTT, for the ``<track>`` of a player. ``transcript_not_ready`` until it is written."""
    return await _file(engine, who, session_id, "vtt", download=download)


@router.get("/transcript.txt", response_class=Response, responses=_described("txt"))
async def transcript_txt(session_id: str, who: Caller, engine: TheEngine, *, download: Download = False) -> Response:
    """Plain text, a paragraph for each utterance. ``transcript_not_ready`` until it is written."""
    return await _file(engine, who, session_id, "txt", download=download)


@router.get("/delivery")
async def get_delivery(session_id: str, who: Caller, engine: TheEngine) -> Delivery:
    """How it was spoken: pace, pauses, fillers, each with what it means. For the team and the organizer.

    A number that cannot be told is left out, and ``absent`` says why. ``transcript_not_ready`` until it is written.
    """
    return await engine.transcripts.delivery(who, session_id)


async def _file(engine: Engine, who: Principal, session_id: str, form: Form, *, download: bool) -> Response:
    session = await engine.session(who, session_id)
    text = await engine.transcripts.file(session, form)
    headers = {"Cache-Control": "no-store"}
    if download:
        headers["Content-Disposition"] = attachment(filename(session, form))
    return Response(text, media_type=FORMATS[form].content_type, headers=headers)


@router.post("/transcript", status_code=202)
async def write_transcript(session_id: str, who: Caller, engine: TheEngine) -> schemas.SessionDetails:
    """Have the transcript written where it is missing or failed. Asking again while it is written is harmless."""
    return await schemas.details(engine, who, await engine.transcripts.ask(who, session_id))


@router.put("/transcript/words")
async def correct_word(
    session_id: str, correction: schemas.Correction, who: Caller, engine: TheEngine
) -> schemas.TranscriptDetails:
    """Put one word right; what the machine heard and all times are kept. Doing it twice is harmless.

    ``no_such_word`` where there is none, ``word_changed`` where it no longer reads as it ``was``: ``word`` of the
    problem says how it reads.
    """
    return schemas.transcript_of(await engine.transcripts.correct(who, session_id, **correction.model_dump()))
