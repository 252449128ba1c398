"""``kernel.state.State`` on Redis."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from functools import partial
from operator import methodcaller
from typing import Any

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

from pitchscoop.adapters.redis import documents, scripts
from pitchscoop.adapters.redis.outages import ask_again, translated
from pitchscoop.kernel.cursors import not_ours
from pitchscoop.kernel.errors import StaleWrite
from pitchscoop.kernel.facts import Fact, recalled
from pitchscoop.kernel.state import Due, Indexed, Placed, Put, Row, Seen, Work

_CONNECTIONS = 64  # per process: far more than commands in flight; Redis allows 10 000 clients
_BATCH = 200  # rows a walk asks for at a time: transcripts are long, and others wait while Redis answers
_HUSH = 5.0  # seconds without a fact after which a follower asks whether the line is still up
_POSITION = re.compile(r"([0-9]{1,18}-[0-9]{1,18})?")
_PAUSES = (0.1, 2.0)  # seconds between a follower's attempts: the first, and the most they double to


class RedisState:
    """Fits ``kernel.state.State``."""

    def __init__(self, client: Any) -> None:  # redis-py types answers as the union of all its modes
        self._redis = client
        self._commit = client.register_script(scripts.COMMIT)
        self._page = client.register_script(scripts.PAGE)
        self._claim = client.register_script(scripts.CLAIM)
        self._swap = client.register_script(scripts.SWAP)

    @classmethod
    async def open(cls, url: str) -> "RedisState":
        """Connect lazily: the server may come up later."""
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=2,
            socket_connect_timeout=2,
            socket_timeout=5,
            decode_responses=True,
            health_check_interval=15,
            retry=Retry(NoBackoff(), 0),  # only ask_again knows what may be repeated
            # With it on, redis-py hands out pooled connections that the server has long closed.
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )
        return cls(redis.Redis.from_pool(pool))

    async def read(self, key: str) -> Row | None:
        """See ``State.read``."""
        return documents.row(key, await ask_again(lambda: self._redis.hgetall(key)))

    async def commit(
        self,
        event_id: str | None,
        puts: Sequence[Put],
        facts: Sequence[Fact] = (),
        due: Sequence[Due] = (),
        seen: Sequence[Seen] = (),
    ) -> None:
        """See ``State.commit``. If the answer is lost this is ``Unavailable``, and the change may have been made."""
        if ({entry.event_id for entry in facts} | {entry.event_id for entry in due}) - {event_id}:
            raise ValueError("facts and due times belong to the event that is committed to")
        standing = await self._standing(event_id, puts)
        keys, args = scripts.commit_work(event_id, puts, standing, facts, due, seen)
        with translated():
            stale = await self._commit(keys=keys, args=args)
        if stale:
            raise StaleWrite((*puts, *seen)[stale - 1].key)

    async def page(self, index: str, before: tuple[int, str] | None, limit: int) -> list[Placed]:
        """See ``State.page``. Rows that leave the index meanwhile are made up for, so only the last page is short."""
        found: list[Placed] = []
        while (wanted := limit - len(found)) > 0:
            places = await self._places(index, before, wanted)
            answers = await self._each([methodcaller("hgetall", key) for _, key in places])
            for (score, key), stored in zip(places, answers, strict=True):
                row = documents.row(key, stored)
                if row and documents.score_in(index, stored) == score:
                    found.append(Placed(row, score))
            if len(places) < wanted:
                break
            before = places[-1]
        return found

    async def count(self, index: str) -> int:
        """See ``State.count``."""
        return int(await ask_again(lambda: self._redis.zcard(index)))

    async def counts(self, indexes: Sequence[str]) -> list[int]:
        """See ``State.counts``."""
        return [int(found) for found in await self._each([methodcaller("zcard", index) for index in indexes])]

    async def event_ids(self) -> list[str]:
        """See ``State.event_ids``. Also one whose first commit was refused: the set lies in another slot."""
        return sorted(await ask_again(lambda: self._redis.smembers("events")))

    async def walk(self) -> AsyncIterator[Indexed]:
        """See ``State.walk``. The one use of SCAN."""
        async for keys in self._hashes():
            answers = await self._each([methodcaller("hgetall", key) for key in keys])
            found = {key: stored for key, stored in zip(keys, answers, strict=True) if documents.is_row(stored)}
            places = [(key, *place) for key, stored in found.items() for place in documents.places(stored)]
            scores = await self._each([methodcaller("zscore", index, key) for key, index, _ in places])
            standing: dict[str, dict[str, int]] = {key: {} for key in found}
            for (key, index, score), kept in zip(places, scores, strict=True):
                if kept == score:
                    standing[key][index] = score
            for key, stored in found.items():
                if row := documents.row(key, stored):
                    yield Indexed(row, standing[key])

    async def facts(self, event_id: str, after: str = "", limit: int = 1000) -> list[Fact]:
        """See ``State.facts``."""
        if not _POSITION.fullmatch(after):
            raise not_ours()
        start = f"({after}" if after else "-"
        found = await ask_again(lambda: self._redis.xrange(f"facts:{{{event_id}}}", min=start, count=limit))
        return [recalled(entry["fact"], position) for position, entry in found]

    async def latest(self, event_id: str, before: str = "", limit: int = 1000) -> list[Fact]:
        """See ``State.latest``."""
        if not _POSITION.fullmatch(before):
            raise not_ours()
        if before and not before.strip("0-"):
            return []  # Redis knows nothing before its first position, and says so with an error
        end = f"({before}" if before else "+"
        found = await ask_again(lambda: self._redis.xrevrange(f"facts:{{{event_id}}}", max=end, count=limit))
        return [recalled(entry["fact"], position) for position, entry in found]

    async def last_fact(self, event_id: str) -> Fact | None:
        """See ``State.last_fact``."""
        return next(iter(await self.latest(event_id, limit=1)), None)

    async def follow(self) -> AsyncIterator[Fact]:
        """See ``State.follow``. Subscribes when first asked for a fact, and anew after every outage."""
        first, longest = _PAUSES
        pause = first
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(scripts.CHANNEL)
                    pause = first
                    async for position, document in _heard(channel):
                        try:
                            fact = recalled(document, position)
                        except (ValueError, TypeError, AttributeError):
                            continue  # others may publish here, too: Redis does not keep its databases' channels apart
                        yield fact
            except (RedisError, OSError):
                await asyncio.sleep(pause)
                pause = min(2 * pause, longest)

    async def due(self, now: int, limit: int, work: Work = "sessions") -> list[Due]:
        """See ``State.due``. Costs one cheap command an event."""
        events = await self.event_ids()
        past = ("-inf", now, 0, limit)
        found = await self._each(
            [
                methodcaller("zrangebyscore", scripts.due_key(event_id, work), *past, withscores=True)
                for event_id in events
            ]
        )
        waiting = [
            (int(at), event_id, session_id)
            for event_id, entries in zip(events, found, strict=True)
            for session_id, at in entries
        ]
        return [Due(event_id, session_id, at) for at, event_id, session_id in sorted(waiting)[:limit]]

    async def claim(self, seen: Due, until: int | None) -> bool:
        """See ``State.claim``."""
        keys = [scripts.due_key(seen.event_id, seen.work)]
        at = "" if until is None else str(until)
        with translated():
            return bool(await self._claim(keys=keys, args=[seen.session_id, str(seen.at), at]))

    async def remember(self, key: str, value: str, seconds: int, *, replace: bool = False) -> str | None:
        """See ``State.remember``."""
        with translated():
            found = await self._redis.set(key, value, ex=seconds, nx=not replace, get=True)
        return None if found is None else str(found)

    async def swap(self, key: str, seen: str, value: str | None, seconds: int = 0) -> bool:
        """See ``State.swap``."""
        given = ["", ""] if value is None else [str(seconds), value]
        with translated():
            return bool(await self._swap(keys=[key], args=[seen, *given]))

    async def recall(self, key: str) -> str | None:
        """See ``State.recall``."""
        found = await ask_again(lambda: self._redis.get(key))
        return None if found is None else str(found)

    async def forget(self, key: str) -> bool:
        """See ``State.forget``."""
        with translated():
            return bool(await self._redis.delete(key) == 1)

    async def check(self) -> str:
        """See ``State.check``."""
        await self.remember("once:check", secrets.token_hex(4), 60, replace=True)
        info = await ask_again(lambda: self._redis.info("server"))
        return f"{'Valkey' if 'valkey_version' in info else 'Redis'} {info['redis_version']}"

    async def close(self) -> None:
        """Let go of all connections."""
        await self._redis.aclose()

    async def _hashes(self) -> AsyncIterator[list[str]]:
        """Keys of all hashes, in batches. SCAN may name a key twice."""
        seen: set[str] = set()
        cursor = 0
        while True:
            cursor, keys = await ask_again(partial(self._redis.scan, cursor, count=_BATCH, _type="hash"))
            fresh = set(keys) - seen
            seen |= fresh
            yield sorted(fresh)
            if cursor == 0:
                return

    async def _standing(self, event_id: str | None, puts: Sequence[Put]) -> list[str]:
        """The indexes each row stands in now, as stored; the script makes sure that this is still so."""
        news = [methodcaller("sadd", "events", event_id)] if event_id is not None else []
        looks = [methodcaller("hmget", put.key, "version", "_indexes") for put in puts]
        answers = await self._each([*news, *looks])
        standing = []
        for put, (version, stood) in zip(puts, answers[len(news) :], strict=True):
            if int(version or 0) != put.version:
                raise StaleWrite(put.key)
            standing.append(stood or "{}")
        return standing

    async def _places(self, index: str, before: tuple[int, str] | None, limit: int) -> list[tuple[int, str]]:
        if before is None:
            found = await ask_again(lambda: self._redis.zrange(index, 0, limit - 1, desc=True, withscores=True))
            return [(int(score), key) for key, score in found]
        flat = await ask_again(lambda: self._page(keys=[index], args=[*before, limit]))
        return [(int(score), key) for key, score in zip(flat[::2], flat[1::2], strict=True)]

    async def _each(self, commands: Sequence[methodcaller]) -> list[Any]:
        """The answers to commands that may be sent twice, in one round trip."""

        async def send() -> list[Any]:
            pipe = self._redis.pipeline(transaction=False)
            for command in commands:
                command(pipe)
            return list(await pipe.execute())

        return await ask_again(send)


async def _heard(channel: Any) -> AsyncIterator[tuple[str, str]]:
    """Positions and documents as they are published; a line that stays silent when asked is a lost one."""
    asked = False
    while True:
        message = await channel.get_message(timeout=_HUSH)
        if message is None and asked:
            raise Lost("no answer")
        if message is None:
            await channel.ping()
        elif message["type"] == "message":
            position, _, document = message["data"].partition(" ")
            yield position, document
        asked = message is None
