"""What the page of who hears whom is told: plain values, as in ``contexts``."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pitchscoop.doors.web.contexts import Viewer
from pitchscoop.doors.web.organizer_contexts import EventBar

Place = Literal["hears", "heard", "absent", "removed", "barred"]


@dataclass(frozen=True, slots=True)
class Seat:
    """A judge of a team's panel: who is to hear it or has, or cannot. ``barred``: by a conflict known since."""

    name: str
    place: Place = "hears"


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A team and its judges. ``missing`` is how many it lacks as things are now."""

    team: str
    track: str | None
    seats: Sequence[Seat]
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """How many teams a judge hears, and how many of them they have heard. ``absent`` is the tick beside the name."""

    judge_id: str
    name: str
    teams: int = 0
    heard: int = 0
    absent: bool = False
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Who hears whom, as it was made for ``reads`` judges a team. ``rows`` are as many as a page shows."""

    rows: Sequence[PanelRow]
    reads: int
    made_at: dt.datetime
    notes: Sequence[str] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Short:
    """What cannot be: so many ``teams`` lack ``readings`` together. ``whys`` are as many as a page shows."""

    teams: int
    readings: int
    whys: Sequence[str]


@dataclass(frozen=True, slots=True)
class PanelPage:
    """Who hears whom. ``plan`` is None before the first; ``teams`` is how many take part, ``reads`` the setting.

    ``afresh`` is how it was asked for where it was not made: because there are not enough judges (``short``), somebody
    else made one meanwhile (``overtaken``; ``revision`` is that of theirs), or for what ``wrong`` says. The ticks then
    stand as they were sent.
    """

    viewer: Viewer
    bar: EventBar
    plan: Plan | None
    loads: Sequence[Load]
    teams: int
    reads: int
    revision: int
    zone: str | None = None
    made: bool = False
    afresh: bool = False
    short: Short | None = None
    overtaken: bool = False
    wrong: str | None = None
    closed: bool = False
