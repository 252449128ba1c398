"""State and audio into one file, while everything runs."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from pathlib import Path

from pitchscoop.events.service import Events
from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import NotFound
from pitchscoop.kernel.packing import once
from pitchscoop.kernel.state import State
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring import copies
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.upkeep.archive import Manifest, Writer, create
from pitchscoop.upkeep.folders import Folder, folder

ROWS = "state/rows.jsonl"
FACTS = "state/facts/"
_LOOKS = 3  # a session is finished or deleted once; then it holds still
_FACTS_AT_ONCE = 1000
_UNDER_WAY = "note   session {} is being recorded and left out. Back up again when it has ended."
_DAMAGED = "wrong  session {} is not whole in storage and left out. Run pitchscoop fsck."

Say = Callable[[str], None]


class Backup:
    """Writes backups. What lies in one is laid out as in storage, with the rows and facts of state beside it."""

    def __init__(
        self,
        state: State,
        storage: AudioStorage,
        events: Events,
        sessions: Sessions,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._state = state
        self._storage = storage
        self._events = events
        self._sessions = sessions
        self._ledger = ledger
        self._clock = clock

    async def write(self, path: Path, event_id: str | None, say: Say) -> bool:
        """Write one event or, without ``event_id``, everything; False if something that should be in it is damaged.

        Recordings under way are left out, and it is said.
        """
        if event_id is not None:
            await self._events.get(event_id)
        event_ids = [event_id] if event_id is not None else await self._state.event_ids()
        files: dict[str, str] = {}
        left_out: dict[str, str] = {}
        with create(path) as out:
            session_ids: list[str] = []
            files[ROWS] = await out.add(ROWS, self._rows(event_id, session_ids))
            for known in event_ids:
                files |= await self._event(out, known)
            for session_id in sorted(session_ids):
                files |= await self._session(out, session_id, left_out)
            made_at = self._clock().isoformat()
            await out.finish(Manifest(made_at=made_at, event_id=event_id, left_out=sorted(left_out), files=files))
        kept = sum(name.endswith(f"/{keys.SESSION_JSON}") for name in files)
        for session_id, why in left_out.items():
            say(why.format(session_id))
        events = len(set(event_ids) - {keys.INSTALLATION})
        say(f"{path}: {kept} sessions of {events} events.")
        return _DAMAGED not in left_out.values()

    async def _rows(self, event_id: str | None, session_ids: list[str]) -> AsyncIterator[bytes]:
        """All rows but those that files have: sessions, of which the ids are collected, their words, and cards."""
        async for indexed in self._state.walk():
            row = indexed.row
            if event_id is not None and rows.event_of(row) != event_id:
                continue
            if row.key.startswith("session:"):
                session_ids.append(row.key.removeprefix("session:"))
                continue
            if row.key == keys.live_slots() or row.key.startswith(("transcript:", *keys.CARDS)):
                continue
            yield _line({"key": row.key, "fields": dict(row.fields), "indexes": dict(indexed.indexes)})

    async def _event(self, out: Writer, event_id: str) -> dict[str, str]:
        name, record = f"{FACTS}{event_id}.jsonl", await self._events.record(event_id)
        files = {name: await out.add(name, self._facts(event_id))}
        if record is not None:
            key = keys.event_json(event_id)
            files[key] = await out.add(key, once(record.document))
        async for entries in self._ledger.everything(event_id):
            key = keys.cards_json(event_id, entries[0].number)
            files[key] = await out.add(key, once(copies.written(entries)))
        return files

    async def _facts(self, event_id: str) -> AsyncIterator[bytes]:
        last = ""
        while found := await self._state.facts(event_id, last, _FACTS_AT_ONCE):
            for fact in found:
                yield _line(asdict(fact) | {"position": ""})
            last = found[-1].position

    async def _session(self, out: Writer, session_id: str, left_out: dict[str, str]) -> dict[str, str]:
        """A session's files and then itself, as it was before they were read: what it names is there."""
        for _ in range(_LOOKS):
            session = await self._sessions.look(session_id)
            if session is None or session.status == "deleting":
                return {}
            if session.status == "recording":
                left_out[session_id] = _UNDER_WAY
                return {}
            try:
                files = {key: await out.add(key, self._storage.read_audio(key)) for key in await self._files(session)}
            except NotFound:
                continue
            key = keys.stored(session_id, keys.SESSION_JSON)
            return files | {key: await out.add(key, once((await self._sessions.with_words(session)).document))}
        left_out[session_id] = _DAMAGED
        return {}

    async def _files(self, session: Session) -> list[str]:
        """What belongs to a session that was stopped; ``NotFound`` where it is not all there."""
        found = await folder(self._storage, session.session_id)
        if session.status == "processing" and not session.has_audio:
            return _segments(session, found)
        if session.has_audio and found.size(session.audio_minio_key) != session.audio_size:
            raise NotFound("no_such_object", "The recording is not in storage.")
        names = [name for name in found.files if name != keys.SESSION_JSON and not name.startswith("segments/")]
        return [keys.stored(session.session_id, name) for name in names]


def _segments(session: Session, found: Folder) -> list[str]:
    chain = found.chain(session.part)
    if chain.end != session.received:
        raise NotFound("no_such_object", "Segments are missing.")
    return [*[piece.key for piece in chain.pieces], keys.segment(session.segments, chain.end)]


def _line(document: dict[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"
