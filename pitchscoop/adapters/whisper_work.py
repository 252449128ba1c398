"""The process that runs Whisper, ``python -m pitchscoop.adapters.whisper_work``; one job at a time.

A job is a line of JSON on standard input, ``{"do": "fetch" | "find" | "load" | "hear", …}``. Its answers are lines on
standard output, the last of them ``{"done": …}``, or ``{"code", "message"}`` for a ``Problem``. Before it come
``{"progress": [bytes, of]}``, ``{"loaded": …}`` and ``{"utterance": …}``. Anything else that goes wrong ends the
process. The model stays in memory until then, and memory does not grow with the length of a recording.
"""

import contextlib
import functools
import itertools
import json
import math
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from numpy.typing import NDArray

from pitchscoop.adapters.media_source import Samples, Sound, regrouped
from pitchscoop.adapters.whisper_fetch import Answer, fetch, find
from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.recordings.ports import Undecodable
from pitchscoop.transcripts.model import Utterance, Word
from pitchscoop.transcripts.ports import Refused

_RATE = 16_000  # Hz, what Whisper hears
_PART = 120 * _RATE  # samples transcribed at once; their spectrum takes a megabyte of memory for each second
_END = 20 * _RATE  # samples at the end of a part in which it is cut
_PAUSE = _RATE // 5  # samples, 0.2 s: longer than the silence within a word
_THREADS = min(4, os.cpu_count() or 1)  # more gain little, and recordings need the processor, too
_ISO = {"jw": "jv"}  # a language as Whisper calls it, and as ISO 639-1 does
_WHISPER = {"jv": "jw", "nb": "no"}

_ANEW = "Remove that folder to have it downloaded again, or put a whole model there."
_NO_CUDA = (
    "PITCHSCOOP_WHISPER_DEVICE is cuda, but no graphics card that CUDA can use was found. Install NVIDIA's driver, or "
    "set it to auto or cpu."
)
_NOT_READ = "The recording cannot be read for now. It is tried again."


def hear(model: WhisperModel, audio: Path, language: str | None, vocabulary: list[str]) -> Iterator[Answer]:
    """Each utterance, then the language.

    Each part begins with the vocabulary as if it had just been said, up to 223 tokens of it (some 80 names). Shown with
    every half minute (``hotwords``) it spoils what is heard, and so does the text before where speech repeats itself:
    words came half as often as they were said, or twice (tiny.en on minutes of one repeated sentence).

    Raises:
        Refused: the model does not know the language, or the file holds no sound.
        OSError: the file cannot be opened.
    """
    language = _spoken(model, language)
    number, said, last = 0, language, 0.0
    with audio.open("rb", buffering=0) as file:
        sound = Sound(file)
        for offset, part in _parts(sound.mono(_RATE)):
            end = math.floor((offset + len(part)) * 1000 / _RATE) / 1000
            segments, info = model.transcribe(
                part,
                language=said,
                initial_prompt=f"{', '.join(vocabulary)}." if vocabulary else None,
                condition_on_previous_text=False,
                word_timestamps=True,
                vad_filter=True,  # without it Whisper makes up words for silence
            )
            if not info.duration_after_vad:
                continue
            said = info.language
            for segment in segments:
                heard = _utterance(number + 1, segment, offset / _RATE, last, end, _ISO.get(said, said))
                if heard:
                    number, last = number + 1, heard.end
                    yield {"utterance": heard.model_dump()}
        sound.check()
    yield {"done": {"language": said and _ISO.get(said, said)}}


def _spoken(model: WhisperModel, language: str | None) -> str | None:
    """As the model calls it."""
    if language is None:
        return None
    spoken = language.lower().split("-")[0]
    spoken = _WHISPER.get(spoken, spoken)
    if spoken in model.supported_languages:
        return spoken
    if model.model.is_multilingual:
        what = f"Whisper does not know the language {language}. Choose another one for the event, or none."
    else:
        what = f"This Whisper model knows English only, not {language}: set PITCHSCOOP_WHISPER_MODEL to another."
    raise Refused("transcriber_refused", what)


def _parts(pieces: Iterable[Samples]) -> Iterator[tuple[int, Samples]]:
    """Two minutes at a time, cut where it is quietest, with the sample each begins at."""
    at, rest = 0, np.zeros(0, np.float32)
    for chunk in regrouped(pieces, _PART):
        rest = np.concatenate([rest, chunk])
        cut = _quiet(rest) if len(chunk) == _PART else len(rest)
        yield at, rest[:cut]
        at, rest = at + cut, rest[cut:]
    if len(rest):
        yield at, rest


