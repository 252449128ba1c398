"""What stands where the words are when there are none, not yet, or none any more."""

from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

from pitchscoop.transcripts.model import Transcript, Trouble
from tests.browser import written
from tests.browser.conftest import SECONDS
from tests.browser.test_story import complaints
from tests.browser.written import AUDIO, word
from tests.servers.app import App


def test_a_transcript_appears_by_itself(house: App, pitch: dict[str, Any], member: Page) -> None:
    written.write(house, pitch["session_id"], Transcript(status="pending"))
    said = complaints(member)
    member.goto(pitch["page_url"])
    expect(member.get_by_text("The transcript is being written.")).to_be_visible()
    member.evaluate("void (window.here = true)")
    member.click("#play")
    written.write(house, pitch["session_id"], written.said(SECONDS))
    expect(word(member, 0)).to_have_text("We", timeout=5000)
    expect(member.locator(".credit")).to_have_text("English, by Gladia.")
    expect(member.get_by_text("The transcript is being written.")).to_be_hidden()
    expect(member.locator("[data-part=transcript-news]")).to_have_text("The transcript is here.")
    assert member.evaluate(f"window.here === true && !{AUDIO}.paused")
    expect(member.locator("[aria-current=true]")).to_have_count(1)
    assert said == []


def test_words_grow_while_the_team_speaks(house: App, speakers: dict[str, str], member: Page) -> None:
    new = {"team_name": speakers["name"], "pitch_title": "Being spoken"}
    token = {"Authorization": f"Bearer {speakers['token']}"}
    session = httpx.post(f"{house.url}/api/v1/sessions", json=new, headers=token).json()
    whole = written.said(20)
    live = whole.model_copy(update={"status": "pending", "live": True})
    written.write(house, session["session_id"], live.holding(whole.utterances[:2]))
    member.goto(f"{house.url}/pitches/{session['session_id']}")
    expect(member.get_by_text("Being written while the team speaks")).to_be_visible()
    expect(member.locator(".utterance")).to_have_count(2)
    word(member, 3).evaluate("(word) => { word.dataset.kept = 'yes'; }")
    written.write(house, session["session_id"], live.holding(whole.utterances[:3]))
    expect(member.locator(".utterance")).to_have_count(3, timeout=6000)
    expect(word(member, 3)).to_have_attribute("data-kept", "yes")  # what stands there is not written anew


def test_a_failed_transcript_says_why(house: App, pitch: dict[str, Any], member: Page) -> None:
    trouble = Trouble(code="transcriber_refused", message="Gladia refused the key. Set GLADIA_API_KEY, then try again.")
    written.write(house, pitch["session_id"], Transcript(status="failed", error=trouble))
    member.goto(pitch["page_url"])
    expect(member.get_by_role("heading", name="The transcript could not be written")).to_be_visible()
    expect(member.get_by_text("Gladia refused the key.")).to_be_visible()
    expect(member.get_by_text("The recording is safe.")).to_be_visible()
    expect(member.get_by_text("transcriber_refused")).to_be_visible()


def test_nobody_spoke_and_nobody_writes(house: App, pitch: dict[str, Any], member: Page) -> None:
    member.goto(pitch["page_url"])
    expect(member.get_by_text("There is no transcript")).to_be_visible()
    written.write(house, pitch["session_id"], Transcript(status="ready", engine="Gladia"))
    member.reload()
    expect(member.get_by_text("Gladia heard nobody speak")).to_be_visible()
    expect(member.locator("[data-part=finder]")).to_be_hidden()


def test_it_reads_without_scripts(chromium: Browser, house: App, pitch: dict[str, Any]) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pitch["page_url"])
    expect(page.locator(".utterance p").first).to_have_text("We keep the recording with her permission and we give")
    expect(page.locator("[data-part=finder]")).to_be_hidden()
    context.close()
