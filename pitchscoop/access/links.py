"""Links that need no storage: what they name is signed."""

from dataclasses import dataclass, field
from functools import lru_cache

from pitchscoop.kernel import ids


def signed(secret: bytes, *parts: str) -> str:
    """The parts and their signature, with dots between: nobody can make it without the secret."""
    return ".".join([*parts, ids.signature(secret, *parts)])


@dataclass(frozen=True, slots=True)
class PageUrls:
    """Addresses of pitches' pages, by the session's id, each with the key that opens it. It can be pickled."""

    public_url: str
    secret: bytes = field(repr=False)

    def __call__(self, session_id: str) -> str:
        """One of them."""
        return f"{self.public_url}/pitches/{session_id}?key={_key(self.secret, session_id)}"


@lru_cache(maxsize=4096)  # a long list has the same ones again and again
def _key(secret: bytes, session_id: str) -> str:
    return ids.signature(secret, "listen", session_id, "0")
