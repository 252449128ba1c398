"""A judge's evening that goes wrong: lost answers, full disks, guards of networks, closed scoring, other judges."""

import re

import httpx
from playwright.sync_api import Page, Route, expect

from tests.browser import judges
from tests.browser.conftest import Hand
from tests.browser.judges import Event, far, give, onward, scale, standing, tap, team, until
from tests.browser.written import AUTHORIZED
from tests.servers.app import App

OFFLINE = "Saved on this phone"
FULL = """() => {
    globalThis.full = true;
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...row) {
        if (full) throw new DOMException("", "QuotaExceededError");
        return put.apply(this, row);
    };
}"""

UPDATED = """
    const asked = fetch;
    fetch = async (what, how) => {
        const answer = await asked(what, how);
        if (what !== "/judging") return answer;
        globalThis.told = true;
        return new Response((await answer.text()).replaceAll(/judge-[A-Z0-9]+\\.js/g, "judge-NEW.js"), answer);
    };
"""
SOUNDS = """async () => {
    const kept = await (await caches.open("judging-sound")).keys();
    return kept.map(({url}) => new URL(url).pathname).filter((path) => path.includes("/sound/"));
}"""

CARDS = """() => new Promise((resolve) => {
    indexedDB.open("pitchscoop-judging").onsuccess = ({target}) => {
        const all = target.result.transaction("cards").objectStore("cards").getAllKeys();
        all.onsuccess = () => {
            target.result.close();
            resolve(all.result.map(([, session]) => session));
        };
    };
})"""


def look(page: Page) -> None:
    """The page asks the server for its pitches now."""
    page.evaluate("dispatchEvent(new Event('online'))")


def mine(event: Event, judge: dict[str, str]) -> list[dict[str, float]]:
    """What a judge gave the first pitch, as the server has it."""
    return [card["scores"] for card in event.cards(0) if card["judge_id"] == judge["judge_id"]]


def test_what_was_in_the_way_for_a_moment_is_no_verdict(event: Event, hand: Hand) -> None:
    """Scoring was closed and opened again between two looks of the page: it never knew."""
    page = hand(event.judge("Ned"), service_workers="block")
    page.get_by_role("link", name="Listen and score").tap()
    tap(page, "Problem", 8)
    expect(standing(page)).to_have_text("Stored")
    closed = {"code": "wrong_stage", "detail": "This event is frozen."}
    page.route("**/scores?*", lambda route: route.fulfill(status=409, json=closed))
    tap(page, "Problem", 5)
    expect(page.locator("[data-part=refusal]")).to_contain_text("This event is frozen.")
    page.unroute("**/scores?*")
    look(page)
    expect(standing(page)).to_have_text("Stored")
    assert {"problem": 5} in [card["scores"] for card in event.cards(0)]


def test_an_answer_of_whoever_stands_between_is_none(event: Event, hand: Hand) -> None:
    """A guard's 403 for a word it dislikes, or for all, says nothing of the card, and holds up no other."""
    judge = event.judge("Ola")
    page = hand(judge, service_workers="block")
    guard = "**/" + event.sessions[0] + "/scores?*"
    page.route(guard, lambda route: route.fulfill(status=403, body="<h1>Forbidden</h1>"))
    page.get_by_role("link", name="Listen and score").tap()
    tap(page, "Problem", 8)
    page.wait_for_timeout(1500)
    page.route("**/conflicts/*", lambda route: route.fulfill(status=404, body="<h1>Not found</h1>"))
    page.goto(f"{event.app.url}/judging#/{event.sessions[2]}")
    page.get_by_role("button", name="Conflict of interest").tap()
    expect(page.get_by_role("heading", name="Your pitches")).to_be_visible()
    page.goto(f"{event.app.url}/judging#/{event.sessions[1]}")
    tap(page, "Problem", 6)
    expect(standing(page)).to_have_text("Stored")
    expect(page.locator("[data-part=trouble]")).to_be_hidden()
    page.get_by_role("link", name="Your pitches").tap()
    expect(page.locator("[data-part=row-state]").first).to_have_text("3 criteria are missing")
    page.unroute(guard)
    until(page, lambda: mine(event, judge) == [{"problem": 8}])
    page.unroute("**/conflicts/*")
    path = f"{event.app.url}/api/v1/events/{event.event_id}/judges/{judge['judge_id']}"
    until(page, lambda: httpx.get(path, headers=AUTHORIZED).json()["conflicts"] == [event.teams[2]])


