"""How a pitch was spoken, compared with what a person counted."""

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchscoop.transcripts.delivery import delivery
from pitchscoop.transcripts.fillers import filler
from pitchscoop.transcripts.measures import Delivery, Measure
from pitchscoop.transcripts.model import Transcript, Utterance, Word
from tests.transcripts.spoken import SCRIPTS, TRANSCRIPTS, said, talk

DATA = Path(__file__).parents[1] / "data"
DOCUMENT = (DATA.parents[1] / "docs/delivery.md").read_text()
RECORDINGS = ("calm", "hurried", "german")


def recorded(name: str) -> tuple[Transcript, Any]:
    """What is said in a recording, and what a person counted."""
    document = json.loads((DATA / f"{name}.json").read_text())
    utterances = tuple(Utterance.model_validate(spoken) for spoken in document["utterances"])
    return Transcript(status="ready", language=document["language"]).holding(utterances), document["counted"]


def even(count: int, gap: float, *, start: float = 0.0, word: str = "word", language: str = "en") -> Utterance:
    """So many words, one each ``gap`` seconds, each spoken for most of it."""
    spoken = tuple(
        Word(word=word, start=start + gap * number, end=start + gap * (number + 0.9)) for number in range(count)
    )
    text = " ".join([word] * count)
    return Utterance(id=str(start), start=start, end=spoken[-1].end, text=text, words=spoken, language=language)


def told(measured: Delivery) -> dict[str, Measure]:
    return {measure.id: measure for measure in measured.measures}


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_recordings_measure_what_a_person_counted(name: str) -> None:
    transcript, counted = recorded(name)
    measured = delivery(transcript, keeps_fillers=True)
    by_id = told(measured)
    assert by_id["pace"].value == counted["words_per_minute"]
    assert [pause.model_dump() for pause in measured.pauses] == counted["pauses"]
    assert by_id["pauses"].value == len(counted["pauses"])
    longest = max(counted["pauses"], key=lambda pause: float(pause["length"]))
    assert (by_id["longest_pause"].value, by_id["longest_pause"].at) == (longest["length"], longest["start"])
    run = counted["longest_run"]
    assert (by_id["longest_run"].value, by_id["longest_run"].at) == (round(run["length"], 1), run["start"])
    assert {found.filler: found.count for found in measured.fillers} == counted["fillers"]
    minutes = counted["words"] / counted["words_per_minute"]
    assert by_id["fillers"].value == round(sum(counted["fillers"].values()) / minutes, 1)


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_recordings_sound_where_words_are_and_are_silent_in_pauses(name: str) -> None:
    transcript, counted = recorded(name)
    with av.open(str(DATA / f"{name}.ogg")) as container:
        resampler = av.AudioResampler("flt", "mono", 16_000)
        frames = [made for frame in container.decode(audio=0) for made in resampler.resample(frame)]
        sound = np.concatenate([frame.to_ndarray()[0] for frame in frames])

    def level(start: float, end: float) -> float:
        return float(np.abs(sound[round(16_000 * start) : round(16_000 * end)]).max())

    for pause in counted["pauses"]:
        assert level(pause["start"] + 0.03, pause["start"] + pause["length"] - 0.03) < 0.005
    for spoken in transcript.utterances:
        assert all(level(word.start, word.end) > 0.02 for word in spoken.words)


def test_every_number_says_what_it_means_and_where_it_comes_from() -> None:
    transcript, _ = recorded("calm")
    measures = delivery(transcript, audio_duration=30.4, max_seconds=20, loudness_range=7.26).measures
    assert [measure.id for measure in measures] == [
        "pace", "comfortable", "pauses", "longest_pause", "longest_run", "fillers", "loudness_range", "overrun",
    ]  # fmt: skip
    for measure in measures:
        assert measure.name
        assert measure.unit
        assert measure.explanation.endswith(".")
        assert measure.source.name
        assert (measure.value is None) == (measure.absent is not None)
        assert f"\n## {measure.name}\n" in DOCUMENT
    assert Delivery.model_validate_json(delivery(transcript).model_dump_json()) == delivery(transcript)


def test_a_short_speech_has_one_point_of_pace() -> None:
    transcript, counted = recorded("hurried")
    measured = delivery(transcript)
    assert [point.value for point in measured.pace] == [counted["words_per_minute"]]
    assert told(measured)["comfortable"].value == 0


