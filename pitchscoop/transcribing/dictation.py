"""Dictation: a judge says a comment instead of typing it. The sound is written down, and kept nowhere."""

import asyncio
import io
import tempfile
import wave
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from pitchscoop.access.model import Principal, Verb
from pitchscoop.events.model import Settings
from pitchscoop.events.service import Events
from pitchscoop.kernel.errors import Conflict, Invalid, TooLarge, Unavailable
from pitchscoop.transcribing.service import NO_ENGINE
from pitchscoop.transcribing.speech import language_of
from pitchscoop.transcripts.ports import Heard, Refused, Speech, Transcriber

LONGEST = 120
"""Seconds: more than anybody says of one pitch at once."""

_SLOWEST, _FASTEST = 8000, 48000  # samples a second
_HEAD = 4096  # bytes that may stand before the samples
MOST = LONGEST * _FASTEST * 2 + _HEAD
"""Bytes of a dictation."""

_AT_ONCE = 4  # in this process: each is held in memory whole, and a panel of judges seldom speaks at once
_COMING = 60.0  # seconds in which the sound arrives: two minutes of it are 4 MB
_PATIENCE = 60.0  # seconds until it is written down: somebody waits with the card in hand
_WHAT = "Send a WAV file of 16-bit samples, mono, 8 to 48 kHz."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Dictated:
    """What was said, empty where nothing was, and in which language as far as the engine tells."""

    text: str
    language: str | None


class Dictation:
    """Has dictated comments written down, by the first engine that can."""

    def __init__(self, events: Events, transcribers: Sequence[Transcriber]) -> None:
        self._events = events
        self._transcribers = transcribers
        self._under_way = set[str | None]()  # judges

    async def write(self, who: Principal, event_id: str, pieces: AsyncIterator[bytes]) -> Dictated:
        """What is said in a short WAV file, for whoever may write a card now.

        Raises:
            Conflict: ``no_transcriber``.
            Invalid: ``bad_audio_data``. TooLarge: ``too_long``.
            Unavailable: ``transcriber_busy`` or ``transcriber_unavailable``: type instead, or send it again.
        """
        event = await self._events.allowed(who, Verb.CARD_WRITE, event_id, judge_id=who.judge_id)
        if not self._transcribers:
            raise Conflict("no_transcriber", f"No engine is set up to write down what is said. {NO_ENGINE}")
        if who.judge_id in self._under_way or len(self._under_way) >= _AT_ONCE:
            raise _later("transcriber_busy", "Others dictate just now, or you do elsewhere.")
        self._under_way.add(who.judge_id)
        try:
            async with asyncio.timeout(_COMING):
                audio = await _gathered(pieces)
            async with asyncio.timeout(_PATIENCE):
                heard = await self._heard(audio, event.settings)
        except TimeoutError:
            raise _later("transcriber_busy", "The network or the engine takes very long.") from None
        except OSError:
            raise _later("transcriber_unavailable", "The server has no room for it just now.") from None
        finally:
            self._under_way.discard(who.judge_id)
        text = " ".join(utterance.text.strip() for utterance in heard.utterances if utterance.text.strip())
        return Dictated(text, heard.language)

    async def _heard(self, audio: bytes, settings: Settings) -> Heard:
        speech = Speech(_rate_of(audio), language_of(settings), forget=True)
        with tempfile.TemporaryDirectory(prefix="pitchscoop-", ignore_cleanup_errors=True) as folder:
            file = Path(folder) / "dictated.wav"
            await asyncio.to_thread(file.write_bytes, audio)
            for transcriber in self._transcribers:
                try:
                    return await transcriber.transcribe(file, speech, None, _begun)
                except (Refused, Unavailable) as problem:
                    log.warning("dictation_failed", engine=transcriber.name, code=problem.code)
        raise _later("transcriber_unavailable", "It could not be written down.")


async def _begun(job: str) -> None:
    """Nobody goes on with a dictation that was interrupted: it is said again."""


async def _gathered(pieces: AsyncIterator[bytes]) -> bytes:
    audio = bytearray()
    async for piece in pieces:
        audio += piece
        if len(audio) > MOST:
            raise _too_long()
    return bytes(audio)


def _rate_of(audio: bytes) -> int:
    """The samples a second of a WAV file that can be dictated from."""
    try:
        wave.open(io.BytesIO(audio[:_HEAD])).close()  # so few bytes hold few chunks to walk past
        with wave.open(io.BytesIO(audio)) as file:
            rate, frames = int(file.getframerate()), int(file.getnframes())
            shape = (file.getnchannels(), file.getsampwidth())
            whole = len(file.readframes(frames)) == frames * shape[0] * shape[1]
    except (wave.Error, EOFError, RuntimeError):  # the last where a chunk claims more than there is
        raise Invalid("bad_audio_data", f"This is no sound that can be read. {_WHAT}") from None
    if shape != (1, 2) or not _SLOWEST <= rate <= _FASTEST or not frames or not whole:
        raise Invalid("bad_audio_data", f"This cannot be written down, or is cut short. {_WHAT}")
    if frames > LONGEST * rate:
        raise _too_long()
    return rate


def _too_long() -> TooLarge:
    return TooLarge("too_long", f"A dictation is at most {LONGEST} seconds long. Say it in parts.")


def _later(code: str, what: str) -> Unavailable:
    return Unavailable(code, f"{what} Type your comment, or try again.")
