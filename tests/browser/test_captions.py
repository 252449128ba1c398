"""Captions while one speaks: within a frame, three lines at most, settled words where they were."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

# What the page shows the moment a caption's message was handled: what the next frame will show.
HEAR = """
(() => {
  window.heard = [];
  const add = WebSocket.prototype.addEventListener;
  WebSocket.prototype.addEventListener = function (kind, run, ...rest) {
    return add.call(this, kind, (event) => {
      run(event);
      const message = kind === "message" ? JSON.parse(event.data) : {};
      if (message.type === "transcript") heard.push([message, document.querySelector(".captions-lines").textContent]);
    }, ...rest);
  };
})();
"""
# Each settled word with its place in its line, its neighbours there, and whether that ever changed.
SETTLE = """
(seconds) => new Promise((done) => {
  const box = document.querySelector(".captions-lines");
  const ink = document.querySelector("[data-part=captions-settled]");
  const known = new Map(), moved = [];
  let seen = 0, most = 0, tallest = 0;
  const began = performance.now();
  const frame = (now) => {
    const words = [...ink.children];
    const top = box.getBoundingClientRect();
    for (const [n, word] of words.entries()) {
      const { left } = word.getBoundingClientRect();
      const before = words[n - 1];
      const breaks = before !== undefined && before.offsetTop !== word.offsetTop;
      const was = known.get(word);
      if (was === undefined) known.set(word, { left, breaks });
      else if (Math.abs(was.left - left) > 0.5 || (before && was.breaks !== breaks)) moved.push(word.textContent);
    }
    seen = known.size;
    most = Math.max(most, words.length);
    tallest = Math.max(tallest, top.height);
    if (now - began < seconds * 1000) requestAnimationFrame(frame);
    else done({ moved, seen, most, tallest, line: parseFloat(getComputedStyle(box).lineHeight) });
  };
  requestAnimationFrame(frame);
})
"""


@pytest.fixture
def talking(chromium: Browser, preview: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(HEAR)
    page = context.new_page()
    page.goto(f"{preview}/recorder-talk")
    page.click("#record")
    yield page
    context.close()


def test_settled_words_stay_where_they_are(talking: Page) -> None:
    expect(talking.locator("[data-part=captions-settled] span").first).to_be_visible()
    seen = talking.evaluate(SETTLE, 30)
    print(seen)
    assert seen["moved"] == []
    assert seen["seen"] > 200
    assert seen["most"] < 200  # what is long out of sight is let go
    assert seen["tallest"] <= 3 * seen["line"] + 1


def test_a_caption_is_there_with_the_next_frame(talking: Page) -> None:
    talking.wait_for_timeout(4000)
    heard = talking.evaluate("heard")
    assert len(heard) > 20
    for message, shown in heard:
        assert shown.endswith(message["text"])


def test_it_is_said_once_that_there_are_none(chromium: Browser, preview: str) -> None:
    page = chromium.new_page()
    page.goto(f"{preview}/recorder-talk")
    page.evaluate("""() => {
      const words = document.querySelector("[data-part=captions-words]");
      window.told = [words.textContent];
      new MutationObserver(() => told.push(words.textContent)).observe(words, { childList: true });
    }""")
    page.click("#record")
    page.wait_for_timeout(6000)  # the server says it every two seconds
    assert page.evaluate("told") == ["What you say appears here.", "No live captions just now.", ""]
    expect(page.locator("[data-part=notice]")).to_be_hidden()
    page.context.close()


def test_captions_are_read_aloud_only_when_wanted(talking: Page) -> None:
    aloud = talking.locator("[data-part=captions-aloud]")
    expect(talking.locator("[data-part=captions-settled] span").first).to_be_visible()
    expect(aloud).to_have_attribute("aria-live", "off")
    expect(aloud).to_be_empty()
    toggle = talking.get_by_role("button", name="Read captions aloud")
    toggle.focus()
    talking.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(aloud).to_have_attribute("aria-live", "polite")
    expect(aloud).not_to_be_empty()
