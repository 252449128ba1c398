"""The verbs on scorecards. Each asks the permission table first."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pitchscoop.access.model import ANYBODY, Principal, Target, Verb, require, require_judge
from pitchscoop.events.conflicts import conflict
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.rubrics import Criterion
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict, NotFound, StaleWrite, Unauthorized
from pitchscoop.kernel.state import Seen, State
from pitchscoop.recordings import overview
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring.ledger import ATTEMPTS, Ledger, too_many
from pitchscoop.scoring.model import Card, Saved, Scorecard, checked, plain

MOST_VERSIONS = 100  # of one card that its judge looks back on


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a card is decided on. All of it must still be so when the card is written."""

    session: Session
    event: Event
    team: Team | None
    judge: Judge
    seen: tuple[Seen, ...]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return self.event.criteria(self.team.track if self.team else None)


class Cards:
    """Scorecards of all events: one a judge and session."""

    def __init__(self, state: State, events: Events, sessions: Sessions, ledger: Ledger, clock: Clock) -> None:
        self._state = state
        self._events = events
        self._sessions = sessions
        self._ledger = ledger
        self._clock = clock

    async def save(
        self,
        who: Principal,
        session_id: str,
        update: Mapping[str, Any],
        revision: int | None = None,
        judge_id: str | None = None,
    ) -> Scorecard:
        """Change one's card: ``scores`` by criterion (None takes one back), ``comment``, ``mark``; the rest stays.

        What it says already is not written again, so that a save whose answer was lost can be repeated as it was.
        With ``revision`` a card that was changed since is left as it is, with ``judge_id`` that of anybody else.

        Raises:
            Forbidden: ``other_judge``.
            Conflict: ``wrong_stage``, ``team_withdrew``, ``conflict_of_interest`` or ``not_heard_yet``; or
                ``changed_meanwhile``, with the card as it is now as ``current``.
            Invalid: ``unknown_criterion``, ``score_out_of_range`` or ``comment_too_long``.
        """
        require_judge(who, judge_id)
        session, _ = await self._allowed(who, Verb.CARD_WRITE, session_id)
        async with self._ledger.turn(session.event_id):
            for attempt in range(ATTEMPTS):
                sight = await self._sight(who, session_id)
                try:
                    return (await self._save(sight, update, revision)).shown(sight.criteria)
                except StaleWrite:
                    await asyncio.sleep(random.random() * 0.01 * attempt)  # noqa: S311  it spreads, it hides nothing
        raise too_many()

    async def own(self, who: Principal, session_id: str) -> Scorecard:
        """A judge's own card of a session.

        Raises:
            NotFound: ``no_card``.
        """
        session, event = await self._allowed(who, Verb.CARD_READ, session_id)
        card = await self._ledger.card(session.event_id, session_id, who.judge_id or "")
        if card is None:
            raise NotFound("no_card", "You have not scored this pitch yet.")
        return card.shown(event.criteria(await self._track(session)))

    async def of_session(self, who: Principal, session_id: str) -> list[Scorecard]:
        """All cards of a session, the one saved last first; of a judge their own."""
        session, event = await self._allowed(who, Verb.CARD_READ, session_id)
        criteria = event.criteria(await self._track(session))
        found = await self._ledger.cards(session.event_id, "session", session_id)
        return [card.shown(criteria) for card in found if who.judge_id in (None, card.judge_id)]

    async def history(self, who: Principal, session_id: str, judge_id: str | None = None) -> list[Saved]:
        """What was saved of one card, newest first, at most a hundred: a judge's own; for an organizer anybody's."""
        require_judge(who, judge_id)
        judge_id = who.judge_id or judge_id or ""
        session, event = await self._allowed(who, Verb.CARD_READ, session_id)
        criteria = event.criteria(await self._track(session))
        found = await self._ledger.versions(session.event_id, session_id, judge_id, MOST_VERSIONS)
        return [card.saved(criteria) for card in found]

    # For the other parts, which ask for themselves whether it may be

    async def of_judge(self, event_id: str, judge_id: str) -> dict[str, Card]:
        """The cards of a judge, by session."""
        return {card.session_id: card for card in await self._ledger.cards(event_id, "judge", judge_id)}

    async def readings(self, event: Event) -> set[tuple[str, str]]:
        """Who has heard whom: the ids of a team and of a judge who has a complete card of one of its pitches."""
        return {(team_id, judge_id) for team_id, judge_id in await self.finished(event) if team_id}

    async def finished(self, event: Event) -> list[tuple[str | None, str]]:
        """The team, where the pitch has one, and the judge of each complete card."""
        return [
            (team_id, card.judge_id)
            for card, team_id, track in await self._placed(event)
            if card.complete(event.criteria(track))
        ]

    async def counts(self, event: Event, session_ids: Iterable[str] | None = None) -> Counter[str]:
        """How many complete cards sessions have, by id: these, or all."""
        placed = await self._placed(event, session_ids)
        return Counter(card.session_id for card, _, track in placed if card.complete(event.criteria(track)))

    async def began(self, event_id: str) -> tuple[bool, Seen]:
        """Whether there are cards, and what must still be so when something that was decided on it is written."""
        head = await self._ledger.head(event_id)
        there = await self._state.count(keys.cards_index(event_id)) > 0
        return there, Seen(keys.cards(event_id), head.revision)

    async def sealed(self, event_id: str) -> tuple[dict[str, int | str], Seen]:
        """What stands for all cards of an event: how many entries there are, and the chain of the last.

        And what must still be so when this is written down.
        """
        head = await self._ledger.head(event_id)
        return {"number": head.number, "chain": head.chain}, Seen(keys.cards(event_id), head.revision)

    async def outlook(self, event: Event, changed: Event) -> tuple[int, int]:
        """How many of the cards that are complete stay so with a changed event's rubric, and how many do not."""
        complete = [
            (card, track) for card, _, track in await self._placed(event) if card.complete(event.criteria(track))
        ]
        stay = sum(card.complete(changed.criteria(track)) for card, track in complete)
        return stay, len(complete) - stay

    async def _placed(
        self, event: Event, session_ids: Iterable[str] | None = None
    ) -> list[tuple[Card, str | None, str | None]]:
        """All cards, or those of some sessions, with the team and the track of their pitches."""
        event_id = event.event_id
        facets = [()] if session_ids is None else [("session", one) for one in session_ids]
        cards = [card for facet in facets for card in await self._ledger.cards(event_id, *facet)]
        tracks = {team.team_id: team.track for team in await self._events.teams.listed(event_id)} if cards else {}
        sessions = await overview.glances_of(self._state, event_id, dict.fromkeys(card.session_id for card in cards))
        there = [(card, found.team_id) for card in cards if (found := sessions[card.session_id]) is not None]
        return [(card, team_id, tracks.get(team_id or "")) for card, team_id in there]

    async def _allowed(self, who: Principal, verb: Verb, session_id: str) -> tuple[Session, Event]:
        """The session and its event. Who brings nothing is not told whether it exists."""
        try:
            session = await self._sessions.get(session_id)
        except NotFound:
            if who == ANYBODY:
                require(who, verb, Target())
            raise
        return session, await self._events.allowed(who, verb, session.event_id, judge_id=who.judge_id)

    async def _track(self, session: Session) -> str | None:
        team = await self._events.teams.get(session.event_id, session.team_id) if session.team_id else None
        return team.track if team else None

    async def _sight(self, who: Principal, session_id: str) -> _Sight:
        session, at = await self._sessions.seen(session_id)
        event_id = session.event_id
        event = await self._events.allowed(who, Verb.CARD_WRITE, event_id, judge_id=who.judge_id)
        judge = await self._events.judges.get(event_id, who.judge_id or "")
        seen = [
            at,
            Seen(keys.event(event_id), event.revision),
            Seen(keys.judge(event_id, judge.judge_id), judge.revision),
        ]
        team = await self._events.teams.get(event_id, session.team_id) if session.team_id else None
        if team:
            seen.append(Seen(keys.team(event_id, team.team_id), team.revision))
        return _Sight(session, event, team, judge, tuple(seen))

    async def _save(self, sight: _Sight, update: Mapping[str, Any], revision: int | None) -> Card:
        _require_scorable(sight)
        session, event_id = sight.session, sight.event.event_id
        before = await self._ledger.card(event_id, session.session_id, sight.judge.judge_id)
        head = await self._ledger.head(event_id)
        card = self._changed(before, update, sight, head.number + 1)
        if before is not None and card.says_what(before):
            return before
        if revision is not None and revision != card.revision:
            raise _overtaken(before, sight.criteria)
        return await self._ledger.add(event_id, card, head, sight.seen)

    def _changed(self, before: Card | None, update: Mapping[str, Any], sight: _Sight, number: int) -> Card:
        scores: dict[str, float | None] = {**before.scores} if before else {}
        scores |= checked(update.get("scores") or {}, sight.criteria)
        comment, mark = update.get("comment"), update.get("mark", before.mark if before else None)
        return Card(
            session_id=sight.session.session_id,
            judge_id=sight.judge.judge_id,
            scores={name: score for name, score in scores.items() if score is not None},
            comment=plain(comment) if comment is not None else before.comment if before else "",
            mark=mark,
            rubric_version=sight.event.rubric_version,
            saved_at=self._clock(),
            number=number,
            revision=before.revision if before else 0,
        )


def _require_scorable(sight: _Sight) -> None:
    session, team, judge = sight.session, sight.team, sight.judge
    if judge.removed_at is not None:
        raise Unauthorized("ended_token", "This link was ended. Ask the organizer for the new one.")
    if team and team.withdrawn_at is not None:
        raise Conflict("team_withdrew", f"{team.name} has withdrawn. There is nothing to score.")
    if team and conflict(judge, team) in ("conflict", "domain"):
        raise Conflict(
            "conflict_of_interest", f"You have a conflict of interest with {team.name}, so you do not score it."
        )
    if session.status != "completed" and not session.has_audio:
        raise Conflict("not_heard_yet", "This pitch cannot be heard yet. Score it when it is finished.")


def _overtaken(before: Card | None, criteria: Sequence[Criterion]) -> Conflict:
    return Conflict(
        "changed_meanwhile",
        "This card was changed meanwhile, perhaps on another device. Look at it as it is now, then change it again.",
        {"current": before.shown(criteria).model_dump(mode="json") if before else None},
    )
