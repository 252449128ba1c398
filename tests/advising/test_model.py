"""People decide on each sentence, and what they let pass says who they are."""

import datetime as dt

import pytest

from pitchscoop.advising.model import LONGEST, Advice, Decision, Sentence
from pitchscoop.kernel.errors import Invalid, NotFound

ONE, TWO, THREE = (
    Sentence(id=name, text=f"Say {name}.", at=number, quote="we grow kelp", criterion=about)
    for number, (name, about) in enumerate((("a", None), ("b", None), ("c", "problem")))
)
DRAFT = Advice(
    session_id="s", event_id="e", status="ready", model="m", sentences=(ONE, TWO, THREE), dropped=3,
    asked_at=dt.datetime(2026, 11, 14, tzinfo=dt.UTC),
)  # fmt: skip


def decide(advice: Advice, name: str, by: str = "Cleo", **what: str) -> Advice:
    return advice.decided([Decision.model_validate({"id": name, **what})], by)


def test_nothing_is_released_that_nobody_accepted() -> None:
    rejected = decide(decide(DRAFT, "a", verdict="rejected"), "b", text="Say more.")
    for advice in (DRAFT, rejected):
        assert advice.released().sentences == ()
        assert advice.label == "Drafted by a model"


def test_what_is_accepted_is_released_without_what_is_not_the_team_s() -> None:
    edited = decide(decide(DRAFT, "b", verdict="accepted", text="Say  more.\n"), "c", verdict="accepted", by="Dan")
    assert [(one.text, one.drafted) for one in edited.accepted] == [("Say more.", "Say b."), ("Say c.", None)]
    released = edited.released()
    assert [(one.text, one.drafted, one.checked_by) for one in released.sentences] == [
        ("Say more.", None, "Cleo"),
        ("Say c.", None, "Dan"),
    ]
    assert (released.model, released.dropped, released.label) == (
        None, 0, "Drafted by a model, checked by Cleo and Dan",
    )  # fmt: skip


def test_a_decision_is_taken_back() -> None:
    accepted = decide(DRAFT, "a", verdict="accepted", text="Otherwise.")
    back = decide(decide(accepted, "a", verdict="waiting"), "a", text="Say a.")
    assert back == DRAFT
    assert decide(accepted, "a", verdict="accepted", by="Dan") is accepted


def test_an_edited_sentence_keeps_what_it_cites() -> None:
    edited = decide(DRAFT, "a", text="Quite another matter.").sentences[0]
    assert (edited.at, edited.quote, edited.verdict) == (ONE.at, ONE.quote, "waiting")


@pytest.mark.parametrize("text", ["", " \n ", "x" * (LONGEST + 1), "half a \ud800 letter"])
def test_a_sentence_has_words_and_an_end(text: str) -> None:
    with pytest.raises(Invalid, match="A sentence has"):
        ONE.edited(text)


def test_a_sentence_that_is_not_there() -> None:
    with pytest.raises(NotFound, match="no sentence 'z'"):
        decide(DRAFT, "z", verdict="accepted")


def test_a_new_draft_leaves_what_was_accepted_and_says_nothing_twice() -> None:
    accepted = decide(decide(DRAFT, "a", verdict="accepted"), "c", verdict="accepted")
    fresh = [one.model_copy(update={"id": f"new-{one.id}"}) for one in (ONE, TWO, THREE)]
    assert [one.id for one in accepted.with_draft(fresh)] == ["a", "c", "new-b"]
    assert [one.id for one in DRAFT.with_draft(fresh)] == ["new-a", "new-b", "new-c"]
