"""A quote counts where its words were said, within two seconds, however they are written."""

import pytest

from pitchscoop.advising.citing import WITHIN, Citation, Said
from pitchscoop.transcripts.model import Transcript, Utterance
from tests.advising.talks import KELP, signs, talk


@pytest.mark.parametrize(
    "quote",
    [
        "Farmers lose 40 percent",
        "farmers LOSE 40 percent!",
        "“Farmers, lose — 40 percent…”",
        " Farmers\nlose\t40  percent ",
        "Ｆarmers lose ４０ percent",  # noqa: RUF001  full width, as some models write
    ],
)
def test_case_punctuation_and_width_do_not_count(quote: str) -> None:
    assert Said(KELP).cited(quote, 6.0) == Citation(6.0, "Farmers lose 40 percent")


@pytest.mark.parametrize("off", [-WITHIN, -1.9, -0.3, 0.0, 1.0, WITHIN])
def test_within_two_seconds_it_counts_and_has_the_time_it_was_said_at(off: float) -> None:
    assert Said(KELP).cited("Farmers lose 40", 6.0 + off) == Citation(6.0, "Farmers lose 40")


@pytest.mark.parametrize("off", [-60.0, -2.01, 2.01, 5.0, 1e9])
def test_further_off_it_does_not(off: float) -> None:
    assert Said(KELP).cited("Farmers lose 40", 6.0 + off) is None


@pytest.mark.parametrize(
    ("quote", "at"),
    [
        ("Farmers lose fifty percent", 6.0),  # other words
        ("Farmers percent lose", 6.0),  # another order
        ("lose 40 … harvest to", 6.5),  # something left out
        ("armers lose 40", 6.0),  # part of a word
        ("Farmers lose 40 perc", 6.0),
        ("to one", 10.0),  # two words are said anywhere
        ("", 6.0),
        ("?!", 6.0),
        ("Farmers " * 200, 6.0),
    ],
)
def test_what_was_not_said_does_not_count(quote: str, at: float) -> None:
    assert Said(KELP).cited(quote, at) is None


def test_a_quote_may_go_over_the_end_of_an_utterance() -> None:
    found = Said(KELP).cited("one warm week. Our buoys tell", 9.5)
    assert found == Citation(10.0, "one warm week. Our buoys tell")


def test_of_several_places_the_nearest_counts() -> None:
    twice = talk("Save the hives today", "Save the hives today", every=3)
    assert Said(twice).cited("save the hives", 3.5) == Citation(4.0, "Save the hives")
    assert Said(twice).cited("save the hives", 2.4) == Citation(1.0, "Save the hives")


def test_either_reading_of_a_corrected_word_counts_and_the_corrected_one_is_shown() -> None:
    corrected = KELP.correct("u-0", 2, "sugar kelp", "kelp").correct("u-0", 4, "", "ropes")
    for quote in ("We grow kelp on ropes along", "We grow sugar kelp on along", "we grow sugar kelp on ropes along"):
        assert Said(corrected).cited(quote, 1.0) == Citation(1.0, "We grow sugar kelp on along")
    assert Said(corrected).cited("We grow rockweed on ropes", 1.0) is None


@pytest.mark.parametrize("together", [1, 2, 3])
def test_scripts_without_spaces_are_quoted_sign_by_sign(together: int) -> None:
    spoken = signs("我们在海边种海带，卖给农民。", together=together)  # noqa: RUF001
    found = Said(spoken).cited("海边种海带", 2.5)
    assert found
    assert "海边种海带" in found.quote
    assert abs(found.at - 2.5) <= WITHIN
    assert Said(spoken).cited("海边种苹果", 2.5) is None
    assert Said(spoken).cited("海边", 2.5) is None  # two signs are said anywhere


def test_without_words_of_the_engine_those_of_the_text_are_quoted() -> None:
    plain = Utterance(id="u", start=10, end=20, text="We grow kelp on ropes along the coast")
    said = Said(Transcript(status="ready").holding((plain,)))
    found = said.cited("kelp on ropes", 12.0)
    assert found
    assert found.quote == "kelp on ropes"
    assert said.cited("the coast we", 18.0) is None


def test_nothing_was_said() -> None:
    assert Said(Transcript(status="ready")).cited("We grow kelp", 0.0) is None
