"""Speech written down on this machine: real loading and decoding, of a model that says what it is told to."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import ctranslate2
import numpy as np
import pytest
import pytest_asyncio

from pitchscoop.adapters.whisper import WhisperTranscriber
from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.transcripts.ports import Heard, Refused, Speech
from tests import samples, speech, whisper

_LOOP = pytest.mark.asyncio(loop_scope="module")
_ENGLISH = Speech(16000, "en")
_ALONE = "from tests.adapters.test_whisper import held; held()"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whisper.make(tmp_path_factory.mktemp("models") / "umbrellas")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(model: Path) -> AsyncIterator[WhisperTranscriber]:
    engine = on(model)
    yield engine
    await engine.close()


@pytest_asyncio.fixture
async def mine(model: Path) -> AsyncIterator[WhisperTranscriber]:
    """An engine for one test, to be hurt."""
    engine = on(model, idle=0.3)
    yield engine
    await engine.close()


def on(model: Path, device: str = "cpu", idle: float = 60, patience: float = 60) -> WhisperTranscriber:
    return WhisperTranscriber(str(model), device, Path("nowhere"), {}, idle=idle, patience=patience)


async def begun(job: str) -> None:
    raise AssertionError(job)


async def heard(engine: WhisperTranscriber, audio: Path, spoken: Speech = _ENGLISH) -> Heard:
    async with asyncio.timeout(120):
        return await engine.transcribe(audio, spoken, None, begun)


async def refused(engine: WhisperTranscriber, audio: Path = speech.FLAC, spoken: Speech = _ENGLISH) -> Problem:
    with pytest.raises(Problem) as caught:
        await heard(engine, audio, spoken)
    return caught.value


def process(engine: WhisperTranscriber) -> int:
    assert engine._process._process is not None
    return engine._process._process.pid


def children() -> list[int]:
    """Of this process, zombies included."""
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


class Endless:
    """A recording that never ends: a pipe into which nobody writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends = list[int]()
        os.mkfifo(path)

    async def opened(self, engine: WhisperTranscriber, than: int = 0) -> int:
        """Wait for a process, another ``than`` this one, to read it."""
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(OSError):  # nobody reads it yet
                    self._ends.append(os.open(self.path, os.O_WRONLY | os.O_NONBLOCK))
                    if (pid := process(engine)) != than:
                        return pid
                await asyncio.sleep(0.05)

    def close(self) -> None:
        for end in self._ends:
            os.close(end)


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[Endless]:
    endless = Endless(tmp_path / "endless.wav")
    yield endless
    endless.close()


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
    found = await heard(engine, speech.FLAC)
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
    engine = on(whisper.make(tmp_path / "tiny.en", language=None))
    assert (await heard(engine, speech.FLAC, Speech(16000))).language == "en"
    assert (await heard(engine, speech.FLAC)).utterances[0].text == "Good morning, judges."
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
    await heard(engine, speech.FLAC)
    before = process(engine)
    found = await asyncio.gather(*(heard(engine, speech.FLAC) for _ in range(3)))
    assert found[0] == found[1] == found[2]
    assert process(engine) == before


@_LOOP
async def test_the_doctor_hears_that_it_works_and_where_the_model_is(engine: WhisperTranscriber, model: Path) -> None:
    assert await engine.check() == f"Whisper (umbrellas) works on the CPU; it lies in {model}"


async def test_the_model_is_loaded_once_and_let_go_when_idle(tmp_path: Path) -> None:
    model = whisper.make(tmp_path / "model")
    engine = on(model, idle=0.5)
    await heard(engine, speech.FLAC)
    (model / "model.bin").write_bytes(b"another")
    await heard(engine, speech.FLAC)
    pid = process(engine)
    async with asyncio.timeout(10):
        while pid in children():  # noqa: ASYNC110  the kernel sends no event
            await asyncio.sleep(0.05)
    assert (await refused(engine)).code == "transcriber_refused"
    await engine.close()


async def test_nothing_secret_reaches_the_process(model: Path) -> None:
    environ = {"CUDA_VISIBLE_DEVICES": "", "HTTPS_PROXY": "http://name:password@127.0.0.1:9"}
    engine = WhisperTranscriber(str(model), "auto", Path("nowhere"), environ)
    await engine.check()
    seen = Path(f"/proc/{process(engine)}/environ").read_text()  # noqa: ASYNC240  /proc
    assert set(seen.strip("\0").split("\0")) == {"HF_HUB_OFFLINE=1", "CUDA_VISIBLE_DEVICES="}
    await engine.close()


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
    engine = on(model)
    problem = await refused(engine)
    assert (type(problem), problem.code) == (Refused, "transcriber_refused")
    assert str(model) in problem.message
    assert "Remove that folder" in problem.message
    with pytest.raises(Refused):
        await engine.check()
    await engine.close()


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    engine = on(tmp_path / "gone")
    assert str(tmp_path / "gone") in (await refused(engine)).message
    with pytest.raises(Refused, match="which is not there"):
        await engine.check()
    await engine.close()


