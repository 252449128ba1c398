"""Chromium's own player reads our captions."""

import base64
from typing import Any

import pytest
from playwright.sync_api import Browser

from pitchscoop.transcripts.captions import cues
from pitchscoop.transcripts.formats import as_vtt
from tests.transcripts.spoken import ENGLISH, SCRIPTS, talk

LOADED = """async source => {
  const video = document.body.appendChild(document.createElement("video"));
  const track = Object.assign(document.createElement("track"), { kind: "captions", default: true, src: source });
  const loaded = new Promise((done, failed) => { track.onload = done; track.onerror = failed; });
  video.append(track);
  track.track.mode = "showing";
  await loaded;
  return [...track.track.cues].map(cue => [
    Math.round(cue.startTime * 1000), Math.round(cue.endTime * 1000), cue.text, cue.getCueAsHTML().textContent
  ]);
}"""


@pytest.mark.parametrize("texts", [ENGLISH, (SCRIPTS["ar"],), (SCRIPTS["ja"], "R&D --> <b>it</b> &amp; us.")])
def test_a_track_of_thirty_minutes_has_every_cue_and_its_text(chromium: Browser, texts: tuple[str, ...]) -> None:
    transcript = talk(texts, minutes=30)
    page = chromium.new_page()
    source = "data:text/vtt;base64," + base64.b64encode(as_vtt(transcript).encode()).decode()
    found: list[list[Any]] = page.evaluate(LOADED, source)
    page.close()
    shown = [[cue.start, cue.end, "\n".join(cue.lines)] for cue in cues(transcript)]
    assert len(found) == len(shown) > 200
    assert [[start, end, text] for start, end, _, text in found] == shown
