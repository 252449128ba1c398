"""Finished pitches with words, in an installation that has a model."""

import contextlib
from collections.abc import AsyncIterator

import httpx

from pitchscoop.access.model import Principal, Role
from pitchscoop.advising.model import Advice
from pitchscoop.engine import Engine
from pitchscoop.events.model import Settings
from pitchscoop.main import Parts, application
from pitchscoop.recordings.model import Session
from pitchscoop.transcripts.model import Transcript
from tests.advising.talks import KELP, RUBRIC
from tests.exports.pitches import kept
from tests.servers.app import ADMIN
from tests.servers.llm import ModelServer
from tests.servers.place import Place
from tests.words import written

CLEO = Principal(role=Role.ORGANIZER, name="Cleo")


@contextlib.asynccontextmanager
async def advised(place: Place, model_server: ModelServer) -> AsyncIterator[Parts]:
    """The installation, with the model."""
    place.settings |= model_server.settings
    async with place.parts() as parts:
        yield parts


async def event_of(engine: Engine) -> str:
    """An event with a rubric of two criteria; its id."""
    return (await engine.organizing.create_event(CLEO, "Finals", RUBRIC, Settings(), "open")).event_id


async def pitched(engine: Engine, event_id: str, said: Transcript = KELP, team: str = "Kelp") -> Session:
    """A finished pitch with its words."""
    session = await kept(engine, event_id, team, b"sound")
    return await written(engine, session.session_id, said)


async def drafted(engine: Engine, session: Session) -> Advice:
    """What a model drafts of it, once a worker has looked."""
    await engine.advice.ask(CLEO, session.session_id)
    await engine.advice.drafting.look(session.event_id, session.session_id)
    return await engine.advice.read(CLEO, session.session_id)


def browser(parts: Parts, token: str | None = ADMIN) -> httpx.AsyncClient:
    """Speaks HTTP with the doors of this process."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(app=application(parts, worker=False))
    return httpx.AsyncClient(transport=transport, base_url=parts.engine.public_url, headers=headers, timeout=30)
