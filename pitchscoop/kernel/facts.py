"""Something that happened, past tense. Screens, exports and search follow the one log of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of an event's fact log.

    ``name`` is a past-tense verb phrase (``session_stopped``), ``subject`` the id it is about, ``at`` ISO 8601
    in UTC, ``data`` small and free of secrets. ``position`` is given by the log and grows within an event.
    """

    name: str
    event_id: str
    subject: str
    at: str
    data: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    position: str = ""
