"""A team reads its feedback, hears a moment of it, and prints it: one sheet."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests.exports.pitches import ORGANIZER
from tests.scoring.told import STRONG, UNHEARD, told
from tests.servers.app import App


@pytest.fixture(scope="module")
def judged_team(house: App) -> dict[str, Any]:
    """The strong team's link, and the pitches."""

    async def make() -> dict[str, Any]:
        async with assembled(load(house.settings), house.url) as parts:
            here = await told(parts.engine)
            invited = await parts.engine.organizing.invite_team(ORGANIZER, here.event_id, here.teams[STRONG])
            return {"url": invited.url, "pitches": here.pitches}

    with ThreadPoolExecutor() as threads:  # Playwright keeps a loop running in this one
        return threads.submit(asyncio.run, make()).result()


@pytest.fixture
def reader(judged_team: dict[str, Any], chromium: Browser) -> Any:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(judged_team["url"])
    page.locator("main button").first.click()
    page.wait_for_url("**/")
    yield page
    context.close()


def test_from_the_pitch_to_its_feedback_and_back_to_a_moment(
    house: App, judged_team: dict[str, Any], reader: Page
) -> None:
    pitch = judged_team["pitches"][STRONG]
    reader.goto(f"{house.url}/pitches/{pitch}")
    reader.get_by_role("link", name="Read the feedback").click()
    expect(reader.locator(".feedback-place b")).to_have_text("1st")
    expect(reader.locator("blockquote")).to_have_count(3)
    reader.get_by_role("link", name="At 42 seconds").click()
    expect(reader).to_have_url(re.compile(rf"/pitches/{pitch}\?.*t=42$"))


def test_it_prints_as_one_sheet(house: App, judged_team: dict[str, Any], reader: Page) -> None:
    reader.goto(f"{house.url}/pitches/{judged_team['pitches'][STRONG]}/feedback")
    document = pypdfium2.PdfDocument(reader.pdf(prefer_css_page_size=True, print_background=True))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_bounded()
    assert "Sign out" not in text
    assert "Published" in text


def test_another_teams_feedback_is_not_shown(house: App, judged_team: dict[str, Any], reader: Page) -> None:
    answer = reader.goto(f"{house.url}/pitches/{judged_team['pitches'][UNHEARD]}/feedback")
    assert answer is not None
    assert answer.status == 403
    expect(reader.locator("blockquote")).to_have_count(0)
