"""Who guesses is slowed: by address, so that nobody is locked out by what others try elsewhere.

What counts are *different* wrong tokens. One that is tried again is a page with an old cookie, not a guess, and a hall
behind one address has many of those. A token that was right at an address goes on to be looked at there whatever
others behind it try. Counts are a process's own: docs/decisions/0012-guesses-are-slowed-by-address.md.
"""

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter

from pitchscoop.access.addresses import MOST, place_of, remember
from pitchscoop.kernel.errors import SlowDown

AT_ONCE = 20  # different wrong tokens from one address before it is slowed: a hall that opens its old links
EVERY = 3.0  # seconds until the next one may be tried
_RIGHT = 20_000  # tokens remembered with the address they were right at; who is forgotten is looked at anew
_TOLD = 100  # refusals between two lines in the log about one address

_WRONG = Counter("pitchscoop_wrong_tokens_total", "Tokens that were brought and are not valid", ["looked_at"])

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Tries:
    """What came from one address: ``debt`` shrinks by one every few seconds. ``wrong`` are digests."""

    debt: float = 0.0
    at: float = 0.0
    refused: int = 0
    wrong: OrderedDict[bytes, None] = field(default_factory=OrderedDict)


class Guesses:
    """Counts wrong tokens by address. ``clock`` is in seconds and never runs back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._right: OrderedDict[tuple[str, bytes], None] = OrderedDict()

    def look(self, token: str, address: str) -> None:
        """Pass if the token may be looked at now.

        Raises:
            SlowDown: too many different ones came from this address, and this one is not known to be right there.
        """
        place, digest = place_of(address), _digest(token)
        tries = self._tries.get(place)
        if tries is None or (place, digest) in self._right or digest in tries.wrong:
            return
        self._forgive(tries)
        if tries.debt <= AT_ONCE - 1:
            return
        _WRONG.labels("no").inc()
        if tries.refused % _TOLD == 0:
            log.warning("guessing_slowed", address=place, refused=tries.refused + 1)
        tries.refused += 1
        raise SlowDown(math.ceil((tries.debt - AT_ONCE + 1) * EVERY), "wrong links or tokens")

    def right(self, token: str, address: str) -> None:
        """It was a good one: it stays welcome at this address."""
        remember(self._right, (place_of(address), _digest(token)), None, _RIGHT)

    def wrong(self, token: str, address: str) -> None:
        """It was none, or is none any more."""
        place, digest = place_of(address), _digest(token)
        self._right.pop((place, digest), None)
        _WRONG.labels("yes").inc()
        tries = self._tries.get(place) or _Tries(at=self._clock())
        remember(self._tries, place, tries, MOST)
        if digest not in tries.wrong:
            self._forgive(tries)
            tries.debt += 1
            remember(tries.wrong, digest, None, AT_ONCE)

    def _forgive(self, tries: _Tries) -> None:
        now = self._clock()
        tries.debt = max(0.0, tries.debt - (now - tries.at) / EVERY)
        tries.at = now
        if not tries.debt:
            tries.refused = 0


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()[:16]
