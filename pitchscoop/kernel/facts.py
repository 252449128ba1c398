"""Something that happened, past tense. Screens, exports and search follow the one log of these."""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from typing import Any

acting: ContextVar[str] = ContextVar("acting", default="server")
"""Who acts in this task, as facts name them. Each door says so as soon as it knows."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of an event's fact log.

    ``name`` is a past-tense verb phrase (``session_stopped``), ``subject`` the id it is about, ``at`` ISO 8601
    in UTC, ``data`` small and free of secrets, ``by`` who did it: ``server``, or a role with what it is known by, such
    as ``team 4kq…``; empty where it was not noted. ``position`` is given by the log and grows within an event.
    """

    name: str
    event_id: str
    subject: str
    at: str
    data: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    by: str = field(default_factory=acting.get)
    position: str = ""


_NAMES = set(Fact.__dataclass_fields__)


def noted(fact: Fact) -> str:
    """A fact as logs keep it."""
    return json.dumps(asdict(fact), ensure_ascii=False)


def recalled(document: str | bytes, position: str | None = None) -> Fact:
    """A fact from a log. Fields this version does not know are ignored: a newer process may have written them."""
    known: dict[str, Any] = {name: value for name, value in json.loads(document).items() if name in _NAMES}
    known.setdefault("by", "")
    return Fact(**known if position is None else known | {"position": position})
