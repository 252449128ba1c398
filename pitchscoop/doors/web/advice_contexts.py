"""What the pitch page is told of advice by a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """One sentence of advice: what it is ``about`` (None: the pitch as a whole), and the words it rests on.

    ``second`` is where they are said. ``drafted`` is what the model wrote, where a person has it otherwise.
    """

    id: str
    text: str
    second: float
    quote: str
    verdict: Literal["waiting", "accepted", "rejected"]
    about: str | None = None
    drafted: str | None = None
    checked_by: str | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """What a model advises the team, as the organizer checks it, or as the team may read it.

    ``label`` stands beside it; ``trouble`` says why there is none yet, with its stable ``code``. ``dropped`` counts
    sentences that nobody sees. ``ask_path`` takes POST to have it drafted, ``review_path`` takes PATCH for what is
    decided, of this ``revision``; None: the viewer may not.
    """

    state: Literal["none", "pending", "ready", "failed"]
    lines: Sequence[AdviceLine] = ()
    label: str = ""
    dropped: int = 0
    trouble: str | None = None
    code: str | None = None
    ask_path: str | None = None
    review_path: str | None = None
    revision: int = 0
