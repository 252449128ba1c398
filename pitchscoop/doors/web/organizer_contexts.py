"""What the organizer's pages are told: plain values, as in ``contexts``."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pitchscoop.doors.web.contexts import Viewer

Where = Literal["desk", "event", "room", "standings"]
Kind = Literal["team", "judge"]


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event in the list."""

    event_id: str
    name: str
    stage: str
    created_at: dt.datetime
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class EventList:
    """All events, newest first, and the form that sets up another.

    ``typed`` is what stands in its fields (name, teams, judges; ``once`` is another word each time it is shown),
    ``wrong`` what cannot be used of it, by field.

    ``deleted`` is the id of one that was deleted just now.
    """

    viewer: Viewer
    events: Sequence[EventLine]
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    deleted: str | None = None


@dataclass(frozen=True, slots=True)
class EventBar:
    """What stands above every page of an event.

    ``onward`` and ``back`` are the stages that lie beside this one and what their buttons say; ``meaning`` is what the
    stage is for.
    """

    event_id: str
    name: str
    stage: str
    where: Where
    meaning: str
    onward: tuple[str, str] | None = None
    back: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A step that is not taken yet, because so many cards are missing. ``words`` are those of its button."""

    stage: str
    words: str
    missing: int
    where: Where


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team in the list."""

    team_id: str
    name: str
    track: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """A judge in the list."""

    judge_id: str
    name: str


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """The settings as they stand in the form. ``values`` and ``errors`` are by field.

    ``now``: by label, what somebody else has made of it meanwhile; the form then holds what was typed, and ``revision``
    is that of what is there now.
    """

    revision: int
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    now: Sequence[tuple[str, str]] = ()
    saved: bool = False


@dataclass(frozen=True, slots=True)
class PrizeRow:
    """A prize as it stands in the form: ``id``, ``name``, and what it ``goes`` by. ``new``: an empty one."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    new: bool = False


@dataclass(frozen=True, slots=True)
class PrizeForm:
    """The prizes as they stand in the form; ``choices`` are what one can go by. ``overtaken`` as in ``OrderForm``."""

    revision: int
    rows: Sequence[PrizeRow]
    choices: Sequence[tuple[str, str]]
    saved: bool = False
    wrong: bool = False
    overtaken: bool = False


@dataclass(frozen=True, slots=True)
class OrderForm:
    """The running order as it stands in the form. ``missing`` are teams that have no slot.

    ``overtaken``: somebody else has changed it meanwhile; the form holds what was typed, ``revision`` is that of now.
    """

    revision: int
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    missing: Sequence[str] = ()
    overtaken: bool = False
    saved: bool = False


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion as it stands in the form. ``share`` of the total, where it is the same in every track."""

    values: Mapping[str, str]
    share: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    new: bool = False


@dataclass(frozen=True, slots=True)
class RubricForm:
    """The criteria as they stand in the form. ``template``: the rubric to begin with that fills it.

    ``began``: there are cards, and what becomes of them is to be agreed to; ``agreed`` is then what the form says of
    it. ``overtaken``: somebody else has changed the event meanwhile; the form holds what was typed, ``revision`` is
    that of now. ``wrong``: some cannot be.
    """

    revision: int
    rows: Sequence[CriterionRow]
    template: str | None = None
    began: str | None = None
    agreed: str | None = None
    overtaken: bool = False
    wrong: bool = False
    saved: bool = False


@dataclass(frozen=True, slots=True)
class VoteBox:
    """The audience's vote as it stands. ``qr`` is an SVG of ``url``; ``votes`` are those that count so far.

    ``by_link``: only links that the organizer hands out count. ``running``: votes are taken now.
    """

    url: str
    qr: str
    votes: int
    by_link: bool
    running: bool
    most: int


@dataclass(frozen=True, slots=True)
class EventPage:
    """The event's own page.

    ``wrong`` says what is wrong with what was sent, by ``teams``, ``judges``, ``ballots`` or ``copy``.

    ``texts`` is what stands in these fields. ``removed`` is the judge who was taken off just now. ``closed``: the
    event is archived, and nothing in it changes. ``templates`` are what rubrics to begin with are called, by name.
    ``join_url`` is where teams join by themselves, where they may; ``standings_url`` is what everybody is to see of
    it, once there is a result. ``kept_until`` is the date until which what is recorded now is kept.
    ``vote`` is None where the audience has none. ``only_here``: links to it lead nowhere but to this machine.
    """

    viewer: Viewer
    bar: EventBar
    teams: Sequence[TeamLine]
    judges: Sequence[JudgeLine]
    order: OrderForm
    rubric: RubricForm
    prizes: PrizeForm
    templates: Mapping[str, str]
    settings: SettingsForm
    languages: Sequence[tuple[str, str]]
    zones: Sequence[str]
    tie_breaks: Sequence[tuple[str, str]]
    votes: Sequence[tuple[str, str]]
    tracks: Sequence[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    removed: JudgeLine | None = None
    doubt: Doubt | None = None
    closed: bool = False
    join_url: str | None = None
    standings_url: str | None = None
    kept_until: str | None = None
    vote: VoteBox | None = None
    only_here: bool = False


@dataclass(frozen=True, slots=True)
class PastedLine:
    """A line of a pasted list; ``wrong`` says why nobody is added by it."""

    number: int
    name: str
    track: str | None = None
    members: int = 0
    wrong: str | None = None


@dataclass(frozen=True, slots=True)
class Pasted:
    """A pasted list before anybody is added. ``text`` is the list as it was pasted.

    ``lines`` are as many as a page shows, those first that are left out; ``adding`` and ``left_out`` count all.
    ``ignored`` are columns that are not used.
    """

    viewer: Viewer
    bar: EventBar
    kind: Kind
    lines: Sequence[PastedLine]
    adding: int
    left_out: int
    text: str
    ignored: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Invitation:
    """The link of a team or a judge, for copying and scanning. ``path`` is where its changes are posted."""

    viewer: Viewer
    bar: EventBar
    kind: Kind
    name: str
    url: str
    qr: str
    path: str
    qr_url: str


@dataclass(frozen=True, slots=True)
class Card:
    """One card of the sheet. ``qr`` is an SVG."""

    kind: Literal[Kind, "ballot"]
    name: str
    url: str
    qr: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cards to be printed and cut. ``only_here``: their links lead nowhere but to this machine.

    ``ballots``: each votes once, and none is shown again.
    """

    viewer: Viewer
    bar: EventBar
    cards: Sequence[Card]
    only_here: bool = False
    ballots: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk, which fetches from three paths (see ``desk.py``). ``reads``: judges a team, no more than there are.

    ``rows_path`` answers with all sessions, ``news_path`` with what changed, ``progress_path`` with how far judges are.
    """

    viewer: Viewer
    bar: EventBar
    has_teams: bool
    judges: Sequence[JudgeLine]
    limit_seconds: int
    rows_path: str
    news_path: str
    progress_path: str
    export_url: str
    search_url: str
    zone: str
    reads: int = 3
    transcribes: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """The screen in the room.

    ``now_path`` answers with who is being recorded, on stage, and next (see ``room.py``), ``standings_path`` with what
    a reveal shows to organizers.
    """

    viewer: Viewer
    event_name: str
    now_path: str
    zone: str
    standings_path: str = ""
