"""So many things come from one address at once, and then one from time to time."""

import pytest

from pitchscoop.access.addresses import MOST, Pace
from pitchscoop.kernel.errors import SlowDown
from tests.access.test_guesses import Watch


def came(pace: Pace, address: str, tries: int) -> int:
    """How many of these were let through."""
    found = 0
    for _ in range(tries):
        try:
            pace.take(address)
        except SlowDown:
            continue
        found += 1
    return found


def test_so_many_at_once_and_then_one_from_time_to_time() -> None:
    watch = Watch()
    pace = Pace(5, 3.0, "teams", watch)
    assert came(pace, "192.0.2.1", 100) == 5
    with pytest.raises(SlowDown, match="Too many teams came from here") as slowed:
        pace.take("192.0.2.1")
    watch.now += slowed.value.retry_after
    assert came(pace, "192.0.2.1", 100) == 1
    watch.now += 7.0
    assert came(pace, "192.0.2.1", 100) == 2
    watch.now += 1000.0
    assert came(pace, "192.0.2.1", 100) == 5


def test_another_address_does_not_notice_and_a_household_is_one() -> None:
    pace = Pace(5, 3.0, "teams", Watch())
    assert came(pace, "2001:db8:1:2::1", 100) == 5
    assert came(pace, "2001:db8:1:2:ffff::9", 100) == 0
    assert came(pace, "2001:db8:1:3::1", 100) == 5


def test_what_is_remembered_has_an_end() -> None:
    pace = Pace(5, 3.0, "teams", Watch())
    for number in range(MOST + 500):
        pace.take(f"address {number}")
    assert len(pace._paid) == MOST
