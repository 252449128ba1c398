"""Wakes many who wait for the same, a few at a time: all at once they would hold up everybody else."""

import asyncio
from collections import deque


class Bell:
    """Some ``at_once`` are woken, then others have ``rest`` seconds, and so on until all are. ``rung`` counts rings."""

    def __init__(self, at_once: int, rest: float) -> None:
        self.rung = 0
        self._at_once = at_once
        self._rest = rest
        self._waiting: dict[asyncio.Future[None], None] = {}
        self._due: deque[asyncio.Future[None]] = deque()
        self._waking: asyncio.Task[None] | None = None

    async def wait(self, heard: int) -> None:
        """Until it has been rung more often than ``heard``."""
        if self.rung != heard:
            return
        woken = asyncio.get_running_loop().create_future()
        self._waiting[woken] = None
        try:
            await woken
        finally:  # also of who waits no longer
            self._waiting.pop(woken, None)

    def ring(self) -> None:
        """Wake all who wait now."""
        self.rung += 1
        self._due.extend(self._waiting)
        self._waiting.clear()
        if self._waking is None and self._due:
            self._waking = asyncio.create_task(self._wake())

    async def _wake(self) -> None:
        try:
            while some := self._next():
                for woken in some:
                    woken.set_result(None)
                await asyncio.sleep(self._rest)
        finally:
            self._waking = None

    def _next(self) -> list[asyncio.Future[None]]:
        """Some who still wait. Nobody rests for those who do not."""
        some = list[asyncio.Future[None]]()
        while self._due and len(some) < self._at_once:
            if not (woken := self._due.popleft()).done():
                some.append(woken)
        return some
