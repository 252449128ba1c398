"""Tasks end, also where a cancellation is hidden."""

import asyncio
import contextlib

from pitchscoop.kernel.tasks import ended


async def test_a_task_that_loses_a_cancellation_ends_all_the_same() -> None:
    lost = 0

    async def deaf() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if lost:
                    raise
                lost += 1

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        (result,) = await ended(task)
    assert (lost, type(result)) == (1, asyncio.CancelledError)


async def test_what_became_of_them_is_told() -> None:
    async def fails() -> None:
        raise LookupError

    done, failed = asyncio.create_task(asyncio.sleep(0, "done")), asyncio.create_task(fails())
    with contextlib.suppress(LookupError):
        await asyncio.gather(done, failed)
    first, second = await ended(done, failed)
    assert (first, type(second)) == ("done", LookupError)
