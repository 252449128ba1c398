"""Teams by the list, and page by page, over REST."""

import csv
import io
import time
from typing import Any

import httpx
import pytest

from pitchscoop.events.model import Settings
from pitchscoop.events.people import MOST_TEAMS
from pitchscoop.kernel.errors import Conflict
from pitchscoop.main import Parts
from tests.exports.pitches import ORGANIZER
from tests.servers.app import App


async def new_event(client: httpx.AsyncClient, **settings: Any) -> str:
    answer = await client.post("/events", json={"name": "E", "settings": settings})
    assert answer.status_code == 201
    return str(answer.json()["event_id"])


async def all_teams(client: httpx.AsyncClient, event: str, limit: int = 50) -> list[dict[str, Any]]:
    """Every page of them, newest first."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await client.get(f"/events/{event}/teams?limit={limit}{cursor}")).json()
        assert len(page["teams"]) <= limit
        found += page["teams"]
        if page["next_cursor"] is None:
            return found
        assert len(page["teams"]) == limit
        cursor = f"&cursor={page['next_cursor']}"


async def test_a_list_is_looked_at_then_imported(app: App) -> None:
    async with app.client() as client:
        event = await new_event(client, tracks=["Climate", "Health"])
        path = f"/events/{event}/teams/import"
        text = "\ufeffTeam;Track;Members\r\nØrsted;climate;Ada <ada@x.example>, Bob\r\n=1+1;Health;\r\n"
        seen = await client.post(path, json={"text": text, "dry_run": True})
        assert seen.status_code == 200
        assert [row["name"] for row in seen.json()["rows"]] == ["Ørsted", "=1+1"]
        assert (seen.json()["teams"], await all_teams(client, event)) == ([], [])

        done = (await client.post(path, json={"text": text})).json()
        assert [team["name"] for team in done["teams"]] == ["Ørsted", "=1+1"]
        listed = await all_teams(client, event)
        assert listed == done["teams"][::-1]
        assert listed[1]["members"] == [{"name": "Ada", "email": "ada@x.example"}, {"name": "Bob", "email": None}]
        assert listed[1]["track"] == "Climate"

        again = await client.post(path, json={"text": text})
        assert (again.status_code, again.json()["code"]) == (422, "bad_rows")
        assert [row["row"] for row in again.json()["rows"]] == [2, 3]
        facts = (await client.get(f"/events/{event}/audit")).json()["facts"]
        assert [fact["data"]["name"] for fact in facts if fact["name"] == "team_joined"] == ["Ørsted", "=1+1"]


async def test_one_bad_row_and_nothing_is_imported(app: App) -> None:
    async with app.client() as client:
        event = await new_event(client)
        await client.post(f"/events/{event}/teams", json={"name": "Alpha"})
        text = "Beta\nALPHA\nGamma\nbeta\n"
        refused = (await client.post(f"/events/{event}/teams/import", json={"text": text})).json()
        assert refused["detail"].startswith("Nothing was imported. Row 2: There is already a team 'ALPHA'")
        assert [(row["row"], row["field"]) for row in refused["rows"]] == [(2, "name"), (4, "name")]
        assert [team["name"] for team in await all_teams(client, event)] == ["Alpha"]
        preview = await client.post(f"/events/{event}/teams/import", json={"text": text, "dry_run": True})
        assert preview.json()["errors"] == refused["rows"]
        assert [row["name"] for row in preview.json()["rows"]] == ["Beta", "Gamma"]


async def test_ten_thousand_rows_at_once_and_every_page_of_them(app: App) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([f"Team {number}", "", f"ada{number}@x.example"] for number in range(10_000))
    async with app.client() as client:
        event = await new_event(client)
        began = time.perf_counter()
        key = {"Idempotency-Key": f"import-{event}"}
        done = await client.post(f"/events/{event}/teams/import", json={"text": out.getvalue()}, headers=key)
        print(f"\n{app.name}: 10 000 teams in {time.perf_counter() - began:.2f} s")
        assert done.status_code == 200
        assert len(done.json()["teams"]) == 10_000
        assert [team["name"] for team in await all_teams(client, event, 200)] == [
            f"Team {number}" for number in reversed(range(10_000))
        ]
        twice = await client.post(f"/events/{event}/teams/import", json={"text": out.getvalue()}, headers=key)
        assert twice.text == done.text
        for path, one_more in (
            ("teams", {"name": "One more"}),
            ("teams/import", {"text": "One more", "dry_run": True}),
        ):
            full = await client.post(f"/events/{event}/{path}", json=one_more)
            assert (full.status_code, full.json()["code"]) == (409, "too_many_teams")


async def test_a_list_fits_as_far_as_there_is_room(parts: Parts) -> None:
    engine = parts.engine
    event = (await engine.organizing.create_event(ORGANIZER, "E", (), Settings(), "open")).event_id

    async def read(first: int, last: int) -> int:
        text = "\n".join(f"Team {number}" for number in range(first, last))
        return len((await engine.imports.teams(ORGANIZER, event, text, dry_run=False)).teams)

    assert await read(0, MOST_TEAMS - 2) == MOST_TEAMS - 2
    with pytest.raises(Conflict, match="up to 10000 teams"):
        await read(MOST_TEAMS - 2, MOST_TEAMS + 1)
    assert await read(MOST_TEAMS - 2, MOST_TEAMS) == 2
    with pytest.raises(Conflict, match="up to 10000 teams"):
        await engine.organizing.add_team(ORGANIZER, event, "One more")


async def test_only_an_organizer_imports_and_only_while_the_event_lives(app: App) -> None:
    async with app.client() as client:
        event = await new_event(client)
        team = (await client.post(f"/events/{event}/teams", json={"name": "A"})).json()
        judge = (await client.post(f"/events/{event}/judges", json={"name": "J"})).json()
        path, given = f"/events/{event}/teams/import", {"text": "B", "dry_run": True}
        for token, status in ((team["token"], 403), (judge["token"], 403), (None, 401)):
            async with app.client(token) as other:
                assert (await other.post(path, json=given)).status_code == status
        nowhere = await client.post("/events/nowhere/teams/import", json=given)
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "no_such_event")
        for stage in ("published", "archived"):
            await client.post(f"/events/{event}/stage", json={"stage": stage})
        archived = await client.post(path, json=given)
        assert (archived.status_code, archived.json()["code"]) == (409, "wrong_stage")


async def test_a_cursor_that_is_none_and_limits_that_are_none(app: App) -> None:
    async with app.client() as client:
        event = await new_event(client)
        bad = await client.get(f"/events/{event}/teams?cursor=%00")
        assert (bad.status_code, bad.json()["code"]) == (422, "bad_cursor")
        assert (await client.get(f"/events/{event}/teams?limit=0")).status_code == 422
        assert (await client.get(f"/events/{event}/teams")).json() == {"teams": [], "next_cursor": None}
