"""The live connections of this process: the newest one records, and what came before it is durable first."""

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pitchscoop.access.model import Principal, Verb, require
from pitchscoop.kernel import ids
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Conflict, Crossed, Overtaken, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.recordings import intake
from pitchscoop.recordings.intake import Intake
from pitchscoop.recordings.model import Chain, Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions

_TAKEN_OVER, _STOPPED, _GONE, _AGAIN = 4409, 4410, 4404, 1012  # close codes of design.md 2.4
_REPLACING = ("recorder_connected", "upload_started")  # facts after which a connection may be the newest no longer
_PATIENCE = 5.0  # seconds a stop waits for bytes under way; proxies commonly give up after ten
_ELSEWHERE = 0.3  # seconds in which another copy of the server hears that its connection is no longer the newest


@dataclass(frozen=True, order=True)
class Turn:
    """When a connection was opened: within one process by its number, between copies of the server by the clock."""

    number: int
    at: datetime = field(compare=False)


class Connection(Protocol):
    """A live connection of this process."""

    async def flush(self) -> None:
        """Make durable what has arrived."""
        ...

    async def settle(self, then: int | None = None) -> None:
        """The same, and ``then`` end it with a close code. It raises nothing, and gives up after a few seconds."""
        ...

    def leave(self, code: int) -> None:
        """End it with a close code of design.md 2.4."""
        ...


