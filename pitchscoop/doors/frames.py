"""uvicorn's WebSocket with a short way for what recorders send: ten binary frames a second, from a thousand of them.

The stream is cut into whole frames. A plain binary message goes straight to the application; every other frame, whole,
to the parser that uvicorn has, which therefore always stands between two frames and keeps its say on everything else.
"""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import apply_mask  # type: ignore[attr-defined]  # compiled where that can be

_BINARY = 0x82  # first byte of a message that is binary and one frame
_MASKED = 0x80  # set in the second byte by every client
_WIDE = {126: 2, 127: 8}  # bytes of the length itself, where seven bits cannot hold it
_QUEUED = 16  # messages the application has not taken after which no more are read: 1.6 s of one recorder


class FrameProtocol(WebSocketsSansIOProtocol):
    """One connection."""

    _rest: bytes | bytearray = b""  # the beginning of a frame whose end has not arrived

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        if not self.handshake_complete:
            super().data_received(data)
            return
        stream = self._rest + data if self._rest else data
        at = 0
        while (size := _size(stream, at, self.config.ws_max_size)) and at + sum(size) <= len(stream):
            end = at + sum(size)
            self._frame(stream[at:end], size[0])
            at = end
        self._rest = bytearray(stream[at:]) if at < len(stream) else b""

    def _frame(self, frame: bytes | bytearray, head: int) -> None:
        if not head or frame[0] != _BINARY or self.frames or self.close_sent:
            super().data_received(bytes(frame))
            return
        self.queue.put_nowait({"type": "websocket.receive", "bytes": apply_mask(frame[head:], frame[head - 4 : head])})
        if not self.read_paused and self.queue.qsize() >= _QUEUED:
            self.read_paused = True
            self.transport.pause_reading()


def _size(stream: bytes | bytearray, at: int, most: int) -> tuple[int, int] | None:
    """Bytes of a client's frame before its payload, and of it (RFC 6455, 5.2); None while too few have arrived.

    What no client may send, or is larger than ``most``, counts as a payload without a head: the parser refuses it.
    """
    known = len(stream) - at
    if known < 2:  # noqa: PLR2004  the two bytes every frame has
        return None
    length = stream[at + 1] - _MASKED
    wide = _WIDE.get(length, 0)
    if known < 2 + wide:
        return None
    if wide:
        length = int.from_bytes(stream[at + 2 : at + 2 + wide])
    return (6 + wide, length) if 0 <= length <= most else (0, known)
