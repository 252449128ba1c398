"""The least a server can do with live audio: split frames, write one-second files with fsync, acknowledge.

No tokens, no state, no taking over, no two connections of one session: what all of that costs is the difference to
``pitchscoop serve``. Run as ``python -m bench.bare FOLDER PORT``; ``bench.recorders`` does.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send

from pitchscoop.kernel import keys

SECOND = 32_000  # bytes


class Bare:
    """The ASGI application."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one recorder at ``/ID``."""
        folder = self._folder / keys.segments(scope["path"].removeprefix("/"))
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        await receive()
        await send({"type": "websocket.accept"})
        await _tell(send, type="ready", offset=0)
        durable, waiting = 0, bytearray()
        while (message := await receive())["type"] == "websocket.receive":
            if frame := message.get("bytes"):
                waiting += frame[8:]
            if len(waiting) >= SECOND or not frame:
                await asyncio.to_thread(_write, folder / f"{durable:020d}", bytes(waiting))
                durable += len(waiting)
                waiting.clear()
                await _tell(send, type="ack" if frame else "stopped", offset=durable)


async def _tell(send: Send, **message: Any) -> None:
    await send({"type": "websocket.send", "text": json.dumps(message)})


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    os.write(descriptor, data)
    os.fsync(descriptor)
    os.close(descriptor)


if __name__ == "__main__":
    uvicorn.run(
        Bare(Path(sys.argv[1])),
        port=int(sys.argv[2]),
        lifespan="off",
        log_level="warning",
        ws_per_message_deflate=False,  # as ours
    )
