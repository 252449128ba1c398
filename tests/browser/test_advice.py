"""An organizer has advice drafted, edits, accepts and rejects it; the team reads what was accepted."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import written
from tests.browser.conftest import SECONDS
from tests.browser.test_correction import correct
from tests.browser.test_story import complaints, until
from tests.browser.written import AUDIO, AUTHORIZED
from tests.servers.app import App
from tests.servers.llm import ModelServer


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    server = ModelServer()
    server.start()
    yield server
    server.die()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[App]:
    """A server that has a model."""
    app = App(tmp_path_factory.mktemp("house"), model.settings, "embedded")
    app.start()
    yield app
    app.stop()


@pytest.fixture
def cleo(chromium: Browser) -> Iterator[Page]:
    """An organizer."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_extra_http_headers(AUTHORIZED)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def line(page: Page, number: int) -> Locator:
    return page.locator(".advice-line").nth(number)


def test_from_the_draft_to_what_the_team_reads(
    house: App, model: ModelServer, pitch: dict[str, Any], speakers: dict[str, str], cleo: Page, chromium: Browser
) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    said = complaints(cleo)
    cleo.goto(f"{house.url}/pitches/{pitch['session_id']}")
    model.knobs.delay = 1.0
    cleo.get_by_role("button", name="Draft advice").click()
    expect(cleo.get_by_text("A model is drafting.")).to_be_visible()
    expect(cleo.locator(".advice-line")).to_have_count(7, timeout=15_000)
    expect(cleo.locator("[data-part=advice-news]")).to_have_text("The draft is here.")

    line(cleo, 0).get_by_role("button", name="Accept").click()
    expect(line(cleo, 0).locator(".advice-verdict")).to_have_text("Accepted by Organizer")
    expect(line(cleo, 0).get_by_role("button", name="Edit…")).to_be_focused()
    line(cleo, 1).get_by_role("button", name="Reject").click()
    expect(line(cleo, 1).locator(".advice-verdict")).to_have_text("Rejected by Organizer")
    line(cleo, 2).get_by_role("button", name="Edit…").click()
    line(cleo, 2).get_by_label("As the team reads it").fill("Say <b>who</b> pays.")
    line(cleo, 2).get_by_role("button", name="Save and accept").click()
    expect(line(cleo, 2).locator(".advice-text")).to_have_text("Say <b>who</b> pays.")
    expect(line(cleo, 2).locator(".advice-drafted")).to_contain_text("Your ending leaves")
    line(cleo, 1).get_by_role("button", name="Take back").click()
    expect(line(cleo, 1).locator(".advice-verdict")).to_have_count(0)
    line(cleo, 3).get_by_role("link", name=re.compile("At 0:")).click()
    until(cleo, f"!{AUDIO}.paused")
    assert said == []

    page = chromium.new_page()
    page.goto(speakers["join_url"])
    page.goto(f"{house.url}/pitches/{pitch['session_id']}")
    expect(page.get_by_role("heading", name="Advice")).to_have_count(0)
    stage = f"{house.url}/api/v1/events/default/stage"
    httpx.post(stage, json={"stage": "published"}, headers=AUTHORIZED).raise_for_status()
    page.reload()
    expect(page.locator(".advice-text")).to_have_text(
        ["You begin with what you do, which is easy to follow.", "Say <b>who</b> pays."]
    )
    expect(page.get_by_text("Drafted by a model, checked by Organizer.")).to_be_visible()
    expect(page.locator("pitch-advice button")).to_have_count(0)
    for back in ("frozen", "open"):
        httpx.post(stage, json={"stage": back}, headers=AUTHORIZED).raise_for_status()
    page.context.close()


def test_what_somebody_else_decided_is_not_undone(
    house: App, model: ModelServer, pitch: dict[str, Any], cleo: Page
) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    path = f"{house.url}/api/v1/sessions/{pitch['session_id']}/advice"
    model.knobs.delay = 0.0
    httpx.post(path, headers=AUTHORIZED).raise_for_status()
    cleo.goto(f"{house.url}/pitches/{pitch['session_id']}")
    expect(cleo.locator(".advice-line")).to_have_count(7, timeout=15_000)
    first = httpx.get(path, headers=AUTHORIZED).json()["sentences"][0]["id"]
    reject = {"sentences": [{"id": first, "verdict": "rejected"}]}
    httpx.patch(path, json=reject, headers=AUTHORIZED).raise_for_status()
    line(cleo, 0).get_by_role("button", name="Accept").click()
    expect(cleo.get_by_text("Somebody changed this meanwhile.")).to_be_visible()
    expect(line(cleo, 0).locator(".advice-verdict")).to_have_text("Rejected by Organizer")


def test_what_is_being_written_outlives_what_comes_in(house: App, pitch: dict[str, Any], cleo: Page) -> None:
    transcript = written.said(SECONDS)
    written.write(house, pitch["session_id"], transcript)
    path = f"{house.url}/api/v1/sessions/{pitch['session_id']}/advice"
    httpx.post(path, headers=AUTHORIZED).raise_for_status()
    cleo.goto(f"{house.url}/pitches/{pitch['session_id']}")
    expect(cleo.locator(".advice-line")).to_have_count(7, timeout=15_000)
    line(cleo, 1).get_by_role("button", name="Edit…").click()
    line(cleo, 1).get_by_label("As the team reads it").fill("Half a sentence")
    correct(cleo, 3, "recordings")  # which has the page take over what is new
    expect(cleo.locator(".credit")).to_contain_text("One word corrected.")
    expect(line(cleo, 1).get_by_label("As the team reads it")).to_have_value("Half a sentence")
    line(cleo, 1).get_by_role("button", name="Leave it").click()
    expect(line(cleo, 1).get_by_role("button", name="Edit…")).to_be_focused()


def test_a_model_that_refuses_is_told_and_asked_again(
    house: App, model: ModelServer, pitch: dict[str, Any], cleo: Page
) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    model.knobs.fail(401)
    cleo.goto(f"{house.url}/pitches/{pitch['session_id']}")
    cleo.get_by_role("button", name="Draft advice").click()
    expect(cleo.get_by_text("The model's server refused the key.")).to_be_visible(timeout=15_000)
    cleo.get_by_role("button", name="Draft again").click()
    expect(cleo.locator(".advice-line")).to_have_count(7, timeout=15_000)
