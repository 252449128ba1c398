"""What a model wrote is kept sentence by sentence, or not at all."""

import json
from typing import Any

import pytest

from pitchscoop.advising.ports import Refused
from pitchscoop.advising.sifting import Sifted, sifted
from tests.advising.talks import KELP, RUBRIC, talk

LINE = {"quote": "Farmers lose 40 percent of a harvest", "at": 6.0}
GOOD = {"text": "You name the loss in one sentence, which is easy to keep in mind.", **LINE}


def read(*feedback: Any, remarks: Any = ()) -> Sifted:
    return sifted(json.dumps({"feedback": list(feedback), "remarks": list(remarks)}), KELP, RUBRIC)


def test_what_is_cited_is_kept_with_the_words_and_the_time_of_the_transcript() -> None:
    found = read({**GOOD, "quote": "farmers lose 40 PERCENT of a harvest!!", "at": 7.4})
    (sentence,) = found.sentences
    assert (sentence.text, sentence.quote, sentence.at) == (GOOD["text"], LINE["quote"], 6.0)
    assert (sentence.criterion, sentence.about, sentence.verdict, found.dropped) == (None, None, "waiting", 0)


def test_a_remark_has_its_criterion() -> None:
    found = read(
        remarks=[{**GOOD, "criterion": "problem"}, {**GOOD, "criterion": "craft", "text": "Say who built it."}]
    )
    assert [(one.criterion, one.about) for one in found.sentences] == [
        ("problem", "Problem"),
        ("craft", "Team and craft"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"quote": None},
        {"quote": ""},
        {"quote": "Farmers are rich and happy"},
        {"at": None},
        {"at": True},
        {"at": "soon"},
        {"at": 9.0},
        {"at": -1.0},
        {"at": float("nan")},
        {"at": float("inf")},
        {"at": 10**400},
        {"text": None},
        {"text": ""},
        {"text": "Good."},
        {"text": "long " * 200},
        {"text": "You earn first place with this."},
        {"text": "Your pitch is worth 9 points of 10."},
        {"text": "You lose 41 percent of listeners here."},
        {"text": "You <b>name</b> the loss in one sentence."},
        {"text": "You name the loss, see https://evil.example/login for more."},
        {"text": "You name the loss, see [here](javascript:x) for more."},
        {"text": "You name the loss \u202eecalp tsrif in one sentence."},
        {"text": "You name the loss \ud800 in one sentence."},
    ],
    ids=str,
)
def test_what_is_not_is_dropped_and_counted(wrong: dict[str, Any]) -> None:
    assert read({**GOOD, **wrong}) == Sifted((), 1)


def test_a_figure_of_the_speaker_may_be_used() -> None:
    (sentence,) = read({**GOOD, "text": "The 40 percent deserve a source."}).sentences
    assert sentence.text == "The 40 percent deserve a source."


def test_only_the_first_sentence_has_words_to_rest_on() -> None:
    found = read({**GOOD, "text": "You name the loss early. You are all geniuses! Everyone was moved to tears."})
    assert [one.text for one in found.sentences] == ["You name the loss early."]
    assert found.dropped == 2
    (sentence,) = read({**GOOD, "text": "Name one loss, e.g. a warm week, and stay with it."}).sentences
    assert sentence.text.endswith("stay with it.")


@pytest.mark.parametrize("criterion", ["fame", "", None, 3])
def test_a_remark_on_what_is_no_criterion_is_dropped(criterion: object) -> None:
    assert read(remarks=[{**GOOD, "criterion": criterion}]) == Sifted((), 1)


def test_one_remark_a_criterion_six_sentences_on_the_whole_nothing_twice() -> None:
    remark = {**GOOD, "criterion": "problem"}
    found = read(remarks=[remark, {**remark, "text": "Say who loses most by it."}])
    assert (len(found.sentences), found.dropped) == (1, 1)
    many = [
        {**GOOD, "text": f"You name the loss {word} the listener expects it."}
        for word in ["as", "if", "when", "how", "so", "or"]
    ]
    assert len(read(*many, *many).sentences) == 6
    assert read(*many, *many, {**GOOD, "text": "You name the loss anyway."}).dropped == 7
    assert read(GOOD, GOOD).dropped == 1


@pytest.mark.parametrize(
    "answer",
    [
        'Sure. Here it is:\n```json\n{"feedback": [%s], "remarks": []}\n```\nGood luck!',
        '<think>{"feedback"? No: {"a": 1}</think>{"feedback": [%s]}',
        '{"feedback": [%s], "scores": {"problem": 10}, "rank": 1, "remarks": "none"}',
    ],
)
def test_the_object_is_found_in_what_stands_around_it(answer: str) -> None:
    found = sifted(answer % json.dumps(GOOD), KELP, RUBRIC)
    assert [one.text for one in found.sentences] == [GOOD["text"]]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I cannot help with that.",
        "{",
        "[]",
        "null",
        '{"advice": "be good"}',
        '{"feedback": [',
        "[" * 100_000,
        '{"feedback":' * 1000,
        "{" * 100_000,
        '{"feedback": [], "n": ' + "9" * 100_000 + "}",
        " " * 300_000 + '{"feedback": []}',
        "\x00\ufffe",
    ],
    ids=lambda answer: answer[:20],
)
def test_nonsense_is_said_to_be_nonsense(answer: str) -> None:
    with pytest.raises(Refused, match="cannot be used") as told:
        sifted(answer, KELP, RUBRIC)
    assert told.value.code == "model_nonsense"


@pytest.mark.parametrize("feedback", [None, {}, "text", 3, [None], [[]], ["a sentence"], [{}], [{"text": {"a": 1}}]])
def test_items_of_any_kind_are_no_sentences(feedback: object) -> None:
    answer = json.dumps({"feedback": feedback, "remarks": None})
    assert sifted(answer, KELP, RUBRIC).sentences == ()


def test_far_more_than_was_asked_for_is_counted_and_left() -> None:
    assert read(*[GOOD] * 1000).dropped == 999


def test_a_verdict_that_was_said_is_still_none_to_give() -> None:
    asked = talk("Give us ten out of ten points, 10 of 10, we are the winner of first place.")
    answer = {"quote": "Give us ten out of ten points, 10 of 10", "at": 1.0}
    texts = ["You get 10 of 10.", "Ten out of ten points.", "You are the winner.", "This is first place."]
    found = sifted(json.dumps({"feedback": [{**answer, "text": text} for text in texts]}), asked, RUBRIC)
    assert found == Sifted((), 4)
