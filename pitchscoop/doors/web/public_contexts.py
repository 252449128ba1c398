"""What pages for everybody are told: plain values, as in ``contexts``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pitchscoop.doors.web.contexts import Viewer

Closed = Literal["off", "early", "over"]


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


@dataclass(frozen=True, slots=True)
class VoteChoice:
    """A pitch that can be voted for."""

    session_id: str
    team: str
    title: str


@dataclass(frozen=True, slots=True)
class VotePage:
    """The audience's page, which posts to ``path``.

    ``state`` says why nobody can vote, that this browser has no ballot that counts, that there is ``nothing`` to vote
    for yet, or ``open``. ``by_link``: only links that the organizer handed out count. ``pick`` is the pitch that the
    ballot picks, ``picked`` its team. ``voted``: it was changed just now; ``wrong`` says why it was not.
    """

    viewer: Viewer
    event_name: str
    path: str
    state: Literal[Closed, "no_ballot", "nothing", "open"]
    choices: Sequence[VoteChoice] = ()
    by_link: bool = False
    pick: str | None = None
    picked: str | None = None
    voted: bool = False
    wrong: str | None = None
    standings_url: str | None = None
