"""State in one SQLite file: the embedded mode. Several processes may use the same file."""

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from pitchscoop.kernel.clock import Clock, micros, utc_now
from pitchscoop.kernel.errors import NoRoom, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Placed, Put, Row

T = TypeVar("T")

_VERSION = 1
_POLL = 0.2  # seconds between looks for other processes' facts; one's own are announced at once
_SCHEMA = """
CREATE TABLE row (key TEXT PRIMARY KEY, version INTEGER NOT NULL, fields TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE place (idx TEXT, score INTEGER, key TEXT, PRIMARY KEY (idx, score, key)) WITHOUT ROWID;
CREATE INDEX place_key ON place (key);
CREATE TABLE due (session_id TEXT PRIMARY KEY, event_id TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX due_at ON due (at);
CREATE TABLE fact (position INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX fact_event ON fact (event_id, position);
CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE event (event_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class SqliteState:
    """Fits ``kernel.state.State``. One connection writes, one reads, so that readers never wait for an fsync."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, clock: Clock) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock
        self._lock = asyncio.Lock()
        self._news = asyncio.Condition()

    @classmethod
    async def open(cls, path: Path, clock: Clock = utc_now) -> "SqliteState":
        """Open or make the file; durable on commit (WAL with full sync)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with _translated():
            connections = []
            for _ in range(2):
                connection = await aiosqlite.connect(path, isolation_level=None, timeout=10)
                for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL"):
                    await connection.execute(f"PRAGMA {pragma}")
                connections.append(connection)
            state = cls(connections[0], connections[1], clock)
            await state._migrate()
        return state

    async def read(self, key: str) -> Row | None:
        """See ``State.read``."""
        found = await self._query("SELECT version, fields FROM row WHERE key = ?", key)
        return Row(key, found[0][0], json.loads(found[0][1])) if found else None

    async def commit(
        self, event_id: str | None, puts: Sequence[Put], facts: Sequence[Fact] = (), due: Sequence[Due] = ()
    ) -> None:
        """See ``State.commit``."""

        def work(db: sqlite3.Connection) -> None:
            for put in puts:
                _check_version(db, put)
            for put in puts:
                _apply(db, put)
            for fact in facts:
                document = json.dumps(asdict(fact), ensure_ascii=False)
                db.execute("INSERT INTO fact (event_id, document) VALUES (?, ?)", (fact.event_id, document))
            for entry in due:
                _set_due(db, entry)
            if event_id is not None:
                db.execute("INSERT OR IGNORE INTO event VALUES (?)", (event_id,))

        await self._write(work)
        if facts:
            async with self._news:
                self._news.notify_all()

    async def page(self, index: str, before: tuple[int, str] | None, limit: int) -> list[Placed]:
        """See ``State.page``."""
        where, values = ("", ()) if before is None else ("AND (place.score, place.key) < (?, ?)", before)
        found = await self._query(
            f"SELECT row.key, row.version, row.fields, place.score FROM place JOIN row USING (key) "  # noqa: S608
            f"WHERE place.idx = ? {where} ORDER BY place.score DESC, place.key DESC LIMIT ?",
            index,
            *values,
            limit,
        )
        return [Placed(Row(key, version, json.loads(fields)), score) for key, version, fields, score in found]

    async def count(self, index: str) -> int:
        """See ``State.count``."""
        return int((await self._query("SELECT count(*) FROM place WHERE idx = ?", index))[0][0])

    async def event_ids(self) -> list[str]:
        """See ``State.event_ids``."""
        return [found[0] for found in await self._query("SELECT event_id FROM event ORDER BY event_id")]

    async def facts(self, event_id: str, after: str = "", limit: int = 1000) -> list[Fact]:
        """See ``State.facts``."""
        sql = "SELECT position, document FROM fact WHERE event_id = ? AND position > ? ORDER BY position LIMIT ?"
        return [_fact(*found) for found in await self._query(sql, event_id, int(after or 0), limit)]

    async def follow(self) -> AsyncIterator[Fact]:
        """See ``State.follow``."""
        last = (await self._query("SELECT coalesce(max(position), 0) FROM fact"))[0][0]
        while True:
            with contextlib.suppress(Unavailable):
                for position, document in await self._query(
                    "SELECT position, document FROM fact WHERE position > ? ORDER BY position LIMIT 500", last
                ):
                    last = position
                    yield _fact(position, document)
            with contextlib.suppress(TimeoutError):
                async with self._news:
                    await asyncio.wait_for(self._news.wait(), _POLL)

    async def due(self, now: int, limit: int) -> list[Due]:
        """See ``State.due``."""
        sql = "SELECT event_id, session_id, at FROM due WHERE at <= ? ORDER BY at LIMIT ?"
        return [Due(*found) for found in await self._query(sql, now, limit)]

    async def claim(self, seen: Due, until: int) -> bool:
        """See ``State.claim``."""

        def work(db: sqlite3.Connection) -> bool:
            sql = "UPDATE due SET at = ? WHERE session_id = ? AND at = ?"
            return db.execute(sql, (until, seen.session_id, seen.at)).rowcount == 1

        return await self._write(work)

    async def remember(self, key: str, value: str, seconds: int, *, replace: bool = False) -> str | None:
        """See ``State.remember``."""
        now = micros(self._clock())

        def work(db: sqlite3.Connection) -> str | None:
            db.execute("DELETE FROM note WHERE expires <= ?", (now,))
            found = db.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
            if found is None or replace:
                db.execute("INSERT OR REPLACE INTO note VALUES (?, ?, ?)", (key, value, now + seconds * 1_000_000))
            return str(found[0]) if found else None

        return await self._write(work)

    async def recall(self, key: str) -> str | None:
        """See ``State.recall``."""
        sql = "SELECT value FROM note WHERE key = ? AND expires > ?"
        found = await self._query(sql, key, micros(self._clock()))
        return str(found[0][0]) if found else None

    async def forget(self, key: str) -> bool:
        """See ``State.forget``."""
        now = micros(self._clock())

        def work(db: sqlite3.Connection) -> bool:
            return db.execute("DELETE FROM note WHERE key = ? AND expires > ?", (key, now)).rowcount == 1

        return await self._write(work)

    async def check(self) -> str:
        """See ``State.check``."""
        await self.remember("once:check", str(time.monotonic()), 60, replace=True)
        return f"SQLite {sqlite3.sqlite_version}"

    async def close(self) -> None:
        """Let go of the file."""
        await self._reader.close()
        await self._writer.close()

    async def _migrate(self) -> None:
        def work(db: sqlite3.Connection) -> int:
            found = int(db.execute("PRAGMA user_version").fetchone()[0])
            if found == 0:
                for statement in _SCHEMA.strip().split(";\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {_VERSION}")
            return found

        if await self._write(work) > _VERSION:
            raise Unavailable("state_too_new", "The data folder was written by a newer PitchScoop. Start that version.")

    async def _query(self, sql: str, *values: Any) -> list[Any]:
        with _translated():
            return list(await self._reader.execute_fetchall(sql, values))

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in one transaction on the writer's thread: whole or not at all, cancelled or not."""

        def transaction() -> T:
            db = self._writer._conn  # noqa: SLF001  one hop to the thread for the whole transaction, not one a statement
            db.execute("BEGIN IMMEDIATE")
            try:
                result = work(db)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            return result

        async with self._lock:
            with _translated():
                done: T = await self._writer._execute(transaction)  # type: ignore[no-untyped-call]  # noqa: SLF001
                return done


