"""What a backup holds, back into state and storage: of either kind, whatever the backup was made of."""

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Invalid, Problem, StaleWrite
from pitchscoop.kernel.facts import Fact, recalled
from pitchscoop.kernel.state import Due, Put, State
from pitchscoop.recordings.model import CONTENT_TYPES, Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring import copies
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.upkeep.archive import Reader, opened
from pitchscoop.upkeep.backup import FACTS, ROWS
from pitchscoop.upkeep.folders import folder

_AT_ONCE = 500  # facts in one commit
_TYPES = {**CONTENT_TYPES, "json": "application/json"}


class Restore:
    """Adds what is missing and changes nothing that is there, so that it may be done again."""

    def __init__(self, state: State, storage: AudioStorage, sessions: Sessions, ledger: Ledger, clock: Clock) -> None:
        self._state = state
        self._storage = storage
        self._sessions = sessions
        self._ledger = ledger
        self._clock = clock

    async def read(self, path: Path, say: Callable[[str], None]) -> None:
        """Restore a backup: all files first, then what makes them visible."""
        async with opened(path) as source:
            await self._state.check()
            await self._storage.check()
            sessions = _sessions(source)
            await self._audio(source, sessions)
            await self._cards(source, say)
            await self._rows(source)
            await self._facts(source)
            back = 0
            for names in sessions:
                back += await self._sessions.rebuild(await _session(source, names[-1]))
            left = len(source.manifest.left_out)
        say(f"{back} sessions restored, {len(sessions) - back} were there already, {left} had been left out.")

    async def _audio(self, source: Reader, sessions: list[list[str]]) -> None:
        """All sessions' files, or none: what could not be brought to its end is taken back."""
        new: list[str] = []
        try:
            for names in sessions:
                await self._files(source, names, new)
        except BaseException:
            for key in new:
                with contextlib.suppress(Problem):
                    await self._storage.delete_audio(key)
            raise

    async def _files(self, source: Reader, names: list[str], new: list[str]) -> None:
        session = await _session(source, names[-1])
        known = await self._sessions.look(session.session_id)
        if known is not None and _sound(known) != _sound(session):
            return  # it has moved on since
        there = await folder(self._storage, session.session_id)
        for key in names:
            size = there.size(key)
            if size == source.size(key) or (key == names[-1] and (size is not None or known is not None)):
                continue
            if size is None:
                new.append(key)
            await self._storage.upload_audio(key, source.pieces(key), _content_type(key))

    async def _cards(self, source: Reader, say: Callable[[str], None]) -> None:
        """What judges saved, before they can save more."""
        found: dict[str, list[str]] = {}
        for name in sorted(source.manifest.files):
            event_id = name.removeprefix(keys.EVENTS).partition("/")[0]
            if name.startswith(keys.cards_folder(event_id)):
                found.setdefault(event_id, []).append(name)
        for event_id, names in found.items():
            entries = [entry for name in names for entry in copies.read(name, await source.read(name))]
            if not await self._ledger.put_back(event_id, entries):
                say(f"wrong  cards {event_id} are others here than in the backup, and were left as they are.")

    async def _rows(self, source: Reader) -> None:
        events = {name.removeprefix(FACTS).removesuffix(".jsonl") for name in source.manifest.files if FACTS in name}
        async for line in source.lines(ROWS):
            row = json.loads(line)
            with contextlib.suppress(StaleWrite):
                put = Put(row["key"], 0, row["fields"], row["indexes"])
                await self._state.commit(keys.tag(put.key), [put])
        for event_id in events:
            due = Due(event_id, keys.event(event_id), micros(self._clock()))  # its record is to be written
            await self._state.commit(event_id, [], [], [due])

    async def _facts(self, source: Reader) -> None:
        for name in source.manifest.files:
            if name.startswith(FACTS):
                event_id = name.removeprefix(FACTS).removesuffix(".jsonl")
                await self._log(event_id, source.lines(name))

    async def _log(self, event_id: str, lines: AsyncIterator[bytes]) -> None:
        """Go on with an event's log where it ends; one that went another way stays as it is."""
        known = self._known(event_id)
        batch: list[Fact] = []
        async for line in lines:
            fact = recalled(line)
            if (seen := await anext(known, None)) is None:
                batch.append(fact)
            elif seen != fact:
                return
            if len(batch) == _AT_ONCE:
                await self._state.commit(event_id, [], batch)
                batch = []
        await self._state.commit(event_id, [], batch)

    async def _known(self, event_id: str) -> AsyncIterator[Fact]:
        last = ""
        while found := await self._state.facts(event_id, last, _AT_ONCE):
            for fact in found:
                yield replace(fact, position="")
            last = found[-1].position


def _sessions(source: Reader) -> list[list[str]]:
    """The files of each session; its record comes last, so that no folder has one before it is complete."""
    found: dict[str, list[str]] = {}
    for name in sorted(source.manifest.files, key=lambda name: name.endswith(f"/{keys.SESSION_JSON}")):
        if name.startswith(keys.SESSIONS):
            found.setdefault(name.split("/")[1], []).append(name)
    return list(found.values())


async def _session(source: Reader, name: str) -> Session:
    try:
        return Session.model_validate_json(await source.read(name))
    except ValidationError:
        made_by = source.manifest.made_by
        raise Invalid(
            "other_backup_version", f"{name} cannot be read: restore this backup with PitchScoop {made_by} or newer."
        ) from None


def _sound(session: Session) -> tuple[object, ...]:
    return session.finished, session.audio_minio_key, session.audio_size, session.mp3_size


def _content_type(key: str) -> str:
    return _TYPES.get(key.rpartition("/")[2].rpartition(".")[2], "application/octet-stream")
