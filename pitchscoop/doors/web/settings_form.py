"""The form of an event's settings: how it is filled, read, and shown again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from pitchscoop.doors.web.languages import language
from pitchscoop.doors.web.organizer_contexts import SettingsForm
from pitchscoop.doors.web.wording import duration
from pitchscoop.events.model import Event, Settings
from pitchscoop.events.names import named
from pitchscoop.events.rubrics import DECIDES
from pitchscoop.kernel.errors import Invalid

_BOXES = ("public", "downloads", "self_registration", "forget_at_transcriber", "sign_comments")
LABELS = {
    "name": "Name",
    "max_seconds": "Time limit",
    "language": "Language",
    "timezone": "Time zone",
    "tracks": "Tracks",
    "reads": "Judges a team",
    "retention_days": "Kept for",
    "sample_rate": "Sample rate",
    "method": "Ranking",
    "tie_break": "Ties",
    "audience_vote": "Audience vote",
    "public": "Public",
    "downloads": "Downloads",
    "self_registration": "Teams join by themselves",
    "forget_at_transcriber": "Forgotten by the transcript's engine",
    "sign_comments": "Signed comments",
}
"""What settings are called, by field."""
_SENTENCES = {
    "name": "Write a name of at most 200 letters.",
    "max_seconds": "Write it as 3:00, or as seconds, 180. At least 10 seconds, at most 6 hours.",
    "language": "Choose a language of the list.",
    "timezone": "Choose a time zone of the list, such as Europe/Berlin.",
    "tracks": "Write one track a line, at most 50.",
    "reads": "Write a number from 1 to 50.",
    "retention_days": "Write a number of days from 1 to 3650, or nothing.",
    "sample_rate": "Choose one of the two.",
    "method": "Choose one of the two.",
    "tie_break": "Choose one of the list.",
    "audience_vote": "Choose one of the three.",
}
VOTES = (("off", "None"), ("anyone", "Whoever opens its page"), ("links", "By links that you hand out"))
"""Who may vote, and what that is called."""
_TIME = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)|(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, read. ``settings`` are those of the form only; ``errors`` are by field."""

    name: str
    revision: int | None
    settings: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)


def filled(event: Event, *, saved: bool = False) -> SettingsForm:
    """The form as the event stands."""
    return SettingsForm(event.revision, _values(event), saved=saved)


def overtaken(event: Event, typed: Mapping[str, str]) -> SettingsForm:
    """What was typed, beside what somebody else has made of it meanwhile."""
    there = _values(event)
    differ = [name for name in LABELS if typed.get(name, "").split() != there[name].split()]
    names = {one.id: one.name for one in event.in_use}
    said = [
        (LABELS[name], ties(there[name], names) if name == "tie_break" else _said(name, there[name])) for name in differ
    ]
    return SettingsForm(event.revision, typed, now=said)


def typed_in(form: Mapping[str, object]) -> dict[str, str]:
    """What was typed in each field of the form; a field that was not sent is empty."""
    return {name: str(form.get(name, "")) for name in ("revision", *LABELS)}


def read(typed: Mapping[str, str], now: Settings) -> Typed:
    """The form as settings, and a sentence for each field that cannot be."""
    errors: dict[str, str] = {}
    found: dict[str, Any] = {
        "max_seconds": seconds_of(typed.get("max_seconds", "")),
        "language": typed.get("language") or None,
        "timezone": typed.get("timezone", ""),
        "tracks": [line.strip() for line in typed.get("tracks", "").splitlines() if line.strip()],
        "reads": typed.get("reads", ""),
        "retention_days": typed.get("retention_days", "").strip() or None,
        "sample_rate": number(typed.get("sample_rate", "")),
        "method": typed.get("method", ""),
        "tie_break": typed.get("tie_break") or now.tie_break,
        "audience_vote": typed.get("audience_vote") or now.audience_vote,
        **{name: bool(typed.get(name)) for name in _BOXES},
    }
    try:
        Settings.model_validate(now.model_dump() | found)
    except ValidationError as error:
        for wrong in error.errors():
            errors[str(wrong["loc"][0])] = _SENTENCES.get(str(wrong["loc"][0]), "This cannot be.")
    try:
        named("name", typed.get("name", ""))
    except Invalid:
        errors["name"] = _SENTENCES["name"]
    return Typed(typed.get("name", "").strip(), number(typed.get("revision", "")), found, errors)


def tie_breaks(event: Event) -> list[tuple[str, str]]:
    """The rules to choose from, and what they are called."""
    rules = ["share", "score", *(DECIDES + one.id for one in event.in_use if not one.tracks)]
    names = {one.id: one.name for one in event.in_use}
    return [(rule, ties(rule, names)) for rule in dict.fromkeys([*rules, event.settings.tie_break])]


def ties(rule: str, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """A rule in words; ``names`` are those of criteria by id."""
    if rule == "share":
        return "Share a rank"
    criterion = rule.partition(DECIDES)[2]
    return f"Higher score, then {names.get(criterion, criterion)}" if criterion else "Higher score goes first"


def number(text: str) -> int | None:
    """A whole number as forms send it; None where it is none."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def seconds_of(text: str) -> int | str:
    """``3:00`` or ``180``; what is neither stays as it is, to be refused."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return text
    hours, minutes, seconds, plain = match.groups()
    return int(plain) if plain else int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)


def _values(event: Event) -> dict[str, str]:
    settings = event.settings
    return {
        "name": event.name,
        "max_seconds": duration(settings.max_seconds),
        "language": settings.language or "",
        "timezone": settings.timezone,
        "tracks": "\n".join(settings.tracks),
        "reads": str(settings.reads),
        "retention_days": str(settings.retention_days or ""),
        "sample_rate": str(settings.sample_rate),
        "method": settings.method,
        "tie_break": settings.tie_break,
        "audience_vote": settings.audience_vote,
        **{name: "on" if getattr(settings, name) else "" for name in _BOXES},
    }


def _said(name: str, value: str) -> str:
    if name in _BOXES:
        return "yes" if value else "no"
    if name == "language":
        return language(value) if value else "found out by itself"
    if name == "audience_vote":
        return dict(VOTES)[value]
    if name == "retention_days":
        return f"{value} days" if value else "until somebody deletes it"
    return ", ".join(value.splitlines()) or "none"
