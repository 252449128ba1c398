"""The composition root: settings, adapters, engine, doors. The only file that knows every part."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from pitchscoop.access.answers import Answers
from pitchscoop.access.service import Access
from pitchscoop.adapters.disk import DiskAudioStorage
from pitchscoop.adapters.gladia import Gladia
from pitchscoop.adapters.media import PyAVMedia
from pitchscoop.adapters.search_index import SearchIndex
from pitchscoop.adapters.sqlite import SqliteState
from pitchscoop.adapters.whisper import WhisperTranscriber
from pitchscoop.advising.ports import Adviser
from pitchscoop.advising.service import Advising
from pitchscoop.doors.app import create_app
from pitchscoop.engine import Engine
from pitchscoop.events.service import Events
from pitchscoop.kernel import ids
from pitchscoop.kernel.clock import utc_now
from pitchscoop.kernel.garbage import collect_seldom
from pitchscoop.recordings.completion import Completion
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring.copies import Copies
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.search.service import Search
from pitchscoop.settings import Settings
from pitchscoop.transcribing.service import Transcripts
from pitchscoop.transcripts.ports import LiveTranscriber, Transcriber
from pitchscoop.upkeep.service import Upkeep

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from pitchscoop.kernel.state import State
    from pitchscoop.recordings.ports import AudioStorage

_AGAIN = 5.0  # seconds until work that ended by an error begins again

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What was put together."""

    engine: Engine
    upkeep: Upkeep
    media: PyAVMedia
    files: DiskAudioStorage | None
    answers: Answers
    media_origin: str | None


@contextlib.asynccontextmanager
async def assembled(settings: Settings, public_url: str) -> AsyncIterator[Parts]:
    """Open adapters, build the engine, and close everything again."""
    state: State
    if settings.redis_url:
        from pitchscoop.adapters.redis import RedisState  # noqa: PLC0415  loaded where it is used: it takes its time

        state = await RedisState.open(settings.redis_url)
    else:
        state = await SqliteState.open(settings.data / "pitchscoop.db")
    storage: AudioStorage
    files, origin = None, None
    if settings.minio:
        from pitchscoop.adapters.minio import MinIOAudioStorage  # noqa: PLC0415  the same

        storage = MinIOAudioStorage(**settings.minio.model_dump())
        scheme = "https" if settings.minio.secure else "http"
        origin = settings.minio.public_url or f"{scheme}://{settings.minio.endpoint}"
    else:
        storage = files = DiskAudioStorage(settings.data, _key(settings.secret, "media"))
    media = PyAVMedia()
    access = Access(state, _key(settings.secret, "access"), utc_now, settings.admin_token)
    live, transcribers = _engines(settings)
    adviser = _adviser(settings)
    events, ledger = Events(state, utc_now), Ledger(state, utc_now)
    copies = Copies(state, storage, events, ledger, utc_now)
    sessions = Sessions(state, storage, utc_now, copies)
    completion = Completion(
        state, events, sessions, storage, media, utc_now, companion=copies, transcribes=bool(transcribers)
    )
    index = SearchIndex(settings.data / "search")
    engine = Engine(
        state=state,
        storage=storage,
        access=access,
        events=events,
        sessions=sessions,
        completion=completion,
        transcripts=Transcripts(state, events, sessions, storage, utc_now, live=live, transcribers=transcribers),
        search=Search(state, events, sessions, index, utc_now),
        advice=Advising(state, events, sessions, storage, utc_now, adviser),
        ledger=ledger,
        public_url=public_url,
        clock=utc_now,
    )
    try:
        upkeep = Upkeep(state, storage, access, events, sessions, ledger, copies, utc_now)
        yield Parts(engine, upkeep, media, files, Answers(state, _key(settings.secret, "answers")), origin)
    finally:
        await engine.standings.close()
        for transcriber in transcribers:
            await transcriber.close()
        if adviser is not None:
            await adviser.close()
        await index.close()
        await media.close()
        await storage.close()
        await state.close()


def _engines(settings: Settings) -> tuple[LiveTranscriber | None, list[Transcriber]]:
    """Who writes transcripts: while one speaks, and afterwards in this order."""
    gladia, transcribers = None, list[Transcriber]()
    if (known := settings.gladia) is not None:
        gladia = Gladia(known.key, known.api_url, region=known.region, max_live=known.max_live)
        transcribers.append(gladia)
    if (local := settings.whisper) is not None:
        transcribers.append(WhisperTranscriber(local.model, local.device, settings.data / "models", local.environ))
    return gladia, transcribers


def _adviser(settings: Settings) -> Adviser | None:
    """The model that drafts advice."""
    if (known := settings.llm) is None:
        return None
    from pitchscoop.adapters.llm import LanguageModel  # noqa: PLC0415  loaded where it is used

    return LanguageModel(known.model, known.base_url, known.key)


def _key(secret: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose."""
    return ids.signature(secret, "key", purpose).encode()


@contextlib.asynccontextmanager
async def working(parts: Parts, *, worker: bool, search: bool = False) -> AsyncIterator[None]:
    """Run what runs beside requests: following facts and, where wanted, finishing recordings and keeping the index."""
    with contextlib.suppress(Exception):  # not there yet: /readyz says so, and every use tries again
        await parts.engine.storage.check()
    engine = parts.engine
    work = [engine.follow, engine.transcripts.run, engine.standings.run]
    if worker:
        parts.media.warm()
        work += [engine.completion.run, engine.transcripts.afterwards.run, engine.advice.drafting.run]
    if search:
        work.append(engine.search.run)
    tasks = [asyncio.create_task(_kept_up(one)) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _kept_up(work: Callable[[], Awaitable[None]]) -> None:
    """Begin it again where it ends by an error that nobody foresaw: recordings wait for it."""
    while True:
        try:
            return await work()
        except Exception as error:
            log.exception("begins_again", error=repr(error))
            await asyncio.sleep(_AGAIN)


def application(parts: Parts, *, worker: bool) -> "ASGIApp":
    """The doors over an assembled engine."""
    return create_app(
        parts.engine,
        parts.answers,
        files=parts.files,
        media_origin=parts.media_origin,
        lifespan=lambda: working(parts, worker=worker, search=True),
    )


class Deferred:
    """The application for one of several processes: put together where it runs, when it starts."""

    def __init__(self, settings: Settings, public_url: str, *, worker: bool) -> None:
        self._settings = settings
        self._public_url = public_url
        self._worker = worker
        self._app: ASGIApp | None = None

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve; the lifespan call holds everything open as long as the process serves."""
        if self._app is not None:
            await self._app(scope, receive, send)
            return
        async with assembled(self._settings, self._public_url) as parts:
            self._app = application(parts, worker=self._worker)
            collect_seldom()
            await self._app(scope, receive, send)
