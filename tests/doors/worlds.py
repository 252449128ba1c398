"""Events with people in them, who try everything."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from pitchscoop.access.model import PERMISSIONS, Principal, Reach, Role, Verb
from pitchscoop.engine import Engine
from pitchscoop.events.model import Settings, Team
from pitchscoop.kernel.stages import Stage
from pitchscoop.recordings.model import Session
from pitchscoop.voting.model import new_ballot
from tests.doors.calls import Call
from tests.exports.pitches import kept
from tests.servers.app import ADMIN

ORGANIZER = Principal(role=Role.ORGANIZER, name="Organizer")
_WAY: dict[Stage, tuple[Stage, ...]] = {
    "draft": ("draft",),
    "open": (),
    "frozen": ("frozen",),
    "published": ("published",),
    "archived": ("published", "archived"),
}
_RECORDING = {Verb.SESSION_RECORD, Verb.SESSION_STOP}


@dataclass(frozen=True)
class Caller:
    """Somebody with a token. ``session`` is the one that a link of theirs opens: the one asked for, or another."""

    name: str
    role: Role
    token: str | None = None
    event_id: str | None = None
    stage: Stage = "open"
    team_id: str | None = None
    judge_id: str | None = None
    team: str = "Kelp"
    grant: str | None = None
    other: str | None = None


@dataclass
class World:
    """An event in one stage, with a team, a judge and sessions that things are done to."""

    engine: Engine
    stage: Stage
    offered: bool
    event_id: str
    team: Team
    ids: dict[str, str]
    callers: list[Caller]
    sessions: dict[str, Session]

    async def subject(self, call: Call, *, allowed: bool) -> dict[str, str]:
        """The ids that the call is about; what it uses up is new."""
        ids = {**self.ids, "form": "txt", "path": "x", "stage": self.stage, "new": f"N{secrets.token_hex(6)}"}
        session = self.sessions[call.subject]
        if call.fresh in ("session", "upload"):
            session = self.sessions["sent"]
            if allowed:
                session = await sent(self.engine, self.event_id, self.team)
        elif call.fresh and allowed:
            ids |= await fresh(self.engine, self.event_id, call.fresh)
        ids["upload_id"] = session.upload.upload_id if session.upload else ""
        return ids | {"session_id": session.session_id}

    def token(self, caller: Caller, session_id: str) -> str | None:
        """The caller's token; that of a link opens this session, or another one."""
        if caller.grant is None:
            return caller.token
        opens = self.sessions[caller.other].session_id if caller.other else session_id
        return self.engine.access.link_token("record" if caller.grant == "record" else "listen", opens)

    def expected(self, caller: Caller, call: Call, ids: dict[str, str]) -> str:
        """What the table says, read here once more, and by other means than the code does."""
        verbs, event_id, stage = call.verbs, self.event_id, self.stage
        if call.at_own and caller.event_id:
            verbs, event_id, stage = (call.at_own,), caller.event_id, caller.stage
        if call.at_home:
            event_id, stage = caller.event_id or "default", caller.stage
        for verb in verbs:
            right = PERMISSIONS[verb].get(caller.role)
            here = caller.event_id == event_id
            by_link = caller.grant == "record" or verb not in _RECORDING
            own_team = bool(caller.team_id) and not call.whole and (call.own or caller.team_id == ids["team_id"])
            reached = right is not None and {
                Reach.ANY: True,
                Reach.OFFERED: self.offered,
                Reach.LINK: bool(caller.grant) and not caller.other and by_link,
                Reach.EVENT: here,
                Reach.BALLOT: here,
                Reach.TEAM: here and own_team,
                Reach.JUDGE: here and bool(caller.judge_id) and (call.own or caller.judge_id == ids["judge_id"]),
            }[right.reach]  # fmt: skip
            if right is None or not reached:
                return "not_allowed" if caller.token or caller.grant else "not_signed_in"
            if stage not in right.stages:
                return "wrong_stage"
        return "allowed"

    async def undo(self) -> None:
        """What a withdrawal did, for those who come next."""
        await self.engine.events.teams.withdraw(self.event_id, self.team.team_id, withdrawn=False)


def filled(template: Any, words: dict[str, str]) -> Any:
    """A document with ids in it."""
    if template is None:
        return None
    text = json.dumps(template)
    for name, value in words.items():
        text = text.replace(f"{{{name}}}", value)
    return json.loads(text)


