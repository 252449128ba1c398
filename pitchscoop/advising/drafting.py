"""Having advice drafted in the background, and keeping it beside the audio.

A pitch whose advice is pending has a due time, at which a worker has it drafted (``recordings/errands.py``); so has one
whose advice was changed, to be written to storage.
"""

import asyncio
import datetime as dt
import json
from collections.abc import Callable

import structlog

from pitchscoop.advising.model import Advice
from pitchscoop.advising.ports import Adviser, Later, Refused
from pitchscoop.advising.prompting import brief
from pitchscoop.advising.sifting import Sifted, sifted
from pitchscoop.events.rubrics import Criterion
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import NotFound, Problem
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import State
from pitchscoop.kernel.table import Table
from pitchscoop.recordings.errands import Errands
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.transcripts.model import Trouble

_AT_ONCE = 2  # drafts one process asks for at once: models are slow, and plans narrow
_TRIES = 2  # of a model that answers what cannot be used; a third would not be another
_SOONEST, _LATEST = dt.timedelta(seconds=5), dt.timedelta(minutes=5)  # from try to try
_PATIENCE = dt.timedelta(hours=1)  # with a model that cannot be had, from the request on
_NOTHING = (
    "Nothing the model wrote rests on words that were said when it says, or all of it gave verdicts. Draft it again, "
    "or write to the team yourself."
)

NO_MODEL = "Set LLM_MODEL, with LLM_BASE_URL or LLM_API_KEY, to have feedback drafted by a model."

log = structlog.get_logger(__name__)


class Drafting:
    """A worker's part of advice."""

    def __init__(
        self,
        state: State,
        events: Events,
        sessions: Sessions,
        storage: AudioStorage,
        table: Table[Advice],
        adviser: Adviser | None,
        clock: Clock,
    ) -> None:
        self._state = state
        self._events = events
        self._sessions = sessions
        self._storage = storage
        self._table = table
        self._adviser = adviser
        self._clock = clock

    async def run(self) -> None:
        """Work until cancelled."""
        waking = {"advice_asked", "advice_reviewed"}
        await Errands(self._state, self._clock, "advice", self.look, at_once=_AT_ONCE, waking=waking).run()

    async def look(self, event_id: str, session_id: str) -> dt.timedelta | None:
        """Do what is to be done about the advice of a session; in how long to look again."""
        session = await self._sessions.look(session_id)
        if session is None or session.status == "deleting":
            await self._sessions.purge(event_id, session_id)
            return None
        advice = await self._table.find(keys.advice(event_id, session_id))
        again = await self._draft(session, advice) if advice and advice.status == "pending" else None
        await self._mirror(session)
        return again

    async def _draft(self, session: Session, advice: Advice) -> dt.timedelta | None:
        criteria = await criteria_of(self._events, session)
        try:
            found = await self._written(await self._sessions.with_words(session), criteria)
        except Later as problem:
            waited = self._clock() - advice.asked_at
            log.warning("model_away", session_id=session.session_id, code=problem.code)
            if waited < _PATIENCE:
                await self._change(advice, "advice_delayed", {"error": _trouble(problem)})
                return max(_SOONEST, min(waited / 2, _LATEST), dt.timedelta(seconds=problem.retry_after))
            await self._change(advice, "advice_failed", {"status": "failed", "error": _trouble(problem)})
        except Refused as problem:
            log.warning("model_failed", session_id=session.session_id, code=problem.code)
            await self._change(advice, "advice_failed", {"status": "failed", "error": _trouble(problem)})
        else:
            model = self._adviser.name if self._adviser else None
            ready = {"status": "ready", "model": model, "error": None, "drafted_at": self._clock()}
            await self._change(
                advice,
                "advice_drafted",
                ready | {"dropped": found.dropped},
                lambda now: now.model_copy(update={"sentences": now.with_draft(found.sentences)}),
            )
        return None

    async def _written(self, session: Session, criteria: tuple[Criterion, ...]) -> Sifted:
        """What is kept of the first answer of which something is.

        Raises:
            Later, Refused: there is none.
        """
        if self._adviser is None:
            raise Later("model_unavailable", NO_MODEL)
        wish = brief(criteria, session.transcript)
        trouble = Refused("nothing_cited", _NOTHING)
        for _ in range(_TRIES):
            answer = await self._adviser.answer(wish.instructions, wish.data, wish.form)
            try:
                found = await asyncio.to_thread(sifted, answer, session.transcript, criteria)
            except Refused as problem:
                trouble = problem
                continue
            if found.sentences:
                return found
            trouble = Refused("nothing_cited", _NOTHING)
        raise trouble

    async def _change(
        self,
        advice: Advice,
        name: str,
        update: dict[str, object],
        further: Callable[[Advice], Advice] = lambda advice: advice,
    ) -> None:
        """Change what was asked for when ``advice`` was read, and no newer wish."""

        def changed(now: Advice) -> Advice:
            if now.status != "pending" or now.asked_at != advice.asked_at:
                return now
            return further(now.model_copy(update=update))

        def fact(now: Advice) -> list[Fact]:
            counts: dict[str, str | int | float | bool | None] = {
                "sentences": len(now.sentences),
                "dropped": now.dropped,
            }
            told = counts | {"code": now.error.code if now.error else None}
            return [Fact(name, now.event_id, now.session_id, self._clock().isoformat(), told)]

        key = keys.advice(advice.event_id, advice.session_id)
        await self._table.change(advice.event_id, key, changed, missing=no_advice, facts=fact)

    async def _mirror(self, session: Session) -> None:
        """Write ``advice.json``, which a rebuilt state gets its row from; the last that writes leaves the newest."""
        key, written = keys.advice(session.event_id, session.session_id), None
        while (row := await self._state.read(key)) is not None and row.version != written:
            document = json.dumps(dict(row.fields), ensure_ascii=False).encode()
            place = keys.stored(session.session_id, keys.ADVICE_JSON)
            await self._storage.upload_audio(place, document, "application/json")
            written = row.version
        if row is None:  # deleted meanwhile, with all that was there then
            await self._sessions.purge(session.event_id, session.session_id)


async def criteria_of(events: Events, session: Session) -> tuple[Criterion, ...]:
    """The criteria by which a pitch is judged: those of its team's track."""
    event = await events.get(session.event_id)
    team = await events.teams.get(session.event_id, session.team_id) if session.team_id else None
    return event.criteria(team.track if team else None)


def no_advice() -> NotFound:
    """Nobody asked for advice, or none of it is for whoever asks."""
    return NotFound("no_advice", "There is no advice on this pitch.")


def _trouble(problem: Problem) -> Trouble:
    return Trouble(code=problem.code, message=problem.message)
