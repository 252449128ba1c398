"""Where somebody is, and how much may come from there at a time. Counts are a process's own: decisions/0012."""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from pitchscoop.kernel.errors import SlowDown

MOST = 20_000  # addresses remembered; beyond, those longest unheard of are forgotten: some 10 MB at most

K = TypeVar("K")
V = TypeVar("V")


class Pace:
    """Lets ``at_once`` things come from one address, then one in ``every`` seconds; ``what`` they are is told.

    ``clock`` is in seconds and never runs back.
    """

    def __init__(self, at_once: int, every: float, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._ahead = (at_once - 1) * every
        self._every = every
        self._what = what
        self._clock = clock
        self._paid: OrderedDict[str, float] = OrderedDict()  # when all that came from there is forgotten

    def take(self, address: str) -> None:
        """Let one more come from there.

        Raises:
            SlowDown: too many came lately. This one does not count.
        """
        place, now = place_of(address), self._clock()
        paid = max(self._paid.get(place, now), now)
        if (wait := paid - now - self._ahead) > 0:
            raise SlowDown(math.ceil(wait), self._what)
        remember(self._paid, place, paid + self._every, MOST)


def place_of(address: str) -> str:
    """Where somebody is: of IPv6 the network, because one household has more addresses than could be counted."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False).network_address)


def remember(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    """Keep it as the newest; of too many, what is longest unheard of goes."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)
