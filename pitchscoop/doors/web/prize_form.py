"""The form of an event's prizes: how it is filled and read."""

import re
from collections.abc import Mapping, Sequence

from pitchscoop.doors.web.organizer_contexts import PrizeForm, PrizeRow
from pitchscoop.events.model import Event
from pitchscoop.events.names import named
from pitchscoop.events.prizes import MOST_PRIZES, Prize, decided_by, lost_by
from pitchscoop.kernel import ids
from pitchscoop.kernel.errors import Invalid

_GONE = "Choose one of the list."
_ANOTHER = 2  # empty rows for what is to be added
_FIELDS = {"id": "prize_id", "name": "prize", "goes": "goes"}
"""What is typed, and what it is called in the form."""

Decides = tuple[str, str | None, str | None]
"""What decides a prize: ``by``, track and criterion."""


def filled_prizes(event: Event, *, saved: bool = False) -> PrizeForm:
    """The form as the event stands."""
    rows = [PrizeRow({"id": one.id, "name": one.name, "goes": _value(_decides(one))}) for one in event.settings.prizes]
    return _form(event, event.revision, rows, saved=saved)


def typed_prizes(form: Mapping[str, object]) -> list[dict[str, str]]:
    """What was typed in each row; one without a name is none."""
    rows = [
        {field: str(form.get(f"{sent}-{number}", "")).strip() for field, sent in _FIELDS.items()}
        for number in range(MOST_PRIZES)
    ]
    return [row for row in rows if row["name"]]


def read_prizes(
    typed: Sequence[Mapping[str, str]], event: Event, revision: int
) -> tuple[list[Prize], PrizeForm | None]:
    """The rows as prizes or, where some cannot be, the form with what is wrong in each."""
    known = {_value(decides): decides for decides, _ in _choices(event)}
    found: list[Prize] = []
    rows: list[PrizeRow] = []
    for row in typed:
        errors: dict[str, str] = {}
        try:
            name = named("name", row["name"])
        except Invalid:
            errors["name"], name = "Write a name of at most 200 letters.", ""
        if row["goes"] not in known:
            errors["goes"] = _GONE
        rows.append(PrizeRow(row, errors))
        if not errors:
            by, track, criterion = known[row["goes"]]
            there = {one.id for one in event.settings.prizes} - {one.id for one in found}
            id_ = row["id"] if row["id"] in there else _new_id(name)
            found.append(
                Prize.model_validate({"id": id_, "name": name, "by": by, "track": track, "criterion": criterion})
            )
    if any(row.errors for row in rows):
        return [], _form(event, revision, rows, wrong=True)
    return found, None


def overtaken_prizes(typed: Sequence[Mapping[str, str]], now: Event) -> PrizeForm:
    """What was typed, beside what somebody else has made of it meanwhile."""
    known = {_value(decides) for decides, _ in _choices(now)}
    rows = [PrizeRow(row, {} if row["goes"] in known else {"goes": _GONE}) for row in typed]
    return _form(now, now.revision, rows, overtaken=True)


def _form(
    event: Event, revision: int, rows: Sequence[PrizeRow], *, saved: bool = False, wrong: bool = False,
    overtaken: bool = False,
) -> PrizeForm:  # fmt: skip
    empty = [PrizeRow(dict.fromkeys(_FIELDS, ""), new=True)] * min(_ANOTHER, MOST_PRIZES - len(rows))
    choices = [(_value(decides), words) for decides, words in _choices(event)]
    return PrizeForm(revision, [*rows, *empty], choices, saved=saved, wrong=wrong, overtaken=overtaken)


def _choices(event: Event) -> list[tuple[Decides, str]]:
    """What a prize can be decided by, in words: also in ways that only programs set."""
    names = {one.id: one.name for one in event.in_use}
    offered: list[Decides] = [("rank", None, None), ("hand", None, None)]
    offered += [("audience", None, None)] if event.settings.audience_vote != "off" else []
    offered += [("rank", track, None) for track in event.settings.tracks]
    offered += [("criterion", None, one) for one in names]
    offered += [_decides(prize) for prize in event.settings.prizes]
    found = []
    for one in dict.fromkeys(offered):
        by, track, criterion = one
        prize = Prize.model_validate({"id": "_", "name": "_", "by": by, "track": track, "criterion": criterion})
        lost = " (nobody can win it any more)" if lost_by(prize, event.in_use, event.settings.tracks) else ""
        found.append((one, decided_by(by, track, criterion and names.get(criterion, criterion)) + lost))
    return found


def _decides(prize: Prize) -> Decides:
    return prize.by, prize.track, prize.criterion


def _value(decides: Decides) -> str:
    return "|".join(part or "" for part in decides)


def _new_id(name: str) -> str:
    """An id that tells of the name, and that no prize ever had: pitches keep those that they were given."""
    letters = re.sub("[^a-z0-9]+", "-", name.casefold()).strip("-")[:48] or "prize"
    return f"{letters}-{ids.new_id()[:8]}"
