"""Who hears whom, and a second organizer, with a browser's own forms: no script is needed for either."""

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.servers.app import ADMIN, App


def signed_in(chromium: Browser, app: App, *, scripts: bool) -> Page:
    """A phone with an organizer's cookie."""
    with httpx.Client(base_url=f"{app.url}/api/v1", headers={"Authorization": f"Bearer {ADMIN}"}) as client:
        url = client.post("/organizers", json={"name": "Cleo"}).raise_for_status().json()["sign_in_url"]
    context = chromium.new_context(java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(url)
    return page


@pytest.mark.parametrize("scripts", [False, True])
def test_a_plan_is_made_and_made_again(chromium: Browser, app: App, *, scripts: bool) -> None:
    with httpx.Client(base_url=f"{app.url}/api/v1", headers={"Authorization": f"Bearer {ADMIN}"}) as client:
        event = client.post("/events", json={"name": "E", "settings": {"reads": 2}}).json()["event_id"]
        for kind, name in (
            ("teams", "Kelp"),
            ("teams", "Tide"),
            ("judges", "Ada"),
            ("judges", "Bo"),
            ("judges", "Chi"),
        ):
            client.post(f"/events/{event}/{kind}", json={"name": name}).raise_for_status()
    page = signed_in(chromium, app, scripts=scripts)
    page.goto(f"{app.url}/events/{event}")
    page.get_by_role("link", name="Who hears whom").click()
    page.get_by_role("button", name="Make the plan").click()
    expect(page.locator(".notice[role=status]")).to_contain_text("Judges see their teams now")
    expect(page.locator(".plan tbody tr")).to_have_count(2)
    page.get_by_label("Not there: Bo").check()
    page.get_by_role("button", name="Make it again").click()
    expect(page.get_by_label("Not there: Bo")).to_be_checked()
    expect(page.locator(".plan")).not_to_contain_text("Bo")
    page.get_by_label("Not there: Ada").check()
    page.get_by_role("button", name="Make it again").click()
    expect(page.get_by_role("alert")).to_contain_text("Two teams would lack judges")
    page.get_by_role("button", name="Take the nearest there is").click()
    expect(page.locator(".notice.lacks")).to_contain_text("Two teams lack judges")
    page.context.close()


@pytest.mark.parametrize("scripts", [False, True])
def test_a_second_organizer_is_invited_and_removed(chromium: Browser, app: App, *, scripts: bool) -> None:
    name = f"Dana {scripts}"
    page = signed_in(chromium, app, scripts=scripts)
    page.goto(f"{app.url}/organizers")
    page.get_by_label("Who else runs events here").fill(name)
    page.get_by_role("button", name="Invite").click()
    assert "/sign-in?token=" in page.get_by_label("Link", exact=True).input_value()
    page.get_by_role("link", name="To the organizers").click()
    line = page.locator(".line", has_text=name)
    line.locator("summary").click()
    line.get_by_role("button", name="Remove for good").click()
    expect(page.locator(".notice[role=status]")).to_contain_text(f"{name} was removed")
    expect(page.locator(".line", has_text=name)).to_have_count(0)
    page.context.close()
