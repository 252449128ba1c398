"""When a card counts, what it comes to, and that no change of what was saved goes unnoticed."""

import datetime as dt
import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.events.rubrics import DEFAULT, TEMPLATES, Criterion, check_rubric
from pitchscoop.kernel.errors import Invalid
from pitchscoop.scoring.copies import read, written
from pitchscoop.scoring.model import (
    BEGINNING,
    LONGEST,
    Card,
    Entry,
    blanked,
    broken,
    checked,
    entry_of,
    erasure_of,
    linked,
    plain,
    total,
)
from tests.scoring.judged import WHOLE

THEN = dt.datetime(2026, 11, 14, 16, 41, 7, 123456, tzinfo=dt.UTC)


def card(number: int = 1, **more: Any) -> Card:
    known: dict[str, Any] = {"scores": WHOLE, "saved_at": THEN, "number": number}
    return Card(**{"session_id": f"s{number}", "judge_id": "j"} | known | more)


def chain(cards: list[Card]) -> list[Entry]:
    entries: list[Entry] = []
    for one in cards:
        entries.append(entry_of(one, entries[-1].chain if entries else BEGINNING))
    return entries


def test_a_complete_card_has_a_weighted_total() -> None:
    assert card().complete(DEFAULT)
    assert total(card(), DEFAULT) == 70


@pytest.mark.parametrize("gone", WHOLE)
def test_a_card_that_lacks_a_criterion_is_a_draft(gone: str) -> None:
    draft = card(scores={name: score for name, score in WHOLE.items() if name != gone})
    assert draft.missing(DEFAULT) == (gone,)
    assert not draft.complete(DEFAULT)


@pytest.mark.parametrize("score", [0.99, 10.01, -3, math.nan, math.inf])
def test_a_score_that_is_off_the_scale_by_now_is_missing(score: float) -> None:
    assert card(scores=WHOLE | {"problem": score}).missing(DEFAULT) == ("problem",)


def test_a_skipped_card_does_not_count_and_one_to_hear_again_does() -> None:
    assert not card(mark="skip").complete(DEFAULT)
    assert card(mark="again").complete(DEFAULT)


def test_a_card_by_no_criteria_does_not_count() -> None:
    assert not card().complete(())


@pytest.mark.parametrize("score", [0, 11, 10.000001, -1, math.nan, math.inf, -math.inf, True, False, "8", [8], 10**400])
def test_what_is_not_on_the_scale_is_refused_with_the_scale(score: object) -> None:
    with pytest.raises(Invalid, match="Problem: give a number from 1 to 10") as refused:
        checked({"problem": score}, DEFAULT)
    assert refused.value.code == "score_out_of_range"


def test_scores_are_kept_as_they_are_and_none_takes_one_back() -> None:
    assert checked({"problem": 7, "delivery": 1.25, "solution": None}, DEFAULT) == {
        "problem": 7.0,
        "delivery": 1.25,
        "solution": None,
    }
    with pytest.raises(Invalid) as refused:
        checked({"charm": 7}, DEFAULT)
    assert refused.value.code == "unknown_criterion"


def test_a_comment_is_text_with_one_kind_of_line_end() -> None:
    assert plain("a\r\nb\rc\td") == "a\nb\nc\td"
    assert plain("<b>\x00\x1b[31m\ud800</b> ☃ \u202efdp") == "<b>[31m</b> ☃ \u202efdp"
    assert plain("x" * LONGEST) == "x" * LONGEST
    with pytest.raises(Invalid) as refused:
        plain("x" * 100_000)
    assert refused.value.code == "comment_too_long"


def test_digest_and_chain_are_those_that_the_docs_tell_of() -> None:
    """As ``sha256sum`` has it of {"comment":"é","judge_id":"j","mark":null,"number":1,"rubric_version":1, and so on."""
    small = Card(session_id="s", judge_id="j", scores={"b": 8.0, "a": 1.5}, comment="é", saved_at=THEN, number=1)
    assert small.digest == "5149b374129f3e0e5f0ab9b4d3a816b424da856e9797eedf2c20f1560265aa13"
    assert linked(BEGINNING, small.digest) == "1b395f11e9fb288550dc653f753ca27dfb84eb323991b7a554597a0adc365bdf"