def test_a_slip_that_was_put_right_does_not_come_back(event: Event, hand: Hand) -> None:
    judge = event.judge("Pia")
    page = hand(judge, service_workers="block")
    page.get_by_role("link", name="Listen and score").tap()
    tap(page, "Problem", 7)
    expect(standing(page)).to_have_text("Stored")
    arrived: list[int] = []

    def swallow(route: Route) -> None:
        arrived.append(route.fetch().status)
        route.abort()

    page.route("**/scores?*", swallow, times=1)
    tap(page, "Problem", 8)
    until(page, lambda: arrived == [200])
    tap(page, "Problem", 7)
    look(page)
    expect(standing(page)).to_have_text("Stored")
    expect(scale(page, "Problem").get_by_role("radio", name="7", exact=True)).to_be_checked()
    assert mine(event, judge) == [{"problem": 7}]


def test_what_the_disk_does_not_take_is_sent_and_not_forgotten(event: Event, hand: Hand) -> None:
    judge = event.judge("Quy")
    page = hand(judge)
    page.get_by_role("link", name="Listen and score").tap()
    tap(page, "Problem", 4)
    expect(standing(page)).to_have_text("Stored")
    page.context.set_offline(True)
    page.evaluate(FULL)
    tap(page, "Problem", 9)
    expect(standing(page)).to_have_text("Not saved on this phone")
    page.evaluate("full = false")
    tap(page, "Solution", 6)
    expect(standing(page)).to_have_text(OFFLINE)
    page.evaluate("full = true")
    page.context.set_offline(False)
    expect(standing(page)).to_have_text("Stored")
    assert mine(event, judge) == [{"problem": 9, "solution": 6}]


def test_another_judge_on_the_same_tablet_gets_nothing_of_this_one(event: Event, hand: Hand) -> None:
    first, second = event.judge("Rux"), event.judge("Sol")
    page = hand(first, service_workers="block")
    page.get_by_role("link", name="Listen and score").tap()
    page.context.clear_cookies()
    page.context.new_page().goto(second["invite_url"])
    path, theirs = f"{event.app.url}/api/v1/sessions/{event.sessions[0]}/scores", {"scores": {"problem": 3}}
    httpx.put(path, json=theirs, headers={"Authorization": f"Bearer {second['token']}"}).raise_for_status()
    page.get_by_role("button", name="Earlier versions").tap()
    expect(page.locator("[data-part=versions-words]")).to_contain_text("Another judge is signed in here")
    expect(page.locator("[data-part=version-scores]")).to_have_count(0)
    page.keyboard.press("Escape")
    tap(page, "Problem", 5)
    expect(page.locator("[data-part=trouble]")).to_contain_text("Another judge is signed in here")
    expect(page.locator("[data-part=trouble]")).to_contain_text("One card is saved on this phone.")
    expect(page.locator("[data-part=refusal]")).to_be_hidden()
    assert mine(event, first) + mine(event, second) == [{"problem": 3}]


def test_scores_of_a_track_that_is_no_longer_this_judges_arrive(house: App, short: bytes, hand: Hand) -> None:
    event = judges.event_of(house, 2, short, tracks=["Land", "Sea"])
    for place, track in enumerate(("Land", "Sea")):
        path = f"{house.url}/api/v1/events/{event.event_id}/teams/{event.teams[place]}"
        httpx.patch(path, headers=AUTHORIZED, json={"track": track}).raise_for_status()
    judge = event.judge("Vic")
    page = hand(judge, service_workers="block")
    page.get_by_role("link", name="Listen and score").tap()
    onward(page)
    page.context.set_offline(True)
    tap(page, "Problem", 7)
    expect(standing(page)).to_have_text(OFFLINE)
    path = f"{house.url}/api/v1/events/{event.event_id}/judges/{judge['judge_id']}"
    httpx.patch(path, headers=AUTHORIZED, json={"tracks": ["Land"]}).raise_for_status()
    page.route("**/scores?*", lambda route: route.abort())  # what the page knows of its pitches is newer by then
    with page.expect_response("**/judging?*"):
        page.context.set_offline(False)
    page.unroute("**/scores?*")
    look(page)
    expect(standing(page)).to_have_text("Stored")
    assert [card["scores"] for card in event.cards(1)] == [{"problem": 7}]


