"""The stages of an event, in order (design.md 2.3), and how one leads to another."""

from typing import Literal

Stage = Literal["draft", "open", "frozen", "published", "archived"]

ALWAYS: frozenset[Stage] = frozenset(("draft", "open", "frozen", "published", "archived"))
LIVING: frozenset[Stage] = ALWAYS - {"archived"}
OUT: frozenset[Stage] = frozenset(("published", "archived"))
"""Those in which results are out."""

MOVES: dict[Stage, frozenset[Stage]] = {
    "draft": frozenset(("open",)),
    "open": frozenset(("draft", "frozen", "published")),
    "frozen": frozenset(("open", "published")),
    "published": frozenset(("frozen", "archived")),
    "archived": frozenset(("published",)),
}
"""From each stage, those it may be moved to. Every step can be taken back, one at a time."""
