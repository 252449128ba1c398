"""The words of a session lie in a row of their own: those of a long pitch would weigh down every list."""

import json

from pitchscoop.kernel import keys
from pitchscoop.kernel.state import Put, Row
from pitchscoop.recordings.model import Session
from pitchscoop.transcripts.model import Transcript


def key(session: Session) -> str:
    """The row's key, and the name under which a worker is to look for words that are missing."""
    return keys.transcript(session.event_id, session.session_id)


def spoken(session: Session, row: Row | None) -> Session:
    """The session with its words."""
    if row is None:
        return session
    known = session.transcript.model_dump()
    return session.with_transcript(
        Transcript.model_validate({**known, "utterances": json.loads(row.fields["utterances"])})
    )


def put(session: Session, row: Row | None) -> list[Put]:
    """The row as it shall be; nothing where there is none and none is needed."""
    if row is None and not session.transcript.utterances:
        return []
    utterances = [heard.model_dump(mode="json", exclude_none=True) for heard in session.transcript.utterances]
    fields = {"session_id": session.session_id, "utterances": json.dumps(utterances, ensure_ascii=False)}
    return [Put(key(session), row.version if row else 0, fields)]
