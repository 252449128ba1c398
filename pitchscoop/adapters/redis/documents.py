"""Rows as Redis keeps them, and back."""

import json

from pitchscoop.kernel.state import Row

_OURS = ("version", "_indexes")


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
