"""Times and figures as people read them and as they are read aloud."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

_MINUTE = 60
_HOUR = 3600
_THIN_SPACE = "\N{THIN SPACE}"
_NO_BREAK = "\N{NO-BREAK SPACE}"
_KB = 1000
_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def duration(seconds: float | None) -> str:
    """``2:41``, or ``1:02:41`` from an hour on; an en dash when it is not known. Cut, not rounded."""
    if seconds is None:
        return "\N{EN DASH}"
    hours, rest = divmod(int(seconds), _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def spoken(seconds: float | None) -> str:
    """``2 minutes 41``, as a screen reader should say it; under a minute ``41 seconds``."""
    if seconds is None:
        return "length not known"
    hours, rest = divmod(int(seconds), _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    if not hours and not minutes:
        return _counted(left, "second")
    parts = [_counted(hours, "hour")] if hours else []
    parts += [_counted(minutes, "minute")] if minutes else []
    parts += [str(left)] if left and minutes else [_counted(left, "second")] if left else []
    return " ".join(parts)


def clock(moment: dt.datetime, zone: str | None = None) -> str:
    """``Sat 14 Nov, 16:42`` in a zone; without one in UTC, and saying so (the page turns it to the reader's)."""
    local = moment.astimezone(ZoneInfo(zone) if zone else dt.UTC)
    return f"{local:%a} {local.day} {local:%b, %H:%M}" + ("" if zone else " UTC")


def date(moment: dt.datetime, zone: str | None = None) -> str:
    """``14 Nov 2026`` in a zone; without one in UTC."""
    local = moment.astimezone(ZoneInfo(zone) if zone else dt.UTC)
    return f"{local.day} {local:%b %Y}"


def thousands(number: float) -> str:
    """``4 100`` with a thin space."""
    return f"{number:,.0f}".replace(",", _THIN_SPACE)


def percent(share: float) -> str:
    """``62 %`` of a share between 0 and 1."""
    return f"{share * 100:.0f}{_THIN_SPACE}%"


def size(count: int) -> str:
    """``1.4 MB``: decimal units, as file managers of phones show them."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < _KB or unit == "GB":
            break
        value /= _KB
    digits = 0 if unit in {"bytes", "kB"} else 1
    return f"{value:.{digits}f}{_NO_BREAK}{unit}"


def counted(number: int, word: str, words: str = "") -> str:
    """``Two words``, as a sentence begins; from thirteen on in figures. ``words`` where an s does not do."""
    said = _NUMBERS[number].capitalize() if number < len(_NUMBERS) else thousands(number)
    return f"{said} {word if number == 1 else words or f'{word}s'}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def plain(value: float) -> str:
    """A number as people write it, and exact."""
    return f"{Decimal(repr(float(value))):f}".removesuffix(".0")
