"""An event that was exported, into an installation that does not know it."""

import asyncio

from pitchscoop.access.service import Access
from pitchscoop.events.model import Event, Judge, Record, Team
from pitchscoop.events.service import Events
from pitchscoop.exports.whole import Whole, read
from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.errors import Conflict
from pitchscoop.kernel.state import State
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.voting.box import Box


class Import:
    """Takes ``export.json``. Sessions come first and the event last, so that nobody finds half of it."""

    def __init__(self, state: State, access: Access, events: Events, sessions: Sessions, ledger: Ledger) -> None:
        self._state = state
        self._access = access
        self._events = events
        self._sessions = sessions
        self._ledger = ledger
        self._box = Box(state)

    async def take(self, document: bytes) -> Event:
        """The event, with its people and sessions. What a server that died had taken already is left as it is.

        Raises:
            Invalid: ``bad_export``; nothing was written.
            Conflict: ``event_exists`` or ``session_exists``; nothing was written.
        """
        found = await asyncio.to_thread(read, document)
        await self._require_room(found)
        for session in found.sessions:
            await self._sessions.rebuild(session)
        await self._ledger.put_back(found.event.event_id, found.entries)
        await self._box.put_back(found.event.event_id, found.votes)
        await self._events.rebuild(
            found.event.event_id,
            Record(
                event=found.event,
                teams=found.teams,
                judges=found.judges,
                assignment=rows.encode(found.assignment) if found.assignment else None,
                schedule=rows.encode(found.schedule) if found.schedule else None,
                final=rows.encode(found.final) if found.final else None,
            ),
        )
        people: list[Team | Judge] = [*found.teams, *found.judges]
        for somebody in people:  # their links are made anew, of this installation's secret
            await self._access.invitation(somebody.principal)
        return await self._events.get(found.event.event_id)

    async def _require_room(self, found: Whole) -> None:
        event_id = found.event.event_id
        if await self._state.read(keys.event(event_id)) is not None or await self._holds_more(found):
            raise Conflict("event_exists", f"There is an event {event_id!r} already. An export is not merged into one.")
        for session in found.sessions:
            known = await self._sessions.look(session.session_id)
            if known is not None and _told(known) != _told(session):
                raise Conflict("session_exists", f"There is a session {session.session_id} already, and it differs.")

    async def _holds_more(self, found: Whole) -> bool:
        """Whether state has of the event what the document has not: ``default`` has no row before its first change."""
        event_id = found.event.event_id
        held = {
            keys.sessions_index(event_id): {keys.session(session.session_id) for session in found.sessions},
            keys.teams_index(event_id): {keys.team(event_id, team.team_id) for team in found.teams},
            keys.judges_index(event_id): {keys.judge(event_id, judge.judge_id) for judge in found.judges},
            keys.votes_index(event_id): {keys.vote(event_id, vote.ballot) for vote in found.votes},
        }
        for index, own in held.items():
            page = await self._state.page(index, None, len(own) + 1)
            if not {placed.row.key for placed in page} <= own:
                return True
        plans = (found.assignment, found.schedule, found.final)
        if await self._events.plans(event_id) not in ((None, None, None), plans):
            return True
        head = await self._ledger.head(event_id)
        return head.number > len(found.entries) or not await self._ledger.fits(event_id, found.entries)


def _told(session: Session) -> tuple[object, ...]:
    """What no worker changes: one may have looked since an import that was cut short."""
    return session.event_id, session.team_id, session.finished, session.audio_minio_key
