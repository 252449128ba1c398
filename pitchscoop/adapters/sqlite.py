"""State in one SQLite file: the embedded mode. Several processes may use the same file."""

import asyncio
import contextlib
import errno
import json
import re
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from pitchscoop.adapters import sqlite_rows
from pitchscoop.kernel.clock import Clock, micros, utc_now
from pitchscoop.kernel.cursors import not_ours
from pitchscoop.kernel.errors import NoRoom, Unavailable
from pitchscoop.kernel.facts import Fact, recalled
from pitchscoop.kernel.state import Due, Indexed, Placed, Put, Row, Seen, Work

T = TypeVar("T")

_POLL = 0.2  # seconds between looks for other processes' facts; one's own are announced at once
_BATCH = 500  # facts a follower takes at a time: a long absence must not fill the memory
_WALK = 200  # rows a walk holds at a time: transcripts are long
_POSITION = re.compile(r"[0-9]{0,18}")
_BEYOND = 2**63 - 1  # a position after all others
# One entry a version of the file, each applied once; new ones are added at the end.
_MIGRATIONS = (
    """
CREATE TABLE row (key TEXT PRIMARY KEY, version INTEGER NOT NULL, fields TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE place (idx TEXT, score INTEGER, key TEXT, PRIMARY KEY (idx, score, key)) WITHOUT ROWID;
CREATE INDEX place_key ON place (key);
CREATE TABLE due (session_id TEXT PRIMARY KEY, event_id TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX due_at ON due (at);
CREATE TABLE fact (position INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX fact_event ON fact (event_id, position);
CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE event (event_id TEXT PRIMARY KEY) WITHOUT ROWID;
""",
    "CREATE INDEX note_expires ON note (expires);",
)


