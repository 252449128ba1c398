"""How each kind of trouble is mended. Everything is looked at anew first, and what is well is left alone."""

from pitchscoop.events.service import DEFAULT_EVENT, Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.state import Due, Put, State
from pitchscoop.recordings import intake, words
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring.copies import Copies
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.transcripts.model import Transcript
from pitchscoop.upkeep.findings import Mend
from pitchscoop.upkeep.folders import adopted, folder, recorded
from pitchscoop.upkeep.rebuild import Rebuild

_DONE: dict[Mend, str] = {
    "align": "It was put right.",
    "purge": "The rest was removed.",
    "mirror": "It is written.",
    "finish": "A worker finishes it.",
    "derive": "A worker makes them.",
    "rebuild": "It was put back.",
    "words": "They were put back.",
    "transcribe": "A worker looks at it.",
    "advice": "A worker looks at it.",
    "blank": "It was erased there, too.",
}


class Mending:
    """Mends what was found, by the key of its row."""

    def __init__(
        self,
        state: State,
        storage: AudioStorage,
        events: Events,
        sessions: Sessions,
        ledger: Ledger,
        copies: Copies,
        rebuild: Rebuild,
        clock: Clock,
    ) -> None:
        self._state = state
        self._storage = storage
        self._events = events
        self._sessions = sessions
        self._ledger = ledger
        self._copies = copies
        self._rebuild = rebuild
        self._clock = clock

    async def mend(self, key: str, kind: Mend) -> str:
        """Mend it; what was done, in words."""
        event_id, place = keys.tag(key), key.rpartition(":")[2]
        if key.startswith("team:"):
            await self._events.teams.align(event_id or "", place)
        elif key.startswith("judge:"):
            await self._events.judges.align(event_id or "", place)
        elif key.startswith("event:"):
            await self._event(event_id or "", kind)
        elif key.startswith(keys.CARDS):
            await self._cards(event_id or "", key, kind)
        elif key.startswith(("transcript:", "advice:")):
            await self._forget(event_id or "", place, key)
        else:
            await self._session(place, kind)
        return _DONE[kind]

    async def _event(self, event_id: str, kind: Mend) -> None:
        if kind == "rebuild":
            await self._rebuild.event(event_id)
        await self._state.commit(event_id, [], [], [Due(event_id, keys.event(event_id), micros(self._clock()))])

    async def _cards(self, event_id: str, key: str, kind: Mend) -> None:
        if kind == "align":
            await self._ledger.align(event_id, key)
        elif kind == "purge":
            await self._copies.erase(event_id, key.split(":")[2])
        elif kind == "blank":
            await self._copies.renew(event_id)
        elif kind == "rebuild":
            await self._rebuild.cards(event_id)
        else:
            await self._state.commit(event_id, [], [], [self._ledger.to_copy(event_id)])

    async def _session(self, session_id: str, kind: Mend) -> None:
        if kind == "rebuild":
            await self._rebuild.session(await folder(self._storage, session_id))
        elif kind == "purge":
            session = await self._sessions.look(session_id)
            await self._sessions.purge(session.event_id if session else DEFAULT_EVENT, session_id)
        elif kind == "mirror":
            await self._sessions.mirror(session_id)
        elif kind == "align":
            await self._sessions.align(session_id)
        elif kind == "transcribe":
            await self._transcribe(await self._sessions.get(session_id))
        elif kind == "advice":
            await self._rebuild.advice(await self._sessions.get(session_id))
        elif kind == "words":
            await self._put_words_back(session_id)
        elif kind == "derive":
            await self._sessions.change(session_id, "session_reopened", _to_derive)
        else:
            await self._finish(session_id)

    async def _transcribe(self, session: Session) -> None:
        if session.awaits_words:
            due = Due(session.event_id, words.key(session), micros(self._clock()))
            await self._state.commit(session.event_id, [], [], [due])

    async def _put_words_back(self, session_id: str) -> None:
        record = await recorded(self._storage, session_id)
        known = record.transcript.utterances if record else ()

        def back(now: Session) -> Transcript:
            return now.transcript if now.transcript.utterances else now.transcript.holding(known)

        if known:
            await self._sessions.write(session_id, "transcript_rebuilt", back)

    async def _forget(self, event_id: str, session_id: str, key: str) -> None:
        """Remove the words of a session that is gone, or the advice on it."""
        row = await self._state.read(key)
        if row is not None and await self._state.read(keys.session(session_id)) is None:
            await self._state.commit(event_id, [Put(key, row.version, None)], [], [Due(event_id, key, None)])

    async def _finish(self, session_id: str) -> None:
        """Have the recording joined of its segments or, where they are gone, taken as it lies there."""
        session = await self._sessions.get(session_id)
        sealed, _ = await intake.seal(self._storage, session.segments)
        files = await folder(self._storage, session_id)

        def again(now: Session) -> Session:
            if now.has_audio and files.size(now.audio_minio_key) == now.audio_size:
                return now
            if sealed.end and sealed.end == (now.received or sealed.end):
                update = {"status": "processing", "has_audio": False, "received": sealed.end, "error": None}
                return now.model_copy(update=update | {"stopped_at": now.stopped_at or now.heard_at})
            return adopted(now, files) if files.archive and now.status == "processing" else now

        await self._sessions.change(session_id, "session_reopened", again)


def _to_derive(session: Session) -> Session:
    """The MP3 is not offered until it is there again."""
    if session.status != "completed":
        return session
    return session.model_copy(update={"status": "processing", "mp3_size": None})
