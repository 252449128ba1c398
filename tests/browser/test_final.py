"""The final round in Chromium: two pitches are heard, one is said to be better, with and without a script."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser import finals, judges
from tests.browser.conftest import FLAGS
from tests.browser.judges import event_of
from tests.browser.written import AUTHORIZED
from tests.servers.app import App
from tests.speech import wav


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    yield page
    page.context.close()


def test_the_result_stands_beside_the_standings(page: Page, preview: str) -> None:
    page.goto(f"{preview}/standings")
    round_ = page.get_by_role("region", name="Final round")
    expect(round_).to_contain_text("Of a hundred judges 56 would prefer")
    places = round_.get_by_role("listitem")
    expect(places).to_have_count(3)
    expect(places.nth(1)).to_contain_text("Grandmother Tongue")
    expect(places.nth(1)).to_contain_text("preferred in 10 of 15")
    page.goto(f"{preview}/standings-live")
    expect(round_.get_by_role("listitem").first).to_contain_text("No place yet")
    page.goto(f"{preview}/standings-mean")
    expect(page.locator(".standing").first).to_be_visible()
    expect(round_).to_be_hidden()


def test_without_a_script_it_is_heard_and_answered(chromium: Browser, preview: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{preview}/final")
    expect(page.locator("audio")).to_have_count(2)
    expect(page.locator(".card-player").first).to_be_hidden()
    finals.said.clear()
    page.get_by_role("button", name="This one was better").nth(1).click()
    expect(page.get_by_role("heading", name="You have compared all pairs")).to_be_visible()
    assert finals.said == [{"judge": "ada", "one": "s0", "other": "s1", "better": "s1"}]
    context.close()


def test_a_judge_compares_the_finalists_on_a_phone(app: App, playwright: Playwright, tmp_path: Path) -> None:
    event = event_of(app, 3, wav())
    ada = event.judge("Ada")
    httpx.put(
        f"{app.url}/api/v1/events/{event.event_id}/final",
        json={"session_ids": event.sessions},
        headers=AUTHORIZED,
    ).raise_for_status()
    context = judges.phone(playwright, tmp_path / "phone", FLAGS)
    page = context.new_page()
    page.goto(ada["invite_url"])
    page.get_by_role("link", name="Final round: 3 pairs").tap()
    expect(page.get_by_text("0 of 3 pairs compared")).to_be_visible()
    players = page.locator("final-pitch")
    players.nth(0).get_by_role("button", name="Play").tap()
    expect(players.nth(0).get_by_role("button", name="Pause")).to_be_visible()
    players.nth(1).get_by_role("button", name="Play").tap()
    expect(players.nth(0).get_by_role("button", name="Play")).to_be_visible()  # one sound at a time
    for compared in (1, 2, 3):
        page.get_by_role("button", name="This one was better").first.tap()
        expect(page.get_by_text(f"{compared} of 3 pairs compared")).to_be_visible()
    expect(page.get_by_role("heading", name="You have compared all pairs")).to_be_visible()
    page.get_by_role("link", name="Change").first.tap()
    page.get_by_role("button", name="This one was better").nth(1).tap()
    expect(page.get_by_text("3 of 3 pairs compared")).to_be_visible()
    page.get_by_role("link", name="Your pitches").first.tap()
    expect(page.get_by_role("link", name="Final round: all pairs compared")).to_be_visible()
    context.close()
