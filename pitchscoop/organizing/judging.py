"""What a judge has before them: their pitches in the order of the day, and the cards they have filled in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pitchscoop.access.model import Principal, Verb, require_judge
from pitchscoop.events.conflicts import conflict
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.rubrics import Criterion
from pitchscoop.events.service import Events
from pitchscoop.kernel.errors import Invalid
from pitchscoop.kernel.state import State
from pitchscoop.organizing.panel import Panel
from pitchscoop.organizing.running_order import RunningOrders
from pitchscoop.recordings.overview import Glance, glances
from pitchscoop.scoring.cards import Cards
from pitchscoop.scoring.finals import Finals
from pitchscoop.scoring.model import Scorecard
from pitchscoop.scoring.rounds import FinalRound


@dataclass(frozen=True, slots=True)
class ToScore:
    """A pitch, and the judge's own card of it if they have begun one."""

    session: Glance
    track: str | None
    card: Scorecard | None


@dataclass(frozen=True, slots=True)
class JudgesPitches:
    """``criteria`` are by track, those for pitches of none under an empty name.

    ``assigned``: somebody said who hears whom. ``final`` is the final round, if there is one.
    """

    event: Event
    criteria: Mapping[str, tuple[Criterion, ...]]
    pitches: Sequence[ToScore]
    assigned: bool
    final: FinalRound | None


class Judging:
    """Puts together what several parts know."""

    def __init__(
        self, state: State, events: Events, cards: Cards, panel: Panel, orders: RunningOrders, finals: Finals
    ) -> None:
        self._state = state
        self._events = events
        self._cards = cards
        self._panel = panel
        self._orders = orders
        self._finals = finals

    async def read(self, who: Principal, event_id: str, judge_id: str | None = None) -> JudgesPitches:
        """A judge's pitches: those that were assigned to them or, where nobody was assigned, all they may hear.

        Pitches of teams that withdrew, or that they have a conflict with, are left out. A judge reads their own.

        Raises:
            Forbidden: ``other_judge``: a judge has named another one.
            Invalid: ``which_judge``: an organizer has to name one.
        """
        require_judge(who, judge_id)
        judge_id = who.judge_id or judge_id
        event = await self._events.allowed(who, Verb.CARD_READ, event_id, judge_id=judge_id)
        if judge_id is None:
            raise Invalid("which_judge", "Say whose pitches: add the id of a judge.")
        judge = await self._events.judges.get(event_id, judge_id)
        own = await self._panel.teams_of(event_id, judge_id)
        teams = {team.team_id: team for team in await self._events.teams.listed(event_id)}
        order = {team_id: place for place, team_id in enumerate(await self._orders.order(event_id))}
        sessions = [one for one in await self._sessions(event_id, own) if _can_be_scored(one, teams, judge)]
        sessions.sort(key=lambda one: (order.get(one.team_id or "", len(order)), one.created, one.session_id))
        cards = await self._cards.of_judge(event_id, judge_id)
        pitches = []
        for session in sessions:
            team = teams.get(session.team_id or "")
            track, card = team.track if team else None, cards.get(session.session_id)
            pitches.append(ToScore(session, track, card.shown(event.criteria(track)) if card else None))
        tracks = dict.fromkeys([None, *(pitch.track for pitch in pitches)])
        criteria = {track or "": event.criteria(track) for track in tracks}
        return JudgesPitches(event, criteria, pitches, own is not None, await self._finals.of_judge(event, judge))

    async def progress(self, who: Principal, event_id: str) -> dict[str, tuple[int, int | None]]:
        """How far the judges are, by id: of how many teams they have filled in a card, and how many they were given.

        None and cards of any pitch where nobody was assigned yet.
        """
        await self._events.allowed(who, Verb.JUDGE_LIST, event_id)
        event = await self._events.allowed(who, Verb.CARD_READ, event_id)
        panels, finished = await self._panel.panels(event_id), await self._cards.finished(event)
        for team in await self._events.teams.listed(event_id):
            if team.withdrawn_at and panels.get(team.team_id):
                panels = {**panels, team.team_id: ()}  # nobody waits for their cards
        given = Counter(judge_id for panel in panels.values() for judge_id in panel)
        done = Counter(judge_id for _, judge_id in finished)
        if panels:
            done = Counter(judge_id for team_id, judge_id in set(finished) if judge_id in panels.get(team_id or "", ()))
        judges = [judge.judge_id for judge in await self._events.judges.listed(event_id)]
        return {judge_id: (done[judge_id], given[judge_id] if panels else None) for judge_id in judges}

    async def missing(self, who: Principal, event_id: str) -> int:
        """How many cards judges were asked for, could give, and have not given: one of each team they were given.

        Whoever skips a pitch has said so. Where nobody was assigned, none is missing.
        """
        await self._events.allowed(who, Verb.CARD_READ, event_id)
        missing = 0
        for judge in await self._events.judges.listed(event_id):
            given = None if judge.removed_at else await self.read(who, event_id, judge.judge_id)
            if given and given.assigned:
                asked = {one.session.team_id for one in given.pitches}
                missing += len(asked - {one.session.team_id for one in given.pitches if _answered(one.card)})
        return missing

    async def _sessions(self, event_id: str, team_ids: Sequence[str] | None) -> list[Glance]:
        wanted: Sequence[str | None] = (None,) if team_ids is None else team_ids
        return [found for one in wanted async for page in glances(self._state, event_id, one) for found in page]


def _answered(card: Scorecard | None) -> bool:
    return card is not None and (card.complete or card.mark == "skip")


def _can_be_scored(session: Glance, teams: Mapping[str, Team], judge: Judge) -> bool:
    """Whether it is, or may soon be, one of this judge's. One of which nothing was ever heard is none."""
    team = teams.get(session.team_id or "")
    if team and (team.withdrawn_at is not None or conflict(judge, team) is not None):
        return False
    if team is None and judge.tracks:
        return False
    return session.has_audio or session.status == "processing" or (session.status == "recording" and session.begun)
