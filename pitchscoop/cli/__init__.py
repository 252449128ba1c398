"""The command line (design.md 2.1)."""

import asyncio
import contextlib
import logging
import socket
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn
from starlette.types import ASGIApp
from uvicorn.loops.auto import auto_loop_factory
from uvicorn.supervisors import Multiprocess

from pitchscoop.access.model import Role
from pitchscoop.cli import transcripts, upkeep
from pitchscoop.cli.common import OPERATOR, fail, parts_of, pieces, read_settings
from pitchscoop.cli.events import events
from pitchscoop.cli.exports import export, import_event
from pitchscoop.cli.organizers import organizers
from pitchscoop.cli.people import judges, teams
from pitchscoop.cli.replay import replay
from pitchscoop.cli.search import search
from pitchscoop.doctor import examine
from pitchscoop.doors.frames import FrameProtocol
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import Problem
from pitchscoop.kernel.facts import acting
from pitchscoop.kernel.garbage import collect_seldom
from pitchscoop.main import Deferred, Parts, application, assembled, working
from pitchscoop.recordings.model import Session
from pitchscoop.settings import Settings

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Record, keep, play."
)

_SERVING = ("serve", "worker", "mcp")  # which act for those who call them, or by themselves
_PING = 4.0  # seconds between pings to live clients: proxies commonly cut what is silent for ten
_GRACE = 2  # seconds a stopping server gives requests under way; live clients are told 1012 and move on


@cli.callback()
def _acting(called: typer.Context) -> None:
    """Record, keep, play."""
    if called.invoked_subcommand not in _SERVING:
        acting.set(OPERATOR.name.lower())


@cli.command()
def serve(
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Server processes.")] = 1,
    worker: Annotated[bool, typer.Option(help="Finish recordings in the server, too.")] = True,  # noqa: FBT002
) -> None:
    """Serve pages, REST, live audio and MCP."""
    settings = read_settings()
    listener = _listen(host, port)
    public = settings.public_url or _address(listener)
    if workers == 1:
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:  # uvloop where there is one
            runner.run(_serve(settings, listener, public, worker=worker))
        return
    config = _config(Deferred(settings, public, worker=worker))
    asyncio.run(_announce(settings, public))
    config.workers = workers
    Multiprocess(config, [listener]).run()


@cli.command()
def worker() -> None:
    """Finish recordings beside servers that share this Redis and storage."""
    settings = read_settings()

    async def run() -> None:
        async with parts_of(settings) as parts, working(parts, worker=True):
            await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())


@cli.command("mcp")
def mcp_stdio(
    underscores: Annotated[bool, typer.Option(help="Tool names with _ for hosts that refuse dots.")] = False,  # noqa: FBT002
) -> None:
    """Serve MCP on standard input and output, with the operator's rights; playback on a loopback port."""
    from pitchscoop.doors import mcp  # noqa: PLC0415  takes a second, and other commands do without

    settings = read_settings()

    async def run() -> None:
        listener = _listen("127.0.0.1", 0)
        async with assembled(settings, settings.public_url or _address(listener)) as parts:
            http = uvicorn.Server(_config(application(parts, worker=True)))
            serving = asyncio.create_task(http.serve([listener]))
            acting.set(OPERATOR.name.lower())
            await mcp.server(parts.engine, "_" if underscores else ".", OPERATOR).run_stdio_async()
            http.should_exit = True
            await serving

    asyncio.run(run())


@cli.command()
def record(
    file: Path,
    team: Annotated[str, typer.Option(help="The team's name.")],
    title: Annotated[str, typer.Option(help="The pitch's title.")],
    event: Annotated[str | None, typer.Option(help="The event's id.")] = None,
) -> None:
    """Push a file through the whole path and print where it plays."""
    settings = read_settings()
    if not file.is_file():
        fail(f"{file} is not a file.")

    async def run() -> None:
        async with parts_of(settings) as parts, working(parts, worker=True):
            engine = parts.engine
            session = await engine.start(OPERATOR, team, title, event)
            length = (await asyncio.to_thread(file.stat)).st_size
            session = await engine.attach(OPERATOR, session.session_id, pieces(file), length, file.name)
            session = await _finished(engine, session)
            if session.error:
                fail(session.error.message)
            typer.echo((await engine.playback(OPERATOR, session)).playback_url)
            typer.echo(f"Its page: {engine.page_url(session)}", err=True)

    asyncio.run(run())


