"""Routes of the pages: fill a context, render it."""

import datetime as dt
from collections.abc import Sequence

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pitchscoop.access.model import ANYBODY, Principal, Role, Target, Verb, may
from pitchscoop.doors.auth import engine_of, principal_of
from pitchscoop.doors.bodies import form_of
from pitchscoop.doors.problems import status_of
from pitchscoop.doors.schemas import NewSession
from pitchscoop.doors.web import contexts
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.searching import may_search
from pitchscoop.doors.web.visitors import local_url, peaks_path, person_of, state_of, viewer_of
from pitchscoop.engine import Engine
from pitchscoop.events.model import Event
from pitchscoop.events.service import DEFAULT_EVENT
from pitchscoop.kernel.errors import NotFound, Problem
from pitchscoop.recordings.model import CONTENT_TYPES, MAX_UPLOAD, Session
from pitchscoop.scoring.standings import visible

_NEWEST = 12  # pitches on the first page
_OTHERS = 5  # events beside the one that is shown; the list has all
_HEADLINES: dict[int | str, str] = {
    "bad_token": "This link is not complete",
    "expired_token": "This link has expired",
    "wrong_stage": "Not now",
    401: "Sign in first",
    403: "This is not open to you",
    404: "Nothing is here",
    429: "Too much came from here",
    503: "The server is waiting",
}


async def home(request: Request) -> Response:
    """``GET /``."""
    engine, who = engine_of(request), await person_of(request)
    organizes = may(who, Verb.EVENT_LIST, Target())
    run = await engine.organizing.list_events(who) if organizes else []
    event = await _running(engine, who, run, request.query_params.get("event"))
    elsewhere = [ours for ours in run if ours.event_id != event.event_id]
    if organizes and DEFAULT_EVENT not in {event.event_id, *(ours.event_id for ours in elsewhere)}:
        elsewhere = [*await _without(engine), *elsewhere]
    named = "" if event.event_id in (who.event_id, DEFAULT_EVENT) else f"event={event.event_id}"
    cursor = request.query_params.get("cursor")
    rows: list[contexts.PitchRow] = []
    earlier = None
    if who != ANYBODY:
        page = await engine.list_sessions(
            who, event.event_id, cursor=cursor, limit=_NEWEST, status=None, team=None, q=None
        )
        rows = [await _row(engine, session) for session in page.sessions]
        earlier = f"/?cursor={page.next_cursor}{'&' if named else ''}{named}" if page.next_cursor else None
    searches = bool(rows) and may_search(who, event.event_id)
    own = Target(event_id=event.event_id, team_id=who.team_id)
    exports = bool(rows) and may(who, Verb.EVENT_EXPORT, own)
    context = contexts.Home(
        viewer=viewer_of(who),
        event_name=event.name,
        stage=event.stage,
        sentence=f"{event.stage.capitalize()}. {_counted(len(rows), 'earlier' if cursor else 'newest')}"
        if who != ANYBODY
        else f"{event.stage.capitalize()}.",
        can_record=may(who, Verb.SESSION_CREATE, own.model_copy(update={"stage": event.stage})),
        sessions=rows,
        limit_seconds=event.settings.max_seconds,
        next_url=earlier,
        search_event=event.event_id if searches else None,
        export_url=f"/api/v1/events/{event.event_id}/export.zip" if exports else None,
        event_url=f"/events/{event.event_id}/desk" if organizes else None,
        others=[(ours.name, f"/events/{ours.event_id}/desk") for ours in elsewhere[:_OTHERS]],
        set_up=organizes and not run,
        record_query=named,
        standings_url=f"/events/{event.event_id}/standings" if who != ANYBODY and visible(who, event) else None,
        feedback_url=await _feedback(engine, who, event, rows),
        public=await _public(engine, who),
    )
    return HTMLResponse(renderer_of(request).home(context))


async def _feedback(engine: Engine, who: Principal, event: Event, rows: Sequence[contexts.PitchRow]) -> str | None:
    """Where a team reads what judges thought, once it may: of the pitch that most have scored, else of the newest."""
    own = Target(event_id=event.event_id, team_id=who.team_id, stage=event.stage)
    if who.role is not Role.TEAM or not may(who, Verb.FEEDBACK_READ, own):
        return None
    heard = [row.session_id for row in rows if row.status == "completed"]
    cards = await engine.cards.counts(event, heard)
    return f"/pitches/{max(heard, key=lambda one: cards[one])}/feedback" if heard else None


async def _public(engine: Engine, who: Principal) -> list[tuple[str, str, str | None, str | None]]:
    """Events that everybody finds: name, stage, where a team joins by itself, and where their standings are."""
    if who.role is not Role.PUBLIC:
        return []

    def joins(event: Event) -> bool:
        offered = event.settings.self_registration
        return may(who, Verb.TEAM_JOIN, Target(event_id=event.event_id, stage=event.stage, offered=offered))

    return [
        (
            event.name,
            event.stage,
            f"/events/{event.event_id}/join" if joins(event) else None,
            f"/events/{event.event_id}/standings" if visible(who, event) else None,
        )
        for event in await engine.organizing.public_events(who)
    ]


async def _running(engine: Engine, who: Principal, run: list[Event], asked: str | None) -> Event:
    """The event that the first page shows: one's own; for whoever runs them the newest, or where pitches came since."""
    if chosen := next((event for event in run if event.event_id == asked), None):
        return chosen
    newest = next((event for event in run if event.event_id != DEFAULT_EVENT), None)
    if newest is None or who.event_id is not None:
        return await engine.events.get(who.event_id or DEFAULT_EVENT)
    last = await engine.state.last_fact(DEFAULT_EVENT)
    since = last is not None and dt.datetime.fromisoformat(last.at) > newest.created_at
    return await engine.events.get(DEFAULT_EVENT) if since else newest


