"""Advice: the verbs. Whoever asks for it, reads it, or decides on it comes here."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from pitchscoop.access.model import ANYBODY, Principal, Role, Target, Verb, require
from pitchscoop.advising.drafting import NO_MODEL, Drafting, criteria_of, no_advice
from pitchscoop.advising.model import Advice, Decision
from pitchscoop.advising.ports import Adviser
from pitchscoop.advising.prompting import for_assistants
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import Conflict, NotFound
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, State
from pitchscoop.kernel.table import Table
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions

_PAGE = 200  # sessions read at a time
_MOST = 500  # drafts asked for at once: each is a row, and somebody waits for the answer


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for all of an event: so many are drafted, so many pitches are left for another call."""

    asked: int
    left: int


class Advising:
    """Drafts by a model, checked against the transcript, decided on by people. Standings know nothing of them."""

    def __init__(
        self,
        state: State,
        events: Events,
        sessions: Sessions,
        storage: AudioStorage,
        clock: Clock,
        adviser: Adviser | None = None,
    ) -> None:
        self._state = state
        self._events = events
        self._sessions = sessions
        self._clock = clock
        self._adviser = adviser
        self._table: Table[Advice] = Table(state, Advice, lambda _: {})
        self.drafting = Drafting(state, events, sessions, storage, self._table, adviser, clock)

    @property
    def possible(self) -> bool:
        """Whether a model is set up."""
        return self._adviser is not None

    async def ask(self, who: Principal, session_id: str) -> Advice:
        """Have it drafted. What was accepted of an older draft stays. Idempotent while it is being drafted.

        Raises:
            Conflict: ``no_model``, ``not_ready`` or ``transcript_not_ready``.
        """
        session = await self._allowed(who, Verb.ADVICE_ASK, session_id)
        self._require_model()
        if session.status != "completed":
            raise Conflict("not_ready", "The recording is not finished yet. Ask again when it can be heard.")
        if not _has_words(session):
            message = "A model is given what was said, and nothing is written down yet. Ask for the transcript first."
            raise Conflict("transcript_not_ready", message, {"transcript_status": session.transcript.status})
        return await self._ask(session)

    async def ask_all(self, who: Principal, event_id: str) -> Asked:
        """Have it drafted for every pitch of an event that has a transcript and no draft, the newest first.

        Raises:
            Conflict: ``no_model``.
        """
        await self._events.allowed(who, Verb.ADVICE_ASK, event_id)
        self._require_model()
        asked = left = 0
        async for session in self._without(event_id):
            if asked < _MOST:
                await self._ask(session)
                asked += 1
            else:
                left += 1
        return Asked(asked, left)

    async def read(self, who: Principal, session_id: str) -> Advice:
        """All of it for the organizer, for the team what was accepted.

        Raises:
            NotFound: ``no_advice``.
        """
        session = await self._allowed(who, Verb.ADVICE_READ, session_id)
        found = await (self.released(session) if who.role is Role.TEAM else self.known(session))
        if found is None:
            raise no_advice()
        return found

    async def known(self, session: Session) -> Advice | None:
        """All there is of a session, for whoever may see it."""
        return await self._table.find(keys.advice(session.event_id, session.session_id))

    async def released(self, session: Session) -> Advice | None:
        """What was accepted; None where nothing was."""
        found = await self.known(session)
        return found.released() if found is not None and found.accepted else None

    async def review(
        self, who: Principal, session_id: str, decisions: Sequence[Decision], revision: int | None = None
    ) -> Advice:
        """Accept, reject or edit sentences. With ``revision`` only what was seen is changed.

        Raises:
            NotFound: ``no_advice`` or ``no_such_sentence``.
            Invalid: ``bad_sentence``.
            Conflict: ``changed_meanwhile``, with the advice as it is now.
        """
        session = await self._allowed(who, Verb.ADVICE_REVIEW, session_id)
        by = who.name or who.role.value.capitalize()
        return await self._table.change(
            session.event_id,
            keys.advice(session.event_id, session_id),
            lambda advice: advice.decided(decisions, by),
            missing=no_advice,
            facts=lambda advice: [self._fact("advice_reviewed", advice)],
            due=[self._due(session)],
            revision=revision,
        )

    async def score_pitch(self, who: Principal, session_id: str) -> str:
        """Rubric and transcript for an assistant that helps a judge; needs no model of ours.

        Raises:
            Conflict: ``transcript_not_ready``.
        """
        session = await self._sessions.allowed(who, Verb.SESSION_READ, session_id)
        await self._events.allowed(who, Verb.EVENT_READ, session.event_id)  # the rubric is the event's
        if not _has_words(session):
            message = "This pitch has no transcript yet. Look again when it is ready, or listen to it."
            raise Conflict("transcript_not_ready", message, {"transcript_status": session.transcript.status})
        criteria = await criteria_of(self._events, session)
        return for_assistants(criteria, (await self._sessions.with_words(session)).transcript)

    async def check(self) -> str | None:
        """The model, once it has answered; None where none is set up.

        Raises:
            Later, Refused: it does not.
        """
        return await self._adviser.check() if self._adviser else None

    def _require_model(self) -> None:
        if self._adviser is None:
            raise Conflict("no_model", f"No model is set up to draft advice. {NO_MODEL}")

    async def _allowed(self, who: Principal, verb: Verb, session_id: str) -> Session:
        """The session, if this may be done about it now. Who brings nothing is not told whether it exists."""
        try:
            session = await self._sessions.get(session_id)
        except NotFound:
            if who == ANYBODY:
                require(who, verb, Target())
            raise
        await self._events.allowed(who, verb, session.event_id, team_id=session.team_id)
        return session

    async def _ask(self, session: Session) -> Advice:
        now = self._clock()

        def asked(advice: Advice) -> Advice:
            if advice.status == "pending":
                return advice
            return advice.model_copy(update={"status": "pending", "error": None, "asked_at": now})

        return await self._table.change(
            session.event_id,
            keys.advice(session.event_id, session.session_id),
            asked,
            first=Advice(session_id=session.session_id, event_id=session.event_id, asked_at=now),
            facts=lambda advice: [self._fact("advice_asked", advice)],
            due=[self._due(session)],
        )

    async def _without(self, event_id: str) -> AsyncIterator[Session]:
        """Finished pitches with words and without a draft."""
        index, place = keys.sessions_index(event_id, "status", "completed"), None
        while page := await self._state.page(index, place, _PAGE):
            place = (page[-1].score, page[-1].row.key)
            for session in (rows.decode(Session, placed.row.fields) for placed in page):
                if _has_words(session):
                    advice = await self.known(session)
                    if advice is None or advice.status in ("none", "failed"):
                        yield session

    def _fact(self, name: str, advice: Advice) -> Fact:
        data = {"sentences": len(advice.sentences), "accepted": len(advice.accepted)}
        return Fact(name, advice.event_id, advice.session_id, self._clock().isoformat(), data)

    def _due(self, session: Session) -> Due:
        return Due(session.event_id, keys.advice(session.event_id, session.session_id), micros(self._clock()))


def _has_words(session: Session) -> bool:
    return session.transcript.status == "ready" and bool(session.transcript.text)
