"""A judge's card in Chromium: everything on it, by finger and by keys, and what it looks like to everybody."""

from collections.abc import Iterator
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import judged
from tests.browser.conftest import Hand
from tests.browser.judges import Event, far, scale, standing, tap, team, until
from tests.browser.test_pages import violations
from tests.browser.written import AUTHORIZED

OFFLINE = "Saved on this phone"
SIZES = {"phone": (360, 740), "desk": (1440, 900)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def test_undo_history_and_marks(event: Event, hand: Hand) -> None:
    page = hand(event.judge("Eve"))
    page.get_by_role("link", name="Listen and score").tap()
    tap(page, "Problem", 8)
    expect(standing(page)).to_have_text("Stored")
    tap(page, "Problem", 8)  # a tap on the value takes it away
    expect(scale(page, "Problem").get_by_role("radio", checked=True)).to_have_count(0)
    page.get_by_role("button", name="Undo").tap()
    expect(scale(page, "Problem").get_by_role("radio", name="8", exact=True)).to_be_checked()
    tap(page, "Problem", 3)
    expect(page.locator("[data-part=standing-more]")).to_have_text("3 criteria are not scored yet")
    page.get_by_role("button", name="Earlier versions").tap()
    expect(page.locator("[data-part=version-scores]").last).to_contain_text("Problem 8")
    page.get_by_role("button", name="Take this one").last.tap()
    expect(scale(page, "Problem").get_by_role("radio", name="8", exact=True)).to_be_checked()
    page.get_by_role("button", name="Hear again").tap()
    page.get_by_role("button", name="Skip").tap()
    expect(page.locator("[data-part=standing-more]")).to_have_text("Skipped, so it does not count")
    expect(page.get_by_role("button", name="Hear again")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("link", name="Your pitches").tap()
    expect(far(page)).to_have_text("0 of 3 scored, 1 skipped")
    expect(page.locator("[data-part=next-team]")).to_have_text("Team 2")


def test_a_scale_stays_where_it_is_under_the_thumb(event: Event, hand: Hand) -> None:
    page = hand(event.judge("Pia"))
    page.get_by_role("link", name="Listen and score").tap()
    until(page, lambda: scale(page, "Problem").is_visible())
    places = []
    for value in (None, 7, 10, 1):
        if value is not None:
            tap(page, "Problem", value)
            expect(scale(page, "Problem").get_by_role("radio", name=str(value), exact=True)).to_be_checked()
        places.append(scale(page, "Problem").bounding_box())
    assert places == places[:1] * 4


def test_a_conflict_of_interest_is_told_later_where_there_is_no_network(event: Event, hand: Hand) -> None:
    judge = event.judge("Fay")
    page = hand(judge)
    page.get_by_role("link", name="Listen and score").tap()
    page.context.set_offline(True)
    page.get_by_role("button", name="Conflict of interest").tap()
    expect(page.get_by_text("You do not score Team 1.")).to_be_visible()
    expect(page.locator("[data-part=row-team]")).to_have_text(["Team 2", "Team 3"])
    path = f"{event.app.url}/api/v1/events/{event.event_id}/judges/{judge['judge_id']}"
    assert httpx.get(path, headers=AUTHORIZED).json()["conflicts"] == []
    page.context.set_offline(False)
    until(page, lambda: httpx.get(path, headers=AUTHORIZED).json()["conflicts"] == [event.teams[0]])
    page.reload()
    page.get_by_role("button", name="Take back, Team 1").tap()
    until(page, lambda: httpx.get(path, headers=AUTHORIZED).json()["conflicts"] == [])
    expect(page.locator("[data-part=row-team]")).to_have_text(["Team 1", "Team 2", "Team 3"])


def test_a_link_that_was_ended_keeps_the_card(event: Event, hand: Hand) -> None:
    judge = event.judge("Hal")
    page = hand(judge)
    page.get_by_role("link", name="Listen and score").tap()
    path = f"{event.app.url}/api/v1/events/{event.event_id}/judges/{judge['judge_id']}"
    httpx.delete(path, headers=AUTHORIZED).raise_for_status()
    tap(page, "Problem", 5)
    alert = page.locator("[data-part=trouble]")
    expect(alert).to_contain_text("Your link has ended")
    expect(alert).to_contain_text("One card is saved on this phone.")
    expect(standing(page)).to_have_text(OFFLINE)


def test_no_other_judge_is_seen_and_nothing_is_added_up(event: Event, hand: Hand) -> None:
    other = event.judge("Ida")
    headers = {"Authorization": f"Bearer {other['token']}"}
    card = {"scores": {"problem": 10, "solution": 9}, "comment": "Words of somebody else"}
    path = f"{event.app.url}/api/v1/sessions/{event.sessions[2]}/scores"
    httpx.put(path, json=card, headers=headers).raise_for_status()
    page = hand(event.judge("Jon"))
    answers: list[str] = []
    page.on("response", lambda answer: answers.append(answer.text()) if "/api/" in answer.url else None)
    page.goto(f"{event.app.url}/judging#/{event.sessions[2]}")
    page.reload()
    expect(team(page)).to_have_text("Team 3")
    page.wait_for_load_state("networkidle")
    seen = page.content() + "".join(answers)
    assert answers
    assert [
        word for word in ("Words of somebody else", "Ida", other["judge_id"], "total", "rank") if word in seen
    ] == []


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> Literal["light", "dark"]:
    chosen: Literal["light", "dark"] = request.param
    return chosen


@pytest.fixture(params=SIZES)
def sample(request: pytest.FixtureRequest, chromium: Browser, theme: Literal["light", "dark"]) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    said: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert said == []


def test_every_card_is_accessible_and_fits(sample: Page, preview: str, axe: str) -> None:
    wrong = []

    def look(what: str) -> None:
        sample.wait_for_timeout(300)
        wrong.extend(violations(sample, axe))
        if sample.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{what} is too wide")

    for place in range(len(judged.PITCHES)):
        sample.goto(f"{preview}/judging-open#/s{place}")
        expect(team(sample)).to_have_text(judged.PITCHES[place][0])
        look(f"card {place}")
    for session, part in ((judged.TORN, "torn"), (judged.REFUSED, "refusal")):
        sample.goto(f"{preview}/judging-open#/{session}")
        scale(sample, "Problem").locator("label").nth(7).click()
        expect(sample.locator(f"[data-part={part}]")).to_be_visible()
        look(part)
    sample.goto(f"{preview}/judging-open#/s3")
    sample.get_by_role("button", name="Earlier versions").click()
    expect(sample.locator("[data-part=version-at]")).to_have_count(3)
    look("versions")
    sample.get_by_role("button", name="Close").click()
    sample.get_by_role("button", name="Conflict of interest").click()
    expect(sample.locator("[data-part=apart-team]")).to_have_text("Kelpline")
    look("conflicts")
    sample.goto(f"{preview}/judging-frozen#/s3")
    expect(sample.locator("[data-part=notice-words]")).to_contain_text("Scoring is closed since Sat 14 Nov, ")
    look("frozen")
    sample.goto(f"{preview}/judging-trouble")
    expect(sample.get_by_role("alert")).to_contain_text("The server did not answer")
    look("trouble")
    assert wrong == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (320, 640)])
