"""What all tests here share."""

import datetime as dt

import pytest

from pitchscoop.recordings import intake
from pitchscoop.upkeep import fsck


@pytest.fixture(autouse=True)
def no_long_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here nothing is in motion that a second look must wait for, and no segments linger."""
    monkeypatch.setattr(fsck, "_SECOND_LOOK", 0.01)
    monkeypatch.setattr(intake, "LINGER", dt.timedelta())
