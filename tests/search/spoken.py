"""Pitches with words, made through the engine without audio."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from pitchscoop.access.model import Principal, Role
from pitchscoop.engine import Engine
from pitchscoop.main import Parts
from pitchscoop.recordings.model import Session
from pitchscoop.search.model import Page
from pitchscoop.transcripts.model import Transcript, Utterance, Word

ORGANIZER = Principal(role=Role.ORGANIZER)


def utterances(text: str, start: float = 0) -> tuple[Utterance, ...]:
    """Sentences, a word a second."""
    found: list[Utterance] = []
    for number, sentence in enumerate(text.split(". ")):
        words = tuple(
            Word(word=word, start=start + at, end=start + at + 0.5) for at, word in enumerate(sentence.split())
        )
        found.append(Utterance(id=str(number), start=start, end=words[-1].end, text=sentence, words=words))
        start += len(words)
    return tuple(found)


async def said(
    engine: Engine, text: str, who: Principal = ORGANIZER, *, event_id: str | None = None, team: str = "Kelpline"
) -> Session:
    """A pitch in which this was said."""
    session = await engine.start(who, team, "Seaweed", event_id)
    return await heard(engine, session, text)


async def heard(engine: Engine, session: Session, text: str, fact: str = "transcript_written") -> Session:
    """The pitch, with this for its words."""
    ready = Transcript(status="ready").holding(utterances(text))
    return await engine.sessions.write(session.session_id, fact, lambda _: ready)


@contextlib.asynccontextmanager
async def searching(parts: Parts) -> AsyncIterator[None]:
    """The index is kept meanwhile."""
    task = asyncio.create_task(parts.engine.search.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def find(parts: Parts, q: str, who: Principal = ORGANIZER, event_id: str = "default") -> Page:
    return await parts.engine.search.find(who, event_id, q)


async def ids(parts: Parts, q: str, who: Principal = ORGANIZER, event_id: str = "default") -> set[str]:
    return {hit.session.session_id for hit in (await find(parts, q, who, event_id)).hits}


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds, or 15 s."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(15):
            while not await condition():  # noqa: ASYNC110  nothing tells
                await asyncio.sleep(0.05)
    assert await condition()


async def finds(parts: Parts, q: str, *sessions: Session, event_id: str = "default") -> None:
    """Wait until exactly these are found."""
    wanted = {session.session_id for session in sessions}

    async def found() -> bool:
        return await ids(parts, q, event_id=event_id) == wanted

    await until(found)


def traces(folder: Path, word: bytes) -> bool:
    """Whether the word stands in any file of the index."""
    return any(word in path.read_bytes() for path in (folder / "search").iterdir())
