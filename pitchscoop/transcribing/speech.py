"""What an engine is told of a pitch before it hears it."""

import re

from pitchscoop.events.model import Settings
from pitchscoop.recordings.model import Session
from pitchscoop.transcripts.ports import Speech

_NAMES = 50  # engines slow down, and guess more, with long lists
_WORD = re.compile(r"[^\W_][\w'\u2019.+&-]*")
_COMMON = 4  # characters; shorter words of a title are hardly names


def speech_of(session: Session, settings: Settings) -> Speech:
    """The language of the event and the names that will be said: team, product, and what the title has of both."""
    title = [word for word in _WORD.findall(session.pitch_title) if len(word) >= _COMMON and word[0].isupper()]
    names = dict.fromkeys([session.team_name, *title])
    return Speech(
        sample_rate=session.sample_rate,
        language=language_of(settings),
        vocabulary=tuple(names)[:_NAMES],
        forget=settings.forget_at_transcriber,
    )


def language_of(settings: Settings) -> str | None:
    """The language that an event is held in, as engines name it."""
    return settings.language.partition("-")[0].lower() if settings.language else None
