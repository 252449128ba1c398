"""Which two finalists a judge compares when. Pure."""

import hashlib
from collections.abc import Sequence


def pairs_for(judge_id: str, session_ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """All pairs of finalists, in the order in which this judge compares them, each as it is put to them.

    They come in rounds, in each of which everybody is heard once: whoever stops early has heard all about equally
    often. Who meets whom when, and who of two stands first, is drawn for each judge, always the same for the same one:
    what all judges heard in one order would be to somebody's advantage.
    """
    ring = sorted(session_ids, key=lambda one: _lot(judge_id, one))
    if len(ring) % 2:
        ring.append("")  # whoever meets nobody sits this round out
    half, found = len(ring) // 2, list[tuple[str, str]]()
    for _ in range(len(ring) - 1):
        met = zip(ring[:half], reversed(ring[half:]), strict=True)
        found += [_put(judge_id, *pair) for pair in met if "" not in pair]
        ring = [ring[0], ring[-1], *ring[1:-1]]
    return tuple(found)


def _put(judge_id: str, one: str, other: str) -> tuple[str, str]:
    first, second = sorted((one, other))
    return (first, second) if _lot(judge_id, first, second)[0] % 2 else (second, first)


def _lot(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()
