"""Who hears whom, on the organizer's page: made, made again, and what cannot be is told before it is taken."""

import html
import re
from typing import Any

import httpx

from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests.exports.pitches import kept
from tests.scoring.judged import WHOLE
from tests.servers.app import App
from tests.stories.test_organizer import visitor
from tests.stories.test_panel import event_with, readings


async def shown(person: httpx.AsyncClient, path: str) -> str:
    answer = await person.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.text)


def revision(page: str) -> str:
    return str(re.findall(r'name="revision" value="(\d+)"', page)[0])


async def test_made_by_a_button_and_made_again_for_who_is_there(app: App) -> None:
    async with app.client() as client, visitor(app) as person:
        event, _, judges = await event_with(client, 6, 5)
        path, api = f"/events/{event}/assignment", f"/events/{event}/assignment"
        assert path in await shown(person, f"/events/{event}")
        before = await shown(person, path)
        assert "No plan yet" in before
        assert "Three judges are to hear each team" in before
        made = await person.post(path, data={"revision": revision(before)})
        assert (made.status_code, made.headers["location"]) == (303, f"{path}?made=1")
        after = await shown(person, made.headers["location"])
        for words in ("Judges see their teams now", "Team 05", "Make it anew"):
            assert words in after
        first = (await client.get(api)).json()
        absent = judges[2]["judge_id"]
        again = await person.post(path, data={"revision": revision(after), "absent": absent})
        assert again.status_code == 303
        second = (await client.get(api)).json()
        assert {pair for pair in readings(first) if pair[1] != absent} <= readings(second)
        assert absent not in {judge for _, judge in readings(second)}
        assert f'value="{absent}" checked' in await shown(person, path)
        anew = await person.post(path, data={"revision": second["revision"], "absent": absent, "afresh": "on"})
        assert anew.status_code == 303
        third = (await client.get(api)).json()
        assert (third["revision"], third["seed"]) == (3, 2)
        assert readings(third) != readings(second)
        await person.post(path, data={"revision": 3})  # nobody is ticked: all are there
        assert (await client.get(api)).json()["loads"][2]["absent"] is False


async def test_two_organizers_do_not_overwrite_one_another(app: App) -> None:
    async with app.client() as client, visitor(app) as person:
        event, _, judges = await event_with(client, 4, 4)
        path = f"/events/{event}/assignment"
        seen = revision(await shown(person, path))
        theirs = (await client.post(path, json={})).json()
        late = await person.post(path, data={"revision": seen, "absent": judges[0]["judge_id"], "afresh": "on"})
        page = html.unescape(late.text)
        assert late.status_code == 409
        assert "Somebody made another plan meanwhile" in page
        assert "one made anew, with one judge not there: <bdi>Judge 0</bdi>" in page
        assert "Team 03" in page
        assert (await client.get(path)).json() == theirs
        fields = dict(re.findall(r'type="hidden" name="(revision|absent|afresh)" value="(\w+)"', page))
        assert (await person.post(path, data=fields)).status_code == 303
        mine = (await client.get(path)).json()
        assert (mine["revision"], mine["loads"][0]["absent"]) == (2, True)


async def test_what_cannot_be_is_told_and_the_nearest_is_taken(app: App) -> None:
    async with app.client() as client, visitor(app) as person:
        event, teams, judges = await event_with(client, 4, 3, reads=3)
        await client.put(f"/events/{event}/judges/{judges[0]['judge_id']}/conflicts/{teams[2]['team_id']}")
        path = f"/events/{event}/assignment"
        refused = await person.post(path, data={"revision": "0"})
        page = html.unescape(refused.text)
        assert refused.status_code == 409
        assert "One team would lack judges" in page
        assert "lacks one reading" in page
        assert "1 judge must not, by a conflict of interest. Invite a judge who may." in page
        assert (await client.get(path)).status_code == 404
        assert (await person.post(path, data={"revision": "0", "nearest": "on"})).status_code == 303
        page = await shown(person, path)
        assert "One team lacks judges" in page
        assert page.count("Lacks one judge") == 1
        strange = await person.post(path, data={"absent": "nobody"})
        assert strange.status_code == 422
        assert "There is no judge 'nobody'" in html.unescape(strange.text)


async def test_it_shows_who_has_heard_whom_and_who_cannot_any_more(app: App) -> None:
    async with app.client() as client, visitor(app) as person, assembled(load(app.settings), app.url) as parts:
        event, teams, judges = await event_with(client, 1, 3)
        path = f"/events/{event}/assignment"
        (await client.post(path, json={})).raise_for_status()
        session = await kept(parts.engine, event, teams[0]["name"], b"sound")
        async with app.client(judges[0]["token"]) as judge:
            saved = await judge.put(f"/sessions/{session.session_id}/scores", json={"scores": WHOLE})
            assert saved.status_code == 200, saved.text
        await client.delete(f"/events/{event}/judges/{judges[1]['judge_id']}")
        await client.put(f"/events/{event}/judges/{judges[2]['judge_id']}/conflicts/{teams[0]['team_id']}")
        seats = re.findall(r"<li[^>]*><bdi>(Judge \d)</bdi>(.*?)</li>", await shown(person, path), re.DOTALL)
        said = {name: re.sub(r"<.*?>", "", words, flags=re.DOTALL).strip() for name, words in seats}
        assert said == {"Judge 0": "heard", "Judge 1": "removed", "Judge 2": "must not hear it"}
        await client.post(f"/events/{event}/stage", json={"stage": "frozen"})
        for stage in ("published", "archived"):
            await client.post(f"/events/{event}/stage", json={"stage": stage})
        page = await shown(person, path)
        assert "An archived event does not change" in page
        assert "Make it again</button>" not in page
        assert (await person.post(path, data={})).status_code == 409


async def test_an_event_without_anybody_says_what_is_missing(app: App) -> None:
    async with app.client() as client, visitor(app) as person:
        for teams, judges, words in (
            (0, 0, "A plan needs teams and judges"),
            (2, 0, "No judges yet"),
            (0, 2, "No teams yet"),
        ):
            event, *_ = await event_with(client, teams, judges) if teams else await without_teams(client, judges)
            assert words in await shown(person, f"/events/{event}/assignment")


async def without_teams(client: httpx.AsyncClient, judges: int) -> tuple[str, list[Any], list[Any]]:
    event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
    for number in range(judges):
        await client.post(f"/events/{event}/judges", json={"name": f"Judge {number}"})
    return event, [], []
