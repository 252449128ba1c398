"""Speech written down on this machine: real loading and decoding, of a model that says what it is told to."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import ctranslate2
import numpy as np
import pytest
import pytest_asyncio

from pitchscoop.adapters.whisper import WhisperTranscriber
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.transcripts.ports import Heard, Refused, Speech
from tests import samples, speech, whisper
from tests.whisper import heard, process, refused

_LOOP = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whisper.make(tmp_path_factory.mktemp("models") / "umbrellas")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(model: Path) -> AsyncIterator[WhisperTranscriber]:
    engine = whisper.engine(model)
    yield engine
    await engine.close()


def check_form(found: Heard, seconds: float) -> None:
    """Unique ids; times in order, within the recording; words as they stand in the text."""
    assert len({spoken.id for spoken in found.utterances}) == len(found.utterances)
    at = 0.0
    for spoken in found.utterances:
        assert spoken.is_final
        assert spoken.text == spoken.text.strip() != ""
        assert (spoken.start, spoken.end) == (spoken.words[0].start, spoken.words[-1].end)
        assert [word.word for word in spoken.words] == spoken.text.split()
        for word in spoken.words:
            assert at <= word.start <= word.end <= seconds
            at = word.end
            assert word.confidence is not None
            assert 0 <= word.confidence <= 1


@_LOOP
async def test_speech_becomes_utterances_with_words_and_times(engine: WhisperTranscriber) -> None:
    found = await heard(engine)
    assert [(spoken.id, spoken.text) for spoken in found.utterances] == [
        ("w0001", "Good morning, judges."),
        ("w0002", "We sell umbrellas."),
    ]
    assert found.language == "en"
    assert {spoken.language for spoken in found.utterances} == {"en"}
    check_form(found, 11)


@_LOOP
@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "phone.amr", "live.webm", "8ch.m4a"])
async def test_any_recording_that_can_be_played_can_be_written_down(
    engine: WhisperTranscriber, tmp_path: Path, name: str
) -> None:
    found = await heard(engine, samples.write(tmp_path / name, samples.words()))
    assert len(found.utterances) == 2
    check_form(found, 11.2)


_NOTHING = {
    "silence": np.zeros(20 * samples.RATE),
    "noise": np.random.default_rng(1).normal(0, 0.1, 20 * samples.RATE),
    "faint noise": np.random.default_rng(2).normal(0, 0.003, 20 * samples.RATE),
    "a tone": samples.tone(20),
    "a moment": np.zeros(samples.RATE // 10),
}


@_LOOP
@pytest.mark.parametrize("case", _NOTHING)
async def test_where_nothing_is_said_nothing_is_written(engine: WhisperTranscriber, tmp_path: Path, case: str) -> None:
    found = await heard(engine, samples.wav(tmp_path / "a.wav", _NOTHING[case]), Speech(16000))
    assert found == Heard((), None)


@_LOOP
async def test_words_lie_where_the_voice_is(engine: WhisperTranscriber, tmp_path: Path) -> None:
    silence = np.zeros(20 * samples.RATE)
    audio = samples.wav(tmp_path / "a.wav", np.concatenate([silence, samples.words(), silence]))
    found = await heard(engine, audio)
    assert len(found.utterances) == 2
    assert found.utterances[0].start > 19
    check_form(found, 32)


@_LOOP
async def test_a_long_recording_is_one_transcript(engine: WhisperTranscriber, tmp_path: Path) -> None:
    """Longer than what is heard at once, with nothing lost or told twice where it was cut."""
    found = await heard(engine, samples.wav(tmp_path / "a.wav", samples.words(200)))
    check_form(found, 200)
    apart = np.diff([0.0, *(spoken.start for spoken in found.utterances), 200])
    assert apart.max() < 31  # the model hears half a minute at a time
    assert len(found.utterances) == pytest.approx(2 * 200 / 30, abs=4)


@_LOOP
async def test_the_language_is_found_out_or_told(engine: WhisperTranscriber) -> None:
    assert (await heard(engine, speech.FLAC, Speech(16000))).language == "en"
    for told, known in {"de": "de", "pt-BR": "pt", "jv": "jv", "nb": "no"}.items():
        found = await heard(engine, speech.FLAC, Speech(16000, told))
        assert {found.language, *(spoken.language for spoken in found.utterances)} == {known}


@_LOOP
async def test_an_unknown_language_is_refused_by_name(engine: WhisperTranscriber) -> None:
    problem = await refused(engine, spoken=Speech(16000, "tlh"))
    assert (type(problem), problem.code) == (Refused, "transcriber_refused")
    assert "tlh" in problem.message


async def test_a_model_of_english_alone_is_asked_for_nothing_else(tmp_path: Path) -> None:
    engine = whisper.engine(whisper.make(tmp_path / "tiny.en", language=None))
    assert (await heard(engine, speech.FLAC, Speech(16000))).language == "en"
    assert (await heard(engine)).utterances[0].text == "Good morning, judges."
    assert "PITCHSCOOP_WHISPER_MODEL" in (await refused(engine, spoken=Speech(16000, "de"))).message
    await engine.close()


@_LOOP
async def test_a_vocabulary_may_be_longer_than_the_model_can_read(engine: WhisperTranscriber) -> None:
    names = tuple(f"Umbrella {number} Limited" for number in range(500))
    assert len((await heard(engine, speech.FLAC, Speech(16000, "en", names))).utterances) == 2


@_LOOP
async def test_what_is_no_sound_is_refused_with_a_reason(engine: WhisperTranscriber, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n")
    problem = await refused(engine, tmp_path / "a.wav")
    assert (type(problem), problem.code) == (Refused, "transcriber_failed")
    assert "no sound" in problem.message
    assert isinstance(await refused(engine, tmp_path / "gone.wav"), Unavailable)


@_LOOP
async def test_recordings_wait_their_turn_at_one_model(engine: WhisperTranscriber) -> None:
    await heard(engine)
    before = process(engine)
    found = await asyncio.gather(*(heard(engine, speech.FLAC) for _ in range(3)))
    assert found[0] == found[1] == found[2]
    assert process(engine) == before


@_LOOP
async def test_the_doctor_hears_that_it_works_and_where_the_model_is(engine: WhisperTranscriber, model: Path) -> None:
    assert await engine.check() == f"Whisper (umbrellas) works on the CPU; it lies in {model}"


_DAMAGE: dict[str, Callable[[Path], object]] = {
    "model.bin is cut off": lambda folder: os.truncate(folder / "model.bin", 100_000),
    "model.bin is something else": lambda folder: (folder / "model.bin").write_bytes(os.urandom(10_000)),
    "model.bin is missing": lambda folder: (folder / "model.bin").unlink(),
    "vocabulary.json is missing": lambda folder: (folder / "vocabulary.json").unlink(),
    "tokenizer.json is missing": lambda folder: (folder / "tokenizer.json").unlink(),
    "tokenizer.json is something else": lambda folder: (folder / "tokenizer.json").write_text("{}"),
    "another number of mel bands": lambda folder: (folder / "preprocessor_config.json").write_text(
        json.dumps({"feature_size": 128})
    ),
}


@pytest.mark.parametrize("case", _DAMAGE)
async def test_a_damaged_model_is_named_with_the_remedy(tmp_path: Path, case: str) -> None:
    model = whisper.make(tmp_path / "model")
    _DAMAGE[case](model)
    engine = whisper.engine(model)
    problem = await refused(engine)
    assert (type(problem), problem.code) == (Refused, "transcriber_refused")
    assert str(model) in problem.message
    assert "Remove that folder" in problem.message
    with pytest.raises(Refused):
        await engine.check()
    await engine.close()


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    engine = whisper.engine(tmp_path / "gone")
    assert str(tmp_path / "gone") in (await refused(engine)).message
    with pytest.raises(Refused, match="which is not there"):
        await engine.check()
    await engine.close()


@pytest.mark.skipif(ctranslate2.get_cuda_device_count() > 0, reason="there is a graphics card")
async def test_a_graphics_card_that_is_not_there_is_missed_in_words(model: Path) -> None:
    engine = whisper.engine(model, device="cuda")
    problem = await refused(engine)
    assert (type(problem), problem.code) == (Refused, "transcriber_refused")
    assert "PITCHSCOOP_WHISPER_DEVICE" in problem.message
    await engine.close()
