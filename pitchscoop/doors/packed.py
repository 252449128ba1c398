"""JSON that goes to many: written and packed once.

A stream is one gzip member without an end. Each of its events is packed without looking at what came before, and ends
at a full byte (RFC 1951: a flush that forgets), so that the same bytes go to every viewer, wherever their stream began.
"""

import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

HEAD = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
"""How a gzip member begins (RFC 1952): deflate, no name, no time."""

_LEVEL = 1  # of compression: names and numbers shrink to an eighth in a quarter of the time that the best takes


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes in both forms, and what they are known by."""

    plain: bytes
    packed: bytes
    etag: str = ""


def body(document: Any) -> Document:
    """The body of an answer; packed, a whole gzip file."""
    text = _json(document)
    tail = zlib.crc32(text).to_bytes(4, "little") + (len(text) % 2**32).to_bytes(4, "little")
    return Document(text, HEAD + part(text, zlib.Z_FINISH) + tail, _etag(text))


def event(document: Any) -> Document:
    """An event of a stream, named ``standings``."""
    text = _json(document)
    etag = _etag(text)
    message = b"event: standings\nid: %b\ndata: %b\n\n" % (etag.encode(), text)
    return Document(message, part(message), etag)


def part(data: bytes, end: int = zlib.Z_FULL_FLUSH) -> bytes:
    """Compressed without what came before."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(end)


def takes_packed(request: Request) -> bool:
    """Whether whoever asks can unpack it."""
    return "gzip" in request.headers.get("accept-encoding", "")


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _etag(text: bytes) -> str:
    return f'W/"{hashlib.sha256(text).hexdigest()[:32]}"'