def test_a_whole_chain_is_whole() -> None:
    entries = chain([card(number) for number in range(1, 8)])
    assert broken(entries) is None
    assert broken([]) is None
    assert broken(read("x", written(entries))) is None


def _less(entries: list[Entry]) -> list[Entry]:
    return [*entries[:3], *entries[4:]]


def _swapped(entries: list[Entry]) -> list[Entry]:
    return [*entries[:3], entries[4], entries[3], *entries[5:]]


def _changed(**update: object) -> Callable[[list[Entry]], list[Entry]]:
    def change(entries: list[Entry]) -> list[Entry]:
        held = entries[3].card
        assert held is not None
        return [*entries[:3], entries[3].model_copy(update={"card": held.model_copy(update=update)}), *entries[4:]]

    return change


def _rechained(entries: list[Entry]) -> list[Entry]:
    """Whoever changes a card and makes its own digest and chain anew breaks the next."""
    again = entry_of(card(4, comment="better"), entries[2].chain)
    return [*entries[:3], again, *entries[4:]]


@pytest.mark.parametrize(
    "change",
    [
        _less,
        _swapped,
        _rechained,
        *(
            _changed(**update)
            for update in (
                {"scores": WHOLE | {"problem": 10.0}},
                {"comment": "x"},
                {"mark": "skip"},
                {"judge_id": "k"},
                {"session_id": "s9"},
                {"saved_at": THEN + dt.timedelta(microseconds=1)},
                {"rubric_version": 2},
                {"number": 5},
            )
        ),
    ],
)
def test_any_change_of_what_was_saved_is_found(change: Callable[[list[Entry]], list[Entry]]) -> None:
    entries = chain([card(number) for number in range(1, 8)])
    assert broken(change(entries)) in (4, 5)


@given(seed=st.integers(0, 2**32))
def test_no_altered_byte_of_a_file_goes_unnoticed(seed: int) -> None:
    """Whatever it does to the file: it cannot be read, or is found, or says the same."""
    chance = random.Random(seed)
    document = bytearray(written(chain([card(number, comment="a\nb") for number in range(1, 4)])))
    before = read("x", bytes(document))
    place = chance.randrange(len(document))
    document[place] ^= 1 << chance.randrange(8)
    try:
        after = read("x", bytes(document))
    except Invalid:
        return
    assert after == before or broken(after) is not None


def test_the_templates_can_be_scored_by() -> None:
    assert list(TEMPLATES) == ["hackathon", "startup", "demo-day"]
    for rubric in TEMPLATES.values():
        check_rubric(rubric)
        assert all(criterion.anchors[0].value == criterion.min for criterion in rubric)
    assert [criterion.weight for criterion in DEFAULT] == [3, 3, 2, 2]


def _criterion(**more: Any) -> Criterion:
    usual: dict[str, Any] = {"id": "a", "name": "A", "weight": 1, "min": 0, "max": 5}
    return Criterion(**usual | more)


@pytest.mark.parametrize(
    "rubric",
    [
        [_criterion(), _criterion(name="B")],
        [_criterion(min=5)],
        [_criterion(min=6)],
        [_criterion(max=1e300)],
        [_criterion(anchors=({"value": 6, "text": "x"},))],
        [_criterion(anchors=({"value": 2, "text": "x"}, {"value": 1, "text": "y"}))],
        [_criterion(tracks=("Sky",))],
        [_criterion(id=f"a{number}") for number in range(101)],
    ],
)
def test_a_rubric_that_nothing_can_be_scored_by_is_refused(rubric: list[Criterion]) -> None:
    with pytest.raises(Invalid) as refused:
        check_rubric(rubric, ("Sea",))
    assert refused.value.code == "bad_rubric"


def test_a_card_that_was_taken_away_is_found_unless_an_entry_says_that_it_was_erased() -> None:
    entries = chain([card(number) for number in range(1, 5)])
    without = [*entries[:1], entries[1].model_copy(update={"card": None}), *entries[2:]]
    assert broken(without) == 2
    assert broken(without, cut=True) is None
    erased = [*without, erasure_of(5, [2], entries[-1].chain)]
    assert broken(erased) is None
    assert broken([*without, erasure_of(5, [3], entries[-1].chain)]) == 2
    forged = erased[-1].model_copy(update={"erased": (2, 3)})
    assert broken([*erased[:-1], forged]) == 5
    assert blanked([*entries, erased[-1]]) == erased
