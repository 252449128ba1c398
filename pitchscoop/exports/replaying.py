"""An export checked to the letter, and its standings made again: ``export.json`` or the ``export.zip`` around one."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pitchscoop.exports import archive, sheets
from pitchscoop.exports.archive import Manifest
from pitchscoop.exports.whole import Whole, read
from pitchscoop.kernel.errors import Invalid
from pitchscoop.scoring.replay import newest, replayed
from pitchscoop.scoring.written import written
from pitchscoop.voting.model import counted

_CHANGED = "{} in this ZIP is not as it was exported. Use a copy that nobody has changed."


def replay(file: Path) -> tuple[str, str]:
    """The standings as text, and the chain that stands for all cards they are made of.

    Raises:
        Invalid: it is no export, or something in it is not as it was.
    """
    if not zipfile.is_zipfile(file):
        return _replay(file.read_bytes())[1:]
    try:
        with zipfile.ZipFile(file) as packed:
            return _replay_zip(packed)
    except (zipfile.BadZipFile, EOFError) as damage:
        raise Invalid("bad_export", f"This ZIP is damaged: {damage}. Download it again.") from None


def _replay_zip(packed: zipfile.ZipFile) -> tuple[str, str]:
    names = set(packed.namelist())
    if not {archive.WHOLE, archive.MANIFEST} <= names:
        raise Invalid("bad_export", "This ZIP holds no export.json. Export the whole event, not chosen pitches.")
    try:
        manifest = Manifest.model_validate_json(packed.read(archive.MANIFEST))
    except ValidationError as error:
        where = error.errors()[0]["msg"]
        raise Invalid("bad_export", f"The manifest in this ZIP cannot be read: {where}. Download it again.") from None
    held = {name: packed.read(name) for name in (archive.WHOLE, archive.SCORES, archive.RESULT) if name in names}
    for name, content in held.items():
        told = manifest.files.get(name)
        if told is None or told.sha256 != hashlib.sha256(content).hexdigest():
            raise Invalid("file_changed", _CHANGED.format(name))
    whole, text, chain = _replay(held[archive.WHOLE])
    if held.get(archive.RESULT, text.encode()) != text.encode():  # none where a pitch was being erased just then
        raise Invalid("file_changed", _CHANGED.format(archive.RESULT))
    if _table(held.get(archive.SCORES, b"")) != _table(_scores(whole)):
        raise Invalid("file_changed", _CHANGED.format(archive.SCORES))
    return text, chain


def _replay(document: bytes) -> tuple[Whole, str, str]:
    try:
        raw = json.loads(document, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Invalid("bad_export", f"This is no export.json: {error}.") from None
    if isinstance(raw, dict) and isinstance(raw.get("entries"), list):
        _check_cards(raw["entries"])
    found = read(document)
    votes = counted(found.votes, found.event.settings.audience_vote)
    board = replayed(found.event, found.teams, found.judges, found.sessions, found.entries, votes)
    return found, written(board), board.chain


def _check_cards(entries: Sequence[Any]) -> None:
    """Cards as they are written, before anything is read into them: what a reader skips was added by somebody."""
    for at, entry in enumerate(entries, start=1):
        card = entry.get("card") if isinstance(entry, dict) else None
        if card is None:
            continue
        text = json.dumps(card, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(text.encode(errors="replace")).hexdigest() != entry.get("digest"):
            raise Invalid("cards_changed", f"Card {at}{_of(card)} is not as it was saved. Trust nothing in this file.")


def _of(card: object) -> str:
    if not isinstance(card, dict):
        return ""
    return f" (judge {card.get('judge_id')!s:.64}, pitch {card.get('session_id')!s:.64})"


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which each name stands once: of two, readers take whichever they like."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _table(scores: bytes) -> list[dict[str, str]]:
    """Scorecards of a table, in some order. ``revision`` is left out: it counts changes of a row, not of a card."""
    rows = csv.DictReader(io.StringIO(scores.decode("utf-8-sig"), newline=""))
    return sorted(({name: row[name] for name in row if name != "revision"} for row in rows), key=str)


def _scores(found: Whole) -> bytes:
    """``scores.csv`` as the entries give it; nothing where there is no card."""
    sessions = {session.session_id: session for session in found.sessions}
    tracks = {team.team_id: team.track for team in found.teams}
    names = {judge.judge_id: judge.name for judge in found.judges}
    rows = []
    for (session_id, judge_id), card in newest(found.entries).items():
        session = sessions[session_id]
        track = tracks.get(session.team_id or "")
        rows.append(sheets.score_row(found.event, session, track, card, names.get(judge_id, "")))
    return sheets.scores_head(found.event) + sheets.lines(rows) if rows else b""
