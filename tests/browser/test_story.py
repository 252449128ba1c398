"""What a speaker lives through, in Chromium with a file as the microphone: record, stop, hear, seek, take away."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.servers.app import ADMIN, App
from tests.speech import FLAC

AUTHORIZED = {"Authorization": f"Bearer {ADMIN}"}


@pytest.fixture
def context(speaking: Browser) -> Iterator[BrowserContext]:
    context = speaking.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(20_000)
    yield context
    context.close()


def complaints(page: Page) -> list[str]:
    """What the console says that it should not."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def until(page: Page, condition: str) -> None:
    """Wait for a condition in the page (its policy forbids Playwright's own way, which evaluates text there)."""
    for _ in range(400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {condition}")


def started(app: App) -> dict[str, str]:
    new = {"team_name": "Grandmother Tongue", "pitch_title": "A phone call that keeps a dialect alive"}
    answer = httpx.post(f"{app.url}/api/v1/sessions", json=new, headers=AUTHORIZED)
    found: dict[str, str] = answer.json()
    return found


def test_a_pitch_is_recorded_and_heard(app: App, context: BrowserContext, tmp_path: Path) -> None:
    session = started(app)
    page = context.new_page()
    said = complaints(page)
    page.goto(session["recorder_url"])
    assert "#" not in page.url
    page.click("#record")
    expect(page.locator("[data-part=lamp-name]")).to_have_text("Recording")
    page.wait_for_timeout(30_000)
    page.click("#stop")
    page.wait_for_url("**/pitches/**")
    until(page, "document.getElementById('audio').readyState > 0")
    length = page.evaluate("document.getElementById('audio').duration")
    assert 29 < length < 33

    page.click("#play")
    until(page, "document.getElementById('audio').currentTime > 0.5")
    page.set_viewport_size({"width": 1440, "height": 900})
    box = page.locator("#wave").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    until(page, f"Math.abs(document.getElementById('audio').currentTime - {length / 2}) < 2")
    page.click('[data-speed="1.5"]')
    assert page.evaluate("document.getElementById('audio').playbackRate") == 1.5
    page.wait_for_selector("#download:visible")
    with page.expect_download() as download:
        page.click("#download")
    kept = tmp_path / "kept"
    download.value.save_as(kept)
    assert kept.stat().st_size > 100_000
    assert said == []


def test_a_file_is_uploaded_and_heard(app: App, context: BrowserContext) -> None:
    session = started(app)
    page = context.new_page()
    said = complaints(page)
    page.goto(session["recorder_url"].replace("/record/", "/upload/"))
    page.set_input_files("[data-part=file]", FLAC)
    page.wait_for_url("**/pitches/**")
    until(page, "document.getElementById('audio').readyState > 0")
    assert page.evaluate("document.getElementById('audio').duration") == pytest.approx(11.0, abs=0.1)
    assert said == []


def test_the_printed_link_signs_the_organizer_in_once(app: App, context: BrowserContext) -> None:
    found = re.findall(r"http\S+/sign-in\?token=\S+", app.log.read_text())
    page = context.new_page()
    page.goto(found[-1])
    expect(page.get_by_role("link", name="Record a pitch")).to_be_visible()
    page.get_by_role("link", name="Record a pitch").click()
    page.get_by_label("Team").fill("Kelpline")
    page.get_by_label("title").fill("Crop insurance for seaweed")
    page.locator("main form button").click()
    page.wait_for_url("**/record/*")
    expect(page.locator("#record")).to_be_visible()
    again = httpx.get(found[-1])
    assert again.status_code == 401
    cookies = context.cookies()
    assert [(cookie["httpOnly"], cookie["sameSite"]) for cookie in cookies] == [(True, "Lax")]


def test_a_shared_link_plays_for_anybody_and_a_cut_one_for_nobody(app: App, context: BrowserContext) -> None:
    session = started(app)
    page = context.new_page()
    page.goto(session["recorder_url"].replace("/record/", "/upload/"))
    page.set_input_files("[data-part=file]", FLAC)
    page.wait_for_url("**/pitches/**")
    link = page.url
    assert httpx.get(link).status_code == 200
    assert httpx.get(link[:-1]).status_code == 401
    assert httpx.get(link.partition("?")[0]).status_code == 401


def test_earlier_pitches_are_a_page_away(app: App, context: BrowserContext) -> None:
    team = httpx.post(f"{app.url}/api/v1/events/default/teams", json={"name": "Many"}, headers=AUTHORIZED).json()
    for number in range(13):
        new = {"team_name": "Many", "pitch_title": f"Pitch {number}"}
        httpx.post(f"{app.url}/api/v1/sessions", json=new, headers=AUTHORIZED).raise_for_status()
    page = context.new_page()
    page.goto(team["join_url"])
    expect(page.locator(".pitch-row")).to_have_count(12)
    page.get_by_role("link", name="Show earlier pitches").click()
    expect(page.locator(".pitch-row .title")).to_have_text(["Pitch 0"])


def test_the_organizer_takes_the_event_away(app: App, context: BrowserContext, tmp_path: Path) -> None:
    new = {"team_name": "Kelpline", "pitch_title": "Seaweed"}
    httpx.post(f"{app.url}/api/v1/sessions", json=new, headers=AUTHORIZED).raise_for_status()
    command = [sys.executable, "-m", "pitchscoop", "token"]
    told = subprocess.run(command, env=app.environment, capture_output=True, text=True, check=True).stdout
    page = context.new_page()
    page.goto(app.url + told.splitlines()[1][told.splitlines()[1].index("/sign-in") :])
    page.goto(f"{app.url}/?event=default")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    assert download.value.suggested_filename == "Pitches.zip"
    download.value.save_as(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as found:
        assert found.namelist()[-2:] == ["sessions.csv", "manifest.json"]
