"""What people write into the field, and what is quoted of what was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.kernel.errors import Invalid
from pitchscoop.search.model import LONGEST, Match, Query, parse
from pitchscoop.search.quotes import quoted


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query((), False)),
        ("  \t\n", Query((), False)),
        ("seaweed", Query(("seaweed",), True)),
        ("seaweed ", Query(("seaweed",), False)),
        ("sea ins", Query(("sea", "ins"), True)),
        ('"sea weed" ins', Query(("sea weed", "ins"), True)),
        ('ins "sea weed"', Query(("ins", "sea weed"), False)),
        ('ins "sea wee', Query(("ins", "sea wee"), True)),
        ("\u201csea weed\u201d \u00abins\u00bb", Query(("sea weed", "ins"), False)),
        ('"" "', Query((), False)),
        ("a", Query(("a",), False)),
        ("ab", Query(("ab",), True)),
        ("NOT foo* AND ^bar team:x -y", Query(("NOT", "foo*", "AND", "^bar", "team:x", "-y"), False)),
        ("🚀", Query((), False)),
        ("🚀 moon", Query(("moon",), True)),
        ("moon 🚀", Query(("moon",), False)),
        ("a\x00b\ud800", Query(("a", "b?"), False)),
        ("किताब", Query(("किताब",), True)),
    ],
)
def test_a_query_is_words_and_phrases_and_nothing_else(text: str, query: Query) -> None:
    assert parse(text) == query


def test_a_query_that_is_too_long_is_refused() -> None:
    assert parse("x" * LONGEST).phrases == ("x" * LONGEST,)
    for text in ("x" * (LONGEST + 1), "x" * 10_000):
        with pytest.raises(Invalid) as raised:
            parse(text)
        assert raised.value.code == "query_too_long"


def _match(words: list[str], found: dict[int, tuple[int, int]]) -> Match:
    starts = [float(number) for number in range(len(words))]
    return Match("s", words, starts, [start + 0.5 for start in starts], found)


def _whole(words: list[str], numbers: list[int]) -> dict[int, tuple[int, int]]:
    return {number: (0, len(words[number])) for number in numbers}


def test_a_quote_is_twelve_words_around_where_most_of_it_stands() -> None:
    words = [f"w{number}" for number in range(100)]
    quote = quoted(_match(words, _whole(words, [5, 50, 52, 80])))
    assert quote.text == " ".join(words[47:59])
    assert [quote.text[start:end] for start, end in quote.marks] == ["w50", "w52"]
    assert (quote.start, quote.end) == (50.0, 58.5)


@pytest.mark.parametrize(("at", "text"), [(0, range(12)), (1, range(12)), (19, range(8, 20)), (10, range(7, 19))])
def test_a_quote_keeps_its_length_at_the_ends(at: int, text: range) -> None:
    words = [f"w{number}" for number in range(20)]
    quote = quoted(_match(words, _whole(words, [at])))
    assert (quote.text, quote.start) == (" ".join(words[number] for number in text), float(at))


def test_words_without_spaces_between_them_are_quoted_without() -> None:
    words = ["気", "候", "", "and", "変動", "で", "ok"]
    quote = quoted(_match(words, {4: (0, 1)}))
    assert quote.text == "気候 and 変動で ok"
    assert [quote.text[start:end] for start, end in quote.marks] == ["変"]


@given(st.data())
def test_every_quote_has_a_mark_and_its_marks_are_what_was_found(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=5), min_size=1, max_size=60))
    numbers = data.draw(st.sets(st.integers(0, len(words) - 1), min_size=1))
    quote = quoted(_match(words, _whole(words, sorted(numbers))))
    texts = [quote.text[start:end] for start, end in quote.marks]
    assert texts
    first = round(quote.start)
    assert texts[0] == words[first]
    assert first in numbers
    assert len(quote.marks) <= 52
