"""What a speaker's device keeps while the server has not got it: kills, cuts, reloads, closed browsers."""

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import device
from tests.browser.device import SECOND, Opened, begins, greeted, record, started, stored
from tests.servers.app import App

LOST_AT_MOST = 0.25  # seconds that a killed page may cost
OFFLINE = int(os.environ.get("OFFLINE_SECONDS", "10"))  # noqa: TID251  longer by hand


@pytest.mark.parametrize("server_is", ["there", "gone"])
def test_a_killed_page_loses_a_quarter_of_a_second_at_most(
    server: App, opened: Opened, profile: Path, server_is: str
) -> None:
    session = started(server)
    context = opened()
    page = record(context, session, 3)
    if server_is == "gone":
        server.kill()
    page.wait_for_timeout(5000)
    heard = device.heard(page)
    count, counted = page.evaluate("heardBytes()"), time.monotonic()
    with page.expect_event("crash"):
        killed = device.kill_renderers(profile)
    if server_is == "gone":
        server.start()

    page = context.new_page()
    page.goto(server.url)
    greeted(page, "A recording is waiting on this device")
    page.get_by_role("button", name="Send the rest").click()
    page.wait_for_url("**/pitches/**")
    sound = stored(server, session)
    first = begins(heard, sound)
    lost = (count - first - len(sound)) / SECOND + (killed - counted)
    print(f"lost {lost * 1000:.0f} ms of {count / SECOND:.1f} s")
    assert lost <= LOST_AT_MOST
    page.goto(server.url)
    page.wait_for_timeout(500)
    expect(page.locator("recovery-card")).to_have_count(0)


@pytest.mark.parametrize("cut", ["network", "server"])
def test_offline_in_the_middle_no_sample_is_missing(server: App, opened: Opened, cut: str) -> None:
    session = started(server)
    context = opened()
    page = record(context, session, 3)
    if cut == "server":
        server.kill()
    context.set_offline(cut == "network")
    words = page.locator("[data-part=lamp-words]")
    expect(words).to_have_text("No network. Saved on this device, will send", timeout=15_000)
    expect(page.locator("[data-part=lamp-name]")).to_have_text("Recording")
    page.wait_for_timeout(OFFLINE * 1000)
    here = page.locator("[data-part=only-here-words]").inner_text()
    if cut == "server":
        server.start()
    context.set_offline(False)
    expect(words).to_have_text("All stored", timeout=20_000)
    page.wait_for_timeout(2000)
    heard_so_far = device.heard(page)
    page.click("#stop")
    page.wait_for_url("**/pitches/**")
    sound = stored(server, session)
    first = begins(heard_so_far, sound)
    print(f"{here}; all {len(sound) / SECOND:.1f} s are there")
    assert len(sound) >= len(heard_so_far) - first
    assert len(sound) > (OFFLINE + 5) * SECOND


def test_reload_back_close_and_reopen_each_offers_it_again(server: App, opened: Opened) -> None:
    session = started(server)
    context = opened()
    page = context.new_page()
    page.goto(server.url)
    page.goto(session["recorder_url"])
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#record")
    page.wait_for_timeout(3000)
    heard = device.heard(page)
    server.kill()
    page.wait_for_timeout(2000)
    server.start()
    page.reload()
    greeted(page, "Continue recording")
    page.go_back()
    greeted(page, "only here")
    context.close()

    page = opened().new_page()
    page.goto(server.url)
    page.get_by_role("button", name="Send the rest").click()
    page.wait_for_url("**/pitches/**")
    sound = stored(server, session)
    assert begins(heard, sound) + len(sound) >= len(heard)


def test_recording_goes_on_after_a_reload(server: App, opened: Opened) -> None:
    session = started(server)
    page = record(opened(), session, 3)
    page.on("dialog", lambda dialog: dialog.accept())
    server.kill()
    page.wait_for_timeout(1500)
    before = device.heard(page)
    server.start()
    page.reload()
    page.get_by_role("link", name="Continue recording").click()
    expect(page.locator("[data-part=lamp-name]")).to_have_text("Recording")
    page.wait_for_timeout(2500)
    page.click("#stop")
    page.wait_for_url("**/pitches/**")
    sound = stored(server, session)
    first = before.find(sound[:SECOND])
    seam = len(before) - first
    assert sound[: seam - SECOND // 4] == before[first : len(before) - SECOND // 4]
    assert len(sound) > seam + 2 * SECOND


def test_without_files_rows_keep_it(server: App, opened: Opened) -> None:
    session = started(server)
    context = opened()
    no_files = "delete StorageManager.prototype.getDirectory;"
    context.route(
        "**/keeper-*.js", lambda route: route.fulfill(response=(got := route.fetch()), body=no_files + got.text())
    )
    page = record(context, session, 2)
    page.on("dialog", lambda dialog: dialog.accept())
    server.kill()
    page.wait_for_timeout(2000)
    heard = device.heard(page)
    server.start()
    page.goto(server.url)
    page.get_by_role("button", name="Send the rest").click()
    page.wait_for_url("**/pitches/**")
    sound = stored(server, session)
    assert begins(heard, sound) + len(sound) >= len(heard)
