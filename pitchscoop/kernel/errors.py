"""Every error a user can meet.

    Problem
    ├── Invalid         the request cannot be understood or breaks a rule of form
    ├── Unauthorized    no valid token
    ├── Forbidden       a valid token without this right
    ├── NotFound        no such thing, or none this caller may know of
    ├── Conflict        the thing is in a state that forbids this
    ├── TooLarge        beyond a stated limit
    ├── SlowDown        too much was tried from there
    └── Unavailable     storage or state is away for now; trying again helps
        ├── NoRoom      the disk or bucket is full
        └── Crossed     somebody else did the like at the same time

Each carries a stable ``code`` for programs and a ``message`` for people that says what to do. Doors
translate them once, in ``doors/problems.py``.
"""

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """An error with a stable code (``snake_case``) and a sentence that says what to do.

    ``members`` are for programs what the sentence says of the matter, by name.
    """

    def __init__(self, code: str, message: str, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, message)  # both, so that it can cross from a worker process
        self.code = code
        self.message = message
        self.members = dict(members or {})

    def __str__(self) -> str:
        return self.message


class Invalid(Problem):
    """The request cannot be understood or breaks a rule of form."""


class Unauthorized(Problem):
    """No valid token came with the request."""


class Forbidden(Problem):
    """The token is valid but does not give this right."""


class NotFound(Problem):
    """No such thing, or none this caller may know of."""


class Conflict(Problem):
    """The thing is in a state that forbids this."""


class TooLarge(Problem):
    """Beyond a stated limit."""


class SlowDown(Problem):
    """Too much was tried from this address: wrong tokens, new teams. ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int, what: str) -> None:
        super().__init__("slow_down", f"Too many {what} came from here. Try again in {retry_after} s.")
        self.retry_after = retry_after


class Unavailable(Problem):
    """Storage or state is away for now. ``retry_after`` is in seconds."""

    retry_after = 5


class NoRoom(Unavailable):
    """The disk or the bucket is full. Nothing acknowledged is lost."""


class Overtaken(Conflict):
    """Somebody else goes on with it."""


class Crossed(Unavailable):
    """Somebody else did the like meanwhile, and nobody knows who came first. Whoever is still there asks again."""


class StaleWrite(Exception):
    """Somebody else changed the row first: read it again and decide anew. Never leaves the core."""
