"""What a speaker's device keeps while the server has not got it: kills, cuts, reloads, closed browsers."""

import io
import os
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser import device
from tests.browser.conftest import FLAGS
from tests.servers.app import ADMIN, App

SECOND = 2 * device.RATE  # bytes
LOST_AT_MOST = 0.25  # seconds that a killed page may cost
OFFLINE = int(os.environ.get("OFFLINE_SECONDS", "10"))  # noqa: TID251  longer by hand
AUTHORIZED = {"Authorization": f"Bearer {ADMIN}"}

Opened = Callable[[], BrowserContext]


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
    return tmp_path / "profile"


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return device.noise(tmp_path_factory.mktemp("microphone"))


@pytest.fixture
def opened(playwright: Playwright, microphone: Path, profile: Path) -> Iterator[Opened]:
    """Opens the browser; again after it was closed."""
    contexts: list[BrowserContext] = []

    def open_() -> BrowserContext:
        contexts.append(device.launch(playwright, profile, microphone, FLAGS))
        return contexts[-1]

    yield open_
    for context in contexts:
        context.close()


def started(server: App, **settings: int) -> dict[str, str]:
    api = f"{server.url}/api/v1"
    event = {"name": "Nordhavn", "settings": settings}
    event_id = httpx.post(f"{api}/events", json=event, headers=AUTHORIZED).json()["event_id"]
    new = {"team_name": "Grandmother Tongue", "pitch_title": "A phone call", "event_id": event_id}
    session: dict[str, str] = httpx.post(f"{api}/sessions", json=new, headers=AUTHORIZED).json()
    return session


def record(context: BrowserContext, session: dict[str, str], seconds: float) -> Page:
    page = context.new_page()
    page.goto(session["recorder_url"])
    page.click("#record")
    expect(page.locator("[data-part=lamp-name]")).to_have_text("Recording")
    page.wait_for_timeout(seconds * 1000)
    return page


def stored(server: App, session: dict[str, str]) -> bytes:
    """The sound of the finished recording."""
    path = f"{server.url}/api/v1/sessions/{session['session_id']}"
    for _ in range(200):
        details = httpx.get(path, headers=AUTHORIZED).json()
        if details["status"] == "completed":
            break
        time.sleep(0.1)
    url = httpx.get(f"{path}/playback-url", params={"variant": "wav"}, headers=AUTHORIZED).json()["playback_url"]
    with wave.open(io.BytesIO(httpx.get(url).content)) as file:
        return file.readframes(file.getnframes())


def begins(heard: bytes, sound: bytes) -> int:
    """Where a recording begins in what the microphone gave, with every byte of it, in order, once."""
    first = heard.find(sound[:SECOND])
    assert first >= 0
    both = min(len(heard) - first, len(sound))
    assert heard[first : first + both] == sound[:both]
    return first


def greeted(page: Page, words: str) -> None:
    """The page's recovery card says this."""
    expect(page.locator("recovery-card")).to_contain_text(words)


@pytest.mark.parametrize("reachable", [True, False], ids=["online", "server-gone"])
def test_a_killed_page_loses_a_quarter_of_a_second_at_most(
    server: App, opened: Opened, profile: Path, reachable: bool
) -> None:
    session = started(server)
    context = opened()
    page = record(context, session, 3)
    if not reachable:
        server.kill()
    page.wait_for_timeout(5000)
    heard = device.heard(page)
    count, counted = page.evaluate("heardBytes()"), time.monotonic()
    with page.expect_event("crash"):
        killed = device.kill_renderers(profile)
    if not reachable:
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


def test_a_second_tab_says_so_and_takes_over_when_nobody_is_cut_off(server: App, opened: Opened) -> None:
    session = started(server)
    context = opened()
    first = record(context, session, 1)
    second = context.new_page()
    second.goto(session["recorder_url"])
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text("Another tab records this pitch")
    expect(second.get_by_role("button", name="Record here")).to_be_hidden()
    expect(second.locator("#record")).to_be_hidden()
    home = context.new_page()
    home.goto(server.url)
    home.wait_for_timeout(500)
    expect(home.locator("recovery-card")).to_have_count(0)  # it is not waiting: somebody is at work on it
    first.click("#pause")
    second.get_by_role("button", name="Record here").click()
    greeted(second, "Continue recording")
    expect(first.get_by_role("alert")).to_contain_text("Recording went on in another tab")


def test_a_recording_that_was_closed_can_be_saved_as_a_file(server: App, opened: Opened, tmp_path: Path) -> None:
    session = started(server, idle_seconds=3)
    page = record(opened(), session, 3)
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.set_offline(True)
    page.wait_for_timeout(9000)
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


def test_without_files_rows_keep_it(server: App, opened: Opened) -> None:
    session = started(server)
    context = opened()
    no_files = "delete StorageManager.prototype.getDirectory;"
    context.route("**/keeper-*.js", lambda route: route.fulfill(response=(got := route.fetch()), body=no_files + got.text()))
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
