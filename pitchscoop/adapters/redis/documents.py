"""Rows and facts as Redis keeps them, and back."""

import json
from dataclasses import asdict, fields

from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Row

_OURS = ("version", "_indexes")
_FACT_FIELDS = frozenset(field.name for field in fields(Fact)) - {"position"}


def row(key: str, stored: dict[str, str]) -> Row | None:
    """A row from its hash; None if that is empty, which is how Redis says that there is none."""
    if not stored:
        return None
    return Row(key, int(stored["version"]), {name: value for name, value in stored.items() if name not in _OURS})


def is_row(stored: dict[str, str]) -> bool:
    """Whether a hash is one of ours: others may share the database."""
    return all(name in stored for name in _OURS)


def places(stored: dict[str, str]) -> list[tuple[str, int]]:
    """The indexes that a row stands in, by its own account, and its score there."""
    return [(index, int(score)) for index, score in json.loads(stored.get("_indexes", "{}")).items()]


def score_in(index: str, stored: dict[str, str]) -> int | None:
    """The row's score in an index by its own account; None if it does not stand there."""
    return dict(places(stored)).get(index)


def fact_document(fact: Fact) -> str:
    """A fact as the log keeps it."""
    return json.dumps(asdict(fact), ensure_ascii=False)


def fact(position: str, document: str) -> Fact:
    """A fact from the log. Fields this version does not know are ignored: a newer copy may have written them."""
    known = {name: value for name, value in json.loads(document).items() if name in _FACT_FIELDS}
    return Fact(**known, position=position)
