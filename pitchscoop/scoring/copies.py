"""The copy of all entries in storage, from which state can be made again.

Files are only ever added, each named by the number of its first entry, so that workers who write at the same time
cannot both have a place in it. What is in a file changes for one reason: a session was deleted, and its cards go.
"""

import asyncio
import json
from collections.abc import Sequence

import structlog
from pydantic import TypeAdapter, ValidationError

from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Invalid
from pitchscoop.kernel.state import State
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.scoring import finals
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.scoring.model import Entry
from pitchscoop.voting.box import Box

_PAUSE = 5.0  # seconds between two files of one event: a day of scoring makes some thousands at most
_SOON = 1_000_000  # microseconds after which it is looked again, where another worker was faster
_MOST = 500  # entries in one file
_ENTRIES: TypeAdapter[list[Entry]] = TypeAdapter(list[Entry])

log = structlog.get_logger(__name__)


class Copies:
    """Fits ``recordings.ports.Companion``."""

    def __init__(self, state: State, storage: AudioStorage, events: Events, ledger: Ledger, clock: Clock) -> None:
        self._state = state
        self._storage = storage
        self._events = events
        self._ledger = ledger
        self._clock = clock
        self._written: dict[str, float] = {}
        self._box = Box(state)

    async def stored(self, event_id: str) -> list[Entry]:
        """All entries that storage has, in order of number.

        Raises:
            Invalid: ``bad_cards``: a file cannot be read.
        """
        return [entry for key in await self._files(event_id) for entry in await self._read(key)]

    async def mirror(self, event_id: str) -> int | None:
        """See ``Companion.mirror``."""
        if await self._is_gone(event_id):
            return None
        now = asyncio.get_running_loop().time()
        if (wait := self._written.get(event_id, now - _PAUSE) + _PAUSE - now) > 0:
            return micros(self._clock()) + int(wait * 1_000_000)
        self._written[event_id] = now
        return None if await self._copy(event_id) else micros(self._clock()) + _SOON

    async def erase(self, event_id: str, session_id: str) -> None:
        """See ``Companion.erase``. State goes first, so that who writes a file meanwhile sees it afterwards."""
        if not await self._is_gone(event_id):  # else its rows go
            await finals.erase(self._state, self._events, self._clock, event_id, session_id)
        numbers = await self._ledger.blank(event_id, session_id)
        if numbers and not await self._is_gone(event_id):  # else the whole folder goes
            await self._copy(event_id)  # what says that they were erased is there before they are
            await self._rewrite(event_id, numbers)
        await self._ledger.forget(event_id, session_id)
        await self._box.empty(event_id, session_id)

    async def renew(self, event_id: str) -> None:
        """Have all files say what state says."""
        await self._rewrite(event_id, range(1, (await self._ledger.head(event_id)).number + 1))

    async def _copy(self, event_id: str) -> bool:
        """Add what is not there yet; False where another worker does the same just now."""
        head, last = await self._ledger.head(event_id), await self._last(event_id)
        if last is not None and not await self._continues(event_id, last):
            log.warning("cards_differ", event_id=event_id, number=last.number)
            return True
        done = last.number if last else 0
        while done < head.number:
            end = min(done + _MOST, head.number)
            if not await self._append(event_id, done + 1, end):
                return False
            done = end
        return True

    async def _append(self, event_id: str, first: int, last: int) -> bool:
        """One more file; False where another worker was faster."""
        document = written(await self._ledger.entries(event_id, first - 1, last))
        if not await self._storage.create_audio(keys.cards_json(event_id, first), document):
            return False
        await self._settle(event_id, first, last, document)
        return True

    async def _rewrite(self, event_id: str, numbers: Sequence[int]) -> None:
        """Write the files anew in which these entries are."""
        files = await self._files(event_id)
        for key, following in zip(files, [*files[1:], None], strict=True):
            first = _first(key)
            last = _first(following) - 1 if following else await self._end(event_id, key)
            if any(first <= number <= last for number in numbers):
                await self._settle(event_id, first, last, b"")

    async def _end(self, event_id: str, key: str) -> int:
        """The number of the last entry in the newest file; one that was damaged is written anew of what state has."""
        try:
            return (await self._read(key))[-1].number
        except Invalid:
            return (await self._ledger.head(event_id)).number

    async def _settle(self, event_id: str, first: int, last: int, document: bytes) -> None:
        """Have a file say what state says: of several who write it at once, the last one leaves the newest."""
        key = keys.cards_json(event_id, first)
        while entries := await self._ledger.entries(event_id, first - 1, last):
            newest = written(entries)
            if newest == document:
                return
            await self._storage.upload_audio(key, newest, "application/json")
            document = newest
        if await self._is_gone(event_id):
            await self._storage.delete_audio(key)

    async def _is_gone(self, event_id: str) -> bool:
        """Whether the event was deleted. Where nothing says so, state may have lost it: then its cards stay."""
        event = await self._events.find(event_id)
        if event is not None:
            return event.deleted_at is not None
        last = await self._state.last_fact(event_id)
        return last is not None and last.name == "event_erased"

    async def _last(self, event_id: str) -> Entry | None:
        files = await self._files(event_id)
        return (await self._read(files[-1]))[-1] if files else None

    async def _continues(self, event_id: str, last: Entry) -> bool:
        """Whether state has the chain that storage has. Where it has less, ``reindex`` puts it back."""
        there = await self._ledger.entry(event_id, last.number)
        return there is not None and there.chain == last.chain

    async def _files(self, event_id: str) -> list[str]:
        return [stored.key for stored in await self._storage.list_audio(keys.cards_folder(event_id))]

    async def _read(self, key: str) -> list[Entry]:
        return read(key, b"".join([piece async for piece in self._storage.read_audio(key)]))


def written(entries: Sequence[Entry]) -> bytes:
    """A file of entries, one a line."""
    lines = (json.dumps(entry.model_dump(mode="json"), ensure_ascii=False) for entry in entries)
    return b"[" + ",\n".join(lines).encode() + b"]\n"


def read(key: str, document: bytes) -> list[Entry]:
    """The entries in a file.

    Raises:
        Invalid: ``bad_cards``.
    """
    try:
        found = _ENTRIES.validate_json(document)
    except ValidationError:
        found = []
    if not found:
        raise Invalid(
            "bad_cards", f"{key} holds no cards: it was changed, or is something else. Restore it from a backup."
        )
    return found


def _first(key: str) -> int:
    name = key.rpartition("/")[2].removesuffix(".json")
    return int(name) if name.isdecimal() else 0
