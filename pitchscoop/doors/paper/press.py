"""Sheets set by Typst, each in a process of its own: what goes wrong there, or takes long, ends there."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import structlog

from pitchscoop.kernel.errors import Unavailable

_SETTER = Path(__file__).with_name("typesetter.py")
_AT_ONCE = 2  # sheets: each takes one processor for a third of a second and some 100 MB
_WAITING = 40  # sheets that wait: a hall that asks at once is served within half a minute, and more would give up
_LONGEST = 20.0  # seconds one sheet may take; one of ten thousand words takes one

log = structlog.get_logger(__name__)


class Press:
    """Prints some sheets at once and lets some more wait."""

    def __init__(self, longest: float = _LONGEST, waiting: int = _WAITING) -> None:
        self._longest = longest
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._room = _AT_ONCE + waiting

    async def printed(self, template: str, sheet: Mapping[str, object]) -> bytes:
        """The PDF that a template makes of plain values.

        Raises:
            Unavailable: ``press_busy`` or ``press_failed``.
        """
        if not self._room:
            raise Unavailable("press_busy", "Very many sheets are asked for just now. Try again in half a minute.")
        self._room -= 1
        try:
            async with self._free:
                return await self._set(template, json.dumps(sheet).encode())
        finally:
            self._room += 1

    async def _set(self, template: str, document: bytes) -> bytes:
        setter = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(_SETTER), template),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            made, said = await asyncio.wait_for(setter.communicate(document), self._longest)
        except TimeoutError:
            made, said = b"", b"it took too long"
        finally:
            if setter.returncode is None:
                setter.kill()
                await setter.wait()
        if setter.returncode or not made.startswith(b"%PDF-"):
            log.warning("press_failed", template=template, said=said.decode(errors="replace")[-500:])
            raise Unavailable("press_failed", "The sheet could not be made. Print the page from your browser instead.")
        return made


PRESS = Press()
"""That of this process."""
