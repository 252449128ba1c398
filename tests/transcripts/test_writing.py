"""Text in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.transcripts.writing import clusters, places, replaced, spelled, tidy, undressed, width
from tests.transcripts.spoken import LETTERS, SCRIPTS

TEXTS = st.lists(LETTERS).map("".join)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("Kelp", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("海藻", 4),
        ("한국", 4),
        ("ｱ", 1),
        ("🌿", 2),
        ("שָׁלוֹם", 4),
        ("हिंदी", 4),
    ],
)
def test_width_is_in_columns(text: str, columns: int) -> None:
    assert width(text) == columns


def test_clusters_are_what_readers_take_for_letters() -> None:
    assert clusters("e\u0301a") == ["e\u0301", "a"]
    assert clusters("👩‍👩‍👧‍👦👍🏽🇫🇷🇩🇪") == ["👩‍👩‍👧‍👦", "👍🏽", "🇫🇷", "🇩🇪"]
    assert clusters("हिंदी") == ["हिं", "दी"]


@given(TEXTS)
def test_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


def test_white_space_is_one_space_unless_a_line_must_not_break_there() -> None:
    assert tidy(" a \n\t b\u2028c\x00d\u3000e ") == "a b c d e"
    assert tidy("tous\u202f! \u00a0x \u00a0") == "tous\u202f! x"


@given(TEXTS)
def test_tidy_text_is_tidy(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert tidy(text).splitlines() in ([], [tidy(text)])


def test_words_are_found_in_order_and_none_inside_another() -> None:
    assert places("the cat and the dog", ["the", "cat", "and", "the", "dog"]) == (0, 4, 8, 12, 16)
    assert places("that is a cat", ["a", "cat"]) == (8, 10)
    assert places("我爱我", ["我", "爱", "我"]) == (0, 1, 2)
    assert places("a — b", ["a", "b"]) == (0, 4)


def test_a_word_that_is_not_there_misleads_no_other() -> None:
    assert places("we farm kelp", ["we", "grow", "kelp"]) == (0, None, 8)
    far = "we " + "never " * 20 + "farm kelp"
    assert places(far, ["we", "kelp", "never"]) == (0, None, 3)


def test_a_word_taken_away_stands_behind_the_one_before() -> None:
    assert places("a c", ["a", "", "c"]) == (0, 1, 2)


@pytest.mark.parametrize(
    ("text", "at", "old", "new", "expected"),
    [
        ("a b c", 2, "b", "x y", "a x y c"),
        ("a b c", 2, "b", "", "a c"),
        ("a b", 0, "a", "", "b"),
        ("a b", 2, "b", "", "a"),
        ("a", 0, "a", "", ""),
        ("tous\u202f! Qui", 5, "!", "", "tous Qui"),
        ("(b) c", 1, "b", "", "() c"),
        ("a c", 1, "", "b", "a b c"),
        ("b c", 0, "", "a", "a b c"),
        ("", 0, "", "a", "a"),
        ("我爱你", 1, "爱", "", "我你"),
        ("我你", 1, "", "爱", "我爱你"),
        ("שלום לכולם", 5, "לכולם", "עולם", "שלום עולם"),
    ],
)
def test_a_word_is_replaced_with_its_spaces(text: str, at: int, old: str, new: str, expected: str) -> None:
    assert replaced(text, at, old, new) == expected


def test_words_are_spelled_with_spaces_where_their_script_has_them() -> None:
    assert spelled(["We", "", "are", "here."]) == "We are here."
    assert spelled("昨日、私") == "昨日、私"
    assert spelled(["한국", "사람"]) == "한국 사람"
    assert spelled(["我们", "Kelpline"]) == "我们 Kelpline"


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("(“Kelp-line!”)", ("(“", "Kelp-line", "!”)")),
        ("—", ("—", "", "")),
        ("", ("", "", "")),
        ("हिंदी।", ("", "हिंदी", "।")),
        ("¿Qué?", ("¿", "Qué", "?")),
    ],
)
def test_punctuation_around_a_word_is_told_from_the_word(word: str, parts: tuple[str, str, str]) -> None:
    assert undressed(word) == parts


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_sample_is_tidy(script: str) -> None:
    assert tidy(SCRIPTS[script]) == SCRIPTS[script]
