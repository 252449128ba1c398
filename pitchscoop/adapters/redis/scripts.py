"""The Lua scripts: what Redis does in one step, and how it is told what to do."""

import json
from collections.abc import Sequence
from typing import Any

from pitchscoop.kernel.facts import Fact, noted
from pitchscoop.kernel.state import Due, Put, Seen, Work

CHANNEL = "facts"

# One commit: check every version, then write rows, places, due times and facts. ARGV[1] is JSON; KEYS are all
# keys it touches, so that a cluster can check the slot. Answers the number of the first stale row, or 0.
COMMIT = """
local work = cjson.decode(ARGV[1])
for number, put in ipairs(work.puts) do
  local found = redis.call('HMGET', KEYS[put.key], 'version', '_indexes')
  if tonumber(found[1] or '0') ~= put.version or (found[2] or '{}') ~= put.stood then return number end
end
for number, seen in ipairs(work.seen) do
  if tonumber(redis.call('HGET', KEYS[seen[1]], 'version') or '0') ~= seen[2] then return #work.puts + number end
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
  if due[3] then redis.call('ZADD', KEYS[due[1]], due[3], due[2])
  else redis.call('ZREM', KEYS[due[1]], due[2]) end
end
for _, fact in ipairs(work.facts) do
  local position = redis.call('XADD', KEYS[work.facts_key], '*', 'fact', fact)
  redis.call('PUBLISH', work.channel, position .. ' ' .. fact)
end
return 0
"""
# A page after a place whose row may be gone: among equal scores its rank is searched for by halves. Bytes are
# compared as sorted sets compare them; Lua's own comparison follows the server's locale.
PAGE = """
local function below(a, b)
  for i = 1, math.min(#a, #b) do
    if a:byte(i) ~= b:byte(i) then return a:byte(i) < b:byte(i) end
  end
  return #a < #b
end
local low = redis.call('ZCOUNT', KEYS[1], '(' .. ARGV[1], '+inf')
local high = low + redis.call('ZCOUNT', KEYS[1], ARGV[1], ARGV[1])
while low < high do
  local middle = math.floor((low + high) / 2)
  if below(redis.call('ZREVRANGE', KEYS[1], middle, middle)[1], ARGV[2]) then high = middle else low = middle + 1 end
end
return redis.call('ZREVRANGE', KEYS[1], low, low + ARGV[3] - 1, 'WITHSCORES')
"""
CLAIM = """
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
return 1
"""
SWAP = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[2]) end
return 1
"""


def commit_work(
    event_id: str | None,
    puts: Sequence[Put],
    standing: Sequence[str],
    facts: Sequence[Fact],
    due: Sequence[Due],
    seen: Sequence[Seen] = (),
) -> tuple[list[str], list[str]]:
    """KEYS and ARGV of ``COMMIT``. ``standing`` are the indexes each row is known to stand in, as stored."""
    keys = _Keys()
    work = {
        "puts": [_put(keys, put, stood) for put, stood in zip(puts, standing, strict=True)],
        "seen": [[keys.number(row.key), row.version] for row in seen],
        "due": [_due(keys, entry) for entry in due],
        "facts": [noted(fact) for fact in facts],
        "facts_key": keys.number(f"facts:{{{event_id}}}") if facts else 0,
        "channel": CHANNEL,
    }
    return list(keys.names), [json.dumps(work, ensure_ascii=False)]


def due_key(event_id: str, work: Work) -> str:
    """Where the due times of one kind of work lie."""
    return f"due:{{{event_id}}}" if work == "sessions" else f"due:{{{event_id}}}:{work}"


class _Keys:
    """Numbers for the keys a script touches, from 1 as Lua counts."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names) + 1)


def _due(keys: _Keys, due: Due) -> list[Any]:
    return [keys.number(due_key(due.event_id, due.work)), due.session_id, str(due.at) if due.at is not None else False]


def _put(keys: _Keys, put: Put, stood: str) -> dict[str, Any]:
    stored: list[tuple[str, str]] = []
    if put.fields is not None:
        stored = [*put.fields.items(), ("version", str(put.version + 1)), ("_indexes", json.dumps(dict(put.indexes)))]
    return {
        "key": keys.number(put.key),
        "version": put.version,
        "stood": stood,
        "fields": stored or False,
        "leaves": [keys.number(index) for index in json.loads(stood)],
        "places": [[keys.number(index), str(score)] for index, score in put.indexes.items()],
    }
