"""The live sessions that the plan allows, shared by all copies of the server.

One row says who holds them and until when. Whoever holds one says so again and again; one that a dead process left
is ended at the engine before it is taken, so that never more are open than are allowed.
"""

import asyncio
import contextlib
import datetime as dt
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Problem, StaleWrite
from pitchscoop.kernel.state import Put, State

_HELD = dt.timedelta(seconds=45)  # without being said again; clocks of copies may differ by some of it
_RENEW = 10.0  # seconds; four chances
_ATTEMPTS = 100  # stale writes in a row: every recorder of a hall may begin in the same second

Held = dict[str, tuple[int, str]]
"""By owner: until when (microseconds), and the engine's name for the work, empty until it is known."""


@dataclass
class Slot:
    """One live session of the plan. It is lost when ``lost`` is set: then nothing more may be sent to the engine."""

    owner: str
    lost: asyncio.Event
    job: str = ""


class Slots:
    """Takes, keeps and gives back slots."""

    def __init__(
        self, state: State, clock: Clock, at_once: int, end: Callable[[str], Awaitable[None]], *, renew: float = _RENEW
    ) -> None:
        self._state = state
        self._clock = clock
        self._at_once = at_once
        self._end = end
        self._pause = renew
        self._mine: dict[str, Slot] = {}

    async def take(self, owner: str) -> Slot | None:
        """One of the slots; None if all are held.

        Raises:
            Unavailable: state cannot be reached.
        """
        stale: list[str] = []

        def taken(held: Held) -> bool:
            now = micros(self._clock())
            over = {name: job for name, (until, job) in held.items() if until < now}
            stale[:] = [job for job in over.values() if job]
            for name in over:
                del held[name]
            if len(held) >= self._at_once:
                return bool(over)
            held[owner] = (now + _micros(_HELD), "")
            return True

        held = await self._change(taken)
        for job in stale:
            with contextlib.suppress(Problem):  # the engine cannot be reached: then nothing is begun there either
                await self._end(job)
        if held is None or owner not in held:
            return None
        self._mine[owner] = Slot(owner, asyncio.Event())
        return self._mine[owner]

    async def name(self, slot: Slot, job: str) -> None:
        """Write down what the engine calls the work, for whoever has to end it in our place."""
        slot.job = job
        await self._renew()

    async def give_back(self, slot: Slot) -> None:
        """The work has ended at the engine."""
        self._mine.pop(slot.owner, None)
        with contextlib.suppress(Problem):  # then it ends by itself
            await self._change(lambda held: held.pop(slot.owner, None) is not None)

    async def keep(self) -> None:
        """Say again and again that ours are held, until cancelled."""
        while True:
            await asyncio.sleep(self._pause)
            if self._mine:
                with contextlib.suppress(Problem):
                    await self._renew()

    async def _renew(self) -> None:
        mine = list(self._mine.values())  # before the look: one that is taken during it is not in what is read

        def renewed(held: Held) -> bool:
            until = micros(self._clock()) + _micros(_HELD)
            held.update((slot.owner, (until, slot.job)) for slot in mine if slot.owner in held)
            return True

        held = await self._change(renewed)
        for slot in mine:
            if held is not None and slot.owner not in held:
                slot.lost.set()

    async def _change(self, decide: Callable[[Held], bool]) -> Held | None:
        """Apply ``decide`` to who holds what until it fits; it says whether there is anything to write.

        None where others were faster again and again: nothing was changed.
        """
        for _ in range(_ATTEMPTS):
            row = await self._state.read(keys.live_slots())
            held: Held = {name: tuple(json.loads(value)) for name, value in row.fields.items()} if row else {}
            if not decide(held):
                return held
            fields = {name: json.dumps(value) for name, value in held.items()}
            try:
                await self._state.commit(None, [Put(keys.live_slots(), row.version if row else 0, fields)])
            except StaleWrite:
                continue
            return held
        return None


def _micros(span: dt.timedelta) -> int:
    return span // dt.timedelta(microseconds=1)
