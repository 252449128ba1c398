"""What a media worker does with one file: decode, measure, encode. Runs in a process of its own (see media.py).

Everything streams: the decoded sound lies in a temporary file, never whole in memory.
"""

import ctypes
import json
import math
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.resampler import AudioResampler
from av.filter import Graph

from pitchscoop.recordings.model import LONGEST_SECONDS
from pitchscoop.recordings.ports import Derived, Undecodable

RATE = 48_000  # Hz; an MP3 frame is 24 ms here, so padding keeps the length within 50 ms even for naive readers
BIT_RATE = 64_000  # bit/s, constant: a byte offset is a time
LOUDNESS = -16.0  # LUFS, for listening on phones and laptops
PEAK = -1.5  # dBTP
_MOST_GAIN = 30.0  # dB; more would only lift the noise of an empty room
_SILENCE = -60.0  # LUFS; below it there is nothing to bring up
_BLOCK = RATE  # samples handled at once: a second
_BINS = 2000  # columns of peaks.json; the widest screen shows fewer bars
_HEIGHTS = 96  # of a silhouette
_MEMORY = 3 << 30  # bytes of address space a worker may take
_DEMUXERS = {
    "wav", "w64", "aiff", "mp3", "flac", "ogg", "aac", "caf", "amr", "asf",
    "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm",
}  # fmt: skip
_NO_SOUND = "This file holds no sound. Choose an audio or video file, such as MP3, M4A, WAV or MP4."


def prepare() -> None:
    """Make this process harmless: last in line for the processor, bounded in memory, gone with its parent."""
    os.nice(10)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us in order
    av.logging.set_level(None)


def warm() -> bool:
    """Load codecs before the first stop needs them."""
    return av.codec.Codec("libmp3lame", "w").name == "libmp3lame"


def derive(source: Path, mp3: Path, peaks: Path) -> Derived:
    """See ``recordings.ports.Media.derive``."""
    with tempfile.TemporaryFile(dir=mp3.parent) as pcm:
        codec, container, rate, channels = _decode(source, pcm)
        samples = pcm.tell() // 4
        if samples < RATE // 10:
            raise Undecodable("empty_audio", "The recording is shorter than a tenth of a second. Record it again.")
        loudness, true_peak = _measure(pcm)
        _encode(pcm, mp3, _gain(loudness))
        mean, peak = _peaks(pcm, samples)
    duration = samples / RATE
    document = {"version": 1, "duration": round(duration, 3), "bins": len(mean), "mean": mean, "max": peak}
    peaks.write_text(json.dumps(document, separators=(",", ":")))
    return Derived(duration, rate, channels, codec, container, loudness, true_peak, silhouette(mean, peak))


def _decode(source: Path, pcm: BinaryIO) -> tuple[str, str, int, int]:
    """Write the sound as mono float samples at ``RATE``. A file object, not a name: nothing else can be opened."""
    with source.open("rb") as file:
        try:
            container = av.open(file, "r", metadata_errors="ignore")
        except (av.FFmpegError, ValueError):
            raise Undecodable("not_audio", _NO_SOUND) from None
        with container:
            if container.format.name not in _DEMUXERS or not container.streams.audio:
                raise Undecodable("not_audio", _NO_SOUND)
            stream = container.streams.audio[0]
            context = stream.codec_context
            facts = context.name, container.format.name, context.sample_rate, context.channels
            for block in _resampled(container):
                pcm.write(block.tobytes())
                if pcm.tell() > LONGEST_SECONDS * RATE * 4:
                    hours = LONGEST_SECONDS // 3600
                    raise Undecodable(
                        "too_long", f"The recording is longer than {hours} hours. Cut it and upload again."
                    )
            return facts


def _resampled(container: Any) -> Iterator[Any]:
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    try:
        for frame in container.decode(audio=0):
            frame.pts = None  # gaps and jumps of broken clocks are not sound
            for out in resampler.resample(frame):
                yield out.to_ndarray()
        for out in resampler.resample(None):
            yield out.to_ndarray()
    except (av.FFmpegError, ValueError):
        return  # cut short: what was decoded is kept


def _blocks(pcm: BinaryIO) -> Iterator[Any]:
    pcm.seek(0)
    while data := pcm.read(_BLOCK * 4):
        yield np.nan_to_num(np.frombuffer(data, np.float32), nan=0.0, posinf=1.0, neginf=-1.0)


def _frames(pcm: BinaryIO) -> Iterator[Any]:
    at = 0
    for block in _blocks(pcm):
        frame = av.AudioFrame.from_ndarray(block[None, :], format="flt", layout="mono")
        frame.sample_rate, frame.pts = RATE, at
        at += len(block)
        yield frame


