"""What an export is made of, as it was at one moment: its files must agree, whatever happens while they are sent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.plans import Assignment, Final, Schedule
from pitchscoop.events.service import Events
from pitchscoop.exports import sheets
from pitchscoop.kernel.errors import Invalid
from pitchscoop.recordings.model import Session
from pitchscoop.scoring.ledger import ATTEMPTS, Head, Ledger, too_many
from pitchscoop.scoring.model import Card
from pitchscoop.scoring.replay import counted
from pitchscoop.scoring.written import written


@dataclass(frozen=True, slots=True)
class Taken:
    """An event with its people and cards: ``cards`` by session and judge, as they were at ``head``.

    ``sessions``, and how many ``votes`` that count each has, are added by whoever writes them down: a table and
    standings made of others would contradict them.
    """

    event: Event
    teams: Sequence[Team]
    judges: Sequence[Judge]
    assignment: Assignment | None
    schedule: Schedule | None
    final: Final | None
    head: Head
    cards: Mapping[str, Sequence[Card]]
    sessions: list[Session] = field(default_factory=list)
    votes: Counter[str] = field(default_factory=Counter)

    def lines(self, sessions: Sequence[Session]) -> bytes:
        """The scorecards of these sessions as lines of ``scores.csv``."""
        tracks = {team.team_id: team.track for team in self.teams}
        names = {judge.judge_id: judge.name for judge in self.judges}
        rows = [
            sheets.score_row(self.event, one, tracks.get(one.team_id or ""), card, names.get(card.judge_id, ""))
            for one in sessions
            for card in self.cards.get(one.session_id, ())
        ]
        return sheets.lines(rows) if rows else b""

    def table(self) -> bytes:
        """``scores.csv`` of what was written down."""
        return sheets.scores_head(self.event) + self.lines(self.sessions)

    def result(self) -> str | None:
        """The standings that these cards give; None where one is of a pitch that is not finished."""
        cards = {(card.session_id, card.judge_id): card for found in self.cards.values() for card in found}
        try:
            people = self.teams, self.judges
            return written(counted(self.event, *people, self.sessions, cards, self.head.chain, self.votes))
        except Invalid:
            return None


async def take(event_id: str, events: Events, ledger: Ledger) -> Taken:
    """All but the sessions, read until no card was saved meanwhile.

    Raises:
        Unavailable: cards come in faster than they can be read.
    """
    for _ in range(ATTEMPTS):
        head = await ledger.head(event_id)
        assignment, schedule, final = await events.plans(
            event_id
        )  # before those they are about: nobody is ever removed
        event, teams, judges = (
            await events.get(event_id),
            await events.teams.listed(event_id),
            await events.judges.listed(event_id),
        )
        cards: dict[str, list[Card]] = {}
        for card in sorted(await ledger.cards(event_id), key=lambda card: card.judge_id):
            cards.setdefault(card.session_id, []).append(card)
        if (await ledger.head(event_id)).number == head.number:
            return Taken(event, teams, judges, assignment, schedule, final, head, cards)
    raise too_many()
