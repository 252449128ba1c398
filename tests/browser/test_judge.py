"""A judge with a phone in Chromium: airplane mode, killed tabs, a second device, and nothing lost or doubled."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Playwright, Route, expect

from tests.browser import device, judges
from tests.browser.conftest import FLAGS, Hand
from tests.browser.judges import Event, far, give, onward, scale, standing, tap, team, until
from tests.servers.app import App

TEN = 10
OFFLINE = "Saved on this phone"


class Phone:
    """A judge's phone whose tabs die, and whose browser does."""

    def __init__(self, playwright: Playwright, profile: Path, app: App, link: str) -> None:
        self.link = link
        self._playwright, self._profile, self._app = playwright, profile, app
        self.context = judges.phone(playwright, profile, FLAGS)
        self.page = self.context.new_page()
        self.page.goto(link)

    def killed(self, words: str) -> None:
        """The tab dies, and another is opened, which says this of how far the judge has come; they go on."""
        with self.page.expect_event("crash"):
            device.kill_renderers(self._profile)
        self._again(words)

    def killed_with_its_browser(self, words: str) -> None:
        """As phones do with whatever has been out of sight for a while. There is no network when it is opened."""
        self.close()
        self.context = judges.phone(self._playwright, self._profile, FLAGS)
        self.context.set_offline(True)
        self._again(words)

    def close(self) -> None:
        """The browser dies: one that lost a tab before may not end otherwise."""
        device.kill_browser(self._profile)
        with contextlib.suppress(Error):
            self.context.close()

    def _again(self, words: str) -> None:
        self.page = self.context.new_page()
        judges.opened(self.page, self._app, words)
        self.page.get_by_role("link", name="Listen and score").tap()

    def score(self, *all_scores: tuple[int, ...]) -> None:
        """Go on to the next pitches, and score them."""
        for scores in all_scores:
            onward(self.page)
            give(self.page, *scores)
            expect(standing(self.page)).to_have_text(OFFLINE)

    def says(self, words: str) -> None:
        """Wait until the dock says where the card is."""
        expect(standing(self.page)).to_have_text(words)


@pytest.fixture
def ada(playwright: Playwright, house: App, profile: Path, ten: Event) -> Iterator[Phone]:
    phone = Phone(playwright, profile, house, ten.judge("Ada")["invite_url"])
    yield phone
    phone.close()


@pytest.fixture
def ten(house: App, short: bytes) -> Event:
    return judges.event_of(house, TEN, short)


def test_ten_teams_with_airplane_mode_killed_tabs_and_a_second_device(ten: Event, ada: Phone, hand: Hand) -> None:
    expect(far(ada.page)).to_have_text("0 of 10 scored")
    judges.kept(ada.page, TEN)
    ada.page.get_by_role("link", name="Listen and score").tap()
    give(ada.page, 8, 6, 9, 7)
    ada.says("Stored")

    ada.context.set_offline(True)
    ada.score((7, 7, 7, 7), (3, 4, 5, 6))
    ada.killed("3 of 10 scored")
    expect(team(ada.page)).to_have_text("Team 4")
    give(ada.page, 5, 5)
    ada.page.get_by_label("Comment for the team").fill("Half of it")
    ada.says(OFFLINE)
    ada.killed("3 of 10 scored")
    expect(ada.page.get_by_label("Comment for the team")).to_have_value("Half of it")
    tap(ada.page, "Team and craft", 4)
    tap(ada.page, "Delivery", 2)

    second = hand({"invite_url": ada.link})
    for place, scores in ((1, (1, 1, 1, 1)), (4, (2, 2, 2, 2))):
        second.goto(f"{ten.app.url}/judging#/{ten.sessions[place]}")
        give(second, *scores)
        expect(standing(second)).to_have_text("Stored")

    ada.score((9, 9, 9, 9), (6, 6, 6, 6), (4, 8, 4, 8))
    ada.killed_with_its_browser("7 of 10 scored")
    ada.context.set_offline(False)
    ada.page.goto(ada.link)  # a browser that is killed may have written no cookie yet
    _choose(ada.page, ten)

    ada.context.set_offline(True)
    ada.page.goto(f"{ten.app.url}/judging#/{ten.sessions[6]}")
    ada.score((5, 6, 7, 8), (8, 7, 6, 5), (10, 1, 10, 1))
    ada.page.get_by_role("link", name="Done").tap()
    ada.page.get_by_role("link", name="Team 3").tap()
    ada.page.get_by_label("Comment for the team").fill("Second thoughts")
    tap(ada.page, "Problem", 2)
    ada.says(OFFLINE)
    ada.context.set_offline(False)
    ada.says("Stored")
    ada.page.get_by_role("link", name="Your pitches").tap()
    expect(far(ada.page)).to_have_text("All 10 are scored")
    expect(ada.page.locator(".pitch-tasks use[href='#i-check']")).to_have_count(TEN)
    assert [ten.given(place) for place in range(TEN)] == [
        [([8, 6, 9, 7], "")],
        [([7, 7, 7, 7], "")],
        [([2, 4, 5, 6], "Second thoughts")],
        [([5, 5, 4, 2], "Half of it")],
        [([2, 2, 2, 2], "")],
        [([6, 6, 6, 6], "")],
        [([4, 8, 4, 8], "")],
        [([5, 6, 7, 8], "")],
        [([8, 7, 6, 5], "")],
        [([10, 1, 10, 1], "")],
    ]


