"""State made again from what lies in storage. What state has is left as it is, so this may be done at any time."""

import contextlib
import datetime as dt
import json
from collections.abc import Callable

from pydantic import ValidationError

from pitchscoop.access.service import Access
from pitchscoop.events.model import Record
from pitchscoop.events.service import DEFAULT_EVENT, Events
from pitchscoop.kernel import ids, keys
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Invalid, NotFound, StaleWrite
from pitchscoop.kernel.state import Due, Put, State
from pitchscoop.recordings.model import LINK_LIFE, Session, Upload
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring.copies import Copies
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.upkeep.folders import Folder, adopted, as_found, folders, read, recorded

Say = Callable[[str], None]

_NO_RECORD = "has no session.json. Run pitchscoop fsck --mend, which makes a pitch of what is there."
_OTHER_CARDS = "cannot be put back: those in storage are damaged, or others than state has. Run pitchscoop fsck."
_NO_SOUND = "is described by its session.json, but its sound is gone. Restore it from a backup."


class Rebuild:
    """Puts back what state has lost."""

    def __init__(
        self,
        state: State,
        storage: AudioStorage,
        access: Access,
        events: Events,
        sessions: Sessions,
        ledger: Ledger,
        copies: Copies,
        clock: Clock,
    ) -> None:
        self._state = state
        self._storage = storage
        self._access = access
        self._events = events
        self._sessions = sessions
        self._ledger = ledger
        self._copies = copies
        self._clock = clock

    async def everything(self, say: Say) -> bool:
        """Put back all events, teams, cards and sessions; True if nothing was left out."""
        recorded_events, back, left = await self.recorded_events(), 0, 0
        for event_id in recorded_events:  # before its judges can save more
            if not await self.cards(event_id):
                left += 1
                say(f"wrong  cards {event_id} {_OTHER_CARDS}")
        events = [event_id for event_id in recorded_events if await self.event(event_id)]
        for files in (await folders(self._storage)).values():
            if await self._sessions.look(files.session_id) is not None:
                continue
            session = await recorded(self._storage, files.session_id)
            if await self._put_back(session, files):
                back += 1
            elif await self._sessions.look(files.session_id) is None:
                left += 1
                say(f"wrong  session {files.session_id} {_NO_SOUND if session else _NO_RECORD}")
        say(f"{back} sessions put back, {len(events)} records of events read; what state had was left as it was.")
        return left == 0

    async def recorded_events(self) -> list[str]:
        """The events of which something is in storage."""
        found = await self._storage.list_audio(keys.EVENTS)
        return list(dict.fromkeys(stored.key.removeprefix(keys.EVENTS).partition("/")[0] for stored in found))

    async def record(self, event_id: str) -> Record | None:
        """The record of an event in storage; None if it is missing or cannot be one."""
        document = await read(self._storage, keys.event_json(event_id))
        try:
            return Record.model_validate_json(document) if document else None
        except ValidationError:
            return None

    async def event(self, event_id: str) -> bool:
        """Put back an event, its teams and judges; their tokens are made again of the secret."""
        record = await self.record(event_id)
        if record is None:
            return False
        await self._events.rebuild(event_id, record)
        for principal in [known.principal for known in record.teams] + [known.principal for known in record.judges]:
            await self._access.invitation(principal)
        return True

    async def cards(self, event_id: str) -> bool:
        """Put back what judges saved; False if what storage has of it is damaged, or of another chain than state's."""
        try:
            return await self._ledger.put_back(event_id, await self._copies.stored(event_id))
        except Invalid:
            return False

    async def session(self, files: Folder) -> bool:
        """Put back one session by its record, or make one of what lies there; False if there is nothing."""
        session = await recorded(self._storage, files.session_id)
        return await self._put_back(session or await self._stray(files), files)

    async def advice(self, session: Session) -> None:
        """Put back what a model advised, as its row was when it was last written, and have a worker look at it."""
        key, puts = keys.advice(session.event_id, session.session_id), list[Put]()
        document = await read(self._storage, keys.stored(session.session_id, keys.ADVICE_JSON))
        if document and await self._state.read(key) is None:
            puts = [Put(key, 0, json.loads(document))]
        with contextlib.suppress(StaleWrite):
            await self._state.commit(session.event_id, puts, [], [Due(session.event_id, key, micros(self._clock()))])

    async def _put_back(self, session: Session | None, files: Folder) -> bool:
        found = as_found(session, files) if session else None
        if found is None or not await self._sessions.rebuild(found):
            return False
        if keys.ADVICE_JSON in files.files:
            await self.advice(found)
        return True

    async def _stray(self, files: Folder) -> Session | None:
        """A session for sound without a record: whose it was can be told by listening only."""
        upload_id = next(iter(files.uploads()), None)
        live, sent = files.chain(files.live_part()), files.chain(upload_id)
        now = self._clock()
        session = await self._unknown(files.session_id, now)
        if max(live.end, sent.end) == 0:
            return adopted(session, files) if files.archive else None
        if live.end:
            return session.model_copy(update={"source": "live", "live_part": files.live_part()})
        upload = Upload(upload_id=upload_id or "", length=sent.end, extension="bin", filename="")
        return session.model_copy(update={"source": "upload", "upload": upload})

    async def _unknown(self, session_id: str, now: dt.datetime) -> Session:
        event_id = await self._event_of(session_id)
        try:
            settings = (await self._events.get(event_id)).settings
        except NotFound:
            settings = (await self._events.get(DEFAULT_EVENT)).settings
        return Session(
            session_id=session_id,
            event_id=event_id,
            team_name="Unknown team",
            pitch_title=f"Found in storage on {now:%Y-%m-%d}",
            sample_rate=settings.sample_rate,
            idle_seconds=settings.idle_seconds,
            created_at=now,
            heard_at=now - LINK_LIFE,
            expires_at=now,
        )

    async def _event_of(self, session_id: str) -> str:
        """A session's id lies in its event's cluster slot, which tells the event: there are far more slots."""
        wanted = ids.slot(keys.session(session_id))
        known = {*await self._state.event_ids(), DEFAULT_EVENT}
        return next((event_id for event_id in sorted(known) if ids.slot(event_id) == wanted), DEFAULT_EVENT)
