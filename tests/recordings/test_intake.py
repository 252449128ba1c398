"""Two writers of one chain, and the bytes that come while others are being written."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pitchscoop.adapters.disk import DiskAudioStorage
from pitchscoop.kernel.errors import Overtaken, Problem
from pitchscoop.recordings import intake
from pitchscoop.recordings.intake import Intake

FOLDER = "sessions/a/segments/"
SOUND = random.Random(7).randbytes(1000)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[DiskAudioStorage]:
    opened = DiskAudioStorage(tmp_path, b"key")
    yield opened
    await opened.close()


async def writer(storage: DiskAudioStorage) -> Intake:
    return Intake(storage, FOLDER, await intake.durable(storage, FOLDER))


async def stored(storage: DiskAudioStorage) -> bytes:
    chain = await intake.durable(storage, FOLDER)
    parts = [part for piece in chain.pieces async for part in storage.read_audio(piece.key, piece.skip)]
    return b"".join(parts)


@pytest.mark.parametrize("faster", [1, 99, 100, 101, 250, 300, 400])
async def test_the_slower_of_two_writers_goes_on_where_the_faster_one_ended(
    storage: DiskAudioStorage, faster: int
) -> None:
    slow, fast = await writer(storage), await writer(storage)
    for start in range(0, 300, 100):
        slow.take(start, SOUND[start : start + 100])
    fast.take(0, SOUND[:faster])
    await fast.flush()
    assert await slow.flush() == faster
    assert (slow.waiting, slow.received) == (max(0, 300 - faster), max(300, faster))
    slow.take(250, SOUND[250:500])
    while slow.waiting:
        await slow.flush()
    assert await stored(storage) == SOUND[:500]


@pytest.mark.parametrize("paused", [False, True])
async def test_another_speakers_words_are_not_taken_for_ones_own(storage: DiskAudioStorage, *, paused: bool) -> None:
    slow, fast = await writer(storage), await writer(storage)
    fast.take(0, SOUND[500:700])
    await fast.flush()
    fast.take(200, SOUND[700:800])
    await fast.flush()
    slow.take(0, SOUND[500:650] + SOUND[:100])
    if paused:
        slow._read_at -= intake.FRESH + 1
    for _ in range(2):
        with pytest.raises(Overtaken):
            await slow.flush()
    assert slow.durable == 0
    assert await stored(storage) == SOUND[500:800]


async def test_what_one_had_sent_before_is_ones_own_although_less_of_it_was_kept(storage: DiskAudioStorage) -> None:
    before = await writer(storage)
    after = Intake(storage, FOLDER, await intake.durable(storage, FOLDER), sent=200)
    before.take(0, SOUND[:200])
    await before.flush()  # late: whoever came back has been told that nothing is there
    after.take(0, SOUND[:100] + bytes(100) + SOUND[200:300])
    while after.waiting:
        await after.flush()
    assert await stored(storage) == SOUND[:300]


async def test_what_comes_during_a_write_is_kept_for_the_next(storage: DiskAudioStorage) -> None:
    one = await writer(storage)
    one.take(0, SOUND[:100])
    writing = asyncio.create_task(one.flush())
    await asyncio.sleep(0)
    assert one.take(80, SOUND[80:300])
    assert one.received == 300
    assert await writing == 100
    assert await one.flush() == 300
    assert await stored(storage) == SOUND[:300]
    assert not one.take(301, SOUND[301:])


async def test_nothing_is_lost_by_a_write_that_fails(storage: DiskAudioStorage, tmp_path: Path) -> None:
    one = await writer(storage)
    one.take(0, SOUND[:100])
    (tmp_path / "sessions").write_bytes(b"no folder")
    for _ in range(2):
        with pytest.raises(Problem):
            await one.flush()
    (tmp_path / "sessions").unlink()
    one.take(100, SOUND[100:200])
    assert await one.flush() == 200
    assert await stored(storage) == SOUND[:200]
