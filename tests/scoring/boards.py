"""Events with cards, without a server."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence

from pitchscoop.events.model import Event, Settings
from pitchscoop.events.rubrics import Criterion
from pitchscoop.scoring.board import board
from pitchscoop.scoring.model import Card
from pitchscoop.scoring.rows import Board, Pitch, Scored

WHEN = dt.datetime(2026, 11, 14, 16, tzinfo=dt.UTC)
RUBRIC = (Criterion(id="a", name="A", weight=3, min=0, max=10), Criterion(id="b", name="B", weight=1, min=0, max=10))


def event(rubric: Sequence[Criterion] = RUBRIC, **settings: object) -> Event:
    return Event(
        event_id="e", name="E", rubric=tuple(rubric), settings=Settings.model_validate(settings), created_at=WHEN
    )


def pitch(
    name: str, team: str | None = None, track: str | None = None, created: int = 0, *, withdrawn: bool = False
) -> Pitch:
    return Pitch(name, team or name, name.upper(), f"Title of {name}", track, created, 60.0, withdrawn=withdrawn)


def card(session: str, judge: str, *scores: float, **more: object) -> Card:
    given = dict(zip("abc", scores, strict=False))
    known = {"session_id": session, "judge_id": judge, "scores": given, "saved_at": WHEN, "number": 1, **more}
    return Card.model_validate(known)


def scored(pitches: Sequence[Pitch], cards: Sequence[Card], of: Event | None = None) -> Scored:
    by_card = {(one.session_id, one.judge_id): one for one in cards}
    return Scored(of or event(), {one.session_id: one for one in pitches}, by_card)


def made(pitches: Sequence[Pitch], cards: Sequence[Card], of: Event | None = None) -> Board:
    return board(scored(pitches, cards, of))


def drawn(teams: int, judges: int, reads: int, seed: int = 1, spread: float = 2.0) -> tuple[list[Pitch], list[Card]]:
    """Random scores of teams that differ, by judges who differ."""
    chance = random.Random(seed)
    quality = [chance.gauss(5, spread) for _ in range(teams)]
    strict = [chance.gauss(0, 1) for _ in range(judges)]
    names = [f"s{at:04}" for at in range(teams)]
    cards = [
        card(name, f"j{judge:03}", *(_score(quality[at] + strict[judge] + chance.gauss(0, 1)) for _ in "ab"))
        for at, name in enumerate(names)
        for judge in chance.sample(range(judges), reads)
    ]
    return [pitch(name, created=at) for at, name in enumerate(names)], cards


def _score(points: float) -> float:
    return float(min(10, max(0, round(points))))


def ranks(found: Board) -> Mapping[str, int]:
    return {row.pitch.session_id: row.rank for row in found.rows}
