"""The search index as SQLite keeps it: a table of pitches, and FTS5's index over their text.

Words are lines of the text, so that the number of a line is the number of a word. FTS5 splits where no letter or
digit is; signs of scripts without spaces are words of their own to it, and looked for as phrases of them. That finds
any part of what was said in these scripts, where an index of trigrams finds nothing shorter than three signs.
"""

import sqlite3
import unicodedata
from array import array
from collections.abc import Iterable

from pitchscoop.search.model import Entry, Match, Query
from pitchscoop.transcripts.writing import unspaced

SCHEMA = """
CREATE TABLE pitch (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL UNIQUE, event_id TEXT NOT NULL,
  version INTEGER NOT NULL, scope TEXT NOT NULL, text TEXT NOT NULL, times BLOB NOT NULL);
CREATE INDEX pitch_event ON pitch (event_id, session_id, version);
CREATE TABLE event (event_id TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE spelling (words TEXT NOT NULL);
CREATE VIRTUAL TABLE said USING fts5 (scope, text, content='pitch', content_rowid='id', prefix='2',
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* M* Co'");
CREATE VIRTUAL TABLE term USING fts5vocab ('said', 'col');
INSERT INTO said (said, rank) VALUES ('rank', 'bm25(0.0, 1.0)');
"""
_MANY = 500  # pitches with what is looked for, above which counting and weighing all words would take too long
_INSIDE = 3  # letters of a word to be looked for inside others
_SPELLINGS = 100  # words in which it is looked for; beyond, a part is too common to be what is meant
_OPEN, _CLOSE, _APART = "\x02", "\x03", "\u200b"  # of what was found; between signs of scripts without spaces


def put(db: sqlite3.Connection, entry: Entry) -> bool:
    """Take a pitch in; False if there is nothing new in it."""
    scope, text = _scope(entry.event_id, entry.team_id), "\n".join(_spaced(word) for word in entry.words)
    times = array("I", [round(max(0, second) * 1000) for second in (*entry.starts, *entry.ends)]).tobytes()
    known = db.execute(
        "SELECT scope, text, times, event_id FROM pitch WHERE session_id = ?", (entry.session_id,)
    ).fetchone()
    if known == (scope, text, times, entry.event_id):
        db.execute("UPDATE pitch SET version = ? WHERE session_id = ?", (entry.version, entry.session_id))
        return False
    remove(db, entry.session_id)
    place = entry.created // 1000  # the order of ids is that of creation: milliseconds, and the next that is free
    while db.execute("SELECT 1 FROM pitch WHERE id = ?", (place,)).fetchone():
        place += 1
    pitch = (place, entry.session_id, entry.event_id, entry.version, scope, text, times)
    db.execute("INSERT INTO pitch VALUES (?, ?, ?, ?, ?, ?, ?)", pitch)
    db.execute("INSERT INTO said (rowid, scope, text) VALUES (?, ?, ?)", (place, scope, text))
    return True


def remove(db: sqlite3.Connection, session_id: str) -> bool:
    """Let go of a pitch; False if it is not there."""
    known = db.execute("SELECT id, scope, text FROM pitch WHERE session_id = ?", (session_id,)).fetchone()
    if known is None:
        return False
    db.execute("INSERT INTO said (said, rowid, scope, text) VALUES ('delete', ?, ?, ?)", known)
    db.execute("DELETE FROM pitch WHERE id = ?", known[:1])
    return True


def learn(db: sqlite3.Connection) -> None:
    """Write down every word there is, to be looked through where a part of one is looked for."""
    words = [term for (term,) in db.execute("SELECT term FROM term WHERE col = 'text'") if len(term) > _INSIDE]
    db.execute("DELETE FROM spelling")
    db.execute("INSERT INTO spelling VALUES (?)", ("\n".join(words),))


