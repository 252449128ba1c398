"""How a pitch was spoken, in the rail: for the team, on the time axis of the wave."""

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser import written
from tests.browser.conftest import SECONDS
from tests.browser.test_story import until
from tests.browser.written import AUDIO
from tests.servers.app import App


def test_only_the_team_sees_its_delivery(house: App, pitch: dict[str, Any], member: Page, chromium: Browser) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    member.goto(pitch["page_url"])
    expect(member.get_by_role("heading", name="Delivery")).to_be_visible()
    expect(member.locator(".reading").first).to_contain_text(re.compile(r"Pace\s*15\d words/min"))
    anybody = chromium.new_page()
    anybody.goto(pitch["page_url"])
    expect(anybody.locator(".utterance")).not_to_have_count(0)
    expect(anybody.get_by_role("heading", name="Delivery")).to_have_count(0)
    anybody.context.close()


def test_the_plot_goes_along(house: App, pitch: dict[str, Any], member: Page) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    member.goto(pitch["page_url"])
    until(member, f"{AUDIO}.readyState > 0")
    member.evaluate(f"{AUDIO}.currentTime = {AUDIO}.duration / 2")
    plot = member.locator(".plot")
    expect(plot).to_have_accessible_name(re.compile(r"Pace between \d+ and \d+ words/min over 1 minute"))
    half = member.locator(".plot-band").bounding_box()
    middle = half["x"] + half["width"] / 2 if half else 0
    until(
        member,
        f"Math.abs(document.querySelector('[data-part=plot-head]').getBoundingClientRect().left - {middle}) < 4",
    )


def test_a_moment_of_it_plays(house: App, pitch: dict[str, Any], member: Page) -> None:
    transcript = written.said(SECONDS)
    kept = tuple(spoken for spoken in transcript.utterances if spoken.id not in ("u40", "u50"))  # a long silence
    written.write(house, pitch["session_id"], transcript.holding(kept))
    member.goto(pitch["page_url"])
    member.get_by_role("link", name="At 0:1").click()
    until(member, f"!{AUDIO}.paused && Math.abs({AUDIO}.currentTime - 16) < 1.5")
