import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.kernel.clock import micros, utc_now

MOMENTS = st.datetimes(timezones=st.timezones())


def test_now_is_in_utc() -> None:
    assert utc_now().tzinfo is dt.UTC
    assert utc_now() <= utc_now()


def test_micros_count_from_1970() -> None:
    assert micros(dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) == 0
    assert micros(dt.datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=dt.UTC)) == 1_772_600_767_890_123
    assert micros(dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC)) == -1


@given(moment=st.datetimes(timezones=st.just(dt.UTC)), step=st.integers(1, 10**12))
def test_micros_are_exact(moment: dt.datetime, step: int) -> None:
    start = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert start + dt.timedelta(microseconds=micros(moment)) == moment
    assert micros(start + dt.timedelta(microseconds=step)) == step


@given(moment=MOMENTS)
def test_micros_do_not_depend_on_the_zone(moment: dt.datetime) -> None:
    shifted = moment.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=45)))
    assert micros(shifted) == micros(moment)
