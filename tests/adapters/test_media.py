"""Every kind of file people upload, and every wrong one, through real worker processes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import numpy as np
import pytest
import pytest_asyncio

from pitchscoop.adapters.media import PyAVMedia
from pitchscoop.adapters.media_work import silhouette
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.recordings.ports import Derived, Undecodable
from tests import samples, speech

_LOOP = pytest.mark.asyncio(loop_scope="module")
_ALONE = "from tests.adapters.test_media import held; held()"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def media() -> AsyncIterator[PyAVMedia]:
    media = PyAVMedia()
    yield media
    await media.close()


async def derive(media: PyAVMedia, source: Path) -> Derived:
    return await media.derive(source, source.with_name("o.mp3"), source.with_name("o.json"))


async def refused(media: PyAVMedia, source: Path) -> str:
    before = set(source.parent.iterdir())
    with pytest.raises(Undecodable) as caught:
        await derive(media, source)
    assert set(source.parent.iterdir()) == before
    return caught.value.code


def lengths(path: Path) -> tuple[float, float]:
    """Seconds by the container and by what decodes."""
    with av.open(str(path)) as container:
        assert container.duration is not None
        stream = container.streams.audio[0]
        decoded = sum(frame.samples for frame in container.decode(stream)) / stream.codec_context.sample_rate
        return container.duration / 1e6, decoded


def workers() -> list[int]:
    """Children of this process, zombies included."""
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


@_LOOP
@pytest.mark.parametrize("name", samples.KINDS)
async def test_every_kind_becomes_an_mp3_of_its_length(media: PyAVMedia, tmp_path: Path, name: str) -> None:
    derived = await derive(media, samples.write(tmp_path / name, samples.words()))
    # Lossy codecs without a note of their padding (adts, amr, wma) come back a little longer than they went in.
    assert derived.duration == pytest.approx(11, abs=0.15)
    assert lengths(tmp_path / "o.mp3") == pytest.approx((derived.duration,) * 2, abs=0.05)
    assert derived.sample_rate == samples.KINDS[name].rate
    assert derived.loudness is not None
    assert derived.true_peak is not None
    again = await derive(media, tmp_path / "o.mp3")
    assert (again.container, again.codec, again.channels) == ("mp3", "mp3float", 1)
    assert again.loudness == pytest.approx(-16, abs=0.3)
    assert again.true_peak is not None
    assert again.true_peak < -0.5


@_LOOP
async def test_the_flac_of_the_speech_is_measured_as_it_is(media: PyAVMedia, tmp_path: Path) -> None:
    derived = await media.derive(speech.FLAC, tmp_path / "o.mp3", tmp_path / "o.json")
    facts = derived.duration, derived.sample_rate, derived.channels, derived.codec, derived.container
    assert facts == (11.0, 44_100, 2, "flac", "flac")
    peaks = json.loads((tmp_path / "o.json").read_text())
    assert (peaks["version"], peaks["duration"], peaks["bins"]) == (1, 11.0, 2000)
    assert len(peaks["mean"]) == len(peaks["max"]) == 2000
    assert all(0 <= low <= high <= 1000 for low, high in zip(peaks["mean"], peaks["max"], strict=True))
    assert derived.silhouette == silhouette(peaks["mean"], peaks["max"])
    assert (len(derived.silhouette), min(derived.silhouette), max(derived.silhouette)) == (96, 0, 100)


@_LOOP
async def test_peaks_stand_where_the_sound_is(media: PyAVMedia, tmp_path: Path) -> None:
    sound = np.concatenate([np.zeros(5 * samples.RATE), samples.tone(5, 0.5)])
    await derive(media, samples.wav(tmp_path / "a.wav", sound))
    peaks = json.loads((tmp_path / "o.json").read_text())
    assert max(peaks["max"][:1000]) == 0
    assert min(peaks["max"][1001:]) == pytest.approx(500, abs=5)
    assert np.mean(peaks["mean"][1001:]) == pytest.approx(1000 * 0.5 * 2 / np.pi, abs=5)


@_LOOP
async def test_the_seams_of_encoding_side_by_side_cannot_be_heard(media: PyAVMedia, tmp_path: Path) -> None:
    await derive(media, samples.wav(tmp_path / "a.wav", source := samples.tone(60, 0.2)))
    with av.open(str(tmp_path / "o.mp3")) as container:
        decoded = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert 0 <= len(decoded) - len(source) < 576  # samples: whole frames
    decoded = decoded[: len(source)]  # from the first sample on: nothing is to be left out in front
    middle = slice(8000, -8000)
    factor = float(np.dot(decoded[middle], source[middle]) / np.dot(source[middle], source[middle]))
    assert np.abs(decoded - factor * source)[middle].max() < 0.01 * factor


@_LOOP
@pytest.mark.parametrize(("level", "loudness"), [(0.9, -16), (0.1, -16), (0.01, -25.4)])  # 30 dB of gain at most
async def test_loud_and_quiet_speech_come_out_alike(
    media: PyAVMedia, tmp_path: Path, level: float, loudness: float
) -> None:
    await derive(media, samples.wav(tmp_path / "a.wav", samples.words() * level))
    again = await derive(media, tmp_path / "o.mp3")
    assert again.loudness == pytest.approx(loudness, abs=0.3)


@_LOOP
@pytest.mark.parametrize(("quieter", "loudness_range"), [(1, 0), (0.316, 10), (0.1, 20)])
async def test_the_range_lies_between_what_is_quiet_and_what_is_loud(
    media: PyAVMedia, tmp_path: Path, quieter: float, loudness_range: float
) -> None:
    sound = np.concatenate([samples.tone(20, 0.2), samples.tone(20, 0.2 * quieter)])
    derived = await derive(media, samples.wav(tmp_path / "a.wav", sound))
    assert derived.loudness_range == pytest.approx(loudness_range, abs=0.3)
    short = await derive(media, samples.wav(tmp_path / "b.wav", samples.tone(9, 0.2)))
    assert short.loudness_range is None


@_LOOP
async def test_sudden_peaks_are_held_down(media: PyAVMedia, tmp_path: Path) -> None:
    sound = samples.words() * 0.02
    sound[::16_000] = 0.9
    await derive(media, samples.wav(tmp_path / "a.wav", sound))
    again = await derive(media, tmp_path / "o.mp3")
    assert again.true_peak is not None
    assert again.true_peak < -0.5


@_LOOP
async def test_silence_stays_silent(media: PyAVMedia, tmp_path: Path) -> None:
    derived = await derive(media, samples.wav(tmp_path / "a.wav", samples.tone(2, 0)))
    assert (derived.loudness, derived.true_peak, derived.silhouette) == (None, None, (0,) * 96)
    with av.open(str(tmp_path / "o.mp3")) as container:
        assert all(not frame.to_ndarray().any() for frame in container.decode(audio=0))


@_LOOP
@pytest.mark.parametrize("count", [1, 7, 80, 1600, 9000])
async def test_the_shortest_sounds(media: PyAVMedia, tmp_path: Path, count: int) -> None:
    derived = await derive(media, samples.wav(tmp_path / "a.wav", samples.words()[40_000 : 40_000 + count]))
    assert derived.duration == pytest.approx(count / samples.RATE, abs=1e-6)
    least = 2 * 576 / samples.RATE  # two frames: of one alone it is not known what it is
    assert lengths(tmp_path / "o.mp3") == pytest.approx((max(least, derived.duration),) * 2, abs=0.05)


@_LOOP
@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "a.ogg", "a.webm", "film.mkv", "a.aac", "a.aiff"])
async def test_of_a_truncated_file_what_decodes_is_kept(media: PyAVMedia, tmp_path: Path, name: str) -> None:
    whole = samples.write(tmp_path / name, samples.words()).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    derived = await derive(media, tmp_path / name)
    assert 2 < derived.duration < 10
    assert lengths(tmp_path / "o.mp3") == pytest.approx((derived.duration,) * 2, abs=0.05)


@_LOOP
async def test_damage_in_the_middle_costs_only_the_middle(media: PyAVMedia, tmp_path: Path) -> None:
    data = bytearray(samples.write(tmp_path / "a.ogg", samples.words()).read_bytes())
    data[50_000:52_000] = os.urandom(2000)
    (tmp_path / "a.ogg").write_bytes(data)
    assert (await derive(media, tmp_path / "a.ogg")).duration > 7


_WRONG: dict[str, tuple[str, Callable[[Path], object]]] = {
    "nothing": ("empty_audio", lambda path: path.write_bytes(b"")),
    "zero seconds": ("empty_audio", lambda path: samples.wav(path, samples.tone(0))),
    "garbage": ("not_audio", lambda path: path.write_bytes(bytes(range(256)) * 400)),
    "text": ("not_audio", lambda path: path.write_text("Pitch notes.\n" * 1000)),
    "playlist": ("not_audio", lambda path: path.write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n")),
    "concat": ("not_audio", lambda path: path.write_text(f"ffconcat version 1.0\nfile '{speech.FLAC}'\n")),
    "subtitles": ("not_audio", lambda path: path.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")),
}


@_LOOP
@pytest.mark.parametrize("case", _WRONG)
async def test_what_is_no_sound_is_refused_with_a_reason(media: PyAVMedia, tmp_path: Path, case: str) -> None:
    code, make = _WRONG[case]
    make(tmp_path / "a.wav")
    assert await refused(media, tmp_path / "a.wav") == code


@_LOOP
async def test_a_playlist_opens_no_other_file(media: PyAVMedia, tmp_path: Path) -> None:
    samples.wav(tmp_path / "b.wav", samples.words())
    (tmp_path / "a.m3u8").write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:11\n#EXTINF:11,\n{tmp_path}/b.wav\n#EXT-X-ENDLIST\n"
    )
    assert await refused(media, tmp_path / "a.m3u8") == "not_audio"


@_LOOP
async def test_a_film_without_sound_is_refused(media: PyAVMedia, tmp_path: Path) -> None:
    assert await refused(media, samples.film_without_sound(tmp_path / "a.mp4")) == "not_audio"


@_LOOP
async def test_seven_hours_are_too_long(media: PyAVMedia, tmp_path: Path) -> None:
    assert await refused(media, samples.sparse_wav(tmp_path / "a.wav", 7)) == "too_long"


@_LOOP
@pytest.mark.timeout(900)
async def test_three_hours_fit_in_little_memory(media: PyAVMedia, tmp_path: Path) -> None:
    derived = await derive(media, samples.sparse_wav(tmp_path / "a.wav", 3))
    assert derived.duration == 3 * 3600
    status = Path(f"/proc/{media._workers[0]._process.pid}/status").read_text()  # noqa: ASYNC240  /proc
    assert int(status.split("VmHWM:")[1].split()[0]) < 400 * 1024
    with av.open(str(tmp_path / "o.mp3")) as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(3 * 3600, abs=0.05)


@_LOOP
async def test_a_missing_source_is_no_verdict_on_the_recording(media: PyAVMedia, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await derive(media, tmp_path / "gone.wav")


async def test_a_killed_worker_is_replaced_and_the_job_done_again(tmp_path: Path) -> None:
    media = PyAVMedia()
    pid = media._workers[0]._process.pid
    os.kill(pid, signal.SIGKILL)
    assert (await derive(media, samples.wav(tmp_path / "a.wav", samples.words()))).duration == 11
    assert media._workers[0]._process.pid != pid
    await media.close()
    assert pid not in workers()


async def test_workers_that_are_killed_blame_no_recording(tmp_path: Path) -> None:
    media = PyAVMedia()
    job = asyncio.create_task(derive(media, samples.sparse_wav(tmp_path / "a.wav", 1)))
    for _ in range(3):
        await asyncio.sleep(1)
        os.kill(media._workers[0]._process.pid, signal.SIGKILL)
    assert (await job).duration == 3600
    await media.close()


async def test_a_hung_worker_fails_its_job_alone(tmp_path: Path) -> None:
    media = PyAVMedia(longest=5.0)
    assert (await derive(media, samples.wav(tmp_path / "a.wav", samples.words()))).duration == 11
    os.mkfifo(tmp_path / "hung.wav")  # opening it waits for a writer for ever
    with pytest.raises(Undecodable, match="too long") as caught:
        await media.derive(tmp_path / "hung.wav", tmp_path / "h.mp3", tmp_path / "h.json")
    assert caught.value.code == "broken_audio"
    assert (await derive(media, tmp_path / "a.wav")).duration == 11
    await media.close()


async def test_a_cancelled_job_leaves_nothing_and_frees_its_worker(tmp_path: Path) -> None:
    media = PyAVMedia()
    os.mkfifo(tmp_path / "hung.wav")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await derive(media, tmp_path / "hung.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["hung.wav"]  # noqa: ASYNC240
    assert (await derive(media, samples.wav(tmp_path / "a.wav", samples.words()))).duration == 11
    await media.close()


async def test_closing_ends_workers_and_blames_no_recording(tmp_path: Path) -> None:
    before = workers()
    media = PyAVMedia(workers=2)
    assert len(workers()) == len(before) + 2
    os.mkfifo(tmp_path / "hung.wav")
    job = asyncio.create_task(derive(media, tmp_path / "hung.wav"))
    await asyncio.sleep(0.5)
    await media.close()
    with pytest.raises(Unavailable):
        await job
    assert workers() == before


def held() -> None:
    """Hold a worker until killed; run by the test below in a process of its own."""
    media = PyAVMedia()
    print(media._workers[0]._process.pid, flush=True)
    sys.stdin.read()


def alive(process: Path) -> bool:
    """A zombie, which waits for the system to take note of its end, is not."""
    return process.exists() and "State:\tZ" not in (process / "status").read_text()


async def test_a_worker_ends_with_its_parent() -> None:
    parent = subprocess.Popen(  # noqa: ASYNC220  a line is all it says
        [sys.executable, "-c", _ALONE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    worker = Path("/proc", parent.stdout.readline().strip())
    assert alive(worker)
    parent.kill()
    parent.communicate()
    async with asyncio.timeout(20):
        while alive(worker):  # noqa: ASYNC110  the kernel sends no event
            await asyncio.sleep(0.05)
