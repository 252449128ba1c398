"""The words of a session lie in a row of their own: those of a long pitch would weigh down every list."""

import json
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json

from pitchscoop.kernel import keys
from pitchscoop.kernel.state import Put, Row
from pitchscoop.recordings.model import Session
from pitchscoop.transcripts.model import Utterance

_UTTERANCES = TypeAdapter(tuple[Utterance, ...])


def key(session: Session) -> str:
    """The row's key, and the name under which a worker is to look for words that are missing."""
    return keys.transcript(session.event_id, session.session_id)


def spoken(session: Session, row: Row | None) -> Session:
    """The session with its words. Text and count follow from them, should they be newer than the session."""
    if row is None:
        return session
    return session.with_transcript(session.transcript.holding(_UTTERANCES.validate_json(row.fields["utterances"])))


def plain(row: Row | None) -> list[dict[str, Any]]:
    """The utterances as they are written. Models of them take five times as long, which counts with thousands."""
    found: list[dict[str, Any]] = from_json(row.fields["utterances"], cache_strings="keys") if row else []
    return found


def put(session: Session, row: Row | None) -> list[Put]:
    """The row as it shall be; nothing where there is none and none is needed."""
    if row is None and not session.transcript.utterances:
        return []
    utterances = [heard.model_dump(mode="json", exclude_none=True) for heard in session.transcript.utterances]
    fields = {"session_id": session.session_id, "utterances": json.dumps(utterances, ensure_ascii=False)}
    return [Put(key(session), row.version if row else 0, fields)]
