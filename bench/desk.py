"""The organizer's desk in Chromium with 10 000 sessions: first rows, sorting, filtering, and the next pitch heard."""

import asyncio
import statistics
from collections.abc import Sequence

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bench.harness import MODES, filled, prepared, table, verdict
from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.test_desk import ACTS, FIRST_ROW, STARTS, TIMED
from tests.browser.written import pitched, team
from tests.servers.app import App
from tests.speech import wav

SESSIONS, LOADS, PITCHES, SKIPS = 10_000, 7, 12, 50
FIRST, SORTED, STARTED = 1000, 200, 150  # ms

Figures = dict[str, list[float]]


async def main() -> None:
    """Measure in both modes."""
    rows: list[tuple[str, ...]] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for mode in MODES:
            rows += [_row(f"{mode}: {what}", figures) for what, figures in (await _mode(mode, browser)).items()]
    columns = ("on the desk", "median", "least-most", "aim")
    table(f"The desk with {SESSIONS} sessions, {LOADS} loads, {SKIPS} pitches heard in turn", columns, rows)


async def _mode(mode: str, browser: Browser) -> Figures:
    with prepared(mode) as app:
        async with assembled(load(app.settings), app.url) as parts:
            await filled(parts, SESSIONS)
            link = await parts.engine.access.sign_in_link()
        await asyncio.to_thread(app.start)
        await asyncio.to_thread(_speak, app)
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        await (await context.new_page()).goto(f"{app.url}/sign-in?token={link}")
        return await _looked_at(context, f"{app.url}/events/default/desk")


def _speak(app: App) -> None:
    for number in range(PITCHES):
        pitched(app, team(app, f"Heard {number}"), wav())


async def _looked_at(context: BrowserContext, address: str) -> Figures:
    page = await context.new_page()
    await page.add_init_script(FIRST_ROW)
    found: Figures = {"first rows": [], "sort or filter": [], "next pitch": []}
    for _ in range(LOADS):
        await page.goto(address)
        await page.locator("[data-part=loading]").wait_for(state="hidden", timeout=60_000)
        found["first rows"].append(await page.evaluate("window.firstRow"))
        found["sort or filter"] += [await page.evaluate(TIMED, list(act)) for act in ACTS]
    found["next pitch"] = await _skip(page)
    return found


async def _skip(page: Page) -> list[float]:
    await page.evaluate(STARTS)
    for number in range(SKIPS):
        forth = (number // (PITCHES - 1)) % 2 == 0
        await page.keyboard.press("j" if forth else "k")
        await page.wait_for_timeout(1500)
    starts: list[float] = await page.evaluate("window.starts")
    return starts


def _row(what: str, figures: Sequence[float]) -> tuple[str, ...]:
    aim = FIRST if "first" in what else SORTED if "sort" in what else STARTED
    median = statistics.median(figures)
    return what, f"{median:.0f} ms", f"{min(figures):.0f}-{max(figures):.0f} ms", verdict(kept=median <= aim)
