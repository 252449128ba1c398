"""``export.zip``: audio and what was said, tables, ``manifest.json`` with size and SHA-256 of all before."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncGenerator, AsyncIterator

from pydantic import BaseModel, ConfigDict

from pitchscoop import __version__
from pitchscoop.events.model import Event
from pitchscoop.exports import sheets
from pitchscoop.exports.places import Places
from pitchscoop.kernel.errors import NotFound
from pitchscoop.kernel.packing import Packer, once
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.transcripts.formats import FORMATS, Form

_TABLE = "sessions.csv"
SCORES = "scores.csv"
WHOLE = "export.json"
RESULT = "standings.json"
MANIFEST = "manifest.json"
_FORMS: tuple[Form, ...] = ("txt", "srt", "json")
_MISSING = "Its file is not in storage. Have the operator run pitchscoop fsck."
_CHANGED = "The file in storage has {} bytes, not the {} that were recorded. Have the operator run pitchscoop fsck."


class File(BaseModel):
    """A file in the archive. ``note`` says what is wrong with a recording."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str
    session_id: str | None = None
    note: str | None = None


class LeftOut(BaseModel):
    """A session whose recording is not in the archive, and why."""

    model_config = ConfigDict(frozen=True)

    session_id: str
    team_name: str
    pitch_title: str
    status: str
    reason: str


class Manifest(BaseModel):
    """What the archive holds, and what it does not."""

    model_config = ConfigDict(frozen=True)

    format: str = "pitchscoop-export"
    version: int = 1
    made_by: str = __version__
    made_at: dt.datetime
    event_id: str
    event_name: str
    files: dict[str, File]
    left_out: list[LeftOut]


class Archive:
    """One being made. It holds a few kilobytes a session until its end: names, a line of the table, a digest."""

    def __init__(self, storage: AudioStorage, sessions: Sessions) -> None:
        self._storage = storage
        self._sessions = sessions
        self._waiting = _Waiting()
        self._packer = Packer(self._waiting)
        self._places = Places()
        self._lines = [sheets.head()]
        self._notes: dict[str, tuple[str, str | None]] = {}
        self._left_out: list[LeftOut] = []

    async def session(self, session: Session) -> AsyncGenerator[bytes, None]:
        """A session's recording as it was received, whatever became of it, and what was said.

        Nothing if it was deleted meanwhile.
        """
        if not (session.has_audio and session.audio_minio_key):
            self._leave_out(session, _reason(session))
            return
        name = self._places.of(session)
        for made in (self._audio(session, session.audio_minio_key, name), self._said(session, name.rpartition(".")[0])):
            async with contextlib.aclosing(made) as pieces:
                async for piece in pieces:
                    yield piece

    async def _audio(self, session: Session, key: str, name: str) -> AsyncGenerator[bytes, None]:
        audio = self._storage.read_audio(key)
        adding = self._packer.add(name, audio, size=session.audio_size, at=session.created_at)
        begun = False
        try:
            async with contextlib.aclosing(self._pieces(adding)) as pieces:
                async for piece in pieces:
                    begun = True
                    yield piece
        except NotFound:
            if begun:
                raise
            if await self._is_there(session):
                self._leave_out(session, _MISSING)
            return
        self._note(session, name)

    async def _said(self, session: Session, stem: str) -> AsyncGenerator[bytes, None]:
        if session.transcript.status != "ready":
            return
        known = (await self._sessions.with_words(session)).transcript
        if not known.utterances:
            return  # nobody spoke, or it was deleted meanwhile
        for form in _FORMS:
            content = (await asyncio.to_thread(FORMATS[form].written, known)).encode()
            async with contextlib.aclosing(self._document(f"{stem}.{form}", content, session.created_at)) as pieces:
                async for piece in pieces:
                    yield piece
            self._notes[f"{stem}.{form}"] = (session.session_id, None)

    def scores(self, table: bytes, now: dt.datetime) -> AsyncGenerator[bytes, None]:
        """What judges gave."""
        return self._document(SCORES, table, now)

    def result(self, standings: str, now: dt.datetime) -> AsyncGenerator[bytes, None]:
        """The standings that the cards give."""
        return self._document(RESULT, standings.encode(), now)

    def whole(
        self, document: AsyncGenerator[bytes, None], now: dt.datetime, *, large: bool
    ) -> AsyncGenerator[bytes, None]:
        """All that is known, as it comes; ``large``: it may be of more than 2 GiB."""
        return self._pieces(self._packer.add(WHOLE, document, deflated=True, size=None if large else 0, at=now))

    async def end(self, event: Event, now: dt.datetime) -> AsyncIterator[bytes]:
        """The table, the manifest, and what makes the archive whole."""
        table = b"".join(self._lines)
        async for piece in self._document(_TABLE, table, now):
            yield piece
        manifest = await asyncio.to_thread(self._manifest, event, now)
        async for piece in self._document(MANIFEST, manifest, now):
            yield piece
        await self._packer.finish()
        yield self._waiting.taken()

    def _manifest(self, event: Event, now: dt.datetime) -> bytes:
        files = {}
        for name, packed in self._packer.entries.items():
            session_id, note = self._notes.get(name, (None, None))
            files[name] = File(size=packed.size, sha256=packed.sha256, session_id=session_id, note=note)
        manifest = Manifest(
            made_at=now, event_id=event.event_id, event_name=event.name, files=files, left_out=self._left_out
        )
        return manifest.model_dump_json(indent=1).encode()

    def _document(self, name: str, content: bytes, now: dt.datetime) -> AsyncGenerator[bytes, None]:
        return self._pieces(self._packer.add(name, once(content), deflated=True, size=len(content), at=now))

    async def _pieces(self, adding: AsyncGenerator[None, None]) -> AsyncGenerator[bytes, None]:
        async with contextlib.aclosing(adding):
            async for _ in adding:
                if piece := self._waiting.taken():
                    yield piece

    async def _is_there(self, session: Session) -> bool:
        now = await self._sessions.look(session.session_id)
        return now is not None and now.status != "deleting"

    def _leave_out(self, session: Session, reason: str) -> None:
        known = session.model_dump(include=set(LeftOut.model_fields))
        self._left_out.append(LeftOut(**known, reason=reason))
        self._lines.append(sheets.lines([sheets.row(session, None)]))

    def _note(self, session: Session, name: str) -> None:
        note = session.error.message if session.error else None
        if (size := self._packer.entries[name].size) != session.audio_size:
            note = _CHANGED.format(size, session.audio_size)
        self._notes[name] = (session.session_id, note)
        self._lines.append(sheets.lines([sheets.row(session, name)]))


def _reason(session: Session) -> str:
    if session.error:
        return session.error.message
    if session.status == "processing":
        return "It was just stopped and is not put together yet. Export again in a minute."
    if session.source is None:
        return "Nothing has been recorded yet."
    return "It was still being recorded. Export again when it is finished."


class _Waiting:
    """What was packed and not taken yet: never more than one piece and what frames it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._pieces.append(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def taken(self) -> bytes:
        """All of it."""
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole
