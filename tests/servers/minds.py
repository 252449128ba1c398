"""What the fake model makes of a pitch: honestly, carelessly, or as the speaker orders it."""

import json
from collections.abc import Callable, Sequence
from typing import Any

Mind = Callable[[dict[str, Any]], str]
Item = dict[str, Any]


def honest(data: dict[str, Any]) -> str:
    """Three sentences on the whole and one on each criterion, each resting on a line that is there."""
    lines = [line for line in data.get("transcript", []) if len(line["said"].split()) >= 3]
    if not lines:
        return "ok"
    places = [lines[number * len(lines) // 8 % len(lines)] for number in range(8)]
    feedback = [
        item("You begin with what you do, which is easy to follow.", places[0]),
        item("You could say sooner who needs this.", places[3]),
        item("Your ending leaves the listener with something to do.", places[6]),
    ]
    remarks = [
        item(f"On {one['name']}: say what changes for whoever uses it.", places[number % 8]) | {"criterion": one["id"]}
        for number, one in enumerate(data["criteria"])
    ]
    return json.dumps({"feedback": feedback, "remarks": remarks})


def item(text: str, line: dict[str, Any]) -> Item:
    """A sentence that rests on a line."""
    return {"text": text, "quote": line["said"], "at": line["at"]}


def says(answer: str) -> Mind:
    """Always the same."""
    return lambda _: answer


def writes(*feedback: Item, remarks: Sequence[Item] = ()) -> Mind:
    """These items, whatever it is given."""
    return says(json.dumps({"feedback": list(feedback), "remarks": list(remarks)}))


def shifted(seconds: float) -> Mind:
    """As an honest one, but for its times."""

    def mind(data: dict[str, Any]) -> str:
        found = json.loads(honest(data))
        for one in (*found["feedback"], *found["remarks"]):
            one["at"] += seconds
        return json.dumps(found)

    return mind
