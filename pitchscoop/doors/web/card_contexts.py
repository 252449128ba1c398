"""What the pitch page is told of judges' cards."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GivenCard:
    """What one judge gave: ``scores`` by the name of each criterion, None where it is missing or outside the scale.

    ``state`` says why it does not count, None where it does.
    """

    judge_name: str
    scores: Sequence[tuple[str, float | None]]
    comment: str
    saved_at: dt.datetime
    state: str | None = None
