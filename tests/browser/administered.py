"""Sample pages of who hears whom, the organizers, the log, and of an event that comes or goes."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from pitchscoop.doors.web import installation_contexts as i
from pitchscoop.doors.web import panel_contexts as p
from pitchscoop.doors.web.events import bar_of
from pitchscoop.doors.web.qr import qr_svg
from pitchscoop.doors.web.render import Renderer
from pitchscoop.doors.web.told import WORDS
from tests.browser.organized import EVENT, ORGANIZER, TEAMS, TRACKS
from tests.browser.words import ARABIC, LONG_TEAM, LONG_TITLE, WHEN

JUDGES = ("Dr. Nkechi Okonkwo-Lindqvist", "Bo Halvorsen", ARABIC, LONG_TEAM, "Kaspar Brandt")
WHY = (
    "'Kelpline' lacks 1 judge. Only Bo Halvorsen and Kaspar Brandt may hear it; 1 judge must not, by a conflict of "
    "interest; 2 judges only hear other tracks. Invite a judge who may."
)
NOTE = "The judges fall into 2 groups that share no team: scores can be compared within a group, not across groups."
PLACES: tuple[p.Place, ...] = ("heard", "hears", "hears", "absent", "removed", "barred")
URL = "https://pitches.example.org/sign-in?token=0123456789abcdefghijklmnopqrstuvwxyzABCDEF0"
HREF = "/pitches/0123456789"


def _row(number: int) -> p.PanelRow:
    seats = [p.Seat(JUDGES[(number + at) % 5], PLACES[(number + at) % 6]) for at in range(number % 4)]
    return p.PanelRow(TEAMS[number], TRACKS[number % 3], seats, 3 - len(seats))


def _panel() -> p.PanelPage:
    loads = [p.Load(str(at), name, 4 + at, at, absent=at == 3, removed=at == 4) for at, name in enumerate(JUDGES)]
    plan = p.Plan([_row(number) for number in range(len(TEAMS))], 3, WHEN, (NOTE,))
    return p.PanelPage(ORGANIZER, bar_of(EVENT, "event"), plan, loads, len(TEAMS), 3, 4, zone="UTC")


def _new(teams: int, judges: int) -> p.PanelPage:
    loads = [p.Load(str(at), name) for at, name in enumerate(JUDGES[:judges])]
    return replace(_panel(), plan=None, loads=loads, teams=teams, revision=0)


def _organizers() -> i.OrganizerList:
    names = ("Organizer", "Cleo Adeyemi", LONG_TEAM, ARABIC)
    lines = [i.OrganizerLine(str(at), name, WHEN, first=at == 0, own=at == 1) for at, name in enumerate(names)]
    return i.OrganizerList(ORGANIZER, lines, "k" * 43)


def _log() -> list[i.AuditLine]:
    doers = (("Cleo Adeyemi", "organizer"), (LONG_TEAM, "team"), ("The server", None), (ARABIC, "judge"))
    lines = [
        i.AuditLine(
            at=WHEN - dt.timedelta(minutes=at),
            who=doers[at % 4][0],
            role=doers[at % 4][1],
            what=words,
            name=name,
            about=TEAMS[at % 8] if at % 3 else None,
        )
        for at, (name, words) in enumerate(WORDS.items())
    ]
    changes = (("Name", LONG_TITLE), ("Kept for", "90"), ("Tracks", "Sea, Land"))
    lines[3] = replace(lines[3], what="Changed the event", name="event_changed", about=None, more=changes)
    lines[4] = replace(lines[4], about=f"{LONG_TEAM}: {LONG_TITLE}", href=HREF)
    return lines[:50]


def pages(renderer: Renderer) -> dict[str, Callable[[], str]]:
    """Name of a page and how it is made."""
    panel, bar = _panel(), bar_of(EVENT, "event")
    long = bar_of(EVENT.model_copy(update={"name": LONG_TITLE, "stage": "archived"}), "event")
    short = p.Short(14, 17, [WHY, WHY.replace("Kelpline", LONG_TITLE)])
    log = i.AuditPage(
        ORGANIZER, bar, _log(), "/sample/export", "UTC", earlier_url="/audit-earlier", newest_url="/audit"
    )
    going = i.Deletion(ORGANIZER, bar, 48, 9, 131, 402, live=2)
    export = "This is no export.json of version 2: sessions.3.audio_size: Input should be a valid integer."
    return {
        "panel": lambda: renderer.panel(replace(panel, made=True)),
        "panel-new": lambda: renderer.panel(_new(8, 5)),
        "panel-no-judges": lambda: renderer.panel(_new(8, 0)),
        "panel-nobody": lambda: renderer.panel(_new(0, 0)),
        "panel-short": lambda: renderer.panel(replace(panel, short=short, reads=4)),
        "panel-overtaken": lambda: renderer.panel(replace(panel, overtaken=True, afresh=True)),
        "panel-wrong": lambda: renderer.panel(replace(panel, wrong="Up to 2000 teams can be assigned at once.")),
        "panel-archived": lambda: renderer.panel(replace(panel, bar=long, closed=True)),
        "organizers": lambda: renderer.organizers(_organizers()),
        "organizers-wrong": lambda: renderer.organizers(
            replace(_organizers(), name=LONG_TITLE * 2, error="Write a name of at most 200 letters.")
        ),
        "organizers-ended": lambda: renderer.organizers(replace(_organizers(), ended=LONG_TEAM, removed=True)),
        "organizer-link": lambda: renderer.organizer_link(i.OrganizerLink(ORGANIZER, LONG_TEAM, URL, qr_svg(URL))),
        "audit": lambda: renderer.audit(log),
        "audit-installation": lambda: renderer.audit(replace(log, bar=None, zone=None, lines=log.lines[:9])),
        "audit-empty": lambda: renderer.audit(replace(log, bar=None, gone=True, lines=(), earlier_url=None)),
        "import": lambda: renderer.taking_in(i.TakingIn(ORGANIZER, 16 << 20)),
        "import-wrong": lambda: renderer.taking_in(
            i.TakingIn(ORGANIZER, 16 << 20, f"{LONG_TITLE}.json", export, "bad_export")
        ),
        "deletion": lambda: renderer.deletion(going),
        "deletion-wrong": lambda: renderer.deletion(
            replace(going, bar=long, pitches=1, cards=0, live=0, typed="Nord", error="This is not its name.")
        ),
    }
