"""What search needs of the outside: an index. Adapter: ``adapters/search_index.py``."""

from collections.abc import Collection, Sequence
from typing import Protocol

from pitchscoop.search.model import Entry, Match, Query


class Index(Protocol):
    """Finds pitches by what was said in them. All of it can be made again from state.

    Several processes may use one index. Every method raises ``Unavailable`` where it cannot be used, code
    ``search_unavailable``; what is damaged is thrown away, and empty afterwards.
    """

    async def keep(self) -> bool:
        """Be the one process that writes to it, until it is closed; False while another is."""
        ...

    async def events(self) -> list[str]:
        """Events of which it has anything."""
        ...

    async def position(self, event_id: str) -> str | None:
        """Up to where in the event's fact log everything is in it; None: the event was never gone through."""
        ...

    async def versions(self, event_id: str) -> dict[str, int]:
        """By the id of each session of the event that it has: the version it was made from."""
        ...

    async def write(
        self, event_id: str, entries: Sequence[Entry], gone: Collection[str] = (), position: str | None = None
    ) -> None:
        """Take entries in place of those it has, let go of ``gone``, and note the position, all together."""
        ...

    async def forget(self, event_id: str) -> None:
        """Let go of all of an event."""
        ...

    async def tidy(self) -> None:
        """Do what need not be done with each write: remove what was let go of for good, so that no trace is left."""
        ...

    async def find(self, event_id: str, team_id: str | None, query: Query, *, offset: int, limit: int) -> list[Match]:
        """Pitches of an event, or of one team, in which every phrase was said.

        Best first, or newest first where there are many.
        """
        ...

    async def close(self) -> None:
        """Let go of files and threads."""
        ...
