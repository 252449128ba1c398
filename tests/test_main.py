"""What runs beside requests."""

import asyncio

import pytest

from pitchscoop import main


async def test_work_that_ends_by_an_error_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "_AGAIN", 0)
    begun = 0

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun < 3:
            raise ValueError("a row that nobody foresaw")

    async with asyncio.timeout(5):
        await main._kept_up(work)
    assert begun == 3
