"""A transcript as a file: captions for players, text for people, JSON for programs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pitchscoop.transcripts.captions import cues
from pitchscoop.transcripts.model import Transcript
from pitchscoop.transcripts.writing import tidy

_WORD = {"word", "start", "end", "confidence", "machine"}
_UTTERANCE = {"id": True, "start": True, "end": True, "text": True, "words": {"__all__": _WORD}}
_DOCUMENT: dict[str, Any] = {
    **dict.fromkeys(("status", "text", "language", "engine", "corrected", "error"), True),
    "utterances": {"__all__": _UTTERANCE},
}


def as_json(transcript: Transcript) -> str:
    """REST's ``transcript`` (design.md 2.3): its status, text, language and utterances with their words, in seconds."""
    return transcript.model_dump_json(include=_DOCUMENT)


def as_srt(transcript: Transcript) -> str:
    """SubRip captions. The form has no escapes: an arrow ``-->`` in the text is given a space, ``-- >``."""
    blocks = (
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{_without_arrows(cue.lines)}\n"
        for number, cue in enumerate(cues(transcript), 1)
    )
    return "\n".join(blocks)


def as_vtt(transcript: Transcript) -> str:
    """WebVTT captions, for ``<track>``. Players find the direction of each line by its letters."""
    blocks = (f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{_escaped(cue.lines)}\n" for cue in cues(transcript))
    return "\n".join(["WEBVTT\n", *blocks])


def as_text(transcript: Transcript) -> str:
    """Plain text to paste anywhere: a paragraph for each utterance, no times."""
    paragraphs = filter(None, (tidy(spoken.text) for spoken in transcript.utterances))
    return "\n".join(f"{paragraph}\n" for paragraph in paragraphs)


@dataclass(frozen=True, slots=True)
class Format:
    """How a transcript is written, and what the file is called on the wire."""

    content_type: str
    written: Callable[[Transcript], str]


Form = Literal["json", "srt", "vtt", "txt"]
FORMATS: dict[Form, Format] = {
    "json": Format("application/json", as_json),
    "srt": Format("application/x-subrip; charset=utf-8", as_srt),
    "vtt": Format("text/vtt; charset=utf-8", as_vtt),
    "txt": Format("text/plain; charset=utf-8", as_text),
}
"""By the extension of the file. All are UTF-8 with line feeds."""


def _time(milliseconds: int, point: str) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{thousandths:03}"


def _without_arrows(lines: tuple[str, ...]) -> str:
    return "\n".join(lines).replace("-->", "-- >")


def _escaped(lines: tuple[str, ...]) -> str:
    return "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
