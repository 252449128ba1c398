"""What the fake hears, whatever is said: words with times."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_PAUSE = 0.3  # seconds of silence after which an utterance is final


@dataclass(frozen=True)
class Line:
    """One utterance: words with their times in seconds."""

    words: tuple[tuple[str, float, float], ...]

    @property
    def start(self) -> float:
        return self.words[0][1]

    @property
    def end(self) -> float:
        return self.words[-1][2]

    def told(self, count: int, language: str) -> dict[str, Any]:
        """The first words as Gladia tells them: each with a space in front."""
        words = [
            {"word": f" {word}", "start": start, "end": end, "confidence": 0.9}
            for word, start, end in self.words[:count]
        ]
        return {
            "text": "".join(str(word["word"]) for word in words),
            "start": self.start,
            "end": self.words[count - 1][2],
            "language": language,
            "confidence": 0.9,
            "channel": 0,
            "words": words,
        }


@dataclass(frozen=True)
class Script:
    """Everything that is heard in one recording."""

    lines: tuple[Line, ...]
    language: str = "en"

    @property
    def text(self) -> str:
        """As a person would write it."""
        return " ".join(word for line in self.lines for word, _, _ in line.words)

    def told(self) -> dict[str, Any]:
        """The whole as a result holds it."""
        utterances = [line.told(len(line.words), self.language) for line in self.lines]
        return {
            "full_transcript": "".join(str(one["text"]) for one in utterances),
            "languages": [self.language] if self.lines else [],
            "utterances": utterances,
        }


def spoken(text: str, start: float = 0.2, pace: float = 0.35) -> Line:
    """A text spoken evenly: a word begins every ``pace`` seconds."""
    times = [round(start + pace * number, 3) for number, _ in enumerate(text.split())]
    return Line(tuple((word, at, round(at + pace * 0.9, 3)) for word, at in zip(text.split(), times, strict=True)))


JFK = Script(
    (
        spoken("And so, my fellow Americans:", 0.3, 0.4),
        spoken("ask not what your country can do for you,", 3.3, 0.5),
        spoken("ask what you can do for your country.", 8.2, 0.3),
    )
)
"""What is said in tests/data/jfk.flac, roughly when."""


@dataclass
class Hearing:
    """How far into a script one live session is."""

    script: Script
    _events: list[tuple[float, str, int, int]] = field(default_factory=list)
    _final: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for number, line in enumerate(self.script.lines):
            self._events.append((line.start, "speech_start", number, 0))
            self._events += [(end, "partial", number, count) for count, (_, _, end) in enumerate(line.words, start=1)]
            self._events += [(line.end, "speech_end", number, 0)]
            self._events += [(line.end + _PAUSE, "final", number, len(line.words))]
        self._events.sort(key=lambda event: event[0], reverse=True)

    def until(self, seconds: float) -> Iterator[tuple[str, dict[str, Any]]]:
        """The type and data of what is heard when so much audio has come."""
        while self._events and self._events[-1][0] <= seconds:
            at, kind, number, count = self._events.pop()
            if kind in ("partial", "final"):
                yield "transcript", self._transcript(number, count, is_final=kind == "final")
            else:
                yield kind, {"time": at, "channel": 0}

    def rest(self, seconds: float) -> Iterator[tuple[str, dict[str, Any]]]:
        """What is left to be said when no more audio will come: utterances that had begun become final."""
        yield from self.until(seconds)
        for number, line in enumerate(self.script.lines):
            begun = sum(start < seconds for _, start, _ in line.words)
            if begun and number not in self._final:
                yield "transcript", self._transcript(number, begun, is_final=True)

    def _transcript(self, number: int, count: int, *, is_final: bool) -> dict[str, Any]:
        if is_final:
            self._final.add(number)
        told = self.script.lines[number].told(count, self.script.language)
        return {"id": f"00_{number:08d}", "is_final": is_final, "utterance": told}
