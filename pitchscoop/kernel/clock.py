"""The only reader of the time. Times are aware datetimes in UTC; scores and deadlines are whole microseconds."""

import datetime as dt
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], dt.datetime]

DAY = dt.timedelta(days=1)


def utc_now() -> dt.datetime:
    """Now, in UTC."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251  this is the clock


def micros(moment: dt.datetime) -> int:
    """Whole microseconds since 1970: orders rows and deadlines exactly (a float of seconds would round)."""
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