class Connections:
    """Who records what, as far as it comes through this process; other copies of the server tell by their facts."""

    def __init__(self, sessions: Sessions, storage: AudioStorage, clock: Clock) -> None:
        self._sessions = sessions
        self._storage = storage
        self._clock = clock
        self._live: dict[str, tuple[str, Connection]] = {}
        self._turns = itertools.count(1)
        self._open: dict[str, set[Turn]] = {}  # by session, the turns of connections that record it, or are to
        self._name = ids.new_id()

    def new_owner(self) -> str:
        """A name for a connection of this process."""
        return f"{self._name}-{ids.new_id()}"

    def is_ours(self, owner: object) -> bool:
        """Whether a connection was named by this process."""
        return isinstance(owner, str) and owner.startswith(self._name)

    def turn(self) -> Turn:
        """The turn of a connection that was just opened: the later, the higher."""
        return Turn(next(self._turns), self._clock())

    def opened(self, who: Principal, session: Session, turn: Turn) -> None:
        """A connection of this process is to record ``session``, as state had it after the connection was opened.

        Those of this process that were opened before it go behind it. Whoever may only listen holds nobody up.

        Raises:
            Crossed: somebody else spoke through another copy meanwhile, who may be the newer one. Whoever connects
                again is let in, unless that one is noted once more while this looks; a clock that is ahead bars nobody.
        """
        require(who, Verb.SESSION_RECORD, session.target)
        elsewhere = session.live_owner is not None and not self.is_ours(session.live_owner)
        if elsewhere and turn.at < session.heard_at <= self._clock():
            raise _crossed()
        self._open.setdefault(session.session_id, set()).add(turn)

    def is_followed(self, session_id: str, turn: Turn) -> bool:
        """Whether a connection of this process was opened later, which has this one end in order if it records."""
        return turn < max(self._open.get(session_id, (turn,)))

    async def connect(
        self,
        who: Principal,
        opened: Session,
        owner: str,
        connection: Connection,
        sent: int | None = None,
        turn: Turn | None = None,
    ) -> Intake:
        """Begin or resume live audio. The newest connection wins, in every copy of the server.

        ``opened`` is the session as it was when the connection was opened. What an outage holds up may be carried
        out after the client has gone and is connected elsewhere: it must not take over from what came after it, which
        within one process its ``turn`` tells, whatever order state answers in.
        Nor must a client that comes back by itself, and has ``sent`` less than is stored, from whoever said the rest.

        Raises:
            Conflict: ``already_stopped``.
            Overtaken: ``overtaken``: what is stored was not all sent by this one.
            Crossed: another connection was made meanwhile.
        """
        session_id = opened.session_id

        def was_overtaken() -> bool:
            return turn is not None and self.is_followed(session_id, turn)

        def may_follow(held: str | None) -> bool:
            if was_overtaken():
                return False
            return held == opened.live_owner or (self.is_ours(held) and session_id not in self._live)

        before = await self._sessions.allowed(who, Verb.SESSION_RECORD, session_id)
        found: Chain | None = None
        if sent is not None:
            if held := self._live.get(session_id):
                await held[1].settle()
            found = await intake.durable(self._storage, before.live_segments)
            if found.end > sent and not found.sealed:
                raise Overtaken("overtaken", "Somebody else went on with this recording.")
        session = await self._sessions.connect(session_id, owner, may_follow)
        if was_overtaken():  # its answer came before ours
            raise _crossed()
        await self._take_over(opened, owner, connection)
        known = found if before.live_part == session.live_part else None
        found = await intake.durable(self._storage, session.live_segments, known)
        if found.sealed and not found.end:
            session, found = await self._sessions.open_again(session_id, owner), Chain((), 0, sealed=False)
        if found.sealed:  # by a worker that had missed the speaker, or by a stop: state was away before it was noted
            await self._sessions.stop(session_id, live=True)
            raise Conflict("already_stopped", "This recording was already stopped.")
        return Intake(self._storage, session.live_segments, found, sent or 0)

    async def _take_over(self, opened: Session, owner: str, connection: Connection) -> None:
        """Have the connection before end with what it was given: it would land behind this one's back."""
        previous = self._live.get(opened.session_id)
        self._live[opened.session_id] = (owner, connection)
        if previous and previous[0] != owner:  # else it tries again after an outage
            await previous[1].settle(_TAKEN_OVER)
        elif opened.live_owner is not None and not self.is_ours(opened.live_owner):
            await asyncio.sleep(_ELSEWHERE)

    def disconnected(self, session_id: str, owner: str, turn: Turn) -> None:
        """A connection of this process ended."""
        if turns := self._open.get(session_id):
            turns.discard(turn)
            if not turns:
                del self._open[session_id]
        if (held := self._live.get(session_id)) and held[0] == owner:
            del self._live[session_id]

    async def flush(self, session_id: str) -> None:
        """Make durable what has arrived of a session.

        Raises:
            Unavailable: ``storage_unavailable``.
        """
        if held := self._live.get(session_id):
            try:
                async with asyncio.timeout(_PATIENCE):
                    await held[1].flush()
            except TimeoutError:
                raise Unavailable("storage_unavailable", "Storage does not take the last words. Try again.") from None
            except Overtaken:
                pass  # nothing that counts: the newer connection is in another copy of the server

    async def noticed(self, fact: Fact) -> None:
        """End a connection that another copy took over, or whose session was stopped or deleted elsewhere."""
        if held := self._live.get(fact.subject):
            await self._noticed(fact, *held)

    async def _noticed(self, fact: Fact, owner: str, connection: Connection) -> None:
        if fact.name == "session_stopped":
            connection.leave(_STOPPED)
        elif fact.name == "session_deleted":
            connection.leave(_GONE)
        elif fact.name in _REPLACING and fact.data.get("owner") != owner:
            # Facts may come late, and ours may be the newer one: what is stored decides.
            session = await self._sessions.look(fact.subject)
            ours = session is not None and self.is_ours(session.live_owner)  # it lets this one finish what it writes
            if session is not None and session.live_owner != owner and not ours:
                other = _TAKEN_OVER if session.live_owner else _AGAIN  # nobody: an upload came and went
                connection.leave(_STOPPED if session.source == "upload" else other)


def _crossed() -> Crossed:
    return Crossed("connect_again", "Another connection was made at the same time. Connect again.")
