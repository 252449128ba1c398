"""The key table: every name under which something is kept, in state and in storage.

State keys are Redis keys (the SQLite adapter uses the same strings as row keys). A part in braces is a Redis
Cluster hash tag: all of an event lies in one slot, ``session:ID`` included (see ``ids.new_session_id``).
"""

import hashlib

AUDIO_MP3 = "compressed.mp3"
PEAKS = "peaks.json"
SESSION_JSON = "session.json"
ADVICE_JSON = "advice.json"
SESSIONS = "sessions/"
EVENTS = "events/"
CARD = "card:"
CARDS = ("card:", "card_entry:", "cards:")
"""How the keys of all rows begin that hold cards."""
INSTALLATION = "installation"
"""Where the facts lie that are about no event, or about one that is gone: a log like those of events."""


def session(session_id: str) -> str:
    """The session's row."""
    return f"session:{session_id}"


def event(event_id: str) -> str:
    """The event's row."""
    return f"event:{{{event_id}}}"


def transcript(event_id: str, session_id: str) -> str:
    """The words of a session, and the name under which a worker is to look for them."""
    return f"transcript:{{{event_id}}}:{session_id}"


def advice(event_id: str, session_id: str) -> str:
    """What a model advises the team of a session, and the name under which a worker is to look at it."""
    return f"advice:{{{event_id}}}:{session_id}"


def live_slots() -> str:
    """Who transcribes live now, over all copies of the server."""
    return "live_slots"


def team(event_id: str, team_id: str) -> str:
    """The team's row."""
    return f"team:{{{event_id}}}:{team_id}"


def team_name(event_id: str, name: str) -> str:
    """Held by the team that has this name in the event; what makes names unique."""
    return f"team_name:{{{event_id}}}:{_digest(name.casefold())}"


def judge(event_id: str, judge_id: str) -> str:
    """The judge's row."""
    return f"judge:{{{event_id}}}:{judge_id}"


def judges_index(event_id: str) -> str:
    """Judges of an event by creation."""
    return f"index:{{{event_id}}}:judges"


def assignment(event_id: str) -> str:
    """Which judge hears which team."""
    return f"assignment:{{{event_id}}}"


def schedule(event_id: str) -> str:
    """Which team is on stage when."""
    return f"schedule:{{{event_id}}}"


def final(event_id: str) -> str:
    """The final round: who is in it, and what judges said of each two."""
    return f"final:{{{event_id}}}"


def cards(event_id: str) -> str:
    """The head of an event's cards: how many were saved, and the end of their chain. A worker looks for this name."""
    return f"cards:{{{event_id}}}"


def card(event_id: str, session_id: str, judge_id: str) -> str:
    """One judge's card of one session, as it is."""
    return f"card:{{{event_id}}}:{session_id}:{judge_id}"


def card_entry(event_id: str, number: int) -> str:
    """One card as it was saved once. In ten digits, so that names sort as numbers do."""
    return f"card_entry:{{{event_id}}}:{number:010d}"


def cards_index(event_id: str, *facet: str) -> str:
    """Cards of an event by when they were saved last: all, or those of one facet, such as ``session, ID``."""
    return ":".join([f"index:{{{event_id}}}:cards", *facet])


def card_entries_index(event_id: str, *card: str) -> str:
    """All that was saved in an event by number, or what was saved of one card (``SESSION, JUDGE``)."""
    return ":".join([f"index:{{{event_id}}}:card_entries", *card])


def ballot(raw: str) -> str:
    """What a ballot is known by: its SHA-256. The ballot itself is never stored."""
    return _digest(raw)


def vote(event_id: str, ballot: str) -> str:
    """What a ballot, by what it is known by, picks."""
    return f"vote:{{{event_id}}}:{ballot}"


def votes_index(event_id: str, *facet: str) -> str:
    """Votes of an event by when they were cast: all, or those of one kind of ballot for a pitch (``made, SESSION``)."""
    return ":".join([f"index:{{{event_id}}}:votes", *facet])


def organizers() -> str:
    """All who run events, in one row: they are few, and belong to no event."""
    return "organizers"


def token(raw: str) -> str:
    """The row of a token, by its SHA-256: the token itself is never stored."""
    return f"token:{_digest(raw)}"


def once(purpose: str, raw: str) -> str:
    """A short-lived note (idempotent answers, one-time links). The only keys with a time to live."""
    return f"once:{purpose}:{_digest(raw)}"


def deleted(session_id: str) -> str:
    """The note that a session was deleted lately."""
    return once("deleted", session_id)


def sessions_index(event_id: str, *facet: str) -> str:
    """Sessions of an event by creation: all, or those of one facet, such as ``status, completed``."""
    return ":".join([f"index:{{{event_id}}}:sessions", *facet])


def teams_index(event_id: str) -> str:
    """Teams of an event by creation."""
    return f"index:{{{event_id}}}:teams"


def event_folder(event_id: str) -> str:
    """Everything of an event in storage but its sessions."""
    return f"events/{event_id}/"


def event_json(event_id: str) -> str:
    """The record of an event and its people in storage."""
    return f"events/{event_id}/event.json"


def cards_folder(event_id: str) -> str:
    """What was saved of an event's cards, in storage."""
    return f"events/{event_id}/cards/"


def cards_json(event_id: str, first: int) -> str:
    """Some entries in storage, named by the number of the first in ten digits."""
    return f"events/{event_id}/cards/{first:010d}.json"


def folder(session_id: str) -> str:
    """Everything of a session in storage."""
    return f"sessions/{session_id}/"


def stored(session_id: str, name: str) -> str:
    """One file of a session in storage."""
    return f"sessions/{session_id}/{name}"


def segments(session_id: str, part: str | None = None) -> str:
    """The folder of the durable pieces of a recording under way; an upload's pieces lie in one of its own."""
    inner = f"{part}/" if part else ""
    return f"sessions/{session_id}/segments/{inner}"


LIVE_PART = "live-"
"""How the folders in ``segments/`` begin that hold live audio; others are named by their upload's id."""


def segment(folder: str, offset: int) -> str:
    """One durable piece, named by the offset of its first byte in 20 digits, so that names sort as bytes do."""
    return f"{folder}{offset:020d}"


def tag(key: str) -> str | None:
    """The event that a key names in braces."""
    return key.partition("{")[2].partition("}")[0] or None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
