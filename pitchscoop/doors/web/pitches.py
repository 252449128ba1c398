"""The page of a pitch, and what it fetches while it is open."""

import json

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pitchscoop.access.model import Principal, Verb, may
from pitchscoop.doors.auth import engine_of
from pitchscoop.doors.exports import attachment
from pitchscoop.doors.web import contexts
from pitchscoop.doors.web.advice import advice_of
from pitchscoop.doors.web.cards import cards_of
from pitchscoop.doors.web.delivery import delivery_of
from pitchscoop.doors.web.pages import missing
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.spoken import summary_of, transcript_of
from pitchscoop.doors.web.visitors import local_url, peaks_path, person_of, state_of, viewer_of, visitor_of, zone_of
from pitchscoop.engine import Engine
from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import Problem
from pitchscoop.playback import Variant, filename
from pitchscoop.recordings.model import Session
from pitchscoop.transcripts.formats import FORMATS


async def pitch(request: Request) -> Response:
    """``GET /pitches/{session_id}?key=``: for whoever is signed in and may, or holds the link."""
    engine = engine_of(request)
    session_id = request.path_params["session_id"]
    key = request.query_params.get("key")
    person, who = await person_of(request), await visitor_of(request)
    session = await engine.transcripts.whole(await engine.session(who, session_id))
    event = await engine.events.get(session.event_id)
    suffix = f"?key={key}" if key else ""
    staged = session.target.model_copy(update={"stage": event.stage})
    playback = await engine.playback(who, session) if session.has_audio else None
    context = contexts.Pitch(
        viewer=viewer_of(person),
        event_name=event.name,
        session=contexts.PitchSession(
            session_id=session_id,
            team_name=session.team_name,
            pitch_title=session.pitch_title,
            status=state_of(session),
            duration=session.audio_duration,
            created_at=session.created_at,
            size=session.audio_size or None,
            interrupted=bool(session.metadata.get("interrupted")),
            silent=session.status == "completed" and session.loudness is None,
            error=contexts.PitchError(session.error.code, session.error.message) if session.error else None,
        ),
        limit_seconds=event.settings.max_seconds,
        share_url=engine.page_url(session),
        details_path=f"/pitches/{session_id}/details{suffix}",
        refresh_path=f"/pitches/{session_id}/details{suffix}",
        transcript=transcript_of(engine, person, session, suffix),
        delivery=await delivery_of(engine, person, session),
        advice=await advice_of(engine, person, session, event),
        cards=await cards_of(engine, person, session, event),
        playback_url=local_url(engine, playback.playback_url) if playback else None,
        playback_type=playback.content_type if playback else None,
        peaks_url=peaks_path(session, key),
        download_url=await _download(engine, who, session, "mp3"),
        download_size=session.mp3_size,
        original_url=await _download(engine, who, session, "wav"),
        original_label=_original(session),
        feedback_path=f"/pitches/{session_id}/feedback" if may(person, Verb.FEEDBACK_READ, staged) else None,
        recorder_url=f"/record/{session_id}" if _may_record(person, session) else None,
        zone=zone_of(event),
        delete_path=f"/api/v1/sessions/{session_id}" if may(person, Verb.SESSION_DELETE, session.target) else None,
    )
    return HTMLResponse(renderer_of(request).pitch(context))


async def details(request: Request) -> Response:
    """``GET /pitches/{session_id}/details``: what changes while the page is open, addresses for this browser."""
    engine = engine_of(request)
    session_id = request.path_params["session_id"]
    key = request.query_params.get("key")
    who = await visitor_of(request)
    session = await engine.session(who, session_id)
    playback = await engine.playback(who, session) if session.has_audio else None
    document = {
        "session_id": session_id,
        "status": session.status,
        "audio_duration": session.audio_duration,
        "playback_url": local_url(engine, playback.playback_url) if playback else None,
        "peaks_url": peaks_path(session, key),
        "download_url": await _download(engine, who, session, "mp3"),
        "download_size": session.mp3_size,
        "original_url": await _download(engine, who, session, "wav"),
        "audio_size": session.audio_size,
        "transcript": summary_of(session),
        "error": session.error.model_dump() if session.error else None,
    }
    return Response(json.dumps(document), media_type="application/json", headers={"Cache-Control": "no-store"})


async def peaks(request: Request) -> Response:
    """``GET /pitches/{session_id}/peaks``: the waveform from our own origin, because not every S3 speaks CORS."""
    engine = engine_of(request)
    session = await engine.session(await visitor_of(request), request.path_params["session_id"])
    parts = engine.storage.read_audio(keys.stored(session.session_id, keys.PEAKS))
    document = b"".join([part async for part in parts])
    return Response(document, media_type="application/json", headers={"Cache-Control": "private, max-age=3600"})


async def words(request: Request) -> Response:
    """``GET /pitches/{session_id}/transcript.{form}``: the transcript as a file, for whoever may see this page."""
    engine = engine_of(request)
    session = await engine.session(await visitor_of(request), request.path_params["session_id"])
    form = request.path_params["form"]
    if form not in FORMATS:
        raise missing()
    headers = {"Content-Disposition": attachment(filename(session, form)), "Cache-Control": "no-store"}
    text = await engine.transcripts.file(session, form)
    return Response(text, media_type=FORMATS[form].content_type, headers=headers)


async def _download(engine: Engine, who: Principal, session: Session, variant: Variant) -> str | None:
    try:
        return local_url(engine, (await engine.playback(who, session, variant, download=True)).playback_url)
    except Problem:  # not permitted, or not there yet
        return None


def _original(session: Session) -> str:
    extension = (session.audio_minio_key or "").rpartition(".")[2]
    return "Original file" if extension in ("", "bin") else f"Original, {extension.upper()}"


def _may_record(person: Principal, session: Session) -> bool:
    return session.status == "recording" and may(person, Verb.SESSION_RECORD, session.target)