async def world(engine: Engine, stage: Stage, foreign: list[Caller], *, offered: bool = True) -> World:
    """An event in a stage, and all who try."""
    organizing = engine.organizing
    settings = Settings(self_registration=offered, audience_vote="anyone" if offered else "off")
    event_id = (await organizing.create_event(ORGANIZER, f"E {stage}", (), settings, "open")).event_id
    teams = [await organizing.add_team(ORGANIZER, event_id, name) for name in ("Kelp", "Tide")]
    judges = [await organizing.add_judge(ORGANIZER, event_id, name) for name in ("Ada", "Ben")]
    organizer = await engine.access.organizers.add("Cleo")
    team = teams[0].who
    ballot = engine.access.ballot_token(event_id, new_ballot(made=True))
    sessions = {
        "done": await kept(engine, event_id, "Kelp", b"sound"),
        "waiting": await engine.start(ORGANIZER, "Kelp", "T", event_id),
        "spoken": await engine.start(ORGANIZER, "Kelp", "T", event_id),
        "sent": await sent(engine, event_id, team),
        "other": await engine.start(ORGANIZER, "Kelp", "T", event_id),
    }
    for step in _WAY[stage]:
        await organizing.move_event(ORGANIZER, event_id, step)
    callers = [
        Caller("organizer", Role.ORGANIZER, ADMIN),
        Caller("its team", Role.TEAM, teams[0].token, team_id=team.team_id, event_id=event_id, stage=stage),
        Caller(
            "another team",
            Role.TEAM,
            teams[1].token,
            team_id=teams[1].who.team_id,
            team="Tide",
            event_id=event_id,
            stage=stage,
        ),
        Caller(
            "its judge", Role.JUDGE, judges[0].token, judge_id=judges[0].who.judge_id, event_id=event_id, stage=stage
        ),
        Caller(
            "another judge",
            Role.JUDGE,
            judges[1].token,
            judge_id=judges[1].who.judge_id,
            event_id=event_id,
            stage=stage,
        ),
        Caller("a speaker's link", Role.PUBLIC, grant="record"),
        Caller("a listener's link", Role.PUBLIC, grant="listen"),
        Caller("the link of another session", Role.PUBLIC, grant="record", other="other"),
        Caller("a voter", Role.PUBLIC, ballot, event_id, stage),
        Caller("nobody", Role.PUBLIC),
        *foreign,
    ]
    ids = {
        "event_id": event_id,
        "team_id": team.team_id,
        "judge_id": judges[0].who.judge_id,
        "organizer_id": organizer.organizer_id,
    }
    return World(engine, stage, offered, event_id, team, ids, callers, sessions)


async def strangers(engine: Engine) -> list[Caller]:
    """A team and a judge of another event."""
    event_id = (await engine.organizing.create_event(ORGANIZER, "Elsewhere", (), Settings(), "open")).event_id
    team = await engine.organizing.add_team(ORGANIZER, event_id, "Kelp")
    judge = await engine.organizing.add_judge(ORGANIZER, event_id, "Ada")
    return [
        Caller("a team of another event", Role.TEAM, team.token, event_id, team_id=team.who.team_id),
        Caller("a judge of another event", Role.JUDGE, judge.token, event_id, judge_id=judge.who.judge_id),
    ]


async def sent(engine: Engine, event_id: str, team: Team) -> Session:
    """A session with an upload of which nothing has come."""
    session = await engine.sessions.start(await engine.events.get(event_id), team.team_id, team.name, "T")
    return await engine.sessions.begin_upload(session.session_id, 9, "a.wav")


async def fresh(engine: Engine, event_id: str, what: str) -> dict[str, str]:
    """Something that a call may use up."""
    name = f"N{secrets.token_hex(6)}"
    if what == "team":
        return {"team_id": (await engine.events.teams.add(event_id, name)).team_id}
    if what == "judge":
        return {"judge_id": (await engine.events.judges.add(event_id, name)).judge_id}
    if what == "organizer":
        return {"organizer_id": (await engine.access.organizers.add(name)).organizer_id}
    event = await engine.organizing.create_event(ORGANIZER, name, (), Settings(), "open")
    return {"event_id": event.event_id}
