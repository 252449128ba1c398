"""The pages behind nginx as operators are told to run it: what a browser sends passes, and so does what it plays."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from pitchscoop.recordings.model import wav_header
from tests.browser.test_story import AUTHORIZED, complaints, started, until
from tests.servers.app import App

LARGE = 12 << 20  # bytes: several pieces, and one that nginx refuses


@pytest.fixture
def context(speaking: Browser) -> Iterator[BrowserContext]:
    context = speaking.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(30_000)
    yield context
    context.close()


def test_a_pitch_with_a_long_pause_is_recorded_and_heard(proxied: App, context: BrowserContext) -> None:
    session = started(proxied)
    page = context.new_page()
    said = complaints(page)
    page.goto(session["recorder_url"])
    page.click("#record")
    expect(page.locator("[data-part=lamp-name]")).to_have_text("Recording")
    page.wait_for_timeout(3000)
    page.click("#pause")
    page.wait_for_timeout(12_000)  # longer than nginx waits
    page.click("#pause")
    page.wait_for_timeout(3000)
    page.click("#stop")
    page.wait_for_url("**/pitches/**")
    until(page, "document.getElementById('audio').readyState > 0")
    assert 5.5 < page.evaluate("document.getElementById('audio').duration") < 8
    page.click("#play")
    until(page, "document.getElementById('audio').currentTime > 0.5")
    page.locator("#audio").evaluate("audio => { audio.currentTime = 4; }")
    until(page, "document.getElementById('audio').currentTime > 4.3")
    assert said == []


def test_a_large_file_is_uploaded_in_pieces_that_pass(proxied: App, context: BrowserContext, tmp_path: Path) -> None:
    file = tmp_path / "noise.wav"
    file.write_bytes(wav_header(LARGE, 48000) + random.Random(5).randbytes(LARGE))
    session = started(proxied)
    page = context.new_page()
    refused = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status == 413 else None)
    page.goto(session["recorder_url"].replace("/record/", "/upload/"))
    page.set_input_files("[data-part=file]", file)
    page.wait_for_url("**/pitches/**")
    until(page, "document.getElementById('audio').readyState > 0")
    assert len(refused) == 1
    path = f"{proxied.url}/api/v1/sessions/{session['session_id']}/playback-url"
    url = httpx.get(path, params={"variant": "wav"}, headers=AUTHORIZED).json()["playback_url"]
    assert hashlib.sha256(httpx.get(url).content).digest() == hashlib.sha256(file.read_bytes()).digest()
