"""A browser with a profile that lasts, a microphone that tells time, and a witness of what the microphone gave."""

import array
import base64
import io
import os
import random
import signal
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from pitchscoop.recordings.model import wav_header
from tests.servers.app import ADMIN, App

Opened = Callable[[], BrowserContext]

RATE = 16000
SECOND = 2 * RATE  # bytes
AUTHORIZED = {"Authorization": f"Bearer {ADMIN}"}
WITNESS = """
(() => {
  const heard = [];
  const Node = window.AudioWorkletNode;
  window.AudioWorkletNode = class extends Node {
    constructor(...given) {
      super(...given);
      this.port.addEventListener("message", ({ data }) => data && heard.push(new Uint8Array(data.buffer.slice(0))));
    }
  };
  window.heardBytes = () => heard.reduce((sum, piece) => sum + piece.length, 0);
  window.heardSound = async () => {
    const reader = new FileReader();
    reader.readAsDataURL(new Blob(heard));
    await new Promise((done) => { reader.onload = done; });
    return reader.result.slice(reader.result.indexOf(",") + 1);
  };
})();
"""


def noise(folder: Path, seconds: int = 90) -> Path:
    """A microphone file that never repeats: any second of it is found in one place only."""
    loud = array.array("h", random.Random(3).randbytes(2 * seconds * RATE))
    samples = array.array("h", (sample >> 2 for sample in loud))
    file = folder / "noise.wav"
    file.write_bytes(wav_header(2 * len(samples), RATE) + samples.tobytes())
    return file


def launch(playwright: Playwright, profile: Path, microphone: Path, flags: list[str]) -> BrowserContext:
    """Chromium on a profile that outlives it."""
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path="/usr/bin/chromium",
        args=[*flags, f"--use-file-for-fake-audio-capture={microphone}"],
        viewport={"width": 390, "height": 844},
    )
    context.add_init_script(WITNESS)
    context.set_default_timeout(20_000)
    return context


def heard(page: Page) -> bytes:
    """All that the microphone gave to the page."""
    return base64.b64decode(page.evaluate("heardSound()"))


def started(server: App, **settings: int) -> dict[str, str]:
    """A session of an event with these settings."""
    api = f"{server.url}/api/v1"
    event = {"name": "Nordhavn", "settings": settings}
    event_id = httpx.post(f"{api}/events", json=event, headers=AUTHORIZED).json()["event_id"]
    new = {"team_name": "Grandmother Tongue", "pitch_title": "A phone call", "event_id": event_id}
    session: dict[str, str] = httpx.post(f"{api}/sessions", json=new, headers=AUTHORIZED).json()
    return session


def record(context: BrowserContext, session: dict[str, str], seconds: float) -> Page:
    """A page that has been recording for so long."""
    page = context.new_page()
    page.goto(session["recorder_url"])
    page.click("#record")
    expect(page.locator("[data-part=lamp-name]")).to_have_text("Recording")
    page.wait_for_timeout(seconds * 1000)
    return page


def stored(server: App, session: dict[str, str]) -> bytes:
    """The sound of the finished recording."""
    path = f"{server.url}/api/v1/sessions/{session['session_id']}"
    for _ in range(200):
        details = httpx.get(path, headers=AUTHORIZED).json()
        if details["status"] == "completed":
            break
        time.sleep(0.1)
    url = httpx.get(f"{path}/playback-url", params={"variant": "wav"}, headers=AUTHORIZED).json()["playback_url"]
    with wave.open(io.BytesIO(httpx.get(url).content)) as file:
        frames: bytes = file.readframes(file.getnframes())
    return frames


def ended(server: App, session: dict[str, str]) -> None:
    """Wait until the server has ended a recording by itself."""
    for _ in range(300):
        details = httpx.get(f"{server.url}/api/v1/sessions/{session['session_id']}", headers=AUTHORIZED).json()
        if details["status"] != "recording":
            return
        time.sleep(0.1)


def begins(heard: bytes, sound: bytes) -> int:
    """Where a recording begins in what the microphone gave, with every byte of it, in order, once."""
    first = heard.find(sound[:SECOND])
    assert first >= 0
    both = min(len(heard) - first, len(sound))
    assert heard[first : first + both] == sound[:both]
    return first


def greeted(page: Page, words: str) -> None:
    """The page's recovery card says this."""
    expect(page.locator("recovery-card")).to_contain_text(words)


def kill_renderers(profile: Path) -> float:
    """End every page's process of this profile's browser with -9; when that was.

    Returns when the browser has noticed, which is when it lets the dead go: a page opened before that may be given to
    one of them, and never appears.
    """
    browser = _browser(profile)
    pages = [pid for pid, line in _processes() if "--type=renderer" in line and browser in _ancestors(pid)]
    assert pages
    at = time.monotonic()
    for pid in pages:
        os.kill(pid, signal.SIGKILL)
    for _ in range(400):
        if not any(Path(f"/proc/{pid}").exists() for pid in pages):
            return at
        time.sleep(0.05)
    raise TimeoutError("the browser has not noticed that its pages are gone")


def kill_browser(profile: Path) -> None:
    """End the browser of this profile with -9, and wait until it is gone."""
    pid = _browser(profile)
    os.kill(pid, signal.SIGKILL)
    for _ in range(400):
        if not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes():
            return
        time.sleep(0.05)
    raise TimeoutError("the browser is still there")


def _browser(profile: Path) -> int:
    (browser,) = [pid for pid, line in _processes() if f"--user-data-dir={profile}" in line and "--type=" not in line]
    return browser


def _processes() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield int(folder.name), (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue


def _ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        yield pid
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return
