"""Prizes: decided by the standings, by one criterion, or by hand; told with the standings and not before."""

import asyncio
import html
import re
from typing import Any

import pytest

from tests.servers.app import App
from tests.stories.test_organizer import app_event, set_up, visitor
from tests.stories.test_standings import SCORES, Show, show

__all__ = ["show"]

PRIZES: list[dict[str, Any]] = [
    {"id": "harbour", "name": "Harbour prize", "by": "hand"},
    {"id": "sea", "name": "Best at sea", "track": "Sea"},
    {"id": "craft", "name": "Craft", "by": "criterion", "criterion": "team-and-craft"},
    {"id": "grand", "name": "Grand prize"},
    {"id": "land", "name": "On land", "by": "hand", "track": "Land"},
]


async def scored(show: Show) -> None:
    """Kelp is first, Loam has the best craft."""
    async with show.app.client() as client:
        (await client.patch(f"/events/{show.event}", json={"settings": {"prizes": PRIZES}})).raise_for_status()
    for judge in range(2):
        for team, points in (("Kelp", 9), ("Tide", 5), ("Loam", 2)):
            body = dict.fromkeys(SCORES, points) | {"team-and-craft": 10 if team == "Loam" else 3}
            async with show.app.client(show.judges[judge]) as client:
                path = f"/sessions/{show.sessions[team]}/scores"
                (await client.put(path, json={"scores": body})).raise_for_status()


def won(board: dict[str, Any]) -> dict[str, list[str]]:
    return {one["name"]: [winner["team_name"] for winner in one["winners"]] for one in board["prizes"]}


async def test_prizes_are_told_with_the_standings_and_not_before(show: Show) -> None:
    await scored(show)
    tide, kelp = show.sessions["Tide"], show.sessions["Kelp"]
    board = await show.board()
    assert won(board) == {"Harbour prize": [], "Best at sea": ["Kelp"], "Craft": ["Loam"], "Grand prize": ["Kelp"],
                          "On land": []}  # fmt: skip
    assert [one["decided"] for one in board["prizes"]] == [
        "Chosen by hand", "First place in Sea", "Highest in Team and craft", "First place",
        "Chosen by hand in Land",
    ]  # fmt: skip
    harbour = f"/events/{show.event}/prizes/harbour"
    async with show.app.client() as client:
        for winners in ([kelp], [kelp, tide], [tide]):
            given = await client.put(harbour, json={"session_ids": winners})
            assert (given.status_code, set(given.json()["session_ids"])) == (200, set(winners))
            teams = set(won(await show.board())["Harbour prize"])
            assert teams == {name for name, one in show.sessions.items() if one in winners}
        for prize, winners, status, code in (
            ("grand", [tide], 422, "not_by_hand"),
            ("luck", [tide], 404, "no_such_prize"),
            ("harbour", ["nobody"], 404, "no_such_session"),
            ("land", [tide], 422, "cannot_win"),
        ):
            wrong = await client.put(f"/events/{show.event}/prizes/{prize}", json={"session_ids": winners})
            assert (wrong.status_code, wrong.json()["code"]) == (status, code)
    assert won(await show.board())["Harbour prize"] == ["Tide"]
    assert (await show.board(None))["prizes"] == []
    async with show.app.client() as client:
        path = f"/events/{show.event}/teams"
        team = next(one for one in (await client.get(path)).json()["teams"] if one["name"] == "Tide")
        token = (await client.post(f"{path}/{team['team_id']}/invitation")).json()["token"]
    async with show.app.client(token) as client:
        assert "harbour" not in (await client.get(f"/sessions/{tide}")).text
    await show.move("frozen")
    await show.move("published")
    assert won(await show.board(None)) == won(await show.board())
    async with show.app.client() as client:
        assert (await client.get(f"/sessions/{tide}/feedback")).json()["prizes"] == ["Harbour prize"]
        assert (await client.get(f"/sessions/{kelp}/feedback")).json()["prizes"] == ["Best at sea", "Grand prize"]
        log = (await client.get(f"/events/{show.event}/audit?limit=1000")).json()["facts"]
        facts = [fact for fact in log if fact["name"].startswith("session_prize")]
        told = [(fact["name"], fact["subject"], fact["data"]["prize"], fact["by"]) for fact in facts]
        assert told == [
            ("session_prize_given", kelp, "harbour", "organizer"),
            ("session_prize_given", tide, "harbour", "organizer"),
            ("session_prize_taken_back", kelp, "harbour", "organizer"),
        ]
        assert (await client.put(harbour, json={"session_ids": []})).json() == {"session_ids": []}
    assert won(await show.board(None))["Harbour prize"] == []


async def test_two_who_give_one_prize_in_the_same_moment_leave_somebody_with_it(show: Show) -> None:
    await scored(show)
    path = f"/events/{show.event}/prizes/harbour"
    async with show.app.client() as client, show.app.client() as other:
        for _ in range(25):
            both = await asyncio.gather(
                client.put(path, json={"session_ids": [show.sessions["Kelp"]]}),
                other.put(path, json={"session_ids": [show.sessions["Tide"]]}),
            )
            assert [answer.status_code for answer in both] == [200, 200]
            assert won(await show.board())["Harbour prize"]
            (await client.put(path, json={"session_ids": []})).raise_for_status()


