"""The newest connection wins (design.md 2.4), also over an older one that an outage holds up."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from pitchscoop.access.model import Principal, Role
from pitchscoop.kernel.clock import utc_now
from pitchscoop.kernel.errors import Forbidden
from pitchscoop.main import Parts, application, assembled
from pitchscoop.recordings.connections import Connections
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.service import Sessions
from pitchscoop.settings import load
from tests.faults.wire import Wire
from tests.servers.redis import free_port
from tests.speech import FRAME, heard, pcm


class HeldUp(Sessions):
    """State that is slow to note the first connection, and quick with all that follow."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.engine.state, parts.engine.storage, utc_now)
        self.engine = parts.engine
        self.first = asyncio.Event()  # somebody waits
        self.go = asyncio.Event()
        self.done = asyncio.Event()

    async def connect(self, session_id: str, owner: str, may_follow: Callable[[str | None], bool]) -> Session:
        if self.first.is_set():
            return await super().connect(session_id, owner, may_follow)
        self.first.set()
        await self.go.wait()
        try:
            return await super().connect(session_id, owner, may_follow)
        finally:
            self.done.set()


@contextlib.asynccontextmanager
async def serving(parts: Parts) -> AsyncIterator[int]:
    """A server in this process, and its port."""
    config = uvicorn.Config(
        application(parts, worker=False), port=free_port(), log_level="critical", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield config.port
    server.should_exit = True
    await task


async def closed_with(socket: ClientConnection) -> int | None:
    with contextlib.suppress(ConnectionClosed):
        await heard(socket, "never")
    return socket.close_code


async def say(socket: ClientConnection, start: int, frames: int) -> None:
    for offset in range(start, start + frames * FRAME, FRAME):
        await socket.send(offset.to_bytes(8) + pcm()[offset : offset + FRAME])
    while (await heard(socket, "ack"))["offset"] < start + frames * FRAME:
        pass


async def connected(url: str) -> int:
    """Where a new connection is told to begin, in bytes."""
    async with connect(url) as socket:
        return int((await heard(socket, "ready"))["offset"])


@pytest.fixture
async def copies(tmp_path: Path) -> AsyncIterator[tuple[HeldUp, Wire, list[str]]]:
    """Two copies of the server: what the first is held up with, a wire to it, and where a recorder connects to each."""
    settings = load({"PITCHSCOOP_DATA": str(tmp_path)})
    async with contextlib.AsyncExitStack() as stack:
        both = [await stack.enter_async_context(assembled(settings, "http://127.0.0.1:8000")) for _ in range(2)]
        engine = both[0].engine
        sessions = HeldUp(both[0])
        engine.connections = Connections(sessions, engine.storage, utc_now)
        ports = [await stack.enter_async_context(serving(parts)) for parts in both]
        wire = Wire(ports[:1])
        await wire.open()
        stack.push_async_callback(wire.close)
        session = await engine.start(Principal(role=Role.ORGANIZER, name="Test"), "Kelpline", "Seaweed", None)
        path = f"/api/v1/sessions/{session.session_id}/live?token={engine.live_token(session)}"
        yield sessions, wire, [f"ws://127.0.0.1:{port}{path}" for port in (*ports, wire.port)]


@pytest.mark.parametrize("copy", [0, 1], ids=["in the same copy", "in another copy"])
async def test_a_connection_of_a_client_that_is_gone_takes_over_from_none_that_came_after_it(
    copies: tuple[HeldUp, Wire, list[str]], copy: int
) -> None:
    sessions, wire, urls = copies
    old = await connect(urls[2])
    await sessions.first.wait()
    wire.abandon()
    async with connect(urls[copy]) as new:
        await heard(new, "ready")
        await say(new, 0, 3)
        sessions.go.set()
        await sessions.done.wait()
        await asyncio.sleep(0.5)  # facts come by
        await say(new, 3 * FRAME, 3)
    old.transport.abort()


@pytest.mark.parametrize("first", ["old", "new"])
async def test_of_two_that_state_lets_in_at_once_the_one_that_was_opened_last_goes_on(
    copies: tuple[HeldUp, Wire, list[str]], first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an outage of state holds up is carried out at once when it ends, in any order."""
    sessions, wire, urls = copies
    sessions.first.set()
    let_in = {name: asyncio.Event() for name in ("old", "new")}
    told = {name: asyncio.Event() for name in ("old", "new")}
    order = iter(("old", "new"))
    connects = Sessions.connect

    async def held_up(self: Sessions, session_id: str, owner: str, may_follow: Callable[[str | None], bool]) -> Session:
        name = next(order)
        await let_in[name].wait()
        session = await connects(self, session_id, owner, may_follow)
        await told[name].wait()
        return session

    monkeypatch.setattr(Sessions, "connect", held_up)
    old = await connect(urls[2])
    await asyncio.sleep(0.3)
    wire.abandon()
    async with connect(urls[0]) as new:
        await asyncio.sleep(0.3)
        second = "new" if first == "old" else "old"
        for events in (let_in, told):
            for name in (first, second):
                events[name].set()
                await asyncio.sleep(0.2)
        await heard(new, "ready")
        await say(new, 0, 3)
        await asyncio.sleep(0.5)  # facts come by
        await say(new, 3 * FRAME, 3)
    old.transport.abort()


async def test_one_whose_look_at_the_session_is_held_up_takes_over_from_none_that_came_after_it_elsewhere(
    copies: tuple[HeldUp, Wire, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions, _, urls = copies
    look, go = sessions.engine.session, asyncio.Event()
    looks, looked = itertools.count(), asyncio.Event()

    async def held_up(who: Principal, session_id: str) -> Session:
        if next(looks) == 0:
            await go.wait()
            looked.set()
        return await look(who, session_id)

    monkeypatch.setattr(sessions.engine, "session", held_up)
    sessions.first.set()
    old = await connect(urls[2])
    await asyncio.sleep(0.3)
    async with connect(urls[1]) as new:
        await heard(new, "ready")
        await say(new, 0, 3)
        go.set()
        await looked.wait()
        assert await closed_with(old) == 1012
        await say(new, 3 * FRAME, 3)
        async with connect(urls[2]) as again:
            await heard(again, "ready")
            assert await closed_with(new) == 4409


async def test_what_the_older_one_had_got_across_is_acknowledged_however_soon_facts_come_by(
    copies: tuple[HeldUp, Wire, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process may hear of the newer connection, as any other copy does, before it has let it in."""
    sessions, _, urls = copies
    sessions.first.set()
    monkeypatch.setattr("pitchscoop.doors.recorder._NOTED", 0.0)  # it is told by state, too, before the newer one is in
    connects, taken, said = Sessions.connect, asyncio.Event(), asyncio.Event()

    async def told_late(
        self: Sessions, session_id: str, owner: str, may_follow: Callable[[str | None], bool]
    ) -> Session:
        session = await connects(self, session_id, owner, may_follow)
        taken.set()
        await said.wait()
        return session

    async with connect(urls[0]) as old:
        await heard(old, "ready")
        monkeypatch.setattr(Sessions, "connect", told_late)
        new = asyncio.create_task(connected(urls[0]))
        await taken.wait()
        await old.send((0).to_bytes(8) + pcm()[:FRAME])
        await (await old.ping())  # it has arrived
        await asyncio.sleep(0.3)  # and so have the facts, before which it was to be acknowledged
        said.set()
        assert (await heard(old, "ack"))["offset"] == FRAME
        assert await closed_with(old) == 4409
        assert await new == FRAME


async def test_whoever_may_only_listen_holds_no_speaker_up(copies: tuple[HeldUp, Wire, list[str]]) -> None:
    engine = copies[0].engine
    session_id = copies[2][0].partition("/sessions/")[2].partition("/")[0]
    session = await engine.session(Principal(role=Role.ORGANIZER), session_id)
    with pytest.raises(Forbidden):
        engine.connections.opened(Principal(session_id=session_id, grant="listen"), session, engine.connections.turn())
    assert not engine.connections._open


async def test_one_that_was_made_at_the_same_time_is_asked_to_connect_again(
    copies: tuple[HeldUp, Wire, list[str]],
) -> None:
    sessions, _, urls = copies
    async with connect(urls[0]) as one:
        await sessions.first.wait()
        async with connect(urls[1]) as other:
            await heard(other, "ready")
            sessions.go.set()
            assert await closed_with(one) == 1012
            async with connect(urls[0]) as again:
                await heard(again, "ready")
                assert await closed_with(other) == 4409
