"""Streams of obstore, let go of only when they wait for nothing."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, TypeVar

T = TypeVar("T")

_waiting: set["asyncio.Task[Any]"] = set()  # the loop itself holds tasks only weakly


async def steadily(stream: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """What a stream gives; whoever leaves amid a wait lets the wait go on without them, for as long as it is patient.

    A stream that goes while a request of its own is under way gives the connection back on a thread that is none of its
    runtime's. There hyper-util's pool panics with its lock held (``Pooled::drop``, ``spawn_idle_interval``), and every
    later request of that client with it: storage would be away until somebody starts the server anew.
    """
    while True:
        coming = asyncio.create_task(_next(stream))
        _waiting.add(coming)
        coming.add_done_callback(_over)
        found = await asyncio.shield(coming)
        if not found:
            return
        yield found[0]


async def _next(stream: AsyncIterator[T]) -> tuple[T] | None:
    """A task cannot end with StopAsyncIteration."""
    try:
        return (await anext(stream),)
    except StopAsyncIteration:
        return None


def _over(done: "asyncio.Task[Any]") -> None:
    _waiting.discard(done)
    if not done.cancelled():
        done.exception()  # whoever waits is told; whoever left does not care
