"""Judges' cards of a pitch, for the organizers who answer for them."""

from collections.abc import Sequence

from pitchscoop.access.model import Principal, Verb, may
from pitchscoop.doors.web.card_contexts import GivenCard
from pitchscoop.engine import Engine
from pitchscoop.events.conflicts import conflict
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.rubrics import Criterion
from pitchscoop.recordings.model import Session
from pitchscoop.scoring.model import Scorecard


async def cards_of(engine: Engine, who: Principal, session: Session, event: Event) -> list[GivenCard]:
    """All cards of a pitch, the one saved last first; none for whoever does not run the event."""
    if not may(who, Verb.JUDGE_LIST, session.target.model_copy(update={"stage": event.stage})):
        return []
    cards = await engine.cards.of_session(who, session.session_id)
    if not cards:
        return []
    judges = {judge.judge_id: judge for judge in await engine.events.judges.listed(event.event_id)}
    team = await engine.events.teams.get(event.event_id, session.team_id) if session.team_id else None
    criteria = event.criteria(team.track if team else None)
    return [_given(card, judges.get(card.judge_id), team, criteria) for card in cards]


def _given(card: Scorecard, judge: Judge | None, team: Team | None, criteria: Sequence[Criterion]) -> GivenCard:
    torn = judge is not None and team is not None and conflict(judge, team) in ("conflict", "domain")
    return GivenCard(
        judge_name=judge.name if judge else "Somebody who is gone",
        scores=[(one.name, None if one.id in card.missing else card.scores.get(one.id)) for one in criteria],
        comment=card.comment,
        saved_at=card.saved_at,
        state=_state(card, torn=torn),
    )


def _state(card: Scorecard, *, torn: bool) -> str | None:
    if torn:
        return "Set aside: conflict of interest"
    if card.mark == "skip":
        return "Skipped by the judge"
    if not card.complete:
        return "Not complete yet"
    return "Counts, to be heard again" if card.mark == "again" else None
