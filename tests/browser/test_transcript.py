"""What was said, beside the player: lit as it is heard, played from any word, found, corrected, linked to."""

import base64
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import written
from tests.browser.conftest import SECONDS
from tests.browser.device import RATE
from tests.browser.test_story import complaints, until
from tests.browser.written import AUDIO, word
from tests.servers.app import App

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


def test_a_click_on_a_word_is_heard_from_there(house: App, pitch: dict[str, Any], member: Page, sound: bytes) -> None:
    transcript = written.said(SECONDS)
    written.write(house, pitch["session_id"], transcript)
    member.goto(pitch["page_url"])
    until(member, f"{AUDIO}.readyState > 1")
    member.evaluate(LISTEN, RATE)
    original = np.frombuffer(sound[44:], "<i2").astype(float)
    spoken = [heard for utterance in transcript.utterances for heard in utterance.words]
    for number in (3, 71, 40, 120):
        member.evaluate(f"{AUDIO}.pause()")
        member.wait_for_timeout(300)
        member.evaluate("void (heard = [])")
        word(member, number).click()
        member.wait_for_timeout(1200)
        samples = _unbroken(np.frombuffer(base64.b64decode(member.evaluate(HEARD)), "<f4").astype(float))
        first = int(np.argmax(np.abs(samples) > 0.001))
        began = _found(original, samples[first : first + RATE // 2]) / RATE
        print(f"word {number}: at {spoken[number].start:.3f} s, heard from {began:.3f} s")
        assert abs(began - spoken[number].start) < 0.05


def _unbroken(samples: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The sound without what a busy machine did not play in time: Web Audio puts a quantum of nothing there."""
    quanta = samples.reshape(-1, 128)
    return np.asarray(quanta[np.abs(quanta).max(axis=1) > 1e-6]).ravel()


def _found(whole: np.ndarray[Any, Any], piece: np.ndarray[Any, Any]) -> int:
    """Where a piece lies in the whole: the greatest cross-correlation."""
    size = 1 << (len(whole) + len(piece)).bit_length()
    product = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(piece, size)), size)
    return int(np.argmax(product[: len(whole)]))


@pytest.mark.parametrize(("rate", "seconds"), [(1, 8), (8, 38)])
def test_the_word_being_spoken_is_lit(desk: BrowserContext, preview: str, rate: int, seconds: int) -> None:
    """Eight times as fast, five minutes pass in the time of the test, and a word in three frames."""
    page = desk.new_page()
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


def test_it_goes_along_until_the_reader_scrolls(desk: BrowserContext, preview: str) -> None:
    page = desk.new_page()
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


def test_keys_lead_from_word_to_word(desk: BrowserContext, preview: str) -> None:
    page = desk.new_page()
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
    expect(focused).to_have_accessible_description(re.compile(r"41\s% sure"))
    page.keyboard.press("Escape")
    expect(page.locator("[data-part=note]")).to_be_hidden()


def test_in_arabic_keys_go_the_way_they_point(desk: BrowserContext, preview: str) -> None:
    page = desk.new_page()
    page.goto(f"{preview}/pitch-arabic")
    page.get_by_label("Find in transcript").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(":focus")).to_have_text("تتكلم")
    left = word(page, 1).bounding_box()
    first = word(page, 0).bounding_box()
    assert left
    assert first
    assert left["x"] < first["x"]


def test_what_was_said_is_found(desk: BrowserContext, preview: str) -> None:
    page = desk.new_page()
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


def test_a_link_to_a_moment_starts_there(house: App, pitch: dict[str, Any], desk: BrowserContext) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    desk.grant_permissions(["clipboard-read", "clipboard-write"])
    page = desk.new_page()
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
    assert number == 49  # until 20.03 s
    assert page.locator("a.at").nth(2).get_attribute("href") == f"{pitch['page_url']}&t=8"
    assert said == []
