"""Requests that nobody waits for any more leave the client whole; and one that broke is replaced."""

import asyncio
import gc
from collections.abc import AsyncIterator

import obstore
import pytest

from pitchscoop.adapters.minio import MinIOAudioStorage
from pitchscoop.kernel.errors import Unavailable
from tests.faults.wire import Wire
from tests.servers.s3 import S3


@pytest.fixture
async def wire(minio: S3) -> AsyncIterator[Wire]:
    laid = Wire([int(minio.endpoint.rpartition(":")[2])])
    await laid.open()
    yield laid
    await laid.close()


def through(wire: Wire, minio: S3) -> MinIOAudioStorage:
    """A client that has made no request yet: the first connection it gives back is what may break it."""
    return MinIOAudioStorage(
        f"127.0.0.1:{wire.port}",
        minio.access_key,
        minio.secret_key,
        bucket="cancelled",
        region="us-east-1",
        secure=False,
        public_url=None,
    )


async def left(wire: Wire, waiting: "asyncio.Task[object]") -> None:
    """Whoever waits leaves while the answer is on the way, and what was waited for goes when it has come."""
    await asyncio.sleep(0.2)
    waiting.cancel()
    held = None
    try:
        await waiting
    except asyncio.CancelledError as cancelled:
        held = cancelled
    wire.flowing.set()
    await asyncio.sleep(0.3)
    del held


async def test_a_list_that_nobody_waits_for_any_more_leaves_the_client_whole(wire: Wire, minio: S3) -> None:
    for _ in range(3):
        storage = through(wire, minio)
        await storage.check()
        wire.flowing.clear()
        await left(wire, asyncio.create_task(storage.list_audio("a/")))
        gc.collect()
        await storage.create_audio("a/1", b"sound")
        assert [stored.key for stored in await storage.list_audio("a/")] == ["a/1"]


async def test_whoever_reads_may_leave(wire: Wire, minio: S3) -> None:
    storage = through(wire, minio)
    await storage.check()
    await storage.upload_audio("b/1", bytes(8 << 20), "audio/wav")
    for _ in range(3):
        reader = storage.read_audio("b/1")
        await anext(reader)
        wire.flowing.clear()

        async def rest(reader: AsyncIterator[bytes] = reader) -> int:
            return sum([len(piece) async for piece in reader])

        await left(wire, asyncio.create_task(rest()))
        gc.collect()
        assert sum([len(piece) async for piece in storage.read_audio("b/1")]) == 8 << 20


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_client_that_broke_is_replaced(wire: Wire, minio: S3) -> None:
    storage = through(wire, minio)
    await storage.check()
    wire.flowing.clear()

    async def listing() -> None:
        stream = obstore.list(storage._store, "c/")  # goes with what the cancellation holds on to
        async for _ in stream:
            pass

    await left(wire, asyncio.create_task(listing()))
    gc.collect()
    with pytest.raises(Unavailable):  # the one that meets it
        await storage.create_audio("c/1", b"sound")
    assert await storage.create_audio("c/2", b"sound")
    assert await storage.list_audio("c/")