class SqliteState:
    """Fits ``kernel.state.State``. One connection writes, one reads, so that readers never wait for an fsync."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, clock: Clock) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock
        self._lock = asyncio.Lock()
        self._news = asyncio.Condition()
        self._told = 0  # how often there was news: a follower that was busy meanwhile must not sleep through it
        self._closed = False

    @classmethod
    async def open(cls, path: Path, clock: Clock = utc_now) -> "SqliteState":
        """Open or make the file; durable on commit (WAL with full sync)."""
        async with contextlib.AsyncExitStack() as undo:
            with _translated():
                await asyncio.to_thread(_private, path)
                writer, reader = [await _connect(path, undo) for _ in range(2)]
            state = cls(writer, reader, clock)
            await state._migrate()
            undo.pop_all()
        return state

    async def read(self, key: str) -> Row | None:
        """See ``State.read``."""
        found = await self._query("SELECT version, fields FROM row WHERE key = ?", key)
        return Row(key, found[0][0], json.loads(found[0][1])) if found else None

    async def commit(
        self,
        event_id: str | None,
        puts: Sequence[Put],
        facts: Sequence[Fact] = (),
        due: Sequence[Due] = (),
        seen: Sequence[Seen] = (),
    ) -> None:
        """See ``State.commit``."""
        if ({entry.event_id for entry in facts} | {entry.event_id for entry in due}) - {event_id}:
            raise ValueError("facts and due times belong to the event that is committed to")

        def work(db: sqlite3.Connection) -> None:
            sqlite_rows.check_versions(db, [*puts, *seen])
            for put in puts:
                sqlite_rows.apply(db, put)
            for fact in facts:
                sqlite_rows.append(db, fact)
            for entry in due:
                sqlite_rows.set_due(db, entry)
            if event_id is not None:
                db.execute("INSERT OR IGNORE INTO event VALUES (?)", (event_id,))

        await self._write(work)
        if facts:
            async with self._news:
                self._told += 1
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

    async def counts(self, indexes: Sequence[str]) -> list[int]:
        """See ``State.counts``."""
        counted = "(SELECT count(*) FROM place WHERE idx = wanted.value)"
        sql = f"SELECT {counted} FROM json_each(?) AS wanted ORDER BY wanted.key"  # noqa: S608
        return [int(found[0]) for found in await self._query(sql, json.dumps(list(indexes)))]

    async def event_ids(self) -> list[str]:
        """See ``State.event_ids``."""
        return [found[0] for found in await self._query("SELECT event_id FROM event ORDER BY event_id")]

    async def walk(self) -> AsyncIterator[Indexed]:
        """See ``State.walk``."""
        sql = (
            "SELECT key, version, fields, (SELECT json_group_object(idx, score) FROM place WHERE place.key = row.key) "
            "FROM row WHERE key > ? ORDER BY key LIMIT ?"
        )
        last = ""
        while found := await self._query(sql, last, _WALK):
            for key, version, fields, places in found:
                yield Indexed(Row(key, version, json.loads(fields)), json.loads(places))
            last = found[-1][0]

    async def facts(self, event_id: str, after: str = "", limit: int = 1000) -> list[Fact]:
        """See ``State.facts``."""
        if not _POSITION.fullmatch(after):
            raise not_ours()
        sql = "SELECT position, document FROM fact WHERE event_id = ? AND position > ? ORDER BY position LIMIT ?"
        return [
            recalled(document, str(at)) for at, document in await self._query(sql, event_id, int(after or 0), limit)
        ]

    async def latest(self, event_id: str, before: str = "", limit: int = 1000) -> list[Fact]:
        """See ``State.latest``."""
        if not _POSITION.fullmatch(before):
            raise not_ours()
        sql = "SELECT position, document FROM fact WHERE event_id = ? AND position < ? ORDER BY position DESC LIMIT ?"
        found = await self._query(sql, event_id, int(before or _BEYOND), limit)
        return [recalled(document, str(at)) for at, document in found]

    async def last_fact(self, event_id: str) -> Fact | None:
        """See ``State.last_fact``."""
        return next(iter(await self.latest(event_id, limit=1)), None)

    async def follow(self) -> AsyncIterator[Fact]:
        """See ``State.follow``. Listens from when it is first asked for a fact."""
        last: int | None = None
        while True:
            told = self._told
            found: list[tuple[int, str]] = []
            with contextlib.suppress(Unavailable):
                if last is None:
                    last = (await self._query("SELECT coalesce(max(position), 0) FROM fact"))[0][0]
                sql = "SELECT position, document FROM fact WHERE position > ? ORDER BY position LIMIT ?"
                found = await self._query(sql, last, _BATCH)
            for position, document in found:
                yield recalled(document, str(position))
                last = position
            if not found:
                await self._next_look(told)

    async def due(self, now: int, limit: int, work: Work = "sessions") -> list[Due]:
        """See ``State.due``."""
        order = "ORDER BY at, event_id, session_id LIMIT ?"
        sql = f"SELECT event_id, session_id, at FROM due WHERE at <= ? AND {sqlite_rows.OF_KIND[work]} {order}"  # noqa: S608
        return [Due(*found) for found in await self._query(sql, now, limit)]

    async def claim(self, seen: Due, until: int | None) -> bool:
        """See ``State.claim``."""
        return await self._write(lambda db: sqlite_rows.move_due(db, seen, until))

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

    async def swap(self, key: str, seen: str, value: str | None, seconds: int = 0) -> bool:
        """See ``State.swap``."""
        now = micros(self._clock())
        own = "WHERE key = ? AND value = ? AND expires > ?"

        def work(db: sqlite3.Connection) -> bool:
            if value is None:
                return db.execute(f"DELETE FROM note {own}", (key, seen, now)).rowcount == 1  # noqa: S608
            given = (value, now + seconds * 1_000_000, key, seen, now)
            return db.execute(f"UPDATE note SET value = ?, expires = ? {own}", given).rowcount == 1  # noqa: S608

        return await self._write(work)

    async def recall(self, key: str) -> str | None:
        """See ``State.recall``."""
        found = await self._query("SELECT value FROM note WHERE key = ? AND expires > ?", key, micros(self._clock()))
        return str(found[0][0]) if found else None

    async def forget(self, key: str) -> bool:
        """See ``State.forget``."""
        now = micros(self._clock())

        def work(db: sqlite3.Connection) -> bool:
            return db.execute("DELETE FROM note WHERE key = ? AND expires > ?", (key, now)).rowcount == 1

        return await self._write(work)

    async def check(self) -> str:
        """See ``State.check``."""
        await self.remember("once:check", secrets.token_hex(4), 60, replace=True)
        return f"SQLite {sqlite3.sqlite_version}"

    async def close(self) -> None:
        """Let go of the file."""
        self._closed = True
        await self._reader.close()
        await self._writer.close()

    async def _next_look(self, told: int) -> None:
        """Until this process has news, or it is time to look for that of others."""
        with contextlib.suppress(TimeoutError):
            async with self._news, asyncio.timeout(_POLL):
                await self._news.wait_for(lambda: self._told != told)

    async def _migrate(self) -> None:
        def work(db: sqlite3.Connection) -> int:
            found = int(db.execute("PRAGMA user_version").fetchone()[0])
            for version, script in enumerate(_MIGRATIONS[found:], found + 1):
                for statement in script.strip().split(";\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {version}")
            return found

        if await self._write(work) > len(_MIGRATIONS):
            raise Unavailable("state_too_new", "The data folder was written by a newer PitchScoop. Start that version.")

    async def _query(self, sql: str, *values: Any) -> list[Any]:
        self._require_open()
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
            self._require_open()
            with _translated():
                done: T = await self._writer._execute(transaction)  # type: ignore[no-untyped-call]  # noqa: SLF001
                return done

    def _require_open(self) -> None:
        if self._closed:
            raise Unavailable("state_unavailable", "The state file is closed: the server is ending. Try again soon.")


def _private(path: Path) -> None:
    """The file, and what SQLite lays beside it, are for nobody else: hashes of tokens are in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600)
    path.chmod(0o600)


async def _connect(path: Path, undo: contextlib.AsyncExitStack) -> aiosqlite.Connection:
    opening = asyncio.ensure_future(undo.enter_async_context(aiosqlite.connect(path, isolation_level=None)))
    try:
        connection = await asyncio.shield(opening)
    except asyncio.CancelledError:  # its thread would answer to a loop that is closed
        await asyncio.gather(opening, return_exceptions=True)
        raise
    # 10 s is how long it waits for another process's commit; each takes milliseconds.
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL"):
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    return connection


_OURS = (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.DataError)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """What a disk or a file does to us becomes ``Unavailable``; an error of ours stays what it is."""
    try:
        yield
    except (sqlite3.DatabaseError, OSError) as error:
        if isinstance(error, _OURS):
            raise
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or _no_space(error):
            raise NoRoom("storage_full", "The disk of the data folder is full. Make room: nothing is lost.") from error
        message = f"The state file cannot be used now ({error}). See that its folder can be written to, and try again."
        raise Unavailable("state_unavailable", message) from error


def _no_space(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
