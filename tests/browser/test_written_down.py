"""From the microphone to the words on the page, with an engine: captions, the transcript, and trying again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import written
from tests.browser.test_story import complaints, until
from tests.browser.written import AUDIO, word
from tests.servers.app import App, gladia_settings
from tests.servers.gladia import JFK, GladiaServer
from tests.speech import wav


@pytest.fixture
def listening(tmp_path: Path, gladia: GladiaServer) -> Iterator[App]:
    """A server that has a fake Gladia write transcripts."""
    folder = tmp_path / "server"
    folder.mkdir()
    app = App(folder, gladia_settings(gladia), "embedded")
    app.start()
    yield app
    app.stop()


def test_what_is_said_is_read_while_it_is_said_and_afterwards(listening: App, speaking: Browser) -> None:
    who = written.team(listening, "Grandmother Tongue")
    context = speaking.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    said = complaints(page)
    page.goto(who["join_url"])
    session = written.started(listening, who)
    page.goto(session["recorder_url"])
    page.click("#record")
    settled = page.locator("[data-part=captions-settled]")
    expect(settled).to_contain_text(JFK.text[:20], timeout=20_000)
    expect(page.locator("[data-part=captions-words]")).to_be_empty()
    page.click("#stop")
    page.wait_for_url("**/pitches/**")
    expect(word(page, 0)).to_have_text("And", timeout=20_000)
    expect(page.locator(".credit > span").first).to_have_text("English")
    word(page, 2).click()
    until(page, f"!{AUDIO}.paused && {AUDIO}.currentTime > 0.3")
    expect(page.locator("[aria-current=true]")).to_have_count(1)
    page.goto(listening.url)
    expect(page.locator(".pitch-row .ready")).to_have_text("Transcript ready")
    assert said == []
    context.close()


def test_a_failed_transcript_is_tried_again(listening: App, gladia: GladiaServer, chromium: Browser) -> None:
    gladia.knobs.fail(401)
    who = written.team(listening, "Grandmother Tongue")
    details = written.pitched(listening, who, wav())
    page = chromium.new_page()
    page.goto(who["join_url"])
    page.goto(details["page_url"])
    expect(page.get_by_role("heading", name="The transcript could not be written")).to_be_visible(timeout=20_000)
    page.goto(listening.url)
    expect(page.locator(".pitch-row")).to_contain_text("No transcript")
    page.goto(details["page_url"])
    gladia.knobs.failures.clear()
    page.get_by_role("button", name="Try again").click()
    expect(word(page, 0)).to_have_text("And", timeout=20_000)
    expect(page.get_by_role("heading", name="The transcript could not be written")).to_have_count(0)
    page.context.close()
