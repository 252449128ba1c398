"""MCP tools for teams and judges. Links that let somebody in are shown once, to whoever may invite."""

import asyncio
from typing import Annotated, Any

from pydantic import Field

from pitchscoop.doors import panel, people, rosters
from pitchscoop.doors.mcp_calls import Calls, EventId, JudgeId, TeamId, Tool, told
from pitchscoop.events.model import Member
from pitchscoop.events.names import Domain, Email, Name
from pitchscoop.organizing.imports import LONGEST
from pitchscoop.organizing.panel import Wish

Members = Annotated[list[Member], Field(max_length=50)]
Tracks = Annotated[list[Name], Field(max_length=50, description="Tracks they hear; all where there is none.")]
Domains = Annotated[list[Domain], Field(max_length=50, description="They hear no team with a member of one of these.")]
Most = Annotated[int | None, Field(ge=1, le=1000, description="How many teams they hear at most.")]


class TeamTools(Calls):
    """Each tool is a verb of REST under the same name."""

    async def add_team(
        self, event_id: EventId, name: Name, track: Name | None = None, members: Members | None = None
    ) -> people.InvitedTeam:
        """Let a team join. Its link is for the team alone."""
        adding = self._engine.organizing.add_team(self._who, event_id, name, track, members or ())
        return people.invited_team(await told(adding))

    async def import_teams(
        self,
        event_id: EventId,
        text: Annotated[str, Field(max_length=LONGEST, description="One team a line: name, track, members; or a CSV.")],
        dry_run: Annotated[bool, Field(description="Only look at it: nothing is changed.")] = True,
    ) -> rosters.ImportedTeams:
        """Let all teams of a list join, or none where a row cannot be used. Look with dry_run first."""
        importing = self._engine.imports.teams(self._who, event_id, text, dry_run=dry_run)
        return await asyncio.to_thread(rosters.imported, await told(importing))

    async def list_teams(
        self,
        event_id: EventId,
        cursor: Annotated[str | None, Field(description="next_cursor of the page before.", max_length=500)] = None,
        limit: Annotated[int, Field(ge=1, le=200)] = 50,
    ) -> people.TeamPage:
        """Teams, newest first, also those that withdrew, a page at a time."""
        found, following = await told(self._engine.organizing.page_teams(self._who, event_id, cursor, limit))
        return people.TeamPage(teams=[people.team_details(team, self._who) for team in found], next_cursor=following)

    async def get_team(self, event_id: EventId, team_id: TeamId) -> people.TeamDetails:
        """A team."""
        return people.team_details(await told(self._engine.organizing.team(self._who, event_id, team_id)), self._who)

    async def update_team(
        self,
        event_id: EventId,
        team_id: TeamId,
        name: Name | None = None,
        track: Name | None = None,
        members: Members | None = None,
        revision: Annotated[int | None, Field(ge=0)] = None,
    ) -> people.TeamDetails:
        """Change name, track or members; what is left out stays."""
        given = {"name": name, "track": track, "members": None if members is None else tuple(members)}
        update = {field: value for field, value in given.items() if value is not None}
        changing = self._engine.organizing.update_team(self._who, event_id, team_id, update, revision)
        return people.team_details(await told(changing))

    async def withdraw_team(self, event_id: EventId, team_id: TeamId) -> people.TeamDetails:
        """Take a team out of the running; its recordings stay. return_team takes it back in."""
        return people.team_details(
            await told(self._engine.organizing.withdraw_team(self._who, event_id, team_id)), self._who
        )

    async def return_team(self, event_id: EventId, team_id: TeamId) -> people.TeamDetails:
        """Take a team back in that withdrew."""
        returning = self._engine.organizing.withdraw_team(self._who, event_id, team_id, withdrawn=False)
        return people.team_details(await told(returning))

    async def invite_team(self, event_id: EventId, team_id: TeamId) -> people.InvitedTeam:
        """A new link for a team. The old one, and everybody who came in with it, is out: ask a person first."""
        return people.invited_team(await told(self._engine.organizing.invite_team(self._who, event_id, team_id)))

    @property
    def tools(self) -> list[Tool]:
        """All of them."""
        return [
            Tool(self.add_team, "Add team", repeatable=False),
            Tool(self.import_teams, "Import teams", repeatable=False),
            Tool(self.list_teams, "List teams", reads=True),
            Tool(self.get_team, "Get team", reads=True),
            Tool(self.update_team, "Update team"),
            Tool(self.withdraw_team, "Withdraw team"),
            Tool(self.return_team, "Return team"),
            Tool(self.invite_team, "Invite team anew", repeatable=False, destroys=True),
        ]


