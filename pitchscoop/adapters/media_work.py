"""A media worker, ``python -m pitchscoop.adapters.media_work``: decodes, measures and encodes one file at a time.

A job is a line of JSON on standard input, ``[source, mp3, peaks]``; its answer a line on standard output:
``{"derived": …}``, ``{"code", "message"}`` for ``Undecodable`` or ``{"errno", "message"}`` for ``OSError``.
Anything else that goes wrong, out of memory included, ends the process, and the parent starts another.
Memory does not grow with length, but for 1.6 kB a second of amplitudes.
"""

import dataclasses
import itertools
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
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph

from pitchscoop.adapters.media_source import Samples, Sound, regrouped
from pitchscoop.recordings.ports import Derived, Undecodable

_MEMORY = 2 << 30  # bytes of address space; an ordinary job takes a quarter of it, mostly libraries
_KEPT = 600  # seconds of sound held for the second pass: 58 MB at most; a longer recording is decoded twice

_TARGET = -16.0  # LUFS, for listening on phones and laptops
_MOST_GAIN = 30.0  # dB; more would only lift the noise of an empty room
_LIMIT = 10 ** (-2.0 / 20)  # of samples; half a decibel below -1.5 dBTP for what lies between them
_SILENT = -70.0  # LUFS, the absolute gate of EBU R128
_RANGED = 10  # seconds: the range is a spread of windows of 3 s (EBU Tech 3342), and fewer than a few have none
_BLOCKS = 200  # amplitudes a second: 5 ms are finer than any picture

