"""Who guesses is slowed; nobody else is."""

import pytest

from pitchscoop.access.addresses import MOST
from pitchscoop.access.guesses import AT_ONCE, EVERY, Guesses
from pitchscoop.kernel.errors import SlowDown


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def guesses(watch: Watch) -> Guesses:
    return Guesses(watch)


def looked_at(guesses: Guesses, address: str, tries: int, what: str = "wrong") -> int:
    """How many of these different wrong tokens were looked at."""
    found = 0
    for number in range(tries):
        token = f"{what} {number}"
        try:
            guesses.look(token, address)
        except SlowDown:
            continue
        guesses.wrong(token, address)
        found += 1
    return found


def test_many_different_ones_from_one_address_are_slowed(guesses: Guesses, watch: Watch) -> None:
    assert looked_at(guesses, "192.0.2.1", 100) == AT_ONCE
    with pytest.raises(SlowDown) as slowed:
        guesses.look("another", "192.0.2.1")
    assert 1 <= slowed.value.retry_after <= EVERY
    watch.now += slowed.value.retry_after
    assert looked_at(guesses, "192.0.2.1", 100, "later") == 1
    watch.now += 10 * EVERY
    assert looked_at(guesses, "192.0.2.1", 100, "much later") == 10
    watch.now += 100_000
    assert looked_at(guesses, "192.0.2.1", 100, "at last") == AT_ONCE


def test_others_go_on(guesses: Guesses) -> None:
    looked_at(guesses, "192.0.2.1", 1000)
    guesses.look("a real one", "192.0.2.2")
    guesses.look("a wrong one", "192.0.2.2")


def test_a_known_caller_behind_the_same_address_goes_on(guesses: Guesses) -> None:
    guesses.look("a real one", "192.0.2.1")
    guesses.right("a real one", "192.0.2.1")
    looked_at(guesses, "192.0.2.1", 1000)
    guesses.look("a real one", "192.0.2.1")
    guesses.wrong("a real one", "192.0.2.1")  # it was ended since
    with pytest.raises(SlowDown):
        guesses.look("a guess", "192.0.2.1")


def test_one_old_cookie_tried_all_day_is_no_guess(guesses: Guesses) -> None:
    for _ in range(1000):
        guesses.look("an old cookie", "192.0.2.1")
        guesses.wrong("an old cookie", "192.0.2.1")
    assert looked_at(guesses, "192.0.2.1", 100) == AT_ONCE - 1


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "", True),
        ("not an address", "192.0.2.1", False),
    ],
)
def test_an_address_is_where_somebody_is(guesses: Guesses, first: str, second: str, same: bool) -> None:  # noqa: FBT001
    looked_at(guesses, first, 100)
    assert (looked_at(guesses, second, 1, "other") == 0) is same


def test_what_is_remembered_has_an_end(guesses: Guesses) -> None:
    for number in range(MOST + 500):
        guesses.wrong("wrong", f"address {number}")
        guesses.right("right", f"address {number}")
    assert len(guesses._tries) == len(guesses._right) == MOST
    looked_at(guesses, "192.0.2.1", 1000)
    assert len(guesses._tries["192.0.2.1"].wrong) == AT_ONCE


def test_a_token_of_any_letters_can_be_counted(guesses: Guesses) -> None:
    guesses.look("\udcff\x00", "192.0.2.1")
    guesses.wrong("\udcff\x00", "192.0.2.1")
