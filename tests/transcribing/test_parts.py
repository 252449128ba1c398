"""A recording that is longer than an engine takes."""

import asyncio
from pathlib import Path

import av
import pytest

from pitchscoop.access.model import Principal, Role
from pitchscoop.adapters.gladia import Gladia
from pitchscoop.adapters.media import PyAVMedia
from pitchscoop.kernel.packing import once
from pitchscoop.main import assembled, working
from pitchscoop.settings import load
from pitchscoop.transcribing.parts import Part, parts, together
from pitchscoop.transcripts.model import Utterance, Word
from pitchscoop.transcripts.ports import Heard
from tests.servers.gladia import GladiaServer, Script, spoken
from tests.speech import pcm, wav

SECONDS = len(pcm()) / 32000


def seconds(path: Path) -> float:
    with av.open(str(path)) as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


@pytest.mark.parametrize("longest", [None, SECONDS, SECONDS + 1])
def test_what_fits_is_left_as_it_is(tmp_path: Path, longest: float | None) -> None:
    audio = tmp_path / "recording.wav"
    audio.write_bytes(wav())
    with parts(audio, SECONDS, 16000, longest) as found:
        assert found == [Part(audio, 0.0)]


@pytest.mark.parametrize("longest", [SECONDS / 2, 4.0, 1.0])
def test_parts_of_a_wav_are_all_of_its_samples(tmp_path: Path, longest: float) -> None:
    audio = tmp_path / "recording.wav"
    audio.write_bytes(wav())
    with parts(audio, SECONDS, 16000, longest) as found:
        assert b"".join(part.path.read_bytes()[44:] for part in found) == pcm()
        assert all(seconds(part.path) <= longest + 1 / 16000 for part in found)
        starts = [sum(seconds(part.path) for part in found[:number]) for number in range(len(found))]
        assert [part.start for part in found] == pytest.approx(starts)
    assert not any(part.path.exists() for part in found)


async def test_parts_of_an_mp3_can_be_decoded_and_lack_next_to_nothing(tmp_path: Path) -> None:
    source, audio = tmp_path / "recording.wav", tmp_path / "compressed.mp3"
    source.write_bytes(wav())
    media = PyAVMedia()
    await media.derive(source, audio, tmp_path / "peaks.json")
    await media.close()
    with parts(audio, SECONDS, 16000, 4.0) as found:
        assert len(found) == 3
        assert sum(seconds(part.path) for part in found) == pytest.approx(SECONDS, abs=0.072 * 6)


def test_times_are_from_the_start_of_the_whole() -> None:
    said = Utterance(id="a", start=1, end=2, text="Yes", words=(Word(word="Yes", start=1, end=2),))
    one = Heard((said,), None)
    whole = together([(Part(Path("a"), 0.0), one), (Part(Path("b"), 60.0), Heard((said,), "en"))])
    assert [(each.id, each.start, each.words[0].end) for each in whole.utterances] == [("0.a", 1, 2), ("1.a", 61, 62)]
    assert whole.language == "en"


async def test_a_long_pitch_is_written_down_in_parts(tmp_path: Path, gladia: GladiaServer) -> None:
    gladia.knobs.script = Script((spoken("And so,"),))
    settings = {"PITCHSCOOP_DATA": str(tmp_path), "GLADIA_API_KEY": gladia.key, "GLADIA_API_URL": gladia.url}
    async with assembled(load(settings), "http://127.0.0.1:1") as made, working(made, worker=True):
        engine, who = made.engine, Principal(role=Role.ORGANIZER, name="Test")
        (adapter,) = engine.transcripts.afterwards.transcribers
        assert isinstance(adapter, Gladia)
        adapter.longest = SECONDS / 2  # two hours take too long to say
        session = await engine.start(who, "Kelpline", "Seaweed", None)
        await engine.attach(who, session.session_id, once(wav()), len(wav()), "a.wav")
        async with asyncio.timeout(60):
            while (found := await engine.session(who, session.session_id)).transcript.status != "ready":  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        found = await engine.transcripts.whole(found)
        assert found.transcript.text == "And so, And so,"  # the fake hears the same in each file
        assert found.transcript.utterances[1].start == pytest.approx(SECONDS / 2 + 0.2, abs=0.1)
        assert len(gladia.uploads) == 2
