"""The desk while things happen: teams join, somebody speaks, pitches are given to the right team."""

import asyncio
import threading

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import organized
from tests.browser.test_desk import page as page  # noqa: PLC0414  a fixture
from tests.browser.written import AUTHORIZED, pitched
from tests.servers.app import App
from tests.speech import pcm
from tests.stories.test_captions import speak


@pytest.fixture
def event(house: App) -> str:
    made = httpx.post(f"{house.url}/api/v1/events", json={"name": "Nordhavn"}, headers=AUTHORIZED).raise_for_status()
    return str(made.json()["event_id"])


def added(house: App, event: str, name: str) -> dict[str, str]:
    path = f"{house.url}/api/v1/events/{event}/teams"
    found: dict[str, str] = httpx.post(path, json={"name": name}, headers=AUTHORIZED).raise_for_status().json()
    return found


def opened(chromium: Browser, house: App, event: str) -> Page:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, extra_http_headers=AUTHORIZED)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(f"{house.url}/events/{event}/desk")
    return page


def test_teams_that_join_meanwhile_are_there(chromium: Browser, house: App, event: str) -> None:
    kelp = added(house, event, "Kelpline")
    page = opened(chromium, house, event)
    expect(page.locator("h1")).to_have_text("0 of 1 team has recorded.")
    added(house, event, "Tidewatch")
    expect(page.locator("h1")).to_have_text("0 of 2 teams have recorded.")
    expect(page.locator(".session-rows .cell-team")).to_have_text(["Kelpline", "Tidewatch"])
    path = f"{house.url}/api/v1/events/{event}/teams/{kelp['team_id']}"
    httpx.patch(path, json={"name": "Kelp & Sons"}, headers=AUTHORIZED).raise_for_status()
    expect(page.locator(".session-rows .cell-team").first).to_have_text("Kelp & Sons")
    httpx.post(f"{path}/withdraw", headers=AUTHORIZED).raise_for_status()
    expect(page.locator(".session-rows .cell-team")).to_have_text(["Tidewatch"])
    page.context.close()


def test_who_speaks_is_seen_and_how_loud(chromium: Browser, house: App, event: str) -> None:
    new = {"team_name": "Kelpline", "pitch_title": "Seaweed", "event_id": event}
    live = httpx.post(f"{house.url}/api/v1/sessions", json=new, headers=AUTHORIZED).raise_for_status().json()["live"]
    page = opened(chromium, house, event)
    speaking = threading.Thread(target=lambda: asyncio.run(speak(live["url"], 2 * pcm(), pace=0.1)))
    speaking.start()
    strip = page.get_by_role("region", name="Recording now")
    expect(strip.locator("[data-part=strip-team]")).to_have_text("Kelpline")
    expect(strip.locator("[data-part=strip-level]")).to_have_text("Good level")
    before = strip.locator("[data-part=strip-clock]").inner_text()
    page.wait_for_timeout(1200)
    assert strip.locator("[data-part=strip-clock]").inner_text() != before  # between two looks, too
    inked = strip.locator("heard-wave canvas").evaluate(
        "(one) => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some((byte) => byte > 0)"
    )
    assert inked
    speaking.join()
    expect(strip.locator(".strip-live")).to_have_count(0)
    page.context.close()


def test_pitches_are_moved_and_that_is_undone(chromium: Browser, house: App, event: str, sound: bytes) -> None:
    kelp, _ = added(house, event, "Kelpline"), added(house, event, "Tidewatch")
    details = pitched(house, kelp, sound)
    page = opened(chromium, house, event)
    row = page.locator(f"[data-id='{details['session_id']}']")
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Move…").click()
    field = page.get_by_label("Move to the team")
    expect(field).to_be_focused()
    field.fill("Nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("!There is no team “Nobody” in this event.")
    field.fill("tidewatch")
    page.keyboard.press("Enter")
    expect(row.locator(".cell-team")).to_have_text("Tidewatch")
    expect(page.locator(".session-rows .cell-team")).to_have_text(["Tidewatch", "Kelpline"])
    path = f"{house.url}/api/v1/sessions/{details['session_id']}"
    assert httpx.get(path, headers=AUTHORIZED).json()["team_name"] == "Tidewatch"
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_role("button", name="Undo").click()
    expect(row.locator(".cell-team")).to_have_text("Kelpline")
    assert httpx.get(path, headers=AUTHORIZED).json()["team_id"] == kelp["team_id"]
    page.context.close()


def test_many_are_moved_by_keys_alone(page: Page, preview: str) -> None:
    page.goto(f"{preview}/desk")
    organized.moved.clear()
    for number in (14, 15, 16):
        page.get_by_label(f"Select Team {number}").check()
    page.get_by_role("button", name="Move…").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Kelpline")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Move to the team")).to_be_hidden()
    expect(page.get_by_role("button", name="Move…")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("kelpline")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 pitches moved to Kelpline")).to_be_visible()
    assert sorted(organized.moved) == [(f"s{number}", {"team_id": "2"}) for number in (14, 15, 16)]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".session-rows .cell-team", has_text="Team 15")).to_have_count(1)
    assert {str(to) for _, to in organized.moved[3:]} == {str({"team_id": str(number)}) for number in (14, 15, 16)}


def test_cards_are_seen_counted_sorted_and_missed(page: Page, preview: str) -> None:
    page.goto(f"{preview}/desk")
    first = page.locator(".session-rows .session").first
    expect(first.locator(".cell-cards")).to_have_text("3/3")
    expect(first.locator(".cell-cards")).to_have_attribute("aria-label", "3 of 3 cards")
    expect(page.locator("h1")).to_contain_text("cards are in.")
    page.get_by_role("button", name="Missing a card").click()
    expect(page.locator(".session-rows .cell-cards").first).to_have_text("2/3")
    page.get_by_role("columnheader", name="Cards").get_by_role("button").click()
    expect(page.locator(".session-rows .cell-cards").first).to_have_text("2/3")
    page.get_by_role("columnheader", name="Cards").get_by_role("button").click()
    expect(page.locator(".session-rows .cell-cards").first).to_have_text("0/3")


def test_the_room_reads_along(page: Page, preview: str) -> None:
    page.goto(f"{preview}/room")
    settled, moving = page.locator("[data-part=captions-settled]"), page.locator("[data-part=captions-moving]")
    expect(settled).to_have_text(
        "Half of the street has borrowed a heat pump by now. We have two hundred neighbours waiting."
    )
    expect(moving).to_have_text(" What we need is forty more")
    lines = page.locator(".captions-lines").evaluate(
        "(one) => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight)"
    )
    assert lines <= 3.05
    page.wait_for_timeout(2500)  # told again and again, it is said once
    expect(moving).to_have_text(" What we need is forty more")
    page.goto(f"{preview}/room-stage")
    expect(page.locator("[data-part=captions-box]")).to_be_hidden()
