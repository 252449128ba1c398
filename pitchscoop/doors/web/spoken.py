"""A transcript as the pitch page shows it."""

from pitchscoop.access.model import Principal, Verb, may
from pitchscoop.doors.web import contexts
from pitchscoop.engine import Engine
from pitchscoop.recordings.model import Session
from pitchscoop.transcribing.service import NO_ENGINE
from pitchscoop.transcripts.model import Utterance, Word
from pitchscoop.transcripts.writing import places

_UNSURE = 0.6  # if engines know themselves, two in five of such words are wrong; above it, marks mostly disturb
_FORMS = ("srt", "vtt", "txt", "json")


def transcript_of(engine: Engine, who: Principal, session: Session, key: str) -> contexts.Transcript:
    """What was said, and what this person may do about it. The session has its words; ``key`` ends its addresses."""
    known = session.transcript
    state = _state(engine, session)
    path = f"/api/v1/sessions/{session.session_id}/transcript"
    can_ask = state == "failed" or (state == "none" and session.status == "completed")
    possible = bool(engine.transcripts.engines)
    asks = possible and can_ask and may(who, Verb.TRANSCRIPT_ASK, session.target)
    corrects = state == "ready" and may(who, Verb.TRANSCRIPT_CORRECT, session.target)
    return contexts.Transcript(
        state=state,
        utterances=[_spoken(heard, known.language) for heard in known.utterances],
        language=known.language,
        engine=known.engine,
        corrections=known.corrected,
        error=contexts.PitchError(known.error.code, known.error.message) if known.error else None,
        possible=possible,
        remedy=NO_ENGINE if not possible and may(who, Verb.EVENT_CREATE, session.target) else None,
        ask_path=path if asks else None,
        correct_path=f"{path}/words" if corrects else None,
        files={form: f"/pitches/{session.session_id}/transcript.{form}{key}" for form in _FORMS if state == "ready"},
    )


def summary_of(session: Session) -> dict[str, object]:
    """What an open page looks at to know whether there is something new to read."""
    known = session.transcript
    return {"status": known.status, "length": len(known.text), "corrected": known.corrected}


def _state(engine: Engine, session: Session) -> contexts.TranscriptState:
    known = session.transcript
    if known.status == "ready":
        return "ready" if known.utterances else "empty"
    if known.status == "failed":
        return "failed"
    if known.status == "pending":
        return "live" if session.status == "recording" else "pending"
    if session.status == "failed" or not engine.transcripts.engines:
        return "none"
    return {"recording": "coming", "processing": "pending"}.get(session.status, "none")  # type: ignore[return-value]


def _spoken(heard: Utterance, language: str | None) -> contexts.Spoken:
    words = heard.words or (Word(word=heard.text, start=heard.start, end=heard.end),)
    placed, rest = _placed(heard.text, words)
    return contexts.Spoken(
        id=heard.id,
        start=heard.start,
        times=" ".join(f"{round(word.start * 1000)} {round(word.end * 1000)}" for word in words),
        words=placed,
        rest=rest,
        language=heard.language if heard.language != language else None,
        whole=not heard.words,
    )


def _placed(text: str, words: tuple[Word, ...]) -> tuple[list[contexts.SpokenWord], str]:
    """The words with what stands before each, and what stands behind the last. One not found follows a space."""
    placed, at = list[contexts.SpokenWord](), 0
    for word, place in zip(words, places(text, (word.word for word in words)), strict=True):
        gap = " " if place is None else text[at:place]
        placed.append(contexts.SpokenWord(word.word, gap, _doubt(word), word.machine))
        at = at if place is None else place + len(word.word)
    return placed, text[at:]


def _doubt(word: Word) -> int | None:
    if word.confidence is None or word.confidence >= _UNSURE or word.machine is not None:
        return None
    return round(word.confidence * 100)
