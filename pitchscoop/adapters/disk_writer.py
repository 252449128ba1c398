"""The server's side of the process that writes live audio (``disk_work.py``).

In threads of the server each of the ten system calls a segment takes would give up the interpreter's lock and wait for
it again: with some hundred speakers most of the time went there (``bench/recorders.py``).
"""

import asyncio
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import cast

import pitchscoop
from pitchscoop.adapters.disk_work import ANSWER, REQUEST


class Writer:
    """Creates files. The process starts when it is first needed, and anew after it was lost."""

    def __init__(self) -> None:
        self._connection: _Connection | None = None
        self._starting = asyncio.Lock()

    async def create(self, path: str, data: bytes) -> bool:
        """Create a file; False if there is one.

        Raises:
            OSError: what the disk said, or ``EPIPE`` when the process was lost. Then the file may be there or not.
        """
        connection = self._connection
        if connection is None or connection.lost:
            connection = await self._start()
        code = await connection.ask(path.encode(), data)
        if code not in (0, errno.EEXIST):
            raise OSError(code, os.strerror(code))
        return not code

    async def close(self) -> None:
        """End the process when it has done what it was asked for."""
        if self._connection:
            await self._connection.close()

    async def _start(self) -> "_Connection":
        async with self._starting:
            if self._connection is None or self._connection.lost:
                if self._connection:
                    await self._connection.close()
                self._connection = await _connected()
            return self._connection


class _Connection(asyncio.Protocol):
    """One process, and who waits for its answers."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._waiting: dict[int, asyncio.Future[int]] = {}  # bounded by the recorders there are
        self._number = 0
        self._heard = b""
        self._transport: asyncio.Transport
        self.lost = False

    def ask(self, path: bytes, data: bytes) -> asyncio.Future[int]:
        """An ``errno`` or 0, when it comes."""
        self._number = (self._number + 1) % (1 << 32)
        answer = self._waiting[self._number] = asyncio.get_running_loop().create_future()
        self._transport.writelines((REQUEST.pack(self._number, len(path), len(data)), path, data))
        return answer

    async def close(self) -> None:
        """Let it finish."""
        self._transport.close()
        await asyncio.to_thread(self._process.wait)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        heard = self._heard + data
        whole = len(heard) - len(heard) % ANSWER.size
        self._heard = heard[whole:]
        for number, code in ANSWER.iter_unpack(heard[:whole]):
            self._answered(self._waiting.pop(number), code)

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        del exc
        self.lost = True
        for answer in self._waiting.values():
            self._answered(answer, errno.EPIPE)
        self._waiting.clear()

    def _answered(self, answer: asyncio.Future[int], code: int) -> None:
        if not answer.done():  # whoever asked may have given up
            answer.set_result(code)


async def _connected() -> _Connection:
    ours, theirs = socket.socketpair()
    with theirs:
        process = await asyncio.to_thread(_process, theirs)
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: _Connection(process), sock=ours)
    return connection


def _process(end: socket.socket) -> subprocess.Popen[bytes]:
    home = Path(pitchscoop.__file__).parent.parent  # so that -m finds the package, installed or not
    command = [sys.executable, "-m", "pitchscoop.adapters.disk_work"]
    return subprocess.Popen(command, stdin=end.fileno(), stdout=end.fileno(), cwd=home, env={"LANG": "C"})  # noqa: S603
