"""A bell wakes all who wait, once, and a few at a time."""

import asyncio
import contextlib

from pitchscoop.kernel.bell import Bell

REST = 0.02


async def waiting(bell: Bell, woken: list[int], number: int, heard: int = 0) -> None:
    await bell.wait(heard)
    woken.append(number)


async def test_all_are_woken_in_their_order_and_a_few_at_a_time() -> None:
    bell, woken, sizes = Bell(3, REST), list[int](), list[int]()
    tasks = [asyncio.create_task(waiting(bell, woken, number)) for number in range(10)]
    await asyncio.sleep(0)
    bell.ring()
    while len(woken) < len(tasks):
        await asyncio.sleep(0)
        sizes.append(len(woken))
    assert woken == list(range(10))
    assert {0, 3, 6, 9, 10} >= set(sizes) >= {3, 6, 9, 10}


async def test_who_has_not_heard_a_ring_does_not_wait() -> None:
    bell, woken = Bell(3, REST), list[int]()
    bell.ring()
    await asyncio.wait_for(waiting(bell, woken, 1, heard=0), 1)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(waiting(bell, woken, 2, heard=1), 5 * REST)
    assert woken == [1]


async def test_who_waits_again_while_others_are_woken_is_not_woken_twice() -> None:
    bell, woken = Bell(1, REST), list[int]()

    async def twice(number: int) -> None:
        await waiting(bell, woken, number)
        await waiting(bell, woken, number, heard=1)

    tasks = [asyncio.create_task(twice(number)) for number in range(3)]
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.sleep(6 * REST)
    assert woken == [0, 1, 2]
    bell.ring()
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    assert woken == [0, 1, 2, 0, 1, 2]


async def test_a_ring_while_others_are_woken_reaches_those_who_wait_again() -> None:
    bell, woken = Bell(1, REST), list[int]()
    tasks = [asyncio.create_task(waiting(bell, woken, number)) for number in range(3)]
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.sleep(REST / 2)
    again = asyncio.create_task(waiting(bell, woken, 9, heard=1))
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.wait_for(asyncio.gather(again, *tasks), 5)
    assert woken == [0, 1, 2, 9]


async def test_who_waits_no_longer_is_forgotten_and_holds_nobody_up() -> None:
    bell, woken = Bell(1, 1), list[int]()
    early, late = ([asyncio.create_task(waiting(bell, woken, number)) for number in range(50)] for _ in range(2))
    await asyncio.sleep(0)
    for task in early:
        task.cancel()
    await asyncio.sleep(0)
    assert len(bell._waiting) == len(late)
    stays = asyncio.create_task(waiting(bell, woken, 99))
    await asyncio.sleep(0)
    bell.ring()
    for task in late:
        task.cancel()
    await asyncio.wait_for(stays, 5)  # with a rest for each of them it would be fifty seconds
    assert woken == [99]
