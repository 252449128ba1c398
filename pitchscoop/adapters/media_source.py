"""From any file to mono sound, trusting nothing in it. Used inside a media worker (``media_work.py``)."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NoReturn

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from pitchscoop.recordings.model import LONGEST_SECONDS
from pitchscoop.recordings.ports import Undecodable

Samples = NDArray[np.float32]

_FORMATS = "wav,w64,mp3,mov,matroska,ogg,flac,aiff,aac,caf,amr,asf"  # FFmpeg's demuxers; none needs a second file
_SHORTEST = 0.1  # seconds; what is left of a damaged file counts from here
_LOUDEST = 8.0  # of full scale; float files may pass 1, but only a broken one passes this
_NO_SOUND = "This file holds no sound. Choose an audio or video file, such as MP3, M4A, WAV or MP4."
_EMPTY = "This recording is empty: it holds no sound at all. Record it again or choose another file."
_BROKEN = "This file is damaged: no sound in it can be read. Export it again and upload that."
_TOO_LONG = f"This recording is longer than {LONGEST_SECONDS // 3600} hours. Cut it into parts and upload those."


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
        return regrouped(self._pieces(rate), rate)

    def check(self) -> None:
        """Raise ``Undecodable`` if what was read is nothing."""
        if self.damaged and self.seconds < _SHORTEST:
            raise Undecodable("broken_audio", _BROKEN)
        if self.seconds == 0:
            raise Undecodable("empty_audio", _EMPTY)

    def _pieces(self, rate: int) -> Iterator[Samples]:
        kind: object = None
        resampler = _resampler(rate)
        for frame in self._frames():
            now = frame.format.name, frame.layout.name, frame.sample_rate
            if kind not in (None, now):  # a chained Ogg or a recorded broadcast may change on the way
                yield from map(_mean, resampler.resample(None))
                resampler = _resampler(rate)
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
    except (av.FFmpegError, ValueError) as error:
        raise Undecodable("not_audio", _NO_SOUND) from error


def _refuse(_url: str, _flags: int, _options: dict[str, str]) -> NoReturn:
    raise PermissionError


def _resampler(rate: int) -> AudioResampler:
    # Interleaved: PyAV 18.1 crashes on planar frames of 8 channels. A second at once: a WAV's frames are tiny.
    return AudioResampler("flt", rate=rate, frame_size=rate)


def _mean(frame: AudioFrame) -> Samples:
    mixed: Samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels).mean(axis=1, dtype=np.float32)
    return np.clip(np.nan_to_num(mixed, copy=False), -_LOUDEST, _LOUDEST, out=mixed)


def regrouped(pieces: Iterable[Samples], size: int) -> Iterator[Samples]:
    """The same samples in pieces of exactly ``size``, the last one shorter."""
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
