"""What the core needs of a state store. Adapters: ``adapters/redis.py``, ``adapters/sqlite.py``.

A row is a flat map of text fields with a version. Rows, their places in indexes, the time a worker should
look at them next, and the facts about them change together in one ``commit`` or not at all; a commit that
was decided on an old version fails with ``StaleWrite``, so no writer ever undoes another's change.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pitchscoop.kernel.facts import Fact

Work = Literal["sessions", "transcripts", "advice"]
"""What workers do. Each kind has due times of its own, so that none waits for another's backlog."""


_WORK: dict[str, Work] = {"transcript": "transcripts", "advice": "advice"}


@dataclass(frozen=True, slots=True)
class Row:
    """A stored row. ``version`` starts at 1 and grows by one with each commit."""

    key: str
    version: int
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Put:
    """A row as it shall be.

    ``version`` is the one this was decided on; 0 means the row must not exist yet. ``fields`` None deletes
    the row and takes it out of all indexes. ``indexes`` are all the indexes it stands in afterwards, by name,
    with its score there (whole microseconds); it leaves those it stood in and are not named.
    """

    key: str
    version: int
    fields: Mapping[str, str] | None
    indexes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A row that something was decided on, and that must still be of this version; 0: that must still be missing.

    It is not written: whoever else decides on it is not disturbed.
    """

    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Due:
    """When a worker should look at a session next (microseconds); None: it need not.

    ``session_id`` is the event's key (``keys.event``) where it is the event itself that is to be looked at, the key of
    the words (``keys.transcript``), the advice (``keys.advice``) or the cards (``keys.cards``) where it is those.
    """

    event_id: str
    session_id: str
    at: int | None

    @property
    def work(self) -> Work:
        """The kind of work, told from the name."""
        return _WORK.get(self.session_id.partition(":")[0], "sessions")


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and its place in an index: what a cursor is made of."""

    row: Row
    score: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """A row and all the indexes it stands in, by name, with its score there."""

    row: Row
    indexes: Mapping[str, int]


class State(Protocol):
    """Rows, indexes, facts, due times and short-lived notes.

    Every method raises ``Unavailable`` (code ``state_unavailable``) while the store cannot be reached.
    """

    async def read(self, key: str) -> Row | None:
        """The row as last committed."""
        ...

    async def commit(
        self,
        event_id: str | None,
        puts: Sequence[Put],
        facts: Sequence[Fact] = (),
        due: Sequence[Due] = (),
        seen: Sequence[Seen] = (),
    ) -> None:
        """Make all changes or none; durable when it returns.

        All keys must belong to ``event_id`` (one cluster slot); None is for rows outside any event, which
        have neither facts nor due times.

        Raises:
            StaleWrite: a row's version is not the one named.
        """
        ...

    async def page(self, index: str, before: tuple[int, str] | None, limit: int) -> list[Placed]:
        """Rows of an index, highest score first (then highest key). Costs the page, not the index.

        ``before`` is the place (score, row key) of the last row of the page before.
        """
        ...

    async def count(self, index: str) -> int:
        """How many rows stand in an index."""
        ...

    async def counts(self, indexes: Sequence[str]) -> list[int]:
        """How many rows stand in each of these indexes of one event, in one question."""
        ...

    async def event_ids(self) -> list[str]:
        """Every event that was ever committed to, in order of name."""
        ...

    def walk(self) -> AsyncIterator[Indexed]:
        """Every row there is, once, in no order: for an operator's command, never on a request's path.

        What changes meanwhile may be missing or in its old form; each row is whole. ``indexes`` are those a page
        would find it in.
        """
        ...

    async def facts(self, event_id: str, after: str = "", limit: int = 1000) -> list[Fact]:
        """An event's facts in order, after a position.

        Raises:
            Invalid: ``bad_cursor``: no fact has this position.
        """
        ...

    async def latest(self, event_id: str, before: str = "", limit: int = 1000) -> list[Fact]:
        """An event's facts, the newest first, before a position. Costs what it gives, not the log.

        Raises:
            Invalid: ``bad_cursor``: no fact has this position.
        """
        ...

    async def last_fact(self, event_id: str) -> Fact | None:
        """The newest fact of an event; None before its first."""
        ...

    def follow(self) -> AsyncIterator[Fact]:
        """Facts of all events as they are committed, by any process, from the call on.

        For waking up and for screens: after an outage some may be missing here; ``facts`` has them all.
        """
        ...

    async def due(self, now: int, limit: int, work: Work = "sessions") -> list[Due]:
        """What has its time come, of one kind of work, longest waiting first. ``at`` is never None here."""
        ...

    async def claim(self, seen: Due, until: int | None) -> bool:
        """Move a due time from what was ``seen`` to ``until``; False if it is no longer what was seen.

        Of many workers that saw the same due time one wins; it repeats this to keep what it took, and lets go
        with None, which does nothing if somebody asked for another look meanwhile.
        """
        ...

    async def remember(self, key: str, value: str, seconds: int, *, replace: bool = False) -> str | None:
        """Keep a note for a time. Unless ``replace``, an existing note stays and is returned."""
        ...

    async def swap(self, key: str, seen: str, value: str | None, seconds: int = 0) -> bool:
        """Replace a note that is what was ``seen``, or remove it (None); False if it is gone or another one."""
        ...

    async def recall(self, key: str) -> str | None:
        """The note, while it lasts."""
        ...

    async def forget(self, key: str) -> bool:
        """Remove a note; True for exactly one of many callers if it was there."""
        ...

    async def check(self) -> str:
        """Reach the store and write to it; its name and version for people."""
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...
