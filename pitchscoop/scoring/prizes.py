"""Who wins the prizes of an event. Pure, as the standings are."""

from collections.abc import Mapping, Sequence

import numpy as np

from pitchscoop.events.prizes import Prize
from pitchscoop.kernel.stages import OUT
from pitchscoop.scoring.mixed import fit, reads_of
from pitchscoop.scoring.rows import Award, Pitch, Row, Scored
from pitchscoop.voting.model import polled

_EQUAL = 1e-9  # of a criterion's scale: who differs by less shares the prize


def awards(scored: Scored, rows: Sequence[Row], tracks: Mapping[str, Sequence[Row]]) -> tuple[Award, ...]:
    """All prizes, in the organizer's order, with those who win them. ``rows`` are everybody's, ``tracks`` by name."""
    return tuple(Award(prize, tuple(_winners(scored, prize, rows, tracks))) for prize in scored.event.settings.prizes)


def _winners(scored: Scored, prize: Prize, rows: Sequence[Row], tracks: Mapping[str, Sequence[Row]]) -> Sequence[Pitch]:
    if prize.by == "hand":
        chosen = [one for one in scored.pitches.values() if prize.id in one.awarded and not one.withdrawn]
        ours = [one for one in chosen if prize.track in (None, one.track)]
        return sorted(ours, key=lambda pitch: (pitch.team_name.casefold(), pitch.session_id))
    if prize.by == "audience":
        return _favourites(scored, prize)
    if prize.by == "rank":
        return [row.pitch for row in (rows if prize.track is None else tracks.get(prize.track, ())) if row.rank == 1]
    points = _points(scored, prize, [row.pitch for row in rows])
    running = [(pitch, score) for pitch, score in points if prize.track in (None, pitch.track)]
    best = max((score for _, score in running), default=0.0)
    return [pitch for pitch, score in running if score >= best - _EQUAL]


def _favourites(scored: Scored, prize: Prize) -> Sequence[Pitch]:
    """Whom most voted for. Until results are told votes may change, so nobody has won before."""
    if scored.event.stage not in OUT:
        return ()
    running = [one for one in scored.pitches.values() if not one.withdrawn and prize.track in (None, one.track)]
    return [pitch for rank, pitch, _ in polled(running, scored.votes) if rank == 1]


def _points(scored: Scored, prize: Prize, pitches: Sequence[Pitch]) -> list[tuple[Pitch, float]]:
    """What each has in one criterion, adjusted for the judges where the standings are: by what all of them gave."""
    criteria = {track: scored.event.criteria(track) for track in {pitch.track for pitch in pitches}}
    asked = {track: one for track, found in criteria.items() for one in found if one.id == prize.criterion}
    running = {pitch.session_id: pitch for pitch in pitches if pitch.track in asked}
    places = {session_id: at for at, session_id in enumerate(running)}
    found: list[tuple[int, str, float]] = []
    for (session_id, judge_id), card in sorted(scored.cards.items(), key=lambda item: item[0]):
        track = running[session_id].track if session_id in running else None
        if session_id in running and card.complete(criteria[track]):
            found.append((places[session_id], judge_id, card.share_of(asked[track])))
    if not found:
        return []
    reads = reads_of(found, [pitch.track for pitch in running.values()])
    adjusted = scored.event.settings.method == "adjusted"
    score = fit(reads).adjusted if adjusted else np.bincount(reads.team, reads.total) / np.bincount(reads.team)
    return list(zip(running.values(), score.tolist(), strict=True))
