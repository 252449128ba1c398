"""The standings in Chromium: heard, explained, kept current, revealed in the room."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import ranked
from tests.browser.words import ARABIC, LONG_TITLE
from tests.browser.written import pitched
from tests.servers.app import ADMIN, App

PLAYING = "() => { const a = document.querySelector('pitch-standings audio'); return !a.paused && a.currentTime >= 64 }"
SKIP = "document.querySelector('pitch-standings audio').currentTime = 83.8"


@pytest.fixture
def page(desk: BrowserContext) -> Iterator[Page]:
    yield desk.new_page()
    ranked.given.clear()
    ranked.more.clear()


def test_a_preview_plays_in_its_row_and_one_sound_at_a_time(page: Page, preview: str) -> None:
    page.goto(f"{preview}/standings")
    first, second = page.locator(".standing-rows li").nth(0), page.locator(".standing-rows li").nth(1)
    first.get_by_role("button", name="Listen to Grandmother Tongue").click()
    page.wait_for_function(PLAYING)
    expect(first.locator(".standing-preview")).to_contain_text("/ 0:20 preview, from 1:04")
    expect(first.get_by_role("link", name="Whole pitch, 2:58")).to_be_visible()
    expect(first.get_by_role("button", name="Pause Grandmother Tongue")).to_be_visible()
    second.get_by_role("button").click()
    expect(page.locator(".standing.playing")).to_have_count(1)
    expect(second.get_by_role("button", name="Pause Ørsted’s Ghost")).to_be_visible()  # noqa: RUF001
    second.get_by_role("button").click()
    expect(second.get_by_role("button", name="Listen to Ørsted’s Ghost")).to_be_visible()  # noqa: RUF001
    second.get_by_role("button").click()
    page.evaluate(SKIP)
    expect(page.locator(".standing.playing")).to_have_count(0)


def test_the_top_ten_are_heard_in_turn(page: Page, preview: str) -> None:
    page.goto(f"{preview}/standings")
    page.get_by_role("button", name="Listen to the top ten").click()
    for team in ("Grandmother Tongue", "Ørsted’s Ghost", "Kelpline"):  # noqa: RUF001
        expect(page.locator(".standing.playing .team")).to_have_text(team)
        page.wait_for_function(PLAYING)
        page.evaluate(SKIP)
    page.get_by_role("button", name="Listen to the top ten").click()
    expect(page.locator(".standing.playing")).to_have_count(0)


def test_scores_are_explained_in_plain_words(page: Page, preview: str) -> None:
    page.goto(f"{preview}/standings")
    row = page.locator(".standing-rows li").nth(2)
    expect(row.locator(".why")).to_be_hidden()
    button = page.get_by_role("button", name="How scores are adjusted")
    button.click()
    expect(page.get_by_role("heading", name="How scores are adjusted")).to_be_visible()
    expect(row.locator(".why")).to_have_text(
        "2 of the 3 judges were stricter than the others; adjusted +1.8. Judged a hundred times, it would be first 10"
        " times, and among the first three 30 times."
    )
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(row.locator(".standing-axis")).to_contain_text("Nine times in ten between 1st and 9th")
    expect(row.locator(".standing-rank")).to_contain_text("Rank 2")


def test_prizes_stand_above_the_places(page: Page, preview: str) -> None:
    page.goto(f"{preview}/standings")
    prizes = page.locator(".prize")
    expect(prizes).to_have_count(4)
    expect(prizes.nth(0)).to_contain_text("Craft")
    expect(prizes.nth(0)).to_contain_text("Highest in Team and craft")
    expect(prizes.nth(0).locator(".prize-winners")).to_contain_text("Kelpline and ")
    expect(prizes.nth(2).locator(".prize-winners")).to_have_text("Not awarded yet")
    expect(prizes.nth(2).get_by_role("combobox")).to_have_count(0)
    expect(prizes.nth(3).get_by_role("link", name="Grandmother Tongue")).to_be_visible()


def test_organizers_give_prizes_by_hand(page: Page, preview: str) -> None:
    page.goto(f"{preview}/standings-live")
    choice, give = page.get_by_label("Who wins Harbour prize"), page.get_by_role("button", name="Give Harbour prize")
    expect(choice.locator("option")).to_have_count(12)  # nobody, those with rows, and one that has no card
    choice.select_option("Signal/Noise: " + LONG_TITLE)
    assert ranked.given == []  # arrow keys choose, and give nothing
    with page.expect_response("**/prizes/*"):
        give.click()
    expect(page.locator(".toast")).to_contain_text("Harbour prize goes to Signal/Noise.")
    assert ranked.given == [("harbour prize", ["r5"])]
    with page.expect_response("**/prizes/*"):
        page.locator(".toast").get_by_role("button", name="Undo").click()
    assert ranked.given[1:] == [("harbour prize", [])]
    ranked.given.append(("harbour prize", ["r4", "r5"]))
    page.reload()
    expect(choice).to_have_value("several")
    choice.select_option("Zebra: Without a card")
    with page.expect_response("**/prizes/*"):
        give.click()
    assert ranked.given[-1] == ("harbour prize", ["x"])


def test_a_choice_that_is_open_is_left_alone_by_a_board_that_comes(page: Page, preview: str) -> None:
    page.goto(f"{preview}/standings-meanwhile")
    choice = page.get_by_label("Who wins Harbour prize")
    expect(choice.locator("option")).to_have_count(12)
    choice.select_option("Ro: Quiet brakes for cargo bikes")
    choice.focus()
    ranked.more.set()
    expect(page.locator("[data-part=say]")).to_contain_text("144 cards")
    expect(choice).to_be_focused()
    expect(choice).to_have_value("r9")


def test_each_state_says_what_it_is(page: Page, preview: str) -> None:
    for name, words in (
        ("standings", "Published Sat 14 Nov, 19:30. 10 teams, 6 judges, 143 cards."),
        ("standings-hidden", "Frozen Sat 14 Nov, 19:30: no more cards are taken."),
        ("standings-live", "Judges are scoring; this changes with every card."),
        ("standings-empty", "Judges are scoring; this changes with every card."),
        ("standings-refused", "Published Sat 14 Nov, 19:30."),  # without a stream it is asked for
    ):
        page.goto(f"{preview}/{name}")
        expect(page.locator("[data-part=say]")).to_contain_text(words)
    page.goto(f"{preview}/standings-hidden")
    expect(page.get_by_role("heading", name="The standings are hidden")).to_be_visible()
    expect(page.locator(".standing-rows li")).to_have_count(0)


def test_a_thousand_teams_are_shown_on_demand(page: Page, preview: str) -> None:
    page.goto(f"{preview}/standings-many")
    expect(page.locator(".standing-rows li")).to_have_count(60)
    page.get_by_role("button", name="Show all 1\u2009000 teams").click()
    expect(page.locator(".standing-rows li")).to_have_count(1000)


def test_organizers_move_a_preview_while_it_plays(page: Page, preview: str) -> None:
    ranked.moved.clear()
    page.goto(f"{preview}/standings-live")
    page.locator(".standing-rows li").nth(0).get_by_role("button").click()
    for button in ("5 s later", "5 s earlier"):
        with page.expect_response(lambda answer: answer.request.method == "PATCH"):
            page.get_by_role("button", name=button).click()
    expect(page.locator(".toast")).to_have_count(0)
    assert ranked.moved == [69, 64]


def test_where_the_mean_ranks_it_comes_first_and_is_called_so(page: Page, preview: str) -> None:
    page.goto(f"{preview}/standings-mean")
    best: Any = ranked.rows()[0]
    row = page.locator(".standing-rows li").first
    expect(row.locator(".standing-adjusted")).to_have_text(f"As given {best['raw_mean']:.1f}")
    expect(page.locator(".standing-head .standing-adjusted")).to_have_text("As given")
    expect(page.locator(".standing-head .standing-given")).to_have_text("Adjusted")


def test_no_key_shows_the_room_how_it_stands_while_judges_score(page: Page, preview: str) -> None:
    still = {**ranked.board("live"), "stage": "open"}
    page.route("**/sample/standings/published", lambda route: route.fulfill(json=still))
    page.goto(f"{preview}/room-reveal")
    with page.expect_response("**/sample/standings/published"):
        page.keyboard.press("r")
    page.wait_for_timeout(200)
    expect(page.locator("[data-part=reveal]")).to_be_hidden()


def test_s_shows_the_room_the_first_ten_and_keeps_them_current(page: Page, preview: str) -> None:
    page.goto(f"{preview}/room-standings")
    table = page.get_by_role("region", name="Standings")
    expect(table).to_be_hidden()
    page.keyboard.press("s")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(10)
    expect(rows.nth(0)).to_contain_text("Grandmother Tongue")
    expect(rows.nth(0)).to_contain_text("87.4")
    expect(rows.nth(0)).to_contain_text("1 to 5")
    ranked.more.set()
    expect(rows.nth(0)).to_contain_text("Ørsted’s Ghost")  # noqa: RUF001
    page.keyboard.press("r")
    expect(page.locator("[data-part=reveal]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-part=reveal]")).to_be_hidden()
    expect(table).to_be_visible()  # a key ends one thing
    for key in ("Escape", "s"):
        page.keyboard.press(key)
        expect(table).to_be_hidden()
        page.keyboard.press("s")
        expect(table).to_be_visible()


def test_s_shows_nothing_while_judges_score(page: Page, preview: str) -> None:
    page.goto(f"{preview}/room-open")
    with page.expect_response("**/stream"):
        page.keyboard.press("s")
    page.wait_for_timeout(200)
    expect(page.get_by_role("region", name="Standings")).to_be_hidden()


def test_the_room_reveals_prizes_in_the_order_of_the_ceremony(page: Page, preview: str) -> None:
    page.goto(f"{preview}/room-reveal")
    reveal = page.locator("[data-part=reveal]")
    page.keyboard.press("p")
    expect(reveal).to_contain_text("Craft shared")
    for team in ("Kelpline", ARABIC):
        expect(reveal).to_contain_text(team)
    page.keyboard.press("Enter")
    expect(reveal).to_contain_text(LONG_TITLE)
    page.keyboard.press("Enter")  # the one that nobody has is passed over
    expect(reveal).to_contain_text("Grand prize")
    expect(reveal).to_contain_text("Grandmother Tongue")
    expect(reveal.locator("[data-part=reveal-score]")).to_be_empty()
    page.keyboard.press("Escape")
    expect(reveal).to_be_hidden()


def test_the_room_reveals_one_rank_at_a_time(page: Page, preview: str) -> None:
    page.goto(f"{preview}/room-reveal")
    reveal = page.locator("[data-part=reveal]")
    expect(reveal).to_be_hidden()
    page.keyboard.press("r")
    expect(reveal).to_contain_text("2nd tied")
    for team in ("Ørsted’s Ghost", "Kelpline"):  # noqa: RUF001
        expect(reveal).to_contain_text(team)
    expect(reveal).not_to_contain_text("Grandmother Tongue")
    page.keyboard.press("PageDown")
    expect(reveal).to_contain_text("1st")
    expect(reveal).to_contain_text("Grandmother Tongue")
    expect(reveal).to_contain_text("87.4")
    page.keyboard.press("ArrowLeft")
    expect(reveal).to_contain_text("2nd tied")
    page.keyboard.press("Escape")
    expect(reveal).to_be_hidden()


@pytest.fixture
def organizer(chromium: Browser) -> Iterator[Page]:
    """A wide window of whoever runs the events of the house."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, extra_http_headers={"Authorization": f"Bearer {ADMIN}"}
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_cards_come_in_while_the_page_is_open_and_the_public_waits(
    organizer: Page, page: Page, house: App, speakers: dict[str, str], sound: bytes
) -> None:
    pitch = pitched(house, speakers, sound)
    event = pitch["event_id"]
    with httpx.Client(base_url=f"{house.url}/api/v1", headers={"Authorization": f"Bearer {ADMIN}"}) as client:
        judge = client.post(f"/events/{event}/judges", json={"name": "Ada"}).json()["token"]
        for visitor in (organizer, page):
            visitor.goto(f"{house.url}/events/{event}/standings")
        expect(organizer.get_by_role("heading", name="No scores yet")).to_be_visible()
        expect(page.get_by_role("heading", name="The standings are hidden")).to_be_visible()
        card = {"scores": dict.fromkeys(("problem", "solution", "team-and-craft", "delivery"), 7)}
        headers = {"Authorization": f"Bearer {judge}"}
        client.put(f"/sessions/{pitch['session_id']}/scores", json=card, headers=headers).raise_for_status()
        expect(organizer.locator(".standing-rows li")).to_contain_text("Grandmother Tongue")
        expect(page.locator(".standing-rows li")).to_have_count(0)
        client.post(f"/events/{event}/stage", json={"stage": "published"}).raise_for_status()
        expect(page.locator(".standing-rows li")).to_contain_text("Grandmother Tongue")
        page.get_by_role("button", name="Listen to Grandmother Tongue").click()
        page.wait_for_function(PLAYING.replace("64", "0"))
        client.post(f"/events/{event}/stage", json={"stage": "frozen"}).raise_for_status()
        expect(page.locator(".standing-rows li")).to_have_count(0)
