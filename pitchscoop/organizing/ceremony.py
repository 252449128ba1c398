"""What the hall is shown of a pitch: the stretch that is played, and the prizes it is given by hand."""

import contextlib
from collections.abc import Sequence

from pitchscoop.access.model import Principal, Verb
from pitchscoop.events.model import Event
from pitchscoop.events.prizes import Prize
from pitchscoop.events.service import Events
from pitchscoop.kernel.errors import Invalid, NotFound
from pitchscoop.kernel.state import State
from pitchscoop.recordings import overview
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.service import Sessions


class Ceremony:
    """The verbs of it."""

    def __init__(self, state: State, events: Events, sessions: Sessions) -> None:
        self._state = state
        self._events = events
        self._sessions = sessions

    async def move_preview(self, who: Principal, session_id: str, start: float | None) -> Session:
        """Have a pitch's preview begin at this second; None: where it is best by itself."""
        await self._event(who, session_id)

        def moved(session: Session) -> Session:
            if session.preview_start == start:
                return session
            return session.model_copy(update={"preview_start": start})

        return await self._sessions.change(session_id, "session_preview_moved", moved)

    async def give_prize(self, who: Principal, event_id: str, prize_id: str, session_ids: Sequence[str]) -> list[str]:
        """Have these pitches win a prize that is given by hand, and no others; none takes it back from all.

        It is given before it is taken, and taken only from whoever held it before: whatever fails in between, and
        whoever else gives it in the same moment, somebody is left with it.

        Raises:
            NotFound: ``no_such_prize``, or ``no_such_session`` in this event.
            Invalid: ``not_by_hand``; or ``cannot_win``: a pitch that is not finished, of another track, or withdrawn.
        """
        event = await self._events.allowed(who, Verb.SESSION_UPDATE, event_id)
        prize = _by_hand(event, prize_id)
        winners = await self._sessions.chosen(event_id, session_ids)
        for session in winners:
            await self._check(prize, session)
        ids = [session.session_id for session in winners]
        held = await self._holders(event_id, prize_id)
        for session_id in ids:
            await self._award(session_id, prize_id, gives=True)
        for session_id in held:
            if session_id not in ids:
                with contextlib.suppress(NotFound):  # deleted meanwhile
                    await self._award(session_id, prize_id, gives=False)
        return ids

    async def _holders(self, event_id: str, prize_id: str) -> list[str]:
        listed = overview.glances(self._state, event_id)
        return [glance.session_id async for glances in listed for glance in glances if prize_id in glance.awarded]

    async def _award(self, session_id: str, prize_id: str, *, gives: bool) -> None:
        def awarded(session: Session) -> Session:
            if (prize_id in session.awarded) == gives:
                return session
            others = tuple(one for one in session.awarded if one != prize_id)
            return session.model_copy(update={"awarded": (*others, prize_id) if gives else others})

        name = "prize_given" if gives else "prize_taken_back"
        await self._sessions.change(session_id, f"session_{name}", awarded, {"prize": prize_id})

    async def _check(self, prize: Prize, session: Session) -> None:
        """Whether the board would show it as a winner."""
        team = await self._events.teams.get(session.event_id, session.team_id) if session.team_id else None
        why = None
        if session.status != "completed":
            why = "is not finished"
        elif team is not None and team.withdrawn_at is not None:
            why = "is of a team that has withdrawn"
        elif prize.track is not None and (team is None or team.track != prize.track):
            why = f"is not in the track {prize.track}"
        if why:
            raise Invalid("cannot_win", f"“{session.pitch_title[:80]}” {why}, so it cannot win this prize.")

    async def _event(self, who: Principal, session_id: str) -> Event:
        session = await self._sessions.allowed(who, Verb.SESSION_READ, session_id)
        return await self._events.allowed(who, Verb.SESSION_UPDATE, session.event_id)


def _by_hand(event: Event, prize_id: str) -> Prize:
    for prize in event.settings.prizes:
        if prize.id == prize_id:
            if prize.by != "hand":
                decides = "votes" if prize.by == "audience" else "scores"
                raise Invalid("not_by_hand", f"“{prize.name[:80]}” is decided by {decides}, so nobody can give it.")
            return prize
    known = ", ".join(prize.id for prize in event.settings.prizes if prize.by == "hand") or "none"
    raise NotFound("no_such_prize", f"This event has no prize {prize_id[:64]!r}. By hand are given: {known}.")
