"""Cursors come back as they were given; what was made up is refused."""

import base64

import pytest

from pitchscoop.kernel.cursors import cursor_of, place_of
from pitchscoop.kernel.errors import Invalid


def test_a_cursor_comes_back_and_none_is_none() -> None:
    place = (1_790_000_000_000_000, "team:{e}:☃")
    assert place_of(cursor_of(place)) == place
    assert (cursor_of(None), place_of(None), place_of("")) == (None, None, None)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{}",
        "1",
        "[1]",
        "[1, 2]",
        '["x", "y"]',
        '[1e999, "y"]',
        "[null, null]",
        f'[{10**30}, "y"]',
        '[1, "\\ud800"]',
    ],
)
def test_what_was_made_up_is_refused(document: str) -> None:
    with pytest.raises(Invalid, match="not one of ours"):
        place_of(base64.urlsafe_b64encode(document.encode()).decode() or "=")
