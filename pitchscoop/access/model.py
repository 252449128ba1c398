"""Who may do what: roles, principals, and the one permission table that all four doors obey."""

import enum
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pitchscoop.kernel.errors import Conflict, Forbidden, Unauthorized
from pitchscoop.kernel.stages import ALWAYS, LIVING, MOVES, OUT, Stage


class Role(enum.StrEnum):
    """The roles of design.md 2.2."""

    ORGANIZER = "organizer"
    JUDGE = "judge"
    TEAM = "team"
    PUBLIC = "public"


class Verb(enum.StrEnum):
    """Everything the engine can be asked to do."""

    EVENT_CREATE = "event.create"
    EVENT_LIST = "event.list"
    EVENT_FIND = "event.find"
    EVENT_READ = "event.read"
    EVENT_UPDATE = "event.update"
    EVENT_MOVE = "event.move"
    EVENT_DELETE = "event.delete"
    EVENT_EXPORT = "event.export"
    EVENT_IMPORT = "event.import"
    AUDIT_READ = "audit.read"
    ORGANIZER_INVITE = "organizer.invite"
    TEAM_CREATE = "team.create"
    TEAM_LIST = "team.list"
    TEAM_READ = "team.read"
    TEAM_UPDATE = "team.update"
    TEAM_WITHDRAW = "team.withdraw"
    TEAM_INVITE = "team.invite"
    TEAM_JOIN = "team.join"
    SCHEDULE_READ = "schedule.read"
    SCHEDULE_WRITE = "schedule.write"
    JUDGE_CREATE = "judge.create"
    JUDGE_LIST = "judge.list"
    JUDGE_READ = "judge.read"
    JUDGE_UPDATE = "judge.update"
    JUDGE_REMOVE = "judge.remove"
    JUDGE_INVITE = "judge.invite"
    CONFLICT_DECLARE = "conflict.declare"
    ASSIGNMENT_MAKE = "assignment.make"
    ASSIGNMENT_READ = "assignment.read"
    SESSION_CREATE = "session.create"
    SESSION_LIST = "session.list"
    SESSION_READ = "session.read"
    SESSION_LISTEN = "session.listen"
    SESSION_DOWNLOAD = "session.download"
    SESSION_RECORD = "session.record"
    SESSION_STOP = "session.stop"
    SESSION_UPDATE = "session.update"
    SESSION_RETRY = "session.retry"
    SESSION_DELETE = "session.delete"
    TRANSCRIPT_ASK = "transcript.ask"
    TRANSCRIPT_CORRECT = "transcript.correct"
    TRANSCRIPT_SEARCH = "transcript.search"
    DELIVERY_READ = "delivery.read"
    ADVICE_ASK = "advice.ask"
    ADVICE_REVIEW = "advice.review"
    ADVICE_READ = "advice.read"
    CARD_WRITE = "card.write"
    CARD_READ = "card.read"
    FINAL_NAME = "final.name"
    FINAL_COMPARE = "final.compare"
    STANDINGS_READ = "standings.read"
    FEEDBACK_READ = "feedback.read"
    BALLOT_MAKE = "ballot.make"
    BALLOT_TAKE = "ballot.take"
    VOTE_CAST = "vote.cast"
    VOTE_READ = "vote.read"
    AUDIENCE_READ = "audience.read"


class Reach(enum.Enum):
    """How far a right goes."""

    ANY = "everything"
    EVENT = "own event"
    TEAM = "own team"
    JUDGE = "oneself"
    LINK = "the one session its link names"
    OFFERED = "events that offer it"
    BALLOT = "the event its ballot is of"


@dataclass(frozen=True, slots=True)
class Right:
    """How far a right goes, and in which stages of the event."""

    reach: Reach
    stages: frozenset[Stage] = ALWAYS


class Principal(BaseModel):
    """Whoever stands behind a request.

    ``session_id`` is set where a link or live token opens one session only: ``grant`` says whether it records
    or listens. Such a link may be held by anybody, so its role is ``public`` or, for speakers, ``team``.
    ``ballot`` is set where a link or cookie votes in the event, and does nothing else.
    ``round`` is the round of invitations that its token belongs to: a new one ends all that came before.
    """

    model_config = ConfigDict(frozen=True)

    role: Role = Role.PUBLIC
    name: str = ""
    event_id: str | None = None
    team_id: str | None = None
    judge_id: str | None = None
    organizer_id: str | None = None
    round: int = 0
    session_id: str | None = None
    grant: Literal["record", "listen"] | None = None
    ballot: str | None = None

    @property
    def label(self) -> str:
        """As facts name whoever did something: a role and what it is known by, never a secret."""
        known = self.team_id or self.judge_id or self.organizer_id or self.session_id
        return f"{self.role} {known}" if known else str(self.role)


class Target(BaseModel):
    """What a verb is about: whose event, team, judge and session.

    ``stage`` is the event's, for verbs that not every stage allows; ``offered`` says that the event offers it to
    everybody.
    """

    model_config = ConfigDict(frozen=True)

    event_id: str | None = None
    team_id: str | None = None
    judge_id: str | None = None
    session_id: str | None = None
    stage: Stage | None = None
    offered: bool = False