def _filtered(pcm: BinaryIO, *filters: tuple[str, str]) -> Iterator[Any]:
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="flt", layout="mono", time_base=Fraction(1, RATE))
    last = source
    for name, options in (*filters, ("abuffersink", "")):
        following = graph.add(name, options or None)
        last.link_to(following)
        last = following
    graph.configure()
    for frame in _frames_and_end(pcm):
        graph.push(frame)
        while True:
            try:
                yield graph.pull()
            except (av.BlockingIOError, av.EOFError):
                break


def _frames_and_end(pcm: BinaryIO) -> Iterator[Any]:
    yield from _frames(pcm)
    yield None


def _measure(pcm: BinaryIO) -> tuple[float | None, float | None]:
    """Integrated loudness in LUFS and true peak in dBTP (EBU R128, ITU-R BS.1770); None for silence."""
    found: dict[str, str] = {}
    for frame in _filtered(pcm, ("ebur128", "peak=true:metadata=1:framelog=quiet")):
        found = dict(frame.metadata) or found
    loudness, peak = float(found.get("lavfi.r128.I", "-70")), float(found.get("lavfi.r128.true_peak", "0"))
    if loudness <= _SILENCE or not math.isfinite(loudness):
        return None, None
    return round(loudness, 2), round(20 * math.log10(max(peak, 1e-6)), 2)


def _gain(loudness: float | None) -> float:
    return 0.0 if loudness is None else min(LOUDNESS - loudness, _MOST_GAIN)


def _encode(pcm: BinaryIO, mp3: Path, gain: float) -> None:
    """Constant bit rate with an Info header, so that length and seeking are exact."""
    ceiling = 10 ** (PEAK / 20)
    filters = ("volume", f"{gain}dB"), ("alimiter", f"level=false:limit={ceiling:.4f}:attack=5:release=50:latency=true")
    with av.open(str(mp3), "w", format="mp3") as container:
        stream: Any = container.add_stream("libmp3lame", rate=RATE, layout="mono", format="fltp")
        stream.bit_rate = BIT_RATE
        stream.codec_context.options = {"abr": "0", "compression_level": "5"}
        fifo = AudioFifo()
        resampler = AudioResampler(format="fltp", layout="mono", rate=RATE)
        for frame in _filtered(pcm, *filters):
            frame.pts = None
            for out in resampler.resample(frame):
                fifo.write(out)
            while block := fifo.read(1152):
                container.mux(stream.encode(block))
        if rest := fifo.read(0, partial=True):
            container.mux(stream.encode(rest))
        container.mux(stream.encode(None))


def _peaks(pcm: BinaryIO, samples: int) -> tuple[list[int], list[int]]:
    """Mean and largest amplitude of each column, in thousandths of full scale."""
    bins = max(1, min(_BINS, samples // (RATE // 200)))
    total, most, count = np.zeros(bins), np.zeros(bins), np.zeros(bins)
    at = 0
    for block in _blocks(pcm):
        edges = (np.arange(at, at + len(block), dtype=np.int64) * bins) // samples
        level = np.abs(block)
        np.add.at(total, edges, level)
        np.maximum.at(most, edges, level)
        np.add.at(count, edges, 1)
        at += len(block)
    mean = total / np.maximum(count, 1)
    return _thousandths(mean), _thousandths(most)


def _thousandths(values: Any) -> list[int]:
    return [int(value) for value in np.clip(np.rint(values * 1000), 0, 1000)]


def silhouette(mean: list[int], peak: list[int], heights: int = _HEIGHTS) -> tuple[int, ...]:
    """The pitch's outline in heights of 0 to 100.

    Per height 85 % mean and 15 % maximum (60/40 where at most 8 columns fall into one), the 6th to 98.5th
    percentile stretched over the range, exponent 1.25: what ``frontend`` draws from ``peaks.json``, too.
    """
    few = len(mean) / heights <= 8  # noqa: PLR2004
    weight = 0.6 if few else 0.85
    columns = [
        (index * len(mean) // heights, max((index + 1) * len(mean) // heights, index * len(mean) // heights + 1))
        for index in range(heights)
    ]
    bars = np.array(
        [weight * np.mean(mean[a:b] or [0]) + (1 - weight) * max(peak[a:b] or [0]) for a, b in columns], dtype=float
    )
    low, high = np.percentile(bars, 6), np.percentile(bars, 98.5)
    stretched = np.clip((bars - low) / max(high - low, 1e-9), 0, 1) ** 1.25
    return tuple(int(value) for value in np.rint(stretched * 100))
