"""An event on a real server with pitches to be judged, and what a judge does on a phone."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect

from tests.browser.written import AUTHORIZED, pitched
from tests.servers.app import App

CRITERIA = ("Problem", "Solution", "Team and craft", "Delivery")
IDS = ("problem", "solution", "team-and-craft", "delivery")
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True,
                         "device_scale_factor": 2}  # fmt: skip
KEPT = """async () => {
    const page = await caches.open('judging-page');
    const sound = await caches.open('judging-sound');
    return [navigator.serviceWorker.controller !== null, await page.match('/judging') !== undefined,
            (await sound.keys()).length];
}"""


@dataclass(frozen=True)
class Event:
    """An event with pitches, one a team, in this order."""

    app: App
    event_id: str
    sessions: tuple[str, ...]
    teams: tuple[str, ...]

    def judge(self, name: str) -> dict[str, Any]:
        """A judge: ``judge_id``, ``token``, ``invite_url``."""
        return _post(self.app, f"/events/{self.event_id}/judges", {"name": name})

    def move(self, stage: str) -> None:
        """Move it to another stage."""
        _post(self.app, f"/events/{self.event_id}/stage", {"stage": stage})

    def cards(self, place: int) -> list[dict[str, Any]]:
        """All cards of a pitch, as the organizer sees them."""
        path = f"{self.app.url}/api/v1/sessions/{self.sessions[place]}/scores"
        found: list[dict[str, Any]] = httpx.get(path, headers=AUTHORIZED).raise_for_status().json()["cards"]
        return found

    def given(self, place: int) -> list[tuple[list[float | None], str]]:
        """Scores in the order of the criteria, and comments, of all cards of a pitch."""
        return [([card["scores"].get(one) for one in IDS], card["comment"]) for card in self.cards(place)]


def event_of(app: App, count: int, sound: bytes, **settings: Any) -> Event:
    """An event of so many teams, each of which has pitched."""
    new = {"name": "Nordhavn Climate Hack 2026", "settings": settings}
    event_id = _post(app, "/events", new)["event_id"]
    teams = [_post(app, f"/events/{event_id}/teams", {"name": f"Team {number}"}) for number in range(1, count + 1)]
    sessions = tuple(pitched(app, team, sound)["session_id"] for team in teams)
    return Event(app, event_id, sessions, tuple(team["team_id"] for team in teams))


def _post(app: App, path: str, document: dict[str, Any]) -> dict[str, Any]:
    answer = httpx.post(f"{app.url}/api/v1{path}", json=document, headers=AUTHORIZED)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def phone(playwright: Playwright, profile: Path, flags: list[str]) -> BrowserContext:
    """A phone whose browser keeps what it has over its death."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path="/usr/bin/chromium", args=flags, **PHONE
    )
    context.set_default_timeout(20_000)
    return context


def scale(page: Page, criterion: str) -> Locator:
    """The scale of a criterion."""
    return page.get_by_role("radiogroup", name=criterion, exact=True)


def tap(page: Page, criterion: str, score: int) -> None:
    """Tap a score of a scale from 1 on."""
    scale(page, criterion).locator("label").nth(score - 1).tap()


def give(page: Page, *scores: int) -> None:
    """Tap one score for each criterion, from the first on."""
    for criterion, score in zip(CRITERIA, scores, strict=False):
        tap(page, criterion, score)


def onward(page: Page) -> None:
    """Tap Next."""
    page.get_by_role("link", name="Next").tap()


def standing(page: Page) -> Locator:
    """What the dock says of where the card is."""
    return page.locator("[data-part=standing-words]")


def kept(page: Page, pitches: int) -> None:
    """Wait until the page would open without a network, and so many pitches would be heard."""
    for _ in range(200):
        if page.evaluate(KEPT) == [True, True, 2 * pitches]:
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate(KEPT))


def team(page: Page) -> Locator:
    """The team of the open card."""
    return page.locator("[data-part=card-team]")


def far(page: Page) -> Locator:
    """How far the judge has come."""
    return page.locator("[data-part=progress]")


def opened(page: Page, app: App, words: str) -> None:
    """Open the page anew; it says how far the judge has come."""
    page.goto(f"{app.url}/judging")
    expect(far(page)).to_have_text(words)


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for something that the page does not show."""
    for _ in range(200):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came true")
