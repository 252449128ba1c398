"""The nouns of a final round as somebody sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pitchscoop.access.model import Target, Verb, may
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.plans import Comparison, Final
from pitchscoop.recordings.overview import Glance
from pitchscoop.scoring.pairs import pairs_for
from pitchscoop.scoring.rows import FinalResult, Pitch, is_partial


@dataclass(frozen=True, slots=True)
class Finalist:
    """A pitch in the final round, as it is now."""

    session: Glance
    team: Team | None

    @property
    def pitch(self) -> Pitch:
        """As standings know it."""
        one, team = self.session, self.team
        return Pitch(
            session_id=one.session_id,
            team_id=one.team_id,
            team_name=team.name if team else one.team_name,
            pitch_title=one.pitch_title,
            track=team.track if team else None,
            created=one.created,
            audio_duration=one.duration,
            withdrawn=team is not None and team.withdrawn_at is not None,
        )


@dataclass(frozen=True, slots=True)
class FinalRound:
    """A final round as somebody may see it. ``hidden``: they may see nothing.

    ``finalists`` are those still in it and, for a judge, those they may hear. ``pairs`` are what this judge compares,
    in their order, ``answers`` what they said of them; for anybody else there are none. ``takes``: comparisons are
    taken now. ``version`` and ``result`` are None where they are not for whoever asks.
    """

    event: Event
    finalists: tuple[Finalist, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    answers: tuple[Comparison, ...] = ()
    hidden: bool = False
    takes: bool = False
    version: int | None = None
    result: FinalResult | None = field(default=None, compare=False)

    @property
    def next(self) -> tuple[str, str] | None:
        """The pair that the judge is asked about now."""
        answered = {one.pair for one in self.answers}
        waiting = (pair for pair in self.pairs if frozenset(pair) not in answered)
        return next(waiting, None) if self.takes else None


def of_judge(
    event: Event, final: Final, finalists: Sequence[Finalist], judge: Judge, result: FinalResult | None
) -> FinalRound:
    """A final round as a judge may see it. All compare all but for conflicts of interest: tracks are for scoring.

    The order in which they were named says how they stand, where an organizer took them from the standings.
    """
    teams = {one.team.team_id: one.team for one in finalists if one.team}
    heard = [one for one in finalists if not is_partial(judge, one.pitch, teams)]
    theirs = tuple(sorted(heard, key=lambda one: (one.session.team_name.casefold(), one.session.session_id)))
    pairs = pairs_for(judge.judge_id, [one.session.session_id for one in theirs])
    known = {frozenset(pair) for pair in pairs}
    answers = tuple(one for one in final.by(judge.judge_id) if one.pair in known)
    takes = may(
        judge.principal,
        Verb.FINAL_COMPARE,
        Target(event_id=event.event_id, judge_id=judge.judge_id, stage=event.stage),
    )
    return FinalRound(event, theirs, pairs, answers, takes=takes, result=result)
