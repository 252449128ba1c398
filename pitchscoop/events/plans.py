"""What an event has beside its people: who hears whom, who is on stage when, and its final round."""

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.kernel.table import Kept

FEWEST_FINALISTS = 2
MOST_FINALISTS = 12  # 66 pairs: more than an hour of anybody's attention
MOST_COMPARISONS = 5_000  # half a megabyte in one row: 75 judges who compare all pairs of 12, more than any jury


class Assignment(Kept):
    """Which judges hear which teams, as it was made.

    ``heard`` are the readings that had happened by then, ``absent`` the judges who had not come; ``groups`` and
    ``notes`` are those of ``organizing.assignment.Plan``.
    """

    event_id: str
    seed: int
    reads: int
    panels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    heard: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    absent: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    made_at: dt.datetime


class Schedule(Kept):
    """The running order as an organizer set it.

    ``slot_seconds`` None is the event's time limit for a pitch. ``reached`` is the team that was called last, at
    ``reached_at``; it is ``on_stage`` until the stage is cleared or another is called.
    """

    event_id: str
    team_ids: tuple[str, ...] = ()
    starts_at: dt.datetime | None = None
    slot_seconds: int | None = None
    on_stage: str | None = None
    reached: str | None = None
    reached_at: dt.datetime | None = None


class Comparison(BaseModel):
    """Which of two finalists a judge thinks the better one: ids of their sessions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    judge_id: str
    better: str
    worse: str
    at: dt.datetime

    @property
    def pair(self) -> frozenset[str]:
        """The two, whichever is the better."""
        return frozenset((self.better, self.worse))


class Final(Kept):
    """The final round. ``session_ids`` are the finalists; none: there is no final round.

    A judge has one comparison of each two at most. ``named`` counts how often finalists were named: the revision of the
    row would tell how many comparisons other judges have made.
    """

    event_id: str
    session_ids: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    named: int = 0

    def without(self, session_id: str) -> "Final":
        """Without one of them, and what was said of it."""
        return self.of(tuple(one for one in self.session_ids if one != session_id))

    def of(self, session_ids: tuple[str, ...]) -> "Final":
        """With these finalists, and what was said of them."""
        if session_ids == self.session_ids:
            return self
        kept = tuple(one for one in self.comparisons if one.pair <= set(session_ids))
        update = {"session_ids": session_ids, "comparisons": kept, "named": self.named + 1}
        return self.model_copy(update=update)

    def said(self, comparison: Comparison) -> "Final":
        """With what a judge says of two, in place of what they said before."""
        for place, known in enumerate(self.comparisons):
            if (known.judge_id, known.pair) == (comparison.judge_id, comparison.pair):
                if known.better == comparison.better:
                    return self
                changed = (*self.comparisons[:place], comparison, *self.comparisons[place + 1 :])
                return self.model_copy(update={"comparisons": changed})
        return self.model_copy(update={"comparisons": (*self.comparisons, comparison)})

    def by(self, judge_id: str | None) -> tuple[Comparison, ...]:
        """What one judge said, in the order in which they said it first."""
        return tuple(one for one in self.comparisons if one.judge_id == judge_id)
