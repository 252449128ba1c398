"""What is computed in a process of its own comes back, and whatever becomes of the process is told."""

import asyncio
import contextlib
import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from pitchscoop.kernel.apart import Apart, Failed, Lost

_CALLER = """
import asyncio, os
from pitchscoop.kernel.apart import Apart

async def main():
    print(await Apart(10).call(os.getpid), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
async def apart() -> AsyncIterator[Apart]:
    made = Apart(10)
    yield made
    await made.close()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_function_runs_elsewhere_and_its_result_comes_back(apart: Apart) -> None:
    there = await apart.call(os.getpid)
    assert there != os.getpid()
    assert await apart.call(operator.mul, b"sound", 500_000) == b"sound" * 500_000  # more than a pipe holds
    assert await apart.call(os.getpid) == there


async def test_many_who_call_at_once_get_their_own(apart: Apart) -> None:
    assert await asyncio.gather(*(apart.call(operator.mul, n, n) for n in range(50))) == [n * n for n in range(50)]


async def test_what_a_function_raises_is_told_and_ends_nothing(apart: Apart) -> None:
    there = await apart.call(os.getpid)
    with pytest.raises(Failed, match="ZeroDivisionError"):
        await apart.call(operator.truediv, 1, 0)
    assert await apart.call(os.getpid) == there


async def test_what_a_function_prints_is_no_answer(apart: Apart) -> None:
    assert await apart.call(os.write, 1, b"hello") == 5


async def test_after_kill_9_the_next_call_starts_another(apart: Apart) -> None:
    there = await apart.call(os.getpid)
    os.kill(there, signal.SIGKILL)
    with contextlib.suppress(Lost):  # not where its end was seen before
        await apart.call(os.getpid)
    assert await apart.call(os.getpid) != there


async def _after_an_idle_death() -> None:
    apart = Apart(10)
    try:
        there = await apart.call(os.getpid)
        os.kill(there, signal.SIGKILL)
        await asyncio.sleep(0.3)  # its end is seen before the next call
        assert await apart.call(os.getpid) != there
        os.kill(await apart.call(os.getpid), signal.SIGKILL)
        with contextlib.suppress(Lost):  # it mostly is not
            await apart.call(os.getpid)
        assert await apart.call(operator.add, 1, 1) == 2
    finally:  # a loop of uvloop is not closed before its processes have ended
        await apart.close()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_after_a_death_unseen_or_seen_it_goes_on(run: Callable[[Coroutine[Any, Any, None]], None]) -> None:
    run(_after_an_idle_death())


async def test_a_long_answer_that_nobody_waits_for_holds_up_nobody(apart: Apart) -> None:
    asking = asyncio.create_task(apart.call(operator.mul, b"x", 50_000_000))
    await asyncio.sleep(0.5)  # some megabytes are there, and nobody takes them
    asking.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(asking, return_exceptions=True)
        assert await apart.call(operator.add, 1, 1) == 2


async def test_closed_while_it_starts_it_ends() -> None:
    for pause in range(12):
        apart = Apart(10)
        asking = asyncio.create_task(apart.call(time.sleep, 60))
        await asyncio.sleep(pause / 1000)
        async with asyncio.timeout(5):
            await apart.close()
            with pytest.raises(Lost):
                await asking


async def test_one_that_hangs_is_given_up() -> None:
    apart = Apart(2)
    with pytest.raises(Lost):
        await apart.call(time.sleep, 60)
    assert await apart.call(operator.add, 1, 1) == 2  # its start is within the two seconds
    await apart.close()


async def test_an_answer_nobody_waited_for_is_not_the_next_ones(apart: Apart) -> None:
    await apart.call(os.getpid)
    asking = asyncio.create_task(apart.call(time.sleep, 0.3))
    await asyncio.sleep(0.1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert await apart.call(operator.add, 1, 1) == 2


async def test_closed_it_starts_no_more() -> None:
    apart = Apart(10)
    there = await apart.call(os.getpid)
    await apart.close()
    await apart.close()
    assert not _alive(there)
    with pytest.raises(Lost):
        await apart.call(os.getpid)


async def test_it_finds_no_secret_of_ours_and_does_not_hear_ctrl_c(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PITCHSCOOP_SECRET", "sesame")
    there = await apart.call(os.getpid)
    environ = await asyncio.to_thread(Path(f"/proc/{there}/environ").read_text, "latin-1")
    assert "OPENBLAS" in environ
    assert "sesame" not in environ
    assert await apart.call(os.getsid, 0) == there  # a session of its own: no terminal signals it


def test_it_ends_with_its_caller() -> None:
    caller = subprocess.Popen([sys.executable, "-c", _CALLER], stdout=subprocess.PIPE)
    assert caller.stdout
    there = int(caller.stdout.readline())
    assert _alive(there)
    caller.kill()
    caller.wait()
    caller.stdout.close()
    for _ in range(100):
        if not _alive(there):
            return
        time.sleep(0.05)
    pytest.fail("it goes on without its caller")
