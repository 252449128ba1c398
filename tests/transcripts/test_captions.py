"""Captions that can be read, of whatever is said."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchscoop.transcripts.captions import GAP, LEAST, LINE, MOST, SPEED, Cue, cues
from pitchscoop.transcripts.model import Transcript, Utterance, Word
from pitchscoop.transcripts.writing import width
from tests.transcripts.spoken import ENGLISH, SCRIPTS, TRANSCRIPTS, bare, said, talk

TEXTS = [*ENGLISH, *(text for script, text in SCRIPTS.items() if script != "emoji")]  # whose words all fit a line


def captions(*utterances: Utterance) -> list[tuple[str, ...]]:
    return [cue.lines for cue in cues(Transcript().holding(utterances))]


def readable(shown: tuple[Cue, ...]) -> None:
    for cue in shown:
        assert 1 <= len(cue.lines) <= 2
        assert all(line and line == line.strip() and "\n" not in line and width(line) <= LINE for line in cue.lines)
        assert LEAST <= cue.end - cue.start <= MOST
    for one, following in pairwise(shown):
        assert following.start - one.end == 0 or following.start - one.end >= GAP


@settings(deadline=None)
@given(TRANSCRIPTS)
def test_whatever_is_said_every_letter_is_in_one_cue_that_can_be_read(transcript: Transcript) -> None:
    shown = cues(transcript)
    readable(shown)
    assert bare("".join(line for cue in shown for line in cue.lines)) == bare(transcript.text)


@settings(deadline=None)
@given(st.lists(st.sampled_from(TEXTS), min_size=1), st.floats(0.05, 3))
def test_speech_is_cut_between_words_and_shown_when_it_is_said(texts: list[str], breath: float) -> None:
    transcript = talk(tuple(texts), minutes=1, breath=breath)
    shown = cues(transcript)
    readable(shown)
    times = {round(1000 * word.start) for spoken in transcript.utterances for word in spoken.words}
    assert {cue.start for cue in shown} <= times
    if not {SCRIPTS["zh"], SCRIPTS["ja"], SCRIPTS["th"]} & set(texts):
        assert [token for cue in shown for line in cue.lines for token in line.split(" ")] == transcript.text.split(" ")


@pytest.mark.parametrize("language", SCRIPTS)
def test_thirty_minutes_in_any_script_can_be_read(language: str) -> None:
    transcript = talk((SCRIPTS[language],), minutes=30)
    shown = cues(transcript)
    readable(shown)
    assert bare("".join(line for cue in shown for line in cue.lines)) == bare(transcript.text)
    assert sum(_speed(cue) <= SPEED for cue in shown) >= 0.9 * len(shown)


def _speed(cue: Cue) -> float:
    return sum(map(width, cue.lines)) / (cue.end - cue.start) * 1000


def test_cues_and_lines_end_where_sense_ends() -> None:
    assert captions(said(ENGLISH[0]), said(ENGLISH[1], 7), said(ENGLISH[3], 20)) == [
        ("Good evening, everyone. We are Kelpline,",),
        ("and we turn seaweed into", "packaging that a fish could eat."),
        ("Every year eleven million tonnes", "of plastic end up in the sea,"),
        ("and most of it was used only once,", "for less than an hour."),
        ("So what do we do?", "We farm kelp along the coast of Brittany,"),
        ("where nobody else wants to farm,",),
        ("dry it with the heat of a data centre,", "and press it into trays."),
    ]


def test_chinese_and_japanese_break_between_letters_but_never_before_a_comma_or_inside_a_foreign_word() -> None:
    assert captions(said(SCRIPTS["ja"])) == [
        ("昨日、私たちは新しい", "プロトタイプを完成させました。"),
        ("これは「ケルプライン」と呼ばれ、", "海藻から作られています。"),
    ]
    unworded = Utterance(id="0", start=0, end=9, text=SCRIPTS["zh"])
    lines = [line for cue in captions(unworded) for line in cue]
    assert all(line[0] not in "，。" for line in lines)  # noqa: RUF001
    assert len(lines) <= 4


def test_no_line_begins_with_a_small_kana() -> None:
    hurried = Utterance(id="0", start=0, end=9, text="あ" + "ちょっと" * 11)
    assert {line[0] for cue in captions(hurried) for line in cue} <= set("あちと")


def test_a_short_word_belongs_to_what_follows() -> None:
    text = "many small firms have asked for the trays that float in water"
    assert captions(said(text)) == [("many small firms have asked", "for the trays that float in water")]


def test_a_breath_is_as_good_as_a_comma() -> None:
    spoken = said("many small firms that ever asked wanted trays that float in water")
    late = tuple(
        word.model_copy(update={"start": word.start + 0.4, "end": word.end + 0.4}) for word in spoken.words[7:]
    )
    assert captions(spoken) == [("many small firms that ever asked", "wanted trays that float in water")]
    breathed = spoken.model_copy(update={"words": (*spoken.words[:7], *late)})
    assert captions(breathed) == [("many small firms that ever asked wanted", "trays that float in water")]


def test_hurried_words_are_not_cut_off_as_a_flash() -> None:
    hurried = [Word(word="seaweed", start=0.05 * number, end=0.05 * number + 0.05) for number in range(8)]
    calm = [Word(word="seaweed", start=0.5 * number - 3.55, end=0.5 * number - 3.1) for number in range(8, 13)]
    text = " ".join(["seaweed"] * 13)
    shown = cues(Transcript().holding((Utterance(id="0", start=0, end=4, text=text, words=(*hurried, *calm)),)))
    assert shown[1].start == 950


def test_nothing_is_said_nothing_is_shown() -> None:
    assert cues(Transcript()) == ()
    assert captions(Utterance(id="0", start=0, end=1, text=" \n\u2028")) == []


def test_a_word_alone_is_seen_long_enough_to_read_and_goes_when_it_was_read() -> None:
    (cue,) = cues(Transcript().holding((said("Yes.", 3),)))
    assert (cue.start, cue.end) == (3000, 3000 + LEAST)


def test_fast_speech_stays_until_it_is_read_where_there_is_silence() -> None:
    words = [Word(word="seaweed", start=0.1 * number, end=0.1 * number + 0.1) for number in range(8)]
    fast = Utterance(id="0", start=0, end=0.8, text=" ".join(["seaweed"] * 8), words=tuple(words))
    (cue,) = cues(Transcript().holding((fast,)))
    assert cue.end == 63 * 1000 // SPEED
    first, _ = cues(Transcript().holding((fast, said("Then there was a silence.", 2))))
    assert first.end == 2000 - GAP


def test_what_is_followed_at_once_is_shown_with_what_follows() -> None:
    assert captions(said("Yes.", 0), said("We do that already.", 0.3)) == [("Yes. We do that already.",)]


def test_a_silence_ends_a_cue() -> None:
    words = (Word(word="One", start=0, end=0.3), Word(word="two.", start=2, end=2.4))
    shown = cues(Transcript().holding((Utterance(id="0", start=0, end=2.4, text="One two.", words=words),)))
    assert [(cue.start, cue.end) for cue in shown] == [(0, LEAST), (2000, 2000 + LEAST)]


def test_slow_speech_is_cut_at_seven_seconds() -> None:
    words = tuple(Word(word=f"w{number}", start=1.4 * number, end=1.4 * number + 0.9) for number in range(8))
    slow = Utterance(id="0", start=0, end=10.7, text=" ".join(word.word for word in words), words=words)
    shown = cues(Transcript().holding((slow,)))
    assert [cue.lines for cue in shown] == [("w0 w1 w2 w3",), ("w4 w5 w6 w7",)]
    assert [cue.start for cue in shown] == [0, 5600]


def test_without_words_an_utterance_shares_its_time_by_letters() -> None:
    unworded = Utterance(id="0", start=10, end=20, text=f"{'ab ' * 20}. {'ab ' * 20}")
    shown = cues(Transcript().holding((unworded,)))
    assert [cue.start for cue in shown] == [10_000, 15_124]


def test_words_that_are_not_in_the_text_do_not_lend_it_their_time() -> None:
    words = (Word(word="ghost", start=500, end=600), Word(word="there", start=2, end=2.5))
    odd = Utterance(id="0", start=1, end=3, text="Hello there", words=words)
    (cue,) = cues(Transcript().holding((odd,)))
    assert (cue.start, cue.end) == (1000, 2500)


def test_two_who_speak_at_once_are_read_one_after_the_other() -> None:
    shown = cues(Transcript().holding((said(ENGLISH[1], 0, name="a"), said(ENGLISH[1], 0.1, name="b"))))
    readable(shown)
    assert [line for cue in shown for line in cue.lines][-1] == "for less than an hour."