class JudgeTools(Calls):
    """Each tool is a verb of REST under the same name."""

    async def add_judge(
        self,
        event_id: EventId,
        name: Name,
        email: Email | None = None,
        tracks: Tracks | None = None,
        domains: Domains | None = None,
        most: Most = None,
    ) -> people.InvitedJudge:
        """Invite a judge. The link is for them alone."""
        known = {"tracks": tuple(tracks or ()), "domains": tuple(domains or ())}
        more: dict[str, Any] = {"email": email, "most": most, **known}
        return people.invited_judge(await told(self._engine.organizing.add_judge(self._who, event_id, name, **more)))

    async def list_judges(self, event_id: EventId) -> people.JudgeList:
        """All judges by name, but for those who were removed."""
        found = await told(self._engine.organizing.list_judges(self._who, event_id))
        return people.JudgeList(judges=[people.judge_details(judge) for judge in found])

    async def get_judge(self, event_id: EventId, judge_id: JudgeId) -> people.JudgeDetails:
        """A judge."""
        return people.judge_details(await told(self._engine.organizing.judge(self._who, event_id, judge_id)))

    async def update_judge(
        self,
        event_id: EventId,
        judge_id: JudgeId,
        name: Name | None = None,
        email: Email | None = None,
        tracks: Tracks | None = None,
        domains: Domains | None = None,
        most: Most = None,
        revision: Annotated[int | None, Field(ge=0)] = None,
    ) -> people.JudgeDetails:
        """Change name, address, tracks, domains or load; what is left out stays."""
        given = {
            "name": name,
            "email": email,
            "tracks": None if tracks is None else tuple(tracks),
            "domains": None if domains is None else tuple(domains),
            "most": most,
        }
        update = {field: value for field, value in given.items() if value is not None}
        changing = self._engine.organizing.update_judge(self._who, event_id, judge_id, update, revision)
        return people.judge_details(await told(changing))

    async def remove_judge(self, event_id: EventId, judge_id: JudgeId) -> people.JudgeDetails:
        """Take a judge off the panel: the link ends, the cards stay. Ask a person first."""
        return people.judge_details(await told(self._engine.organizing.remove_judge(self._who, event_id, judge_id)))

    async def invite_judge(self, event_id: EventId, judge_id: JudgeId) -> people.InvitedJudge:
        """A new link for a judge. The old one, and every sign-in with it, is out: ask a person first."""
        return people.invited_judge(await told(self._engine.organizing.invite_judge(self._who, event_id, judge_id)))

    async def declare_conflict(self, event_id: EventId, judge_id: JudgeId, team_id: TeamId) -> people.JudgeDetails:
        """Say that a judge should not hear a team. A judge says so of themselves."""
        declaring = self._engine.organizing.declare_conflict(self._who, event_id, judge_id, team_id)
        return people.judge_details(await told(declaring))

    async def withdraw_conflict(self, event_id: EventId, judge_id: JudgeId, team_id: TeamId) -> people.JudgeDetails:
        """Take back that a judge should not hear a team."""
        taking = self._engine.organizing.declare_conflict(self._who, event_id, judge_id, team_id, conflict=False)
        return people.judge_details(await told(taking))

    async def make_assignment(
        self,
        event_id: EventId,
        seed: Annotated[int | None, Field(ge=0, lt=2**53, description="Another one gives another plan.")] = None,
        absent: Annotated[list[str] | None, Field(description="Ids of judges who are not there.")] = None,
        heard: Annotated[list[panel.HeardReading] | None, Field(description="What happened already.")] = None,
        afresh: Annotated[bool, Field(description="Let go of all that stands but was not heard.")] = False,
        nearest: Annotated[bool, Field(description="Take the best there is where no whole plan is to be had.")] = False,
        revision: Annotated[int | None, Field(ge=0)] = None,
    ) -> panel.AssignmentDetails:
        """Say which judges hear which teams, or say it anew when people came or went: what stands is kept.

        On assignment_impossible tell a person what lacks; nearest takes the best there is.
        """
        readings = [(reading.team_id, reading.judge_id) for reading in heard or ()]
        wish = Wish(seed, absent, readings, afresh, nearest, revision)
        return panel.assignment_details(await told(self._engine.panel.make(self._who, event_id, wish)))

    async def get_assignment(self, event_id: EventId, judge_id: JudgeId | None = None) -> panel.AssignmentDetails:
        """Which judges hear which teams; for a judge, the teams they hear."""
        return panel.assignment_details(await told(self._engine.panel.read(self._who, event_id, judge_id)))

    @property
    def tools(self) -> list[Tool]:
        """All of them."""
        return [
            Tool(self.add_judge, "Add judge", repeatable=False),
            Tool(self.list_judges, "List judges", reads=True),
            Tool(self.get_judge, "Get judge", reads=True),
            Tool(self.update_judge, "Update judge"),
            Tool(self.remove_judge, "Remove judge", destroys=True),
            Tool(self.invite_judge, "Invite judge anew", repeatable=False, destroys=True),
            Tool(self.declare_conflict, "Declare conflict"),
            Tool(self.withdraw_conflict, "Withdraw conflict"),
            Tool(self.make_assignment, "Make assignment"),
            Tool(self.get_assignment, "Get assignment", reads=True),
        ]
