"""A media worker, ``python -m pitchscoop.adapters.media_work``: decodes, measures and encodes one file at a time.

A job is a line of JSON on standard input, ``[source, mp3, peaks]``; its answer a line on standard output:
``{"derived": …}``, ``{"code", "message"}`` for ``Undecodable`` or ``{"errno", "message"}`` for ``OSError``.
Anything else that goes wrong, out of memory included, ends the process, and the parent starts another.
Memory does not grow with length, but for 1.6 kB a second of amplitudes.
"""

import dataclasses
import json
import math
import os
import resource
import signal
import sys
import tempfile
import threading
import wave
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, NoReturn

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph
from numpy.typing import NDArray

from pitchscoop.recordings.model import LONGEST_SECONDS
from pitchscoop.recordings.ports import Derived, Undecodable

Samples = NDArray[np.float32]

_MEMORY = 2 << 30  # bytes of address space; an ordinary job takes a quarter of it, mostly libraries
_KEPT = 600  # seconds of sound held for the second pass: 58 MB at most; a longer recording is decoded twice
_SHORTEST = 0.1  # seconds; what is left of a damaged file counts from here
_FORMATS = "wav,w64,mp3,mov,matroska,ogg,flac,aiff,aac,caf,amr,asf"  # FFmpeg's demuxers; none opens other files
_LOUDEST = 8.0  # of full scale; float files may pass 1, but only a broken one passes this

_TARGET = -16.0  # LUFS, for listening on phones and laptops
_MOST_GAIN = 30.0  # dB; more would only lift the noise of an empty room
_LIMIT = 10 ** (-2.0 / 20)  # of samples; half a decibel below -1.5 dBTP for what lies between them
_SILENT = -70.0  # LUFS, the absolute gate of EBU R128
_BLOCKS = 200  # amplitudes a second: 5 ms are finer than any picture

# Measured (bench/media.py): LAME takes 1.0 s for 5 minutes at 16 kHz on one core, 1.4 s at 24 kHz, 2.3 s at 48 kHz,
# and all give back the length to the sample. The recorder sends 16 kHz, and 24 kHz hold all that tells one voice
# from another. At both rates a frame has a whole number of bytes, so a byte offset is a time exactly.
_BIT_RATES = {16_000: 48_000, 24_000: 64_000}  # bit/s by Hz
_OPTIONS = {"compression_level": "7", "reservoir": "0"}  # half the time of 5; frames that stand alone
_SCALE = 0.95  # what LAME multiplies its input by at these bit rates (measured); undone
_FRAME, _DELAY = 576, 1105  # samples of a frame; samples LAME and a decoder add in front, known to the Info header
_CHUNK = 512  # frames a thread encodes at once: 18 s at 16 kHz, 1.2 MB
_BEFORE, _AFTER = 8, 4  # frames encoded around a chunk and dropped, so that its encoder has the state of one long run
_THREADS = min(4, os.cpu_count() or 1)  # more would only wait for the decoder

_NO_SOUND = "This file holds no sound. Choose an audio or video file, such as MP3, M4A, WAV or MP4."
_EMPTY = "This recording is empty: it holds no sound at all. Record it again or choose another file."
_BROKEN = "This file is damaged: no sound in it can be read. Export it again and upload that."
_TOO_LONG = f"This recording is longer than {LONGEST_SECONDS // 3600} hours. Cut it into parts and upload those."


def derive(source: Path, mp3: Path, peaks: Path) -> Derived:
    """See ``recordings.ports.Media.derive``; outputs may be half-written when it raises."""
    meter, kept = None, list[Samples]()
    with source.open("rb", buffering=0) as file:
        sound = Sound(file)
        rate = 16_000 if sound.sample_rate <= 16_000 else 24_000  # noqa: PLR2004  the keys of _BIT_RATES
        meter = _Meter(rate)
        for piece in sound.mono(rate):
            meter.push(piece)
            if len(kept) <= _KEPT:
                kept.append(piece)
        sound.check()
        loudness, true_peak = meter.finish()
        if len(kept) > _KEPT:
            file.seek(0)
        pieces = iter(kept) if len(kept) <= _KEPT else Sound(file).mono(rate)
        _write_mp3(mp3, rate, _levelled(pieces, rate, loudness))
    mean, most = meter.bins()
    document = {"version": 1, "duration": round(sound.seconds, 3), "bins": len(mean), "mean": mean, "max": most}
    peaks.write_text(json.dumps(document, separators=(",", ":")))
    facts = sound.sample_rate, sound.channels, sound.codec, sound.container
    return Derived(round(sound.seconds, 6), *facts, loudness, true_peak, silhouette(mean, most))


