"""A real Chromium with a file for a microphone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests import servers
from tests.browser.preview import serve
from tests.speech import wav

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
