"""What the tests of ``kernel.state.State`` share."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import pytest

from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import utc_now
from pitchscoop.kernel.errors import StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Put, State

EVENT = "boston"
KEY = keys.event(EVENT)
INDEX = keys.sessions_index(EVENT)
DONE = keys.sessions_index(EVENT, "status", "completed")

Open = Callable[[], Awaitable[State]]


def team(number: int) -> str:
    return keys.team(EVENT, f"{number:03d}")


def fact(name: str = "team_joined", subject: str = "anna") -> Fact:
    return Fact(name, EVENT, subject, utc_now().isoformat(), {"text": "Ünï ☃", "number": 1.5, "yes": True, "no": None})


async def refused(attempt: Awaitable[None]) -> None:
    with pytest.raises(StaleWrite):
        await attempt


def without_position(found: Fact) -> Fact:
    return Fact(found.name, found.event_id, found.subject, found.at, found.data)


async def names(state: State, index: str) -> list[str]:
    return [placed.row.key for placed in await state.page(index, None, 1000)]


class Follower:
    """Listens through one instance, and knows from when on."""

    def __init__(self, state: State) -> None:
        self.heard: list[Fact] = []
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._listen(state))

    async def _listen(self, state: State) -> None:
        async for found in state.follow():
            if found.event_id == EVENT:
                self.heard.append(found)
                self._news.set()

    async def ready(self, speaker: State) -> None:
        """Wait until it hears."""
        async with asyncio.timeout(15):
            while not self.heard:
                await speaker.commit(EVENT, [], [fact("marker")])
                await asyncio.sleep(0.05)

    async def hears(self, names: Sequence[str], within: float = 5) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while len(self.names()) < len(names):
                    self._news.clear()
                    await self._news.wait()
        assert self.names() == list(names)

    def names(self) -> list[str]:
        return [found.name for found in self.heard if found.name != "marker"]

    async def stop(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


CALLS: dict[str, Callable[[State], Awaitable[object]]] = {
    "read": lambda state: state.read(KEY),
    "commit": lambda state: state.commit(EVENT, [Put(KEY, 0, {})]),
    "page": lambda state: state.page(INDEX, None, 10),
    "next page": lambda state: state.page(INDEX, (1, KEY), 10),
    "count": lambda state: state.count(INDEX),
    "event_ids": lambda state: state.event_ids(),
    "walk": lambda state: anext(state.walk()),
    "facts": lambda state: state.facts(EVENT),
    "latest": lambda state: state.latest(EVENT),
    "last_fact": lambda state: state.last_fact(EVENT),
    "due": lambda state: state.due(1, 10),
    "claim": lambda state: state.claim(Due(EVENT, "s", 1), 2),
    "let go": lambda state: state.claim(Due(EVENT, "s", 1), None),
    "remember": lambda state: state.remember("once:x", "", 60),
    "swap": lambda state: state.swap("once:x", "", "", 60),
    "recall": lambda state: state.recall("once:x"),
    "forget": lambda state: state.forget("once:x"),
    "check": lambda state: state.check(),
}


async def unavailable(attempt: Awaitable[object], within: float = 3) -> Unavailable:
    with pytest.raises(Unavailable) as raised:
        await asyncio.wait_for(attempt, within)
    return raised.value
