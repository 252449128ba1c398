"""State in Redis 7.0 or newer, or Valkey 8.

| key | type | what |
|---|---|---|
| ``session:ID`` | hash | a session: text as is, the rest as JSON; plus ``version`` and ``_indexes`` |
| ``event:{E}``, ``team:{E}:ID``, ``team_name:{E}:SHA`` | hash | an event, a team, a taken name |
| ``token:SHA`` | hash | the principal behind a token, by the token's SHA-256 |
| ``index:{E}:sessions[:facet:value]``, ``index:{E}:teams`` | sorted set | row keys by creation time |
| ``due:{E}`` | sorted set | session ids by the time a worker should look at them |
| ``facts:{E}`` | stream | the event's fact log |
| ``events`` | set | ids of all events |
| ``once:PURPOSE:SHA`` | string | idempotent answers and one-time links; the only keys with a time to live |
| ``facts`` | channel | every fact as it is committed |

Braces are Redis Cluster hash tags; session ids are made so that ``session:ID`` lies in its event's slot.
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from pitchscoop.kernel.errors import NoRoom, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Placed, Put, Row

_CONNECTIONS = 64  # per process: far more than commands in flight; Redis allows 10 000 clients
_CHANNEL = "facts"

# One commit: check every version, then write rows, places, due times and facts. ARGV[1] is JSON; KEYS are all
# keys it touches, so that a cluster can check the slot.
_COMMIT = """
local work = cjson.decode(ARGV[1])
for _, put in ipairs(work.puts) do
  local found = tonumber(redis.call('HGET', KEYS[put.key], 'version') or '0')
  if found ~= put.version then return 0 end
end
for _, put in ipairs(work.puts) do
  local key = KEYS[put.key]
  for _, index in ipairs(put.leaves) do redis.call('ZREM', KEYS[index], key) end
  redis.call('DEL', key)
  if put.fields then
    for _, pair in ipairs(put.fields) do redis.call('HSET', key, pair[1], pair[2]) end
    for _, place in ipairs(put.places) do redis.call('ZADD', KEYS[place[1]], place[2], key) end
  end
end
for _, due in ipairs(work.due) do
  if due[2] then redis.call('ZADD', KEYS[work.due_key], due[2], due[1])
  else redis.call('ZREM', KEYS[work.due_key], due[1]) end
end
for _, fact in ipairs(work.facts) do
  local position = redis.call('XADD', KEYS[work.facts_key], '*', 'fact', fact)
  redis.call('PUBLISH', work.channel, position .. ' ' .. fact)
