"""``pitchscoop demo``: an event filled with pitches that can be played, to look around in."""

import random
from collections.abc import AsyncIterator, Callable

import numpy as np
from numpy.typing import NDArray

from pitchscoop.access.model import Principal
from pitchscoop.engine import Engine
from pitchscoop.recordings.model import Session, wav_header

PITCHES = (
    ("Grandmother Tongue", "A phone call that keeps a dialect alive"),
    ("Kelpline", "Crop insurance for seaweed, priced from orbit"),
    ("Loud Rooms", "A hearing test hidden in a pub quiz"),
    ("Tidewatch", "Sand that tells where it came from"),
    ("Second Shift", "Night buses that follow the people who clean"),
    ("Ørsted & Daughters", "District heat from the bakery next door"),
    ("فريق المناخ والذاكرة", "خريطة للظل في مدن حارة"),
    ("Paper Trail", "Every permit in one envelope"),
    ("Hive Mind", "Listening to hives instead of opening them"),
    ("Slow Fashion Post", "One coat, forty owners, one ledger"),
    ("Nachtigall", "Vogelstimmen gegen Schlaflosigkeit"),
    ("Borrowed Time", "A library of tools that reminds itself"),
)
"""Teams and titles of scripts and lengths as real events have them."""

_RATE = 16_000  # Hz
_PHRASE = (6, 18)  # syllables between breaths
_SYLLABLE = (0.12, 0.26)  # seconds
_BREATH = (0.25, 0.9)  # seconds
_VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
"""Formants in Hz (Peterson and Barney, 1952)."""


async def fill(engine: Engine, who: Principal, event_id: str | None, say: Callable[[str], None]) -> list[Session]:
    """Record all pitches; they are finished by a worker as any others are."""
    sessions = []
    for number, (team, title) in enumerate(PITCHES):
        chance = random.Random(number)  # noqa: S311  the same demo each time, and nothing secret
        samples = _babble(chance, chance.uniform(20, 60))
        audio = wav_header(len(samples), _RATE) + samples
        session = await engine.start(who, team, title, event_id)
        sessions.append(await engine.attach(who, session.session_id, _once(audio), len(audio), "pitch.wav"))
        say(f"{team}: {title}")
    return sessions


def _babble(chance: random.Random, seconds: float) -> bytes:
    """Something that sounds like somebody speaking in the next room, as 16-bit samples."""
    pitch = chance.uniform(95, 210)
    parts: list[NDArray[np.float64]] = []
    length = 0
    while length < seconds * _RATE:
        parts += [_syllable(chance, pitch * chance.uniform(0.88, 1.15)) for _ in range(chance.randint(*_PHRASE))]
        parts.append(np.zeros(int(chance.uniform(*_BREATH) * _RATE)))
        length = sum(map(len, parts))
    sound = np.concatenate(parts)[: int(seconds * _RATE)]
    return bytes((sound / np.abs(sound).max() * 20_000).astype("<i2"))


def _syllable(chance: random.Random, pitch: float) -> NDArray[np.float64]:
    """Harmonics of a voice, as loud as a vowel's formants make them, rising and falling."""
    moments = np.arange(int(chance.uniform(*_SYLLABLE) * _RATE)) / _RATE
    formants = chance.choice(_VOWELS)
    sound = np.zeros_like(moments)
    for harmonic in np.arange(1, 3600 / pitch) * pitch:
        loudness = sum(np.exp(-(((harmonic - formant) / 120) ** 2)) / (1 + n) for n, formant in enumerate(formants))
        sound += (loudness + 0.02) * np.sin(2 * np.pi * harmonic * moments)
    return sound * np.hanning(len(moments)) * chance.uniform(0.4, 1)


async def _once(audio: bytes) -> AsyncIterator[bytes]:
    yield audio
