"""What the hall is shown of a pitch: the stretch that is played, and the prizes it is given by hand."""

from collections.abc import Sequence

from pitchscoop.access.model import Principal, Verb
from pitchscoop.events.model import Event
from pitchscoop.events.service import Events
from pitchscoop.kernel.errors import Invalid
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.service import Sessions


class Ceremony:
    """The verbs of it."""

    def __init__(self, events: Events, sessions: Sessions) -> None:
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

    async def give_prizes(self, who: Principal, session_id: str, prizes: Sequence[str]) -> Session:
        """Give a pitch these prizes of its event, of those that are given by hand, and no others.

        Raises:
            Invalid: ``unknown_prize``.
        """
        event = await self._event(who, session_id)
        by_hand = [prize.id for prize in event.settings.prizes if prize.by == "hand"]
        if unknown := [prize for prize in prizes if prize not in by_hand]:
            known = ", ".join(by_hand) or "none"
            raise Invalid(
                "unknown_prize", f"{unknown[0][:64]!r} is no prize that is given by hand. There are: {known}."
            )
        given = tuple(prize for prize in by_hand if prize in prizes)

        def awarded(session: Session) -> Session:
            return session if session.awarded == given else session.model_copy(update={"awarded": given})

        return await self._sessions.change(session_id, "session_awarded", awarded, {"prizes": ", ".join(given)})

    async def _event(self, who: Principal, session_id: str) -> Event:
        session = await self._sessions.allowed(who, Verb.SESSION_READ, session_id)
        return await self._events.allowed(who, Verb.SESSION_UPDATE, session.event_id)
