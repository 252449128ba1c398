"""Makes the spoken recordings beside this file, each with its words and their true times.

``python -m tests.data.make_speech``, once, on Debian with ``espeak-ng`` 1.51. Phrases are spoken one by one, cut to
the sound, and put behind each other with silences of known length; where each word begins inside a phrase the
synthesizer tells, to the sample. ``counted`` in the JSON is what a person counted in the texts below, and the pauses
planned there: no code of PitchScoop has a part in it.
"""

import ctypes
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
FOLDER = Path(__file__).parent
SILENT = 60  # of 32767: below it nothing is heard


class Phrase(NamedTuple):
    """What is said in one breath, and the silence after it in seconds."""

    text: str
    silence: float = 0.0


class Recording(NamedTuple):
    """What is spoken, and what a person counts in it: words that are no fillers, and fillers."""

    voice: bytes
    speed: int
    lead: float
    phrases: tuple[Phrase, ...]
    words: int
    fillers: dict[str, int]


RECORDINGS = {
    "calm": Recording(
        b"en-gb",
        150,
        0.8,
        (
            Phrase("Good evening, everyone.", 0.5),
            Phrase("We are Kelpline, and we turn seaweed into packaging that fish could eat.", 1.4),
            Phrase("Every year, eleven million tonnes of plastic reach the sea.", 0.4),
            Phrase("Most plastic is used only once, for less than one hour.", 1.2),
            Phrase("Our trays hold fruit for three weeks, and dissolve in salt water within six.", 0.9),
            Phrase("Nine supermarkets in Brittany already use them.", 0.4),
            Phrase("Join us, and let us make the last plastic tray a museum piece.", 0.7),
        ),
        3 + 13 + 10 + 11 + 14 + 7 + 13,
        {},
    ),
    "hurried": Recording(
        b"en-us",
        185,
        0.3,
        (
            Phrase("So um, what we do is, uh, we look at the bees without opening the hive.", 0.2),
            Phrase("There is a microphone inside, and, um, it listens all day and all night, all year long.", 0.15),
            Phrase("And er, when the queen is ill the sound changes, so the farmer knows it a week before.", 1.1),
            Phrase("We tested it with forty farms, um, in two countries, and it was right nine times in ten.", 0.2),
            Phrase("So that is really all there is to it.", 0.4),
        ),
        14 + 16 + 17 + 17 + 9,
        {"um": 3, "uh": 1, "er": 1},
    ),
    "german": Recording(
        b"de",
        150,
        0.5,
        (
            Phrase("Guten Abend, mein Name ist Jonas, und es geht heute, ähm, um Wärme.", 1.3),
            Phrase("Um ein Haus zu heizen, braucht er, also unser Kunde, im Winter äh sehr viel Strom.", 2.2),
            Phrase("Wir speichern die Wärme des Sommers, ähm, in einem Becken aus Kies.", 0.8),
            Phrase("Das kostet ein Drittel, und es hält vierzig Jahre.", 0.6),
        ),
        12 + 15 + 11 + 9,
        {"ähm": 2, "äh": 1},
    ),
}  # fmt: skip


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_WORD, _PHONEME = 1, 7  # kinds of events
_SYNCHRONOUS, _WITH_PHONEMES, _UTF8, _SPEED = 2, 1, 1, 1
_Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Voice:
    """The synthesizer. Times are in samples at its ``rate``."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _WITH_PHONEMES)
        self._callback = _Heard(self._hear)
        self._library.espeak_SetSynthCallback(self._callback)
        self._sound, self._words, self._pauses = list[Samples](), list[int](), list[int]()

    def choose(self, name: bytes, speed: int) -> None:
        """A voice, and its words a minute within a phrase."""
        self._library.espeak_SetVoiceByName(name)
        self._library.espeak_SetParameter(_SPEED, speed, 0)

    def say(self, words: list[str]) -> tuple[Samples, list[tuple[int, int]]]:
        """The sound of the words without the silence around it, and from where to where each is heard.

        Raises:
            ValueError: the synthesizer speaks two words as one ("that a"): they have no times of their own.
        """
        self._sound, self._words, self._pauses = [], [], []
        text = " ".join(word.strip(",.") for word in words).encode()
        self._library.espeak_Synth(text, len(text) + 1, 0, 0, 0, _UTF8, None, None)
        if len(self._words) != len(words):
            message = f"{len(words)} words sound like {len(self._words)}: {text.decode()}"
            raise ValueError(message)
        sound = np.concatenate(self._sound)
        loud = np.flatnonzero(np.abs(sound) > SILENT)
        begin, end = int(loud[0]), int(loud[-1]) + 1
        bounds = zip(self._words, [*self._words[1:], end], strict=True)
        spans = [(start, min([until, *(at for at in self._pauses if start < at)])) for start, until in bounds]
        return sound[begin:end], [(max(0, start - begin), min(until, end) - begin) for start, until in spans]

    def _hear(self, sound: Any, count: int, events: Any) -> int:
        if sound and count:
            self._sound.append(np.ctypeslib.as_array(sound, (count,)).copy())
        number = 0
        while events[number].type:
            event = events[number]
            if event.type == _WORD and event.text_position:  # counted from 1; the end is told as 0
                self._words.append(event.sample)
            if event.type == _PHONEME and event.id.startswith(b"_"):
                self._pauses.append(event.sample)
            number += 1
        return 0


def make(name: str, voice: Voice) -> None:
    """Write NAME.ogg and NAME.json."""
    recording = RECORDINGS[name]
    voice.choose(recording.voice, recording.speed)
    sound, utterances, pauses = [_silence(recording.lead, voice.rate)], list[dict[str, Any]](), list[dict[str, float]]()
    at = len(sound[0])
    for number, phrase in enumerate(recording.phrases):
        spoken, spans = voice.say(phrase.text.split())
        times = [tuple(round((at + edge) / voice.rate, 3) for edge in span) for span in spans]
        utterances.append(_utterance(number, phrase.text, times))
        if phrase.silence > 1:
            pauses.append({"start": times[-1][1], "length": phrase.silence})
        sound += [spoken, _silence(phrase.silence, voice.rate)]
        at += len(spoken) + len(sound[-1])
    document = {
        "language": recording.voice.decode()[:2],
        "audio_duration": round(at / voice.rate, 3),
        "counted": _counted(recording, utterances[0]["start"], utterances[-1]["end"], pauses),
        "utterances": utterances,
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    _write(FOLDER / f"{name}.ogg", np.concatenate(sound), voice.rate)


def _counted(recording: Recording, first: float, last: float, pauses: list[dict[str, float]]) -> dict[str, Any]:
    begins = [first, *(pause["start"] + pause["length"] for pause in pauses)]
    ends = [*(pause["start"] for pause in pauses), last]
    length, start = max((end - begin, begin) for begin, end in zip(begins, ends, strict=True))
    return {
        "words": recording.words,
        "words_per_minute": round(60 * recording.words / (last - first), 1),
        "fillers": recording.fillers,
        "pauses": pauses,
        "longest_run": {"start": round(start, 3), "length": round(length, 3)},
    }


def _silence(seconds: float, rate: int) -> Samples:
    return np.zeros(round(seconds * rate), np.int16)


def _utterance(number: int, text: str, times: list[tuple[float, ...]]) -> dict[str, Any]:
    words = [{"word": word, "start": start, "end": end} for word, (start, end) in zip(text.split(), times, strict=True)]
    return {"id": str(number), "start": times[0][0], "end": times[-1][1], "text": text, "words": words}


def _write(path: Path, sound: Samples, rate: int) -> None:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libopus", rate=24_000, layout="mono")
        stream.bit_rate = 24_000
        resampler = av.AudioResampler(stream.format, "mono", 24_000)
        for frame in [*_frames(sound, rate), None]:
            for resampled in resampler.resample(frame):
                container.mux(stream.encode(resampled))
        container.mux(stream.encode(None))


def _frames(sound: Samples, rate: int) -> Iterator[av.AudioFrame]:
    for number in range(math.ceil(len(sound) / rate)):
        frame = av.AudioFrame.from_ndarray(sound[None, number * rate : (number + 1) * rate], "s16", "mono")
        frame.sample_rate, frame.pts = rate, number * rate
        yield frame


if __name__ == "__main__":
    speaker = Voice()
    for made in RECORDINGS:
        make(made, speaker)