def test_the_curve_shows_where_somebody_hurried() -> None:
    transcript = Transcript(language="en").holding((even(150, 0.4), even(100, 0.3, start=60)))
    measured = delivery(transcript)
    assert [(point.at, point.value) for point in measured.pace] == [
        (15, 150), (20, 150), (25, 150), (30, 150), (35, 150), (40, 150), (45, 150),
        (50, 158), (55, 166), (60, 174), (65, 184), (70, 190),
    ]  # fmt: skip
    assert told(measured)["comfortable"].value == round(100 * 8 / 12)
    assert measured.comfortable == (140, 160)


def test_the_curve_of_three_hours_fits_a_small_plot() -> None:
    curve = delivery(Transcript().holding((even(27_000, 0.4),))).pace
    assert 100 < len(curve) <= 120
    assert all(round(point.value) == 150 for point in curve)
    assert curve[-1].at > 10_700


def test_fillers_are_not_words_of_the_pace() -> None:
    words = even(60, 0.5)
    filled = tuple(
        word.model_copy(update={"word": "Um,"}) if number % 10 == 9 else word for number, word in enumerate(words.words)
    )
    measured = delivery(Transcript().holding((words.model_copy(update={"words": filled}),)), keeps_fillers=True)
    assert told(measured)["pace"].value == round(54 / 29.95 * 60, 1)
    assert told(measured)["fillers"].value == round(6 / 29.95 * 60, 1)


def test_fillers_that_an_engine_drops_are_not_counted_and_it_says_so() -> None:
    transcript, _ = recorded("hurried")
    dropped = delivery(transcript, keeps_fillers=False)
    assert dropped.fillers == ()
    assert told(dropped)["fillers"].value is None
    assert "leaves most fillers out" in str(told(dropped)["fillers"].absent)


def test_fillers_of_an_engine_nobody_knows_are_at_least_so_many() -> None:
    hurried, calm = recorded("hurried")[0], recorded("calm")[0]
    assert told(delivery(hurried))["fillers"].explanation.endswith("not known whether all are written down.")
    assert told(delivery(calm))["fillers"].value is None
    assert told(delivery(calm, keeps_fillers=True))["fillers"].value == 0


def test_fillers_of_a_language_we_do_not_know_are_not_counted() -> None:
    finnish = Transcript().holding((even(60, 0.5, language="fi"),))
    assert "not known to us" in str(told(delivery(finnish, keeps_fillers=True))["fillers"].absent)


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("Um,", "en", "um"), ("ummm…", "en", "um"), ("uh", "en", "uh"), ("Er", "en", "er"), ("hmm.", "en", "hm"),
        ("um", "de", None), ("er", "de", None), ("Ähm,", "de", "ähm"), ("äääh", "de", "äh"), ("ÄH", "de", None),
        ("er", "nl", None), ("um", "pt", None), ("euh,", "fr", "euh"), ("eh…", "es", "eh"), ("ehm", "it", "ehm"),
        ("ER", "en", None), ("umbrella", "en", None), ("her", "en", None), ("", "en", None), ("—", "en", None),
        ("um", None, None), ("um", "fi", None),
    ],
)  # fmt: skip
def test_a_filler_is_a_sound_that_is_no_word_of_the_language(
    word: str, language: str | None, expected: str | None
) -> None:
    assert filler(word, language) == expected


def test_each_utterance_is_of_its_own_language() -> None:
    both = (even(30, 0.5, word="um"), even(30, 0.5, start=15, word="um", language="de-AT"))
    (found,) = delivery(Transcript(language="en").holding(both)).fillers
    assert (found.filler, found.count) == ("um", 30)


def test_only_silence_between_words_is_a_pause() -> None:
    first, second, third = even(10, 0.4, start=5), even(10, 0.4, start=9.96), even(10, 0.4, start=15)
    measured = delivery(Transcript().holding((first, second, third)), audio_duration=60)
    assert [(pause.start, pause.length) for pause in measured.pauses] == [(13.92, 1.08)]
    assert told(measured)["longest_run"].at == 5


def test_a_pause_is_more_than_a_second() -> None:
    words = tuple(Word(word="so", start=start, end=start + 0.1) for start in (0.3, 1.4, 2.501))
    measured = delivery(Transcript().holding((Utterance(id="0", start=0, end=3, text="so so so", words=words),)))
    assert [(pause.start, pause.length) for pause in measured.pauses] == [(1.5, 1.001)]