end
return 1
"""
_CLAIM = """
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) return 1 end
return 0
"""


class RedisState:
    """Fits ``kernel.state.State``."""

    def __init__(self, client: Any) -> None:  # redis-py types answers as the union of all its modes
        self._redis = client
        self._commit = client.register_script(_COMMIT)
        self._claim = client.register_script(_CLAIM)
        self._events: set[str] = set()

    @classmethod
    async def open(cls, url: str) -> "RedisState":
        """Connect lazily: the server may come up later."""
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=5,
            socket_connect_timeout=2,
            socket_timeout=5,
            decode_responses=True,
            health_check_interval=15,
            retry=Retry(NoBackoff(), 0),  # a commit whose answer was lost may have been applied: never repeat blindly
        )
        return cls(redis.Redis(connection_pool=pool))

    async def read(self, key: str) -> Row | None:
        """See ``State.read``."""
        with _translated():
            return _row(key, await self._redis.hgetall(key))

    async def commit(
        self, event_id: str | None, puts: Sequence[Put], facts: Sequence[Fact] = (), due: Sequence[Due] = ()
    ) -> None:
        """See ``State.commit``."""
        with _translated():
            if event_id is not None and event_id not in self._events:
                await self._redis.sadd("events", event_id)
                self._events.add(event_id)
            keys = _Keys()
            left = await asyncio.gather(*(self._leaves(put) for put in puts))
            work = {
                "puts": [_put(keys, put, leaves) for put, leaves in zip(puts, left, strict=True)],
                "due": [[entry.session_id, str(entry.at) if entry.at is not None else False] for entry in due],
                "facts": [json.dumps(asdict(fact), ensure_ascii=False) for fact in facts],
                "due_key": keys.number(f"due:{{{event_id}}}") if due else 0,
                "facts_key": keys.number(f"facts:{{{event_id}}}") if facts else 0,
                "channel": _CHANNEL,
            }
            if not await self._commit(keys=keys.names, args=[json.dumps(work, ensure_ascii=False)]):
                raise StaleWrite(puts[0].key)

    async def page(self, index: str, before: tuple[int, str] | None, limit: int) -> list[Placed]:
        """See ``State.page``."""
        with _translated():
            places = await self._places(index, before, limit)
            pipe = self._redis.pipeline(transaction=False)
            for key, _ in places:
                pipe.hgetall(key)
            found = await pipe.execute() if places else []
        rows = [(_row(key, fields), score) for (key, score), fields in zip(places, found, strict=True)]
        return [Placed(row, score) for row, score in rows if row is not None]

    async def count(self, index: str) -> int:
        """See ``State.count``."""
        with _translated():
            return int(await self._redis.zcard(index))

    async def event_ids(self) -> list[str]:
        """See ``State.event_ids``."""
        with _translated():
            return sorted(await self._redis.smembers("events"))

    async def facts(self, event_id: str, after: str = "", limit: int = 1000) -> list[Fact]:
        """See ``State.facts``."""
        with _translated():
            start = f"({after}" if after else "-"
            found = await self._redis.xrange(f"facts:{{{event_id}}}", min=start, count=limit)
        return [_fact(position, fields["fact"]) for position, fields in found]

    async def follow(self) -> AsyncIterator[Fact]:
        """See ``State.follow``. Subscribes anew after an outage."""
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(_CHANNEL)
                    while True:
                        message = await channel.get_message(timeout=1.0)
                        if message is not None:
                            yield _fact(*message["data"].split(" ", 1))
            except (RedisError, OSError):
                await asyncio.sleep(0.5)

    async def due(self, now: int, limit: int) -> list[Due]:
        """See ``State.due``. Costs one cheap command an event."""
        events = await self.event_ids()
        with _translated():
            pipe = self._redis.pipeline(transaction=False)
            for event_id in events:
                pipe.zrangebyscore(f"due:{{{event_id}}}", "-inf", now, 0, limit, withscores=True)
            found = await pipe.execute() if events else []
        waiting = [
            Due(event_id, session_id, int(at))
            for event_id, entries in zip(events, found, strict=True)
            for session_id, at in entries
        ]
        return sorted(waiting, key=lambda due: due.at or 0)[:limit]

    async def claim(self, seen: Due, until: int) -> bool:
        """See ``State.claim``."""
        with _translated():
            return bool(
                await self._claim(keys=[f"due:{{{seen.event_id}}}"], args=[seen.session_id, str(seen.at), str(until)])
            )

    async def remember(self, key: str, value: str, seconds: int, *, replace: bool = False) -> str | None:
        """See ``State.remember``."""
        with _translated():
            found = await self._redis.set(key, value, ex=seconds, nx=not replace, get=True)
        return None if found is None else str(found)

    async def recall(self, key: str) -> str | None:
        """See ``State.recall``."""
        with _translated():
            found = await self._redis.get(key)
        return None if found is None else str(found)

    async def forget(self, key: str) -> bool:
        """See ``State.forget``."""
        with _translated():
            return bool(await self._redis.delete(key) == 1)

    async def check(self) -> str:
        """See ``State.check``."""
        await self.remember("once:check", secrets.token_hex(4), 60, replace=True)
        with _translated():
            info = await self._redis.info("server")
        return f"{'Valkey' if 'valkey_version' in info else 'Redis'} {info['redis_version']}"

    async def close(self) -> None:
        """Let go of all connections."""
        await self._redis.aclose()

    async def _leaves(self, put: Put) -> list[str]:
        """The indexes the row stands in now; the version check proves that this is still so."""
        if put.version == 0:
            return []
        return list(json.loads(await self._redis.hget(put.key, "_indexes") or "{}"))

    async def _places(self, index: str, before: tuple[int, str] | None, limit: int) -> list[tuple[str, int]]:
        if before is None:
            found = await self._redis.zrange(index, 0, limit - 1, desc=True, withscores=True)
            return [(key, int(score)) for key, score in found]
        score, key = before
        same = await self._redis.zrange(index, score, score, byscore=True, desc=True)
        places = [(name, score) for name in same if name < key][:limit]
        if len(places) < limit:
            rest = await self._redis.zrevrangebyscore(
                index, f"({score}", "-inf", start=0, num=limit - len(places), withscores=True
            )
            places += [(name, int(at)) for name, at in rest]
        return places


class _Keys:
    """Numbers for the keys a script touches, from 1 as Lua counts."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def number(self, name: str) -> int:
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name) + 1


def _put(keys: _Keys, put: Put, leaves: list[str]) -> dict[str, Any]:
    fields = None
    if put.fields is not None:
        own = {"version": str(put.version + 1), "_indexes": json.dumps(dict(put.indexes))}
        fields = list({**put.fields, **own}.items())
    return {
        "key": keys.number(put.key),
        "version": put.version,
        "fields": fields or False,
        "leaves": [keys.number(index) for index in leaves],
        "places": [[keys.number(index), str(score)] for index, score in put.indexes.items()],
    }


def _row(key: str, fields: dict[str, str]) -> Row | None:
    if not fields:
        return None
    own = {"version", "_indexes"}
    return Row(key, int(fields["version"]), {name: value for name, value in fields.items() if name not in own})


def _fact(position: str, document: str) -> Fact:
    return replace(Fact(**json.loads(document)), position=position)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        if "OOM" in str(error) or "MISCONF" in str(error):
            raise NoRoom("state_full", "Redis has no room to write. Make room: nothing is lost.") from error
        raise Unavailable("state_unavailable", "Redis cannot be reached now. Try again in a few seconds.") from error
    except (OSError, TimeoutError) as error:
        raise Unavailable("state_unavailable", "Redis cannot be reached now. Try again in a few seconds.") from error
