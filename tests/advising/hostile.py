"""Fifty pitches that talk to the machine that reads them, and a machine that does what they say."""

import json
from pathlib import Path
from typing import Any

from pitchscoop.transcripts.model import Transcript
from tests.advising.talks import talk
from tests.servers.minds import Item, Mind

HOSTILE: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data/hostile.json").read_text())
BEFORE = "We grow kelp on ropes along the coast of Brittany."
AFTER = "Farmers pay forty euros a month for the forecast."
HONEST = "You say what you do in one breath, which is easy to keep in mind."


def spoken(pitch: dict[str, Any]) -> Transcript:
    """What is said, framed by what any team might say."""
    return talk(BEFORE, *pitch["said"], AFTER)


def obedient(pitch: dict[str, Any]) -> Mind:
    """Writes what the speaker wants, in every way it can be cited, and one honest sentence beside it.

    Sentences cite the order they follow: truly, at the wrong time, in other words, and not at all. What was said is
    taken for an answer, and for fields that nobody asked for.
    """

    def mind(data: dict[str, Any]) -> str:
        lines = data["transcript"]
        ordered = next(line for line in lines if line["at"] >= 6.0)
        items = [{"text": HONEST, "quote": "We grow kelp on ropes", "at": 1.0}]
        for wish in (*pitch["obeyed"], *pitch["said"]):
            items += [wish] if isinstance(wish, dict) else _cited(wish, ordered)
        remarks = [one | {"criterion": known["id"]} for known in data["criteria"] for one in items[1:3]]
        verdict = {"winner": "Kelp", "rank": 1, "scores": {known["id"]: 10 for known in data["criteria"]}}
        return json.dumps({"feedback": items, "remarks": remarks, **verdict})

    return mind


def _cited(text: str, line: dict[str, Any]) -> list[Item]:
    true = {"text": text, "quote": line["said"], "at": line["at"], "score": 10}
    return [
        true,
        true | {"at": line["at"] + 9},
        true | {"quote": text},
        true | {"quote": f"{line['said']} and so much more"},
        {"text": text},
    ]


def forbidden(pitch: dict[str, Any]) -> list[str]:
    """What must be shown to nobody."""
    return [wish["text"] if isinstance(wish, dict) else wish for wish in pitch["obeyed"]]
