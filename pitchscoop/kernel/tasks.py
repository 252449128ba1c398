"""Tasks that are to end, and do."""

import asyncio
from typing import Any

_AGAIN = 1.0  # seconds


async def ended(*tasks: "asyncio.Task[Any]") -> list[Any]:
    """Cancel tasks and wait until they have ended; what became of each, as from ``gather`` with its exceptions.

    They are cancelled again and again: ``asyncio.wait_for`` hides a cancellation that comes in the moment its work is
    done (before Python 3.12, https://github.com/python/cpython/issues/86296), and redis-py writes with it. A task that
    goes round would go on for ever, and so would whoever waits for its end.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN)
    return await asyncio.gather(*tasks, return_exceptions=True)
