"""Every page, on a phone and a desk, light and dark: accessible, within its width, silent in the console."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from pitchscoop.doors.web.render import Renderer
from tests.browser.preview import LENGTH, pages
from tests.browser.waiting import plant

SIZES = {"phone": (390, 844), "desk": (1440, 900)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> Literal["light", "dark"]:
    chosen: Literal["light", "dark"] = request.param
    return chosen


@pytest.fixture(params=SIZES)
def page(
    request: pytest.FixtureRequest, chromium: Browser, theme: Literal["light", "dark"], heard: list[str]
) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    page = context.new_page()
    page.on("console", lambda message: heard.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    yield page
    context.close()


def violations(page: Page, axe: str) -> list[str]:
    """What the accessibility checker finds."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url} {violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def test_every_page_is_accessible_and_fits(page: Page, preview: str, axe: str, heard: list[str]) -> None:
    wrong = []
    for name in pages(Renderer()):
        page.goto(f"{preview}/{name}")
        page.wait_for_load_state("networkidle")
        wrong += violations(page, axe)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{name} is too wide")
    assert wrong == []
    assert heard == []


WAITING = {
    "/sample/recording": "2:14 is stored; the last 0:44 is only here.",
    "/sample/stopped": "The last 0:44 is only here and can no longer be sent.",
    "/sample/401": "its link has expired",
    "/sample/404": "was deleted on the server",
}


@pytest.mark.parametrize("details", WAITING)
def test_a_waiting_recording_greets_first(page: Page, preview: str, axe: str, details: str) -> None:
    page.goto(f"{preview}/error")
    plant(page, details)
    wrong = []
    for name in ("home", "recorder"):
        page.goto(f"{preview}/{name}")
        expect(page.locator("recovery-card")).to_contain_text(WAITING[details])
        page.locator("recovery-card summary").click()
        wrong += violations(page, axe)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{name} is too wide")
    assert wrong == []
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_hidden()


def test_a_waiting_recording_is_heard_before_it_is_sent(chromium: Browser, preview: str) -> None:
    page = chromium.new_page()
    page.goto(f"{preview}/error")
    plant(page, "/sample/recording")
    page.goto(f"{preview}/home")
    page.get_by_role("button", name="Listen first").click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("button", name="Listen", exact=True)).to_be_visible()
    page.context.close()


def test_a_recording_under_way_is_accessible(page: Page, preview: str, axe: str, heard: list[str]) -> None:
    page.goto(f"{preview}/recorder-long")
    page.click("#record")
    expect(page.locator(".lamp-words")).to_contain_text("Stored to 0:01")
    recording = violations(page, axe)
    page.click("#pause")
    expect(page.locator(".lamp-name")).to_contain_text("Paused at 0:0")
    assert recording + violations(page, axe) == []
    assert heard == []


@pytest.mark.parametrize(("width", "height"), [(320, 568), (360, 640), (390, 664)])
def test_all_controls_of_the_recorder_show_on_small_phones(
    chromium: Browser, preview: str, width: int, height: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto(f"{preview}/recorder-long")
    page.click("#record")
    expect(page.locator(".lamp-words")).to_contain_text("Stored to")
    shown = ["[data-part=lamp]", "[data-part=clock]", "[data-part=wave]", "[data-part=level]", "#pause", "#stop"]
    boxes = [page.locator(".take " + name if name == "[data-part=clock]" else name).bounding_box() for name in shown]
    assert [box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height for box in boxes] == [True] * 6
    targets = [page.locator(name).bounding_box() for name in ("#pause", "#stop")]
    assert [box is not None and box["height"] >= 56 for box in targets] == [True, True]
    page.context.close()


def test_a_pitch_is_played_with_keys_alone(chromium: Browser, preview: str) -> None:
    page = chromium.new_page()
    page.goto(f"{preview}/pitch?t=71")
    slider = page.get_by_role("slider", name="Position")
    expect(slider).to_have_attribute("aria-valuetext", "1 minute 11 of 2 minutes 58")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "1 minute 16 of 2 minutes 58")
    page.keyboard.press("PageUp")
    expect(slider).to_have_attribute("aria-valuetext", "1 minute 46 of 2 minutes 58")
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "2 minutes 58 of 2 minutes 58")
    page.keyboard.press("Home")
    page.keyboard.press(">")
    page.keyboard.press(">")
    page.keyboard.press(" ")
    page.wait_for_function(
        "() => { const a = document.getElementById('audio'); return !a.paused && a.currentTime > 1 }"
    )
    assert page.evaluate("document.getElementById('audio').playbackRate") == 1.5
    page.keyboard.press(" ")
    page.reload()
    page.wait_for_function("() => document.getElementById('audio').playbackRate === 1.5")  # remembered
    assert page.evaluate("document.getElementById('audio').duration") == LENGTH
    page.context.close()


def test_a_row_plays_in_place_and_one_sound_at_a_time(chromium: Browser, preview: str) -> None:
    page = chromium.new_page()
    page.goto(f"{preview}/home")
    first, second = page.locator(".pitch-row").nth(0), page.locator(".pitch-row").nth(1)
    first.get_by_role("button").click()
    expect(first.get_by_role("button")).to_have_accessible_name("Pause Grandmother Tongue, 2 minutes 58")
    second.get_by_role("button").click()
    expect(page.locator(".pitch-row.playing")).to_have_count(1)
    expect(first.get_by_role("button")).to_have_accessible_name("Play Grandmother Tongue, 2 minutes 58")
    page.context.close()


def test_light_and_dark_are_remembered(chromium: Browser, preview: str) -> None:
    page = chromium.new_page()
    page.goto(f"{preview}/home")
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 16)"
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.context.close()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotAllowedError", "Tap the lock beside the address"),
        ("NotFoundError", "Plug one in"),
        ("NotReadableError", "Close the call or the recorder"),
    ],
)
def test_a_microphone_that_does_not_open_is_explained(chromium: Browser, preview: str, error: str, words: str) -> None:
    page = chromium.new_page()
    refuse = f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{error}'))"
    page.add_init_script(refuse)
    page.goto(f"{preview}/recorder")
    page.click("#record")
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator("[data-part=lamp-words]")).to_have_text("Microphone is off")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.context.close()


def test_a_page_that_is_not_secure_says_so(chromium: Browser, preview: str) -> None:
    page = chromium.new_page()
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'mediaDevices', {value: undefined})")
    page.goto(f"{preview}/recorder")
    page.click("#record")
    expect(page.get_by_role("alert")).to_contain_text("HTTPS and on localhost only")
    page.context.close()
