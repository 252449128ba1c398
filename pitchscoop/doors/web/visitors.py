"""Who looks at a page, and how it speaks of sessions."""

from urllib.parse import urlsplit

from starlette.requests import Request

from pitchscoop.access.model import ANYBODY, Principal, Role
from pitchscoop.doors.auth import address_of, engine_of, principal_of
from pitchscoop.doors.web import contexts
from pitchscoop.engine import Engine
from pitchscoop.events.model import Event
from pitchscoop.kernel.errors import SlowDown, Unauthorized
from pitchscoop.recordings.model import Session


def viewer_of(who: Principal) -> contexts.Viewer:
    """Whoever asks, as pages name them."""
    return contexts.Viewer(role=who.role.value, name=who.name or None)


async def person_of(request: Request) -> Principal:
    """Whoever looks; a cookie that is no longer valid makes a visitor, not an error."""
    try:
        return await principal_of(request)
    except (Unauthorized, SlowDown):
        return ANYBODY


def local_url(engine: Engine, url: str | None) -> str | None:
    """What the app serves is addressed by path: a phone may know this machine under another name."""
    return url.removeprefix(engine.public_url) if url and url.startswith(f"{engine.public_url}/") else url


async def visitor_of(request: Request) -> Principal:
    """Whoever is signed in and, for a visitor, what the link's key opens."""
    person = await person_of(request)
    key = request.query_params.get("key")
    if key and person.role is Role.PUBLIC:
        return await engine_of(request).listener(request.path_params["session_id"], key, address_of(request))
    return person


def only_here(engine: Engine) -> bool:
    """Whether printed links would lead nowhere but to this machine."""
    return urlsplit(engine.public_url).hostname in ("localhost", "127.0.0.1", "::1")


def zone_of(event: Event) -> str | None:
    """Whose clock times are shown: the event's; where it was set up without one, those of whoever reads."""
    return None if event.settings.timezone == "UTC" else event.settings.timezone


def state_of(session: Session) -> contexts.Status:
    """A session's status as people see it."""
    if session.status == "recording" and session.source is None:
        return "waiting"
    return session.status if session.status != "deleting" else "failed"


def peaks_path(session: Session, key: str | None) -> str | None:
    """Where the waveform is for whoever holds this key; None before it is made."""
    if session.status != "completed":
        return None
    return f"/pitches/{session.session_id}/peaks" + (f"?key={key}" if key else "")
