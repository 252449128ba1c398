"""Fixtures shared by all tests. Servers are real and stop with the run; see tests/servers/."""

import pytest

from tests import servers

pytest_plugins = ["tests.servers.redis", "tests.servers.s3", "tests.servers.app", "tests.servers.place"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which real servers the tests ran against."""
    if servers.ran:
        terminalreporter.section("real servers")
        for name, version in sorted(servers.ran.items()):
            terminalreporter.write_line(f"{name}: {version}")
