"""A recording that is longer than an engine takes, in parts, and what was heard in them put together again."""

import contextlib
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from pitchscoop.recordings.model import SAMPLE_BYTES, WAV_HEADER, wav_header
from pitchscoop.transcripts.model import Utterance
from pitchscoop.transcripts.ports import Heard

_PIECE = 1 << 20  # bytes copied at a time


@dataclass(frozen=True, slots=True)
class Part:
    """A file that holds the recording from ``start`` seconds on."""

    path: Path
    start: float


@contextlib.contextmanager
def parts(audio: Path, seconds: float, sample_rate: int, longest: float | None) -> Iterator[list[Part]]:
    """The recording in as few equal parts as an engine takes that stops at ``longest`` seconds.

    Our WAV is cut at samples. Our MP3 has a constant bit rate and is cut anywhere: decoders begin at the next frame, at
    most 72 ms later. A word that is being said at a cut may be heard twice or not at all. Blocks: run it in a thread.
    """
    count = math.ceil(seconds / longest) if longest else 1
    if count <= 1:
        yield [Part(audio, 0.0)]
        return
    head = WAV_HEADER if audio.suffix == ".wav" else 0
    body = audio.stat().st_size - head
    places = [head + body * number // count // SAMPLE_BYTES * SAMPLE_BYTES for number in range(count)] + [head + body]
    with TemporaryDirectory(prefix="pitchscoop-") as folder, audio.open("rb") as source:
        found = []
        for start, end in itertools.pairwise(places):
            path = Path(folder, f"{start}{audio.suffix}")
            _copy(source, start, end, path, wav_header(end - start, sample_rate) if head else b"")
            found.append(Part(path, seconds * (start - head) / body))
        yield found


def together(heard: Sequence[tuple[Part, Heard]]) -> Heard:
    """What was heard in the parts, as if it had been one: times from the start of the whole."""
    if len(heard) == 1:
        return heard[0][1]
    utterances = [_moved(spoken, number, part.start) for number, (part, one) in enumerate(heard)
                  for spoken in one.utterances]  # fmt: skip
    return Heard(tuple(utterances), next((one.language for _, one in heard if one.language), None))


def _moved(spoken: Utterance, number: int, later: float) -> Utterance:
    words = tuple(word.model_copy(update={"start": word.start + later, "end": word.end + later})
                  for word in spoken.words)  # fmt: skip
    moved = {"id": f"{number}.{spoken.id}", "start": spoken.start + later, "end": spoken.end + later, "words": words}
    return spoken.model_copy(update=moved)


def _copy(source: BinaryIO, start: int, end: int, path: Path, head: bytes) -> None:
    source.seek(start)
    with path.open("wb") as out:
        out.write(head)
        while (left := end - source.tell()) > 0 and (piece := source.read(min(_PIECE, left))):
            out.write(piece)
