"""Where a page of a list ended, as text that comes back with the wish for the next one."""

import base64
import binascii
import json

from pitchscoop.kernel.errors import Invalid

_TOO_MUCH = 2**53  # later than any time there is, and held exactly everywhere

Place = tuple[int, str]
"""Score and row key of the last row that was seen."""


def cursor_of(place: Place | None) -> str | None:
    """The cursor of a place."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode() if place else None


def place_of(cursor: str | None) -> Place | None:
    """The place of a cursor.

    Raises:
        Invalid: ``bad_cursor``.
    """
    if not cursor:
        return None
    try:
        score, key = json.loads(base64.urlsafe_b64decode(cursor))
        place = int(score), str(key)
        key.encode()  # half a character is none
    except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError):
        raise not_ours() from None
    if abs(place[0]) >= _TOO_MUCH:
        raise not_ours()
    return place


def not_ours() -> Invalid:
    """What a cursor or a position is told that no answer gave."""
    return Invalid("bad_cursor", "This cursor is not one of ours. Start again without it.")
