"""Facts in words: who did it, what it was, and what it was about."""

import datetime as dt
from collections.abc import Mapping, Sequence

from pitchscoop.doors.web.installation_contexts import AuditLine
from pitchscoop.doors.web.settings_form import LABELS
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import NotFound
from pitchscoop.kernel.facts import Fact

WORDS = {
    "advice_asked": "Asked a model for advice",
    "advice_delayed": "Advice delayed",
    "advice_drafted": "Advice drafted",
    "advice_failed": "Advice failed",
    "advice_reviewed": "Reviewed the advice",
    "assignment_made": "Made who hears whom",
    "audio_arriving": "Audio arrives",
    "audio_stored": "Audio stored whole",
    "ballots_made": "Made links to vote",
    "card_saved": "Saved a card",
    "cards_erased": "Cards erased",
    "cards_rebuilt": "Cards rebuilt",
    "conflict_declared": "Declared a conflict of interest",
    "conflict_withdrawn": "Took back a conflict of interest",
    "event_changed": "Changed the event",
    "event_created": "Set up the event",
    "event_deleted": "Deleted the event",
    "event_erased": "All of the event erased",
    "event_exported": "Exported",
    "event_imported": "Imported the event",
    "event_moved": "Moved the event to",
    "event_rebuilt": "Event rebuilt",
    "final_changed": "Changed the final round",
    "final_compared": "Compared two finalists",
    "final_named": "Named the finalists",
    "judge_changed": "Changed a judge",
    "judge_invited": "Added a judge",
    "judge_invited_anew": "Made a new link",
    "judge_removed": "Removed a judge",
    "organizer_invited": "Invited an organizer",
    "organizer_removed": "Removed an organizer",
    "organizer_signed_out": "Signed out everywhere",
    "organizer_token_made": "Made a token for an organizer",
    "recorder_connected": "Recorder connected",
    "retention_applied": "Removed what was kept long enough",
    "schedule_changed": "Changed the running order",
    "session_completed": "Recording completed",
    "session_deleted": "Deleted a pitch",
    "session_erased": "All of the pitch erased",
    "session_failed": "Recording failed",
    "session_moved": "Moved a pitch to a team",
    "session_preview_moved": "Moved the excerpt",
    "session_prize_given": "Gave a prize",
    "session_prize_taken_back": "Took back a prize",
    "session_rebuilt": "Pitch rebuilt",
    "session_reopened": "Recording open again",
    "session_started": "Opened a recording",
    "session_stopped": "Stopped a recording",
    "signed_in": "Signed in",
    "signed_out": "Signed out",
    "speaker_back": "Speaker is back",
    "speaker_given_up": "Speaker waited for no longer",
    "speaker_missed": "Speaker not heard of",
    "stage_called": "Called on stage",
    "stage_cleared": "Cleared the stage",
    "standings_published": "Published the standings",
    "team_changed": "Changed a team",
    "team_invited_anew": "Made a new link",
    "team_joined": "Team joined",
    "team_returned": "Took a team back in",
    "team_withdrew": "Team withdrew",
    "transcript_asked": "Asked for a transcript",
    "transcript_begun": "Transcript begun",
    "transcript_corrected": "Put a word right",
    "transcript_failed": "Transcript failed",
    "transcript_grown": "Transcript grows",
    "transcript_rebuilt": "Transcript rebuilt",
    "transcript_ready": "Transcript ready",
    "transcript_written": "Transcript written",
    "upload_dropped": "Upload dropped",
    "upload_started": "Upload started",
}
"""By name. One that is not here, of a newer version, is shown by its name."""
_OF_TEAMS = ("team_", "stage_called")
_OF_JUDGES = ("judge_", "conflict_")
_OF_PITCHES = ("advice_", "audio_", "card", "recorder_", "session_", "speaker_", "transcript_", "upload_")
_NOBODY = {"operator": "Whoever runs the server", "server": "The server", "public": "A visitor", "": "Not noted"}
_ROLES = {"organizer": "Organizer", "judge": "A judge", "team": "A team", "public": "Whoever has the link"}
_INSIDE = {"owner", "name", "team_id", "judge_id", "chain"}  # ids and digests: the table has them


class Names:
    """What people and pitches of one log are called now. Each is looked up once."""

    def __init__(self, engine: Engine, event_id: str | None, organizers: Mapping[str, str]) -> None:
        self._engine = engine
        self._event_id = event_id
        self._organizers = organizers
        self._known: dict[tuple[str, str], str | None] = {}

    async def of(self, role: str, known_by: str) -> str | None:
        """The name of a team, judge, organizer or pitch; None where there is none any more."""
        if role == "organizer":
            return self._organizers.get(known_by)
        if self._event_id is None or role not in ("team", "judge", "pitch"):
            return None
        if (role, known_by) not in self._known:
            self._known[role, known_by] = await self._looked_up(self._event_id, role, known_by)
        return self._known[role, known_by]

    async def _looked_up(self, event_id: str, role: str, known_by: str) -> str | None:
        events = self._engine.events
        try:
            if role == "pitch":
                session = await self._engine.sessions.look(known_by)
                if session is None or session.status == "deleting":
                    return None
                return f"{session.team_name}: {session.pitch_title}"
            if role == "judge":
                return (await events.judges.get(event_id, known_by)).name
            return (await events.teams.get(event_id, known_by)).name
        except NotFound:
            return None


async def in_words(facts: Sequence[Fact], names: Names) -> list[AuditLine]:
    """Facts as a page lists them."""
    return [await _line(fact, names) for fact in facts]


async def _line(fact: Fact, names: Names) -> AuditLine:
    who, role = await _doer(fact.by, names)
    about, href = await _about(fact, names)
    return AuditLine(
        at=dt.datetime.fromisoformat(fact.at),
        who=who,
        role=role,
        what=WORDS.get(fact.name, fact.name.replace("_", " ").capitalize()),
        name=fact.name,
        about=about,
        href=href,
        more=_more(fact),
    )


async def _doer(by: str, names: Names) -> tuple[str, str | None]:
    """Who did it and, where that is a name, as what."""
    role, _, known_by = by.partition(" ")
    if known_by and (name := await names.of(role, known_by)):
        return name, role
    return _NOBODY.get(by) or _ROLES.get(role, by), None


async def _about(fact: Fact, names: Names) -> tuple[str | None, str | None]:
    """What it was about, by name, and its page."""
    if fact.name == "event_moved":
        return str(fact.data.get("stage", "")), None
    if fact.name.startswith(_OF_PITCHES):
        title = await names.of("pitch", fact.subject)
        return title, f"/pitches/{fact.subject}" if title else None
    kinds = (("team", _OF_TEAMS), ("judge", _OF_JUDGES), ("organizer", ("organizer_",)))
    kind = next((kind for kind, begins in kinds if fact.name.startswith(begins)), None)
    if kind is None:
        return None, None
    said = fact.data.get("name")  # as it was called then
    return str(said) if said else await names.of(kind, fact.subject), None


def _more(fact: Fact) -> list[tuple[str, str]]:
    changes = fact.name == "event_changed"
    hidden = _INSIDE - {"name"} if changes else _INSIDE
    if fact.name.startswith("event_"):
        hidden = hidden | {"stage"}
    return [
        (LABELS.get(key, key.replace("_", " ").capitalize()), _value(value))
        for key, value in fact.data.items()
        if key not in hidden and value is not None
    ]


def _value(value: str | float) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)
