"""Times and figures in pages."""

import datetime as dt

import pytest

from pitchscoop.doors.web import wording


@pytest.mark.parametrize(
    ("seconds", "read", "heard"),
    [
        (0, "0:00", "0 seconds"),
        (1.99, "0:01", "1 second"),
        (60, "1:00", "1 minute"),
        (161, "2:41", "2 minutes 41"),
        (3600, "1:00:00", "1 hour"),
        (3605, "1:00:05", "1 hour 5 seconds"),
        (None, "\N{EN DASH}", "length not known"),
    ],
)
def test_durations_are_read_and_heard(seconds: float | None, read: str, heard: str) -> None:
    assert (wording.duration(seconds), wording.spoken(seconds)) == (read, heard)


def test_a_time_without_a_zone_says_it_is_utc() -> None:
    moment = dt.datetime(2026, 11, 14, 15, 42, tzinfo=dt.UTC)
    assert wording.clock(moment) == "Sat 14 Nov, 15:42 UTC"
    assert wording.clock(moment, "Europe/Copenhagen") == "Sat 14 Nov, 16:42"


def test_figures_have_units() -> None:
    assert wording.thousands(4100) == "4\N{THIN SPACE}100"
    assert wording.percent(0.62) == "62\N{THIN SPACE}%"
    sizes = [wording.size(count) for count in (12, 12_345, 1_400_000, 4_300_000_000)]
    assert sizes == ["12\xa0bytes", "12\xa0kB", "1.4\xa0MB", "4.3\xa0GB"]
