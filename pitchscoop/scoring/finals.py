"""The verbs of a final round: finalists are named, and judges say which of each two is the better."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence

from pitchscoop.access.model import Principal, Role, Target, Verb, may, require_judge
from pitchscoop.events.conflicts import conflict
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.plans import FEWEST_FINALISTS, MOST_COMPARISONS, MOST_FINALISTS, Comparison, Final
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict, Invalid, NotFound, StaleWrite, Unauthorized
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Seen, State
from pitchscoop.kernel.table import Table
from pitchscoop.recordings import overview
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring.ledger import ATTEMPTS, too_many
from pitchscoop.scoring.rounds import Finalist, FinalRound, of_judge
from pitchscoop.scoring.rows import FinalResult
from pitchscoop.scoring.standings import visible


class Finals:
    """Final rounds of all events."""

    def __init__(self, state: State, events: Events, sessions: Sessions, clock: Clock) -> None:
        self._state = state
        self._events = events
        self._sessions = sessions
        self._clock = clock
        self._table = _table(state)

    async def read(self, who: Principal, event_id: str) -> FinalRound:
        """The final round, as far as it is for ``who``: a judge sees what they said, and never what others did.

        Whoever may see the standings sees the result; all others are told nothing, as with the standings.
        """
        event = await self._events.get(event_id)
        sees, judges = visible(who, event), _judges(who, event)
        if not (sees or judges):
            return FinalRound(event, hidden=True)
        final = await self._table.find(keys.final(event_id)) or Final(event_id=event_id)
        finalists = await self._finalists(final)
        result = await self._result(final, finalists) if sees else None
        if judges:
            judge = await self._events.judges.get(event_id, who.judge_id or "")
            return of_judge(event, final, finalists, judge, result)
        version = final.named if who.role is Role.ORGANIZER else None
        return FinalRound(event, finalists, version=version, result=result)

    async def name(
        self,
        who: Principal,
        event_id: str,
        session_ids: Sequence[str],
        revision: int | None = None,
        *,
        discard: bool = False,
    ) -> FinalRound:
        """Say who is in the final round, by the ids of their sessions; nobody ends it.

        What judges said of those who stay is kept. What would be lost is let go of only with ``discard``.

        Raises:
            Invalid: ``bad_finalists``, or ``cannot_be_finalist``: a pitch that is not finished, or withdrawn.
            NotFound: ``no_such_session`` in this event.
            Conflict: ``comparisons_exist``, or ``changed_meanwhile`` with the finalists as they are now.
        """
        wanted = tuple(session_ids)
        for attempt in range(ATTEMPTS):
            await self._events.allowed(who, Verb.FINAL_NAME, event_id)
            seen = await self._seen_finalists(event_id, wanted)

            def named(final: Final) -> Final:
                _check_version(final, revision)
                changed = final.of(wanted)
                _check_kept(final, changed, discard=discard)
                return changed

            try:
                await self._change(event_id, named, "final_named", {"finalists": len(wanted)}, seen)
            except StaleWrite:
                await _pause(attempt)
                continue
            return await self.read(who, event_id)
        raise too_many()

    async def compare(
        self, who: Principal, event_id: str, better: str, worse: str, judge_id: str | None = None
    ) -> FinalRound:
        """Say which of two finalists is the better; it takes the place of what one said of these two before.

        Raises:
            Forbidden: ``other_judge``.
            NotFound: ``no_final``.
            Invalid: ``not_a_finalist``.
            Conflict: ``wrong_stage``, ``team_withdrew``, ``conflict_of_interest`` or ``too_many_comparisons``.
        """
        require_judge(who, judge_id)
        for attempt in range(ATTEMPTS):
            event = await self._events.allowed(who, Verb.FINAL_COMPARE, event_id, judge_id=who.judge_id)
            try:
                await self._compare(event, who.judge_id or "", better, worse)
            except StaleWrite:
                await _pause(attempt)
                continue
            return await self.read(who, event_id)
        raise too_many()

    # For the other parts, which ask for themselves whether it may be

    async def of_judge(self, event: Event, judge: Judge) -> FinalRound | None:
        """What a judge compares; None where there is no final round."""
        final = await self._table.find(keys.final(event.event_id))
        if final is None or not final.session_ids:
            return None
        return of_judge(event, final, await self._finalists(final), judge, None)

    async def _compare(self, event: Event, judge_id: str, better: str, worse: str) -> None:
        event_id, pair = event.event_id, (better, worse)
        _check_finalists(await self._table.find(keys.final(event_id)), pair)
        judge = await self._events.judges.get(event_id, judge_id)
        if judge.removed_at is not None:
            raise Unauthorized("ended_token", "This link was ended. Ask the organizer for the new one.")
        seen = [Seen(keys.event(event_id), event.revision), Seen(keys.judge(event_id, judge_id), judge.revision)]
        for session_id in pair:
            _, team, found = await self._seen_pitch(session_id)
            seen += found
            if team and team.withdrawn_at is not None:
                raise Conflict("team_withdrew", f"{team.name} has withdrawn. There is nothing to compare.")
            if team and conflict(judge, team) in ("conflict", "domain"):
                why = f"You have a conflict of interest with {team.name}, so you do not compare it."
                raise Conflict("conflict_of_interest", why)
        comparison = Comparison(judge_id=judge_id, better=better, worse=worse, at=self._clock())

        def said(final: Final) -> Final:
            _check_finalists(final, pair)
            changed = final.said(comparison)
            if len(changed.comparisons) > MOST_COMPARISONS:
                raise Conflict("too_many_comparisons", f"{MOST_COMPARISONS} comparisons are all that one event takes.")
            return changed

        await self._change(event_id, said, "final_compared", {"judge_id": judge_id}, seen)

    async def _change(
        self,
        event_id: str,
        decide: Callable[[Final], Final],
        fact: str,
        told: Mapping[str, str | int],
        seen: Sequence[Seen],
    ) -> None:
        await self._table.change(
            event_id,
            keys.final(event_id),
            decide,
            first=Final(event_id=event_id),
            facts=lambda _: [Fact(fact, event_id, event_id, self._clock().isoformat(), told)],
            due=[self._events.to_record(event_id)],
            seen=tuple(dict.fromkeys(seen)),
        )

    async def _finalists(self, final: Final) -> tuple[Finalist, ...]:
        """Those still in it, in the order in which they were named."""
        found = await overview.glances_of(self._state, final.event_id, final.session_ids)
        there = [glance for glance in found.values() if glance is not None]
        known = {team.team_id: team for team in await self._events.teams.listed(final.event_id)} if there else {}
        finalists = [Finalist(glance, known.get(glance.team_id or "")) for glance in there]
        return tuple(one for one in finalists if not one.pitch.withdrawn)

    async def _result(self, final: Final, finalists: Sequence[Finalist]) -> FinalResult | None:
        judges = {judge.judge_id: judge for judge in await self._events.judges.listed(final.event_id)}
        teams = {one.team.team_id: one.team for one in finalists if one.team}
        pitches = {one.session.session_id: one.pitch for one in finalists}

        def made() -> FinalResult | None:
            from pitchscoop.scoring.final import final_result  # noqa: PLC0415  numpy takes its time

            return final_result(final, pitches, teams, judges)

        return await asyncio.to_thread(made)

    async def _seen_finalists(self, event_id: str, wanted: Sequence[str]) -> list[Seen]:
        """What must still be so when they are named."""
        if len(set(wanted)) != len(wanted):
            raise Invalid("bad_finalists", "A pitch is among the finalists twice. Name each once.")
        if wanted and not FEWEST_FINALISTS <= len(wanted) <= MOST_FINALISTS:
            raise Invalid("bad_finalists", f"Name {FEWEST_FINALISTS} to {MOST_FINALISTS} finalists, or nobody.")
        seen: list[Seen] = []
        for session_id in wanted:
            session, team, found = await self._seen_pitch(session_id)
            if session.event_id != event_id:
                raise NotFound("no_such_session", "One of these pitches is not in this event. Check the ids.")
            title = session.pitch_title[:80]
            if session.status != "completed":
                raise Invalid("cannot_be_finalist", f"“{title}” is not finished, so nobody can compare it yet.")
            if team is not None and team.withdrawn_at is not None:
                raise Invalid("cannot_be_finalist", f"“{title}” is of a team that has withdrawn.")
            seen += found
        return seen

    async def _seen_pitch(self, session_id: str) -> tuple[Session, Team | None, list[Seen]]:
        session, at = await self._sessions.seen(session_id)
        if not session.team_id:
            return session, None, [at]
        team = await self._events.teams.get(session.event_id, session.team_id)
        return session, team, [at, Seen(keys.team(session.event_id, team.team_id), team.revision)]


async def erase(state: State, events: Events, clock: Clock, event_id: str, session_id: str) -> None:
    """Have a session that is being deleted be in no final round, and nothing be said of it."""
    table = _table(state)
    final = await table.find(keys.final(event_id))
    if final is None or session_id not in final.session_ids:
        return
    told = Fact("final_changed", event_id, event_id, clock().isoformat())
    await table.change(
        event_id,
        keys.final(event_id),
        lambda now: now.without(session_id),
        first=final,
        facts=lambda _: [told],
        due=[events.to_record(event_id)],
    )


def _table(state: State) -> Table[Final]:
    return Table(state, Final, lambda _: {})


def _judges(who: Principal, event: Event) -> bool:
    """Whether somebody is a judge of this event."""
    own = Target(event_id=event.event_id, judge_id=who.judge_id)
    return who.judge_id is not None and may(who, Verb.CARD_READ, own)


def _check_version(final: Final, revision: int | None) -> None:
    if revision is not None and revision != final.named:
        current = {"session_ids": list(final.session_ids), "revision": final.named}
        raise Conflict(
            "changed_meanwhile",
            "Somebody named other finalists meanwhile. Look at them as they are now, then name yours.",
            {"current": current},
        )


def _check_kept(before: Final, after: Final, *, discard: bool) -> None:
    lost = len(before.comparisons) - len(after.comparisons)
    if lost and not discard:
        what = "One comparison that a judge made" if lost == 1 else f"{lost} comparisons that judges made"
        raise Conflict(
            "comparisons_exist", f"{what} would be lost. To let go of that, ask with discard.", {"comparisons": lost}
        )


def _check_finalists(final: Final | None, pair: tuple[str, str]) -> None:
    if final is None or not final.session_ids:
        raise NotFound("no_final", "There is no final round in this event. Its organizer names the finalists.")
    if pair[0] == pair[1] or not set(pair) <= set(final.session_ids):
        raise Invalid("not_a_finalist", "Name two different pitches of the final round, by the ids of their sessions.")


async def _pause(attempt: int) -> None:
    await asyncio.sleep(random.random() * 0.01 * attempt)  # noqa: S311  it spreads, it hides nothing
