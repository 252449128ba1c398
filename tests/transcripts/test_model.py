"""Words that are heard, corrected, and heard again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchscoop.kernel.errors import Conflict, NotFound
from pitchscoop.transcripts.model import Transcript, Utterance, Word, carried_over, merged
from pitchscoop.transcripts.writing import spelled, tidy
from tests.transcripts.spoken import ENGLISH, SCRIPTS, WORDS, bare, said


def heard(text: str, start: float = 0.0, *, name: str = "0", is_final: bool = True) -> Utterance:
    return said(text, start, name=name).model_copy(update={"is_final": is_final})


def shown(spoken: Utterance) -> list[str]:
    return [word.word for word in spoken.words]


def test_a_transcript_is_in_order_of_time_with_text_and_count_of_corrections() -> None:
    late = heard("so we press it", 5, name="b").corrected(0, "So")
    transcript = Transcript(status="ready").holding(
        (late, Utterance(id="c", start=3, end=4, text=""), heard("We farm kelp.", 1, name="a"))
    )
    assert [spoken.id for spoken in transcript.utterances] == ["a", "c", "b"]
    assert transcript.text == "We farm kelp. So we press it"
    assert transcript.corrected == 1
    assert transcript.status == "ready"


def test_a_correction_keeps_times_and_what_the_machine_heard_first() -> None:
    spoken = heard("we are kelp line")
    once = spoken.corrected(2, "Kelpline")
    twice = once.corrected(2, "Kelpline,")
    assert (twice.text, twice.words[2].machine) == ("we are Kelpline, line", "kelp")
    assert [(word.start, word.end) for word in twice.words] == [(word.start, word.end) for word in spoken.words]
    assert twice.corrected(2, "kelp") == spoken


def test_of_words_that_are_alike_the_one_that_was_meant_changes() -> None:
    spoken = heard("the cat the bathe the")
    assert spoken.corrected(2, "THE").text == "the cat THE bathe the"
    assert spoken.corrected(4, "THE").text == "the cat the bathe THE"


def test_a_word_taken_away_takes_its_space_along_and_comes_back_with_it() -> None:
    spoken = heard("we um farm kelp")
    without = spoken.corrected(1, "")
    assert (without.text, without.words[1].machine) == ("we farm kelp", "um")
    assert without.corrected(2, "grow").text == "we grow kelp"
    assert without.corrected(1, "um") == spoken


@pytest.mark.parametrize("script", SCRIPTS)
def test_any_script_is_corrected_in_place_and_back(script: str) -> None:
    spoken = said(SCRIPTS[script])
    for index, word in enumerate(spoken.words):
        changed = spoken.corrected(index, "Kelpline")
        assert changed.text.count("Kelpline") == spoken.text.count("Kelpline") - word.word.count("Kelpline") + 1
        assert changed.corrected(index, word.word) == spoken
        taken = spoken.corrected(index, "")
        assert len(bare(taken.text)) == len(bare(spoken.text)) - len(bare(word.word))
        assert bare(taken.corrected(index, word.word).text) == bare(spoken.text)


@settings(deadline=None)
@given(st.lists(WORDS.map(tidy), min_size=1, max_size=6), st.data())
def test_after_any_corrections_text_is_what_the_words_are(words: list[str], data: st.DataObject) -> None:
    held = tuple(Word(word=word, start=at, end=at + 1) for at, word in enumerate(words))
    spoken = Utterance(id="0", start=0, end=9, text=spelled(words), words=held)
    for _ in range(3):
        index = data.draw(st.integers(0, len(words) - 1))
        spoken = spoken.corrected(index, data.draw(WORDS.map(tidy)))
    assert bare(spoken.text) == bare("".join(shown(spoken)))


def test_text_that_does_not_hold_the_word_is_spelled_from_the_words() -> None:
    words = (Word(word="five", start=0, end=1), Word(word="dollars", start=1, end=2))
    spoken = Utterance(id="0", start=0, end=2, text="$5", words=words)
    assert spoken.corrected(0, "six").text == "six dollars"


def test_a_correction_is_refused_when_the_word_is_another_by_now() -> None:
    transcript = Transcript().holding((heard("we farm kelp"),))
    changed = transcript.correct("0", 2, "seaweed", was="kelp")
    assert changed.text == "we farm seaweed"
    assert changed.correct("0", 2, "seaweed", was="kelp") == changed
    with pytest.raises(Conflict) as refused:
        changed.correct("0", 2, "algae", was="kelp")
    assert refused.value.code == "word_changed"
    for name, index in (("1", 0), ("0", 3), ("0", -1)):
        with pytest.raises(NotFound) as missing:
            changed.correct(name, index, "x", was="y")
        assert missing.value.code == "no_such_word"


def test_a_correction_is_one_line_of_text() -> None:
    transcript = Transcript().holding((heard("we farm kelp"),))
    assert transcript.correct("0", 2, "  sea\r\n\x00weed ", was="kelp").text == "we farm sea weed"
    assert transcript.correct("0", 2, " \n", was="kelp").text == "we farm"


def test_a_partial_gives_way_and_a_final_stays() -> None:
    first, second = heard("we far", is_final=False), heard("we farm", is_final=False)
    final, other = heard("We farm kelp."), heard("Yes.", 5, name="1")
    known = merged(merged(merged(merged((), first), other), second), final)
    assert known == (final, other)
    assert merged(known, heard("something else")) == known
    assert merged(known, second) == known


def test_a_correction_made_in_a_partial_stays_when_the_final_comes() -> None:
    partial = heard("we are kelp line", is_final=False)
    corrected = Transcript().holding((partial,)).correct("0", 2, "Kelpline", was="kelp").utterances
    (final,) = merged(corrected, heard("We are Kelp, line and more."))
    assert final.is_final
    assert (final.text, final.words[2].machine) == ("We are Kelpline, line and more.", "Kelp,")
    (otherwise,) = merged(corrected, heard("We are Kelpline and more."))
    assert otherwise.text == "We are Kelpline and more."


def test_a_correction_is_carried_to_what_another_machine_heard_alike_at_that_time() -> None:
    old = heard("no no no kelp").corrected(1, "know")
    (new,) = carried_over((old,), (heard("No no, no kelp."),))
    assert new.text == "No know, no kelp."
    assert new.words[1].machine == "no,"


def test_a_correction_is_not_carried_to_another_time_or_another_word() -> None:
    old = heard("no kelp").corrected(0, "know")
    assert carried_over((old,), (heard("no kelp", 3),)) == (heard("no kelp", 3),)
    assert carried_over((old,), (heard("yes kelp"),)) == (heard("yes kelp"),)


def test_a_word_taken_away_stays_away_with_its_punctuation() -> None:
    old = heard("we um farm").corrected(1, "")
    (new,) = carried_over((old,), (heard("We, um, farm."),))
    assert new.text == "We, farm."


def test_two_corrections_find_two_words() -> None:
    old = heard("ha ha ha").corrected(0, "Ho").corrected(1, "Ho")
    (new,) = carried_over((old,), (heard("ha ha ha"),))
    assert new.text == "Ho Ho ha"


def test_a_word_without_length_can_be_found() -> None:
    word = Word(word="kelpin", start=1.0, end=1.0)
    spoken = Utterance(id="0", start=1, end=1, text="kelpin", words=(word,))
    (new,) = carried_over((spoken.corrected(0, "Kelpline"),), (spoken,))
    assert new.text == "Kelpline"


def test_a_correction_crosses_utterances_that_are_cut_otherwise() -> None:
    old = (heard(ENGLISH[0]).corrected(5, "Kelpline GmbH,"),)
    words = heard(ENGLISH[0]).words
    new = tuple(
        Utterance(id=str(number), start=part[0].start, end=part[-1].end, text=spelled(w.word for w in part), words=part)
        for number, part in enumerate((words[:3], words[3:]))
    )
    assert carried_over(old, new)[1].text.startswith("We are Kelpline GmbH, and")
