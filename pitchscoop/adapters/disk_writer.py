"""The server's side of the process that writes live audio (``disk_work.py``).

In threads of the server each of the nine system calls a segment takes would give up the interpreter's lock and wait for
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

_PATIENCE = 10.0  # seconds that a process has to finish what it was asked for, when the server ends


class Writer:
    """Creates files. The process starts when it is first needed, and anew after it was lost."""

    def __init__(self) -> None:
        self._connection: _Connection | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    async def create(self, path: str, data: bytes) -> bool:
        """Create a file; False if there is one: perhaps our own, where a first process was lost before it answered.

        Raises:
            OSError: what the disk said, or ``EPIPE`` when a second process was lost. Then the file may be there or not.
            RuntimeError: after ``close``.
        """
        for _ in range(2):
            code = await (await self._connected()).ask(path.encode(), data)
            if code != errno.EPIPE:
                break
        if code not in (0, errno.EEXIST):
            raise OSError(code, os.strerror(code))
        return not code

    async def close(self) -> None:
        """End the process when it has done what it was asked for."""
        self._closed = True
        async with self._starting:
            if self._connection:
                await self._connection.close()

    async def _connected(self) -> "_Connection":
        if self._connection and not self._connection.lost:
            return self._connection
        async with self._starting:
            if self._closed:
                raise RuntimeError("the writer is closed")
            if self._connection is None or self._connection.lost:
                if self._connection:
                    await self._connection.close()
                self._connection = await _started()
            return self._connection


class _Connection(asyncio.Protocol):
    """One process, and who waits for its answers."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._waiting: dict[int, asyncio.Future[int]] = {}  # bounded by the recorders there are
        self._number = 0
        self._heard = b""
        self._transport: asyncio.Transport
        self._over = asyncio.Event()

    @property
    def lost(self) -> bool:
        """Whether the process is gone, or going."""
        return self._over.is_set() or self._transport.is_closing()

    def ask(self, path: bytes, data: bytes) -> asyncio.Future[int]:
        """An ``errno`` or 0, when it comes."""
        self._number = (self._number + 1) % (1 << 32)
        answer = self._waiting[self._number] = asyncio.get_running_loop().create_future()
        self._transport.writelines((REQUEST.pack(self._number, len(path), len(data)), path, data))
        return answer

    async def close(self) -> None:
        """Let it finish, and answer."""
        if not self.lost:
            self._transport.write_eof()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._over.wait()
        except TimeoutError:
            self._process.kill()
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
        self._over.set()
        for answer in self._waiting.values():
            self._answered(answer, errno.EPIPE)
        self._waiting.clear()

    def _answered(self, answer: asyncio.Future[int], code: int) -> None:
        if not answer.done():  # whoever asked may have given up
            answer.set_result(code)


async def _started() -> _Connection:
    ours, theirs = socket.socketpair()
    with theirs:
        process = await asyncio.to_thread(_process, theirs)
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: _Connection(process), sock=ours)
    return connection


def _process(end: socket.socket) -> subprocess.Popen[bytes]:
    home = Path(pitchscoop.__file__).parent.parent  # so that -m finds the package, installed or not
    command = [sys.executable, "-m", "pitchscoop.adapters.disk_work"]
    # A process group of its own: Ctrl-C is for us, and it ends when we have nothing more to write.
    return subprocess.Popen(  # noqa: S603
        command, stdin=end.fileno(), stdout=end.fileno(), cwd=home, env={"LANG": "C"}, process_group=0
    )  # fmt: skip