def _quiet(samples: Samples) -> int:
    levels = np.abs(samples[-_END:]).reshape(-1, _PAUSE).mean(axis=1)
    return len(samples) - _END + int(levels.argmin()) * _PAUSE + _PAUSE // 2


def _utterance(number: int, segment: Any, offset: float, after: float, end: float, language: str) -> Utterance | None:
    """A segment of Whisper's; None where it holds no text, or tells of a time after the end."""
    spoken = [word for word in segment.words or () if word.word.strip()]
    text = ("".join(word.word for word in spoken) or segment.text).strip()
    spans = [(offset + float(word.start), offset + float(word.end)) for word in spoken or [segment]]
    if not text or spans[0][0] >= end:
        return None
    times = within(spans, after, end)
    words = tuple(
        Word(word=word.word.strip(), start=start, end=stop, confidence=round(float(word.probability), 3))
        for word, (start, stop) in zip(spoken, times, strict=bool(spoken))
    )
    return Utterance(id=f"w{number:04}", start=times[0][0], end=times[-1][1], text=text, words=words, language=language)


def within(spans: list[tuple[float, float]], after: float, end: float) -> list[tuple[float, float]]:
    """Times in order and between two limits: nothing begins before, or ends after, what is next to it begins."""
    starts = list(itertools.accumulate((round(min(start, end), 3) for start, _ in spans), max, initial=after))[1:]
    limits = zip(spans, starts, [*starts[1:], end], strict=True)
    return [(start, round(min(max(stop, start), limit), 3)) for (_, stop), start, limit in limits]


@functools.cache
def load(folder: Path, device: str) -> tuple[WhisperModel, str]:
    """The model, and where it runs: ``cpu`` or ``cuda``.

    Raises:
        Refused: it is damaged, or the device is not there.
    """
    card = ctranslate2.get_cuda_device_count() > 0
    if device == "cuda" and not card:
        raise Refused("transcriber_refused", _NO_CUDA)
    where = "cuda" if card and device != "cpu" else "cpu"
    for name in ("model.bin", "tokenizer.json"):  # else the libraries crash, or ask the network
        if not (folder / name).is_file():
            raise Refused("transcriber_refused", f"{folder} holds no whole Whisper model: {name} is missing. {_ANEW}")
    try:
        model = WhisperModel(str(folder), device=where, compute_type="auto", cpu_threads=_THREADS)
        model.encode(pad_or_trim(model.feature_extractor(_silence())))  # what does not fit together is found here
    except MemoryError:
        raise
    except Exception as error:
        why = (str(error).strip() or repr(error)).splitlines()[0]
        message = f"The Whisper model in {folder} cannot be used: {why} {_ANEW}"
        raise Refused("transcriber_refused", message) from error
    return model, where


def _silence() -> NDArray[np.float32]:
    return np.zeros(_RATE, np.float32)


def main() -> None:
    """Serve until standard input ends: when the parent closes it, or dies."""
    _harmless()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    jobs = SimpleQueue[str]()  # bounded by the parent, which sends one at a time
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    while True:
        for answer in _answers(json.loads(jobs.get())):
            print(json.dumps(answer), file=answers)


def _listen(jobs: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        jobs.put(line)
    os._exit(0)  # amid a job, too: nobody waits for it any more


def _answers(job: dict[str, Any]) -> Iterator[Answer]:
    try:
        yield from _done(job)
    except Undecodable as unreadable:
        yield {"code": "transcriber_failed", "message": unreadable.message}
    except Problem as problem:
        yield {"code": problem.code, "message": problem.message}


def _done(job: dict[str, Any]) -> Iterator[Answer]:
    folder = Path(job["folder"])
    if job["do"] == "find":
        yield {"done": find(job["model"])}
    elif job["do"] == "fetch":
        yield from fetch(job["model"], folder)
    else:
        model, where = load(folder, job["device"])
        yield {"loaded": where}
        if job["do"] == "load":
            yield {"done": where}
            return
        try:
            yield from hear(model, Path(job["audio"]), job["language"], job["vocabulary"])
        except OSError as error:
            raise Unavailable("transcriber_unavailable", _NOT_READ) from error


def _harmless() -> None:
    """Last in line for the processor, first when memory is short, deaf to signals: the server alone ends us."""
    os.nice(15)
    with contextlib.suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text("1000")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no recording lies about in a core dump


if __name__ == "__main__":
    main()
