"""From stop to playable in the page: a speaker in Chromium presses stop after five minutes and wants to hear it."""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from playwright.async_api import Browser, Page, async_playwright

from bench.harness import MODES, prepared, quantile, table, verdict
from bench.stop import AIM, RUNS, SECONDS, speak
from pitchscoop.kernel import keys
from pitchscoop.main import assembled
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.settings import load
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.speech import wav

LOOK = 0.005  # seconds between looks
_PLAYABLE = "document.getElementById('audio')?.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA"
_LENGTH = "document.getElementById('audio').duration"


async def main() -> None:
    """Measure in both modes."""
    async with _chromium() as browser:
        rows = [await _mode(mode, browser) for mode in MODES]
    columns = ("in the page", "median", "p95", "least-most", f"aim {AIM} s")
    table(f"Stop to playable in Chromium, {SECONDS} s of speech, {RUNS} runs", columns, rows)


@contextlib.asynccontextmanager
async def _chromium() -> AsyncIterator[Browser]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "speech.wav")
        await asyncio.to_thread(file.write_bytes, wav())
        async with async_playwright() as playwright:
            microphone = f"--use-file-for-fake-audio-capture={file}"
            yield await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, microphone])


async def _mode(mode: str, browser: Browser) -> tuple[str, ...]:
    with prepared(mode) as app:
        await asyncio.to_thread(app.start)
        async with app.client() as client, assembled(load(app.settings), app.url) as parts:
            runs = [await _pitch(client, parts.engine.storage, browser) for _ in range(RUNS)]
    late = quantile(runs, 0.95)
    spread = f"{min(runs):.2f}-{max(runs):.2f} s"
    return mode, f"{statistics.median(runs):.2f} s", f"{late:.2f} s", spread, verdict(kept=late <= AIM)


async def _pitch(client: httpx.AsyncClient, storage: AudioStorage, browser: Browser) -> float:
    """Seconds from the press of Stop. All but the end of the pitch was spoken before the page is opened."""
    new = {"team_name": "Kelpline", "pitch_title": "Seaweed"}
    session = (await client.post("/sessions", json=new)).raise_for_status().json()
    await speak(storage, keys.segments(session["session_id"]))
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    await page.goto(session["recorder_url"])
    await page.click("#record")
    await asyncio.sleep(3)
    began = time.perf_counter()
    await page.click("#stop")
    await page.wait_for_url("**/pitches/**", wait_until="commit")
    await _until_playable(page)
    took = time.perf_counter() - began
    length = await page.evaluate(_LENGTH)
    if not SECONDS < length < SECONDS + 10:
        raise RuntimeError(f"{length} s can be played")
    while (await client.get(f"/sessions/{session['session_id']}")).json()["status"] != "completed":  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await page.close()
    return took


async def _until_playable(page: Page) -> None:
    while not await page.evaluate(_PLAYABLE):  # noqa: ASYNC110  a page has no event for another program
        await asyncio.sleep(LOOK)