@pytest.mark.skipif(ctranslate2.get_cuda_device_count() > 0, reason="there is a graphics card")
async def test_a_graphics_card_that_is_not_there_is_missed_in_words(model: Path) -> None:
    engine = on(model, device="cuda")
    problem = await refused(engine)
    assert (type(problem), problem.code) == (Refused, "transcriber_refused")
    assert "PITCHSCOOP_WHISPER_DEVICE" in problem.message
    await engine.close()


async def test_killed_amid_a_recording_it_is_tried_again(mine: WhisperTranscriber, endless: Endless) -> None:
    job = asyncio.create_task(refused(mine, endless.path))
    os.kill(await endless.opened(mine), signal.SIGKILL)
    problem = await job
    assert (type(problem), problem.code) == (Unavailable, "transcriber_unavailable")
    assert len((await heard(mine, speech.FLAC)).utterances) == 2


async def test_killed_while_idle_nobody_notices(model: Path) -> None:
    engine = on(model)
    await heard(engine, speech.FLAC)
    os.kill(process(engine), signal.SIGKILL)
    await asyncio.sleep(0.2)
    assert len((await heard(engine, speech.FLAC)).utterances) == 2
    await engine.close()


async def test_a_recording_that_crashes_it_twice_is_refused(mine: WhisperTranscriber, endless: Endless) -> None:
    job = asyncio.create_task(refused(mine, endless.path))
    os.kill(first := await endless.opened(mine), signal.SIGSEGV)
    os.kill(await endless.opened(mine, than=first), signal.SIGSEGV)
    problem = await job
    assert (type(problem), problem.code) == (Refused, "transcriber_failed")
    assert len((await heard(mine, speech.FLAC)).utterances) == 2


async def test_a_model_that_crashes_it_blames_no_recording(tmp_path: Path) -> None:
    model = whisper.make(tmp_path / "model")
    (model / "config.json").unlink()
    endless, engine = Endless(model / "config.json"), on(model)
    job = asyncio.create_task(refused(engine))
    os.kill(first := await endless.opened(engine), signal.SIGSEGV)
    os.kill(await endless.opened(engine, than=first), signal.SIGSEGV)
    assert (await job).code == "transcriber_refused"
    await engine.close()
    endless.close()


async def test_a_recording_that_takes_too_long_is_refused(model: Path, endless: Endless) -> None:
    engine = on(model, patience=3)
    problem = await refused(engine, endless.path)
    assert (type(problem), problem.code) == (Refused, "transcriber_failed")
    assert "too long" in problem.message
    await engine.close()


async def test_a_cancelled_recording_frees_the_engine(mine: WhisperTranscriber, endless: Endless) -> None:
    job = asyncio.create_task(heard(mine, endless.path))
    pid = await endless.opened(mine)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert pid not in children()
    assert len((await heard(mine, speech.FLAC)).utterances) == 2


async def test_closing_ends_the_process_and_blames_no_recording(model: Path, endless: Endless) -> None:
    engine = on(model)
    jobs = [asyncio.create_task(refused(engine, endless.path)) for _ in range(2)]
    pid = await endless.opened(engine)
    await engine.close()
    assert [type(await job) for job in jobs] == [Unavailable, Unavailable]
    assert pid not in children()
    assert isinstance(await refused(engine), Unavailable)
    await engine.close()


def held() -> None:
    """Hold a process amid a job until killed; run by the test below in a process of its own."""

    async def hold() -> None:
        engine = on(Path(sys.argv[1]))
        await engine.check()
        print(process(engine), flush=True)
        await asyncio.to_thread(sys.stdin.read)

    asyncio.run(hold())


def alive(process: Path) -> bool:
    """A zombie, which waits for the system to take note of its end, is not."""
    return process.exists() and "State:\tZ" not in (process / "status").read_text()


async def test_the_process_ends_with_its_parent(model: Path) -> None:
    parent = subprocess.Popen(  # noqa: ASYNC220  a line is all it says
        [sys.executable, "-c", _ALONE, model], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    worker = Path("/proc", parent.stdout.readline().strip())
    assert alive(worker)
    parent.kill()
    parent.communicate()
    async with asyncio.timeout(20):
        while alive(worker):  # noqa: ASYNC110  the kernel sends no event
            await asyncio.sleep(0.05)
