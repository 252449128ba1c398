"""What can be wrong with cards: rows out of place, a chain that is not what it was, a copy that says something else."""

from collections.abc import Mapping

from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.errors import Invalid
from pitchscoop.kernel.state import Indexed, State
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.scoring.copies import Copies, written
from pitchscoop.scoring.ledger import Ledger, card_places, entry_places
from pitchscoop.scoring.model import Card, Entry, broken
from pitchscoop.upkeep.findings import Finding
from pitchscoop.upkeep.folders import folder

_UNREADABLE = "has a row that cannot be read. Restore an older state, or start a newer PitchScoop."
_OUT_OF_PLACE = "does not stand in the lists where it belongs."


class Scored:
    """Looks at the cards of events."""

    def __init__(self, state: State, storage: AudioStorage, ledger: Ledger, copies: Copies) -> None:
        self._state = state
        self._storage = storage
        self._ledger = ledger
        self._copies = copies

    async def row(self, indexed: Indexed) -> list[Finding]:
        """What is wrong with one card or entry by itself."""
        event_id = keys.tag(indexed.row.key) or ""
        try:
            if indexed.row.key.startswith(keys.CARD):
                return await self._card(event_id, rows.decode(Card, indexed.row.fields), indexed.indexes)
            places = entry_places(event_id, rows.decode(Entry, indexed.row.fields))
        except ValueError:
            return [Finding(_UNREADABLE, None)]
        return [] if places.items() <= indexed.indexes.items() else [Finding(_OUT_OF_PLACE, "align")]

    async def event(self, event_id: str, *, awaited: bool) -> list[Finding]:
        """What is wrong with the chain of an event, or with its copy; ``awaited``: a worker has yet to look at it."""
        there = await self._state.count(keys.card_entries_index(event_id))
        head = await self._ledger.head(event_id)  # before the entries: judges go on saving
        entries = await self._ledger.entries(event_id, 0, head.number)
        if (number := broken(entries)) is not None:
            return [Finding(f"are not what was saved: number {number} was changed, or is missing. {_RESTORE}", None)]
        if there > head.number or len(entries) != head.number or (entries and entries[-1].chain != head.chain):
            return [Finding(f"are not what was saved: {there} are there of {head.number}. {_RESTORE}", None)]
        return [] if awaited else await self._copy(event_id, entries)

    async def _card(self, event_id: str, card: Card, indexes: Mapping[str, int]) -> list[Finding]:
        gone = await self._state.read(keys.session(card.session_id)) is None
        if gone and not (await folder(self._storage, card.session_id)).files:
            return [Finding("is of a session that is gone.", "purge")]
        entry = await self._ledger.entry(event_id, card.number)
        if entry is None or entry.digest != card.digest:
            return [Finding(f"is not what was saved last. {_RESTORE}", None)]
        return [] if card_places(event_id, card) == dict(indexes) else [Finding(_OUT_OF_PLACE, "align")]

    async def _copy(self, event_id: str, entries: list[Entry]) -> list[Finding]:
        try:
            stored = await self._copies.stored(event_id)
        except Invalid as problem:
            return [Finding(f"cannot be read in storage: {problem.message}", None)]
        if broken(stored, cut=True) is not None or not await self._ledger.fits(event_id, stored):
            return [Finding("are others in storage than in state. Keep the files, and compare them.", None)]
        if len(stored) > len(entries):
            return [Finding("are in storage, and state has not all of them.", "rebuild")]
        if written(stored) != written(entries[: len(stored)]):
            return [Finding("are in storage with what was erased since.", "blank")]
        return [Finding("are not all copied to storage.", "mirror")] if len(stored) < len(entries) else []


_RESTORE = "Restore an older state."
