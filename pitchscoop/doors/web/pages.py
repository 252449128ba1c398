"""Routes of the pages: fill a context, render it."""

import json

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import ANYBODY, Principal, Role
from pitchscoop.doors.auth import engine_of, principal_of
from pitchscoop.doors.problems import status_of
from pitchscoop.doors.schemas import NewSession
from pitchscoop.doors.web import contexts
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.engine import Engine
from pitchscoop.events.model import Event
from pitchscoop.events.service import DEFAULT_EVENT
from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import NotFound, Problem, Unauthorized
from pitchscoop.recordings.model import CONTENT_TYPES, MAX_UPLOAD, Session

_NEWEST = 12  # pitches on the first page
_HEADLINES = {
    401: "Sign in first",
    403: "This is not open to you",
    404: "Nothing is here",
    503: "The server is waiting",
}


def _viewer(who: Principal) -> contexts.Viewer:
    return contexts.Viewer(role=who.role.value, name=who.name or None)


async def home(request: Request) -> Response:
    """``GET /``."""
    engine, who = engine_of(request), await _person(request)
    event = await engine.events.get(who.event_id or DEFAULT_EVENT)
    cursor = request.query_params.get("cursor")
    rows: list[contexts.PitchRow] = []
    earlier = None
    if who != ANYBODY:
        page = await engine.list_sessions(
            who, event.event_id, cursor=cursor, limit=_NEWEST, status=None, team=None, q=None
        )
        rows = [await _row(engine, session) for session in page.sessions]
        earlier = f"/?cursor={page.next_cursor}" if page.next_cursor else None
    context = contexts.Home(
        viewer=_viewer(who),
        event_name=event.name,
        stage=event.stage,
        sentence=f"{event.stage.capitalize()}. {_counted(len(rows), 'earlier' if cursor else 'newest')}",
        can_record=who.role in (Role.ORGANIZER, Role.TEAM),
        sessions=rows,
        limit_seconds=event.settings.max_seconds,
        next_url=earlier,
    )
    return HTMLResponse(renderer_of(request).home(context))


def _counted(pitches: int, which: str) -> str:
    if pitches > 1:
        return f"The {which} {pitches} pitches." if which == "newest" else f"{pitches} {which} pitches."
    return "One pitch." if pitches else "No pitch yet."


async def _row(engine: Engine, session: Session) -> contexts.PitchRow:
    return contexts.PitchRow(
        session_id=session.session_id,
        team_name=session.team_name,
        pitch_title=session.pitch_title,
        status=session.status,
        duration=session.audio_duration,
        silhouette=session.silhouette,
        url=_local(engine, engine.page_url(session)) or "/",
        created_at=session.created_at,
        playback_path=f"/api/v1/sessions/{session.session_id}/playback-url" if session.has_audio else None,
        peaks_url=_peaks_path(session, None),
    )


