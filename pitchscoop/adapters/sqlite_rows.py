"""Rows, due times and facts as SQLite keeps them: the statements of a commit."""

import json
import sqlite3
from collections.abc import Sequence

from pitchscoop.kernel.errors import StaleWrite
from pitchscoop.kernel.facts import Fact, noted
from pitchscoop.kernel.state import Due, Put, Seen, Work

OF_KIND: dict[Work, str] = {
    "sessions": "session_id NOT GLOB 'transcript:*' AND session_id NOT GLOB 'advice:*'",
    "transcripts": "session_id GLOB 'transcript:*'",
    "advice": "session_id GLOB 'advice:*'",
}
"""Which due times are of a kind of work."""


def check_versions(db: sqlite3.Connection, decided_on: Sequence[Put | Seen]) -> None:
    """Raise ``StaleWrite`` if a row is not as it was when this was decided."""
    for row in decided_on:
        found = db.execute("SELECT version FROM row WHERE key = ?", (row.key,)).fetchone()
        if (found[0] if found else 0) != row.version:
            raise StaleWrite(row.key)


def apply(db: sqlite3.Connection, put: Put) -> None:
    """Put, replace or remove a row, and have it stand in its indexes and no others."""
    db.execute("DELETE FROM place WHERE key = ?", (put.key,))
    if put.fields is None:
        db.execute("DELETE FROM row WHERE key = ?", (put.key,))
        return
    document = json.dumps(dict(put.fields), ensure_ascii=False)
    db.execute("INSERT OR REPLACE INTO row VALUES (?, ?, ?)", (put.key, put.version + 1, document))
    places = [(index, score, put.key) for index, score in put.indexes.items()]
    db.executemany("INSERT INTO place VALUES (?, ?, ?)", places)


def set_due(db: sqlite3.Connection, due: Due) -> None:
    """Write or remove a due time."""
    if due.at is None:
        db.execute("DELETE FROM due WHERE session_id = ?", (due.session_id,))
    else:
        db.execute("INSERT OR REPLACE INTO due VALUES (?, ?, ?)", (due.session_id, due.event_id, due.at))


def move_due(db: sqlite3.Connection, seen: Due, until: int | None) -> bool:
    """Move or remove a due time if it is still what was seen."""
    where, values = "session_id = ? AND event_id = ? AND at = ?", (seen.session_id, seen.event_id, seen.at)
    if until is None:
        return db.execute(f"DELETE FROM due WHERE {where}", values).rowcount == 1  # noqa: S608
    return db.execute(f"UPDATE due SET at = ? WHERE {where}", (until, *values)).rowcount == 1  # noqa: S608


def append(db: sqlite3.Connection, fact: Fact) -> None:
    """Write a fact at the end of the log."""
    db.execute("INSERT INTO fact (event_id, document) VALUES (?, ?)", (fact.event_id, noted(fact)))
