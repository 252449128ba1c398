"""Bodies that are read whole before they are understood: none may be longer than its sender can need."""

from collections.abc import AsyncIterator

from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from pitchscoop.access.model import Principal, Role
from pitchscoop.kernel.errors import Invalid, TooLarge

_ORGANIZERS = 16 << 20  # bytes: a list of 10 000 teams with their members, an event that is taken in
OTHERS = 256 << 10  # bytes: a comment of 20 000 letters, each of them escaped


async def whole(request: Request, who: Principal) -> Request:
    """The request with its body read.

    Raises:
        TooLarge: it is longer than whoever sends it can need.
        Invalid: ``cut_short``.
    """
    most, taken = _ORGANIZERS if who.role is Role.ORGANIZER else OTHERS, 0
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > most:
        raise too_large(most)

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise too_large(most)
        return message

    bounded = Request(request.scope, receive)
    try:
        await bounded.body()
    except ClientDisconnect:
        raise Invalid("cut_short", "The request ended before its body did. Send it again.") from None
    return bounded


async def pieces(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes, for whoever counts it.

    Raises:
        Invalid: ``cut_short``.
    """
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect:
        raise Invalid("cut_short", "The request ended before its body did. Send it again.") from None


async def form_of(request: Request, who: Principal) -> FormData:
    """The form of a page, read.

    Raises:
        Invalid: ``bad_form``: it is not in UTF-8, as our pages send it.
    """
    try:
        form = await (await whole(request, who)).form(max_part_size=_ORGANIZERS)  # the body has an end already
        for value in form.values():
            (value if isinstance(value, str) else value.filename or "").encode()
    except (UnicodeError, LookupError):
        raise Invalid("bad_form", "The form cannot be read. Open the page again, and send it from there.") from None
    return form


def too_large(most: int) -> TooLarge:
    """A body is longer than what is taken."""
    return TooLarge("too_large", f"This is larger than the {most >> 10} KiB that are taken here. Send less at a time.")
