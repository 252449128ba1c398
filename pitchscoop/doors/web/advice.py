"""Advice by a model, as the pitch page shows it."""

from pitchscoop.access.model import Principal, Role, Verb, may
from pitchscoop.advising.model import Advice, Sentence
from pitchscoop.doors.web import advice_contexts as contexts
from pitchscoop.engine import Engine
from pitchscoop.events.model import Event
from pitchscoop.recordings.model import Session


async def advice_of(engine: Engine, who: Principal, session: Session, event: Event) -> contexts.Advice | None:
    """To be checked by the organizer, to be read by the team once it is published; None for all others.

    None, too, where there is nothing to show and nothing to ask for.
    """
    target = session.target.model_copy(update={"stage": event.stage})
    if not may(who, Verb.ADVICE_READ, target):
        return None
    if who.role is Role.TEAM:
        found = await engine.advice.released(session)
        return _shown(found) if found else None
    known = await engine.advice.known(session)
    askable = engine.advice.possible and session.transcript.status == "ready" and bool(session.transcript.text)
    if known is None and not askable:
        return None
    path = f"/api/v1/sessions/{session.session_id}/advice"
    return _shown(
        known,
        ask_path=path if askable and may(who, Verb.ADVICE_ASK, target) else None,
        review_path=path if may(who, Verb.ADVICE_REVIEW, target) else None,
    )


def _shown(advice: Advice | None, ask_path: str | None = None, review_path: str | None = None) -> contexts.Advice:
    if advice is None:
        return contexts.Advice("none", ask_path=ask_path, review_path=review_path)
    return contexts.Advice(
        state=advice.status,
        lines=[_line(sentence) for sentence in advice.sentences],
        label=advice.label,
        dropped=advice.dropped,
        trouble=advice.error.message if advice.error else None,
        code=advice.error.code if advice.error else None,
        ask_path=ask_path,
        review_path=review_path,
        revision=advice.revision,
    )


def _line(sentence: Sentence) -> contexts.AdviceLine:
    known = sentence.model_dump(exclude={"at", "criterion"})
    return contexts.AdviceLine(second=sentence.at, **known)
