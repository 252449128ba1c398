"""All cards of all events as state has them: the cards as they are, and every entry in one chain an event."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from weakref import WeakValueDictionary

from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Put, Row, Seen, State
from pitchscoop.kernel.table import Kept, Table
from pitchscoop.scoring.model import BEGINNING, Card, Entry, blanked, broken, entry_of, erasure_of

AT_ONCE = 200  # entries read, or written in one commit
ATTEMPTS = 50  # writers of one event wait for each other here; only those of other processes come in between


class Head(Kept):
    """How many entries an event has, and the chain of the last."""

    number: int = 0
    chain: str = BEGINNING


class Ledger:
    """Rows and their order. Who may save what is for ``cards.py`` to know."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._heads: Table[Head] = Table(state, Head, lambda _: {})
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def turn(self, event_id: str) -> asyncio.Lock:
        """Held by whoever in this process goes on with an event's chain: there is no use in racing for it."""
        return self._turns.setdefault(event_id, asyncio.Lock())

    async def head(self, event_id: str) -> Head:
        """The end of an event's chain; its ``revision`` is 0 before anything was saved."""
        return await self._heads.find(keys.cards(event_id)) or Head()

    async def card(self, event_id: str, session_id: str, judge_id: str) -> Card | None:
        """One judge's card of one session."""
        return await self._cards(event_id).find(keys.card(event_id, session_id, judge_id))

    async def cards(self, event_id: str, *facet: str) -> list[Card]:
        """Cards as they are, the one saved last first: all of an event, or those of one ``session`` or ``judge``."""
        return await self._cards(event_id).listed(keys.cards_index(event_id, *facet))

    async def entry(self, event_id: str, number: int) -> Entry | None:
        """What was saved under this number."""
        row = await self._state.read(keys.card_entry(event_id, number))
        return _entry(row) if row else None

    async def entries(self, event_id: str, after: int = 0, last: int | None = None) -> list[Entry]:
        """What was saved in an event, in order: from behind one number up to another, or to the end."""
        found: list[Entry] = []
        place = None if last is None else (last + 1, "")
        while page := await self._state.page(keys.card_entries_index(event_id), place, AT_ONCE):
            found += [_entry(placed.row) for placed in page if placed.score > after]
            place = (page[-1].score, page[-1].row.key)
            if place[0] <= after + 1:
                break
        return found[::-1]

    async def everything(self, event_id: str, last: int | None = None) -> AsyncIterator[list[Entry]]:
        """All that was saved in an event, in order, some at a time: to this number, or with what is added meanwhile."""
        done = 0
        while (number := (await self.head(event_id)).number if last is None else last) > done:
            if not (found := await self.entries(event_id, done, min(done + AT_ONCE, number))):
                return
            yield found
            done = found[-1].number

    async def versions(self, event_id: str, session_id: str, judge_id: str, most: int) -> list[Card]:
        """What was saved of one card, newest first."""
        index = keys.card_entries_index(event_id, session_id, judge_id)
        found = [_entry(placed.row) for placed in await self._state.page(index, None, most)]
        return [entry.card for entry in found if entry.card is not None]

    async def add(self, event_id: str, card: Card, head: Head, seen: Sequence[Seen]) -> Card:
        """Save a card: as it is, as an entry, and at the head, in one commit.

        Raises:
            StaleWrite: the head, the card, or what was ``seen`` was changed meanwhile.
        """
        entry = entry_of(card, head.chain)
        puts = [self._put_card(event_id, card), _put_entry(event_id, entry), self._put_head(event_id, entry, head)]
        data: dict[str, str | int] = {"judge_id": card.judge_id, "number": entry.number, "chain": entry.chain}
        fact = Fact("card_saved", event_id, card.session_id, card.saved_at.isoformat(), data)
        await self._state.commit(event_id, puts, [fact], [self.to_copy(event_id)], seen)
        return card.model_copy(update={"revision": card.revision + 1})

    async def fits(self, event_id: str, entries: Sequence[Entry]) -> bool:
        """Whether these and what state has are of one chain, wherever either ends."""
        known = min((await self.head(event_id)).number, len(entries))
        there = await self.entry(event_id, known) if known else None
        return not known or (there is not None and there.chain == entries[known - 1].chain)

    async def put_back(self, event_id: str, entries: Sequence[Entry]) -> bool:
        """Put back what state has lost of a chain; False if it has another one, or if this one is broken.

        It may be cut short anywhere and done again.
        """
        if broken(entries, cut=True) is not None:
            return False
        entries = blanked(entries)
        for _ in range(ATTEMPTS + len(entries) // AT_ONCE):
            head = await self.head(event_id)
            if not await self.fits(event_id, entries):
                return False
            if head.number >= len(entries):
                return True
            with contextlib.suppress(StaleWrite):
                await self._put_back(event_id, head, entries[head.number : head.number + AT_ONCE])
        raise too_many()

    def to_copy(self, event_id: str) -> Due:
        """Have a worker copy to storage what is not there yet."""
        return Due(event_id, keys.cards(event_id), micros(self._clock()))

    # A session that is deleted for good takes its cards with it. Digest and chain stay: the others are proved by them.

    async def blank(self, event_id: str, session_id: str) -> list[int]:
        """Have nothing stand in the entries of a session any more, and one entry say so; their numbers.

        They are found until ``forget``, so that copies of them can be blanked, too, by whoever goes on with it.
        """
        async with self.turn(event_id):
            for attempt in range(ATTEMPTS):
                with contextlib.suppress(StaleWrite):
                    return await self._blank(event_id, session_id)
                await asyncio.sleep(random.random() * 0.01 * attempt)  # noqa: S311  it spreads, it hides nothing
        raise too_many()

    async def forget(self, event_id: str, session_id: str) -> None:
        """Remove the cards of a session whose entries are blank, and what they were found by."""
        for card in await self.cards(event_id, "session", session_id):
            puts = [_put_entry(event_id, entry) for entry in await self._entries_of(event_id, card)]
            puts.append(Put(keys.card(event_id, session_id, card.judge_id), card.revision, None))
            for start in range(0, len(puts), AT_ONCE):
                await self._state.commit(event_id, puts[start : start + AT_ONCE])

    async def _blank(self, event_id: str, session_id: str) -> list[int]:
        cards = await self.cards(event_id, "session", session_id)
        found = [(card, entry) for card in cards for entry in await self._entries_of(event_id, card)]
        full = [(card, entry) for card, entry in found if entry.card is not None]
        for start in range(0, len(full), AT_ONCE):
            part, head = full[start : start + AT_ONCE], await self.head(event_id)
            erasure = erasure_of(head.number + 1, sorted(entry.number for _, entry in part), head.chain)
            puts = [_put_entry(event_id, entry.model_copy(update={"card": None}), of=card) for card, entry in part]
            puts += [_put_entry(event_id, erasure), self._put_head(event_id, erasure, head)]
            data: dict[str, str | int] = {"number": erasure.number, "chain": erasure.chain}
            fact = Fact("cards_erased", event_id, session_id, self._clock().isoformat(), data)
            await self._state.commit(event_id, puts, [fact], [self.to_copy(event_id)])
        return sorted(entry.number for _, entry in found)

    async def align(self, event_id: str, key: str) -> None:
        """Have a card or an entry stand in the indexes where it belongs."""
        if (row := await self._state.read(key)) is None:
            return
        if key.startswith(keys.CARD):
            places = card_places(event_id, rows.decode(Card, row.fields))
        else:
            places = entry_places(event_id, _entry(row))
        await self._state.commit(event_id, [Put(key, row.version, row.fields, places)])

    async def _put_back(self, event_id: str, head: Head, entries: Sequence[Entry]) -> None:
        puts = [_put_entry(event_id, entry) for entry in entries]
        newest = {(entry.card.session_id, entry.card.judge_id): entry.card for entry in entries if entry.card}
        for (session_id, judge_id), card in newest.items():
            before = await self.card(event_id, session_id, judge_id)
            puts.append(
                self._put_card(event_id, card.model_copy(update={"revision": before.revision if before else 0}))
            )
        puts.append(self._put_head(event_id, entries[-1], head))
        data: dict[str, str | int] = {"number": entries[-1].number, "chain": entries[-1].chain}
        fact = Fact("cards_rebuilt", event_id, event_id, self._clock().isoformat(), data)
        await self._state.commit(event_id, puts, [fact], [self.to_copy(event_id)])

    async def _entries_of(self, event_id: str, card: Card) -> list[Entry]:
        index = keys.card_entries_index(event_id, card.session_id, card.judge_id)
        found: list[Entry] = []
        place = None
        while page := await self._state.page(index, place, AT_ONCE):
            place = (page[-1].score, page[-1].row.key)
            found += [_entry(placed.row) for placed in page]
        return found

    def _cards(self, event_id: str) -> Table[Card]:
        return Table(self._state, Card, lambda card: card_places(event_id, card))

    def _put_card(self, event_id: str, card: Card) -> Put:
        return self._cards(event_id).put(keys.card(event_id, card.session_id, card.judge_id), card, card.revision)

    def _put_head(self, event_id: str, entry: Entry, before: Head) -> Put:
        head = Head(number=entry.number, chain=entry.chain)
        return self._heads.put(keys.cards(event_id), head, before.revision)


def card_places(event_id: str, card: Card) -> dict[str, int]:
    """The indexes that a card stands in, with its number there."""
    facets = ((), ("session", card.session_id), ("judge", card.judge_id))
    return {keys.cards_index(event_id, *facet): card.number for facet in facets}


def entry_places(event_id: str, entry: Entry, of: Card | None = None) -> dict[str, int]:
    """The indexes that an entry stands in; ``of`` is whose it was where it is blank."""
    card = entry.card or of
    facets = [(), (card.session_id, card.judge_id)] if card else [()]
    return {keys.card_entries_index(event_id, *facet): entry.number for facet in facets}


def _entry(row: Row) -> Entry:
    return rows.decode(Entry, row.fields).model_copy(update={"revision": row.version})


def _put_entry(event_id: str, entry: Entry, of: Card | None = None) -> Put:
    key = keys.card_entry(event_id, entry.number)
    return Put(key, entry.revision, rows.encode(entry), entry_places(event_id, entry, of))


def too_many() -> Unavailable:
    """What is told to whoever was overtaken again and again."""
    return Unavailable("state_unavailable", "Too many changes at once. Try again in a few seconds.")