@cli.command("demo")
def demo_command(event: Annotated[str | None, typer.Option(help="The event's id.")] = None) -> None:
    """Fill an event with pitches that can be played."""
    from pitchscoop import demo  # noqa: PLC0415  brings numpy, and other commands do without

    settings = read_settings()

    async def run() -> None:
        async with parts_of(settings) as parts, working(parts, worker=True):
            for session in await demo.fill(parts.engine, OPERATOR, event, typer.echo):
                await _finished(parts.engine, session)
            typer.echo(f"They are at {parts.engine.public_url} while the server runs.")

    asyncio.run(run())


@cli.command()
def token(role: Annotated[str, typer.Argument(help="organizer")] = "organizer") -> None:
    """Make a token for a program, and a one-time sign-in link. Both are shown once."""
    settings = read_settings()
    if role != Role.ORGANIZER:
        fail(
            f"No token is made for {role!r} here: pitchscoop token organizer. "
            "Teams get theirs from POST /api/v1/events/{event_id}/teams."
        )

    async def run() -> None:
        async with parts_of(settings) as parts:
            for shown in await parts.engine.organizing.visits.operator():
                typer.echo(shown)

    asyncio.run(run())


@cli.command()
def doctor() -> None:
    """Check settings, state, storage, codecs, the clock and who writes transcripts: one line each, with the remedy."""
    settings = read_settings()

    async def run() -> bool:
        async with parts_of(settings) as parts:
            return await examine(parts.engine, parts.media, typer.echo)

    raise typer.Exit(0 if asyncio.run(run()) else 1)


for command in (*transcripts.COMMANDS, search, export, replay, *upkeep.COMMANDS):
    cli.command()(command)
cli.command("import")(import_event)
for group in (events, teams, judges, organizers):
    cli.add_typer(group)


def main() -> None:
    """Run a command."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        cli()
    except Problem as problem:
        fail(problem.message)


async def _finished(engine: Engine, session: Session) -> Session:
    while session.status == "processing":
        await asyncio.sleep(0.1)
        session = await engine.session(OPERATOR, session.session_id)
    return session


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        fail(f"Nothing can be served at {host}, port {port}: {error.strerror}. Choose others with --host and --port.")


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  everywhere, this machine included
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serve(settings: Settings, listener: socket.socket, public: str, *, worker: bool) -> None:
    async with assembled(settings, public) as parts:
        server = uvicorn.Server(_config(application(parts, worker=worker)))
        collect_seldom()
        serving = asyncio.create_task(server.serve([listener]))
        try:
            while not server.started and not serving.done():  # noqa: ASYNC110  uvicorn has no event for it
                await asyncio.sleep(0.02)
        except asyncio.CancelledError:  # Ctrl-C before uvicorn heeds it
            server.should_exit = True
            await serving
            raise
        if server.started:
            await _greet(parts, settings, public)
        await serving


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",  # at info, uvicorn prints addresses with their tokens
        access_log=False,
        ws=FrameProtocol,
        ws_max_size=1 << 20,  # larger than a frame may be, so that our own close code answers
        ws_per_message_deflate=False,  # PCM does not shrink
        ws_ping_interval=_PING,
        timeout_graceful_shutdown=_GRACE,
        lifespan="on",
    )


async def _announce(settings: Settings, public: str) -> None:
    async with assembled(settings, public) as parts:
        await _greet(parts, settings, public)


async def _greet(parts: Parts, settings: Settings, public: str) -> None:
    if not settings.public_url and not settings.redis_url:
        await asyncio.to_thread((settings.data / "address").write_text, public)
    typer.echo(f"PitchScoop is at {public}")
    with contextlib.suppress(Problem):
        link = await parts.engine.access.sign_in_link()
        typer.echo(f"Sign in as organizer, once: {public}/sign-in?token={link}")
