"""What stands between a speaker and a recording, and what is said about it: tabs, ends, full devices, microphones."""

import json
import wave
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from websockets.sync.client import connect

from tests.browser import device
from tests.browser.device import SECOND, Opened, begins, greeted, record, started, stored
from tests.servers.app import App


def test_a_second_tab_says_so_and_takes_over_when_nobody_is_cut_off(server: App, opened: Opened) -> None:
    session = started(server)
    context = opened()
    early = context.new_page()
    early.goto(session["recorder_url"])
    first = record(context, session, 1)
    early.click("#record")
    second = context.new_page()
    second.goto(session["recorder_url"])
    for page in (early, second):
        expect(page.get_by_role("alert")).to_contain_text("Another tab records this pitch")
        expect(page.get_by_role("button", name="Record here")).to_be_hidden()
        expect(page.locator("#record")).to_be_hidden()
    home = context.new_page()
    home.goto(server.url)
    home.wait_for_timeout(500)
    expect(home.locator("recovery-card")).to_have_count(0)  # it is not waiting: somebody is at work on it
    first.click("#pause")
    second.get_by_role("button", name="Record here").click()
    greeted(second, "Continue recording")
    expect(first.get_by_role("alert")).to_contain_text("Recording went on in another tab")


def test_a_page_that_is_open_records_without_a_network(server: App, opened: Opened) -> None:
    session = started(server)
    context = opened()
    page = context.new_page()
    page.goto(session["recorder_url"], wait_until="networkidle")
    context.set_offline(True)
    page.click("#record")
    expect(page.locator("[data-part=lamp-name]")).to_have_text("Recording")
    page.wait_for_timeout(2000)
    context.set_offline(False)
    page.wait_for_timeout(2000)
    heard = device.heard(page)
    page.click("#stop")
    page.wait_for_url("**/pitches/**")
    assert begins(heard, stored(server, session)) < device.SECOND / 2  # from the press on, however busy the machine


def test_a_recording_that_was_closed_can_be_saved_as_a_file(server: App, opened: Opened, tmp_path: Path) -> None:
    session = started(server, idle_seconds=3)
    page = record(opened(), session, 3)
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.set_offline(True)
    device.ended(server, session)
    heard = device.heard(page)
    page.click("#stop")
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_contain_text("This recording is finished")
    page.goto(server.url)
    greeted(page, "is stored and kept as the pitch")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the last").click()
    file = tmp_path / "rest.wav"
    download.value.save_as(file)
    sound = stored(server, session)
    first = begins(heard, sound)
    with wave.open(str(file)) as rest:
        assert rest.readframes(rest.getnframes())[: len(heard) - first - len(sound)] == heard[first + len(sound) :]

    page.locator("recovery-card summary").click()
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("recovery-card")).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("recovery-card")).to_be_hidden()
    expect(page.locator("recovery-card")).to_have_count(0, timeout=15_000)
    page.reload()
    page.wait_for_timeout(500)
    expect(page.locator("recovery-card")).to_have_count(0)


@pytest.mark.parametrize("finished", [True, False])
def test_what_another_device_said_does_not_pass_for_what_is_only_here(
    server: App, opened: Opened, tmp_path: Path, *, finished: bool
) -> None:
    session = started(server)
    page = record(opened(), session, 3)
    page.on("dialog", lambda dialog: dialog.accept())
    expect(page.locator("[data-part=lamp-words]")).to_contain_text("Stored to")
    page.context.set_offline(True)
    page.wait_for_timeout(4000)
    live: Any = session["live"]
    with connect(live["url"]) as other:
        had = json.loads(other.recv())["offset"]
        for at in range(had, had + 20 * SECOND, SECOND):  # more than is said here, and other sound
            other.send(at.to_bytes(8) + bytes(SECOND))
        if finished:
            other.send(json.dumps({"type": "stop", "offset": had + 20 * SECOND}))
        while json.loads(other.recv()).get("type" if finished else "offset") not in ("stopped", had + 20 * SECOND):
            pass
        heard = device.heard(page)
        if finished:
            page.click("#stop")
        page.context.set_offline(False)
        words = "This recording is finished" if finished else "Recording went on on another device"
        expect(page.get_by_role("alert")).to_contain_text(words)
        page.goto(server.url)
        if not finished:
            page.get_by_role("button", name="Send the rest").click()
        greeted(page, "Somebody went on")
        if not finished:  # and is not disturbed
            other.send((had + 20 * SECOND).to_bytes(8) + bytes(SECOND))
            while json.loads(other.recv()).get("offset") != had + 21 * SECOND:
                pass
    greeted(page, "Somebody went on with it on another device" + (" and finished it" if finished else ""))
    greeted(page, "is only here")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the last").click()
    file = tmp_path / "rest.wav"
    download.value.save_as(file)
    with wave.open(str(file)) as rest:
        sound = rest.readframes(rest.getnframes())
    first = heard.find(sound[:SECOND])
    assert first >= 0
    assert len(heard) - first - len(sound) < SECOND // 4
    assert len(sound) > 3 * SECOND


def test_a_full_device_is_told_and_recording_goes_on(server: App, opened: Opened) -> None:
    session = started(server)
    context = opened()
    page = context.new_page()
    page.goto(session["recorder_url"])
    quota = context.new_cdp_session(page)
    quota.send("Storage.overrideQuotaForOrigin", {"origin": server.url, "quotaSize": 100_000})
    page.click("#record")
    expect(page.locator("[data-part=lamp-words]")).to_contain_text("Stored to")
    server.kill()
    notice = page.locator("[data-part=notice]")
    expect(notice).to_contain_text("The storage of this device is full")
    expect(page.locator("[data-part=lamp-words]")).to_have_text("No network. Keep this page open")
    expect(page.locator("[data-part=only-here-words]")).to_contain_text("In this page")
    page.wait_for_timeout(2000)
    quota.send("Storage.overrideQuotaForOrigin", {"origin": server.url})
    expect(page.locator("[data-part=lamp-words]")).to_have_text("No network. Saved on this device, will send")
    expect(notice).to_be_hidden()
    heard = device.heard(page)
    server.start()
    page.click("#stop")
    page.wait_for_url("**/pitches/**")
    sound = stored(server, session)
    assert begins(heard, sound) + len(sound) >= len(heard)


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        ("track.dispatchEvent(new Event('ended'))", "The microphone went away."),
        ("refuse(), track.dispatchEvent(new Event('ended'))", "The browser no longer allows the microphone."),
        ("context.suspend()", "No sound comes in any more"),
        ("track.dispatchEvent(new Event('mute'))", "The system has muted the microphone"),
    ],
)
def test_a_microphone_that_fails_is_told(server: App, opened: Opened, happens: str, words: str) -> None:
    session = started(server)
    context = opened()
    context.add_init_script(
        """
        const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (how) => {
          const stream = await open(how);
          window.track = stream.getAudioTracks()[0];
          return stream;
        };
        window.AudioContext = class extends AudioContext {
          constructor(...given) { super(...given); window.context = this; }
        };
        window.refuse = () => { navigator.permissions.query = async () => ({ state: "denied" }); };
        """
    )
    page = record(context, session, 2)
    page.evaluate(f"void ({happens})")
    expect(page.locator("[data-part=notice]")).to_contain_text(words, timeout=6000)
    if "mute" not in happens:
        expect(page.locator("[data-part=lamp-name]")).to_contain_text("Paused at 0:0")
        page.get_by_role("button", name="Continue").click()
    expect(page.locator("[data-part=lamp-name]")).to_have_text("Recording")
    page.click("#stop")
    page.wait_for_url("**/pitches/**")
