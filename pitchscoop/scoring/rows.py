"""The nouns of a leaderboard. Apart from what makes it, so that who only shows it need not load numpy."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pitchscoop.events.conflicts import conflict
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.plans import Final
from pitchscoop.events.prizes import Prize
from pitchscoop.events.rubrics import Criterion
from pitchscoop.scoring.model import Card, total
from pitchscoop.scoring.previews import Preview

SEED, DRAWS = 1, 1000  # fixed, so that a result can be made again; a thousand draws tell places to a few per cent


@dataclass(frozen=True, slots=True)
class Pitch:
    """What a row shows of a session. ``created`` is in milliseconds, ``audio_duration`` in seconds.

    ``withdrawn``: its team is out of the running. ``awarded`` are the prizes an organizer gave it, by id.
    """

    session_id: str
    team_id: str | None
    team_name: str
    pitch_title: str
    track: str | None
    created: int
    audio_duration: float | None = None
    preview: Preview | None = None
    withdrawn: bool = False
    awarded: tuple[str, ...] = ()


class Totals:
    """What cards come to, worked out once for each card and rubric: of thousands of cards one is new at a time."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[Card, tuple[Criterion, ...], float | None]] = {}

    def of(self, card: Card, criteria: tuple[Criterion, ...]) -> float | None:
        """The weighted total; None of a card that does not count."""
        key = card.session_id, card.judge_id
        known = self._known.get(key)
        if known is None or known[0] is not card or known[1] != criteria:
            known = card, criteria, total(card, criteria) if card.complete(criteria) else None
            self._known[key] = known
        return known[2]


@dataclass(frozen=True, slots=True)
class Scored:
    """All that standings are made of.

    ``pitches`` by session, ``cards`` by session and judge, ``teams`` and ``judges`` by id. ``chain`` is that of the
    last entry. ``totals`` remembers from board to board what cards come to. ``set_aside`` counts cards that are not
    among them. ``votes`` are those of the audience, by session, where a prize goes by them: nothing else does.
    ``final`` has no part in the standings either, and is told beside them.
    """

    event: Event
    pitches: Mapping[str, Pitch]
    cards: Mapping[tuple[str, str], Card]
    teams: Mapping[str, Team] = field(default_factory=dict)
    judges: Mapping[str, Judge] = field(default_factory=dict)
    chain: str = ""
    totals: Totals = field(default_factory=Totals)
    set_aside: int = 0
    votes: Mapping[str, int] = field(default_factory=dict)
    final: Final | None = None


def impartial(
    cards: Mapping[tuple[str, str], Card],
    pitches: Mapping[str, Pitch],
    teams: Mapping[str, Team],
    judges: Mapping[str, Judge],
) -> dict[tuple[str, str], Card]:
    """The cards that may count: not those of judges whose conflict of interest came to light after they had scored."""
    torn = {judge_id: judge for judge_id, judge in judges.items() if judge.conflicts or judge.domains}
    if not torn:
        return dict(cards)

    def may(session_id: str, judge_id: str) -> bool:
        return not is_partial(torn.get(judge_id), pitches.get(session_id), teams)

    return {key: card for key, card in cards.items() if may(*key)}


def is_partial(judge: Judge | None, pitch: Pitch | None, teams: Mapping[str, Team]) -> bool:
    """Whether a judge has a conflict of interest with the team of a pitch. That it is of another track is none."""
    team = teams.get(pitch.team_id or "") if pitch else None
    return judge is not None and team is not None and conflict(judge, team) in ("conflict", "domain")


class Row(NamedTuple):
    """One pitch in its place. Scores are on the scale of the weighted rubric total.

    ``interval`` is of the rank, 90 %. ``judges`` counts its complete cards, ``tied`` those it shares its rank with;
    ``tied_with`` names the nearest 50 of them, or fewer where there are hundreds of rows.
    """

    pitch: Pitch
    rank: int
    score: float
    raw_mean: float
    adjusted: float
    interval: tuple[int, int]
    judges: int
    tied: int
    tied_with: tuple[str, ...]
    p_first: float
    p_top3: float
    why: str


@dataclass(frozen=True, slots=True)
class Award:
    """A prize and who wins it: several who share it, or nobody yet."""

    prize: Prize
    winners: tuple[Pitch, ...]


@dataclass(frozen=True, slots=True)
class FinalPlace:
    """A finalist in its place: ``rank`` and ``strength`` (log odds) are None where comparisons cannot tell yet.

    It was ``compared`` so often with others, of which it ``won`` some. ``p_over_next`` is the probability that a judge
    prefers it to the one below.
    """

    pitch: Pitch
    rank: int | None
    strength: float | None
    won: int
    compared: int
    p_over_next: float | None


@dataclass(frozen=True, slots=True)
class FinalResult:
    """What a final round has come to. ``settled``: comparisons tell an order. ``words`` say it, or what is missing.

    ``comparisons`` counts those that count, ``judges`` who made them.
    """

    places: tuple[FinalPlace, ...]
    comparisons: int
    judges: int
    settled: bool
    words: str


@dataclass(frozen=True, slots=True)
class Board:
    """An event's standings. ``tracks`` are ranked for themselves, by name.

    ``advise`` works out whom the organizer should have hear whom, which takes as long as the rest: sentences that name
    judges, none but while they score. ``as_of`` is when the newest card that counts was saved.
    """

    event: Event
    chain: str
    rows: tuple[Row, ...] = ()
    tracks: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    judges: int = 0
    cards: int = 0
    as_of: dt.datetime | None = None
    advise: Callable[[], tuple[str, ...]] = field(default=tuple, compare=False)
    awards: tuple[Award, ...] = ()
    final: FinalResult | None = None
