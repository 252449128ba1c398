"""A worker's hold on what it works on: nobody else does, as long as it lives."""

import asyncio
import contextlib
import datetime as dt
from dataclasses import replace

from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.kernel.state import Due, State
from pitchscoop.kernel.tasks import ended

_LEASE = dt.timedelta(seconds=20)  # a dead worker's session is taken up again within 30 s
_RENEW = 6.0  # seconds; three chances within a lease


class Lease:
    """A due time that was moved ahead, and is as long as this is kept."""

    def __init__(self, state: State, clock: Clock, held: Due) -> None:
        self._state = state
        self._clock = clock
        self._held = held
        self._keeping = asyncio.create_task(self._keep())

    @classmethod
    async def take(cls, state: State, clock: Clock, seen: Due) -> "Lease | None":
        """Hold what was seen to be due; None if another was faster."""
        until = micros(clock() + _LEASE)
        try:
            if not await state.claim(seen, until):
                return None
        except Unavailable:
            return None
        return cls(state, clock, replace(seen, at=until))

    async def end(self, at: int | None) -> None:
        """Let go, with another look at ``at`` or none; a look that others asked for meanwhile stays."""
        await self.stop()
        with contextlib.suppress(Unavailable):  # then it is looked at again when the lease is over
            await self._state.claim(self._held, at)

    async def stop(self) -> None:
        """Keep it no longer: it ends by itself."""
        await ended(self._keeping)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_RENEW)
            until = micros(self._clock() + _LEASE)
            with contextlib.suppress(Unavailable):
                if await self._state.claim(self._held, until):
                    self._held = replace(self._held, at=until)
