"""What people type, and in what form it is kept: names, addresses, time zones."""

import functools
import re
import zoneinfo
from typing import Annotated

from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError

from pitchscoop.kernel.errors import Invalid


def _printable(text: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 or 0xD800 <= ord(letter) <= 0xDFFF for letter in text):  # noqa: PLR2004
        message = "must not contain control characters or half a character"
        raise ValueError(message)
    return text


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
"""What people call a team, an event or a pitch: any script, emoji, quotes and slashes included."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def _address(text: str) -> str:
    if _ADDRESS.fullmatch(text) is None:
        message = "must be an e-mail address, such as ada@example.org"
        raise ValueError(message)
    return text


Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_address)]
"""Kept for conflicts of interest by domain, and for lists; nothing is sent to it."""


Domain = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=253, pattern=r"^[^@\s]+\.[^@\s.]+$"),
    AfterValidator(lambda text: text.removeprefix("*").removeprefix(".")),
]
"""What stands behind the @ of an e-mail address. It covers all below it, so ``*.`` in front says nothing more."""


@functools.cache
def time_zones() -> frozenset[str]:
    """The names of all time zones (IANA). Looking for them reads hundreds of files."""
    return frozenset(zoneinfo.available_timezones() | {"UTC"})


def _zone(name: str) -> str:
    if name not in time_zones():
        message = "must be a time zone, such as Europe/Berlin"
        raise ValueError(message)
    return name


TimeZone = Annotated[str, AfterValidator(_zone)]

_NAME: TypeAdapter[str] = TypeAdapter(Name)


def named(field: str, text: str) -> str:
    """The text as a name.

    Raises:
        Invalid: ``invalid_request``, with the field.
    """
    try:
        return _NAME.validate_python(text)
    except ValidationError as error:
        raise Invalid("invalid_request", f"{field}: {error.errors()[0]['msg']}.") from None
