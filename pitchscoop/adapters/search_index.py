"""The search index: SQLite FTS5 in a folder of its own. All of it can be made again, so it is kept on no other disk.

The processes of one machine share a file: one of them writes, the others only read, and SQLite keeps them apart. An
index each would cost every one of them the room and the work again. A file has a name that is never used again, so
whoever finds it damaged, or of another version, removes it; those that still have it open notice.
"""

import asyncio
import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from pitchscoop.adapters import search_rows
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.search.model import Entry, Match, Query

T = TypeVar("T")

_VERSION = 1  # of the tables; with another, files of this one are of no use
_WAITING = 100  # searches that wait for their turn, a second's worth; more are told to come again
_MANY = 1000  # pitches written after which FTS5's parts are joined into one
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class SearchIndex:
    """Fits ``search.ports.Index``. One thread writes and one reads: a search never waits for a write."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._writing = _Thread(self._folder)
        self._reading = _Thread(self._folder)
        self._held: sqlite3.Connection | None = None
        self._waiting = 0
        self._written = 0
        self._removed = False
        self._changed = False

    async def keep(self) -> bool:
        """See ``Index.keep``. What dies lets go: the lock is the operating system's."""
        return await self._writing.run(self._keep)

    async def events(self) -> list[str]:
        """See ``Index.events``."""
        sql = "SELECT event_id FROM event UNION SELECT event_id FROM pitch"
        return await self._ask(lambda db: [event_id for (event_id,) in db.execute(sql)], [])

    async def position(self, event_id: str) -> str | None:
        """See ``Index.position``."""
        sql = "SELECT position FROM event WHERE event_id = ?"
        found = await self._ask(lambda db: db.execute(sql, (event_id,)).fetchone(), None)
        return str(found[0]) if found else None

    async def versions(self, event_id: str) -> dict[str, int]:
        """See ``Index.versions``."""
        sql = "SELECT session_id, version FROM pitch WHERE event_id = ?"
        return await self._ask(lambda db: dict(db.execute(sql, (event_id,)).fetchall()), {})

    async def write(
        self, event_id: str, entries: Sequence[Entry], gone: Collection[str] = (), position: str | None = None
    ) -> None:
        """See ``Index.write``."""

        def work(db: sqlite3.Connection) -> None:
            put = sum(search_rows.put(db, entry) for entry in entries)
            removed = sum(search_rows.remove(db, session_id) for session_id in gone)
            if position is not None:
                db.execute("INSERT OR REPLACE INTO event VALUES (?, ?)", (event_id, position))
            self._note(put, removed)

        await self._change(work)

    async def forget(self, event_id: str) -> None:
        """See ``Index.forget``."""

        def work(db: sqlite3.Connection) -> None:
            gone = db.execute("SELECT session_id FROM pitch WHERE event_id = ?", (event_id,)).fetchall()
            removed = sum(search_rows.remove(db, session_id) for (session_id,) in gone)
            db.execute("DELETE FROM event WHERE event_id = ?", (event_id,))
            self._note(0, removed)

        await self._change(work)

    async def tidy(self) -> None:
        """See ``Index.tidy``. FTS5 keeps what was removed until it joins its parts, SQLite in its log."""
        if not self._changed:
            return
        join = self._removed or self._written >= _MANY

        def work(db: sqlite3.Connection) -> None:
            if join:
                db.execute("INSERT INTO said (said) VALUES ('optimize')")
            search_rows.learn(db)

        await self._change(work)
        self._changed = False
        if join:
            await self._writing.run(lambda: self._writing.open().execute("PRAGMA wal_checkpoint (TRUNCATE)").fetchall())
            self._written, self._removed = 0, False

    async def find(self, event_id: str, team_id: str | None, query: Query, *, offset: int, limit: int) -> list[Match]:
        """See ``Index.find``."""
        if self._waiting >= _WAITING:
            raise Unavailable("search_busy", "Too many people search at once. Try again in a few seconds.")
        self._waiting += 1
        try:
            return await self._ask(lambda db: search_rows.find(db, event_id, team_id, query, offset, limit), [])
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """See ``Index.close``."""
        await self._reading.close()
        await self._writing.run(self._let_go)
        await self._writing.close()

    def _keep(self) -> bool:
        if self._held is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what was said is for nobody else's eyes
            held = sqlite3.connect(self._folder / "keeper", timeout=0, isolation_level=None)
            try:
                held.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                held.close()
                if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                    return False
                raise
            self._held = held
            self._check()
            self._written, self._changed, self._removed = 0, True, True  # what the one before us has left to be done
        if self._writing.open_if_there() is None:
            _clear(self._folder)
            _make(self._folder)
        return True

    def _check(self) -> None:
        """Look once whether what others have left is sound."""
        db = self._writing.open_if_there()
        if db is not None and db.execute("PRAGMA quick_check (1)").fetchone() != ("ok",):
            self._writing.remove()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def _note(self, put: int, removed: int) -> None:
        self._written += put
        self._removed |= removed > 0
        self._changed |= put + removed > 0

    async def _ask(self, work: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """What it says, or ``nothing`` where there is no index, or no sound one."""

        def asked() -> T:
            db = self._reading.open_if_there()
            return nothing if db is None else work(db)

        try:
            return await self._reading.run(asked)
        except _Damaged:
            return nothing

    async def _change(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Run ``work`` in one transaction: whole or not at all."""

        def transaction() -> None:
            db = self._writing.open()
            db.execute("BEGIN IMMEDIATE")
            try:
                work(db)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

        await self._writing.run(transaction)


class _Damaged(Unavailable):
    """The file was no index any more, and was removed."""


class _Thread:
    """A thread with a connection to the newest file there is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, "search")
        self._path: Path | None = None
        self._db: sqlite3.Connection | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Do it there. What is damaged is removed; then there is nothing any more."""

        def done() -> T:
            with _translated(self.remove):
                return work()

        return await asyncio.get_running_loop().run_in_executor(self._thread, done)

    def open(self) -> sqlite3.Connection:
        """The connection; whoever writes has made the file."""
        if (db := self.open_if_there()) is None:
            raise Unavailable("search_unavailable", "The search index was removed. It is being made anew.")
        return db

    def open_if_there(self) -> sqlite3.Connection | None:
        """The connection; None where there is no file."""
        if self._db is not None and self._path is not None and self._path.exists():
            return self._db
        self._leave()
        self._path = _current(self._folder)
        self._db = _connect(self._path) if self._path else None
        if self._db is not None and self._db.execute("PRAGMA user_version").fetchone() != (_VERSION,):
            self.remove()  # an empty file is a sound one to SQLite
        return self._db

    async def close(self) -> None:
        """End it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._leave)
        self._thread.shutdown(wait=False)

    def _leave(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def remove(self) -> None:
        """Let go of the file for good."""
        path = self._path
        self._leave()
        if path is not None:
            _unlink(path)


def _current(folder: Path) -> Path | None:
    return min(folder.glob(f"{_VERSION}-*.db"), default=None)


def _clear(folder: Path) -> None:
    """Remove the files of other versions, and what is left of removed ones."""
    for path in folder.glob("*-*.*"):
        path.unlink(missing_ok=True)


def _make(folder: Path) -> None:
    """Make an empty index under its name when it is whole: nobody sees it before."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{_VERSION}-{secrets.token_hex(8)}.db"
    fresh = path.with_suffix(".new")
    fresh.touch(0o600)
    with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(f"BEGIN; {search_rows.SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
    fresh.rename(path)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False)
    # Another process's checkpoint may hold the file for moments. A power cut loses the last writes, which come again.
    for pragma in ("busy_timeout = 10000", "synchronous = NORMAL", "secure_delete = ON"):
        db.execute(f"PRAGMA {pragma}")
    return db


def _unlink(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


@contextlib.contextmanager
def _translated(remove: Callable[[], None]) -> Iterator[None]:
    try:
        yield
    except (sqlite3.DatabaseError, OSError) as error:
        if isinstance(error, (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.DataError)):
            raise  # an error of ours stays what it is
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:  # the low byte is the kind, the rest says more
            remove()
            raise _Damaged("search_unavailable", "The search index is damaged, and is being made anew.") from error
        message = f"The search index cannot be used now ({error}). See that its folder can be written to."
        raise Unavailable("search_unavailable", message) from error
