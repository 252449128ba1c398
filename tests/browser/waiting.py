"""A recording that waits on the device of whoever looks at a page, as an earlier visit would have left it."""

from playwright.sync_api import Page

from pitchscoop.doors.web.render import Renderer
from tests.browser.preview import LENGTH

STORED = 134  # seconds: 2:14
RATE = 16000
_PLANT = """
async ({ keeper, kept, seconds, stored, minutesAgo }) => {
  const worker = new Worker(keeper);
  const call = (verb, ...values) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ("name" in data ? reject(new Error(data.message)) : resolve(data.value));
    worker.postMessage({ id: 0, verb, values });
  });
  let chance = 7;
  const random = () => ((chance = (chance * 48271) % 2147483647) / 2147483647);
  const second = (loud) => {
    const samples = new Int16Array(kept.rate);
    for (let word = 0; word < 4; word++) {
      const height = loud * (random() < 0.2 ? 0.01 : random());
      for (let n = 0; n < kept.rate / 4; n++) samples[(word * kept.rate) / 4 + n] = height * 9000 * Math.sin(n / 9);
    }
    return new Uint8Array(samples.buffer);
  };
  await call("hold", { ...kept, began: Date.now() - minutesAgo * 60_000 });
  for (let at = 0; at < seconds; at++) {
    await call("append", kept.session, at * kept.rate * 2, second(at % 17 < 14 ? 1 : 0.02));
  }
  const bytes = kept.rate * 2;
  await call("note", kept.session, { base: 0, stored: stored * bytes, sent: seconds * bytes });
  worker.terminate();
}
"""


def plant(page: Page, details: str, *, session: str = "1", team: str = "Grandmother Tongue", stored: int = STORED,
          stopped: bool = False) -> None:  # fmt: skip
    """Leave a recording in the store of the page's origin. ``details`` is what the server answers about it."""
    kept = {
        "session": session,
        "team": team,
        "title": "A phone call that keeps a dialect alive",
        "token": None,
        "live": "/sample/live",
        "details": details,
        "page": "/pitch",
        "recorder": "/recorder",
        "rate": RATE,
        "limit": 180,
        "base": None,
        "stored": 0,
        "stopped": stopped,
    }
    given = {
        "keeper": Renderer().asset("keeper.js"),
        "kept": kept,
        "seconds": int(LENGTH),
        "stored": stored,
        "minutesAgo": 3,
    }
    page.evaluate(_PLANT, given)
