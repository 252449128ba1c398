"""An assistant sets up an event: teams by the list, judges, who hears whom, who is on stage. As REST does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.servers.app import ADMIN, App


class Assistant:
    """Calls tools of one spelling."""

    def __init__(self, client: Client, separator: str) -> None:
        self._client = client
        self._separator = separator

    async def done(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """What a call that does well answers."""
        answer = await self._client.call_tool(tool.replace(".", self._separator), arguments)
        assert not answer.is_error, answer.content
        assert isinstance(answer.structured_content, dict)
        return answer.structured_content

    async def refused(self, tool: str, /, **arguments: Any) -> str:
        """What a call that cannot be done is told."""
        answer = await self._client.call_tool(tool.replace(".", self._separator), arguments)
        assert answer.is_error, answer.structured_content
        return str(answer.content)


@contextlib.asynccontextmanager
async def assistant(app: App, path: str = "/mcp", token: str = ADMIN) -> AsyncIterator[Assistant]:
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        transport = streamable_http_client(f"{app.url}{path}", http_client=http)
        async with Client(transport) as client:
            yield Assistant(client, "_" if "compat" in path else ".")


@pytest.mark.parametrize("path", ["/mcp", "/compat/mcp"])
async def test_an_event_from_nothing_to_the_stage(app: App, path: str) -> None:
    async with assistant(app, path) as model, app.client() as client:
        event = (await model.done("events.create_event", name="Øst", stage="draft", settings={"reads": 2}))["event_id"]
        assert event in {found["event_id"] for found in (await model.done("events.list_events"))["events"]}
        changed = await model.done("events.update_event", event_id=event, settings={"tracks": ["Climate"]})
        assert (changed["settings"]["reads"], changed["settings"]["tracks"]) == (2, ["Climate"])
        assert (await model.done("events.move_event", event_id=event, stage="open"))["stage"] == "open"

        text = "A,Climate\nB,Sports\nA,\n"
        seen = await model.done("teams.import_teams", event_id=event, text=text)
        assert [wrong["row"] for wrong in seen["errors"]] == [2, 3]
        told = await model.refused("teams.import_teams", event_id=event, text=text, dry_run=False)
        assert "bad_rows: Nothing was imported. Row 2: There is no track 'Sports'." in told
        made = (await model.done("teams.import_teams", event_id=event, text="A,Climate\nB,", dry_run=False))["teams"]
        late = await model.done("teams.add_team", event_id=event, name="C", members=[{"name": "Mia", "email": None}])
        assert late["token"] in late["join_url"]
        listed = await model.done("teams.list_teams", event_id=event, limit=2)
        assert [team["name"] for team in listed["teams"]] == ["C", "B"]
        rest = await model.done("teams.list_teams", event_id=event, limit=2, cursor=listed["next_cursor"])
        assert ([team["name"] for team in rest["teams"]], rest["next_cursor"]) == (["A"], None)

        judges = [await model.done("judges.add_judge", event_id=event, name=name) for name in ("X", "Y", "Z")]
        barred = {"event_id": event, "judge_id": judges[0]["judge_id"], "team_id": made[0]["team_id"]}
        assert (await model.done("judges.declare_conflict", **barred))["conflicts"] == [made[0]["team_id"]]
        plan = await model.done("judges.make_assignment", event_id=event)
        assert [sorted(panel["judge_ids"]) for panel in plan["panels"] if panel["team_name"] == "A"] == [
            sorted(judge["judge_id"] for judge in judges[1:])
        ]
        assert (await client.get(f"/events/{event}/assignment")).json() == plan
        assert await model.done("judges.get_assignment", event_id=event) == plan
        told = await model.refused("judges.make_assignment", event_id=event, absent=[judges[1]["judge_id"]])
        assert "assignment_impossible: " in told

        order = await model.done("events.write_schedule", event_id=event, starts_at="2026-05-04T14:00:00+02:00")
        assert [slot["team_name"] for slot in order["slots"]] == ["A", "B", "C"]
        called = await model.done("events.call_on_stage", event_id=event, team_id=made[1]["team_id"])
        assert (called["now"]["team_name"], called["next"]["team_name"]) == ("B", "C")
        facts = (await model.done("events.audit", event_id=event))["facts"]
        assert {fact["by"] for fact in facts} == {"organizer"}
        assert facts[-1]["name"] == "stage_called"
        assert "bad_cursor" in await model.refused("events.audit", event_id=event, after="1--")


async def test_a_judges_assistant_sees_what_is_theirs_and_changes_nothing_else(app: App) -> None:
    async with assistant(app) as model:
        event = (await model.done("events.create_event", name="E", settings={"reads": 1}))["event_id"]
        await model.done("teams.import_teams", event_id=event, text="A\nB\nC\nD", dry_run=False)
        judges = [await model.done("judges.add_judge", event_id=event, name=name) for name in ("X", "Y")]
        await model.done("judges.make_assignment", event_id=event)
    async with assistant(app, token=judges[0]["token"]) as judge:
        own = await judge.done("judges.get_assignment", event_id=event)
        assert {load["judge_id"] for load in own["loads"]} == {judges[0]["judge_id"]}
        for name, arguments in (
            ("judges.make_assignment", {}),
            ("judges.get_assignment", {"judge_id": judges[1]["judge_id"]}),
            ("judges.list_judges", {}),
            ("teams.import_teams", {"text": "E"}),
            ("teams.add_team", {"name": "E"}),
            ("events.update_event", {"name": "F"}),
            ("events.write_schedule", {}),
            ("events.audit", {}),
        ):
            assert "not_allowed" in await judge.refused(name, event_id=event, **arguments), name


async def test_what_leaves_and_enters_and_who_else_runs_events(app: App) -> None:
    async with assistant(app) as model, app.client() as client:
        event = (await model.done("events.create_event", name="E"))["event_id"]
        await model.done("teams.add_team", event_id=event, name="Kelp")
        for form, of_all in (
            ("export.zip", False),
            ("export.json", True),
            ("sessions.csv", False),
            ("audit.csv", True),
        ):
            found = await model.done("exports.get_export_url", event_id=event, form=form)
            answer = await client.get(found["export_url"])
            assert (answer.status_code, answer.headers["content-type"]) == (200, found["content_type"]), form
            chosen = {"event_id": event, "form": form, "session_ids": ["none"]}
            told = await model.refused("exports.get_export_url", **chosen)
            assert ("invalid_request" if of_all else "no_such_session") in told
        whole = (await client.get(f"/events/{event}/export.json")).json()
        assert "event_exists" in await model.refused("exports.import_event", document=whole)
        assert (await model.done("events.delete_event", event_id=event))["deleted"] is True
        assert "no_such_event" in await model.refused("events.get_event", event_id=event)
        for _ in range(100):
            if (await model.done("events.audit", event_id=event))["facts"][-1]["name"] == "event_erased":
                break
            await asyncio.sleep(0.1)
        assert (await model.done("events.installation_audit", limit=1))["next_after"]
        assert (await model.done("exports.import_event", document=whole))["event_id"] == event
        assert [team["name"] for team in (await model.done("teams.list_teams", event_id=event))["teams"]] == ["Kelp"]

        made = await model.done("organizers.add_organizer", name="Cleo")
        assert "/sign-in?token=" in made["sign_in_url"]
        ids = [one["organizer_id"] for one in (await model.done("organizers.list_organizers"))["organizers"]]
        assert made["organizer_id"] in ids
        for end in ("sign_out_organizer", "remove_organizer"):
            ended = await model.done(f"organizers.{end}", organizer_id=made["organizer_id"])
            assert ended["name"] == "Cleo"
        ids = [one["organizer_id"] for one in (await model.done("organizers.list_organizers"))["organizers"]]
        assert made["organizer_id"] not in ids