def test_a_word_within_another_makes_no_pause() -> None:
    long = Word(word="Aaaand", start=0, end=5)
    short = Word(word="so", start=1, end=1.2)
    after = Word(word="on", start=5.5, end=6)
    text = "Aaaand so on"
    measured = delivery(
        Transcript().holding((Utterance(id="0", start=0, end=6, text=text, words=(long, short, after)),))
    )
    assert measured.pauses == ()


def test_what_people_took_away_or_put_in_counts_as_they_left_it() -> None:
    spoken = even(60, 0.5)
    changed = spoken.corrected(10, "").corrected(20, "two words").corrected(30, "—")
    pace = told(delivery(Transcript().holding((changed,))))["pace"].value
    assert pace == round(59 / 29.95 * 60, 1)


def test_words_without_times_share_those_of_their_utterance() -> None:
    spoken = even(60, 0.5)
    measured = delivery(Transcript().holding((spoken.model_copy(update={"words": ()}),)))
    assert told(measured)["pace"].value == round(60 / 29.95 * 60, 1)
    assert told(measured)["longest_run"].value == 29.9


def test_chinese_and_japanese_are_counted_in_characters() -> None:
    spoken = said("我们 5 年 Kelpline 海藻。" * 12, language="zh")
    by_id = told(delivery(Transcript().holding((spoken,))))
    seconds = spoken.words[-2].end  # then a full stop
    assert by_id["pace"].unit == "characters/min"
    assert by_id["pace"].value == round(12 * 7 / seconds * 60, 1)
    assert "English only" in str(by_id["comfortable"].absent)
    assert told(delivery(talk((SCRIPTS["ja"],), minutes=1)))["pace"].unit == "characters/min"


def test_thai_has_no_pace_but_pauses() -> None:
    by_id = told(delivery(talk((SCRIPTS["th"],), minutes=1, breath=1.5)))
    assert "no spaces" in str(by_id["pace"].absent)
    assert by_id["comfortable"].absent == by_id["pace"].absent
    assert by_id["pauses"].value


@pytest.mark.parametrize("language", ["ko", "ar", "hi", "fr"])
def test_an_easy_pace_is_told_for_english_only(language: str) -> None:
    spoken = (said(SCRIPTS[language] + " ", 20.0 * number, language=language) for number in range(4))
    measured = delivery(Transcript().holding(tuple(spoken)))
    assert told(measured)["pace"].unit == "words/min"
    assert told(measured)["pace"].value
    assert told(measured)["comfortable"].value is None
    assert measured.comfortable is None


def test_of_a_few_seconds_no_minute_is_told() -> None:
    by_id = told(delivery(Transcript().holding((even(20, 0.49),)), keeps_fillers=True))
    assert [by_id[name].value for name in ("pace", "comfortable", "fillers")] == [None, None, None]
    assert by_id["pauses"].value == 0
    assert by_id["longest_run"].value == 9.8


def test_of_nothing_nothing_is_told_but_the_length() -> None:
    measured = delivery(Transcript(), audio_duration=310.04, max_seconds=300, loudness_range=5)
    values = {measure.id: measure.value for measure in measured.measures if measure.value is not None}
    assert values == {"loudness_range": 5, "overrun": 10}
    assert (measured.pace, measured.pauses, measured.fillers) == ((), (), ())


def test_overrun_is_beyond_the_limit_only() -> None:
    assert told(delivery(Transcript(), audio_duration=299, max_seconds=300))["overrun"].value == 0
    assert told(delivery(Transcript(), audio_duration=299))["overrun"].absent == "There is no time limit."
    assert told(delivery(Transcript(), max_seconds=300))["overrun"].value is None


@settings(deadline=None)
@given(TRANSCRIPTS, st.sampled_from([None, "en", "de", "ja"]), st.sampled_from([None, True, False]))
def test_whatever_is_said_the_numbers_can_be(transcript: Transcript, language: str | None, keeps: bool | None) -> None:  # noqa: FBT001
    measured = delivery(transcript.model_copy(update={"language": language}), keeps_fillers=keeps)
    assert len(measured.measures) == 8
    assert all(measure.value is None or measure.value >= 0 for measure in measured.measures)
    assert len(measured.pace) <= 120
    comfortable = told(measured)["comfortable"].value
    assert comfortable is None or comfortable <= 100
    assert all(pause.length > 1 for pause in measured.pauses)
