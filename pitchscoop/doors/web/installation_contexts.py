"""What the pages beside and behind events are told: organizers, the log, an event that comes or goes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pitchscoop.doors.web.contexts import Viewer
from pitchscoop.doors.web.organizer_contexts import EventBar


@dataclass(frozen=True, slots=True)
class OrganizerLine:
    """Somebody who runs events. ``first``: whoever runs the server, who cannot be removed; ``own``: who looks."""

    organizer_id: str
    name: str
    created_at: dt.datetime
    first: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class OrganizerList:
    """All who run events, and the field that invites another. ``error`` says what is wrong with ``name``.

    ``key`` tells one form that is sent twice from two. ``ended`` is the name of whoever was signed out just now,
    for good where they were ``removed``.
    """

    viewer: Viewer
    organizers: Sequence[OrganizerLine]
    key: str
    name: str = ""
    error: str | None = None
    ended: str | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class OrganizerLink:
    """A new organizer and the link that lets them in once. ``qr`` is an SVG."""

    viewer: Viewer
    name: str
    url: str
    qr: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A fact in words. ``about`` is the team, judge, organizer or pitch, ``href`` its page; ``more`` by label.

    ``role`` is what ``who`` is, where that is somebody's name; ``name`` is what programs call the fact.
    """

    at: dt.datetime
    who: str
    role: str | None
    what: str
    name: str
    about: str | None = None
    href: str | None = None
    more: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Who did what when, newest first. ``bar`` is None for the installation, and for an event that is gone.

    ``earlier_url`` leads to the page before, ``newest_url`` back to the first; ``csv_url`` answers with all of it.
    """

    viewer: Viewer
    bar: EventBar | None
    lines: Sequence[AuditLine]
    csv_url: str
    zone: str | None = None
    gone: bool = False
    earlier_url: str | None = None
    newest_url: str | None = None


@dataclass(frozen=True, slots=True)
class TakingIn:
    """The form that takes in an ``export.json`` of at most so many bytes. ``wrong`` says why ``filename`` was not."""

    viewer: Viewer
    most: int
    filename: str = ""
    wrong: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """What goes when an event is deleted, counted. ``error`` says what is wrong with the name that was ``typed``."""

    viewer: Viewer
    bar: EventBar
    teams: int
    judges: int
    pitches: int
    cards: int
    live: int = 0
    typed: str = ""
    error: str | None = None
