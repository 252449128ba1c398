"""State and storage compared, both ways."""

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping

from pitchscoop.events.model import Record
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.state import Indexed, State, Work
from pitchscoop.recordings import words
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.upkeep.findings import Finding, Sight, of_session, of_stray
from pitchscoop.upkeep.folders import Folder, folder, folders, read, recorded
from pitchscoop.upkeep.mending import Mending
from pitchscoop.upkeep.rebuild import Rebuild
from pitchscoop.upkeep.scored import Scored

_SESSION = "session:"
_SECOND_LOOK = 1.5  # seconds; what is in motion has moved by then, and what is wrong has not
_WORK: tuple[Work, ...] = ("sessions", "transcripts", "advice")
_OF_NOBODY = {
    "transcript": "are words of a session that is gone.",
    "advice": "is advice on a session that is gone.",
}
_ALL = 2**53  # later than any due time, and more than there are

Wrong = dict[str, list[Finding]]


class Fsck:
    """Finds what is wrong and, if told to, mends it. Sound that exists once is never removed."""

    def __init__(
        self,
        state: State,
        storage: AudioStorage,
        events: Events,
        scored: Scored,
        rebuild: Rebuild,
        mending: Mending,
        clock: Clock,
    ) -> None:
        self._state = state
        self._clock = clock
        self._storage = storage
        self._events = events
        self._scored = scored
        self._rebuild = rebuild
        self._mending = mending

    async def run(self, say: Callable[[str], None], *, mend: bool) -> bool:
        """Say what is wrong, one line each; True if nothing is."""
        wrong = await self._look(None)
        if wrong:
            await asyncio.sleep(_SECOND_LOOK)
            wrong = await self._look(wrong)
        for key, findings in sorted(wrong.items()):
            for finding in findings:
                say(await self._told(key, finding, mend=mend))
        say(f"{sum(map(len, wrong.values())) or 'Nothing'} wrong: state and storage were compared both ways.")
        return not wrong

    async def _told(self, key: str, finding: Finding, *, mend: bool) -> str:
        name = key.replace("{", "").replace("}", "").replace(":", " ", 1)
        if finding.mend is None:
            return f"wrong  {name} {finding.what}"
        if not mend:
            return f"wrong  {name} {finding.what} Run pitchscoop fsck --mend."
        return f"mended {name} {finding.what} {await self._mending.mend(key, finding.mend)}"

    async def _look(self, only: Collection[str] | None) -> Wrong:
        """What is wrong, by row key: with everything, or with these alone.

        Storage is listed first: state is told of a session before storage is, so that nothing new looks like a stray.
        """
        files = await self._files(only)
        dues = {due.session_id: due.at for work in _WORK for due in await self._state.due(_ALL, _ALL, work)}
        wrong: Wrong = {}
        async for indexed in self._state.walk():
            key = indexed.row.key
            found = files.pop(key, None)
            if only is not None and key not in only:
                continue
            wrong[key] = await self._row(indexed, found, dues)
        for key, stray in files.items():
            wrong[key] = await self._stray(stray)
        for event_id in {*await self._state.event_ids(), *await self._rebuild.recorded_events()}:
            key, now = keys.event(event_id), micros(self._clock())
            if (dues.get(key) or _ALL) > now:  # else a worker has yet to write its record
                wrong[key] = await self._event(event_id)
            if only is None or keys.cards(event_id) in only:
                awaited = dues.get(keys.cards(event_id)) is not None
                wrong[keys.cards(event_id)] = await self._scored.event(event_id, awaited=awaited)
        return {key: found for key, found in wrong.items() if found and (only is None or key in only)}

    async def _row(self, indexed: Indexed, files: Folder | None, dues: Mapping[str, int | None]) -> list[Finding]:
        key = indexed.row.key
        if key.startswith(_SESSION):
            return await self._session(indexed, files or Folder(key.removeprefix(_SESSION)), dues)
        if key.startswith("team:"):
            return _listed(indexed, keys.teams_index, "does not stand in the list of its event's teams.")
        if key.startswith("judge:"):
            return _listed(indexed, keys.judges_index, "does not stand in the list of its event's judges.")
        if (what := _OF_NOBODY.get(key.partition(":")[0])) is not None:
            return await self._of_nobody(key, what)
        return await self._scored.row(indexed) if key.startswith(keys.CARDS[:2]) else []

    async def _files(self, only: Collection[str] | None) -> dict[str, Folder]:
        """The folders of sessions in storage, by row key."""
        if only is None:
            return {keys.session(found.session_id): found for found in (await folders(self._storage)).values()}
        sessions = [key.removeprefix(_SESSION) for key in only if key.startswith(_SESSION)]
        return {keys.session(session_id): await folder(self._storage, session_id) for session_id in sessions}

    async def _session(self, indexed: Indexed, files: Folder, dues: Mapping[str, int | None]) -> list[Finding]:
        try:
            session = rows.decode(Session, indexed.row.fields)
        except ValueError:
            return [
                Finding("has a row that cannot be read. Restore an older state, or start a newer PitchScoop.", None)
            ]
        record = await recorded(self._storage, session.session_id) if keys.SESSION_JSON in files.files else None
        name = words.key(session)
        spoken = words.spoken(session, await self._state.read(name))
        sight = Sight(indexed, session, spoken, dues.get(session.session_id), dues.get(name), files, record)
        return of_session(sight) + await self._advice(session, files, dues)

    async def _advice(self, session: Session, files: Folder, dues: Mapping[str, int | None]) -> list[Finding]:
        """What a model advised must be in storage as it is in state; what waits must be waited for."""
        key = keys.advice(session.event_id, session.session_id)
        if dues.get(key) is not None or session.status == "deleting":
            return []
        row = await self._state.read(key)
        place = keys.stored(session.session_id, keys.ADVICE_JSON)
        document = await read(self._storage, place) if keys.ADVICE_JSON in files.files else None
        if row is None:
            lost = Finding("has lost the advice on it, which its advice.json has.", "advice")
            return [lost] if document is not None else []
        if row.fields["status"] == "pending":
            return [Finding("waits for advice, and no worker looks at it.", "advice")]
        if document is None or json.loads(document) != dict(row.fields):
            return [Finding("has no advice.json that says what state says.", "advice")]
        return []

    async def _of_nobody(self, key: str, what: str) -> list[Finding]:
        """Words and advice must belong to a session. One that only storage has is told of, and gets them back."""
        session_id = key.rpartition(":")[2]
        if await self._state.read(keys.session(session_id)) or (await folder(self._storage, session_id)).files:
            return []
        return [Finding(what, "purge")]

    async def _stray(self, files: Folder) -> list[Finding]:
        key = keys.session(files.session_id)
        if not files.files or await self._state.read(key) is not None:
            return []
        if await self._state.recall(keys.deleted(files.session_id)) is not None:
            return [Finding("was deleted, but not all of it is gone.", "purge")]
        return [of_stray(files, await recorded(self._storage, files.session_id))]

    async def _event(self, event_id: str) -> list[Finding]:
        """An event's record in storage must say what state says; if it says more, it is state that has lost."""
        known, record = await self._events.record(event_id), await self._rebuild.record(event_id)
        if record is not None and _more(record, known):
            return [Finding("is in storage with more than state has.", "rebuild")]
        if _document(known) != _document(record):
            return [Finding("has no event.json that says what state says.", "mirror")]
        return []


def _more(record: Record, known: Record | None) -> bool:
    if known is None or (record.event is not None and known.event is None):
        return True
    beside = ((record.assignment, known.assignment), (record.schedule, known.schedule), (record.final, known.final))
    if any(stored and not kept for stored, kept in beside):
        return True
    teams = {team.team_id for team in record.teams} - {team.team_id for team in known.teams}
    judges = {judge.judge_id for judge in record.judges} - {judge.judge_id for judge in known.judges}
    return bool(teams or judges)


def _document(record: Record | None) -> bytes | None:
    """What is compared: how often something was changed is not written down."""
    return record.document if record else None


def _listed(indexed: Indexed, index: Callable[[str], str], wrong: str) -> list[Finding]:
    """Teams and judges stand in one list of their event, by when they came."""
    fields = indexed.row.fields
    came = dt.datetime.fromisoformat(fields["created_at"])
    well = dict(indexed.indexes) == {index(fields["event_id"]): micros(came)}
    return [] if well else [Finding(wrong, "align")]
