"""The form of an event's criteria: how it is filled and read."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pitchscoop.doors.web.organizer_contexts import CriterionRow, RubricForm
from pitchscoop.doors.web.wording import counted, percent, plain
from pitchscoop.events.model import Event
from pitchscoop.events.rubrics import MOST, TEMPLATES, WIDEST, Criterion, check_rubric
from pitchscoop.kernel import ids
from pitchscoop.kernel.errors import Invalid

_BLANK = {
    "id": "", "name": "", "weight": "1", "min": "1", "max": "10", "description": "", "anchors": "", "tracks": "",
    "remove": "",
}  # fmt: skip
_ANOTHER = 2  # empty rows for what is to be added
_NUMBER = re.compile(
    r"-?(?:0,[0-9]{1,20}|[0-9]{1,9}(?:\.[0-9]{1,20}|,(?![0-9]{3}$)[0-9]{1,20})?)"
)  # 1,000: one, or more
_ANCHOR = re.compile(r"([-\u2212]?[0-9]+(?:[.,][0-9]+)?)[:.)\u2013-]?\s+(\S.*)")
_SENTENCES = {
    "name": "Write a name of at most 200 letters.",
    "weight": "Write how often it counts: a number above 0, at most 1000.",
    "min": "Write the lowest score, as a number.",
    "max": "Write the highest score, as a number.",
    "description": "Write at most 2000 letters.",
    "anchors": "Write one a line, at most 50: a score of the scale, then its words, such as “5 Works in a demo”.",
    "tracks": "Write one track a line, at most 50.",
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
    return RubricForm(event.revision, [*_rows(rubric), *_empty(len(rubric))], template=chosen, saved=saved)


def typed_rubric(form: Mapping[str, object]) -> list[dict[str, str]]:
    """What was typed in each row, but for those that were left empty. Lines end as they do in state."""
    rows = [
        {field: "\n".join(str(form.get(f"{field}-{number}", "")).strip().splitlines()) for field in _BLANK}
        for number in range(MOST)
    ]
    return [row for row in rows if row != _BLANK and any(row.values())]


def revision_of(form: Mapping[str, object], event: Event) -> int:
    """Of the event as the form was filled from it."""
    text = str(form.get("revision", ""))
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else event.revision


def read_rubric(
    typed: Sequence[Mapping[str, str]], tracks: Sequence[str], revision: int
) -> tuple[list[Criterion], RubricForm | None]:
    """The rows as criteria or, where some cannot be, the form with what is wrong in each."""
    found: list[Criterion] = []
    rows: list[CriterionRow] = []
    for row in typed:
        if row["remove"]:
            rows.append(CriterionRow(row))
            continue
        criterion, errors = _read(row, tracks)
        if criterion and criterion.id in {one.id for one in found}:
            errors = {"name": "This criterion stands here twice. Open the page anew."}
        if criterion and not errors:
            found.append(criterion)
        rows.append(CriterionRow(row, errors=errors))
    if found and not any(row.errors for row in rows):
        return found, None
    return [], RubricForm(revision, [*rows, *_empty(len(rows))], wrong=True)


def again(typed: Sequence[Mapping[str, str]], revision: int, **more: Any) -> RubricForm:
    """What was typed, once more."""
    return RubricForm(revision, [*map(CriterionRow, typed), *_empty(len(typed))], **more)


def outlook_of(members: Mapping[str, Any]) -> str:
    """What becomes of cards, for the form to say what was agreed to; members of ``scoring_began``."""
    return f"{members['stay_complete']}-{members['become_drafts']}"


def in_words(members: Mapping[str, Any], event: Event) -> str:
    """The same for people."""
    stay, drafts = int(members["stay_complete"]), int(members["become_drafts"])
    kept = f"{counted(stay, 'card')} {'stays' if stay == 1 else 'stay'} complete."
    if not drafts:
        return kept
    lacking = f"{counted(drafts, 'card')} {'becomes a draft' if drafts == 1 else 'become drafts'}"
    until = (
        "once what is new is scored" if event.stage == "open" else "once the event is open and what is new is scored"
    )
    return f"{kept} {lacking} and {'counts' if drafts == 1 else 'count'} again {until}."


def _rows(rubric: Sequence[Criterion]) -> list[CriterionRow]:
    whole = sum(one.weight for one in rubric)
    same = len({one.tracks for one in rubric}) == 1  # else what a share is of differs from track to track
    return [CriterionRow(_values(one), percent(one.weight / whole) if same else None) for one in rubric]


def _values(criterion: Criterion) -> dict[str, str]:
    return {
        "id": criterion.id,
        "name": criterion.name,
        "weight": plain(criterion.weight),
        "min": plain(criterion.min),
        "max": plain(criterion.max),
        "description": criterion.description or "",
        "anchors": "\n".join(f"{plain(anchor.value)} {anchor.text}" for anchor in criterion.anchors),
        "tracks": "\n".join(criterion.tracks),
        "remove": "",
    }


def _empty(there: int) -> list[CriterionRow]:
    return [CriterionRow(_BLANK, new=True)] * min(_ANOTHER, MOST - there)


def _read(row: Mapping[str, str], tracks: Sequence[str]) -> tuple[Criterion | None, dict[str, str]]:
    """One row as a criterion, or a sentence for each field that cannot be."""
    anchors = [_ANCHOR.fullmatch(line.strip()) for line in row["anchors"].splitlines() if line.strip()]
    values: dict[str, Any] = {
        "id": row["id"] or _new_id(row["name"]),
        "name": row["name"],
        "weight": _number(row["weight"]),
        "min": _number(row["min"]),
        "max": _number(row["max"]),
        "description": row["description"] or None,
        "anchors": [match and {"value": _number(match[1]), "text": match[2]} for match in anchors],
        "tracks": [track.strip() for track in row["tracks"].splitlines() if track.strip()],
    }
    try:
        criterion = Criterion.model_validate(values)
    except ValidationError as error:
        wrong = {str(one["loc"][0]) for one in error.errors()}
        return None, {field: _SENTENCES[field] for field in wrong & set(_SENTENCES)} or {"name": _SENTENCES["name"]}
    try:
        check_rubric([criterion], tracks)
    except Invalid:
        return None, _fault(criterion, tracks)
    return criterion, {}


def _fault(criterion: Criterion, tracks: Sequence[str]) -> dict[str, str]:
    """Which field is to blame for a criterion that no pitch can be scored by, and what to do."""
    for bound, score in (("min", criterion.min), ("max", criterion.max)):
        if abs(score) > WIDEST:
            return {bound: f"Scores lie between -{WIDEST} and {WIDEST}."}
    if criterion.min >= criterion.max:
        return {"max": "The highest score must be above the lowest."}
    if tracks and not set(criterion.tracks) <= set(tracks):
        return {"tracks": f"There are these tracks: {', '.join(tracks)}."}
    return {"anchors": "Write scores of this scale, from the lowest to the highest."}


def _number(text: str) -> float | str:
    """``2.5`` or ``2,5``; what is no number stays as it is, to be refused."""
    text = text.replace("\N{MINUS SIGN}", "-")
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else text


def _new_id(name: str) -> str:
    """An id that tells of the name, and that no criterion ever had: cards keep the scores of those that are gone."""
    letters = re.sub("[^a-z0-9]+", "-", name.casefold()).strip("-")[:48] or "criterion"
    return f"{letters}-{ids.new_id()[:8]}"
