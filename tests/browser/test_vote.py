"""The audience's page on a phone: without script, by thumb; and the result beside the standings."""

import httpx
from playwright.sync_api import Browser, expect

from tests.browser.organized import TEAMS
from tests.servers.app import ADMIN, App
from tests.speech import wav

AUTHORIZED = {"Authorization": f"Bearer {ADMIN}"}


def hall(app: App) -> str:
    """The address of an event whose audience votes between two pitches."""
    with httpx.Client(base_url=f"{app.url}/api/v1", headers=AUTHORIZED, timeout=30) as client:
        event = client.post("/events", json={"name": "Show", "settings": {"audience_vote": "anyone"}}).json()
        for name in ("Kelp", "Tide"):
            body = {"team_name": name, "pitch_title": "In short", "event_id": event["event_id"]}
            session = client.post("/sessions", json=body).json()["session_id"]
            tus = {"Tus-Resumable": "1.0.0", "Upload-Metadata": "filename YS53YXY="}
            made = client.post(f"/sessions/{session}/uploads", headers=tus | {"Upload-Length": str(len(wav()))})
            piece = tus | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
            client.patch(made.headers["location"], headers=piece, content=wav()).raise_for_status()
            while client.get(f"/sessions/{session}").json()["status"] != "completed":
                pass
    return f"/events/{event['event_id']}"


def test_a_phone_without_script_votes_and_changes_its_mind(app: App, chromium: Browser) -> None:
    at = hall(app)
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{app.url}{at}/vote")
    page.get_by_label("Tide").check()
    page.get_by_role("button", name="Vote").click()
    expect(page.locator(".notice")).to_contain_text("You voted for Tide. You can change it until the results are out.")
    expect(page).to_have_url(f"{app.url}{at}/vote?voted=1")
    page.get_by_label("Kelp").check()
    page.get_by_role("button", name="Change my vote").click()
    expect(page.locator(".notice")).to_contain_text("You voted for Kelp.")
    found = httpx.get(f"{app.url}/api/v1{at}/audience", headers=AUTHORIZED).json()
    assert [(row["team_name"], row["votes"]) for row in found["results"]] == [("Kelp", 1)]
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".notice")).to_contain_text("Your vote was taken back.")
    context.close()


def test_keys_choose_and_every_target_is_large_enough(chromium: Browser, preview: str) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 640})
    page.goto(f"{preview}/vote-cast")
    radios = page.get_by_role("radio")
    assert radios.count() == len(TEAMS)
    expect(radios.nth(1)).to_be_checked()
    radios.nth(1).focus()
    page.keyboard.press("ArrowDown")
    expect(radios.nth(2)).to_be_checked()
    heights = page.evaluate("[...document.querySelectorAll('.vote')].map((one) => one.getBoundingClientRect().height)")
    assert min(heights) >= 44
    dock = page.get_by_role("button", name="Change my vote").bounding_box()
    assert dock is not None
    assert dock["y"] + dock["height"] <= 640
    page.close()


def test_the_audience_stands_apart_from_the_ranking(chromium: Browser, preview: str) -> None:
    page = chromium.new_page()
    page.goto(f"{preview}/standings")
    box = page.get_by_role("region", name="Audience")
    expect(box).to_contain_text("has no part in the ranking")
    rows = box.get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("1\u2009204 votes")
    assert [rows.nth(at).locator("b").inner_text() for at in range(3)] == ["1", "2", "2"]
    box.get_by_role("button", name="Show all 5 teams").click()
    expect(rows).to_have_count(5)
    expect(box.get_by_role("button")).to_be_hidden()
    page.goto(f"{preview}/standings-live")
    expect(box).to_contain_text("Not public: only organizers see this")
    page.goto(f"{preview}/standings-hidden")
    expect(page.get_by_text("The standings are hidden")).to_be_visible()
    expect(box).to_be_hidden()
    page.close()
