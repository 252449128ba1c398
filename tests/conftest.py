"""Fixtures shared by all tests. Servers are real and stop with the run; see tests/servers/."""

from typing import Any

import pytest

from tests import servers

pytest_plugins = [
    "tests.servers.redis",
    "tests.servers.s3",
    "tests.servers.app",
    "tests.servers.place",
    "tests.servers.nginx",
    "tests.servers.gladia",
]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes says which servers it ran against (pytest-xdist)."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["ran"] = servers.ran


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What one of several processes said."""
    servers.ran.update(getattr(node, "workeroutput", {}).get("ran", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which real servers the tests ran against."""
    if servers.ran:
        terminalreporter.section("real servers")
        for name, version in sorted(servers.ran.items()):
            terminalreporter.write_line(f"{name}: {version}")