def test_an_update_leaves_the_kept_page_with_its_scripts(event: Event, hand: Hand) -> None:
    page = hand(event.judge("Tea"))
    judges.kept(page, 3)
    page.add_init_script(UPDATED)
    page.reload()
    until(page, lambda: bool(page.evaluate("globalThis.told")))
    page.wait_for_timeout(500)
    kept = page.evaluate("caches.match('/judging').then((page) => page.text())")
    assert "judge-NEW.js" not in kept
    scripts = [found for found in re.findall(r"/assets/[\w.-]+\.js", kept) if "judge" in found]
    assert scripts
    assert page.evaluate("(all) => Promise.all(all.map(async (one) => !!(await caches.match(one))))", scripts) == [True]


def test_a_pitch_that_cannot_be_fetched_keeps_no_other_from_being_kept(event: Event, hand: Hand) -> None:
    page = hand(event.judge("Uma"), service_workers="block")
    until(page, lambda: len(page.evaluate(SOUNDS)) == 3)
    page.route(f"**/pitches/{event.sessions[0]}/details", lambda route: route.fulfill(status=404, json={}))
    page.evaluate("caches.delete('judging-sound')")
    page.reload()
    until(page, lambda: page.evaluate(SOUNDS) == [f"/judging/sound/{session}" for session in event.sessions[1:]])


def test_where_there_is_no_room_no_sound_is_fetched_again_and_again(event: Event, hand: Hand) -> None:
    page = hand(event.judge("Vic"), service_workers="block")
    until(page, lambda: len(page.evaluate(SOUNDS)) == 3)  # what is deleted while it fills comes back
    page.add_init_script("Cache.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }")
    page.evaluate("caches.delete('judging-sound')")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/details" in request.url else None)
    page.reload()
    until(page, lambda: len(fetched) == 1)
    for _ in range(3):
        with page.expect_response("**/judging?*"):
            look(page)
        page.wait_for_timeout(200)
    assert len(fetched) == 1


def test_a_pitch_that_was_deleted_leaves_with_its_card(house: App, short: bytes, hand: Hand) -> None:
    event = judges.event_of(house, 3, short)
    page = hand(event.judge("Wim"))
    page.get_by_role("link", name="Listen and score").tap()
    give(page, 5, 5, 5, 5)
    expect(standing(page)).to_have_text("Stored")
    page.context.set_offline(True)
    onward(page)
    tap(page, "Problem", 4)
    expect(standing(page)).to_have_text(OFFLINE)
    for session in event.sessions[:2]:
        httpx.delete(f"{house.url}/api/v1/sessions/{session}", headers=AUTHORIZED).raise_for_status()
    page.context.set_offline(False)
    expect(page.locator("[data-part=refusal]")).to_contain_text("Deleted by the organizer.")
    until(page, lambda: page.evaluate(CARDS) == [event.sessions[1]])
    onward(page)
    expect(team(page)).to_have_text("Team 3")
    give(page, 6, 6, 6, 6)
    expect(standing(page)).to_have_text("Stored")
    page.get_by_role("link", name="Done").tap()
    expect(far(page)).to_have_text("It is scored")
    expect(page.locator("[data-part=next]")).to_be_hidden()
    page.get_by_role("link", name="Deleted by the organizer").tap()
    page.get_by_role("button", name="Remove").tap()
    expect(page.locator("[data-part=row-team]")).to_have_text(["Team 3"])
    until(page, lambda: page.evaluate(CARDS) == [event.sessions[2]])
