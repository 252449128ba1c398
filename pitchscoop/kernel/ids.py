"""Names of things. A session's id also decides where Redis Cluster keeps it."""

import binascii
import functools
import hashlib
import hmac
import itertools
import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread
_SLOTS = 16384  # Redis Cluster: a key's slot is CRC16(key) mod 16384
_TAIL = 4  # 32**4 endings reach each of the 16384 slots many times over


def new_id(seed: bytes | None = None) -> str:
    """26 characters, 130 bits: random, or the same again for the same secret ``seed`` (an idempotent retry)."""
    number = int.from_bytes(_bytes(seed))
    return "".join(_ALPHABET[(number >> 5 * place) & 31] for place in range(26))


def new_session_id(event_id: str, seed: bytes | None = None) -> str:
    """An id whose key ``session:ID`` falls into the cluster slot of the hash tag ``{event_id}``.

    A session's key carries no tag of its own, yet it is written in one transaction with its event's other
    keys, and Redis Cluster allows that only within a slot. So the last four characters are chosen to fit:
    CRC16 is linear, which makes that a look-up. See docs/decisions/0002-session-ids.md.
    """
    head = new_id(seed)
    crc = binascii.crc_hqx(f"session:{head}".encode(), 0)
    wanted = slot(event_id) ^ (binascii.crc_hqx(bytes(_TAIL), crc) % _SLOTS)
    return head + _tails()[wanted]


def slot(tag: str) -> int:
    """The Redis Cluster slot of a key or hash tag (CRC16/XMODEM, Redis Cluster specification)."""
    return binascii.crc_hqx(tag.encode(), 0) % _SLOTS


def new_token() -> str:
    """256 random bits, safe in URLs."""
    return secrets.token_urlsafe(32)


def signature(secret: bytes, *parts: str) -> str:
    """HMAC-SHA256 over the parts, hexadecimal. Parts are length-prefixed, so no two lists of them collide."""
    encoded = [part.encode(errors="surrogatepass") for part in parts]
    message = b"".join(len(part).to_bytes(4) + part for part in encoded)
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def _bytes(seed: bytes | None) -> bytes:
    return secrets.token_bytes(17) if seed is None else hashlib.sha256(seed).digest()[:17]


@functools.cache
def _tails() -> dict[int, str]:
    tails: dict[int, str] = {}
    for letters in itertools.product(_ALPHABET, repeat=_TAIL):
        tail = "".join(letters)
        tails.setdefault(binascii.crc_hqx(tail.encode(), 0) % _SLOTS, tail)
        if len(tails) == _SLOTS:
            break
    return tails
