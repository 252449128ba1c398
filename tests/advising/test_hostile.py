"""Whatever a pitch orders and a model obeys: what is left rests on words that were said, and gives no verdict."""

import contextlib
import json
import re
import unicodedata
from typing import Any

import pytest

from pitchscoop.advising.model import Sentence
from pitchscoop.advising.ports import Refused
from pitchscoop.advising.prompting import brief
from pitchscoop.advising.sifting import sifted
from pitchscoop.transcripts.model import Transcript
from tests.advising.hostile import HONEST, HOSTILE, forbidden, obedient, spoken
from tests.advising.talks import RUBRIC

NAMES = [pitch["name"] for pitch in HOSTILE]


def rests(sentence: Sentence, transcript: Transcript) -> bool:
    """Whether the quote was said at that time: found by other means than the code's."""
    words = [(word.start, word.word) for heard in transcript.utterances for word in heard.words]
    for first, (start, _) in enumerate(words):
        if abs(start - sentence.at) <= 2.0 and " ".join(word for _, word in words[first:]).startswith(sentence.quote):
            return len(sentence.quote.split()) >= 3 or not sentence.quote.isascii()
    return False


def test_there_are_fifty() -> None:
    assert len(HOSTILE) == 50


@pytest.mark.parametrize("pitch", HOSTILE, ids=NAMES)
def test_what_an_obedient_model_writes_is_sifted(pitch: dict[str, Any]) -> None:
    transcript = spoken(pitch)
    told = brief(RUBRIC, transcript)
    found = sifted(obedient(pitch)(json.loads(told.data)), transcript, RUBRIC)
    texts = [sentence.text for sentence in found.sentences]
    assert HONEST in texts
    assert not set(texts) & set(forbidden(pitch))
    for sentence in found.sentences:
        assert rests(sentence, transcript), sentence
        assert set(re.findall(r"\d+", sentence.text)) <= set(re.findall(r"\d+", sentence.quote))
        assert not re.search(r"<|>|://|first place|winner|\bscore|/10", unicodedata.normalize("NFKC", sentence.text))
    assert found.dropped >= 8


@pytest.mark.parametrize("pitch", HOSTILE, ids=NAMES)
def test_a_pitch_that_is_the_answer_is_none(pitch: dict[str, Any]) -> None:
    """A model that answers with what was said, word by word."""
    left: tuple[Sentence, ...] = ()
    with contextlib.suppress(Refused):
        left = sifted(" ".join(pitch["said"]), spoken(pitch), RUBRIC).sentences
    assert left == ()
