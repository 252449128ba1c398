"""Times, words and parts, whatever a model says of them."""

import numpy as np
from faster_whisper.transcribe import Segment, Word
from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.adapters.whisper_work import _parts, _utterance, within

_TIMES = st.floats(-10, 50)


@given(st.lists(st.tuples(_TIMES, _TIMES), min_size=1), st.integers(0, 3000))
def test_times_are_in_order_and_within_the_recording(spans: list[tuple[float, float]], after: int) -> None:
    times = within(spans, after / 1000, 30.0)
    flat = [moment for span in times for moment in span]
    assert flat == sorted(flat)
    assert flat[0] >= after / 1000
    assert flat[-1] <= 30


def test_good_times_are_left_as_they_are() -> None:
    spans = [(0.5, 0.9), (0.9, 1.1), (2.0, 2.5)]
    assert within(spans, 0.5, 11.0) == spans


def test_a_word_that_seems_to_last_pushes_no_other_away() -> None:
    assert within([(0.0, 9.0), (1.0, 1.5)], 0.0, 11.0) == [(0.0, 1.0), (1.0, 1.5)]


def segment(start: float, end: float, text: str, words: list[Word]) -> Segment:
    return Segment(1, 0, start, end, text, [], 0.0, 1.0, 0.0, words, 0.0)


def test_words_are_those_of_the_text() -> None:
    words = [Word(0.1, 0.3, " We", 0.9), Word(0.3, 0.3, " ", 0.1), Word(0.3, 0.8, " sell.", 1.0)]
    spoken = _utterance(7, segment(0.0, 1.0, " We  sell.", words), 600.0, 599.0, 700.0, "en")
    assert spoken is not None
    assert (spoken.id, spoken.text, spoken.start, spoken.end) == ("w0007", "We sell.", 600.1, 600.8)
    assert [(word.word, word.confidence) for word in spoken.words] == [("We", 0.9), ("sell.", 1.0)]


def test_a_text_without_words_keeps_the_time_of_its_segment() -> None:
    spoken = _utterance(1, segment(1.0, 2.0, " Hm. ", []), 0.0, 0.0, 11.0, "en")
    assert spoken is not None
    assert (spoken.text, spoken.start, spoken.end, spoken.words) == ("Hm.", 1.0, 2.0, ())


def test_what_would_be_said_after_the_end_is_left_out() -> None:
    assert _utterance(1, segment(38.4, 38.5, " Thank you.", []), 0.0, 0.0, 11.0, "en") is None
    assert _utterance(1, segment(1.0, 2.0, "  ", []), 0.0, 0.0, 11.0, "en") is None


def test_a_long_recording_is_cut_where_nobody_speaks() -> None:
    rate = 16_000
    samples = np.ones(300 * rate, np.float32)
    pauses = [slice(at * rate, at * rate + rate // 2) for at in (105, 225)]
    for pause in pauses:
        samples[pause] = 0
    parts = list(_parts(samples[at : at + rate] for at in range(0, len(samples), rate)))
    assert np.array_equal(np.concatenate([part for _, part in parts]), samples)
    assert [at for at, _ in parts] == [0, *np.cumsum([len(part) for _, part in parts])[:-1]]
    assert all(pause.start < at < pause.stop for pause, (at, _) in zip(pauses, parts[1:3], strict=True))
    assert max(len(part) for _, part in parts) <= 140 * rate
