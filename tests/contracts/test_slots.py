"""The live sessions of the plan, shared by copies of the server, on both kinds of state."""

import asyncio
import datetime as dt

import pytest

from pitchscoop.kernel.clock import utc_now
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.kernel.state import Row, State
from pitchscoop.transcribing.slots import Slots
from tests.contracts.states import Open


class Copy:
    """One copy of the server: its slots, its clock, and what it ended at the engine."""

    def __init__(self, state: State, at_once: int) -> None:
        self.late = dt.timedelta()
        self.ended: list[str] = []
        self.slots = Slots(state, lambda: utc_now() + self.late, at_once, self._end, renew=0.05)

    async def _end(self, job: str) -> None:
        self.ended.append(job)
        if job == "unreachable":
            raise Unavailable("transcriber_unavailable", "The engine cannot be reached.")


@pytest.fixture
async def copies(open_state: Open) -> tuple[Copy, Copy]:
    return Copy(await open_state(), 5), Copy(await open_state(), 5)


async def test_of_many_that_begin_at_once_as_many_get_one_as_there_are(copies: tuple[Copy, Copy]) -> None:
    taken = await asyncio.gather(*(copies[number % 2].slots.take(f"s{number}") for number in range(40)))
    held = [slot for slot in taken if slot]
    assert len(held) == 5
    await copies[int(held[0].owner[-1]) % 2].slots.give_back(held[0])
    assert await copies[1].slots.take("late")
    assert await copies[0].slots.take("later") is None


async def test_what_a_dead_copy_left_is_ended_at_the_engine_first(copies: tuple[Copy, Copy]) -> None:
    dead, alive = copies
    for number in range(5):
        slot = await dead.slots.take(f"s{number}")
        assert slot
        await dead.slots.name(slot, "unreachable" if number == 4 else f"job{number}")
    assert await alive.slots.take("new") is None
    assert alive.ended == []
    alive.late = dt.timedelta(seconds=60)
    assert await alive.slots.take("new")
    assert sorted(alive.ended) == ["job0", "job1", "job2", "job3", "unreachable"]


async def test_whoever_takes_one_while_others_are_renewed_has_not_lost_it(open_state: Open) -> None:
    """What was read before the new one was written must not be taken for news of it."""
    copy = Copy(await open_state(), 5)
    first = await copy.slots.take("first")
    assert first
    read = copy.slots._state.read

    async def slowly(key: str) -> Row | None:
        row = await read(key)
        copy.slots._state.read = read  # type: ignore[method-assign]
        assert await copy.slots.take("second")
        return row

    copy.slots._state.read = slowly  # type: ignore[method-assign]
    await copy.slots.name(first, "job")
    assert not any(slot.lost.is_set() for slot in copy.slots._mine.values())
    assert len(copy.slots._mine) == 2


async def test_what_was_taken_from_a_copy_that_slept_is_known_to_be_lost(copies: tuple[Copy, Copy]) -> None:
    asleep, awake = copies
    slot = await asleep.slots.take("s")
    assert slot
    awake.late = dt.timedelta(seconds=60)
    assert await awake.slots.take("t")  # a minute's sleep, as the others see it
    keeping = asyncio.create_task(asleep.slots.keep())
    async with asyncio.timeout(5):
        await slot.lost.wait()
    keeping.cancel()
