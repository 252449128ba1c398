"""The best twenty seconds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.scoring.previews import LENGTH, moved, preview, spoken_in


def said(*sentences: tuple[float, float, str]) -> list[dict[str, Any]]:
    """Utterances of words that follow one another without a gap."""
    found = []
    for start, end, text in sentences:
        words = text.split()
        step = (end - start) / len(words)
        parts = [
            {"word": word, "start": start + at * step, "end": start + (at + 1) * step} for at, word in enumerate(words)
        ]
        found.append({"id": str(start), "start": start, "end": end, "text": text, "words": parts})
    return found


def test_it_is_where_somebody_speaks_and_ends_with_a_sentence() -> None:
    words = spoken_in(said((2, 4, "Hello."), (60, 79, "We keep a dialect alive for all."), (120, 125, "Thank you.")))
    found = preview(178, [50] * 96, words)
    assert found is not None
    assert (found.start, found.end) == (60, 80)


def test_without_words_it_is_where_it_is_loud() -> None:
    heights = [10] * 48 + [90] * 12 + [10] * 36
    found = preview(160, heights, None)
    assert found is not None
    assert 79 <= found.start <= 81


def test_with_neither_it_is_in_the_middle_and_a_short_pitch_is_played_whole() -> None:
    assert preview(100, [], None) == preview(100, (), spoken_in([]))
    middle = preview(100, [], None)
    assert middle is not None
    assert (middle.start, middle.end) == (40, 60)
    short = preview(12.3456, [50] * 96, None)
    assert short is not None
    assert (short.start, short.end) == (0, 12.35)
    assert preview(None, [50], None) is None


def test_a_preview_moved_by_hand_stays_within_the_recording() -> None:
    assert [moved(start, 60) for start in (10, 999)] == [moved(10, 60), moved(40, 60)]
    assert moved(5, None) is None


@given(
    st.floats(0.5, 3600),
    st.lists(st.integers(0, 100), max_size=96),
    st.lists(st.tuples(st.floats(0, 3600), st.floats(0.1, 30)), max_size=20),
)
def test_it_always_lies_in_the_recording(seconds: float, heights: list[int], places: list[tuple[float, float]]) -> None:
    spoken = sorted(places)
    words = spoken_in(said(*((start, start + length, "One two. Three") for start, length in spoken)))
    found = preview(seconds, heights, words)
    assert found is not None
    assert 0 <= found.start < found.end <= seconds + 0.01
    assert found.end - found.start == pytest.approx(min(LENGTH, seconds), abs=0.02)
