"""Who hears whom, over REST: made, read by judges, and made again when people come and go."""

from typing import Any

import httpx

from tests.servers.app import App
from tests.stories.test_rosters import new_event

Reading = tuple[str, str]


async def event_with(
    client: httpx.AsyncClient, teams: int, judges: int, **settings: Any
) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """An event, its teams, and its judges with their tokens."""
    event = await new_event(client, **settings)
    text = "\n".join(f"Team {number:02d}" for number in range(teams))
    joined = (await client.post(f"/events/{event}/teams/import", json={"text": text})).json()["teams"]
    path = f"/events/{event}/judges"
    invited = [(await client.post(path, json={"name": f"Judge {number}"})).json() for number in range(judges)]
    return event, joined, invited


def readings(assignment: dict[str, Any]) -> set[Reading]:
    return {(panel["team_id"], judge) for panel in assignment["panels"] for judge in panel["judge_ids"]}


async def test_an_organizer_makes_it_and_each_judge_reads_their_own(app: App) -> None:
    async with app.client() as client:
        event, teams, judges = await event_with(client, 12, 4)
        path = f"/events/{event}/assignment"
        none = await client.get(path)
        assert (none.status_code, none.json()["code"]) == (404, "no_assignment")
        barred = (judges[0]["judge_id"], teams[0]["team_id"])
        await client.put(f"/events/{event}/judges/{barred[0]}/conflicts/{barred[1]}")

        made = await client.post(path, json={"seed": 7})
        assert made.status_code == 200
        assert (await client.get(path)).json() == made.json()
        whole = made.json()
        assert {len(panel["judge_ids"]) for panel in whole["panels"]} == {3}
        assert [load["teams"] for load in whole["loads"]] == [9, 9, 9, 9]
        assert (len(whole["groups"]), whole["notes"], whole["revision"]) == (1, [], 1)
        assert barred[::-1] not in readings(whole)
        assert [panel["team_name"] for panel in whole["panels"]] == sorted(team["name"] for team in teams)

        one = (await client.get(path, params={"judge": judges[1]["judge_id"]})).json()
        async with app.client(judges[1]["token"]) as judge:
            assert (await judge.get(path)).json() == one
            others = await judge.get(path, params={"judge": judges[2]["judge_id"]})
            assert others.status_code == 403
            assert (await judge.post(path, json={})).status_code == 403
        assert {judge for _, judge in readings(one)} == {judges[1]["judge_id"]}
        assert [load["judge_name"] for load in one["loads"]] == ["Judge 1"]
        assert len(one["panels"]) == 9
        async with app.client(teams[0].get("token") or None) as stranger:
            assert (await stranger.get(path)).status_code == 401


async def test_judges_who_do_not_show_up_are_made_up_for_and_what_was_heard_stays(app: App) -> None:
    async with app.client() as client:
        event, _, judges = await event_with(client, 12, 6)
        path = f"/events/{event}/assignment"
        before = (await client.post(path, json={})).json()
        absent = judges[0]["judge_id"]
        heard = sorted(pair for pair in readings(before) if pair[1] == judges[1]["judge_id"])[:2]
        told = [{"team_id": team, "judge_id": judge} for team, judge in heard]
        after = (await client.post(path, json={"absent": [absent], "heard": told})).json()
        assert absent not in {judge for _, judge in readings(after)}
        stood = {pair for pair in readings(before) if pair[1] != absent}
        assert stood <= readings(after)
        loads = [load["teams"] for load in after["loads"] if not load["absent"]]
        assert (sum(loads), max(loads) - min(loads)) == (36, 1)

        await client.delete(f"/events/{event}/judges/{judges[1]['judge_id']}")
        gone = (await client.get(path)).json()
        assert sum(panel["missing"] for panel in gone["panels"]) == len(
            {pair for pair in readings(after) if pair[1] == judges[1]["judge_id"]}
        ) - len(heard)
        mended = (await client.post(path, json={})).json()
        assert {pair for pair in readings(mended) if pair[1] == judges[1]["judge_id"]} == set(heard)
        assert absent not in {judge for _, judge in readings(mended)}
        assert sum(panel["missing"] for panel in mended["panels"]) == 0