ANYBODY = Principal()

_ANY = Right(Reach.ANY)
_WHILE_LIVING = Right(Reach.ANY, LIVING)
_EVENT = Right(Reach.EVENT)
_TEAM = Right(Reach.TEAM)
_ONESELF = Right(Reach.JUDGE)
_LINK = Right(Reach.LINK)
_OPEN: frozenset[Stage] = frozenset(("open",))
_SHOWN = ALWAYS - {"draft"}
_VOTING: frozenset[Stage] = frozenset(("open", "frozen"))
_UNTIL_PUBLISHED: frozenset[Stage] = frozenset(("draft", "open", "frozen"))
_FINAL: frozenset[Stage] = frozenset(("open", "frozen"))
"""A final round comes after scoring, when cards are commonly frozen, and ends when the result is told."""

PERMISSIONS: dict[Verb, dict[Role, Right]] = {
    Verb.EVENT_CREATE: {Role.ORGANIZER: _ANY},
    Verb.EVENT_LIST: {Role.ORGANIZER: _ANY},
    Verb.EVENT_FIND: {Role.PUBLIC: Right(Reach.OFFERED, _SHOWN)},
    Verb.EVENT_READ: {Role.ORGANIZER: _ANY, Role.JUDGE: _EVENT, Role.TEAM: _EVENT},
    Verb.EVENT_UPDATE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.EVENT_MOVE: {Role.ORGANIZER: _ANY},
    Verb.EVENT_DELETE: {Role.ORGANIZER: _ANY},
    Verb.EVENT_EXPORT: {Role.ORGANIZER: _ANY},
    Verb.EVENT_IMPORT: {Role.ORGANIZER: _ANY},
    Verb.AUDIT_READ: {Role.ORGANIZER: _ANY},
    Verb.ORGANIZER_INVITE: {Role.ORGANIZER: _ANY},
    Verb.TEAM_CREATE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.TEAM_LIST: {Role.ORGANIZER: _ANY, Role.JUDGE: _EVENT},
    Verb.TEAM_READ: {Role.ORGANIZER: _ANY, Role.JUDGE: _EVENT, Role.TEAM: _TEAM},
    Verb.TEAM_UPDATE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.TEAM_WITHDRAW: {Role.ORGANIZER: _WHILE_LIVING, Role.TEAM: Right(Reach.TEAM, _UNTIL_PUBLISHED)},
    Verb.TEAM_INVITE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.TEAM_JOIN: {Role.PUBLIC: Right(Reach.OFFERED, _OPEN)},
    Verb.SCHEDULE_READ: {Role.ORGANIZER: _ANY, Role.JUDGE: _EVENT, Role.TEAM: _EVENT},
    Verb.SCHEDULE_WRITE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.JUDGE_CREATE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.JUDGE_LIST: {Role.ORGANIZER: _ANY},
    Verb.JUDGE_READ: {Role.ORGANIZER: _ANY, Role.JUDGE: _ONESELF},
    Verb.JUDGE_UPDATE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.JUDGE_REMOVE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.JUDGE_INVITE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.CONFLICT_DECLARE: {Role.ORGANIZER: _WHILE_LIVING, Role.JUDGE: Right(Reach.JUDGE, _UNTIL_PUBLISHED)},
    Verb.ASSIGNMENT_MAKE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.ASSIGNMENT_READ: {Role.ORGANIZER: _ANY, Role.JUDGE: _ONESELF},
    Verb.SESSION_CREATE: {Role.ORGANIZER: _WHILE_LIVING, Role.TEAM: Right(Reach.TEAM, _OPEN)},
    Verb.SESSION_LIST: {Role.ORGANIZER: _ANY, Role.JUDGE: _EVENT, Role.TEAM: _TEAM},
    Verb.SESSION_READ: {Role.ORGANIZER: _ANY, Role.JUDGE: _EVENT, Role.TEAM: _TEAM, Role.PUBLIC: _LINK},
    Verb.SESSION_LISTEN: {Role.ORGANIZER: _ANY, Role.JUDGE: _EVENT, Role.TEAM: _TEAM, Role.PUBLIC: _LINK},
    Verb.SESSION_DOWNLOAD: {Role.ORGANIZER: _ANY, Role.TEAM: _TEAM, Role.PUBLIC: _LINK},
    Verb.SESSION_RECORD: {Role.ORGANIZER: _ANY, Role.TEAM: _TEAM, Role.PUBLIC: _LINK},
    Verb.SESSION_STOP: {Role.ORGANIZER: _ANY, Role.TEAM: _TEAM, Role.PUBLIC: _LINK},
    Verb.SESSION_UPDATE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.SESSION_RETRY: {Role.ORGANIZER: _ANY},
    Verb.SESSION_DELETE: {Role.ORGANIZER: _ANY},
    Verb.TRANSCRIPT_ASK: {Role.ORGANIZER: _ANY, Role.TEAM: _TEAM},
    Verb.TRANSCRIPT_CORRECT: {Role.ORGANIZER: _ANY, Role.TEAM: _TEAM},
    Verb.TRANSCRIPT_SEARCH: {Role.ORGANIZER: _ANY, Role.JUDGE: _EVENT, Role.TEAM: _TEAM},
    Verb.DELIVERY_READ: {Role.ORGANIZER: _ANY, Role.TEAM: _TEAM},
    Verb.ADVICE_ASK: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.ADVICE_REVIEW: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.ADVICE_READ: {Role.ORGANIZER: _ANY, Role.TEAM: Right(Reach.TEAM, OUT)},
    Verb.CARD_WRITE: {Role.JUDGE: Right(Reach.JUDGE, _OPEN)},
    Verb.CARD_READ: {Role.ORGANIZER: _ANY, Role.JUDGE: _ONESELF},
    Verb.FINAL_NAME: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.FINAL_COMPARE: {Role.JUDGE: Right(Reach.JUDGE, _FINAL)},
    Verb.STANDINGS_READ: {
        Role.ORGANIZER: _ANY,
        Role.JUDGE: Right(Reach.EVENT, OUT),
        Role.TEAM: Right(Reach.EVENT, OUT),
        Role.PUBLIC: Right(Reach.OFFERED, OUT),
    },
    Verb.FEEDBACK_READ: {Role.ORGANIZER: _ANY, Role.TEAM: Right(Reach.TEAM, OUT)},
    Verb.BALLOT_MAKE: {Role.ORGANIZER: _WHILE_LIVING},
    Verb.BALLOT_TAKE: {Role.PUBLIC: Right(Reach.OFFERED, _VOTING)},
    Verb.VOTE_CAST: {Role.PUBLIC: Right(Reach.BALLOT, _VOTING)},
    Verb.VOTE_READ: {Role.PUBLIC: Right(Reach.BALLOT)},
    Verb.AUDIENCE_READ: {
        Role.ORGANIZER: _ANY,
        Role.JUDGE: Right(Reach.EVENT, OUT),
        Role.TEAM: Right(Reach.EVENT, OUT),
        Role.PUBLIC: Right(Reach.OFFERED, OUT),
    },
}
"""Verb by role: how far the right goes and when. What is not here is refused.

Recording and stopping go on in every stage: whoever has begun is never cut off.
"""

