"""A fake Gladia: a real server that keeps to Gladia's wire contract and can be told to misbehave (see ``knobs.py``).

It does not call back, does not translate or summarize, and hears what its script says.
"""

from collections.abc import Iterator

import pytest

from tests.servers.gladia.knobs import Drop, Knobs
from tests.servers.gladia.script import JFK, Line, Script, spoken
from tests.servers.gladia.server import KEY, GladiaServer

__all__ = ["JFK", "KEY", "Drop", "GladiaServer", "Knobs", "Line", "Script", "gladia", "spoken"]


@pytest.fixture
def gladia() -> Iterator[GladiaServer]:
    """One of its own for each test."""
    server = GladiaServer()
    server.start()
    yield server
    server.die()
