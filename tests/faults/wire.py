"""A network between two programs: a small TCP proxy that can be cut, stalled, slowed and left half-open."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from tests.servers.redis import free_port

_CHUNK = 65536  # bytes moved at a time
_ON_THE_WAY = 64  # chunks between the two ends: 4 MiB, beyond which the sender has to wait, as on any network


class Link:
    """One connection through a wire. Dead: neither end hears of the other again, not even that it closed."""

    def __init__(self, wire: "Wire", near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self._wire = wire
        self._ends = (near, far)
        self.dead = False

    async def carry(self, near: asyncio.StreamReader, far: asyncio.StreamReader) -> None:
        """Move bytes both ways until one end closes."""
        tasks = []
        for reader, writer in ((near, self._ends[1]), (far, self._ends[0])):
            way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_ON_THE_WAY)
            tasks += [asyncio.create_task(self._take(reader, way)), asyncio.create_task(self._give(way, writer))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for end in self._ends:
                end.close()
            await asyncio.gather(*tasks, return_exceptions=True)

    def abort(self) -> None:
        """Reset both ends."""
        self.dead = False
        for end in self._ends:
            end.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, way: "asyncio.Queue[tuple[float, bytes]]") -> None:
        """Latency delays bytes, it does not make them fewer: so what was taken waits beside what is given."""
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                self._wire.seen(data)
                await way.put((asyncio.get_running_loop().time() + self._wire.latency, data))
        await way.put((0.0, b""))
        await asyncio.Event().wait()  # what is on the way still arrives

    async def _give(self, way: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = await way.get()
                await asyncio.sleep(due - asyncio.get_running_loop().time())
                await self._wire.flowing.wait()
                if self.dead:
                    await asyncio.Event().wait()
                if not data:
                    return
                writer.write(data)
                await writer.drain()


class Wire:
    """Leads from a port of its own to one of ``ports``: to the first that answers, in the order of ``choose``."""

    def __init__(self, ports: Sequence[int], choose: Callable[[Sequence[int]], list[int]] = list) -> None:
        self.port = free_port()
        self.latency = 0.0  # seconds each way
        self.cut = False
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.seen: Callable[[bytes], object] = len  # told of all that passes
        self._ports = ports
        self._choose = choose
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Lay it."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def close(self) -> None:
        """Take it away."""
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def snap(self) -> None:
        """Reset every connection; new ones are welcome unless ``cut``."""
        for link in list(self._links):
            link.abort()

    def abandon(self) -> None:
        """Leave every connection half-open for good; new ones work."""
        for link in self._links:
            link.dead = True

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._connect(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._tasks.discard(task)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in [] if self.cut else self._choose(self._ports):
            with contextlib.suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
                link = Link(self, writer, far_writer)
                self._links.add(link)
                try:
                    await link.carry(reader, far_reader)
                finally:
                    self._links.discard(link)
                return
        writer.transport.abort()
