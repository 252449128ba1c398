"""What is planned of an event: who hears whom, and who is on stage when."""

import datetime as dt

from pydantic import Field

from pitchscoop.kernel.table import Kept


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
