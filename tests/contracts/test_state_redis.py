"""Redis when things go wrong: ended, killed, hanging, cut off, refusing."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from typing import Self

import pytest
import redis
from redis.exceptions import ResponseError

import pitchscoop.adapters.redis.state as redis_state
from pitchscoop.adapters.redis import RedisState, scripts
from pitchscoop.kernel.state import Due, Put, Row
from tests.contracts.states import CALLS, EVENT, INDEX, KEY, Follower, fact, team, unavailable
from tests.servers.redis import RedisServer, free_port


@pytest.fixture
async def own_state(own_redis: RedisServer) -> AsyncIterator[RedisState]:
    state = await RedisState.open(own_redis.url)
    yield state
    await state.close()


async def test_what_others_publish_is_passed_over(own_redis: RedisServer, own_state: RedisState) -> None:
    follower = Follower(own_state)
    await follower.ready(own_state)
    with redis.Redis.from_url(own_redis.url) as stranger:
        for message in ("", "x", "1-0 [1]", '1-0 {"name": "half"}', "1-0 nothing"):
            assert stranger.publish(scripts.CHANNEL, message)
    await own_state.commit(EVENT, [], [fact("after")])
    await follower.hears(["after"])


async def test_redis_goes_and_comes_back(own_redis: RedisServer, own_state: RedisState) -> None:
    follower = Follower(own_state)
    await follower.ready(own_state)
    await asyncio.gather(*(own_state.commit(EVENT, [Put(team(n), 0, {})]) for n in range(20)))  # fill the pool
    own_redis.stop()
    for call in CALLS.values():
        problem = await unavailable(call(own_state))
        assert (problem.code, problem.message[-1]) == ("state_unavailable", ".")
    own_redis.start()
    # Every pooled connection is a dead one; none may be handed out to what cannot be repeated.
    await asyncio.gather(*(own_state.remember(f"once:{n}", "", 60) for n in range(20)))
    await asyncio.gather(*(own_state.commit(EVENT, [Put(team(n), 1, {"again": "yes"})]) for n in range(20)))
    await follower.ready(own_state)
    follower.heard.clear()
    await follower.ready(own_state)
    await own_state.commit(EVENT, [], [fact("came_back")])
    await follower.hears(["came_back"])
    await follower.stop()


async def test_redis_may_come_up_after_the_server() -> None:
    state = await RedisState.open(f"redis://127.0.0.1:{free_port()}/0")
    await unavailable(state.read(KEY))
    await state.close()


async def test_what_redis_committed_outlives_its_kill(own_redis: RedisServer, own_state: RedisState) -> None:
    kept = -1

    async def write() -> None:
        nonlocal kept
        for number in range(1000):
            await own_state.commit(EVENT, [Put(team(number), 0, {}, {INDEX: number})], [fact(str(number))])
            kept = number

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.2)
    own_redis.kill()
    await unavailable(writing)
    own_redis.start()
    rows = await own_state.page(INDEX, None, 1000)
    assert len(rows) in (kept + 1, kept + 2)  # the last may have been applied, its answer lost
    assert kept > 0
    assert len(await own_state.facts(EVENT)) == len(rows)


class Line:
    """A line to a server that can be cut, once, before the answer to a word, or fall silent."""

    def __init__(self, port: int) -> None:
        self.cut_at = b""
        self.silent = False
        self._port = port
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.sleep(0.05)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers |= {writer, far_writer}
        alive = not self.silent
        answers = asyncio.create_task(self._answers(far_reader, writer, alive=alive))
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if self.cut_at and self.cut_at in data:
                    self.cut_at = b""
                    answers.cancel()
                    await asyncio.wait([answers])
                    far_writer.write(data)
                    await far_reader.read(1)  # it has been applied
                    break
                far_writer.write(data)
        answers.cancel()
        writer.close()
        far_writer.close()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, alive: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if alive and self.silent:
                    await asyncio.Event().wait()
                writer.write(data)


async def test_a_commit_whose_answer_is_lost_is_not_repeated(own_redis: RedisServer) -> None:
    async with Line(own_redis.port) as line:
        state = await RedisState.open(line.url)
        await state.commit(EVENT, [Put(KEY, 0, {"turn": "0"})])
        line.cut_at = b"EVALSHA"
        await unavailable(state.commit(EVENT, [Put(KEY, 1, {"turn": "1"})], [fact("once")]))
        assert await state.read(KEY) == Row(KEY, 2, {"turn": "1"})
        assert [found.name for found in await state.facts(EVENT)] == ["once"]
        line.cut_at = b"HGETALL"
        assert await state.read(KEY) == Row(KEY, 2, {"turn": "1"})  # what is safe to repeat is repeated
        assert line.cut_at == b""
        await state.close()


async def test_a_follower_leaves_a_line_that_fell_silent(
    own_redis: RedisServer, own_state: RedisState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_state, "_HUSH", 0.3)
    async with Line(own_redis.port) as line:
        state = await RedisState.open(line.url)
        follower = Follower(state)
        await follower.ready(own_state)
        await asyncio.sleep(1)  # several hushes, each answered
        await own_state.commit(EVENT, [], [fact("still_here")])
        await follower.hears(["still_here"], within=0.25)
        line.silent = True  # for the connections there are; new ones work
        follower.heard.clear()
        await follower.ready(own_state)
        await follower.stop()
        await state.close()


async def test_redis_that_hangs_is_unavailable(own_redis: RedisServer, own_state: RedisState) -> None:
    await own_state.commit(EVENT, [Put(KEY, 0, {})])
    pid = own_redis.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.gather(*(unavailable(call(own_state), 7) for call in CALLS.values()))
    finally:
        os.kill(pid, signal.SIGCONT)
    assert await own_state.read(KEY) is not None


@pytest.mark.parametrize(
    ("setting", "words"),
    [({"maxmemory": "1"}, "maxmemory"), ({"min-replicas-to-write": "1"}, "replicas")],
)
async def test_redis_that_refuses_writes_says_why(
    own_redis: RedisServer, own_state: RedisState, setting: dict[str, str], words: str
) -> None:
    await own_state.commit(EVENT, [Put(KEY, 0, {"turn": "0"}, {INDEX: 1})])
    with redis.Redis(port=own_redis.port) as client:
        for name, value in setting.items():
            client.config_set(name, value)
        problem = await unavailable(own_state.commit(EVENT, [Put(KEY, 1, {"turn": "1"}, {})], [fact()]))
        assert problem.code == "state_unavailable"
        assert words in problem.message
        assert await own_state.read(KEY) == Row(KEY, 1, {"turn": "0"})
        assert await own_state.count(INDEX) == 1
        for name in setting:
            client.config_set(name, "0")
    await own_state.commit(EVENT, [Put(KEY, 1, {"turn": "1"})])


async def test_a_replica_and_a_wrong_password_say_so(own_redis: RedisServer, own_state: RedisState) -> None:
    with redis.Redis(port=own_redis.port) as client:
        client.replicaof("127.0.0.1", free_port())
        assert "primary" in (await unavailable(own_state.commit(EVENT, [Put(KEY, 0, {})]))).message
        client.replicaof("NO", "ONE")
        client.config_set("requirepass", "secret")
    stranger = await RedisState.open(own_redis.url)
    assert "password" in (await unavailable(stranger.read(KEY))).message
    await stranger.close()


async def test_a_damaged_store_is_not_called_an_outage(redis_url: str) -> None:
    state = await RedisState.open(redis_url)
    await state.remember(KEY, "a note where a row belongs", 60)
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await state.read(KEY)
    await state.close()


async def test_a_row_that_changed_its_indexes_under_the_same_version_is_stale(redis_url: str) -> None:
    """Deleted and made anew between the look and the script: its old indexes are not those that were seen."""
    state = await RedisState.open(redis_url)
    await state.commit(EVENT, [Put(KEY, 0, {}, {INDEX: 7})])
    names, work = scripts.commit_work(EVENT, [Put(KEY, 1, None)], ["{}"], [], [])
    assert await state._commit(keys=names, args=work) == 1
    assert await state.count(INDEX) == 1
    await state.close()


async def test_all_of_an_event_lies_under_documented_keys(redis_url: str) -> None:
    state = await RedisState.open(redis_url)
    await state.commit(EVENT, [Put(KEY, 0, {"name": "Boston"}, {INDEX: 7})], [fact()], [Due(EVENT, "s", 5)])
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        assert {key: client.type(key) for key in client.scan_iter()} == {
            KEY: "hash",
            INDEX: "zset",
            f"due:{{{EVENT}}}": "zset",
            f"facts:{{{EVENT}}}": "stream",
            "events": "set",
        }
        assert client.hgetall(KEY) == {"name": "Boston", "version": "1", "_indexes": f'{{"{INDEX}": 7}}'}
        assert {client.ttl(key) for key in client.scan_iter()} == {-1}
    await state.close()


async def test_a_walk_passes_over_what_is_not_ours_and_tells_a_place_that_was_lost(
    own_redis: RedisServer, own_state: RedisState
) -> None:
    await own_state.commit(EVENT, [Put(team(n), 0, {}, {INDEX: n}) for n in range(3)])
    with redis.Redis(port=own_redis.port) as client:
        client.hset("somebody:else", mapping={"a": "b", "version": "1"})
        client.zrem(INDEX, team(1))
        client.zadd(INDEX, {team(2): 99})
    found = {indexed.row.key: indexed.indexes async for indexed in own_state.walk()}
    assert found == {team(0): {INDEX: 0}, team(1): {}, team(2): {}}
