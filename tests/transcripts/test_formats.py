"""Files that other people's programs read."""

import html
import io
import json

import pysubs2
import pytest
import webvtt
from hypothesis import given, settings

from pitchscoop.transcripts.captions import cues
from pitchscoop.transcripts.formats import FORMATS, as_json, as_srt, as_text, as_vtt
from pitchscoop.transcripts.model import Transcript, Utterance, Word
from tests.transcripts.spoken import ENGLISH, SCRIPTS, TRANSCRIPTS, bare, said, talk

Shown = list[tuple[int, int, str]]


def expected(transcript: Transcript) -> Shown:
    return [(cue.start, cue.end, "\n".join(cue.lines)) for cue in cues(transcript)]


def by_webvtt(text: str, form: str) -> Shown:
    """As webvtt-py reads it; texts as written."""
    read = webvtt.WebVTT.from_buffer(io.BytesIO(text.encode()), format=form)
    return [(cue.start_time.in_milliseconds(), cue.end_time.in_milliseconds(), cue.raw_text) for cue in read.captions]


def by_pysubs2(text: str, form: str) -> Shown:
    """As pysubs2 reads it; texts as written."""
    read = pysubs2.SSAFile.from_string(text, format_=form, keep_html_tags=True)
    return [(cue.start, cue.end, cue.text.replace("\\N", "\n")) for cue in read]


def test_captions_as_they_are_written() -> None:
    transcript = Transcript().holding((said("Hello, everyone. We are Q&A -> for <b>everybody</b> in town.", 3600.5),))
    assert as_srt(transcript) == (
        "1\n01:00:00,500 --> 01:00:04,485\nHello, everyone. We are Q&A ->\nfor <b>everybody</b> in town.\n"
    )
    assert as_vtt(transcript) == (
        "WEBVTT\n\n01:00:00.500 --> 01:00:04.485\n"
        "Hello, everyone. We are Q&amp;A -&gt;\nfor &lt;b&gt;everybody&lt;/b&gt; in town.\n"
    )


@pytest.mark.parametrize("script", [*SCRIPTS, "en"])
def test_two_libraries_read_thirty_minutes_of_any_script_alike(script: str) -> None:
    transcript = talk((SCRIPTS[script],) if script in SCRIPTS else ENGLISH, minutes=30)
    shown = expected(transcript)
    assert len(shown) > 200
    assert [time for time, _, _ in shown][-1] > 29 * 60_000
    for read in (by_webvtt, by_pysubs2):
        assert read(as_srt(transcript), "srt") == shown
        assert read(as_vtt(transcript), "vtt") == shown


@settings(deadline=None)
@given(TRANSCRIPTS)
def test_whatever_is_said_is_read_again(transcript: Transcript) -> None:
    shown = expected(transcript)
    if not shown:
        assert (as_srt(transcript), as_vtt(transcript)) == ("", "WEBVTT\n")
        return
    vtt = by_webvtt(as_vtt(transcript), "vtt")
    assert [(start, end, html.unescape(text)) for start, end, text in vtt] == shown
    srt = by_webvtt(as_srt(transcript), "srt")
    assert [cue[:2] for cue in srt] == [cue[:2] for cue in shown]
    assert bare("".join(text for _, _, text in srt)) == bare("".join(text for _, _, text in shown))
    assert len(by_pysubs2(as_vtt(transcript), "vtt")) == len(by_pysubs2(as_srt(transcript), "srt")) == len(shown)


def test_an_arrow_that_was_said_ends_no_cue() -> None:
    transcript = Transcript().holding((said("from A --> B", 0), said("and from B --> A", 5)))
    for read in (by_webvtt, by_pysubs2):
        assert len(read(as_srt(transcript), "srt")) == len(read(as_vtt(transcript), "vtt")) == 2
    assert [text for _, _, text in by_webvtt(as_srt(transcript), "srt")] == ["from A -- > B", "and from B -- > A"]
    timed = Transcript().holding((said("00:00:01.000 --> 00:00:02.000", 0),))
    assert len(by_webvtt(as_srt(timed), "srt")) == len(by_webvtt(as_vtt(timed), "vtt")) == 1


def test_text_is_a_paragraph_for_each_utterance() -> None:
    utterances = (said("One\ntwo.", 0), Utterance(id="1", start=2, end=3, text=" "), said(" שלום עולם. ", 4))
    assert as_text(Transcript().holding(utterances)) == "One two.\n\nשלום עולם.\n"  # noqa: RUF001
    assert as_text(Transcript()) == ""


def test_json_is_what_rest_shows_and_nothing_else() -> None:
    word = Word(word="Kelpline", start=0.5, end=1, confidence=0.75, machine="Kelpin")
    transcript = Transcript(status="ready", language="en", engine="an engine", job="a job").holding(
        (Utterance(id="7", start=0.5, end=1, text="Kelpline", words=(word,), language="en"),)
    )
    assert json.loads(as_json(transcript)) == {
        "status": "ready",
        "text": "Kelpline",
        "language": "en",
        "engine": "an engine",
        "corrected": 1,
        "error": None,
        "utterances": [
            {
                "id": "7",
                "start": 0.5,
                "end": 1.0,
                "text": "Kelpline",
                "words": [{"word": "Kelpline", "start": 0.5, "end": 1.0, "confidence": 0.75, "machine": "Kelpin"}],
            }
        ],
    }


def test_every_format_says_what_it_is() -> None:
    assert {name: form.content_type for name, form in FORMATS.items()} == {
        "json": "application/json",
        "srt": "application/x-subrip; charset=utf-8",
        "vtt": "text/vtt; charset=utf-8",
        "txt": "text/plain; charset=utf-8",
    }
    assert all(isinstance(form.written(Transcript()), str) for form in FORMATS.values())
