"""The state file when things go wrong: full, held, spoilt, shared, its process killed."""

import asyncio
import contextlib
import datetime as dt
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from pitchscoop.adapters.sqlite import SqliteState
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.errors import NoRoom
from pitchscoop.kernel.state import Due, Put, Row
from tests.contracts.states import CALLS, EVENT, INDEX, KEY, Follower, fact, unavailable


@pytest.fixture
async def file_state(tmp_path: Path) -> AsyncIterator[SqliteState]:
    state = await SqliteState.open(tmp_path / "test.db")
    yield state
    await state.close()


async def test_a_full_disk_is_no_room_and_nothing_is_half_written(file_state: SqliteState) -> None:
    await file_state.commit(EVENT, [Put(KEY, 0, {"turn": "0"}, {INDEX: 1})])
    db = file_state._writer
    ((pages,),) = await db.execute_fetchall("PRAGMA page_count")
    await db.execute_fetchall(f"PRAGMA max_page_count = {pages + 1}")
    problem = await unavailable(file_state.commit(EVENT, [Put(KEY, 1, {"turn": "x" * 99_999}, {})], [fact()]))
    assert isinstance(problem, NoRoom)
    assert problem.code == "storage_full"
    assert await file_state.read(KEY) == Row(KEY, 1, {"turn": "0"})
    assert await file_state.count(INDEX) == 1
    await db.execute_fetchall("PRAGMA max_page_count = 1000000")
    await file_state.commit(EVENT, [Put(KEY, 1, {"turn": "1"})])


async def test_a_file_held_by_another_process_is_unavailable(file_state: SqliteState, tmp_path: Path) -> None:
    await file_state._writer.execute_fetchall("PRAGMA busy_timeout = 100")
    with contextlib.closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert (await unavailable(file_state.commit(EVENT, [Put(KEY, 0, {})]))).code == "state_unavailable"
        assert await file_state.read(KEY) is None  # readers never wait
        other.execute("COMMIT")
    await file_state.commit(EVENT, [Put(KEY, 0, {})])


def newer(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (newer, "state_too_new"),
        (lambda path: path.write_bytes(b"not a database" * 100), "state_unavailable"),
        (lambda path: path.mkdir(), "state_unavailable"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused(spoil: Callable[[Path], None], code: str, tmp_path: Path) -> None:
    spoil(tmp_path / "test.db")
    assert (await unavailable(SqliteState.open(tmp_path / "test.db"))).code == code
    spoil(tmp_path / "file.db") if code == "state_too_new" else (tmp_path / "file.db").touch()
    assert (await unavailable(SqliteState.open(tmp_path / "file.db" / "test.db"))).code == "state_unavailable"
    for thread in threading.enumerate():
        if "_connection_worker" in thread.name:
            await asyncio.to_thread(thread.join, 5)
            assert not thread.is_alive()  # one that stays would keep the process from ending


async def test_a_file_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    state = await SqliteState.open(tmp_path / "test.db")
    await state.commit(EVENT, [Put(KEY, 0, {})])
    await state.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "test.db")) as db:
        db.execute("DROP INDEX note_expires")
        db.execute("PRAGMA user_version = 1")
    for _ in range(2):
        state = await SqliteState.open(tmp_path / "test.db")
        assert await state.read(KEY) is not None
        await state.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "test.db")) as db:
        assert db.execute("SELECT name FROM sqlite_master WHERE name = 'note_expires'").fetchall()


async def test_a_closed_state_is_unavailable(tmp_path: Path) -> None:
    state = await SqliteState.open(tmp_path / "test.db")
    await state.close()
    await state.close()
    for call in CALLS.values():
        await unavailable(call(state))


async def test_notes_grow_old_by_the_clock(tmp_path: Path) -> None:
    now = utc_now()
    state = await SqliteState.open(tmp_path / "test.db", lambda: now)
    await state.remember("once:x", "kept", 60)
    now += dt.timedelta(seconds=59)
    assert await state.recall("once:x") == "kept"
    now += dt.timedelta(seconds=1)
    assert await state.recall("once:x") is None
    assert await state.forget("once:x") is False
    await state.remember("once:y", "", 60)
    assert await state._query("SELECT key FROM note") == [("once:y",)]
    await state.close()


WRITER = """
import asyncio, pathlib, sys
from pitchscoop.adapters.sqlite import SqliteState
from pitchscoop.kernel.errors import StaleWrite
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Put

async def main(path, event, key, turns):
    state = await SqliteState.open(pathlib.Path(path))
    for turn in range(int(turns)):
        while True:
            row = await state.read(key)
            try:
                fields = {"count": str(int(row.fields["count"]) + 1)}
                await state.commit(event, [Put(key, row.version, fields)], [Fact("added", event, "x", "")])
            except StaleWrite:
                continue
            break
        print(turn, flush=True)
    await state.close()

asyncio.run(main(*sys.argv[1:]))
"""


def writer(path: Path, turns: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), EVENT, KEY, str(turns)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def test_processes_share_a_file_and_hear_each_other(file_state: SqliteState, tmp_path: Path) -> None:
    await file_state.commit(EVENT, [Put(KEY, 0, {"count": "0"})])
    follower = Follower(file_state)
    await follower.ready(file_state)
    processes = [writer(tmp_path / "test.db", 25) for _ in range(3)]
    for process in processes:
        await asyncio.to_thread(process.communicate)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert await file_state.read(KEY) == Row(KEY, 76, {"count": "75"})
    await follower.hears(["added"] * 75)
    await follower.stop()


async def test_what_a_killed_process_committed_stays(file_state: SqliteState, tmp_path: Path) -> None:
    await file_state.commit(EVENT, [Put(KEY, 0, {"count": "0"})])
    process = writer(tmp_path / "test.db", 100_000)
    assert process.stdout
    await asyncio.to_thread(process.stdout.readline)
    await asyncio.sleep(0.2)
    process.kill()
    said, _ = await asyncio.to_thread(process.communicate)
    row = await file_state.read(KEY)
    assert row
    assert int(row.fields["count"]) - (len(said.splitlines()) + 1) in (0, 1)  # the last may not have been told
    assert len(await file_state.facts(EVENT, limit=100_000)) == row.version - 1
    await file_state.commit(EVENT, [Put(KEY, row.version, {})], [], [Due(EVENT, "s", micros(utc_now()))])


async def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    state = await SqliteState.open(tmp_path / "state.db")
    await state.check()
    files = [path for path in tmp_path.iterdir() if path.name.startswith("state.db")]  # noqa: ASYNC240
    assert len(files) == 3
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    await state.close()