def _choose(page: Page, ten: Event) -> None:
    """Of the two versions of two cards, keep the own one of the first and take the other of the second."""
    expect(page.locator("[data-part=notice]")).to_contain_text("has two versions.")
    page.goto(f"{ten.app.url}/judging#/{ten.sessions[1]}")
    expect(page.locator("[data-part=torn-words]")).to_contain_text("You changed this card on another device today")
    expect(page.locator("[data-part=torn-rows] tr").first).to_have_text("Problem71")
    page.get_by_role("button", name="Keep this one").tap()
    expect(standing(page)).to_have_text("Stored")
    page.get_by_role("link", name="Choose one").tap()
    expect(team(page)).to_have_text("Team 5")
    page.get_by_role("button", name="Take the other").tap()
    expect(scale(page, "Problem").get_by_role("radio", name="2", exact=True)).to_be_checked()
    expect(standing(page)).to_have_text("Stored")


def test_from_the_link_to_the_first_score_two_taps(event: Event, hand: Hand) -> None:
    judge = event.judge("Bo")
    begun = time.monotonic()
    page = hand(judge)
    page.get_by_role("link", name="Listen and score").tap()
    first, dock = scale(page, "Problem").bounding_box(), page.locator("[data-part=dock]").bounding_box()
    assert first is not None
    assert dock is not None
    assert first["y"] + first["height"] <= dock["y"]
    tap(page, "Problem", 8)
    expect(standing(page)).to_have_text("Stored")
    expect(page.locator("[data-part=standing-more]")).to_have_text("3 criteria are not scored yet")
    took = time.monotonic() - begun
    print(f"{took:.1f} s and 2 taps from the link to the first stored score")
    assert took < 60
    assert event.cards(0)[0]["scores"] == {"problem": 8}
    assert event.cards(0)[0]["complete"] is False


@pytest.mark.parametrize("lost", [1, 3])
def test_answers_that_are_lost_double_nothing_and_are_no_conflict(event: Event, hand: Hand, lost: int) -> None:
    judge = event.judge(f"Chi {lost}")
    page = hand(judge, service_workers="block")
    left = [lost]

    def swallow(route: Route) -> None:
        """The server gets it, and its answer never comes back."""
        if left[0] > 0:
            left[0] -= 1
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.context.route("**/scores?*", swallow)
    page.get_by_role("link", name="Listen and score").tap()
    for score in (3, 5, 8):
        tap(page, "Problem", score)
        page.wait_for_timeout(900)
    tap(page, "Solution", 6)

    def mine() -> list[dict[str, float]]:
        return [card["scores"] for card in event.cards(0) if card["judge_id"] == judge["judge_id"]]

    until(page, lambda: mine() == [{"problem": 8, "solution": 6}])
    expect(standing(page)).to_have_text("Stored")
    expect(page.locator("[data-part=torn]")).to_be_hidden()
    assert left == [0]


def test_two_tabs_of_one_phone_show_the_same_card(event: Event, hand: Hand) -> None:
    page = hand(event.judge("Dan"))
    address = f"{event.app.url}/judging#/{event.sessions[1]}"
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    expect(team(other)).to_have_text("Team 2")
    tap(page, "Problem", 4)
    expect(scale(other, "Problem").get_by_role("radio", name="4", exact=True)).to_be_checked()
    tap(other, "Solution", 9)
    expect(scale(page, "Solution").get_by_role("radio", name="9", exact=True)).to_be_checked()
    for one in (page, other):
        expect(standing(one)).to_have_text("Stored")
    assert {"problem": 4, "solution": 9} in [card["scores"] for card in event.cards(1)]


def test_what_comes_after_the_freeze_is_kept_and_said(house: App, short: bytes, hand: Hand) -> None:
    event = judges.event_of(house, 1, short)
    page = hand(event.judge("Gil"))
    page.get_by_role("link", name="Listen and score").tap()
    page.context.set_offline(True)
    give(page, 1, 2, 3, 4)
    expect(standing(page)).to_have_text(OFFLINE)
    event.move("frozen")
    page.context.set_offline(False)
    notice = page.locator("[data-part=notice-words]")
    expect(notice).to_contain_text("Scoring is closed")
    expect(notice).to_contain_text("One card on this phone came too late to be stored. Tell the organizer.")
    expect(scale(page, "Problem").get_by_role("radio", name="1", exact=True)).to_be_disabled()
    assert event.cards(0) == []
    results = page.get_by_role("link", name="See the standings")
    expect(results).to_be_hidden()
    event.move("published")
    page.reload()
    expect(results).to_have_attribute("href", f"/events/{event.event_id}/standings")
    event.move("frozen")
    event.move("open")
    page.reload()
    expect(standing(page)).to_have_text("Stored")
    assert event.given(0) == [([1, 2, 3, 4], "")]


def test_a_pitch_is_heard_without_a_network(event: Event, hand: Hand) -> None:
    page = hand(event.judge("Kim"))
    expect(far(page)).to_have_text("0 of 3 scored")
    judges.kept(page, 3)
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("link", name="Listen and score").tap()
    page.get_by_role("button", name="Play, 2 seconds").tap()
    until(page, lambda: bool(page.evaluate("document.querySelector('audio').currentTime > 0.5")))


TAPPED = """() => {
    document.querySelector('.scale label:last-child').click();
    return document.querySelector('[data-part=standing-words]').textContent;
}"""


def test_what_is_not_on_the_disk_is_not_called_saved_for_an_instant(event: Event, hand: Hand) -> None:
    page = hand(event.judge("Moe"))
    page.get_by_role("link", name="Listen and score").tap()
    page.context.set_offline(True)
    tap(page, "Problem", 3)
    expect(standing(page)).to_have_text(OFFLINE)
    assert page.evaluate(TAPPED) == "Saving on this phone"
    expect(standing(page)).to_have_text(OFFLINE)