async def test_teams_that_withdraw_or_come_late_are_seen_at_once(app: App) -> None:
    async with app.client() as client:
        event, teams, _ = await event_with(client, 6, 4)
        path = f"/events/{event}/assignment"
        await client.post(path, json={})
        await client.post(f"/events/{event}/teams/{teams[0]['team_id']}/withdraw")
        late = (await client.post(f"/events/{event}/teams", json={"name": "Late"})).json()
        now = (await client.get(path)).json()
        assert {panel["team_id"]: panel["missing"] for panel in now["panels"] if panel["missing"]} == {
            late["team_id"]: 3
        }
        assert teams[0]["team_id"] not in {panel["team_id"] for panel in now["panels"]}
        mended = (await client.post(path, json={})).json()
        assert {panel["missing"] for panel in mended["panels"]} == {0}


async def test_what_cannot_be_done_is_told_plainly_and_the_nearest_can_be_taken(app: App) -> None:
    async with app.client() as client:
        event, teams, judges = await event_with(client, 4, 3, reads=3)
        barred = judges[0]["judge_id"]
        await client.put(f"/events/{event}/judges/{barred}/conflicts/{teams[2]['team_id']}")
        path = f"/events/{event}/assignment"
        refused = await client.post(path, json={})
        assert (refused.status_code, refused.json()["code"]) == (409, "assignment_impossible")
        problem = refused.json()
        assert problem["detail"] == (
            f"Not every team can be heard by enough judges. {problem['shortfalls'][0]['why']} "
            "The nearest there is lacks 1 reading; to take it, ask with nearest."
        )
        (short,) = problem["shortfalls"]
        assert short["why"] == (
            "'Team 02' lacks 1 judge. Only Judge 1 and Judge 2 may hear it; 1 judge must not, by a conflict of "
            "interest. Invite a judge who may."
        )
        assert len(problem["nearest"][teams[2]["team_id"]]) == 2
        assert (await client.get(path)).status_code == 404
        nearest = (await client.post(path, json={"nearest": True})).json()
        assert {panel["team_id"]: panel["judge_ids"] for panel in nearest["panels"]} == problem["nearest"]
        assert nearest["notes"] == [short["why"]]


async def test_two_organizers_at_once_do_not_undo_each_other(app: App) -> None:
    async with app.client() as client:
        event, *_ = await event_with(client, 4, 4)
        path = f"/events/{event}/assignment"
        first = (await client.post(path, json={"revision": 0})).json()
        stale = await client.post(path, json={"revision": 0, "afresh": True, "seed": 5})
        assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile")
        assert stale.json()["current"]["revision"] == first["revision"] == 1
        fresh = await client.post(path, json={"revision": 1, "afresh": True, "seed": 5})
        assert (fresh.status_code, fresh.json()["revision"]) == (200, 2)


async def test_ids_of_others_are_refused(app: App) -> None:
    async with app.client() as client:
        event, teams, judges = await event_with(client, 2, 3)
        _, strangers, foreign = await event_with(client, 1, 1)
        path = f"/events/{event}/assignment"
        own, far = judges[0]["judge_id"], foreign[0]["judge_id"]
        for wish, code in (
            ({"absent": [far]}, "no_such_judge"),
            ({"heard": [{"team_id": strangers[0]["team_id"], "judge_id": own}]}, "no_such_team"),
            ({"heard": [{"team_id": teams[0]["team_id"], "judge_id": far}]}, "no_such_judge"),
        ):
            answer = await client.post(path, json=wish)
            assert (answer.status_code, answer.json()["code"]) == (422, code)
        await client.post(path, json={})
        assert (await client.get(path, params={"judge": far})).status_code == 404
        async with app.client(foreign[0]["token"]) as stranger:
            assert (await stranger.get(path)).status_code == 403
