"""Rows of one model: found, listed, and changed so that nobody's change is lost."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.kernel import rows
from pitchscoop.kernel.cursors import cursor_of, place_of
from pitchscoop.kernel.errors import Conflict, StaleWrite, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Put, Row, Seen, State

_ATTEMPTS = 50  # of hundreds of writers of one row each is soon the one that was not overtaken
_PAGE = 500  # rows read at a time


class Kept(BaseModel):
    """What is kept as a row. ``revision`` grows with each change; it is the row's, and is not written into it."""

    model_config = ConfigDict(frozen=True)

    revision: int = Field(default=0, exclude=True)


M = TypeVar("M", bound=Kept)


class Table(Generic[M]):
    """Rows of one model. ``places`` names the indexes that a row stands in, with its score there."""

    def __init__(self, state: State, model: type[M], places: Callable[[M], Mapping[str, int]]) -> None:
        self._state = state
        self._model = model
        self._places = places

    async def find(self, key: str) -> M | None:
        """The row of this key."""
        row = await self._state.read(key)
        return self._decoded(row) if row else None

    async def listed(self, index: str) -> list[M]:
        """All rows of an index, highest score first. For indexes that people fill by hand: hundreds, not thousands."""
        found: list[M] = []
        place = None
        while page := await self._state.page(index, place, _PAGE):
            found += [self._decoded(placed.row) for placed in page]
            place = (page[-1].score, page[-1].row.key)
        return found

    async def page(self, index: str, cursor: str | None, limit: int) -> tuple[list[M], str | None]:
        """Some rows of an index, highest score first, and the cursor of the next ones.

        Raises:
            Invalid: ``bad_cursor``.
        """
        found = await self._state.page(index, place_of(cursor), limit + 1)
        shown = found[:limit]
        more = len(found) > limit
        return [self._decoded(placed.row) for placed in shown], (
            cursor_of((shown[-1].score, shown[-1].row.key)) if more else None
        )

    def put(self, key: str, model: M, version: int = 0) -> Put:
        """The row as it shall be; a new one unless ``version`` says which it replaces."""
        return Put(key, version, rows.encode(model), self._places(model))

    async def align(self, event_id: str, key: str) -> None:
        """Have a row stand in the indexes where it belongs."""
        if (model := await self.find(key)) is not None:
            await self._state.commit(event_id, [self.put(key, model, model.revision)])

    async def change(
        self,
        event_id: str | None,
        key: str,
        decide: Callable[[M], M],
        *,
        missing: Callable[[], Exception] | None = None,
        first: M | None = None,
        facts: Callable[[M], Sequence[Fact]] = lambda _: (),
        beside: Callable[[M, M], Sequence[Put]] = lambda _, __: (),
        due: Sequence[Due] = (),
        seen: Sequence[Seen] = (),
        revision: int | None = None,
    ) -> M:
        """Write what ``decide`` makes of the row; nothing is written where that is the row itself.

        Where there is no row it decides on ``first``, and where that is None the row is ``missing``.
        ``facts`` are told of the row as it is then, ``beside`` are rows written with it, ``seen`` are rows that it was
        decided on. With ``revision`` it is changed only if it is still the one that was seen.

        Raises:
            Conflict: ``changed_meanwhile``, with the row as it is now as ``current``.
            StaleWrite: a row ``beside`` or ``seen`` is not as it was said to be.
        """
        for attempt in range(_ATTEMPTS):
            row = await self._state.read(key)
            before = self._decoded(row) if row else first
            if before is None:
                raise missing() if missing else LookupError(key)
            if revision is not None and revision != before.revision:
                raise _overtaken(before)
            after = decide(before)
            if after == before:
                return before
            version = row.version if row else 0
            put = self.put(key, after, version)
            try:
                await self._state.commit(event_id, [put, *beside(before, after)], facts(after), due, seen)
            except StaleWrite:
                now = await self._state.read(key)
                if (now.version if now else 0) == version:
                    raise
                await asyncio.sleep(random.random() * 0.01 * attempt)  # noqa: S311  it spreads, it hides nothing
                continue
            return after.model_copy(update={"revision": version + 1})
        raise Unavailable("state_unavailable", "Too many changes at once. Try again in a few seconds.")

    def _decoded(self, row: Row) -> M:
        return rows.decode(self._model, row.fields).model_copy(update={"revision": row.version})


def _overtaken(current: Kept) -> Conflict:
    return Conflict(
        "changed_meanwhile",
        "Somebody changed this meanwhile. Look at it as it is now, then change it again.",
        {"current": current.model_dump(mode="json") | {"revision": current.revision}},
    )
