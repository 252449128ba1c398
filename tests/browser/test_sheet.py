"""The printed sheet: ten cards a page, none cut in two, every code and link whole and dark on white."""

import re

from playwright.sync_api import Browser, Page

CARDS = """() => [...document.querySelectorAll('.qr-card')].map((card) => {
    const [box, code, words] = [card, card.querySelector('svg'), card.querySelector('.qr-words')]
        .map((one) => one.getBoundingClientRect());
    const mm = 96 / 25.4;
    return {
        height: box.height / mm, code: code.width / mm, spare: box.bottom - words.bottom, over: words.right - box.right,
        link: card.querySelector('.qr-url').textContent,
    };
})"""


def printed(page: Page, preview: str) -> None:
    page.goto(f"{preview}/sheet")
    page.emulate_media(media="print", color_scheme="dark")


def pages_of(page: Page) -> int:
    pdf = page.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_ten_fit_a_page_and_the_eleventh_begins_another(chromium: Browser, preview: str) -> None:
    context = chromium.new_context(viewport={"width": 717, "height": 1000})  # 190 mm, what A4 leaves
    page = context.new_page()
    printed(page, preview)
    assert page.locator(".qr-card").count() == 10
    assert pages_of(page) == 1
    page.evaluate("document.querySelector('.cards-to-cut').append(document.querySelector('.qr-card').cloneNode(true))")
    assert pages_of(page) == 2
    context.close()


def test_each_card_holds_its_name_its_code_and_its_link(chromium: Browser, preview: str) -> None:
    context = chromium.new_context(viewport={"width": 717, "height": 1000})
    page = context.new_page()
    printed(page, preview)
    cards = page.evaluate(CARDS)
    for card in cards:
        assert 52 < card["height"] < 54
        assert card["code"] > 30
        assert card["spare"] >= 0
        assert card["over"] <= 0
        assert "/join?token=" in card["link"]
    for selector in (".header", ".sheet-head", ".footer"):
        assert not page.locator(selector).first.is_visible()
    colours = page.evaluate(
        "['.qr-name', '.qr-url'].map((one) => getComputedStyle(document.querySelector(one)).color)"
        ".concat(getComputedStyle(document.querySelector('.qr-code')).backgroundColor)"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(68, 68, 68)", "rgb(255, 255, 255)"]
    context.close()
