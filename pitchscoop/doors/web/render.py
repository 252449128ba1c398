"""Pages from their contexts. Templates know contexts only; addresses of built files come from the manifest."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import jinja2
from starlette.requests import Request

from pitchscoop.doors.web import wording
from pitchscoop.doors.web.contexts import Docs, ErrorPage, Home, Pitch, Recorder, RecordForm, Search, SignIn, Upload
from pitchscoop.doors.web.feedback_contexts import FeedbackPage
from pitchscoop.doors.web.final_contexts import FinalistsPage, FinalPage
from pitchscoop.doors.web.installation_contexts import AuditPage, Deletion, OrganizerLink, OrganizerList, TakingIn
from pitchscoop.doors.web.judge_contexts import JudgePage
from pitchscoop.doors.web.languages import language
from pitchscoop.doors.web.organizer_contexts import Desk, EventList, EventPage, Invitation, Pasted, Room, Sheet
from pitchscoop.doors.web.panel_contexts import PanelPage
from pitchscoop.doors.web.public_contexts import Registered, Registration, VotePage
from pitchscoop.doors.web.standings_contexts import Standings

ASSETS = Path(__file__).parent / "assets"
TEMPLATES = Path(__file__).parent / "templates"


def renderer_of(request: Request) -> "Renderer":
    """The renderer of this application."""
    return cast("Renderer", request.app.state.renderer)


class AssetsMissing(Exception):
    """The pages' scripts and styles were not built: run ``make setup``."""


class Renderer:
    """One method a page. ``base`` is the path under which the built files are served."""

    def __init__(self, assets: Path = ASSETS, base: str = "/assets/") -> None:
        self._base = base
        self._assets = assets
        self._manifest = _manifest(assets)
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.globals["asset"] = self.asset
        for words in (
            wording.duration,
            wording.spoken,
            wording.clock,
            wording.thousands,
            wording.percent,
            wording.size,
            wording.counted,
            wording.plain,
            language,
        ):
            self._jinja.filters[words.__name__] = words

    def asset(self, name: str) -> str:
        """The address of a built file by its plain name, such as ``site.css``."""
        return self._base + self._manifest[name]

    def built(self, name: str) -> Path:
        """A built file by its plain name."""
        return self._assets / self._manifest[name]

    def home(self, page: Home) -> str:
        """The first page."""
        return self._render("home.html", page)

    def search(self, page: Search) -> str:
        """What was found."""
        return self._render("search.html", page)

    def record_form(self, page: RecordForm) -> str:
        """Team and title, before recording or uploading."""
        return self._render("record_form.html", page)

    def recorder(self, page: Recorder) -> str:
        """The recorder."""
        return self._render("recorder.html", page)

    def upload(self, page: Upload) -> str:
        """Choosing and sending a file."""
        return self._render("upload.html", page)

    def pitch(self, page: Pitch) -> str:
        """One pitch: listening, reading, taking away."""
        return self._render("pitch.html", page)

    def sign_in(self, page: SignIn) -> str:
        """Signing in with a link."""
        return self._render("sign_in.html", page)

    def events(self, page: EventList) -> str:
        """All events, and setting one up."""
        return self._render("events.html", page)

    def event(self, page: EventPage) -> str:
        """An event: teams, judges, settings."""
        return self._render("event.html", page)

    def registration(self, page: Registration) -> str:
        """A team joins by itself."""
        return self._render("registration.html", page)

    def registered(self, page: Registered) -> str:
        """It has joined: its link."""
        return self._render("registered.html", page)

    def vote(self, page: VotePage) -> str:
        """The audience votes."""
        return self._render("vote.html", page)

    def pasted(self, page: Pasted) -> str:
        """A pasted list, before anybody is added."""
        return self._render("pasted.html", page)

    def invitation(self, page: Invitation) -> str:
        """The link of a team or a judge."""
        return self._render("invitation.html", page)

    def sheet(self, page: Sheet) -> str:
        """Cards to be printed."""
        return self._render("sheet.html", page)

    def panel(self, page: PanelPage) -> str:
        """Who hears whom."""
        return self._render("panel.html", page)

    def organizers(self, page: OrganizerList) -> str:
        """Those who run events."""
        return self._render("organizers.html", page)

    def organizer_link(self, page: OrganizerLink) -> str:
        """The link of a new organizer."""
        return self._render("organizer_link.html", page)

    def audit(self, page: AuditPage) -> str:
        """Who did what when."""
        return self._render("audit.html", page)

    def taking_in(self, page: TakingIn) -> str:
        """Taking in an event."""
        return self._render("taking_in.html", page)

    def deletion(self, page: Deletion) -> str:
        """Deleting an event."""
        return self._render("deletion.html", page)

    def desk(self, page: Desk) -> str:
        """The organizer's desk."""
        return self._render("desk.html", page)

    def room(self, page: Room) -> str:
        """The screen in the room."""
        return self._render("room.html", page)

    def standings(self, page: Standings) -> str:
        """The standings."""
        return self._render("standings.html", page)

    def finalists(self, page: FinalistsPage) -> str:
        """Who is in the final round, and what has come of it."""
        return self._render("finalists.html", page)

    def final(self, page: FinalPage) -> str:
        """Two finalists that a judge compares."""
        return self._render("final.html", page)

    def judging(self, page: JudgePage) -> str:
        """A judge's pitches and cards."""
        return self._render("judging.html", page)

    def feedback(self, page: FeedbackPage) -> str:
        """What a team may read."""
        return self._render("feedback.html", page)

    def docs(self, page: Docs) -> str:
        """The description of REST."""
        return self._render("docs.html", page)

    def error(self, page: ErrorPage) -> str:
        """Any error a person meets in a page."""
        return self._render("error.html", page)

    def _render(self, template: str, page: object) -> str:
        return self._jinja.get_template(template).render(page=page)


@functools.cache
def _manifest(assets: Path) -> Mapping[str, str]:
    try:
        names: dict[str, str] = json.loads((assets / "manifest.json").read_text())
    except FileNotFoundError as missing:
        raise AssetsMissing(f"No built pages in {assets}: run make setup.") from missing
    return names
