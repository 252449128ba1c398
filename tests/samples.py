"""Sample files for tests of media: real speech in the containers people upload, and what is wrong with files."""

import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from tests import speech

RATE = 16_000
Samples = NDArray[np.float64]


class Kind(NamedTuple):
    """How a sample is written: FFmpeg's names of container and encoder."""

    container: str
    encoder: str
    rate: int = 48_000
    layout: str = "mono"
    video: bool = False
    options: dict[str, str] | None = None


KINDS = {
    "a.wav": Kind("wav", "pcm_s16le", 16_000),
    "8bit.wav": Kind("wav", "pcm_u8", 16_000),
    "24bit.wav": Kind("wav", "pcm_s24le", 44_100, "stereo"),
    "8ch.flac": Kind("flac", "flac", 48_000, "7.1"),
    "8ch.m4a": Kind("mp4", "aac", 48_000, "7.1"),
    "a.mp3": Kind("mp3", "libmp3lame", 44_100, "stereo"),
    "a.m4a": Kind("mp4", "aac", 44_100),
    "film.mp4": Kind("mp4", "aac", 48_000, "stereo", video=True),
    "phone.3gp": Kind("3gp", "libopencore_amrnb", 8_000),
    "phone.amr": Kind("amr", "libopencore_amrnb", 8_000),
    "a.webm": Kind("webm", "libopus"),
    "live.webm": Kind("webm", "libopus", options={"live": "1"}),
    "film.mkv": Kind("matroska", "libopus", video=True),
    "a.ogg": Kind("ogg", "libopus"),
    "a.flac": Kind("flac", "flac", 22_050),
    "a.aiff": Kind("aiff", "pcm_s16be", 44_100),
    "a.aac": Kind("adts", "aac", 32_000),
    "a.caf": Kind("caf", "pcm_s16le", 44_100),
    "a.wma": Kind("asf", "wmav2", 44_100),
}


def words(seconds: float = 11.0) -> Samples:
    """Real speech, from -1 to 1 at 16 kHz, repeated to the length asked for."""
    return np.resize(np.frombuffer(speech.pcm(), "<i2") / 32768, round(seconds * RATE))


def tone(seconds: float, level: float = 0.5) -> Samples:
    """A sine of 440 Hz."""
    return level * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE)


def write(path: Path, samples: Samples, kind: Kind | None = None) -> Path:
    """The samples as a file of a kind (by default the one its name says); ``path`` for convenience."""
    kind = kind or KINDS[path.name]
    with av.open(str(path), "w", format=kind.container, container_options=kind.options or {}) as container:
        stream: Any = container.add_stream(kind.encoder, rate=kind.rate, layout=kind.layout)
        stream.bit_rate = 96_000  # where the encoder wants one
        if kind.video:
            _pictures(container, len(samples) / RATE)
        for frame in _frames(samples):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def film_without_sound(path: Path) -> Path:
    """A video of one second that has no audio track."""
    with av.open(str(path), "w") as container:
        _pictures(container, 1)
    return path


def wav(path: Path, samples: Samples) -> Path:
    """16-bit mono at 16 kHz, as the live recorder's archive is."""
    data = np.rint(np.clip(samples, -1, 32767 / 32768) * 32768).astype("<i2").tobytes()
    path.write_bytes(wav_head(len(data)) + data)
    return path


def wav_head(size: int, rate: int = RATE, width: int = 2) -> bytes:
    """44 bytes before ``size`` bytes of mono PCM, true or not."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * width, width, width * 8)
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVE" + form + b"data" + struct.pack("<I", size)


def sparse_wav(path: Path, hours: float, rate: int = 8000) -> Path:
    """Hours of 16-bit silence that take no room on the disk: a hole, which reads as zeros."""
    size = round(hours * 3600) * rate * 2
    path.write_bytes(wav_head(size, rate))
    with path.open("r+b") as file:
        file.truncate(44 + size)
    return path


def _frames(samples: Samples) -> Iterator[av.AudioFrame]:
    scaled = np.rint(np.clip(samples, -1, 32767 / 32768) * 32768).astype(np.int16)
    for start in range(0, len(scaled), RATE):
        frame = av.AudioFrame.from_ndarray(scaled[None, start : start + RATE], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        yield frame


def _pictures(container: Any, seconds: float) -> None:
    stream = container.add_stream("mpeg4", rate=5)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    for number in range(round(seconds * 5)):
        picture = av.VideoFrame(64, 48, "yuv420p")
        picture.pts, picture.time_base = number, Fraction(1, 5)
        container.mux(stream.encode(picture))
    container.mux(stream.encode(None))
