"""What goes wrong with Redis, in the words of this house."""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from redis import exceptions
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from pitchscoop.kernel.errors import Unavailable

T = TypeVar("T")

# A lost connection heals in a moment or not soon.
_AGAIN = Retry(ExponentialBackoff(cap=0.4, base=0.1), 2, (exceptions.ConnectionError,))

_REMEDIES = {
    exceptions.OutOfMemoryError: "Redis is out of memory. Give it more (maxmemory): nothing is lost.",
    exceptions.ReadOnlyError: "REDIS_URL leads to a replica. Point it at the primary.",
    exceptions.AuthenticationError: "Redis refuses the user or password in REDIS_URL. Correct them.",
    exceptions.NoPermissionError: "Redis refuses a command to the user in REDIS_URL. Allow it.",
}
_REMEDIES_BY_WORD = {  # redis-py has no class for these
    "MISCONF ": "Redis cannot write to its disk. Make room there: nothing is lost.",
    "NOREPLICAS ": "Redis misses its replicas. Bring them back.",
    "BUSY ": "Redis is busy with a script. Try again in a few seconds.",
}
_AWAY = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.InvalidResponse,
    exceptions.ClusterDownError,
    exceptions.TryAgainError,
    OSError,
)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Outages become ``Unavailable``; an error of ours, such as a wrong type, stays what it is."""
    try:
        yield
    except (exceptions.RedisError, OSError) as error:
        if remedy := _remedy(error):
            raise Unavailable("state_unavailable", remedy) from error
        raise


async def ask_again(command: Callable[[], Awaitable[T]]) -> T:
    """The answer to a command that may be sent twice: over a new connection where the old one was lost.

    Not for a commit, a claim or a note: one whose answer was lost may have been applied.
    """
    with translated():
        return await _AGAIN.call_with_retry(command, _nothing)


def _remedy(error: Exception) -> str | None:
    for kind, remedy in _REMEDIES.items():
        if isinstance(error, kind):
            return remedy
    for word, remedy in _REMEDIES_BY_WORD.items():
        if word in str(error):
            return remedy
    return "Redis cannot be reached now. Try again in a few seconds." if isinstance(error, _AWAY) else None


async def _nothing(_: Exception) -> None:
    """The lost connection was closed already; the pool opens a new one."""