async def _without(engine: Engine) -> list[Event]:
    """The event of what was recorded without one, if anything was: it must not be out of sight behind a newer one."""
    return [await engine.events.get(DEFAULT_EVENT)] if await engine.state.last_fact(DEFAULT_EVENT) else []


def _counted(pitches: int, which: str) -> str:
    if pitches > 1:
        return f"The {which} {pitches} pitches." if which == "newest" else f"{pitches} {which} pitches."
    return "One pitch." if pitches else "No pitch yet."


async def _row(engine: Engine, session: Session) -> contexts.PitchRow:
    return contexts.PitchRow(
        session_id=session.session_id,
        team_name=session.team_name,
        pitch_title=session.pitch_title,
        status=state_of(session),
        duration=session.audio_duration,
        silhouette=session.silhouette,
        url=local_url(engine, engine.page_url(session)) or "/",
        created_at=session.created_at,
        playback_path=f"/api/v1/sessions/{session.session_id}/playback-url" if session.has_audio else None,
        peaks_url=peaks_path(session, None),
        transcript=session.transcript.status,
    )


async def record_form(request: Request) -> Response:
    """``GET`` and ``POST /record`` and ``/upload``: who speaks, about what."""
    engine, who = engine_of(request), await principal_of(request)
    form = dict(await form_of(request, who)) if request.method == "POST" else {}
    asked = form.get("way") or request.query_params.get("way") or request.query_params.get("mode")
    way: contexts.Way = "upload" if asked == "upload" or request.url.path == "/upload" else "record"
    named = str(form.get("event") or request.query_params.get("event") or DEFAULT_EVENT)
    event = await engine.events.allowed(who, Verb.SESSION_CREATE, who.event_id or named, team_id=who.team_id)
    fixed = who.name if who.role is Role.TEAM else None
    values = {name: str(form.get(name, "")) for name in ("team_name", "pitch_title")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            new = NewSession(team_name=fixed or values["team_name"], pitch_title=values["pitch_title"])
            session = await engine.start(who, new.team_name, new.pitch_title, event.event_id)
            return RedirectResponse(f"/{way}/{session.session_id}#{engine.live_token(session)}", 303)
        except ValidationError as error:
            errors = {str(found["loc"][0]): _words(str(found["loc"][0]), found["type"]) for found in error.errors()}
    context = contexts.RecordForm(
        viewer=viewer_of(who),
        event_name=event.name,
        limit_seconds=event.settings.max_seconds,
        way=way,
        team_name=fixed,
        retention_days=event.settings.retention_days,
        event_id=event.event_id if who.event_id is None and event.event_id != DEFAULT_EVENT else None,
        values=values,
        errors=errors,
    )
    return HTMLResponse(renderer_of(request).record_form(context), 422 if errors else 200)


def _words(field: str, kind: str) -> str:
    if kind == "string_too_short":
        return f"Write a {'title' if field == 'pitch_title' else 'name'}: it is what people will see."
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
        page_url=f"/pitches/{session.session_id}",
        upload_url=f"/upload/{session.session_id}",
        captions=engine.transcripts.captions,
    )
    return HTMLResponse(renderer_of(request).recorder(context))


async def upload(request: Request) -> Response:
    """``GET /upload/{session_id}``."""
    _, session, _ = await _by_link(request)
    path = f"/api/v1/sessions/{session.session_id}"
    context = contexts.Upload(
        viewer=viewer_of(await person_of(request)),
        session_id=session.session_id,
        team_name=session.team_name,
        pitch_title=session.pitch_title,
        upload_path=f"{path}/uploads",
        details_path=path,
        page_url=f"/pitches/{session.session_id}",
        accepted=["audio/*", "video/*", *(f".{extension}" for extension in CONTENT_TYPES)],
        max_bytes=MAX_UPLOAD,
        recorder_url=f"/record/{session.session_id}",
    )
    return HTMLResponse(renderer_of(request).upload(context))


async def _by_link(request: Request) -> tuple[Engine, Session, Event]:
    """The session a recorder's link names. Its id, which playback addresses hold, opens names and no audio."""
    engine = engine_of(request)
    session = await engine.sessions.get(request.path_params["session_id"])
    return engine, session, await engine.events.get(session.event_id)


async def docs(request: Request) -> Response:
    """``GET /docs``: REST described, from our own origin."""
    return HTMLResponse(renderer_of(request).docs(contexts.Docs(viewer_of(await person_of(request)))))


def error_page(request: Request, problem: Problem) -> Response:
    """An error as a page."""
    status = status_of(problem)
    unknown = problem.code == "not_signed_in"
    context = contexts.ErrorPage(
        contexts.Viewer(),
        status,
        problem.code,
        _HEADLINES.get(problem.code) or _HEADLINES.get(status, "This did not work"),
        "Open the whole link that you were given." if unknown else problem.message,
        *(("Sign in with a link", "/sign-in") if unknown else ()),
    )
    wait = getattr(problem, "retry_after", None)
    headers = {"Retry-After": str(wait)} if wait else None
    return HTMLResponse(renderer_of(request).error(context), status, headers)


def missing() -> NotFound:
    """No such page."""
    return NotFound("not_found", "There is nothing at this address. It may have been deleted, or the link was cut.")
