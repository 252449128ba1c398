"""Prizes: what an event awards beside places, and what decides each of them."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.events.names import Name
from pitchscoop.events.rubrics import Criterion
from pitchscoop.kernel.errors import Invalid

MOST_PRIZES = 50
"""Of an event: more than any ceremony can read out."""


class Prize(BaseModel):
    """What somebody wins.

    ``by``: the first rank, the highest score in one ``criterion``, an organizer's ``hand``, or the votes of the
    ``audience``. With ``track`` only its teams are in the running. Who shares the first rank, the highest score or the
    most votes shares the prize.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9_-]{1,64}$")
    name: Name
    by: Literal["rank", "criterion", "hand", "audience"] = "rank"
    track: Name | None = None
    criterion: str | None = Field(default=None, max_length=64)


def decided_by(by: str, track: str | None, criterion: str | None) -> str:
    """What decides a prize, in words; ``criterion`` is its name."""
    within = f" in {track}" if track else ""
    if by == "hand":
        return f"Chosen by hand{within}"
    if by == "audience":
        return f"Most votes of the audience{within}"
    return f"Highest in {criterion}{f', track {track}' if track else ''}" if criterion else f"First place{within}"


def check_prizes(
    prizes: Sequence[Prize], criteria: Sequence[Criterion], tracks: Sequence[str], known: Sequence[Prize] = ()
) -> None:
    """Pass if each of them can be decided, or is ``known`` already. ``tracks`` are those of the event, if it has any.

    Raises:
        Invalid: ``bad_prize``.
    """
    seen: set[str] = set()
    for prize in prizes:
        if prize.id in seen:
            raise _bad(prize, "stands among them twice. Give each prize an id of its own.")
        seen.add(prize.id)
        if (prize.by == "criterion") != (prize.criterion is not None):
            raise _bad(prize, 'needs by "criterion" together with a criterion, or neither.')
        if prize not in known and (lost := lost_by(prize, criteria, tracks)):
            raise _bad(prize, lost)


def lost_by(prize: Prize, criteria: Sequence[Criterion], tracks: Sequence[str]) -> str | None:
    """Why nobody can win it: the rubric or the tracks are not those it was made for any more."""
    if prize.criterion is not None and prize.criterion not in {one.id for one in criteria}:
        return f"is for a criterion that there is not. There are {', '.join(one.id for one in criteria)}."
    if prize.track is not None and tracks and prize.track not in tracks:
        return f"is for a track that there is not. There are {', '.join(tracks)}."
    return None


def _bad(prize: Prize, what: str) -> Invalid:
    return Invalid("bad_prize", f"prizes: {prize.id!r} {what}")
