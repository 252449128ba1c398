"""The short way for audio frames must be what the long way is, however the network cuts the stream."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame, Opcode

from pitchscoop.doors.frames import FrameProtocol
from tests.servers.redis import free_port

LARGEST = 70_000


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Send every message back."""
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


@dataclass
class Wire:
    """A client that decides which bytes go out in which packet."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, stream: bytes, cuts: list[int]) -> None:
        for low, high in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            self.writer.write(stream[low:high])
            await self.writer.drain()
            await asyncio.sleep(0.001)

    async def frame(self) -> tuple[int, bytes]:
        """The next frame of the server."""
        first, size = await self.reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await self.reader.readexactly(2))
        elif size == 127:
            size = int.from_bytes(await self.reader.readexactly(8))
        return first & 15, await self.reader.readexactly(size)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(echo, port=free_port(), ws=FrameProtocol, ws_max_size=LARGEST, lifespan="off",
                            log_level="critical", ws_per_message_deflate=False)  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield config.port
    server.should_exit = True
    await serving


@pytest.fixture
async def wire(port: int) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    yield Wire(reader, writer)
    writer.close()


def frame(opcode: Opcode, data: bytes, *, fin: bool = True, mask: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=mask)


SIZES = (0, 1, 125, 126, 127, 3208, 65_535, 65_536, LARGEST)


def conversation(chance: random.Random) -> tuple[bytes, list[tuple[int, bytes]]]:
    """Frames of every kind and size, and what comes back."""
    stream, expected = b"", []
    for _ in range(12):
        data = chance.randbytes(chance.choice(SIZES))
        kind = chance.choice(["binary", "binary", "text", "ping", "parts"])
        if kind == "binary":
            stream += frame(Opcode.BINARY, data)
            expected.append((2, data))
        elif kind == "text":
            stream += frame(Opcode.TEXT, data.hex()[:9000].encode())
            expected.append((1, data.hex()[:9000].encode()))
        elif kind == "ping":
            stream += frame(Opcode.PING, data[:125])
            expected.append((10, data[:125]))
        else:
            half = len(data) // 2
            stream += frame(Opcode.BINARY, data[:half], fin=False) + frame(Opcode.PING, b"between")
            stream += frame(Opcode.CONT, data[half:])
            expected += [(10, b"between"), (2, data)]
    return stream, expected


@pytest.mark.parametrize("seed", range(12))
async def test_frames_arrive_however_the_stream_is_cut(wire: Wire, seed: int) -> None:
    chance = random.Random(seed)
    stream, expected = conversation(chance)
    cuts = sorted(chance.sample(range(1, len(stream)), min(len(stream) - 1, chance.choice([0, 1, 5, 60]))))
    sending = asyncio.create_task(wire.send(stream, cuts))
    found = [await wire.frame() for _ in expected]
    await sending
    # A ping is answered at once, a message when the application has had it: the order holds within each.
    for pings in (True, False):
        assert [one for one in found if (one[0] == 10) is pings] == [one for one in expected if (one[0] == 10) is pings]


async def test_every_byte_in_a_packet_of_its_own(wire: Wire) -> None:
    stream = frame(Opcode.BINARY, bytes(200)) + frame(Opcode.TEXT, b"words") + frame(Opcode.BINARY, b"")
    await wire.send(stream, list(range(1, len(stream))))
    assert [await wire.frame() for _ in range(3)] == [(2, bytes(200)), (1, b"words"), (2, b"")]


FORBIDDEN = {
    "too large": (frame(Opcode.BINARY, bytes(LARGEST + 1))[:14], 1009),
    "far too large": (b"\x82\xff" + (2**62).to_bytes(8), 1009),
    "not masked": (frame(Opcode.BINARY, b"bare", mask=False), 1002),
    "a message within a message": (frame(Opcode.BINARY, b"one", fin=False) + frame(Opcode.BINARY, b"two"), 1002),
    "the rest of nothing": (frame(Opcode.CONT, b"rest"), 1002),
    "a reserved bit": (b"\xc2\x80abcd", 1002),
    "no known kind": (b"\x83\x80abcd", 1002),
}


@pytest.mark.parametrize("what", FORBIDDEN)
async def test_what_the_protocol_forbids_is_told(wire: Wire, what: str) -> None:
    await wire.send(frame(Opcode.BINARY, b"first"), [])
    assert await wire.frame() == (2, b"first")
    stream, code = FORBIDDEN[what]
    await wire.send(stream, [])
    opcode, data = await wire.frame()
    assert (opcode, int.from_bytes(data[:2])) == (8, code)


async def test_what_the_application_does_not_take_is_not_read(port: int) -> None:
    """An echo that nobody hears stands still; then its sender must stand still, too."""
    async with connect(f"ws://127.0.0.1:{port}", max_queue=1) as socket:
        sent = await stuffed(socket)
        assert sent < 1000
        for _ in range(sent):
            assert len(await socket.recv()) == 60_000


async def stuffed(socket: ClientConnection) -> int:
    """How many messages go out before nothing goes on."""
    for sent in range(1000):
        try:
            async with asyncio.timeout(1):
                await socket.send(bytes(60_000))
        except TimeoutError:
            return sent + 1  # it stands in the socket's buffer, to go out when there is room
    return 1000
