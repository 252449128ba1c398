"""One key has one effect, however long the first call takes and whatever becomes of its server."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from pitchscoop.access import answers as keeping
from pitchscoop.access.answers import Answer, Answers, Call
from pitchscoop.adapters.sqlite import SqliteState
from pitchscoop.doors import problems
from pitchscoop.doors.idempotency import IdempotentRoute
from pitchscoop.kernel.clock import utc_now
from pitchscoop.kernel.errors import Conflict
from tests.servers.app import ADMIN
from tests.servers.place import Place

SECRET = b"the secret of these tests"
ANSWER = Answer(200, "text/plain", b"first")


class Time:
    """A clock that is moved by hand, and states that go by it; one of them is ten seconds ahead."""

    def __init__(self) -> None:
        self.now = utc_now()
        self.state: SqliteState
        self._ahead: SqliteState

    async def open(self, path: Path) -> None:
        self.state = await SqliteState.open(path, lambda: self.now)
        self._ahead = await SqliteState.open(path, lambda: self.now + dt.timedelta(seconds=10))

    async def close(self) -> None:
        await self.state.close()
        await self._ahead.close()

    async def pass_by(self, note: str) -> None:
        """Ten seconds, and then until this note has as many left, or nobody renews it."""
        self.now += dt.timedelta(seconds=10)
        async with asyncio.timeout(20):
            while await self._ahead.recall(note) is None:  # noqa: ASYNC110  it is in a file that others write
                await asyncio.sleep(0.01)


@pytest.fixture
async def time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Time]:
    monkeypatch.setattr(keeping, "_RENEWED", 0.01)
    made = Time()
    await made.open(tmp_path / "answers.db")
    yield made
    await made.close()


async def _begun(answers: Answers) -> Call:
    begun = await answers.begin("somebody", "POST /x", "a-key", b"{}")
    assert isinstance(begun, Call)
    return begun


async def test_a_key_is_taken_for_as_long_as_its_call_takes_and_free_soon_after_its_server_died(time: Time) -> None:
    answers = Answers(time.state, SECRET)
    first = await _begun(answers)
    async with answers.under_way(first):
        for _ in range(3):
            await time.pass_by(first.note)
            with pytest.raises(Conflict) as refused:
                await _begun(answers)
            assert refused.value.code == "idempotency_in_progress"
    time.now += dt.timedelta(seconds=15)
    await _begun(answers)


async def _finished(answers: Answers, call: Call) -> None:
    await answers.finish(call, ANSWER)


@pytest.mark.parametrize("end", [Answers.abandon, _finished])
async def test_a_call_that_was_thought_dead_touches_no_key_that_another_has_taken(
    time: Time, end: Callable[[Answers, Call], Awaitable[None]]
) -> None:
    answers = Answers(time.state, SECRET)
    first = await _begun(answers)
    time.now += dt.timedelta(seconds=15)
    second = await _begun(answers)
    await end(answers, first)
    with pytest.raises(Conflict, match="being answered now"):
        await _begun(answers)
    await answers.finish(second, Answer(200, "text/plain", b"second"))
    await end(answers, first)
    again = await answers.begin("somebody", "POST /x", "a-key", b"{}")
    assert isinstance(again, Answer)
    assert again.body == b"second"


async def test_an_answer_that_comes_after_its_note_has_gone_is_kept(time: Time) -> None:
    answers = Answers(time.state, SECRET)
    first = await _begun(answers)
    time.now += dt.timedelta(seconds=15)
    await answers.finish(first, ANSWER)
    assert await answers.begin("somebody", "POST /x", "a-key", b"{}") == ANSWER


async def test_a_slow_route_is_run_once(time: Time, place_of: Callable[[str], Place]) -> None:
    router = APIRouter(route_class=IdempotentRoute)
    going, done, calls = asyncio.Event(), asyncio.Event(), 0

    @router.post("/slow")
    async def _slow() -> int:
        nonlocal calls
        calls += 1
        going.set()
        await done.wait()
        return calls

    async with place_of("embedded").parts() as parts:
        app = FastAPI()
        app.include_router(router)
        problems.install(app, {})
        app.state.engine, app.state.answers = parts.engine, Answers(time.state, SECRET)
        headers = {"Authorization": f"Bearer {ADMIN}", "Idempotency-Key": "a-key"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
            first = asyncio.create_task(client.post("/slow"))
            await going.wait()
            ((note,),) = await time.state._query("SELECT key FROM note")
            for _ in range(3):
                await time.pass_by(note)
                assert (await client.post("/slow")).status_code == 409
            done.set()
            assert [(await first).text, (await client.post("/slow")).text] == ["1", "1"]
