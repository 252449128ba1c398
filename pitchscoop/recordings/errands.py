"""What workers do beside finishing recordings: one kind of work, of which each piece is held by one worker.

As with recordings, there is no queue: what is to be done has a due time, a worker claims it and keeps it while it
works, and when the worker dies another goes on.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable, Collection

import structlog

from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import NotFound, Unavailable
from pitchscoop.kernel.state import Due, State, Work
from pitchscoop.kernel.tasks import ended
from pitchscoop.recordings.lease import Lease

_AGAIN = dt.timedelta(seconds=10)  # after an outage or an unforeseen error
_SWEEP = 2.0  # seconds between looks without a wake-up
_LOOK = 32  # due times read at a time

log = structlog.get_logger(__name__)


class Errands:
    """Does what is due of one kind of work, so many pieces at once in this process.

    ``do`` gets the ids of event and session, and says in how long the same is to be looked at again; None: it need not.
    ``waking`` are the names of facts after which there may be something to do.
    """

    def __init__(
        self,
        state: State,
        clock: Clock,
        work: Work,
        do: Callable[[str, str], Awaitable[dt.timedelta | None]],
        *,
        at_once: int,
        waking: Collection[str],
    ) -> None:
        self._state = state
        self._clock = clock
        self._kind = work
        self._do = do
        self._at_once = at_once
        self._waking = waking
        self._wake = asyncio.Event()
        self._working: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                self._wake.clear()
                await self._begin_due()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _SWEEP)
        finally:
            await ended(listening, *self._working.values())

    async def _listen(self) -> None:
        async for fact in self._state.follow():
            if fact.name in self._waking:
                self._wake.set()

    async def _begin_due(self) -> None:
        with contextlib.suppress(Unavailable):
            for seen in await self._state.due(micros(self._clock()), _LOOK, self._kind):
                if len(self._working) >= self._at_once:
                    return
                if seen.session_id in self._working:
                    continue
                if (lease := await Lease.take(self._state, self._clock, seen)) is not None:
                    self._working[seen.session_id] = asyncio.create_task(self._work(seen, lease))

    async def _work(self, seen: Due, lease: Lease) -> None:
        session_id = seen.session_id.rpartition(":")[2]
        try:
            again = await self._do(seen.event_id, session_id)
            await lease.end(micros(self._clock() + again) if again is not None else None)
        except NotFound:  # the session was deleted meanwhile
            await lease.end(None)
        except Exception as error:  # noqa: BLE001  one bad piece of work must not stop the others
            log.warning("work_delayed", work=self._kind, session_id=session_id, error=repr(error))
            await lease.end(micros(self._clock() + _AGAIN))
        finally:
            await lease.stop()
            self._working.pop(seen.session_id, None)
            self._wake.set()
