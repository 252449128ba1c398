"""Real speech for tests: tests/data/jfk.flac, 11 seconds, public domain."""

import functools
import json
from pathlib import Path
from typing import Any

import av
from websockets.asyncio.client import ClientConnection, connect

from pitchscoop.recordings.model import wav_header

FLAC = Path(__file__).parent / "data" / "jfk.flac"
FRAME = 3200  # bytes: 100 ms at 16 kHz


@functools.cache
def pcm() -> bytes:
    """The speech as 16 kHz mono PCM."""
    with av.open(str(FLAC)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=16000)
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
    return b"".join(frame.to_ndarray().tobytes() for frame in frames)


async def heard(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    while True:
        message: dict[str, Any] = json.loads(await socket.recv())
        if message["type"] == kind:
            return message


async def stream(url: str, audio: bytes) -> dict[str, Any]:
    """Send a whole recording over the live WebSocket and stop; the server's ``stopped``."""
    async with connect(url) as socket:
        ready = await heard(socket, "ready")
        for offset in range(ready["offset"], len(audio), FRAME):
            await socket.send(offset.to_bytes(8) + audio[offset : offset + FRAME])
        await socket.send(json.dumps({"type": "stop", "offset": len(audio)}))
        return await heard(socket, "stopped")


def wav() -> bytes:
    """The speech as a WAV file at 16 kHz."""
    return wav_header(len(pcm()), 16000) + pcm()