def test_the_first_scale_shows_without_scrolling(chromium: Browser, preview: str, width: int, height: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": height})
    for session in ("s0", "s1", "s2") if width == 360 else ("s0", "s2"):  # s1 has the longest names there are
        page.goto(f"{preview}/judging-open#/{session}")
        box, dock = scale(page, "Problem").bounding_box(), page.locator("[data-part=dock]").bounding_box()
        assert box is not None
        assert dock is not None
        assert (session, box["y"] + box["height"] <= dock["y"]) == (session, True)
        labels = [label.bounding_box() for label in scale(page, "Problem").locator("label").all()]
        assert [label is not None and label["width"] >= 25 and label["height"] >= 76 for label in labels] == [True] * 10
    page.context.close()


def test_a_card_is_filled_in_by_keys_alone(chromium: Browser, preview: str) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{preview}/judging-open#/s4")
    problem = scale(page, "Problem")
    problem.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")
    expect(problem.get_by_role("radio", name="1", exact=True)).to_be_checked()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    expect(problem.get_by_role("radio", name="10", exact=True)).to_be_checked()  # and not around to 1
    page.keyboard.press("ArrowDown")
    expect(problem.get_by_role("radio", name="9", exact=True)).to_be_checked()
    expect(problem.get_by_role("radio", name="9", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(scale(page, "Solution").get_by_role("radio", name="1", exact=True)).to_be_checked()
    page.keyboard.press("Backspace")
    expect(scale(page, "Solution").get_by_role("radio", checked=True)).to_have_count(0)
    page.get_by_label("Comment for the team").focus()
    page.keyboard.type("Say it first.")
    expect(page.locator("[data-part=standing-words]")).to_have_text("Stored")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Dictate")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Comment for the team")).to_have_value("")
    page.context.close()


def test_the_keys_go_on_from_where_they_were(chromium: Browser, preview: str) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{preview}/judging-open")
    row = page.get_by_role("link", name="Kelpline")
    row.focus()
    for _ in range(2):
        with page.expect_response("**/judge/open?*"):
            page.evaluate("dispatchEvent(new Event('online'))")  # the page looks
        page.wait_for_timeout(200)
        expect(row).to_be_focused()
    row.press("Enter")
    expect(page.locator("[data-part=card-title]")).to_be_focused()
    page.get_by_role("button", name="Conflict of interest").press("Enter")
    head = page.get_by_role("heading", name="Your pitches")
    expect(head).to_be_focused()
    back = page.get_by_role("button", name="Take back, Kelpline")
    back.focus()
    with page.expect_response("**/judge/open?*"):
        page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(200)
    expect(back).to_be_focused()
    back.press("Enter")
    expect(head).to_be_focused()
    page.goto(f"{preview}/judging-open#/{judged.TORN}")
    scale(page, "Problem").locator("label").nth(7).click()
    expect(page.get_by_role("alert").filter(has_text="another device")).to_be_visible()
    page.get_by_role("button", name="Keep this one").press("Enter")
    expect(page.locator("[data-part=dock]")).to_be_focused()
    page.get_by_role("link", name="Your pitches").press("Enter")
    expect(head).to_be_focused()
    page.context.close()


def test_a_slide_gives_and_a_scroll_does_not(chromium: Browser, preview: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{preview}/judging-open#/s4")
    expect(team(page)).to_have_text("Loud Rooms")
    box = scale(page, "Problem").bounding_box()
    assert box is not None
    x, y = box["x"], box["y"] + 40
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    finger("touchStart", (x + 10, y))
    for step in range(1, 8):
        finger("touchMove", (x + 10 + step * 30, y))
    finger("touchEnd")
    chosen = scale(page, "Problem").get_by_role("radio", checked=True)
    expect(chosen).to_have_value("7")
    finger("touchStart", (x + 20, y))
    for step in range(1, 8):
        finger("touchMove", (x + 22, y - step * 30))
    finger("touchEnd")
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") > 100
    expect(chosen).to_have_value("7")
    context.close()


def test_a_fine_scale_is_a_field(chromium: Browser, preview: str) -> None:
    page = chromium.new_page()
    page.goto(f"{preview}/judging-open#/s8")
    field = page.get_by_label("Reach, from 0 to 100")
    field.fill("72,5")
    page.get_by_role("button", name="More Reach").click()
    expect(field).to_have_value("73.5")
    expect(page.locator("[data-part=score]").first).to_have_text("73.5")
    field.fill("101")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("Give 0 to 100; 73.5 is kept")
    expect(page.locator("[data-part=score]").first).to_have_text("73.5")
    field.fill("10")
    field.press_sequentially("15")
    expect(field).to_have_accessible_description("Give 0 to 100; 10 is kept")
    for _ in range(2):
        field.press("Backspace")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("0 to 100")
    field.press_sequentially("15")
    field.blur()
    expect(field).to_have_value("10")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="More Reach").click()
    expect(field).to_have_value("11")
    expect(page.locator("[data-part=score]").first).to_have_text("11")
    page.context.close()


def test_a_comment_that_is_too_long_is_kept_and_said(event: Event, hand: Hand) -> None:
    page = hand(event.judge("Lea"))
    page.get_by_role("link", name="Listen and score").tap()
    page.get_by_label("Comment for the team").fill("x" * 20_001)
    expect(page.get_by_text("Too long by 1 letter.")).to_be_visible()
    expect(page.locator("[data-part=refusal]")).to_contain_text("Not stored. The comment has 20001 characters")
    expect(standing(page)).to_have_text(OFFLINE)
    page.get_by_label("Comment for the team").fill("x" * 20_000)
    expect(standing(page)).to_have_text("Stored")
    expect(page.locator("[data-part=refusal]")).to_be_hidden()
