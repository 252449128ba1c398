"""A judge says a comment instead of typing it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.judges import PHONE, Event, event_of, standing
from tests.browser.test_pages import violations
from tests.browser.test_story import complaints
from tests.servers.app import App, gladia_settings
from tests.servers.gladia import JFK, GladiaServer
from tests.speech import wav


@pytest.fixture
def listening(tmp_path: Path, gladia: GladiaServer) -> Iterator[App]:
    """A server that has a fake Gladia write down what is said."""
    folder = tmp_path / "server"
    folder.mkdir()
    app = App(folder, gladia_settings(gladia), "embedded")
    app.start()
    yield app
    app.stop()


def opened(event: Event, speaking: Browser, name: str) -> Page:
    """A judge's first card, on a phone that hears speech."""
    page = speaking.new_context(**PHONE, permissions=["microphone"]).new_page()
    page.set_default_timeout(20_000)
    page.goto(event.judge(name)["invite_url"])
    page.get_by_role("link", name="Listen and score").tap()
    return page


def say(page: Page) -> None:
    """Dictate for a moment."""
    page.get_by_role("button", name="Dictate").tap()
    expect(page.get_by_role("button", name="Stop, 0:01")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Stop").tap()


def test_a_comment_is_said_and_stored_with_the_card(
    listening: App, gladia: GladiaServer, speaking: Browser, axe: str
) -> None:
    event = event_of(listening, 2, wav())
    page = opened(event, speaking, "Ada")
    said = complaints(page)
    comment = page.get_by_label("Comment for the team")
    comment.fill("First:")
    say(page)
    expect(comment).to_have_value(f"First: {JFK.text}", timeout=20_000)
    expect(page.get_by_text("Written down. Read it once.")).to_be_visible()
    expect(standing(page)).to_have_text("Stored")
    assert [comment for _, comment in event.given(0)] == [f"First: {JFK.text}"]
    assert violations(page, axe) == []
    gladia.knobs.processing = 2.0
    say(page)
    page.get_by_role("link", name="Next").tap()  # before it is written down: it belongs to the first team
    expect(page.locator("[data-part=card-team]")).to_have_text("Team 2")
    expect(page.get_by_role("button", name="Dictate")).to_be_visible(timeout=20_000)
    expect(comment).to_have_value("")
    page.go_back()
    expect(comment).to_have_value(f"First: {JFK.text} {JFK.text}")
    assert said == []
    page.context.close()


def test_what_was_said_is_kept_while_the_engine_is_away(
    listening: App, gladia: GladiaServer, speaking: Browser
) -> None:
    event = event_of(listening, 1, wav())
    page = opened(event, speaking, "Ben")
    gladia.knobs.fail(401)
    say(page)
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=20_000)
    expect(page.locator("[data-part=dictate-told]")).to_contain_text("What you said of Team 1 is kept")
    gladia.knobs.failures.clear()
    again.tap()
    expect(page.get_by_label("Comment for the team")).to_have_value(JFK.text, timeout=20_000)
    event.move("frozen")
    say(page)  # before the page has heard of it
    expect(page.locator("[data-part=dictate-told]")).to_contain_text("What you said of Team 1 is kept", timeout=20_000)
    page.get_by_role("button", name="Discard").tap()
    expect(page.get_by_role("button", name="Discard")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("button", name="Dictate")).to_be_hidden()
    page.context.close()


def test_without_an_engine_comments_are_typed(event: Event, chromium: Browser) -> None:
    page = opened(event, chromium, "Eve")
    expect(page.get_by_label("Comment for the team")).to_be_visible()
    expect(page.get_by_role("button", name="Dictate")).to_be_hidden()
    page.context.close()
