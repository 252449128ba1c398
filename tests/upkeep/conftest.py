"""What all tests here share."""

import pytest

from pitchscoop.upkeep import fsck


@pytest.fixture(autouse=True)
def no_long_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here nothing is in motion that a second look must wait for."""
    monkeypatch.setattr(fsck, "_SECOND_LOOK", 0.01)
