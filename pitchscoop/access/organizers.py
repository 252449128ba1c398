"""Those who run events. The first is whoever holds the link that the server prints."""

import contextlib
import datetime as dt
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.access.model import Principal, Role
from pitchscoop.kernel import ids, keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict, NotFound, StaleWrite
from pitchscoop.kernel.state import State
from pitchscoop.kernel.table import Kept, Table

OWNER = "owner"
_MOST = 200  # organizers: one row holds them, and every request of theirs reads it


class Organizer(BaseModel):
    """Somebody who runs events. ``round`` counts invitations: a new one ends all that came before."""

    model_config = ConfigDict(frozen=True)

    organizer_id: str
    name: str
    removed_at: dt.datetime | None = None
    round: int = 0
    created_at: dt.datetime


class _All(Kept):
    people: dict[str, Organizer] = Field(default_factory=dict)


class Organizers:
    """All organizers of an installation. They are equals."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._table: Table[_All] = Table(state, _All, lambda _: {})

    async def listed(self) -> list[Organizer]:
        """All of them, the first one first."""
        return list((await self._all()).people.values())

    async def add(self, name: str, seed: bytes | None = None) -> Organizer:
        """A new organizer. The same secret ``seed`` finds the one it made before."""
        new = Organizer(organizer_id=ids.new_id(seed), name=name, created_at=self._clock())

        def added(people: dict[str, Organizer]) -> dict[str, Organizer]:
            if sum(known.removed_at is None for known in people.values()) >= _MOST:
                raise Conflict("too_many_organizers", f"There are {_MOST} organizers already. Remove some first.")
            return people if new.organizer_id in people else people | {new.organizer_id: new}

        return (await self._change(added))[new.organizer_id]

    async def end(self, organizer_id: str, *, removed: bool = False) -> Organizer:
        """End every sign-in of an organizer and, where ``removed``, the right to come back.

        Raises:
            Conflict: ``first_organizer``: whoever runs the server cannot be removed.
        """
        if removed and organizer_id == OWNER:
            raise Conflict("first_organizer", "The first organizer is whoever runs the server, and stays.")
        now = self._clock()

        def ended(people: dict[str, Organizer]) -> dict[str, Organizer]:
            if (found := people.get(organizer_id)) is None:
                raise _no_such_organizer()
            update = {"round": found.round + 1, "removed_at": now if removed else found.removed_at}
            return people | {organizer_id: found.model_copy(update=update)}

        return (await self._change(ended))[organizer_id]

    async def principal(self, organizer_id: str) -> Principal:
        """An organizer as whoever signs in now."""
        found = (await self._all()).people.get(organizer_id)
        if found is None or found.removed_at:
            raise _no_such_organizer()
        return Principal(role=Role.ORGANIZER, name=found.name, organizer_id=organizer_id, round=found.round)

    async def ended(self, principal: Principal) -> bool:
        """Whether the sign-in of this organizer was ended."""
        found = (await self._all()).people.get(principal.organizer_id or OWNER)
        return found is None or principal.round < found.round

    async def _all(self) -> _All:
        return await self._table.find(keys.organizers()) or self._first()

    def _first(self) -> _All:
        return _All(people={OWNER: Organizer(organizer_id=OWNER, name="Organizer", created_at=self._clock())})

    async def _change(self, decide: Callable[[dict[str, Organizer]], dict[str, Organizer]]) -> dict[str, Organizer]:
        with contextlib.suppress(StaleWrite):  # it is there already
            await self._state.commit(None, [self._table.put(keys.organizers(), self._first())])
        changed = await self._table.change(
            None,
            keys.organizers(),
            lambda found: found.model_copy(update={"people": decide(found.people)}),
            missing=_no_such_organizer,
        )
        return changed.people


def _no_such_organizer() -> NotFound:
    return NotFound("no_such_organizer", "There is no such organizer.")