async def record_form(request: Request) -> Response:
    """``GET`` and ``POST /record`` and ``/upload``: who speaks, about what."""
    engine, who = engine_of(request), await principal_of(request)
    if who.role not in (Role.ORGANIZER, Role.TEAM):
        raise Unauthorized("not_signed_in", "Open your team's link, or the organizer's link that the server printed.")
    form = dict(await request.form()) if request.method == "POST" else {}
    asked = form.get("way") or request.query_params.get("way") or request.query_params.get("mode")
    way: contexts.Way = "upload" if asked == "upload" or request.url.path == "/upload" else "record"
    event = await engine.events.get(who.event_id or DEFAULT_EVENT)
    fixed = who.name if who.role is Role.TEAM else None
    values = {name: str(form.get(name, "")) for name in ("team_name", "pitch_title")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            new = NewSession(team_name=fixed or values["team_name"], pitch_title=values["pitch_title"])
            session = await engine.start(who, new.team_name, new.pitch_title, event.event_id)
            return RedirectResponse(f"/{way}/{session.session_id}#{engine.live_token(session)}", 303)
        except ValidationError as error:
            errors = {str(found["loc"][0]): _words(found["type"]) for found in error.errors()}
    context = contexts.RecordForm(
        viewer=_viewer(who),
        event_name=event.name,
        limit_seconds=event.settings.max_seconds,
        way=way,
        team_name=fixed,
        values=values,
        errors=errors,
    )
    return HTMLResponse(renderer_of(request).record_form(context), 422 if errors else 200)


def _words(kind: str) -> str:
    if kind == "string_too_short":
        return "Write a name: it is what people will see."
    if kind == "string_too_long":
        return "Use at most 200 characters."
    return "Use letters, digits and signs only."


async def recorder(request: Request) -> Response:
    """``GET /record/{session_id}``. The token is in the fragment, so the page itself is told little."""
    engine, session, event = await _by_link(request)
    path = f"/api/v1/sessions/{session.session_id}"
    context = contexts.Recorder(
        session_id=session.session_id,
        team_name=session.team_name,
        pitch_title=session.pitch_title,
        sample_rate=session.sample_rate,
        limit_seconds=event.settings.max_seconds,
        live_path=f"{path}/live",
        details_path=path,
        page_url=_local(engine, engine.page_url(session)) or "/",
        upload_url=f"/upload/{session.session_id}",
    )
    return HTMLResponse(renderer_of(request).recorder(context))


async def upload(request: Request) -> Response:
    """``GET /upload/{session_id}``."""
    engine, session, _ = await _by_link(request)
    path = f"/api/v1/sessions/{session.session_id}"
    context = contexts.Upload(
        viewer=_viewer(await _person(request)),
        session_id=session.session_id,
        team_name=session.team_name,
        pitch_title=session.pitch_title,
        upload_path=f"{path}/uploads",
        details_path=path,
        page_url=_local(engine, engine.page_url(session)) or "/",
        accepted=["audio/*", "video/*", *(f".{extension}" for extension in CONTENT_TYPES)],
        max_bytes=MAX_UPLOAD,
        recorder_url=f"/record/{session.session_id}",
    )
    return HTMLResponse(renderer_of(request).upload(context))


async def _by_link(request: Request) -> tuple[Engine, Session, Event]:
    """The session a recorder's link names: its id is 150 random bits, and what it opens is names, not audio."""
    engine = engine_of(request)
    session = await engine.sessions.get(request.path_params["session_id"])
    return engine, session, await engine.events.get(session.event_id)


async def pitch(request: Request) -> Response:
    """``GET /pitches/{session_id}?key=``: for whoever is signed in and may, or holds the link."""
    engine = engine_of(request)
    session_id = request.path_params["session_id"]
    key = request.query_params.get("key")
    person, who = await _person(request), await _visitor(request)
    session = await engine.session(who, session_id)
    event = await engine.events.get(session.event_id)
    suffix = f"?key={key}" if key else ""
    playback = await engine.playback(who, session) if session.has_audio else None
    download = await _download(engine, who, session)
    context = contexts.Pitch(
        viewer=_viewer(person),
        event_name=event.name,
        session=contexts.PitchSession(
            session_id=session_id,
            team_name=session.team_name,
            pitch_title=session.pitch_title,
            status=session.status,
            duration=session.audio_duration,
            created_at=session.created_at,
            size=session.audio_size or None,
            interrupted=bool(session.metadata.get("interrupted")),
            error=contexts.PitchError(session.error.code, session.error.message) if session.error else None,
        ),
        limit_seconds=event.settings.max_seconds,
        share_url=engine.page_url(session),
        details_path=f"/pitches/{session_id}/details{suffix}",
        refresh_path=f"/pitches/{session_id}/details{suffix}",
        playback_url=_local(engine, playback.playback_url) if playback else None,
        playback_type=playback.content_type if playback else None,
        peaks_url=_peaks_path(session, key),
        download_url=download,
        download_size=session.mp3_size,
        original_url=download if session.status == "failed" else None,
        original_label="Original file",
        delete_path=f"/api/v1/sessions/{session_id}" if person.role is Role.ORGANIZER else None,
    )
    return HTMLResponse(renderer_of(request).pitch(context))


async def pitch_details(request: Request) -> Response:
    """``GET /pitches/{session_id}/details``: what changes while the page is open, addresses for this browser."""
    engine = engine_of(request)
    session_id = request.path_params["session_id"]
    key = request.query_params.get("key")
    who = await _visitor(request)
    session = await engine.session(who, session_id)
    playback = await engine.playback(who, session) if session.has_audio else None
    document = {
        "session_id": session_id,
        "status": session.status,
        "audio_duration": session.audio_duration,
        "playback_url": _local(engine, playback.playback_url) if playback else None,
        "peaks_url": _peaks_path(session, key),
        "download_url": await _download(engine, who, session),
        "error": session.error.model_dump() if session.error else None,
    }
    return Response(json.dumps(document), media_type="application/json", headers={"Cache-Control": "no-store"})


async def pitch_peaks(request: Request) -> Response:
    """``GET /pitches/{session_id}/peaks``: the waveform from our own origin, because not every S3 speaks CORS."""
    engine = engine_of(request)
    session = await engine.session(await _visitor(request), request.path_params["session_id"])
    parts = engine.storage.read_audio(keys.stored(session.session_id, keys.PEAKS))
    document = b"".join([part async for part in parts])
    return Response(document, media_type="application/json", headers={"Cache-Control": "private, max-age=3600"})


async def _visitor(request: Request) -> Principal:
    """Whoever is signed in and, for a visitor, what the link's key opens."""
    person = await _person(request)
    key = request.query_params.get("key")
    if key and person.role is Role.PUBLIC:
        return await engine_of(request).listener(request.path_params["session_id"], key)
    return person


def _peaks_path(session: Session, key: str | None) -> str | None:
    if session.status != "completed":
        return None
    return f"/pitches/{session.session_id}/peaks" + (f"?key={key}" if key else "")


async def _download(engine: Engine, who: Principal, session: Session) -> str | None:
    if not session.has_audio:
        return None
    try:
        return _local(engine, (await engine.playback(who, session, download=True)).playback_url)
    except Problem:
        return None


async def docs(request: Request) -> Response:
    """``GET /docs``: REST described, from our own origin."""
    return HTMLResponse(renderer_of(request).docs(contexts.Docs(_viewer(await _person(request)))))


def error_page(request: Request, problem: Problem) -> Response:
    """An error as a page."""
    status = status_of(problem)
    context = contexts.ErrorPage(
        contexts.Viewer(),
        status,
        problem.code,
        _HEADLINES.get(status, "This did not work"),
        problem.message,
        *(("Sign in with a link", "/sign-in") if status == 401 else ()),  # noqa: PLR2004
    )
    headers = {"Retry-After": "5"} if status == 503 else None  # noqa: PLR2004
    return HTMLResponse(renderer_of(request).error(context), status, headers)


def missing() -> NotFound:
    """No such page."""
    return NotFound("not_found", "There is nothing at this address. It may have been deleted, or the link was cut.")


async def _person(request: Request) -> Principal:
    """Whoever looks; a cookie that is no longer valid makes a visitor, not an error."""
    try:
        return await principal_of(request)
    except Unauthorized:
        return ANYBODY


def _local(engine: Engine, url: str | None) -> str | None:
    """What the app serves is addressed by path: a phone may know this machine under another name."""
    return url.removeprefix(engine.public_url) if url and url.startswith(f"{engine.public_url}/") else url