def find(
    db: sqlite3.Connection, event_id: str, team_id: str | None, query: Query, offset: int, limit: int
) -> list[Match]:
    """Pitches in which all was said; if there is none, those where words have inside them what is looked for."""
    said = [f'"{_spaced(phrase)}"' for phrase in query.phrases]
    if query.begun:
        said[-1] = f"({said[-1]} OR {said[-1]} *)"  # the word itself weighs more than what begins with it
    expression = _expression(event_id, team_id, said)
    count = _count(db, expression)
    if not count and (inside := _inside(db, query.phrases)):
        expression = _expression(event_id, team_id, inside)
        count = _count(db, expression)
    order = "rank" if count <= _MANY else "rowid DESC"
    sql = (
        "SELECT session_id, marked, times FROM (SELECT rowid AS id, highlight(said, 1, ?, ?) AS marked FROM said "  # noqa: S608
        f"WHERE said MATCH ? ORDER BY {order} LIMIT ? OFFSET ?) CROSS JOIN pitch USING (id)"
    )
    found = db.execute(sql, (_OPEN, _CLOSE, expression, limit, offset)) if count else []
    return [_match(*row) for row in found]


def _count(db: sqlite3.Connection, expression: str) -> int:
    """How many pitches it finds, counted no further than needed."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM said WHERE said MATCH ? LIMIT ?)"
    return int(db.execute(sql, (expression, _MANY + 1)).fetchone()[0])


def _match(session_id: str, marked: str, times: bytes) -> Match:
    seconds = [thousandths / 1000 for thousandths in array("I", times)]
    words: list[str] = []
    found: dict[int, tuple[int, int]] = {}
    within = False
    for number, line in enumerate(marked.replace(_APART, "").split("\n")):
        word = line.replace(_OPEN, "").replace(_CLOSE, "")
        begun = within
        if _OPEN in line or _CLOSE in line:
            within = line.rfind(_OPEN) > line.rfind(_CLOSE)
        if begun or _OPEN in line:
            start = 0 if begun else line.index(_OPEN)
            after = "" if within else line[line.rindex(_CLOSE) + 1 :]
            found[number] = (start, len(word) - len(after))
        words.append(word)
    half = len(seconds) // 2
    return Match(session_id, words, seconds[:half], seconds[half:], found)


def _inside(db: sqlite3.Connection, phrases: Iterable[str]) -> list[str]:
    """The phrases, those of one word as all words that have it inside; nothing where there are none or too many."""
    known = db.execute("SELECT words FROM spelling").fetchone()
    said: list[str] = []
    for phrase in phrases:
        part = _folded(phrase)
        if len(part) < _INSIDE or not part.isalnum() or any(map(unspaced, part)):
            said.append(f'"{_spaced(phrase)}"')
            continue
        words = _spellings(known[0] if known else "", part)
        if not words or len(words) > _SPELLINGS:
            return []
        said.append("(" + " OR ".join(f'"{word}"' for word in words) + ")")
    return said


def _spellings(words: str, part: str) -> list[str]:
    """The lines of ``words`` that have the part in them, one too many if there are too many."""
    found: list[str] = []
    at = words.find(part)
    while at >= 0 and len(found) <= _SPELLINGS:
        begin, end = words.rfind("\n", 0, at) + 1, words.find("\n", at)
        found.append(words[begin : end if end >= 0 else None])
        at = words.find(part, end) if end >= 0 else -1
    return found


def _expression(event_id: str, team_id: str | None, said: Iterable[str]) -> str:
    """What FTS5 is asked. Only ever quoted strings: nothing in them has a meaning to it."""
    scopes = [f'scope : "{word}"' for word in _scope(event_id, team_id).split()]
    return " AND ".join([*scopes, f"text : ({' AND '.join(said)})"])


def _scope(event_id: str, team_id: str | None) -> str:
    """Words of a column of their own, so that the index finds the pitches of one event or team by itself."""
    return f"e{event_id} t{team_id}" if team_id else f"e{event_id}"


def _spaced(text: str) -> str:
    if text.isascii():  # as most words are
        return text
    letters = unicodedata.normalize("NFC", text)
    return "".join(f"{_APART}{letter}{_APART}" if unspaced(letter) else letter for letter in letters)


def _folded(text: str) -> str:
    """As FTS5 writes a word down: small letters without the marks of Latin ones."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text.lower()) if not "\u0300" <= sign <= "\u036f")
