"""An event with judges and pitches that can be scored, made through the engine without a server."""

from dataclasses import dataclass
from typing import Any

from pitchscoop.access.model import Principal
from pitchscoop.engine import Engine
from pitchscoop.events.model import Settings
from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import Problem
from pitchscoop.main import Parts
from pitchscoop.scoring.copies import Copies
from tests.exports.pitches import ORGANIZER, kept

WHOLE = {"problem": 8.0, "solution": 6.0, "team-and-craft": 9.0, "delivery": 5.0}
"""A complete card by the rubric of events that have none of their own; its total is 3*8 + 3*6 + 2*9 + 2*5 = 70."""


@dataclass(frozen=True)
class Judged:
    """Team ``n`` has the pitch ``n``."""

    engine: Engine
    event_id: str
    teams: list[str]
    judges: list[Principal]
    tokens: list[str]
    pitches: list[str]


async def judged(engine: Engine, teams: int = 1, judges: int = 1, **settings: Any) -> Judged:
    event = await engine.organizing.create_event(ORGANIZER, "E", (), Settings(**settings), "open")
    event_id = event.event_id
    names = [f"Team {number}" for number in range(teams)]
    joined = [await engine.organizing.add_team(ORGANIZER, event_id, name) for name in names]
    invited = [await engine.organizing.add_judge(ORGANIZER, event_id, f"Judge {n}") for n in range(judges)]
    pitches = [await pitch(engine, event_id, name) for name in names]
    return Judged(
        engine,
        event_id,
        [found.who.team_id for found in joined],
        [found.who.principal for found in invited],
        [found.token for found in invited],
        pitches,
    )


async def pitch(engine: Engine, event_id: str, team: str) -> str:
    """A finished pitch that has all its files, so that fsck finds nothing wrong with it."""
    session_id = (await kept(engine, event_id, team, b"sound of " + team.encode())).session_id
    await engine.storage.upload_audio(keys.stored(session_id, keys.AUDIO_MP3), b"mp3", "audio/mpeg")
    await engine.storage.upload_audio(keys.stored(session_id, keys.PEAKS), b"[]", "application/json")
    await engine.sessions.change(
        session_id, "session_completed", lambda session: session.model_copy(update={"mp3_size": 3})
    )
    return session_id


async def scored(here: Judged) -> None:
    """Every judge has scored every pitch, and has thought better of it once."""
    for place, judge in enumerate(here.judges):
        for session_id in here.pitches:
            await here.engine.cards.save(judge, session_id, {"scores": WHOLE, "comment": f"By {place} ☃"})
            await here.engine.cards.save(judge, session_id, {"scores": {"problem": 1 + place % 10}})


async def code(attempt: Any) -> str:
    """The code of the error that this ends with."""
    try:
        await attempt
    except Problem as problem:
        return problem.code
    return "nothing"


def copies(parts: Parts) -> Copies:
    """The one that was put together."""
    found = parts.engine.completion._companion
    assert isinstance(found, Copies)
    return found


async def worked(parts: Parts) -> None:
    """All that is due is done, and nothing waits for its time."""
    copies(parts)._written.clear()
    while await parts.engine.completion.run_once():
        copies(parts)._written.clear()