# Measured (bench/media.py): LAME takes 1.0 s for 5 minutes at 16 kHz on one core, 1.4 s at 24 kHz, 2.3 s at 48 kHz.
# The recorder sends 16 kHz, and 24 kHz hold all that tells one voice from another. At both rates a frame has a whole
# number of bytes, so a byte offset is a time exactly.
_BIT_RATES = {16_000: 48_000, 24_000: 64_000}  # bit/s by Hz
_OPTIONS = {"compression_level": "7", "reservoir": "0"}  # half the time of 5; frames that stand alone
_SCALE = 0.95  # what LAME multiplies its input by at these bit rates (measured); undone
_FRAME, _DELAY = 576, 1105  # samples of a frame; samples that LAME and a decoder add in front
# Chromium 156 leaves out these samples where LAME's header tells of them, but goes on to count time from before them:
# 69 ms late at 16 kHz. So there are none: what the encoder adds is filled up to whole frames, which are dropped.
_EARLY = -(-_DELAY // _FRAME)
_LEAD = _EARLY * _FRAME - _DELAY
_FEWEST = 2  # frames: one alone is not known for an MP3
_HEADER, _PLACES, _LAME = 200, 120, 36  # bytes that hold an Info header; to the end of its table of places; behind it
_CHUNK = 512  # frames a thread encodes at once: 18 s at 16 kHz, 1.2 MB
_BEFORE, _AFTER = 8, 4  # frames encoded around a chunk and dropped, so that its encoder has the state of one long run
_THREADS = min(4, os.cpu_count() or 1)  # more would only wait for the decoder


def derive(source: Path, mp3: Path, peaks: Path) -> Derived:
    """See ``recordings.ports.Media.derive``; outputs may be half-written when it raises."""
    kept = list[Samples]()
    with source.open("rb", buffering=0) as file:
        sound = Sound(file)
        rate = 16_000 if sound.sample_rate <= 16_000 else 24_000  # noqa: PLR2004  the keys of _BIT_RATES
        meter = _Meter(rate)
        for piece in sound.mono(rate):
            meter.push(piece)
            if len(kept) <= _KEPT:
                kept.append(piece)
        sound.check()
        loudness, loudness_range, true_peak = meter.finish()
        if len(kept) > _KEPT:
            file.seek(0)
        pieces = iter(kept) if len(kept) <= _KEPT else Sound(file).mono(rate)
        _write_mp3(mp3, rate, _levelled(pieces, rate, loudness))
    mean, most = meter.bins()
    document = {"version": 1, "duration": round(sound.seconds, 3), "bins": len(mean), "mean": mean, "max": most}
    peaks.write_text(json.dumps(document, separators=(",", ":")))
    facts = sound.sample_rate, sound.channels, sound.codec, sound.container
    return Derived(round(sound.seconds, 6), *facts, loudness, loudness_range, true_peak, silhouette(mean, most))


class _Meter:
    """Loudness (EBU R128 by FFmpeg's ``ebur128``), true peak (four times oversampled), amplitudes of 5 ms."""

    def __init__(self, rate: int) -> None:
        self._rate, self._seen, self._loudness, self._range, self._true_peak = rate, 0, _SILENT, 0.0, 0.0
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

    def finish(self) -> tuple[float | None, float | None, float | None]:
        """LUFS, LU and dBTP, None for silence; no range of what is too short to have one."""
        missing = self._rate // 2 - self._seen  # the measure's window is 0.4 s
        if missing > 0:
            self._see(_frame(np.zeros(missing, np.float32), self._rate, self._seen))
        self._see(None)
        if self._loudness <= _SILENT or not self._true_peak:
            return None, None, None
        spread = round(self._range, 1) if self._seen >= _RANGED * self._rate else None
        return round(self._loudness, 2), spread, round(20 * math.log10(self._true_peak), 2)

    def bins(self) -> tuple[list[int], list[int]]:
        """Mean and largest amplitude of at most 2000 parts (the widest screen shows fewer), in thousandths."""
        mean, most = np.concatenate(self._mean), np.concatenate(self._most)
        starts = np.arange(count := min(2000, len(mean))) * len(mean) // count
        averages = np.add.reduceat(mean, starts) / np.diff(starts, append=len(mean))
        return _thousandths(averages), _thousandths(np.maximum.reduceat(most, starts))

    def _see(self, frame: AudioFrame | None) -> None:
        for seen in self._scan.through(frame):
            self._loudness = float(seen.metadata.get("lavfi.r128.I", self._loudness))
            self._range = float(seen.metadata.get("lavfi.r128.LRA", self._range))
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


def _write_mp3(target: Path, rate: int, pieces: Iterator[Samples]) -> None:
    """MP3 at a constant bit rate with an Info header, so that players know length and position before loading it."""
    with (
        av.open(str(target), "w", format="mp3", options={"id3v2_version": "0"}) as container,
        ThreadPoolExecutor(_THREADS) as threads,
    ):
        stream: Any = container.add_stream("libmp3lame", rate=rate, layout="mono", format="fltp", options=_OPTIONS)
        stream.bit_rate = _BIT_RATES[rate]
        stream.codec_context.open()  # never fed: it only tells the header what the chunks' encoders are
        led = itertools.chain([np.zeros(_LEAD, np.float32)], pieces)
        for at, packet in enumerate(_in_order(threads, rate, led)):
            packet.stream, packet.time_base = stream, Fraction(1, rate)
            packet.pts = packet.dts = at * _FRAME
            container.mux(packet)
    _tell_no_delay(target)


def _tell_no_delay(mp3: Path) -> None:
    """Leave the frames and places in the Info header, and empty what LAME has put behind them: there is no delay."""
    with mp3.open("r+b") as file:
        file.seek(file.read(_HEADER).index(b"Info") + _PLACES)
        file.write(bytes(_LAME))


def _in_order(threads: ThreadPoolExecutor, rate: int, pieces: Iterator[Samples]) -> Iterator[Any]:
    under_way = deque[Future[list[Any]]]()
    for window in _windows(pieces):
        under_way.append(threads.submit(_encode, rate, *window))
        if len(under_way) > _THREADS:  # enough to keep them busy
            yield from under_way.popleft().result()
    while under_way:
        yield from under_way.popleft().result()


def _windows(pieces: Iterator[Samples]) -> Iterator[tuple[Samples, int, int]]:
    """Each chunk with what comes before and after it; frames to skip, and the frame to stop at."""
    before = np.zeros(0, np.float32)
    chunks = regrouped(pieces, _CHUNK * _FRAME)
    chunk, early = next(chunks), _EARLY
    for following in chunks:
        skip = len(before) // _FRAME
        yield np.concatenate([before, chunk, following[: _AFTER * _FRAME]]), skip + early, skip + _CHUNK
        before, chunk, early = chunk[-_BEFORE * _FRAME :], following, 0
    skip = len(before) // _FRAME
    stop = max(_EARLY - (_LEAD - len(chunk)) // _FRAME, early and early + _FEWEST)
    yield np.concatenate([before, chunk, np.zeros(_FEWEST * _FRAME, np.float32)]), skip + early, skip + stop


def _encode(rate: int, samples: Samples, skip: int, stop: int) -> list[Any]:
    encoder = AudioCodecContext.create("libmp3lame", "w")
    encoder.sample_rate, encoder.layout, encoder.format = rate, "mono", "fltp"
    encoder.bit_rate, encoder.time_base, encoder.options = _BIT_RATES[rate], Fraction(1, rate), _OPTIONS
    return [*encoder.encode(_frame(samples / np.float32(_SCALE), rate, 0)), *encoder.encode(None)][skip:stop]


def silhouette(mean: list[int], most: list[int], count: int = 96) -> tuple[int, ...]:
    """The pitch's outline in ``count`` heights from 0 to 100, the same shape at every size; silence is all zeros.

    A height is 85 % mean and 15 % maximum of its share of the bins (60 and 40 for 8 bins or fewer: maxima alone
    turn small waves into caterpillars), the 6th to 98.5th percentile stretched over the range, exponent 1.25.
    """
    starts = np.arange(count) * len(mean) // count
    ends = np.maximum((np.arange(count) + 1) * len(mean) // count, starts + 1)
    share = 0.6 if len(mean) <= 8 * count else 0.85
    parts = [(np.mean(mean[a:b]), max(most[a:b])) for a, b in zip(starts, ends, strict=True)]
    level = np.array([share * average + (1 - share) * top for average, top in parts])
    low, high = np.percentile(level, [6, 98.5])
    if high - low < 0.05 * high:
        low = 0.0
    return tuple(int(height) for height in np.rint(100 * np.clip((level - low) / max(high - low, 1e-9), 0, 1) ** 1.25))


def _thousandths(values: Any) -> list[int]:
    return [int(value) for value in np.rint(np.clip(values, 0, 1) * 1000)]


def main() -> None:
    """Serve until standard input ends: when the parent closes it, or dies."""
    _harmless()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    jobs = SimpleQueue[str]()  # bounded by the parent, which sends one at a time
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    _rehearse()
    while True:
        print(json.dumps(_answer(*map(Path, json.loads(jobs.get())))), file=answers)


def _listen(jobs: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        jobs.put(line)
    os._exit(0)  # amid a job, too: nobody waits for it any more


def _answer(source: Path, mp3: Path, peaks: Path) -> dict[str, object]:
    try:
        return {"derived": dataclasses.asdict(derive(source, mp3, peaks))}
    except Undecodable as refused:
        return {"code": refused.code, "message": refused.message}
    except MemoryError:
        raise
    except OSError as error:
        return {"errno": error.errno, "message": error.strerror}


def _harmless() -> None:
    """Last in line for the processor, bounded in memory, deaf to signals: the server alone ends us, in order."""
    os.nice(10)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no recording lies about in a core dump
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _rehearse() -> None:
    """Load every library and codec now rather than at the first stop."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "a.wav")
        with wave.open(str(source), "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes((np.arange(16000) % 100 * 100).astype("<i2").tobytes())
        derive(source, Path(folder, "a.mp3"), Path(folder, "a.json"))


if __name__ == "__main__":
    main()
