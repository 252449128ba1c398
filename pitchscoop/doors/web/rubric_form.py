"""The form of an event's criteria: how it is filled and read."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pitchscoop.doors.web.organizer_contexts import CriterionRow, RubricForm
from pitchscoop.doors.web.wording import counted, percent
from pitchscoop.events.model import Event
from pitchscoop.events.rubrics import TEMPLATES, Criterion, check_rubric
from pitchscoop.kernel.errors import Invalid

_FIELDS = ("id", "name", "weight", "min", "max", "description", "anchors", "tracks")
_MOST = 100  # criteria, as REST has it
_ANOTHER = 2  # empty rows for what is to be added
_ANCHOR = re.compile(r"(-?[0-9]+(?:[.,][0-9]+)?)[\s:.)\u2013-]+(\S.*)")
_SENTENCES = {
    "name": "Write a name of at most 200 letters.",
    "weight": "Write how often it counts: a number above 0, at most 1000.",
    "min": "Write the lowest score, as a number.",
    "max": "Write the highest score, as a number.",
    "description": "Write at most 2000 letters.",
    "anchors": "Write one a line: a score of the scale, then its words, such as “5 Works in a demo”.",
    "tracks": "Write tracks that there are, with commas between.",
}
LABELS = {
    "hackathon": "Hackathon",
    "startup": "Startup",
    "demo-day": "Demo day",
}
"""What the rubrics to begin with are called."""


def filled_rubric(event: Event, template: str | None = None, *, saved: bool = False) -> RubricForm:
    """The form as the event stands, or as a rubric to begin with has it."""
    chosen = template if template in TEMPLATES else None
    rubric = TEMPLATES[chosen] if chosen else event.in_use
    return RubricForm(event.revision, _rows(rubric) + _empty(len(rubric)), template=chosen, saved=saved)


def typed_rubric(form: Mapping[str, object]) -> list[dict[str, str]]:
    """What was typed in each row, but for those that are empty or to be removed."""
    rows = [
        {field: str(form.get(f"{field}-{number}", "")).strip() for field in _FIELDS}
        for number in range(_MOST)
        if not form.get(f"remove-{number}")
    ]
    return [row for row in rows if row["name"] or row["description"] or row["anchors"]]


def read_rubric(typed: Sequence[Mapping[str, str]], tracks: Sequence[str]) -> tuple[list[Criterion], RubricForm | None]:
    """The rows as criteria or, where some cannot be, the form with what is wrong in each."""
    found: list[Criterion] = []
    rows: list[CriterionRow] = []
    for row in typed:
        criterion, errors = _read(row, tracks, [one.id for one in found])
        if criterion is not None:
            found.append(criterion)
        rows.append(CriterionRow(row, errors=errors))
    if not rows or any(row.errors for row in rows):
        return [], RubricForm(0, rows + _empty(len(rows)), wrong=True)
    return found, None


def revision_of(form: Mapping[str, object]) -> int | None:
    """Of the event as the form was filled from it."""
    text = str(form.get("revision", ""))
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def in_words(outlook: Mapping[str, Any]) -> str:
    """What becomes of the cards that there are; members of ``scoring_began``."""
    stay, drafts = int(outlook["stay_complete"]), int(outlook["become_drafts"])
    kept = f"{counted(stay, 'card')} {'stays' if stay == 1 else 'stay'} complete."
    if not drafts:
        return kept
    lacking = f"{counted(drafts, 'card')} {'becomes a draft' if drafts == 1 else 'become drafts'}"
    return f"{kept} {lacking} and {'counts' if drafts == 1 else 'count'} again once what is new is scored."


def again(typed: Sequence[Mapping[str, str]], revision: int, **more: Any) -> RubricForm:
    """What was typed, once more."""
    return RubricForm(revision, [CriterionRow(row) for row in typed] + _empty(len(typed)), **more)


def _rows(rubric: Sequence[Criterion]) -> list[CriterionRow]:
    by_tracks: dict[tuple[str, ...], float] = {}
    for one in rubric:
        by_tracks[one.tracks] = by_tracks.get(one.tracks, 0.0) + one.weight
    same = len(by_tracks) == 1  # else what a share is of differs from track to track
    return [CriterionRow(_values(one), percent(one.weight / by_tracks[one.tracks]) if same else None) for one in rubric]


def _values(criterion: Criterion) -> dict[str, str]:
    return {
        "id": criterion.id,
        "name": criterion.name,
        "weight": f"{criterion.weight:g}",
        "min": f"{criterion.min:g}",
        "max": f"{criterion.max:g}",
        "description": criterion.description or "",
        "anchors": "\n".join(f"{anchor.value:g} {anchor.text}" for anchor in criterion.anchors),
        "tracks": ", ".join(criterion.tracks),
    }


def _empty(there: int) -> list[CriterionRow]:
    blank = dict.fromkeys(_FIELDS, "") | {"weight": "1", "min": "1", "max": "10"}
    return [CriterionRow(blank, new=True)] * min(_ANOTHER, _MOST - there)


def _read(
    row: Mapping[str, str], tracks: Sequence[str], taken: Sequence[str]
) -> tuple[Criterion | None, dict[str, str]]:
    """One row as a criterion, or a sentence for each field that cannot be."""
    anchors = [_ANCHOR.fullmatch(line.strip()) for line in row["anchors"].splitlines() if line.strip()]
    values: dict[str, Any] = {
        "id": row["id"] or _id(row["name"], taken),
        "name": row["name"],
        "weight": _number(row["weight"]),
        "min": _number(row["min"]),
        "max": _number(row["max"]),
        "description": row["description"] or None,
        "anchors": [match and {"value": _number(match[1]), "text": match[2]} for match in anchors],
        "tracks": [track.strip() for track in row["tracks"].split(",") if track.strip()],
    }
    try:
        criterion = Criterion.model_validate(values)
        check_rubric([criterion], tracks)
    except ValidationError as error:
        wrong = {str(one["loc"][0]) for one in error.errors()}
        return None, {field: _SENTENCES.get(field, "This cannot be.") for field in wrong}
    except Invalid as invalid:
        field, sentence = _fault(criterion, tracks)
        return None, {field: sentence or invalid.message}
    return criterion, {}


def _fault(criterion: Criterion, tracks: Sequence[str]) -> tuple[str, str]:
    """Which field is to blame for a criterion that cannot be, and what to do."""
    if criterion.min >= criterion.max:
        return "max", "The highest score must be above the lowest."
    if tracks and not set(criterion.tracks) <= set(tracks):
        return "tracks", f"There are these tracks: {', '.join(tracks)}."
    if criterion.anchors:
        return "anchors", "Write scores of this scale, from the lowest to the highest."
    return "max", ""


def _number(text: str) -> float | str:
    """``2.5`` or ``2,5``; what is no number stays as it is, to be refused."""
    try:
        return float(text.replace(",", ".")) if re.fullmatch(r"-?[0-9]{1,9}(?:[.,][0-9]{1,6})?", text) else text
    except ValueError:
        return text


def _id(name: str, taken: Sequence[str]) -> str:
    """An id for a criterion that is new, of its name where that has letters for it."""
    plain = re.sub("[^a-z0-9]+", "-", name.casefold()).strip("-")[:48] or "criterion"
    ids = [plain, *(f"{plain}-{number}" for number in range(2, _MOST + 2))]
    return next(one for one in ids if one not in taken)