_RECORDING_VERBS = {Verb.SESSION_RECORD, Verb.SESSION_STOP}


def require(principal: Principal, verb: Verb, target: Target) -> None:
    """Pass if the table allows it.

    Raises:
        Unauthorized: nobody is signed in and a token could help.
        Forbidden: this token does not reach so far.
        Conflict: ``wrong_stage``: it does, but not in this stage of the event.
    """
    right = PERMISSIONS[verb].get(principal.role)
    if right is not None and _reaches(principal, right.reach, verb, target):
        if right.stages == ALWAYS or _stage(verb, target) in right.stages:
            return
        when = " or ".join(stage for stage in MOVES if stage in right.stages)
        raise Conflict("wrong_stage", f"This event is {target.stage}. That is possible while it is {when}.")
    if principal == ANYBODY:
        raise sign_in()
    raise Forbidden("not_allowed", f"Your {principal.role} token does not allow this here.")


def sign_in() -> Unauthorized:
    """What whoever brings nothing is told where a token is needed."""
    return Unauthorized("not_signed_in", "Sign in with your link, or send a token as Authorization: Bearer TOKEN.")


def require_judge(principal: Principal, judge_id: str | None) -> None:
    """Pass if no judge is named, or this one is. Pages name theirs: another's sign-in may take its place under them.

    Raises:
        Forbidden: ``other_judge``.
    """
    if judge_id is not None and principal.judge_id not in (None, judge_id):
        raise Forbidden("other_judge", "Another judge is signed in here. Open your own link once more.")


def may(principal: Principal, verb: Verb, target: Target) -> bool:
    """Whether the table allows it."""
    right = PERMISSIONS[verb].get(principal.role)
    if right is None or not _reaches(principal, right.reach, verb, target):
        return False
    return right.stages == ALWAYS or _stage(verb, target) in right.stages


def _stage(verb: Verb, target: Target) -> Stage:
    if target.stage is None:
        raise ValueError(f"{verb} depends on the stage of the event, which was not said")
    return target.stage


def _reaches(principal: Principal, reach: Reach, verb: Verb, target: Target) -> bool:
    if reach is Reach.ANY:
        return True
    if reach is Reach.OFFERED:
        return target.offered
    if reach is Reach.LINK:
        if verb in _RECORDING_VERBS and principal.grant != "record":
            return False
        return principal.session_id is not None and principal.session_id == target.session_id
    if principal.event_id is None or principal.event_id != target.event_id:
        return False
    own = {
        Reach.TEAM: (principal.team_id, target.team_id),
        Reach.JUDGE: (principal.judge_id, target.judge_id),
        Reach.BALLOT: (principal.ballot, principal.ballot),  # any of the event
    }.get(reach)
    return own is None or (own[0] is not None and own[0] == own[1])
