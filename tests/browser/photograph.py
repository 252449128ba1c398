"""Pictures of every page: a phone and a desk, light and dark, and the recorder at work."""

from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from pitchscoop.doors.web.render import Renderer
from tests.browser import judged
from tests.browser.preview import LENGTH, pages
from tests.browser.waiting import plant

SIZES = {"390": (390, 844), "1440": (1440, 900)}
FLAGS = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


def photograph(address: str, folder: Path) -> None:
    """Write ``PAGE-WIDTH-THEME.png`` and print what the console had to say."""
    folder.mkdir(parents=True, exist_ok=True)
    names = list(pages(Renderer()))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for label, (width, height) in SIZES.items():
            for theme in ("light", "dark"):
                page = _page(browser, width, height, theme)
                for name in names:
                    page.goto(f"{address}/{name}")
                    _settle(page, name)
                    whole = not name.startswith("recorder")
                    page.screenshot(path=folder / f"{name}-{label}-{theme}.png", full_page=whole)
                _record(page, address, folder / f"recording-{label}-{theme}.png")
                _waiting(page, address, folder, f"{label}-{theme}")
                _cards(page, address, folder, f"{label}-{theme}")
                page.context.close()
        browser.close()


def _page(browser: Browser, width: int, height: int, theme: str) -> Page:
    scheme: Literal["dark", "light"] = "dark" if theme == "dark" else "light"
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.on("console", lambda message: print(theme, width, message.type, message.text))
    page.on("pageerror", lambda error: print(theme, width, error))
    return page


def _settle(page: Page, name: str) -> None:
    if name == "pitch":
        page.evaluate(f"document.getElementById('audio').currentTime = {LENGTH * 0.4}")
    page.wait_for_timeout(250)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        print(page.url, "is too wide by", wide)


def _record(page: Page, address: str, path: Path) -> None:
    page.goto(f"{address}/recorder")
    page.click("#record")
    page.wait_for_timeout(6000)
    page.screenshot(path=path)


def _waiting(page: Page, address: str, folder: Path, label: str) -> None:
    for name, details in (("waiting", "/sample/recording"), ("closed", "/sample/stopped"), ("expired", "/sample/401")):
        page.goto(f"{address}/error")
        plant(page, details)
        for where in ("home", "recorder"):
            page.goto(f"{address}/{where}")
            page.wait_for_timeout(500)
            page.locator("recovery-card summary").click() if name == "closed" else None
            page.screenshot(path=folder / f"{where}-{name}-{label}.png")
        page.evaluate(
            "navigator.storage.getDirectory().then((all) => all.removeEntry('recordings', {recursive: true}))"
        )
        page.evaluate("indexedDB.deleteDatabase('pitchscoop') && null")


def _cards(page: Page, address: str, folder: Path, label: str) -> None:
    """A judge's card as it was begun, with the longest names, in two versions, and not taken."""
    for name, session in (("begun", "s3"), ("long", "s1"), ("torn", judged.TORN), ("refused", judged.REFUSED)):
        page.goto(f"{address}/judging-open#/{session}")
        scales = page.get_by_role("radiogroup")
        if session in (judged.TORN, judged.REFUSED):
            scales.first.locator("label").nth(7).click()
        page.wait_for_timeout(1500)
        page.screenshot(path=folder / f"card-{name}-{label}.png", full_page=True)
        page.evaluate("indexedDB.deleteDatabase('pitchscoop-judging') && null")
