"""What was said, beside the player: lit as it is heard, played from any word, found, corrected, linked to."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pitchscoop.transcripts.model import Transcript, Trouble
from tests.browser import written
from tests.browser.device import RATE, noise
from tests.browser.test_story import complaints, until
from tests.servers.app import App

SECONDS = 60
AUDIO = "document.getElementById('audio')"
# Which word is lit with every frame, and which one it should be by the player's own clock.
WATCH = """
(seconds) => new Promise((done) => {
  const audio = document.getElementById("audio");
  const words = [...document.querySelectorAll(".said p > span")];
  const starts = [...document.querySelectorAll(".utterance")].flatMap((one) =>
    one.dataset.times.split(" ").filter((_, n) => n % 2 === 0).map((time) => time / 1000));
  const numbers = new Map(words.map((word, number) => [word, number]));
  const off = [], gaps = [], began = performance.now();
  let lit = -1, last = began;
  new MutationObserver((changes) => {
    for (const { target } of changes) if (target.hasAttribute("aria-current")) lit = numbers.get(target);
  }).observe(document.querySelector(".said"), { attributes: true, attributeFilter: ["aria-current"], subtree: true });
  const frame = (now) => {
    if (lit >= 0) off.push(lit - starts.findLastIndex((start) => start <= audio.currentTime));
    gaps.push(now - last);
    last = now;
    if (now - began < seconds * 1000) requestAnimationFrame(frame);
    else done({ off, gaps: gaps.slice(1), at: audio.currentTime, words: words.length });
  };
  requestAnimationFrame(frame);
})
"""
# All that the player lets be heard from now on, as mono samples at 16 kHz.
LISTEN = """
(rate) => {
  const audio = document.getElementById("audio");
  const context = new AudioContext({ sampleRate: rate });
  const ear = context.createScriptProcessor(256, 1, 1);
  window.heard = [];
  ear.onaudioprocess = ({ inputBuffer }) => heard.push(inputBuffer.getChannelData(0).slice());
  context.createMediaElementSource(audio).connect(ear).connect(context.destination);
}
"""
HEARD = """
() => {
  const all = new Float32Array(heard.reduce((sum, piece) => sum + piece.length, 0));
  heard.reduce((at, piece) => (all.set(piece, at), at + piece.length), 0);
  const bytes = new Uint8Array(all.buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  window.heard = [];
  return btoa(text);
}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = App(tmp_path_factory.mktemp("house"), {}, "embedded")
    app.start()
    yield app
    app.stop()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Noise: any moment of it is found in one place only."""
    return noise(tmp_path_factory.mktemp("sound"), SECONDS).read_bytes()


@pytest.fixture(scope="module")
def speakers(house: App) -> dict[str, str]:
    return written.team(house, "Grandmother Tongue")


@pytest.fixture
def pitch(house: App, speakers: dict[str, str], sound: bytes) -> dict[str, Any]:
    """A pitch without a transcript."""
    return written.pitched(house, speakers, sound)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, speakers: dict[str, str]) -> Page:
    """A page of somebody of the team."""
    page = context.new_page()
    page.goto(speakers["join_url"])
    return page


def word(page: Page, number: int) -> Any:
    return page.locator(".said p > span").nth(number)


def test_a_click_on_a_word_is_heard_from_there(house: App, pitch: dict[str, Any], page: Page, sound: bytes) -> None:
    transcript = written.said(SECONDS)
    written.write(house, pitch["session_id"], transcript)
    page.goto(pitch["page_url"])
    until(page, f"{AUDIO}.readyState > 1")
    page.evaluate(LISTEN, RATE)
    original = np.frombuffer(sound[44:], "<i2").astype(float)
    spoken = [heard for utterance in transcript.utterances for heard in utterance.words]
    for number in (3, 71, 40, 120):
        page.evaluate(f"{AUDIO}.pause()")
        page.wait_for_timeout(300)
        page.evaluate("void (heard = [])")
        word(page, number).click()
        page.wait_for_timeout(1200)
        samples = np.frombuffer(base64.b64decode(page.evaluate(HEARD)), "<f4").astype(float)
        first = int(np.argmax(np.abs(samples) > 0.001))
        began = _found(original, samples[first : first + RATE // 2]) / RATE
        print(f"word {number}: at {spoken[number].start:.3f} s, heard from {began:.3f} s")
        assert abs(began - spoken[number].start) < 0.05


def _found(whole: np.ndarray[Any, Any], piece: np.ndarray[Any, Any]) -> int:
    """Where a piece lies in the whole: the greatest cross-correlation."""
    size = 1 << (len(whole) + len(piece)).bit_length()
    product = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(piece, size)), size)
    return int(np.argmax(product[: len(whole)]))


@pytest.mark.parametrize(("rate", "seconds"), [(1, 8), (8, 38)])
def test_the_word_being_spoken_is_lit(context: BrowserContext, preview: str, rate: int, seconds: int) -> None:
    """Eight times as fast, five minutes pass in the time of the test, and a word in three frames."""
    page = context.new_page()
    page.goto(f"{preview}/pitch-half-hour")
    page.click("#play")
    page.evaluate(f"{AUDIO}.playbackRate = {rate}")
    seen = page.evaluate(WATCH, seconds)
    print(f"{len(seen['off'])} frames to {seen['at']:.0f} s, off by {sorted(set(seen['off']))}")
    assert seen["at"] > rate * seconds * 0.9
    assert len(seen["off"]) > seconds * 20
    assert {abs(off) for off in seen["off"]} <= {0, 1}


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_half_an_hour_plays_smoothly(chromium: Browser, preview: str, width: int, height: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(f"{preview}/pitch-half-hour?t=900")
    page.click("#play")
    page.wait_for_timeout(1500)
    measure = context.new_cdp_session(page)
    measure.send("Performance.enable")
    before = _figures(measure)
    seen = page.evaluate(WATCH, 10)
    spent = {name: value - before[name] for name, value in _figures(measure).items()}
    gaps = np.array(seen["gaps"])
    each = 1000 * spent["TaskDuration"] / len(gaps)
    print(
        f"{seen['words']} words, {len(gaps)} frames in 10 s, median {np.median(gaps):.1f} ms, 99 % under"
        f" {np.percentile(gaps, 99):.1f} ms; {each:.1f} ms of work a frame, {spent['LayoutCount']:.0f} layouts"
    )
    assert seen["words"] == 4500
    assert np.median(gaps) < 17.5
    assert each < 12  # of 16.7: the rest is for the browser's other threads, and for slower machines
    assert spent["LayoutCount"] < len(gaps) / 4  # some for each word, none for a frame
    context.close()


def _figures(measure: Any) -> dict[str, float]:
    found = {metric["name"]: metric["value"] for metric in measure.send("Performance.getMetrics")["metrics"]}
    return {name: found[name] for name in ("TaskDuration", "LayoutCount")}


def test_it_goes_along_until_the_reader_scrolls(context: BrowserContext, preview: str) -> None:
    page = context.new_page()
    page.goto(f"{preview}/pitch-half-hour?t=900")
    back = page.get_by_role("button", name=re.compile("Back to 15:"))
    page.click("#play")
    expect(page.locator("[aria-current=true]")).to_be_in_viewport()
    expect(back).to_be_hidden()
    page.mouse.move(500, 500)
    page.mouse.wheel(0, -3000)
    expect(page.locator("[aria-current=true]")).not_to_be_in_viewport()
    page.wait_for_timeout(1500)
    expect(page.locator("[aria-current=true]")).not_to_be_in_viewport()
    back.click()
    expect(page.locator("[aria-current=true]")).to_be_in_viewport()
    expect(back).to_be_hidden()


def test_keys_lead_from_word_to_word(context: BrowserContext, preview: str) -> None:
    page = context.new_page()
    page.goto(f"{preview}/pitch?t=64")
    assert page.locator(".said [tabindex='0']").count() == 1
    page.get_by_label("Find in transcript").focus()
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_text("So")
    expect(focused).to_have_role("link")
    for _ in range(11):
        page.keyboard.press("ArrowRight")
    expect(focused).to_have_text("Four")
    page.keyboard.press("Enter")
    start = page.evaluate("() => Number(document.querySelectorAll('.utterance')[4].dataset.times.split(' ')[22])")
    until(page, f"!{AUDIO}.paused && Math.abs({AUDIO}.currentTime - {start / 1000}) < 1")
    expect(page.locator("[aria-current=true]")).to_have_text(re.compile("Four|hundred"))
    page.keyboard.press(" ")
    until(page, f"{AUDIO}.paused")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(focused).to_have_text("Halligen")
    expect(page.locator("[data-part=note]")).to_contain_text("41\N{THIN SPACE}% sure")
    expect(focused).to_have_accessible_description(re.compile("41\N{THIN SPACE}% sure"))
    page.keyboard.press("Escape")
    expect(page.locator("[data-part=note]")).to_be_hidden()


def test_in_arabic_keys_go_the_way_they_point(context: BrowserContext, preview: str) -> None:
    page = context.new_page()
    page.goto(f"{preview}/pitch-arabic")
    page.get_by_label("Find in transcript").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(":focus")).to_have_text("تتكلم")
    left = word(page, 1).bounding_box()
    first = word(page, 0).bounding_box()
    assert left["x"] < first["x"]


def test_what_was_said_is_found(context: BrowserContext, preview: str) -> None:
    page = context.new_page()
    page.goto(f"{preview}/pitch")
    page.keyboard.press("/")
    field = page.get_by_label("Find in transcript")
    expect(field).to_be_focused()
    page.keyboard.type("word")
    count = page.locator("[data-part=find-count]")
    expect(count).to_have_text("1 of 6")
    page.keyboard.press("Enter")
    expect(count).to_have_text("2 of 6")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(count).to_have_text("6 of 6")
    expect(page.locator(".at-hit")).to_be_in_viewport()
    expect(page.locator(".hit")).to_have_count(6)
    field.fill("PEOPLE PICKED")
    expect(page.locator(".at-hit")).to_have_text(["people", "picked"])
    page.get_by_role("button", name="Next match").click()
    expect(count).to_have_text("1 of 1")
    field.fill("xylophone")
    expect(count).to_have_text("No match")
    field.fill("euros")
    field.press("Escape")
    expect(page.locator(".hit")).to_have_count(0)
    expect(page.locator(":focus")).to_have_text("euros")


def test_find_on_a_phone(chromium: Browser, preview: str) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{preview}/pitch")
    page.get_by_role("button", name="Find").click()
    page.keyboard.type("grandmother")
    expect(page.locator("[data-part=find-count]")).to_have_text("1 of 3")
    page.get_by_role("button", name="Previous match").click()
    for part in ("find", "find-on", "find-close"):
        expect(page.locator(f"[data-part={part}]")).to_be_in_viewport()
    expect(page.locator(".at-hit")).to_be_in_viewport()
    page.get_by_role("button", name="End the search").click()
    expect(page.get_by_role("button", name="Find")).to_be_visible()
    page.context.close()


def test_a_link_to_a_moment_starts_there(house: App, pitch: dict[str, Any], context: BrowserContext) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    said = complaints(page)
    page.goto(pitch["page_url"])
    page.locator("a.at").nth(5).click()
    until(page, f"{AUDIO}.currentTime > 20")
    page.keyboard.press("c")
    expect(page.get_by_text("Link to 0:20 copied")).to_be_visible()
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    until(page, f"{AUDIO}.readyState > 0 && {AUDIO}.currentTime === 20")
    expect(page.locator("[aria-current=true]")).to_have_count(1)
    number = page.evaluate(
        "[...document.querySelectorAll('.said p > span')].indexOf(document.querySelector('[aria-current]'))"
    )
    assert number == 50
    assert page.locator("a.at").nth(2).get_attribute("href") == f"{pitch['page_url']}&t=8"
    assert said == []


def test_a_transcript_appears_by_itself(house: App, pitch: dict[str, Any], page: Page) -> None:
    written.write(house, pitch["session_id"], Transcript(status="pending"))
    said = complaints(page)
    page.goto(pitch["page_url"])
    expect(page.get_by_text("The transcript is being written.")).to_be_visible()
    page.evaluate("void (window.here = true)")
    page.click("#play")
    written.write(house, pitch["session_id"], written.said(SECONDS))
    expect(word(page, 0)).to_have_text("We", timeout=5000)
    expect(page.locator(".credit")).to_have_text("English, by Gladia.")
    expect(page.get_by_text("The transcript is being written.")).to_be_hidden()
    expect(page.locator("[data-part=transcript-news]")).to_have_text("The transcript is here.")
    assert page.evaluate(f"window.here === true && !{AUDIO}.paused")
    expect(page.locator("[aria-current=true]")).to_have_count(1)
    assert said == []


def test_words_grow_while_the_team_speaks(house: App, speakers: dict[str, str], page: Page) -> None:
    new = {"team_name": speakers["name"], "pitch_title": "Being spoken"}
    token = {"Authorization": f"Bearer {speakers['token']}"}
    session = httpx.post(f"{house.url}/api/v1/sessions", json=new, headers=token).json()
    whole = written.said(20)
    live = whole.model_copy(update={"status": "pending", "live": True})
    written.write(house, session["session_id"], live.holding(whole.utterances[:2]))
    page.goto(f"{house.url}/pitches/{session['session_id']}")
    expect(page.get_by_text("Being written while the team speaks")).to_be_visible()
    expect(page.locator(".utterance")).to_have_count(2)
    word(page, 3).evaluate("(word) => { word.dataset.kept = 'yes'; }")
    written.write(house, session["session_id"], live.holding(whole.utterances[:3]))
    expect(page.locator(".utterance")).to_have_count(3, timeout=6000)
    expect(word(page, 3)).to_have_attribute("data-kept", "yes")  # what stands there is not written anew


def test_a_failed_transcript_says_why(house: App, pitch: dict[str, Any], page: Page) -> None:
    trouble = Trouble(code="transcriber_refused", message="Gladia refused the key. Set GLADIA_API_KEY, then try again.")
    written.write(house, pitch["session_id"], Transcript(status="failed", error=trouble))
    page.goto(pitch["page_url"])
    expect(page.get_by_role("heading", name="The transcript could not be written")).to_be_visible()
    expect(page.get_by_text("Gladia refused the key.")).to_be_visible()
    expect(page.get_by_text("The recording is safe.")).to_be_visible()
    expect(page.get_by_text("transcriber_refused")).to_be_visible()


def test_nobody_spoke_and_nobody_writes(house: App, pitch: dict[str, Any], page: Page) -> None:
    page.goto(pitch["page_url"])
    expect(page.get_by_text("There is no transcript")).to_be_visible()
    written.write(house, pitch["session_id"], Transcript(status="ready", engine="Gladia"))
    page.reload()
    expect(page.get_by_text("Gladia heard nobody speak")).to_be_visible()
    expect(page.locator("[data-part=finder]")).to_be_hidden()


def test_it_reads_without_scripts(chromium: Browser, house: App, pitch: dict[str, Any]) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pitch["page_url"])
    expect(page.locator(".utterance p").first).to_have_text("We keep the recording with her permission and we give")
    expect(page.locator("[data-part=finder]")).to_be_hidden()
    context.close()
