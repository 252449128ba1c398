"""The whole story on one page: a session starts, audio arrives, stop, finish, play. All doors come here."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence

from pitchscoop.access.model import Principal, Role, Target, Verb, may, require
from pitchscoop.access.service import Access
from pitchscoop.advising.service import Advising
from pitchscoop.events.model import Event
from pitchscoop.events.names import named
from pitchscoop.events.service import DEFAULT_EVENT, Events
from pitchscoop.exports.audit import audit_csv
from pitchscoop.exports.importing import Import
from pitchscoop.exports.service import Export
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict, Forbidden, Invalid, TooLarge, Unavailable
from pitchscoop.kernel.state import State
from pitchscoop.organizing.ceremony import Ceremony
from pitchscoop.organizing.imports import Imports
from pitchscoop.organizing.judging import Judging
from pitchscoop.organizing.panel import Panel
from pitchscoop.organizing.running_order import RunningOrders
from pitchscoop.organizing.service import Organizing
from pitchscoop.playback import EXPIRES_IN, Playback, Variant, playable
from pitchscoop.recordings import intake, listing, overview
from pitchscoop.recordings.completion import Completion
from pitchscoop.recordings.connections import Connections
from pitchscoop.recordings.intake import Intake
from pitchscoop.recordings.levels import Levels
from pitchscoop.recordings.model import MAX_UPLOAD, Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions, no_such_upload
from pitchscoop.scoring.cards import Cards
from pitchscoop.scoring.feedback import Feedbacks
from pitchscoop.scoring.finals import Finals
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.scoring.standings import Standings
from pitchscoop.search.service import Search
from pitchscoop.transcribing.dictation import Dictation
from pitchscoop.transcribing.service import Transcripts
from pitchscoop.voting.service import Audience

_NEWS = 500  # facts told of at a time: ten thousand teams that join at once are twenty calls
PIECE = 4 << 20  # bytes of an upload held in memory before they are made durable


class Engine:
    """Every verb of the product. Each asks the permission table first."""

    def __init__(
        self,
        *,
        state: State,
        storage: AudioStorage,
        access: Access,
        events: Events,
        sessions: Sessions,
        completion: Completion,
        transcripts: Transcripts,
        search: Search,
        advice: Advising,
        ledger: Ledger,
        public_url: str,
        clock: Clock,
    ) -> None:
        self.state = state
        self.storage = storage
        self.access = access
        self.events = events
        self.sessions = sessions
        self.completion = completion
        self.transcripts = transcripts
        self.dictation = Dictation(events, transcripts.afterwards.transcribers)
        self.search = search
        self.advice = advice
        self.ledger = ledger
        self.connections = Connections(sessions, storage, clock)
        self.cards = Cards(state, events, sessions, ledger, clock)
        self.organizing = Organizing(state, access, events, self.cards, public_url, clock)
        self.panel = Panel(state, events, self.cards, clock)
        self.running_orders = RunningOrders(state, events, clock)
        self.finals = Finals(state, events, sessions, clock)
        self.judging = Judging(state, events, self.cards, self.panel, self.running_orders, self.finals)
        self.imports = Imports(self.organizing, events, clock)
        self.standings = Standings(state, events, ledger)
        self.ceremony = Ceremony(state, events, sessions)
        self.audience = Audience(state, access, events, sessions, public_url, clock)
        self.feedback = Feedbacks(events, sessions, ledger, self.standings, transcripts.told, self.page_url)
        self.public_url = public_url
        self.page_url_of = access.page_urls(public_url)
        """The same by the session's id, for long lists."""
        self._clock = clock
        self._levels = Levels(storage)

    async def export(self, who: Principal, event_id: str, form: str, session_ids: Sequence[str] = ()) -> Export:
        """The event, or these sessions of it, to be taken away in a form such as ``export.zip``.

        Raises:
            NotFound: one of these sessions is not in this event.
        """
        require(who, Verb.EVENT_EXPORT, Target(event_id=event_id))
        event = await self.events.get(event_id)
        chosen = await self.sessions.chosen(event_id, session_ids) if session_ids else None
        taken = {"form": form, "sessions": None if chosen is None else len(chosen)}
        await self.organizing.log.note("event_exported", event_id, event_id, taken)
        parts = (self.state, self.storage, self.events, self.sessions, self.ledger)
        return Export(event, *parts, self._clock, chosen)

    async def import_event(self, who: Principal, pieces: AsyncIterator[bytes], most: int) -> Event:
        """An event as ``export.json`` has it, of at most so many bytes, where it is not known yet.

        Raises:
            TooLarge: it is longer.
            Invalid: ``bad_export``.
            Conflict: ``event_exists`` or ``session_exists``.
        """
        require(who, Verb.EVENT_IMPORT, Target())
        document = bytearray()
        async for piece in pieces:
            document += piece
            if len(document) > most:
                raise TooLarge("too_large", f"It is larger than {most >> 20} MiB. Use pitchscoop import FILE.")
        taking = Import(self.state, self.access, self.events, self.sessions, self.ledger)
        event = await taking.take(bytes(document))
        await self.organizing.log.note("event_imported", event.event_id, event.event_id)
        return event

    async def audit_csv(self, who: Principal, event_id: str | None) -> AsyncGenerator[bytes, None]:
        """Who did what when, as a table; None: what is about no event."""
        await self.organizing.facts(who, event_id, limit=1)
        return audit_csv(self.state, event_id or keys.INSTALLATION)

    # A session and its audio

    async def start(
        self, who: Principal, team_name: str, title: str, event_id: str | None, seed: bytes | None = None
    ) -> Session:
        """A new session, ready for audio. A team's sessions carry the team's own name."""
        team_name, title = named("team_name", team_name), named("pitch_title", title)
        event_id = event_id or who.event_id or DEFAULT_EVENT
        event = await self.events.allowed(who, Verb.SESSION_CREATE, event_id, team_id=who.team_id)
        teams = self.events.teams
        team = await (teams.get(event_id, who.team_id) if who.team_id else teams.named(event_id, team_name))
        if team and team.withdrawn_at and who.role is not Role.ORGANIZER:
            raise Conflict("team_withdrew", "Your team has withdrawn. Ask the organizer to take it back in.")
        if who.team_id and team and team.name.casefold() != team_name.casefold():
            raise Forbidden("not_your_team", f"Your token records for {team.name!r}, not for another team.")
        name = team.name if team else team_name
        return await self.sessions.start(event, team.team_id if team else None, name, title, seed)

    def live_token(self, session: Session) -> str:
        """The token that streams or uploads this session's audio."""
        return self.access.link_token("record", session.session_id, session.expires_at)

    async def follow(self) -> None:
        """End connections that another copy took over, or whose session was stopped or deleted elsewhere."""
        async for fact in self.state.follow():
            self.standings.noticed(fact)
            with contextlib.suppress(Unavailable):  # whoever writes next is told by storage
                await self.connections.noticed(fact)
                await self.transcripts.noticed(fact, ours=self.connections.is_ours(fact.data.get("owner")))

    async def begin_upload(
        self, who: Principal, session_id: str, length: int, filename: str, seed: bytes | None = None
    ) -> Session:
        """Make ready for a file of this many bytes."""
        await self.sessions.allowed(who, Verb.SESSION_RECORD, session_id)
        if length > MAX_UPLOAD:
            raise TooLarge("too_large", f"The file is larger than {MAX_UPLOAD // 1024**3 + 1} GB. Send a shorter one.")
        return await self.sessions.begin_upload(session_id, length, filename, seed)

    async def upload(self, who: Principal, session_id: str, upload_id: str) -> tuple[Session, int]:
        """The session of an upload and how many of its bytes are durable.

        Raises:
            NotFound: ``no_such_upload``.
            Conflict: ``already_stopped``, with fewer bytes than were to come.
        """
        session = await self.sessions.allowed(who, Verb.SESSION_RECORD, session_id)
        if session.upload is None or session.upload.upload_id != upload_id:
            raise no_such_upload()
        if session.status != "recording":
            received, length = session.received or 0, session.upload.length
            if received < length:
                raise Conflict("already_stopped", f"It was stopped with {received} of {length} bytes. Start anew.")
            return session, length
        return session, (await intake.durable(self.storage, session.segments)).end

    async def upload_intake(self, session: Session) -> Intake:
        """The end of an upload's chain, to be written to."""
        await self.sessions.heard(session.session_id, "upload", upload=session.upload)
        return Intake(self.storage, session.segments, await intake.durable(self.storage, session.segments))

    async def drop_upload(self, who: Principal, session_id: str, upload_id: str) -> None:
        """End an unfinished upload."""
        await self.sessions.allowed(who, Verb.SESSION_RECORD, session_id)
        await self.sessions.drop_upload(session_id, upload_id)

    async def attach(
        self, who: Principal, session_id: str, audio: AsyncIterator[bytes], length: int, filename: str
    ) -> Session:
        """A whole recording at once, of ``length`` bytes. A retry takes the place of what it began."""
        session = await self.sessions.allowed(who, Verb.SESSION_RECORD, session_id)
        if session.status != "recording" and session.upload and session.upload.length == session.received == length:
            return session
        session = await self.begin_upload(who, session_id, length, filename)
        writer = await self.upload_intake(session)
        async for piece in audio:
            writer.take(writer.received, piece)
            if writer.waiting >= PIECE:
                await writer.flush()
            writer.check_open()
        if await writer.flush() != length:
            raise Invalid("bad_audio_data", f"{writer.durable} bytes came, not {length}. Send all of it again.")
        return await self.stop(who, session_id, session.upload.upload_id if session.upload else None)

    async def stop(
        self, who: Principal, session_id: str, upload_id: str | None = None, *, live: bool = False
    ) -> Session:
        """End the recording, or this upload alone, or ``live`` audio alone, and have it finished. Idempotent."""
        await self.sessions.allowed(who, Verb.SESSION_STOP, session_id)
        await self.connections.flush(session_id)
        session = await self.sessions.stop(session_id, live=live, upload_id=upload_id)
        self.transcripts.stopped(session)
        self.completion.wake()
        return session

    async def move(
        self, who: Principal, session_id: str, *, team_id: str | None = None, team_name: str | None = None
    ) -> Session:
        """Make it the pitch of another team of its event: the one of this id or, as at its start, of this name."""
        event_id = (await self.session(who, session_id)).event_id
        await self.events.allowed(who, Verb.SESSION_UPDATE, event_id)
        if (team_id is None) == (team_name is None):
            raise Invalid("invalid_request", "Say team_id or team_name, one of them.")
        teams, name = self.events.teams, named("team_name", team_name) if team_name is not None else ""
        team = await (teams.get(event_id, team_id) if team_id else teams.named(event_id, name))
        return await self.sessions.move(session_id, team.team_id if team else None, team.name if team else name)

    async def delete(self, who: Principal, session_id: str) -> None:
        """Remove the session with all it has."""
        await self.sessions.allowed(who, Verb.SESSION_DELETE, session_id)
        await self.sessions.delete(session_id)

    # Looking and listening

    async def session(self, who: Principal, session_id: str) -> Session:
        """The session."""
        return await self.sessions.allowed(who, Verb.SESSION_READ, session_id)

    async def list_sessions(
        self, who: Principal, event_id: str, *, cursor: str | None, limit: int, status: str | None, team: str | None,
        q: str | None,
    ) -> listing.Page:  # fmt: skip
        """Sessions of an event, newest first; a team sees its own."""
        team = who.team_id or team
        require(who, Verb.SESSION_LIST, Target(event_id=event_id, team_id=team))
        await self.events.get(event_id)
        return await listing.page(self.state, event_id, cursor=cursor, limit=limit, status=status, team_id=team, q=q)

    async def glances(self, who: Principal, event_id: str) -> tuple[str, AsyncIterator[list[overview.Glance]]]:
        """All sessions of an event in short, newest first, some at a time; a team sees its own.

        Before them the position in the fact log after which ``changes`` goes on.
        """
        await self.events.allowed(who, Verb.SESSION_LIST, event_id, team_id=who.team_id)
        last = await self.state.last_fact(event_id)
        return last.position if last else "", overview.glances(self.state, event_id, who.team_id)

    async def changes(self, who: Principal, event_id: str, after: str) -> overview.Changes:
        """What is new since a position of the fact log."""
        facts = await self.organizing.facts(who, event_id, after, _NEWS)
        found = await overview.glances_of(self.state, event_id, dict.fromkeys(fact.subject for fact in facts))
        others = [subject for subject, glance in found.items() if glance is None]
        teams = await self.events.teams.among(event_id, others)
        return overview.Changes(found, teams, facts[-1].position if facts else after, len(facts) == _NEWS)

    async def card_counts(
        self, who: Principal, event_id: str, session_ids: Iterable[str] | None = None
    ) -> Mapping[str, int]:
        """How many complete cards sessions have, by id: these, or all. Nothing for whoever may not know of others'."""
        event = await self.events.allowed(who, Verb.SESSION_LIST, event_id, team_id=who.team_id)
        knows = may(who, Verb.CARD_READ, Target(event_id=event_id))
        return await self.cards.counts(event, session_ids) if knows else {}

    async def on_air(self, who: Principal, event_id: str) -> list[overview.OnAir]:
        """Who is being recorded in an event now."""
        await self.events.allowed(who, Verb.SESSION_LIST, event_id)
        return await overview.on_air(self.state, self.storage, self._levels, event_id)

    async def playback(
        self, who: Principal, session: Session, variant: Variant | None = None, *, download: bool = False
    ) -> Playback:
        """An address that plays for an hour."""
        require(who, Verb.SESSION_DOWNLOAD if download else Verb.SESSION_LISTEN, session.target)
        if download and who.role is not Role.ORGANIZER:
            event = await self.events.get(session.event_id)
            if not event.settings.downloads:
                raise Forbidden("no_downloads", "The organizer has not permitted downloads in this event.")
        file = playable(session, variant)
        url = await self.storage.get_playback_url(
            file.key,
            expires_in=EXPIRES_IN,
            content_type=file.content_type,
            filename=file.filename if download else None,
        )
        return Playback(self.absolute(url), file.content_type)

    async def peaks_url(self, session: Session) -> str | None:
        """Where the waveform is, once it is made."""
        if session.status != "completed":
            return None
        key = keys.stored(session.session_id, keys.PEAKS)
        url = await self.storage.get_playback_url(key, expires_in=EXPIRES_IN, content_type="application/json")
        return self.absolute(url)

    def page_url(self, session: Session) -> str:
        """The page of a pitch, for whoever holds this link."""
        return self.page_url_of(session.session_id)

    async def listener(self, session_id: str, key: str, address: str) -> Principal:
        """Whoever opens a pitch's page by its link."""
        return await self.access.who(f"listen.{session_id}.0.{key}", address)

    def absolute(self, url: str) -> str:
        """A full address of what the app itself serves."""
        return f"{self.public_url}{url}" if url.startswith("/") else url
