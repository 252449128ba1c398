"""What the permission table lets an answer be, told from the call as it was sent and from how things are."""

import functools
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from pitchscoop.access.model import PERMISSIONS, Principal, Reach, Right, Role, Verb
from pitchscoop.kernel.stages import ALWAYS, Stage
from tests.doors.calls import REST, Call

API = "/api/v1"
_RECORDING = {Verb.SESSION_RECORD, Verb.SESSION_STOP}
_REFUSALS = {"not_signed_in", "not_allowed", "wrong_stage"}
_DEAD = {"bad_token", "ended_token", "expired_token"}
_BY_STATUS = {401: "not_signed_in", 403: "not_allowed", 404: "no_such_session", 412: "wrong_tus_version"}
_OF_FORM = {
    *("invalid_request", "bad_header", "wrong_tus_version", "too_large", "cut_short", "bad_idempotency_key"),
    *("idempotency_key_reused", "idempotency_in_progress", "method_not_allowed", "not_found", "slow_down"),
}
"""What is said of a call before anybody asks whether it is allowed: it tells nothing of what exists."""


@dataclass(frozen=True)
class Sent:
    """A call as it was sent. ``name`` is its line in ``tests/doors/calls.py``."""

    name: str
    path: dict[str, Any]
    query: dict[str, Any]
    body: Any

    @property
    def call(self) -> Call:
        """What it asks for."""
        return REST[self.name]

    def verbs(self, who: Principal) -> tuple[Verb, ...]:
        """What the table is asked: to take a file along is another right than to hear it."""
        if self.call.at_own and who.event_id:
            return (self.call.at_own,)
        if str(self.query.get("download")).lower() in ("true", "1", "on", "yes", "t", "y"):
            return tuple(Verb.SESSION_DOWNLOAD if verb is Verb.SESSION_LISTEN else verb for verb in self.call.verbs)
        return self.call.verbs


@dataclass(frozen=True)
class About:
    """What a call is about, as things are. A session that is not there is of no event."""

    event_id: str | None = None
    stage: Stage = "open"
    offered: bool = False
    team_id: str | None = None
    judge_id: str | None = None
    session_id: str | None = None


class Truth:
    """How things are, by way of an organizer. ``still``: nobody moves or deletes meanwhile, so it is asked once."""

    def __init__(self, organizer: httpx.Client, *, still: bool) -> None:
        self._organizer = organizer
        self._known: dict[str, Any] = {}
        self._still = still

    def forget(self) -> None:
        """Things are different now."""
        self._known.clear()

    def session(self, session_id: str) -> Any:
        """A session's details; None where there is none."""
        return self._asked(f"{API}/sessions/{quote(session_id, safe='')}")

    def event(self, event_id: str) -> Any:
        """An event's details; None where there is none."""
        return self._asked(f"{API}/events/{quote(event_id, safe='')}")

    def _asked(self, path: str) -> Any:
        if self._still and path in self._known:
            return self._known[path]
        answer = self._organizer.get(path)
        if answer.status_code != 200:
            return None
        self._known[path] = answer.json()
        return self._known[path]


def code_of(method: str, answer: Any) -> str:
    """What an answer says: a problem's code, or that it was done."""
    if answer.status_code < 400:
        return "allowed"
    if method == "HEAD":
        return _BY_STATUS.get(answer.status_code, str(answer.status_code))
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)


def verdict(who: Principal, sent: Sent, code: str, truth: Truth) -> str | None:
    """None where the table allows the answer; else what it should have been."""
    named = sent.query.get("judge")
    if code in _OF_FORM or (code == "other_judge" and named is not None and str(named) != who.judge_id):
        return None
    wanted = _wanted(who, sent, truth)
    if wanted == "allowed":
        return wanted if code in _REFUSALS | _DEAD else None
    return None if code == wanted else wanted


def _wanted(who: Principal, sent: Sent, truth: Truth) -> str:
    """What the table says, read by other means than the code does."""
    if not sent.call.verbs:
        return "allowed"
    refusal = "not_signed_in" if who == Principal() else "not_allowed"
    session_id = sent.path.get("session_id")
    if session_id is not None and who.role is not Role.ORGANIZER and truth.session(str(session_id)) is None:
        return refusal if who == Principal() else "no_such_session"
    about = functools.cache(lambda: _about(who, sent, truth))
    for verb in sent.verbs(who):
        right = PERMISSIONS[verb].get(who.role)
        if right is None or not _reached(who, verb, right, sent, about):
            gone = session_id is not None and who != Principal() and truth.session(str(session_id)) is None
            return "no_such_session" if gone else refusal
        if right.stages != ALWAYS and about().stage not in right.stages:
            return "wrong_stage"
    return "allowed"


def _about(who: Principal, sent: Sent, truth: Truth) -> About:
    event_id, team_id, judge_id, session_id = (
        None if (value := sent.path.get(name)) is None else str(value)
        for name in ("event_id", "team_id", "judge_id", "session_id")
    )
    if session_id is not None:
        session = truth.session(session_id) or {}
        event_id, team_id = session.get("event_id"), session.get("team_id")
    elif event_id is None:
        named = sent.body.get("event_id") if isinstance(sent.body, dict) else None
        event_id = named or who.event_id or "default"
    if sent.call.own:
        team_id = who.team_id
        judge_id = str(sent.query.get("judge") or who.judge_id)
    event = truth.event(event_id or "")
    if event is None:
        return About(event_id, "open", False, team_id, judge_id, session_id)
    return About(event_id, event["stage"], event["settings"]["self_registration"], team_id, judge_id, session_id)


def _reached(who: Principal, verb: Verb, right: Right, sent: Sent, about: Any) -> bool:
    if right.reach is Reach.ANY:
        return True
    if right.reach is Reach.OFFERED:
        return bool(about().offered)
    if right.reach is Reach.LINK:
        records = who.grant == "record" or verb not in _RECORDING
        return records and who.session_id is not None and who.session_id == about().session_id
    here = who.event_id is not None and who.event_id == about().event_id
    if right.reach is Reach.TEAM:
        return here and who.team_id is not None and who.team_id == about().team_id and not sent.call.whole
    if right.reach is Reach.JUDGE:
        return here and who.judge_id is not None and who.judge_id == about().judge_id
    return here
