"""The screen in the room, and what it and the desk are told of the stage while they are open."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from pitchscoop.access.model import Verb
from pitchscoop.doors.auth import engine_of
from pitchscoop.doors.web import organizer_contexts as contexts
from pitchscoop.doors.web.render import renderer_of
from pitchscoop.doors.web.visitors import person_of, viewer_of
from pitchscoop.kernel.clock import utc_now
from pitchscoop.organizing.running_order import RunningOrder, Slot
from pitchscoop.recordings.overview import OnAir

_AHEAD = 4  # teams: the next one, and the three that the room is shown behind it
_QUIET = 20.0  # seconds without sound until it is said; the sound itself is noted every 30 s or less


async def room(request: Request) -> Response:
    """``GET /events/{event_id}/room``."""
    engine, who = engine_of(request), await person_of(request)
    event_id = request.path_params["event_id"]
    event = await engine.events.allowed(who, Verb.SESSION_LIST, event_id)
    page = contexts.Room(viewer_of(who), event.name, f"/events/{event_id}/room/now", event.settings.timezone)
    return HTMLResponse(renderer_of(request).room(page))


async def room_now(request: Request) -> Response:
    """``GET /events/{event_id}/room/now``: who is being recorded, who is on stage, and who is next."""
    engine, who = engine_of(request), await person_of(request)
    event_id = request.path_params["event_id"]
    live = await engine.on_air(who, event_id)
    order = await engine.running_orders.read(who, event_id)
    document = {"live": [on_air(found) for found in live], "stage": stage(order)}
    return JSONResponse(document, headers={"Cache-Control": "no-store"})


def on_air(found: OnAir) -> dict[str, object]:
    """A recording under way, as pages follow it."""
    session = found.session
    silent = (utc_now() - found.heard_at).total_seconds()
    return {
        "id": session.session_id,
        "team": session.team_name,
        "title": session.pitch_title,
        "stored": round(found.stored, 2),
        "limit": session.max_seconds,
        "silent": round(silent) if silent > session.noted_every + _QUIET else None,
    }


def stage(order: RunningOrder) -> dict[str, object]:
    """Who is on stage and who is next, with times in milliseconds; ``at`` is the server's time, for countdowns."""
    ahead = [slot for slot in order.slots if slot.standing in ("next", "later")]
    return {
        "now": _slot(order.now) if order.now else None,
        "next": [_slot(slot) for slot in ahead[:_AHEAD]],
        "slot": order.slot_seconds,
        "at": int(order.at.timestamp() * 1000),
    }


def _slot(slot: Slot) -> dict[str, object]:
    return {
        "id": slot.team_id,
        "team": slot.team_name,
        "begins": int(slot.starts_at.timestamp() * 1000) if slot.starts_at else None,
        "ends": int(slot.ends_at.timestamp() * 1000) if slot.ends_at else None,
    }
