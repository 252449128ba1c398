"""Bodies of what assistants send: they are read whole before they are understood, so who sends decides how long."""

import asyncio
import base64
import binascii
from contextlib import AsyncExitStack

from mcp.server.mcpserver.exceptions import ToolError
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from pitchscoop.access.model import Principal, Target, Verb, may
from pitchscoop.doors.bodies import OTHERS, too_large
from pitchscoop.kernel.errors import Invalid, Unavailable

LARGEST = 64 << 20  # bytes: about 45 MB of audio as base64; larger files go to upload_url
_AT_ONCE = 2  # large bodies: each is held as bytes, as text and as audio, some 300 MB, and holds up others while parsed
_STEP = 1 << 20  # letters of base64 decoded at a time, whole fours: in between others have their turn
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


def decoded(text: str) -> bytes:
    """The bytes that base64 stands for; a tool's error where it is none, or nothing."""
    steps = range(0, len(text), _STEP)
    try:
        audio = b"".join([base64.b64decode(text[step : step + _STEP], validate=True) for step in steps])
    except (binascii.Error, ValueError):
        raise _not_base64() from None
    if text.find("=", 0, -2) >= 0:  # its end, and it goes on: a step alone does not know
        raise _not_base64()
    if not audio:
        raise ToolError("empty_audio: audio_data is empty. Send the recording, or leave audio_data out.")
    return audio


def _records(who: Principal) -> bool:
    """Whether there is any pitch that they may send."""
    own = Target(event_id=who.event_id, team_id=who.team_id, session_id=who.session_id)
    return may(who, Verb.SESSION_RECORD, own)


def _not_base64() -> ToolError:
    return ToolError("bad_audio_data: audio_data is not base64. Encode the file's bytes and send them whole.")


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read, once more, and then what comes after it."""
    left = [body]

    async def received() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return received
