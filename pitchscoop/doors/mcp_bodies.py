"""Bodies of what assistants send: they are read whole before they are understood, so who sends decides how long."""

import asyncio
from contextlib import AsyncExitStack

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from pitchscoop.access.model import Principal, Target, Verb, may
from pitchscoop.doors.bodies import OTHERS, too_large
from pitchscoop.kernel.errors import Invalid, Unavailable

LARGEST = 64 << 20  # bytes: about 45 MB of audio as base64; larger files go to upload_url
_AT_ONCE = 2  # large bodies: each is held as bytes, as text and as audio, some 300 MB, and holds up others while parsed
_PATIENCE = 60.0  # seconds for a large body to get its turn and arrive: who sends slowly must not keep others out


class Bodies:
    """Reads the bodies of one process. Those of more than 256 KiB, which hold audio, have it a few at a time."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def taken(self, request: Request, who: Principal, turn: AsyncExitStack) -> Receive:
        """The body, for whoever understands it; a large one keeps others waiting until ``turn`` ends.

        Raises:
            TooLarge: it is longer than whoever sends it can need.
            Unavailable: ``too_many_bodies``.
            Invalid: ``cut_short``.
        """
        most = LARGEST if _records(who) else OTHERS
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said) > most:
            raise too_large(most)
        try:
            return _again(await self._read(request, most, turn), request.receive)
        except ClientDisconnect:
            raise Invalid("cut_short", "The request ended before its body did. Send it again.") from None
        except TimeoutError:
            message = "Large audio is sent by many, or comes slowly. Try again, or upload the file to upload_url."
            raise Unavailable("too_many_bodies", message) from None

    async def _read(self, request: Request, most: int, turn: AsyncExitStack) -> bytes:
        pieces, size = list[bytes](), 0
        async with asyncio.timeout(None) as patience:
            async for piece in request.stream():
                before, size = size, size + len(piece)
                if size > most:
                    raise too_large(most)
                if before <= OTHERS < size:
                    patience.reschedule(asyncio.get_running_loop().time() + _PATIENCE)
                    await turn.enter_async_context(self._turns)
                pieces.append(piece)
        return b"".join(pieces)


def _records(who: Principal) -> bool:
    """Whether there is anything that they may send audio for."""
    own = Target(event_id=who.event_id, team_id=who.team_id, session_id=who.session_id)
    return may(who, Verb.SESSION_RECORD, own)


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read, once more, and then what comes after it."""
    left = [body]

    async def received() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return received
