"""Standings made again from what was exported. Pure: nothing but the document has a say in it."""

from collections.abc import Mapping, Sequence

from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.kernel.errors import Invalid
from pitchscoop.recordings.model import Session
from pitchscoop.scoring.model import BEGINNING, Card, Entry, broken
from pitchscoop.scoring.rows import Board, Pitch, Scored, impartial


def replayed(
    event: Event,
    teams: Sequence[Team],
    judges: Sequence[Judge],
    sessions: Sequence[Session],
    entries: Sequence[Entry],
    votes: Mapping[str, int],
) -> Board:
    """The leaderboard of these entries, each of which is proved first. ``votes`` by session decide one kind of prize.

    Raises:
        Invalid: ``cards_changed``: an entry is not as it was saved; ``pitch_missing``: what it is about is not there.
    """
    if (number := broken(entries)) is not None:
        raise Invalid(
            "cards_changed", f"Card {number} is not as it was saved, or one is missing before it. Trust none after it."
        )
    chain = entries[-1].chain if entries else BEGINNING
    return counted(event, teams, judges, sessions, newest(entries), chain, votes)


def counted(
    event: Event,
    teams: Sequence[Team],
    judges: Sequence[Judge],
    sessions: Sequence[Session],
    cards: Mapping[tuple[str, str], Card],
    chain: str,
    votes: Mapping[str, int],
) -> Board:
    """The leaderboard of cards as they are, without their proof.

    Raises:
        Invalid: ``pitch_missing``.
    """
    from pitchscoop.scoring.board import board  # noqa: PLC0415  loaded where it is used: numpy takes its time

    known = {team.team_id: team for team in teams}
    pitches = {one.session_id: _pitch(one, known.get(one.team_id or "")) for one in sessions}
    if missing := sorted({session_id for session_id, _ in cards} - pitches.keys()):
        raise Invalid(
            "pitch_missing",
            f"{len(missing)} of the pitches that have cards are not in this export, the first is {missing[0]}. "
            "Export again when no pitch is being recorded any more.",
        )
    people = {judge.judge_id: judge for judge in judges}
    counting = impartial(cards, pitches, known, people)
    aside = len(cards) - len(counting)
    return board(Scored(event, pitches, counting, known, people, chain, set_aside=aside, votes=votes))


def newest(entries: Sequence[Entry]) -> Mapping[tuple[str, str], Card]:
    """The cards as they are, by session and judge: what was saved last."""
    return {(entry.card.session_id, entry.card.judge_id): entry.card for entry in entries if entry.card}


def _pitch(session: Session, team: Team | None) -> Pitch:
    return Pitch(
        session_id=session.session_id,
        team_id=session.team_id,
        team_name=team.name if team else session.team_name,
        pitch_title=session.pitch_title,
        track=team.track if team else None,
        created=int(session.created_at.timestamp() * 1000),
        audio_duration=session.audio_duration,
        withdrawn=team is not None and team.withdrawn_at is not None,
        awarded=session.awarded,
    )