class Sound:
    """The sound of an open file, which FFmpeg reads as a stream of bytes and may open nothing beside.

    While ``mono`` is read, ``seconds`` counts what was decoded and ``damaged`` says whether some could not be.

    Raises:
        Undecodable: ``not_audio``, ``empty_audio``, ``broken_audio``.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.seconds, self.damaged = 0.0, False
        self._container = _open(file)
        if not (streams := self._container.streams.audio):
            raise Undecodable("not_audio", _NO_SOUND)
        self._stream = streams[0]
        context = self._stream.codec_context
        if context is None or not context.sample_rate:
            raise Undecodable("not_audio", _NO_SOUND)
        self.sample_rate, self.channels = context.sample_rate, context.channels
        self.codec, self.container = context.name, self._container.format.name

    def mono(self, rate: int) -> Iterator[Samples]:
        """The mean of all channels at ``rate`` Hz in pieces of a second, the last one shorter.

        Raises:
            Undecodable: ``too_long``; counted, for headers lie.
        """
        return _regrouped(self._pieces(rate), rate)

    def check(self) -> None:
        """Raise ``Undecodable`` if what was read is nothing."""
        if self.damaged and self.seconds < _SHORTEST:
            raise Undecodable("broken_audio", _BROKEN)
        if self.seconds == 0:
            raise Undecodable("empty_audio", _EMPTY)

    def _pieces(self, rate: int) -> Iterator[Samples]:
        kind: object = None
        resampler = AudioResampler("flt", rate=rate)  # interleaved: PyAV 18.1 crashes on planar frames of 8 channels
        for frame in self._frames():
            now = frame.format.name, frame.layout.name, frame.sample_rate
            if kind not in (None, now):  # a chained Ogg or a recorded broadcast may change on the way
                yield from map(_mean, resampler.resample(None))
                resampler = AudioResampler("flt", rate=rate)
            kind = now
            yield from map(_mean, resampler.resample(frame))
        if kind is not None:
            yield from map(_mean, resampler.resample(None))

    def _frames(self) -> Iterator[AudioFrame]:
        packets = self._container.demux(self._stream)
        while (packet := self._trying(lambda: next(packets, None))) is not None:
            for frame in self._trying(packet.decode) or ():
                self.seconds += frame.samples / frame.sample_rate
                if self.seconds > LONGEST_SECONDS:
                    raise Undecodable("too_long", _TOO_LONG)
                frame.pts = None  # the jumps of a broken clock are not sound
                yield frame

    def _trying(self, step: Any) -> Any:
        try:
            return step()
        except MemoryError:
            raise
        except av.error.EOFError:
            return None
        except av.FFmpegError:
            self.damaged = True  # what can be decoded is kept
            return None


def _open(file: BinaryIO) -> Any:
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "none"}
    if not file.read(1):
        raise Undecodable("empty_audio", _EMPTY)
    file.seek(0)
    try:
        return av.open(file, "r", container_options=options, metadata_errors="replace", io_open=_refuse)
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError):
        raise Undecodable("not_audio", _NO_SOUND) from None


def _refuse(_url: str, _flags: int, _options: dict[str, str]) -> NoReturn:
    raise PermissionError


def _mean(frame: AudioFrame) -> Samples:
    samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels).mean(axis=1, dtype=np.float32)
    return np.clip(np.nan_to_num(samples), -_LOUDEST, _LOUDEST)


def _regrouped(pieces: Iterable[Samples], size: int) -> Iterator[Samples]:
    held, have = list[Samples](), 0
    for piece in pieces:
        held.append(piece)
        have += len(piece)
        if have >= size:
            whole = np.concatenate(held)
            cut = have - have % size
            yield from (whole[start : start + size] for start in range(0, cut, size))
            held, have = [whole[cut:]], have - cut
    if have:
        yield np.concatenate(held)


class _Meter:
    """Loudness (EBU R128 by FFmpeg's ``ebur128``), true peak (four times oversampled), amplitudes of 5 ms."""

    def __init__(self, rate: int) -> None:
        self._rate, self._seen, self._loudness, self._true_peak = rate, 0, _SILENT, 0.0
        self._scan = _Filters(rate, ("ebur128", "metadata=1:framelog=quiet"))
        self._finer = AudioResampler("fltp", rate=4 * rate)
        self._mean, self._most = list[Samples](), list[Samples]()

    def push(self, piece: Samples) -> None:
        self._see(_frame(piece, self._rate, self._seen))
        self._seen += len(piece)
        block = self._rate // _BLOCKS
        levels = np.pad(np.abs(piece), (0, -len(piece) % block)).reshape(-1, block)
        self._mean.append(levels.mean(axis=1))
        self._most.append(levels.max(axis=1))

    def finish(self) -> tuple[float | None, float | None]:
        """LUFS and dBTP, None for silence."""
        missing = self._rate // 2 - self._seen  # the measure's window is 0.4 s
        if missing > 0:
            self._see(_frame(np.zeros(missing, np.float32), self._rate, self._seen))
        self._see(None)
        if self._loudness <= _SILENT or not self._true_peak:
            return None, None
        return round(self._loudness, 2), round(20 * math.log10(self._true_peak), 2)

    def bins(self) -> tuple[list[int], list[int]]:
        """Mean and largest amplitude of at most 2000 parts (the widest screen shows fewer), in thousandths."""
        mean, most = np.concatenate(self._mean), np.concatenate(self._most)
        starts = np.arange(count := min(2000, len(mean))) * len(mean) // count
        mean = np.add.reduceat(mean, starts) / np.diff(starts, append=len(mean))
        return _thousandths(mean), _thousandths(np.maximum.reduceat(most, starts))

    def _see(self, frame: AudioFrame | None) -> None:
        for seen in self._scan.through(frame):
            self._loudness = float(seen.metadata.get("lavfi.r128.I", self._loudness))
        for finer in self._finer.resample(frame):
            self._true_peak = max(self._true_peak, float(np.abs(finer.to_ndarray()).max()))


class _Filters:
    """A chain of FFmpeg's filters over mono float samples."""

    def __init__(self, rate: int, *filters: tuple[str, str]) -> None:
        self._graph = Graph()
        source = self._graph.add_abuffer(sample_rate=rate, format="fltp", layout="mono", time_base=Fraction(1, rate))
        chain = [self._graph.add(name, options or None) for name, options in (*filters, ("abuffersink", ""))]
        self._graph.link_nodes(source, *chain).configure()

    def through(self, frame: AudioFrame | None) -> Iterator[Any]:
        self._graph.push(frame)
        while True:
            try:
                yield self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return


def _levelled(pieces: Iterable[Samples], rate: int, loudness: float | None) -> Iterator[Samples]:
    if loudness is None:
        yield from pieces
        return
    limiter = f"level=false:limit={_LIMIT:.4f}:attack=5:release=50:latency=true"
    filters = _Filters(
        rate,
        ("volume", f"{min(_TARGET - loudness, _MOST_GAIN):.2f}dB"),
        ("alimiter", limiter),
        ("aformat", "sample_fmts=fltp"),
    )
    at = 0
    for piece in pieces:
        yield from (frame.to_ndarray()[0] for frame in filters.through(_frame(piece, rate, at)))
        at += len(piece)
    yield from (frame.to_ndarray()[0] for frame in filters.through(None))


def _frame(samples: Samples, rate: int, at: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), "fltp", "mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
    return frame
