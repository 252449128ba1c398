"""The leaderboard: cards to rows. Pure: the same cards give the same rows, byte for byte."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from statistics import fmean
from typing import NamedTuple

import numpy as np

from pitchscoop.events.conflicts import conflict
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.rubrics import Criterion
from pitchscoop.scoring import explained
from pitchscoop.scoring.equations import IntArray
from pitchscoop.scoring.final import final_result
from pitchscoop.scoring.groups import groups, next_readings
from pitchscoop.scoring.mixed import Fit, FloatArray, Reads, fit, reads_of
from pitchscoop.scoring.model import Card
from pitchscoop.scoring.places import places, untied
from pitchscoop.scoring.prizes import awards
from pitchscoop.scoring.rows import DRAWS, SEED, Board, Pitch, Row, Scored

_NAMED, _NAMES = 50, 5000  # of those a row is tied with; of all rows together: a thousand equal teams make a million


class _Heard(NamedTuple):
    """A pitch that counts, and its complete cards: judge and total, by judge; ``newest`` is when one was saved last."""

    pitch: Pitch
    cards: Sequence[tuple[str, float]]
    newest: dt.datetime
    deciding: float = math.nan  # its mean in what equal scores go by, as a share of the scale; NaN without one


def board(scored: Scored) -> Board:
    """The standings of an event."""
    final = final_result(scored.final, scored.pitches, scored.teams, scored.judges)
    heard, unscored, stretched = _counting(scored)
    if not heard:
        return Board(scored.event, scored.chain, awards=awards(scored, (), {}), final=final)
    judges = sorted({judge for one in heard for judge, _ in one.cards})
    reads = _reads(heard)
    fitted = fit(reads)
    made = _Rows(scored.event, heard, reads, fitted)
    everybody = np.arange(len(heard))
    tracks = sorted({one.pitch.track for one in heard if one.pitch.track is not None})
    rows = made.rows(everybody)
    by_track = {
        track: made.rows(np.array([one.pitch.track == track for one in heard]).nonzero()[0]) for track in tracks
    }
    counts = [len(one.cards) for one in heard]
    return Board(
        scored.event,
        scored.chain,
        rows,
        by_track,
        tuple(
            explained.cautions(
                counts, len(judges), len(groups(reads)), unscored, stretched=stretched, set_aside=scored.set_aside
            )
        ),
        len(judges),
        sum(counts),
        max(one.newest for one in heard),
        partial(_advice, scored, heard, judges, reads, fitted) if scored.event.stage == "open" else tuple,
        awards(scored, rows, by_track),
        final,
    )


def _counting(scored: Scored) -> tuple[list[_Heard], int, bool]:
    """The pitches that count, by session, how many wait for a complete card, and whether totals were stretched.

    Of a team's several pitches the one with most complete cards counts, the newest of equals.
    """
    criteria = {track: scored.event.criteria(track) for track in {pitch.track for pitch in scored.pitches.values()}}
    decides = scored.event.decides
    of = scored.totals.of
    by_session = defaultdict[str, list[tuple[str, Card]]](list)
    for (session_id, judge_id), card in scored.cards.items():
        by_session[session_id].append((judge_id, card))
    best: dict[str, _Heard] = {}
    for session_id, found in by_session.items():
        pitch = scored.pitches.get(session_id)
        if pitch is None or pitch.withdrawn:
            continue
        found.sort()  # a judge has one card, so cards are not compared
        asked = criteria[pitch.track]
        totals = [(judge_id, points, card) for judge_id, card in found if (points := of(card, asked)) is not None]
        if not totals:
            continue
        cards = [card for _, _, card in totals]
        deciding = fmean(card.share_of(decides) for card in cards) if decides and decides in asked else math.nan
        newest = max(card.saved_at for card in cards)
        one = _Heard(pitch, [(judge_id, points) for judge_id, points, _ in totals], newest, deciding)
        known = best.get(pitch.team_id or session_id)
        if known is None or _weight(one) > _weight(known):
            best[pitch.team_id or session_id] = one
    heard = sorted(best.values(), key=lambda one: one.pitch.session_id)
    teams = {pitch.team_id or pitch.session_id for pitch in scored.pitches.values() if not pitch.withdrawn}
    stretched = _stretched(heard, criteria)
    return stretched, len(teams) - len(heard), stretched != heard


def _weight(one: _Heard) -> tuple[int, int, str]:
    return len(one.cards), one.pitch.created, one.pitch.session_id


def _stretched(heard: Sequence[_Heard], criteria: Mapping[str | None, Sequence[Criterion]]) -> list[_Heard]:
    """With totals multiplied so that the best one there can be is the same in all tracks that were heard."""
    best = {track: sum(one.weight * one.max for one in criteria[track]) for track in {one.pitch.track for one in heard}}
    most = max(best.values(), default=0.0)
    by = {track: most / points if points > 0 else 1.0 for track, points in best.items()}
    if all(factor == 1.0 for factor in by.values()):
        return list(heard)
    return [one._replace(cards=[(judge, points * by[one.pitch.track]) for judge, points in one.cards]) for one in heard]


def _reads(heard: Sequence[_Heard]) -> Reads:
    found = [(team, judge, points) for team, one in enumerate(heard) for judge, points in one.cards]
    return reads_of(found, [one.pitch.track for one in heard])


class _Rows:
    """Rows of all pitches or of some: draws are made once."""

    def __init__(self, event: Event, heard: Sequence[_Heard], reads: Reads, fitted: Fit) -> None:
        self._event = event
        self._heard = heard
        self._most = min(_NAMED, _NAMES // len(heard) + 1)
        self._draws = fitted.draws(DRAWS, SEED)
        raw = np.bincount(reads.team, reads.total) / np.bincount(reads.team)
        self._by_mean = event.settings.method == "mean"
        self._by = raw if self._by_mean else fitted.adjusted
        self._raw, self._adjusted, self._score = raw.tolist(), fitted.adjusted.tolist(), self._by.tolist()
        self._why = _why(reads, fitted, fitted.adjusted - raw)

    def rows(self, some: IntArray) -> tuple[Row, ...]:
        """These pitches, ranked among themselves."""
        score = self._by[some]
        draws = self._draws if len(some) == len(self._heard) else self._draws.take(some, axis=1)
        told = places(draws, score)
        alike = {team: len(group) - 1 for group in told.groups for team in group}
        if self._event.settings.tie_break != "share":
            told = untied(told, score, np.array([self._heard[at].deciding for at in some]))
        values = list(zip(*(one.tolist() for one in (told.rank, told.lo, told.hi, told.first, told.top3)), strict=True))
        chosen = some.tolist()
        rows: list[Row] = []
        for group in told.groups:
            names = [self._heard[chosen[one]].pitch.session_id for one in group]
            rows += [self._row(chosen[one], values[one], names, at, alike[one]) for at, one in enumerate(group)]
        return tuple(rows)

    def _row(
        self, at: int, place: tuple[int, int, int, float, float], group: Sequence[str], seat: int, alike: int
    ) -> Row:
        """``alike`` counts those whom the cards cannot tell it from, also where a rule has given them other ranks."""
        one = self._heard[at]
        rank, low, high, first, top3 = place
        decided = explained.decided(self._event, alike) if alike >= len(group) else None
        if self._by_mean or decided:  # both may put a team where the model would not: what is told is within
            low, high = min(low, rank), max(high, rank)
        return Row(
            pitch=one.pitch,
            rank=rank,
            score=self._score[at],
            raw_mean=self._raw[at],
            adjusted=self._adjusted[at],
            interval=(low, high),
            judges=len(one.cards),
            tied=len(group) - 1,
            tied_with=_beside(group, seat, self._most),
            p_first=first,
            p_top3=top3,
            why=f"{self._why[at]} {decided}" if decided else self._why[at],
        )


def _beside(group: Sequence[str], seat: int, most: int) -> tuple[str, ...]:
    """The others of a group, or those who stand nearest."""
    begin = max(0, min(seat - most // 2, len(group) - 1 - most))
    return (*group[begin:seat], *group[seat + 1 : begin + most + 1])


def _why(reads: Reads, fitted: Fit, shift: FloatArray) -> list[str]:
    """Why each team's score was shifted so."""
    effect, far = fitted.judge[reads.judge], explained.STRICT * fitted.sd_judge
    cards = np.bincount(reads.team)
    judges = np.bincount(reads.team, -effect) / cards
    strict, mild = (np.bincount(reads.team[one], minlength=reads.teams) for one in (effect <= -far, effect >= far))
    return list(map(explained.why, *(one.tolist() for one in (shift, judges, cards, strict, mild))))


