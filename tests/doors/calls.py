"""Every way in, and the verb it asks for. Whoever adds a route, a WebSocket or a tool adds a line here.

What is named here and is not there, or is there and not named, fails ``test_permissions.py``.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from pitchscoop.access.model import Verb

Fresh = Literal["session", "upload", "team", "judge", "organizer", "event"]
Subject = Literal["done", "waiting", "spoken", "sent"]


@dataclass(frozen=True)
class Call:
    """A way in. ``verbs`` are asked for in this order; none: it is open to everybody, and ``why`` says why.

    ``own``: it is about the caller's own team or judge, ``at_home``: in the caller's own event, ``whole``: about all
    teams. ``at_own`` is the verb for those who belong to an event, where it is another one. ``subject`` is the session
    it is about, ``fresh`` what is used up by it. ``fine`` are the codes with which a caller who may is told that there
    is nothing to do; ``page_422`` is a form that is shown again.
    """

    verbs: tuple[Verb, ...] = ()
    json: Any = None
    form: dict[str, str] | None = None
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    own: bool = False
    at_home: bool = False
    whole: bool = False
    at_own: Verb | None = None
    subject: Subject = "done"
    fresh: Fresh | None = None
    fine: frozenset[str] = frozenset()
    why: str = ""


def ask(*verbs: Verb, fine: str = "", **more: Any) -> Call:
    """A call, with what it answers when there is nothing to do."""
    return Call(verbs, fine=frozenset(fine.split()), **more)


def everybody(why: str) -> Call:
    """A way in that is open."""
    return Call(why=why)


_NEW = {"name": "{new}"}
_TUS = {"Tus-Resumable": "1.0.0"}
_PIECE = {**_TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
_SESSION = {"team_name": "{team}", "pitch_title": "T", "event_id": "{event_id}"}
_WORD = {"utterance_id": "u", "index": 0, "word": "a", "was": "b"}
_FORM = {"team_name": "{team}", "pitch_title": "T"}
_UNWRITTEN = "transcript_not_ready"
_NO_PRIZE = "no_such_prize"
_PAIR = {"better": "{session_id}", "worse": "x"}
_HIDES = "Whoever may not see the standings is told the stage, and no more; tests/doors/test_nothing_leaks.py."
_ACCEPTED = {"sentences": [{"id": "s", "verdict": "accepted"}]}
_E, _T, _J, _S = "/events/{event_id}", "/teams/{team_id}", "/judges/{judge_id}", "/sessions/{session_id}"
_U, _O = "/uploads/{upload_id}", "/organizers/{organizer_id}"

REST = {
    "POST /events": ask(Verb.EVENT_CREATE, json=_NEW),
    "GET /rubrics": ask(Verb.EVENT_CREATE),
    "GET /events": ask(Verb.EVENT_LIST, at_own=Verb.EVENT_READ),
    f"GET {_E}": ask(Verb.EVENT_READ),
    f"PATCH {_E}": ask(Verb.EVENT_UPDATE, json={}),
    f"POST {_E}/stage": ask(Verb.EVENT_MOVE, json={"stage": "{stage}"}),
    f"POST {_E}/copies": ask(Verb.EVENT_READ, Verb.EVENT_CREATE, json=_NEW),
    f"GET {_E}/audit": ask(Verb.AUDIT_READ),
    f"GET {_E}/audit.csv": ask(Verb.AUDIT_READ),
    "GET /audit": ask(Verb.AUDIT_READ),
    "GET /audit.csv": ask(Verb.AUDIT_READ),
    f"GET {_E}/export.zip": ask(Verb.EVENT_EXPORT),
    f"GET {_E}/export.json": ask(Verb.EVENT_EXPORT),
    f"GET {_E}/sessions.csv": ask(Verb.EVENT_EXPORT),
    f"GET {_E}/scores.csv": ask(Verb.EVENT_EXPORT),
    "POST /events/import": ask(Verb.EVENT_IMPORT, json={}, fine="bad_export"),
    f"DELETE {_E}": ask(Verb.EVENT_DELETE, fresh="event"),
    f"POST {_E}/teams": ask(Verb.TEAM_CREATE, json=_NEW),
    f"GET {_E}/teams": ask(Verb.TEAM_LIST),
    f"POST {_E}/teams/import": ask(Verb.TEAM_CREATE, json={"text": "{new}"}),
    f"POST {_E}/join": ask(Verb.TEAM_JOIN, json=_NEW),
    f"GET {_E}{_T}": ask(Verb.TEAM_READ),
    f"PATCH {_E}{_T}": ask(Verb.TEAM_UPDATE, json={}),
    f"POST {_E}{_T}/withdraw": ask(Verb.TEAM_WITHDRAW),
    f"POST {_E}{_T}/return": ask(Verb.TEAM_UPDATE),
    f"POST {_E}{_T}/invitation": ask(Verb.TEAM_INVITE, fresh="team"),
    f"POST {_E}/judges": ask(Verb.JUDGE_CREATE, json=_NEW),
    f"GET {_E}/judges": ask(Verb.JUDGE_LIST),
    f"GET {_E}{_J}": ask(Verb.JUDGE_READ),
    f"PATCH {_E}{_J}": ask(Verb.JUDGE_UPDATE, json={}),
    f"DELETE {_E}{_J}": ask(Verb.JUDGE_REMOVE, fresh="judge"),
    f"POST {_E}{_J}/invitation": ask(Verb.JUDGE_INVITE, fresh="judge"),
    f"PUT {_E}{_J}/conflicts/{{team_id}}": ask(Verb.CONFLICT_DECLARE),
    f"DELETE {_E}{_J}/conflicts/{{team_id}}": ask(Verb.CONFLICT_DECLARE),
    f"POST {_E}/assignment": ask(Verb.ASSIGNMENT_MAKE, json={}, fine="assignment_impossible"),
    f"GET {_E}/assignment": ask(Verb.ASSIGNMENT_READ, own=True, fine="no_assignment"),
    f"GET {_E}/schedule": ask(Verb.SCHEDULE_READ),
    f"PUT {_E}/schedule": ask(Verb.SCHEDULE_WRITE, json={}),
    f"PUT {_E}/schedule/stage": ask(Verb.SCHEDULE_WRITE, json={"team_id": None}),
    f"GET {_E}/leaderboard": everybody(_HIDES),
    f"GET {_E}/leaderboard/stream": everybody(_HIDES),
    f"POST {_E}/ballots": ask(Verb.BALLOT_MAKE, json={"count": 1}, fine="no_vote"),
    f"GET {_E}/vote": ask(Verb.VOTE_READ, fine="no_vote"),
    f"PUT {_E}/vote": ask(Verb.VOTE_CAST, json={"session_id": "{session_id}"}, fine="no_vote"),
    f"GET {_E}/audience": everybody(_HIDES),
    f"GET {_E}/final": everybody(_HIDES),
    f"PUT {_E}/final": ask(Verb.FINAL_NAME, json={"session_ids": []}),
    f"PUT {_E}/final/comparisons": ask(Verb.FINAL_COMPARE, json=_PAIR, own=True, fine="no_final"),
    f"GET {_E}/sessions": ask(Verb.SESSION_LIST, own=True),
    f"GET {_E}/search": ask(Verb.TRANSCRIPT_SEARCH, query="?q=word", own=True),
    "POST /organizers": ask(Verb.ORGANIZER_INVITE, json=_NEW),
    "GET /organizers": ask(Verb.ORGANIZER_INVITE),
    f"DELETE {_O}": ask(Verb.ORGANIZER_INVITE, fresh="organizer"),
    f"POST {_O}/sign-out": ask(Verb.ORGANIZER_INVITE, fresh="organizer"),
    "POST /sessions": ask(Verb.SESSION_CREATE, json=_SESSION, own=True),
    f"GET {_S}": ask(Verb.SESSION_READ),
    f"PATCH {_S}": ask(Verb.SESSION_READ, Verb.SESSION_UPDATE, json={"team_id": "{team_id}"}),
    f"DELETE {_S}": ask(Verb.SESSION_DELETE, fresh="session"),
    f"POST {_S}/stop": ask(Verb.SESSION_STOP, subject="waiting", fine="no_audio"),
    f"GET {_S}/playback-url": ask(Verb.SESSION_READ, Verb.SESSION_LISTEN),
    f"GET {_S}/transcript.json": ask(Verb.SESSION_READ),
    f"GET {_S}/transcript.srt": ask(Verb.SESSION_READ, fine=_UNWRITTEN),
    f"GET {_S}/transcript.vtt": ask(Verb.SESSION_READ, fine=_UNWRITTEN),
    f"GET {_S}/transcript.txt": ask(Verb.SESSION_READ, fine=_UNWRITTEN),
    f"POST {_S}/transcript": ask(Verb.TRANSCRIPT_ASK, fine="no_transcriber"),
    f"PUT {_S}/transcript/words": ask(Verb.TRANSCRIPT_CORRECT, json=_WORD, fine="no_such_word"),
    f"PATCH {_S}/preview": ask(Verb.SESSION_READ, Verb.SESSION_UPDATE, json={"start": 1}),
    f"GET {_S}/delivery": ask(Verb.DELIVERY_READ, fine=_UNWRITTEN),
    f"POST {_S}/advice": ask(Verb.ADVICE_ASK, fine="no_model"),
    f"PUT {_E}/prizes/{{prize_id}}": ask(Verb.SESSION_UPDATE, json={"session_ids": []}, fine=_NO_PRIZE),
    f"POST {_E}/advice": ask(Verb.ADVICE_ASK, fine="no_model"),
    f"GET {_S}/advice": ask(Verb.ADVICE_READ, fine="no_advice"),
    f"PATCH {_S}/advice": ask(Verb.ADVICE_REVIEW, json=_ACCEPTED, fine="no_advice"),
    f"PUT {_S}/scores": ask(Verb.CARD_WRITE, json={"scores": {"problem": 5}}, own=True),
    f"GET {_S}/scores": ask(Verb.CARD_READ, own=True, fine="no_card"),
    f"GET {_S}/scores/history": ask(Verb.CARD_READ, own=True),
    f"GET {_S}/feedback": ask(Verb.FEEDBACK_READ),
    f"GET {_S}/feedback.pdf": ask(Verb.FEEDBACK_READ),
    f"GET {_E}/judging": ask(Verb.CARD_READ, own=True, fine="which_judge"),
    f"POST {_E}/dictations": ask(Verb.CARD_WRITE, own=True, json={}, fine="no_transcriber"),
    f"OPTIONS {_S}/uploads": everybody("It says what any server of this version can do."),
    f"POST {_S}/uploads": ask(Verb.SESSION_RECORD, subject="waiting", headers={**_TUS, "Upload-Length": "9"}),
    f"HEAD {_S}{_U}": ask(Verb.SESSION_RECORD, subject="sent", headers=_TUS),
    f"PATCH {_S}{_U}": ask(Verb.SESSION_RECORD, subject="sent", headers=_PIECE),
    f"DELETE {_S}{_U}": ask(Verb.SESSION_RECORD, fresh="upload", headers=_TUS),
    f"POST {_S}{_U}": ask(
        Verb.SESSION_RECORD, subject="sent", headers={**_TUS, "X-HTTP-Method-Override": "HEAD"}
    ),
}  # fmt: skip
"""Under ``/api/v1``."""

PAGES = {
    "GET /": everybody(
        "It shows what its reader may see; whoever is not signed in, names and stages of public events."
    ),
    "GET /record": ask(Verb.SESSION_CREATE, own=True, at_home=True),
    "POST /record": ask(Verb.SESSION_CREATE, own=True, at_home=True, form=_FORM),
    "GET /upload": ask(Verb.SESSION_CREATE, own=True, at_home=True),
    "POST /upload": ask(Verb.SESSION_CREATE, own=True, at_home=True, form=_FORM),
    "GET /record/{session_id}": everybody("The token is in the fragment, which browsers keep to themselves."),
    "GET /upload/{session_id}": everybody("As the recorder."),
    "GET /pitches/{session_id}": ask(Verb.SESSION_READ, Verb.SESSION_LISTEN),
    "GET /pitches/{session_id}/details": ask(Verb.SESSION_READ, Verb.SESSION_LISTEN),
    "GET /pitches/{session_id}/peaks": ask(Verb.SESSION_READ, fine="no_such_object"),
    "GET /pitches/{session_id}/transcript.{form}": ask(Verb.SESSION_READ, fine=_UNWRITTEN),
    "GET /pitches/{session_id}/feedback": ask(Verb.FEEDBACK_READ),
    "GET /search": ask(Verb.TRANSCRIPT_SEARCH, query="?q=word&event={event_id}", own=True),
    "GET /judging": ask(Verb.CARD_READ, own=True, at_home=True, fine="judges_only"),
    "GET /judging.js": everybody("Scripts are no secret."),
    "GET /events": ask(Verb.EVENT_CREATE),
    "POST /events": ask(Verb.EVENT_CREATE, form=_NEW),
    "GET /events/import": ask(Verb.EVENT_IMPORT),
    "POST /events/import": ask(Verb.EVENT_IMPORT, form={}, fine="page_422"),
    "GET /organizers": ask(Verb.ORGANIZER_INVITE),
    "POST /organizers": ask(Verb.ORGANIZER_INVITE, form=_NEW),
    f"POST {_O}/sign-out": ask(Verb.ORGANIZER_INVITE, fresh="organizer"),
    f"POST {_O}/remove": ask(Verb.ORGANIZER_INVITE, fresh="organizer"),
    "GET /audit": ask(Verb.AUDIT_READ),
    f"GET {_E}/audit": ask(Verb.AUDIT_READ),
    f"GET {_E}/deletion": ask(Verb.EVENT_DELETE),
    f"POST {_E}/deletion": ask(Verb.EVENT_DELETE, form={}, fine="page_422"),
    f"GET {_E}": ask(Verb.EVENT_READ, Verb.JUDGE_LIST, Verb.TEAM_LIST),
    f"POST {_E}/settings": ask(Verb.EVENT_UPDATE, form={}, fine="page_422"),
    f"POST {_E}/criteria": ask(Verb.EVENT_UPDATE, form={}, fine="page_422"),
    f"POST {_E}/prizes": ask(Verb.EVENT_UPDATE, form={}),
    f"POST {_E}/order": ask(Verb.SCHEDULE_WRITE, Verb.TEAM_LIST, form={}, fine="page_422"),
    f"POST {_E}/stage": ask(Verb.EVENT_MOVE, form={"stage": "{stage}"}),
    f"POST {_E}/copies": ask(Verb.EVENT_READ, Verb.EVENT_CREATE, form=_NEW),
    f"GET {_E}/join": ask(Verb.TEAM_JOIN),
    f"POST {_E}/join": ask(Verb.TEAM_JOIN, form=_NEW),
    f"GET {_E}/vote": everybody("It says what its reader may do: vote, ask for a link, or come again."),
    f"POST {_E}/vote": ask(Verb.VOTE_CAST, form={"pick": "{session_id}"}, fine="no_vote"),
    f"POST {_E}/ballots": ask(Verb.BALLOT_MAKE, form={"count": "1"}, fine="no_vote"),
    f"POST {_E}/teams": ask(Verb.TEAM_CREATE, form={"names": "{new}"}),
    f"POST {_E}/judges": ask(Verb.JUDGE_CREATE, form={"names": "{new}"}),
    f"GET {_E}/sheet": ask(Verb.TEAM_INVITE, Verb.JUDGE_LIST),
    f"GET {_E}/assignment": ask(Verb.JUDGE_LIST),
    f"POST {_E}/assignment": ask(Verb.ASSIGNMENT_MAKE, form={}, fine="page_409"),
    f"GET {_E}{_T}": ask(Verb.EVENT_READ, Verb.TEAM_INVITE),
    f"GET {_E}{_T}/qr.svg": ask(Verb.TEAM_INVITE),
    f"POST {_E}{_T}/withdraw": ask(Verb.TEAM_WITHDRAW),
    f"POST {_E}{_T}/return": ask(Verb.TEAM_UPDATE),
    f"POST {_E}{_T}/invitation": ask(Verb.TEAM_INVITE, fresh="team"),
    f"GET {_E}{_J}": ask(Verb.EVENT_READ, Verb.JUDGE_INVITE),
    f"GET {_E}{_J}/qr.svg": ask(Verb.JUDGE_INVITE),
    f"POST {_E}{_J}/remove": ask(Verb.JUDGE_REMOVE, fresh="judge"),
    f"POST {_E}{_J}/return": ask(Verb.JUDGE_INVITE, fresh="judge"),
    f"POST {_E}{_J}/invitation": ask(Verb.JUDGE_INVITE, fresh="judge"),
    f"GET {_E}/standings": everybody(_HIDES),
    f"GET {_E}/standings/embed": everybody(_HIDES),
    f"GET {_E}/final": ask(Verb.CARD_READ, own=True),
    f"POST {_E}/final": ask(Verb.FINAL_NAME, form={}),
    f"POST {_E}/final/comparisons": ask(Verb.FINAL_COMPARE, form=_PAIR, own=True, fine="no_final"),
    f"GET {_E}/desk": ask(Verb.EVENT_READ, Verb.JUDGE_LIST, Verb.TEAM_LIST),
    f"GET {_E}/desk/rows": ask(Verb.TEAM_LIST, Verb.SESSION_LIST),
    f"GET {_E}/desk/news": ask(Verb.AUDIT_READ, Verb.SESSION_LIST),
    f"GET {_E}/desk/judges": ask(Verb.JUDGE_LIST, Verb.CARD_READ),
    f"GET {_E}/room": ask(Verb.SESSION_LIST, whole=True),
    f"GET {_E}/room/now": ask(Verb.SESSION_LIST, whole=True),
    "GET /sign-in": everybody("It is where one comes in."),
    "POST /sign-in": everybody("It is where one comes in."),
    "GET /join": everybody("It is where one comes in."),
    "POST /join": everybody("It is where one comes in."),
    "POST /sign-out": everybody("It ends what the caller brings, and nothing else."),
    "GET /docs": everybody("The description of REST is no secret."),
    "GET /openapi.json": everybody("The description of REST is no secret."),
    "GET /healthz": everybody("For whoever watches over the server."),
    "GET /readyz": everybody("For whoever watches over the server."),
    "GET /metrics": everybody("For whoever watches over the server; docs/security.md."),
    "GET /media/{path:path}": everybody("Its address is signed; tests/doors/test_media.py."),
    "MOUNT /assets": everybody("Scripts and styles are no secret."),
    "MOUNT /compat": everybody("MCP asks by itself: TOOLS."),
    "GET /mcp": everybody("MCP asks by itself: TOOLS."),
    "POST /mcp": everybody("MCP asks by itself: TOOLS."),
    "DELETE /mcp": everybody("MCP asks by itself: TOOLS."),
}

SOCKETS = {
    "WS /api/v1/sessions/{session_id}/live": ask(Verb.SESSION_READ, Verb.SESSION_RECORD, subject="spoken"),
}

_ID = {"session_id": "{session_id}"}
_IN = {"event_id": "{event_id}"}
_ORGANIZER = {"organizer_id": "{organizer_id}"}
_TEAM, _JUDGE = _IN | {"team_id": "{team_id}"}, _IN | {"judge_id": "{judge_id}"}

TOOLS = {
    "pitches.start_recording": ask(Verb.SESSION_CREATE, json=_SESSION, own=True),
    "pitches.stop_recording": ask(Verb.SESSION_STOP, json=_ID, subject="waiting", fine="no_audio"),
    "pitches.get_session_details": ask(Verb.SESSION_READ, json=_ID),
    "pitches.get_playback_url": ask(Verb.SESSION_READ, Verb.SESSION_LISTEN, json=_ID),
    "pitches.list_sessions": ask(Verb.SESSION_LIST, json=_IN, own=True),
    "pitches.search_transcripts": ask(Verb.TRANSCRIPT_SEARCH, json=_IN | {"q": "word"}, own=True),
    "pitches.move_session": ask(Verb.SESSION_READ, Verb.SESSION_UPDATE, json=_ID | {"team_id": "{team_id}"}),
    "pitches.delete_session": ask(Verb.SESSION_DELETE, json=_ID, fresh="session"),
    "pitches.get_transcript": ask(Verb.SESSION_READ, json=_ID),
    "pitches.get_delivery": ask(Verb.DELIVERY_READ, json=_ID, fine=_UNWRITTEN),
    "pitches.write_transcript": ask(Verb.TRANSCRIPT_ASK, json=_ID, fine="no_transcriber"),
    "pitches.correct_word": ask(Verb.TRANSCRIPT_CORRECT, json=_ID | _WORD, fine="no_such_word"),
    "pitches.move_preview": ask(Verb.SESSION_READ, Verb.SESSION_UPDATE, json=_ID | {"start": 1}),
    "leaderboard.get": everybody(_HIDES),
    "leaderboard.give_prize": ask(Verb.SESSION_UPDATE, json=_IN | {"prize_id": "p", "session_ids": []}, fine=_NO_PRIZE),
    "audience.get": everybody(_HIDES),
    "audience.get_vote": ask(Verb.VOTE_READ, json=_IN, fine="no_vote"),
    "audience.vote": ask(Verb.VOTE_CAST, json=_IN | {"session_id": "{session_id}"}, fine="no_vote"),
    "audience.make_ballots": ask(Verb.BALLOT_MAKE, json=_IN | {"count": 1}, fine="no_vote"),
    "leaderboard.get_final": everybody(_HIDES),
    "leaderboard.name_finalists": ask(Verb.FINAL_NAME, json=_IN | {"session_ids": []}),
    "judges.compare_finalists": ask(Verb.FINAL_COMPARE, json=_IN | _PAIR, own=True, fine="no_final"),
    "pitches.ask_advice": ask(Verb.ADVICE_ASK, json=_ID, fine="no_model"),
    "pitches.get_advice": ask(Verb.ADVICE_READ, json=_ID, fine="no_advice"),
    "pitches.review_advice": ask(Verb.ADVICE_REVIEW, json=_ID | _ACCEPTED, fine="no_advice"),
    "events.ask_advice": ask(Verb.ADVICE_ASK, json=_IN, fine="no_model"),
    "feedback.get": ask(Verb.FEEDBACK_READ, json=_ID),
    "pitches.score": ask(Verb.CARD_WRITE, json=_ID | {"scores": {"problem": 6}}, own=True),
    "pitches.get_scores": ask(Verb.CARD_READ, json=_ID, own=True),
    "pitches.get_score_history": ask(Verb.CARD_READ, json=_ID, own=True),
    "judges.dictate": ask(Verb.CARD_WRITE, json=_IN | {"audio_data": "AAAA"}, own=True, fine="no_transcriber"),
    "judges.get_pitches": ask(Verb.CARD_READ, json=_IN, own=True, fine="which_judge"),
    "events.list_rubrics": ask(Verb.EVENT_CREATE, json={}),
    "events.create_event": ask(Verb.EVENT_CREATE, json=_NEW),
    "events.list_events": ask(Verb.EVENT_LIST, json={}, at_own=Verb.EVENT_READ),
    "events.get_event": ask(Verb.EVENT_READ, json=_IN),
    "events.update_event": ask(Verb.EVENT_UPDATE, json=_IN),
    "events.move_event": ask(Verb.EVENT_MOVE, json=_IN | {"stage": "{stage}"}),
    "events.copy_event": ask(Verb.EVENT_READ, Verb.EVENT_CREATE, json=_IN | _NEW),
    "events.delete_event": ask(Verb.EVENT_DELETE, json=_IN, fresh="event"),
    "events.installation_audit": ask(Verb.AUDIT_READ, json={}),
    "events.audit": ask(Verb.AUDIT_READ, json=_IN),
    "events.get_schedule": ask(Verb.SCHEDULE_READ, json=_IN),
    "events.write_schedule": ask(Verb.SCHEDULE_WRITE, json=_IN),
    "events.call_on_stage": ask(Verb.SCHEDULE_WRITE, json=_IN | {"team_id": None}),
    "teams.add_team": ask(Verb.TEAM_CREATE, json=_IN | _NEW),
    "teams.import_teams": ask(Verb.TEAM_CREATE, json=_IN | {"text": "{new}", "dry_run": False}),
    "teams.list_teams": ask(Verb.TEAM_LIST, json=_IN),
    "teams.get_team": ask(Verb.TEAM_READ, json=_TEAM),
    "teams.update_team": ask(Verb.TEAM_UPDATE, json=_TEAM),
    "teams.withdraw_team": ask(Verb.TEAM_WITHDRAW, json=_TEAM),
    "teams.return_team": ask(Verb.TEAM_UPDATE, json=_TEAM),
    "teams.invite_team": ask(Verb.TEAM_INVITE, json=_TEAM, fresh="team"),
    "judges.add_judge": ask(Verb.JUDGE_CREATE, json=_IN | _NEW),
    "judges.list_judges": ask(Verb.JUDGE_LIST, json=_IN),
    "judges.get_judge": ask(Verb.JUDGE_READ, json=_JUDGE),
    "judges.update_judge": ask(Verb.JUDGE_UPDATE, json=_JUDGE),
    "judges.remove_judge": ask(Verb.JUDGE_REMOVE, json=_JUDGE, fresh="judge"),
    "judges.invite_judge": ask(Verb.JUDGE_INVITE, json=_JUDGE, fresh="judge"),
    "judges.declare_conflict": ask(Verb.CONFLICT_DECLARE, json=_JUDGE | _TEAM),
    "judges.withdraw_conflict": ask(Verb.CONFLICT_DECLARE, json=_JUDGE | _TEAM),
    "judges.make_assignment": ask(Verb.ASSIGNMENT_MAKE, json=_IN, fine="assignment_impossible"),
    "judges.get_assignment": ask(Verb.ASSIGNMENT_READ, json=_IN, own=True, fine="no_assignment"),
    "exports.get_export_url": ask(Verb.EVENT_EXPORT, json=_IN),
    "exports.import_event": ask(Verb.EVENT_IMPORT, json={"document": {}}, fine="bad_export"),
    "organizers.add_organizer": ask(Verb.ORGANIZER_INVITE, json=_NEW),
    "organizers.list_organizers": ask(Verb.ORGANIZER_INVITE, json={}),
    "organizers.remove_organizer": ask(Verb.ORGANIZER_INVITE, json=_ORGANIZER, fresh="organizer"),
    "organizers.sign_out_organizer": ask(Verb.ORGANIZER_INVITE, json=_ORGANIZER, fresh="organizer"),
}
"""With a dot; other doors spell it otherwise."""