@pytest.mark.parametrize(
    "prizes",
    [
        [{"id": "a", "name": "A"}, {"id": "a", "name": "B"}],
        [{"id": "a", "name": "A", "by": "criterion"}],
        [{"id": "a", "name": "A", "criterion": "problem"}],
        [{"id": "a", "name": "A", "by": "criterion", "criterion": "luck"}],
        [{"id": "a", "name": "A", "track": "Air"}],
    ],
)
async def test_a_prize_that_cannot_be_decided_is_refused(app: App, prizes: list[dict[str, Any]]) -> None:
    async with app.client() as client:
        body = {"name": "E", "settings": {"tracks": ["Sea"], "prizes": prizes}}
        made = await client.post("/events", json=body)
        assert (made.status_code, made.json()["code"]) == (422, "bad_prize"), made.text
        event = (await client.post("/events", json={"name": "E", "settings": {"tracks": ["Sea"]}})).json()["event_id"]
        changed = await client.patch(f"/events/{event}", json={"settings": {"prizes": prizes}})
        assert (changed.status_code, changed.json()["code"]) == (422, "bad_prize")


async def test_prizes_are_set_on_the_events_page(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        shown = (await person.get(at)).text
        choices = [html.unescape(one) for one in re.findall(r'<option value="([^"]*)"', _part(shown))]
        assert choices[:3] == ["rank||", "hand||", "criterion||problem"]
        revision = re.findall(r'name="revision" value="(\d+)"', _part(shown))[0]
        form = {"revision": revision, "prize-0": "Grand <prize>", "goes-0": "rank||", "prize-1": "", "goes-1": "hand||"}
        assert (await person.post(f"{at}/prizes", data=form)).headers["location"] == f"{at}?prizes=1#prizes"
        (prize,) = (await app_event(app, at))["settings"]["prizes"]
        assert (prize["name"], prize["by"]) == ("Grand <prize>", "rank")

        shown = _part((await person.get(at)).text)
        assert 'value="Grand &lt;prize&gt;"' in shown
        again = re.findall(r'name="revision" value="(\d+)"', shown)[0]
        changed = {"revision": again, "prize_id-0": prize["id"], "prize-0": "Grand", "goes-0": "criterion||problem",
                   "prize_id-1": prize["id"], "prize-1": "Twin", "goes-1": "hand||"}  # fmt: skip
        stale = await person.post(f"{at}/prizes", data=changed | {"revision": revision})
        assert stale.status_code == 409
        assert 'value="Twin"' in stale.text
        assert (await person.post(f"{at}/prizes", data=changed)).status_code == 303
        one, two = (await app_event(app, at))["settings"]["prizes"]
        assert (one["id"], one["criterion"], two["id"] == one["id"]) == (prize["id"], "problem", False)

        wrong = await person.post(f"{at}/prizes", data={"prize-0": "A", "goes-0": "luck"})
        assert (wrong.status_code, "Choose one of the list." in wrong.text) == (422, True)
        long = await person.post(f"{at}/prizes", data={"prize-0": "A" * 201, "goes-0": "hand||"})
        assert (long.status_code, "at most 200 letters" in long.text) == (422, True)
        assert len((await app_event(app, at))["settings"]["prizes"]) == 2


def _part(page: str) -> str:
    return page[page.index('id="prizes"') : page.index('id="settings"')]


async def test_a_prize_that_nobody_can_win_any_more_bars_neither_the_form_nor_a_copy(app: App) -> None:
    async with visitor(app) as person, app.client() as client:
        at = await set_up(person)
        craft = {"id": "craft", "name": "Craft", "by": "criterion", "criterion": "team-and-craft"}
        (await client.patch(at, json={"settings": {"prizes": [craft]}})).raise_for_status()
        startup = (await client.get("/rubrics")).json()["rubrics"]["startup"]
        rubric = [one for one in startup if one["id"] != "team-and-craft"]
        (await client.patch(at, json={"rubric": rubric})).raise_for_status()
        shown = _part((await person.get(at)).text)
        assert "Highest in team-and-craft (nobody can win it any more)" in shown
        revision = re.findall(r'name="revision" value="(\d+)"', shown)[0]
        form = {"revision": revision, "prize_id-0": "craft", "prize-0": "Craft", "goes-0": "criterion||team-and-craft",
                "prize-1": "Grand", "goes-1": "rank||"}  # fmt: skip
        assert (await person.post(f"{at}/prizes", data=form)).status_code == 303
        assert [one["name"] for one in (await app_event(app, at))["settings"]["prizes"]] == ["Craft", "Grand"]
        copy = (await client.post(f"{at}/copies", json={"name": "F"})).json()
        assert [one["name"] for one in copy["settings"]["prizes"]] == ["Grand"]
