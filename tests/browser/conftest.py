"""A real Chromium with a file for a microphone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import servers
from tests.browser.preview import serve

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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; without one the tests are skipped, except where everything must run."""
    if not CHROMIUM.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no /usr/bin/chromium")  # noqa: TID251
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
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
