"""The running order and the stage, over REST."""

import datetime as dt
from typing import Any

import pytest

from tests.servers.app import App
from tests.stories.test_panel import event_with


def standing(schedule: dict[str, Any]) -> list[tuple[str, str]]:
    return [(slot["team_name"], slot["standing"]) for slot in schedule["slots"]]


def begins(schedule: dict[str, Any]) -> list[dt.datetime | None]:
    return [dt.datetime.fromisoformat(slot["starts_at"]) if slot["starts_at"] else None for slot in schedule["slots"]]


async def test_the_order_its_times_and_who_is_on_stage(app: App) -> None:
    async with app.client() as client:
        event, teams, judges = await event_with(client, 4, 1, max_seconds=240)
        path = f"/events/{event}/schedule"
        empty = (await client.get(path)).json()
        assert (empty["slots"], empty["now"], empty["next"], empty["slot_seconds"]) == ([], None, None, 240)
        assert empty["unplaced"] == [team["team_id"] for team in teams]

        start = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
        planned = (await client.put(path, json={"starts_at": "2026-05-04T14:00:00+02:00", "slot_seconds": 600})).json()
        later = [(f"Team 0{number}", "later") for number in (1, 2, 3)]
        assert standing(planned) == [("Team 00", "next"), *later]
        assert begins(planned) == [start + number * dt.timedelta(minutes=10) for number in range(4)]
        ids = [team["team_id"] for team in teams]
        turned = (await client.put(path, json={"team_ids": [ids[2], ids[0], ids[1]]})).json()
        assert standing(turned) == [("Team 02", "next"), ("Team 00", "later"), ("Team 01", "later")]
        assert (turned["unplaced"], turned["slot_seconds"]) == ([ids[3]], 600)

        called = (await client.put(f"{path}/stage", json={"team_id": ids[2]})).json()
        assert (called["now"]["team_name"], called["next"]["team_name"]) == ("Team 02", "Team 00")
        on, following, _ = begins(called)
        assert on is not None
        assert abs(dt.datetime.fromisoformat(called["at"]) - on) < dt.timedelta(seconds=30)
        assert following == on + dt.timedelta(minutes=10)
        again = (await client.put(f"{path}/stage", json={"team_id": ids[2]})).json()
        assert (again["revision"], again["now"]) == (called["revision"], called["now"])

        await client.post(f"/events/{event}/teams/{ids[0]}/withdraw")
        cleared = (await client.put(f"{path}/stage", json={"team_id": None})).json()
        assert standing(cleared) == [("Team 02", "done"), ("Team 00", "withdrawn"), ("Team 01", "next")]
        assert cleared["now"] is None
        assert begins(cleared)[1:] == [None, following]
        async with app.client(judges[0]["token"]) as judge:
            seen = (await judge.get(path)).json()
            assert standing(seen) == standing(cleared)
            assert (await judge.put(path, json={})).status_code == 403
            assert (await judge.put(f"{path}/stage", json={"team_id": ids[1]})).status_code == 403
        facts = (await client.get(f"/events/{event}/audit")).json()["facts"]
        names = [fact["name"] for fact in facts if fact["name"].startswith(("schedule_", "stage_"))]
        assert names == ["schedule_changed", "schedule_changed", "stage_called", "stage_cleared"]


@pytest.mark.parametrize("starts_at", ["9999-12-31T23:59:00Z", "0001-01-01T00:00:00Z", "1999-12-31T00:00:00+05:00"])
async def test_a_beginning_that_no_clock_shows_is_refused(app: App, starts_at: str) -> None:
    async with app.client() as client:
        event, _, _ = await event_with(client, 2, 0)
        refused = await client.put(f"/events/{event}/schedule", json={"starts_at": starts_at})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_time")
        assert (await client.get(f"/events/{event}/schedule")).json()["slots"] == []


async def test_teams_see_the_running_order_of_their_event_only(app: App) -> None:
    async with app.client() as client:
        event, *_ = await event_with(client, 1, 0)
        other, *_ = await event_with(client, 1, 0)
        team = (await client.post(f"/events/{event}/teams", json={"name": "Own"})).json()
        await client.put(f"/events/{event}/schedule", json={})
    async with app.client(team["token"]) as member:
        assert standing((await member.get(f"/events/{event}/schedule")).json()) == [
            ("Team 00", "next"),
            ("Own", "later"),
        ]
        assert (await member.get(f"/events/{other}/schedule")).status_code == 403
        assert (await member.put(f"/events/{event}/schedule", json={})).status_code == 403
    async with app.client(None) as stranger:
        assert (await stranger.get(f"/events/{event}/schedule")).status_code == 401


async def test_what_is_not_there_twice_there_or_stale_is_refused(app: App) -> None:
    async with app.client() as client:
        event, teams, _ = await event_with(client, 2, 0)
        _, foreign, _ = await event_with(client, 1, 0)
        path = f"/events/{event}/schedule"
        own, far = teams[0]["team_id"], foreign[0]["team_id"]
        for wish, code in (({"team_ids": [own, far]}, "no_such_team"), ({"team_ids": [own, own]}, "team_twice")):
            answer = await client.put(path, json=wish)
            assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert (await client.put(path, json={"starts_at": "2026-05-04T14:00:00"})).status_code == 422
        assert (await client.put(path, json={"team_ids": [own]})).status_code == 200
        missing = await client.put(f"{path}/stage", json={"team_id": teams[1]["team_id"]})
        assert (missing.status_code, missing.json()["code"]) == (404, "not_in_running_order")
        stale = await client.put(path, json={"slot_seconds": 60, "revision": 0})
        assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile")
        assert stale.json()["current"]["team_ids"] == [own]
