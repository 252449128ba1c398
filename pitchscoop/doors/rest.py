"""REST under ``/api/v1`` (design.md 2.3)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from pitchscoop.doors import schemas
from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.doors.idempotency import IdempotentRoute, Seed
from pitchscoop.playback import Variant

router = APIRouter(prefix="/api/v1", route_class=IdempotentRoute, responses=PROBLEMS)


@router.get("/events/{event_id}/sessions", tags=["sessions"])
async def list_sessions(
    event_id: str,
    who: Caller,
    engine: TheEngine,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    status: schemas.Status | None = None,
    team: Annotated[str | None, Query(max_length=64)] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
) -> schemas.SessionPage:
    """Sessions, newest first. ``team`` is a team's id, ``q`` part of a name or title."""
    page = await engine.list_sessions(who, event_id, cursor=cursor, limit=limit, status=status, team=team, q=q)
    return await schemas.page(engine, who, page)


@router.post("/sessions", status_code=201, tags=["sessions"])
async def start_session(new: schemas.NewSession, who: Caller, engine: TheEngine, seed: Seed) -> schemas.StartedSession:
    """Start a session: stream to ``live.url``, upload to ``upload_url``, or open ``recorder_url``."""
    session = await engine.start(who, new.team_name, new.pitch_title, new.event_id, seed)
    return schemas.started(engine, session)


@router.get("/sessions/{session_id}", tags=["sessions"])
async def get_session(session_id: str, who: Caller, engine: TheEngine) -> schemas.SessionDetails:
    """A session: where it stands, its audio, its transcript."""
    return await schemas.details(engine, who, await engine.session(who, session_id))


@router.patch("/sessions/{session_id}", tags=["sessions"])
async def move_session(
    session_id: str, move: schemas.MovedSession, who: Caller, engine: TheEngine
) -> schemas.SessionDetails:
    """Make it the pitch of another team of its event."""
    session = await engine.move(who, session_id, team_id=move.team_id, team_name=move.team_name)
    return await schemas.details(engine, who, session)


@router.post("/sessions/{session_id}/stop", status_code=202, tags=["sessions"])
async def stop_session(session_id: str, who: Caller, engine: TheEngine) -> schemas.SessionDetails:
    """End the recording with every byte that is durable. Stopping twice is harmless."""
    return await schemas.details(engine, who, await engine.stop(who, session_id))


@router.get("/sessions/{session_id}/playback-url", tags=["sessions"])
async def playback_url(
    session_id: str,
    who: Caller,
    engine: TheEngine,
    variant: Variant | None = None,
    download: bool = False,  # noqa: FBT001, FBT002  a query parameter
) -> schemas.PlaybackDetails:
    """An address that plays for an hour: the MP3 when it is made, else the recording as it was received."""
    session = await engine.session(who, session_id)
    playback = await engine.playback(who, session, variant, download=download)
    return schemas.PlaybackDetails(
        playback_url=playback.playback_url, expires_in=playback.expires_in, content_type=playback.content_type
    )


@router.delete("/sessions/{session_id}", status_code=204, tags=["sessions"])
async def delete_session(session_id: str, who: Caller, engine: TheEngine) -> Response:
    """Remove a session: audio, state, derived files."""
    await engine.delete(who, session_id)
    return Response(status_code=204)
