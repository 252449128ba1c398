"""The form of the running order: how it is filled and read."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from pitchscoop.doors.web.organizer_contexts import OrderForm
from pitchscoop.doors.web.settings_form import seconds_of
from pitchscoop.doors.web.wording import duration
from pitchscoop.events.model import Team
from pitchscoop.kernel.errors import Invalid
from pitchscoop.organizing.running_order import Order, RunningOrder, check_start

_FIELDS = ("revision", "order", "starts_at", "slot")
_SHORTEST, _LONGEST = 10, 24 * 3600  # seconds, as REST has it


def filled_order(order: RunningOrder, teams: Sequence[Team], zone: str, *, saved: bool = False) -> OrderForm:
    """The form as the order stands; without one, teams stand as they joined."""
    names = {team.team_id: team.name for team in teams}
    placed = [slot.team_name for slot in order.slots if slot.standing != "withdrawn"]
    unplaced = [names[team_id] for team_id in order.unplaced]
    starts = order.schedule.starts_at
    values = {
        "order": "\n".join(placed or unplaced),
        "starts_at": f"{starts.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if starts else "",
        "slot": duration(order.slot_seconds),
    }
    return OrderForm(order.schedule.revision, values, missing=unplaced if placed else (), saved=saved)


def typed_order(form: Mapping[str, object]) -> dict[str, str]:
    """What was typed in each field of the form."""
    return {name: str(form.get(name, "")) for name in _FIELDS}


def read_order(typed: Mapping[str, str], teams: Sequence[Team], zone: str) -> tuple[Order, dict[str, str]]:
    """The form as an order, and a sentence for each field that cannot be."""
    errors: dict[str, str] = {}
    team_ids, wrong = _placed(typed["order"], teams)
    if wrong:
        errors["order"] = wrong
    starts_at = None
    if typed["starts_at"].strip():
        try:
            starts_at = dt.datetime.fromisoformat(typed["starts_at"].strip()).replace(tzinfo=ZoneInfo(zone))
            check_start(starts_at)
        except (ValueError, Invalid):
            errors["starts_at"] = "Write a day and a time, such as 2026-11-14 16:45."
    slot = seconds_of(typed["slot"])
    if not isinstance(slot, int) or not _SHORTEST <= slot <= _LONGEST:
        errors["slot"], slot = "Write it as 3:00, or as seconds, 180. At least 10 seconds, at most a day.", _SHORTEST
    revision = int(typed["revision"]) if re.fullmatch("[0-9]{1,9}", typed["revision"]) else None
    return Order(team_ids, starts_at, slot, revision), errors


def _placed(text: str, teams: Sequence[Team]) -> tuple[list[str], str | None]:
    """Ids of teams by their names, one a line, and what is wrong with the first that cannot be."""
    known = {team.name.casefold(): team.team_id for team in teams}
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        team_id = known.get(line.casefold())
        if team_id is None:
            return [], f"There is no team “{line[:80]}” in this event."
        if team_id in found:
            return [], f"“{line[:80]}” stands in it twice."
        found[team_id] = line
    return (list(found), None) if found else ([], "Write at least one team.")
