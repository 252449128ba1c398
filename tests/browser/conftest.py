"""A real Chromium with a file for a microphone."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests import servers
from tests.browser import device, judges, written
from tests.browser.preview import serve
from tests.servers.app import App
from tests.speech import wav

Hand = Callable[..., Page]
"""Opens a judge's link on a phone; what is named else goes to the browser's context."""

SECONDS = 60  # of the pitch whose words are known
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

expect.set_options(timeout=15_000)  # ms: as long as a busy machine takes; what comes sooner is not waited for


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Drives browsers; without one the tests are skipped, except where everything must run.

    It keeps an event loop running in this thread, so it ends with its module: asynchronous tests come after.
    """
    if not CHROMIUM.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no /usr/bin/chromium")  # noqa: TID251
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    servers.ran["Chromium"] = browser.version
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def speaking(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose microphone hears the speech over and over."""
    file = tmp_path_factory.mktemp("microphone") / "speech.wav"
    file.write_bytes(wav())
    with_file = [*FLAGS, f"--use-file-for-fake-audio-capture={file}"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=with_file)
    servers.ran["Chromium"] = browser.version
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def preview() -> str:
    """Address of the sample pages."""
    return serve()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's source."""
    return Path("frontend/node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[App]:
    """A server of its own: these tests kill it."""
    folder = tmp_path / "server"
    folder.mkdir()
    app = App(folder, {}, "embedded")
    app.start()
    yield app
    app.stop()


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """Where the browser keeps what outlives it."""
    return tmp_path / "profile"


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that never repeats."""
    return device.noise(tmp_path_factory.mktemp("microphone"))


@pytest.fixture
def opened(playwright: Playwright, microphone: Path, profile: Path) -> Iterator[device.Opened]:
    """Opens the browser; again after it was closed."""
    contexts: list[BrowserContext] = []

    def open_() -> BrowserContext:
        contexts.append(device.launch(playwright, profile, microphone, FLAGS))
        return contexts[-1]

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server that nobody breaks."""
    app = App(tmp_path_factory.mktemp("house"), {}, "embedded")
    app.start()
    yield app
    app.stop()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Noise: any moment of it is found in one place only."""
    return device.noise(tmp_path_factory.mktemp("sound"), SECONDS).read_bytes()


@pytest.fixture(scope="module")
def speakers(house: App) -> dict[str, str]:
    """A team of it."""
    return written.team(house, "Grandmother Tongue")


@pytest.fixture
def pitch(house: App, speakers: dict[str, str], sound: bytes) -> dict[str, Any]:
    """A pitch without a transcript."""
    return written.pitched(house, speakers, sound)


@pytest.fixture
def desk(chromium: Browser) -> Iterator[BrowserContext]:
    """A wide window."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def member(desk: BrowserContext, speakers: dict[str, str]) -> Page:
    """A page of somebody of the team."""
    page = desk.new_page()
    page.goto(speakers["join_url"])
    return page


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds of noise."""
    return device.noise(tmp_path_factory.mktemp("short"), 2).read_bytes()


@pytest.fixture(scope="module")
def event(house: App, short: bytes) -> judges.Event:
    """An event that tests share: each brings a judge of its own."""
    return judges.event_of(house, 3, short)


@pytest.fixture
def hand(chromium: Browser) -> Iterator[Hand]:
    """Opens a judge's link on a new phone."""
    contexts: list[BrowserContext] = []

    def open_(judge: dict[str, str], **more: object) -> Page:
        context = chromium.new_context(**{**judges.PHONE, **more})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(judge["invite_url"])
        return page

    yield open_
    for context in contexts:
        context.close()
