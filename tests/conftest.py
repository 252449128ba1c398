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
    "tests.servers.llm",
]


LONG = ("test_fuzz.py", "test_pages.py", "test_organizing_commands.py", "test_full_disk.py", "test_captions.py")
"""Files of minutes. They begin first, so that no process is left alone with one at the end."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; else the order stays random."""
    items.sort(key=lambda item: item.path.name not in LONG)


died: list[str] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes says which servers it ran against (pytest-xdist).

    Where one of them died, tests may be missing that never ran: that is more than some that failed.
    """
    if died:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput |= {"ran": servers.ran, "tried": servers.tried}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """What one of several processes said, and whether it died."""
    if error:
        died.append(str(error))
    said = getattr(node, "workeroutput", {})
    servers.ran.update(said.get("ran", {}))
    servers.tried.update(said.get("tried", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which real servers the tests ran against, and how much those tried that make up their own cases."""
    for title, told in (("real servers", servers.ran), ("tried", servers.tried)):
        if told:
            terminalreporter.section(title)
            for name, what in sorted(told.items()):
                terminalreporter.write_line(f"{name}: {what}")
