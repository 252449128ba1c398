"""What pages for everybody are told: plain values, as in ``contexts``."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitchscoop.doors.web.contexts import Viewer


@dataclass(frozen=True, slots=True)
class Registration:
    """The form by which a team joins by itself. It posts to ``path``; ``error`` says what is wrong with ``name``.

    ``key`` tells one form that is sent twice from two.
    """

    viewer: Viewer
    event_name: str
    path: str
    key: str
    tracks: Sequence[str] = ()
    name: str = ""
    track: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """A team that has joined, and the link that its members share. ``qr`` is an SVG."""

    viewer: Viewer
    event_name: str
    name: str
    url: str
    qr: str
