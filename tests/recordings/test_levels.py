"""How loud it is, told from segments of any length, each read once."""

import random
from array import array
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pitchscoop.adapters.disk import DiskAudioStorage
from pitchscoop.kernel import keys
from pitchscoop.recordings import intake
from pitchscoop.recordings.levels import _LOOK_BACK, BARS, Levels

RATE = 16000
FOLDER = keys.segments("s")


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[DiskAudioStorage]:
    storage = DiskAudioStorage(tmp_path, b"k" * 32)
    yield storage
    await storage.close()


def spoken(seconds: float, loudest: int = 32_767) -> bytes:
    chance = random.Random(1)
    return array("h", [chance.randint(-loudest, loudest) for _ in range(int(seconds * RATE))]).tobytes()


def peaks(audio: bytes) -> list[int]:
    samples = array("h", audio)
    step = RATE // BARS
    return [max(abs(sample) for sample in samples[at : at + step]) for at in range(0, len(samples), step)]


async def stored(storage: DiskAudioStorage, audio: bytes, longest: int = 20_000) -> None:
    chance, at = random.Random(2), 0
    while at < len(audio):
        piece = audio[at : at + 2 * chance.randint(1, longest)]
        assert await storage.create_audio(keys.segment(FOLDER, at), piece)
        at += len(piece)


async def test_bars_are_the_same_however_it_was_cut(storage: DiskAudioStorage) -> None:
    audio = spoken(5.3)
    await stored(storage, audio)
    found = await Levels(storage).newest(await intake.durable(storage, FOLDER), RATE)
    assert (found.first, list(found.heights)) == (0, peaks(audio))


async def test_the_newest_seconds_are_told_and_what_was_read_is_not_read_again(storage: DiskAudioStorage) -> None:
    audio = spoken(40)
    await stored(storage, audio)
    levels = Levels(storage)
    found = await levels.newest(await intake.durable(storage, FOLDER), RATE)
    whole = peaks(audio)
    assert _LOOK_BACK * BARS <= len(found.heights) <= (_LOOK_BACK + 2) * BARS
    assert list(found.heights)[1:] == whole[found.first + 1 :]  # the first bar may begin before the first segment
    known = await intake.durable(storage, FOLDER)
    await storage.delete_audio(FOLDER)
    assert await levels.newest(known, RATE) == found


async def test_nothing_yet_and_what_is_gone_meanwhile(storage: DiskAudioStorage) -> None:
    levels = Levels(storage)
    assert (await levels.newest(await intake.durable(storage, FOLDER), RATE)).heights == ()
    await stored(storage, spoken(2))
    known = await intake.durable(storage, FOLDER)
    await storage.delete_audio(FOLDER)
    assert (await levels.newest(known, RATE)).heights == ()


async def test_silence_and_the_lowest_sample(storage: DiskAudioStorage) -> None:
    await stored(storage, bytes(RATE) + array("h", [-32_768] * (RATE // 2)).tobytes(), longest=RATE)
    found = await Levels(storage).newest(await intake.durable(storage, FOLDER), RATE)
    assert found.heights == (0, 0, 0, 0, 32_768, 32_768, 32_768, 32_768)