def _advice(
    scored: Scored, heard: Sequence[_Heard], judges: Sequence[str], reads: Reads, fitted: Fit
) -> tuple[str, ...]:
    """Which further readings would tell most, as sentences with names."""
    teams = [scored.teams.get(one.pitch.team_id or "") for one in heard]
    people = [scored.judges.get(judge_id) for judge_id in judges]
    may = np.array([_may_hear(judge, teams) for judge in people]).T
    order = np.argsort(-fitted.adjusted, kind="stable").tolist()
    said = []
    for reading in next_readings(reads, fitted, order, may):
        judge, name = people[reading.judge], heard[reading.team].pitch.team_name
        what = f"{judge.name if judge else 'A judge'} should hear {name}"
        if reading.other is None:
            said.append(f"{what}: it links judges who share no team so far.")
        else:
            said.append(
                f"{what}: it tells most about {name} and {heard[reading.other].pitch.team_name}, who are close."
            )
    return tuple(said)


def _may_hear(judge: Judge | None, teams: Sequence[Team | None]) -> list[bool]:
    if judge is None or judge.removed_at is not None:
        return [False] * len(teams)
    if not (judge.conflicts or judge.domains or judge.tracks):
        return [True] * len(teams)
    return [team is None or conflict(judge, team) is None for team in teams]
