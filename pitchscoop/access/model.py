"""Who may do what: roles, principals, and the one permission table that all four doors obey."""

import enum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pitchscoop.kernel.errors import Forbidden, Unauthorized


class Role(enum.StrEnum):
    """The roles of design.md 2.2."""

    ORGANIZER = "organizer"
    JUDGE = "judge"
    TEAM = "team"
    PUBLIC = "public"


class Verb(enum.StrEnum):
    """Everything the engine can be asked to do."""

    EVENT_CREATE = "event.create"
    EVENT_READ = "event.read"
    EVENT_EXPORT = "event.export"
    TEAM_CREATE = "team.create"
    SESSION_CREATE = "session.create"
    SESSION_LIST = "session.list"
    SESSION_READ = "session.read"
    SESSION_LISTEN = "session.listen"
    SESSION_DOWNLOAD = "session.download"
    SESSION_RECORD = "session.record"
    SESSION_STOP = "session.stop"
    SESSION_DELETE = "session.delete"
    TRANSCRIPT_ASK = "transcript.ask"
    TRANSCRIPT_CORRECT = "transcript.correct"
    DELIVERY_READ = "delivery.read"
    TRANSCRIPT_SEARCH = "transcript.search"


class Reach(enum.Enum):
    """How far a right goes."""

    ANY = "everything"
    EVENT = "own event"
    TEAM = "own team"
    LINK = "the one session its link names"


class Principal(BaseModel):
    """Whoever stands behind a request.

    ``session_id`` is set where a link or live token opens one session only: ``grant`` says whether it records
    or listens. Such a link may be held by anybody, so its role is ``public`` or, for speakers, ``team``.
    """

    model_config = ConfigDict(frozen=True)

    role: Role = Role.PUBLIC
    name: str = ""
    event_id: str | None = None
    team_id: str | None = None
    session_id: str | None = None
    grant: Literal["record", "listen"] | None = None


class Target(BaseModel):
    """What a verb is about: whose event, team and session."""

    model_config = ConfigDict(frozen=True)

    event_id: str | None = None
    team_id: str | None = None
    session_id: str | None = None


ANYBODY = Principal()

_RECORDERS = {Role.ORGANIZER: Reach.ANY, Role.TEAM: Reach.TEAM}
PERMISSIONS: dict[Verb, dict[Role, Reach]] = {
    Verb.EVENT_CREATE: {Role.ORGANIZER: Reach.ANY},
    Verb.EVENT_READ: {Role.ORGANIZER: Reach.ANY, Role.JUDGE: Reach.EVENT, Role.TEAM: Reach.EVENT},
    Verb.EVENT_EXPORT: {Role.ORGANIZER: Reach.ANY},
    Verb.TEAM_CREATE: {Role.ORGANIZER: Reach.ANY},
    Verb.SESSION_CREATE: _RECORDERS,
    Verb.SESSION_LIST: {Role.ORGANIZER: Reach.ANY, Role.JUDGE: Reach.EVENT, Role.TEAM: Reach.TEAM},
    Verb.SESSION_READ: {
        Role.ORGANIZER: Reach.ANY,
        Role.JUDGE: Reach.EVENT,
        Role.TEAM: Reach.TEAM,
        Role.PUBLIC: Reach.LINK,
    },
    Verb.SESSION_LISTEN: {
        Role.ORGANIZER: Reach.ANY,
        Role.JUDGE: Reach.EVENT,
        Role.TEAM: Reach.TEAM,
        Role.PUBLIC: Reach.LINK,
    },
    Verb.SESSION_DOWNLOAD: {Role.ORGANIZER: Reach.ANY, Role.TEAM: Reach.TEAM, Role.PUBLIC: Reach.LINK},
    Verb.SESSION_RECORD: {**_RECORDERS, Role.PUBLIC: Reach.LINK},
    Verb.SESSION_STOP: {**_RECORDERS, Role.PUBLIC: Reach.LINK},
    Verb.SESSION_DELETE: {Role.ORGANIZER: Reach.ANY},
    Verb.TRANSCRIPT_ASK: _RECORDERS,
    Verb.TRANSCRIPT_CORRECT: _RECORDERS,
    Verb.DELIVERY_READ: _RECORDERS,
    Verb.TRANSCRIPT_SEARCH: {Role.ORGANIZER: Reach.ANY, Role.JUDGE: Reach.EVENT, Role.TEAM: Reach.TEAM},
}
"""Verb by role: how far the right goes. What is not here is refused."""

_RECORDING_VERBS = {Verb.SESSION_RECORD, Verb.SESSION_STOP}


def require(principal: Principal, verb: Verb, target: Target) -> None:
    """Pass if the table allows it.

    Raises:
        Unauthorized: nobody is signed in and a token could help.
        Forbidden: this token does not reach so far.
    """
    if may(principal, verb, target):
        return
    if principal == ANYBODY:
        raise Unauthorized("not_signed_in", "Sign in with your link, or send a token as Authorization: Bearer TOKEN.")
    raise Forbidden("not_allowed", f"Your {principal.role} token does not allow this here.")


def may(principal: Principal, verb: Verb, target: Target) -> bool:
    """Whether the table allows it."""
    reach = PERMISSIONS[verb].get(principal.role)
    return reach is not None and _reaches(principal, reach, verb, target)


def _reaches(principal: Principal, reach: Reach, verb: Verb, target: Target) -> bool:
    if reach is Reach.ANY:
        return True
    if reach is Reach.LINK:
        if verb in _RECORDING_VERBS and principal.grant != "record":
            return False
        return principal.session_id is not None and principal.session_id == target.session_id
    if principal.event_id is None or principal.event_id != target.event_id:
        return False
    return reach is Reach.EVENT or (principal.team_id is not None and principal.team_id == target.team_id)