def _check_version(db: sqlite3.Connection, put: Put) -> None:
    found = db.execute("SELECT version FROM row WHERE key = ?", (put.key,)).fetchone()
    if (found[0] if found else 0) != put.version:
        raise StaleWrite(put.key)


def _apply(db: sqlite3.Connection, put: Put) -> None:
    db.execute("DELETE FROM place WHERE key = ?", (put.key,))
    if put.fields is None:
        db.execute("DELETE FROM row WHERE key = ?", (put.key,))
        return
    fields: Mapping[str, str] = dict(put.fields)
    document = json.dumps(fields, ensure_ascii=False)
    db.execute("INSERT OR REPLACE INTO row VALUES (?, ?, ?)", (put.key, put.version + 1, document))
    places = [(index, score, put.key) for index, score in put.indexes.items()]
    db.executemany("INSERT INTO place VALUES (?, ?, ?)", places)


def _set_due(db: sqlite3.Connection, due: Due) -> None:
    if due.at is None:
        db.execute("DELETE FROM due WHERE session_id = ?", (due.session_id,))
    else:
        db.execute("INSERT OR REPLACE INTO due VALUES (?, ?, ?)", (due.session_id, due.event_id, due.at))


def _fact(position: int, document: str) -> Fact:
    return replace(Fact(**json.loads(document)), position=str(position))


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError, OSError) as error:
        if "full" in str(error):
            raise NoRoom("storage_full", "The disk of the data folder is full. Make room: nothing is lost.") from error
        raise Unavailable("state_unavailable", f"The state file cannot be used now ({error}).") from error
    except ValueError as error:  # aiosqlite's word for a closed connection
        raise Unavailable("state_unavailable", "The state file is closed.") from error
