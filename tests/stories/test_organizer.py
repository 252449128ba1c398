"""What an organizer does on the pages, with a browser's forms: an event, its people, its settings, its desk."""

import asyncio
import html
import json
import re
from typing import Any

import httpx
import pytest

from pitchscoop.main import assembled
from pitchscoop.organizing.panel import Wish
from pitchscoop.settings import load
from tests.exports.pitches import ORGANIZER
from tests.scoring.judged import WHOLE, judged
from tests.servers.app import ADMIN, App

PAGE = {"Accept": "text/html"}
NAMES = [f"Team {number}" for number in range(1, 11)]


def visitor(app: App, token: str | None = ADMIN) -> httpx.AsyncClient:
    """Somebody before a page; programs' tokens open it as cookies do."""
    headers = PAGE | ({"Authorization": f"Bearer {token}"} if token else {})
    return httpx.AsyncClient(base_url=app.url, headers=headers, timeout=30)


async def set_up(person: httpx.AsyncClient, name: str = "Nordhavn Climate Hack 2026") -> str:
    made = await person.post("/events", data={"name": name, "timezone": "Europe/Copenhagen"})
    assert made.status_code == 303
    return made.headers["location"]


async def rows(person: httpx.AsyncClient, at: str) -> tuple[dict[str, Any], list[list[Any]]]:
    answer = await person.get(f"{at}/desk/rows")
    head, *lines, around, end = [json.loads(line) for line in answer.text.splitlines()]
    assert (answer.status_code, end) == (200, {"end": True})
    return head | around, [row for line in lines for row in line]


async def test_an_event_is_set_up_with_all_who_take_part_or_not_at_all(app: App) -> None:
    async with visitor(app) as person:
        lists = {"teams": "\n".join(NAMES), "judges": "Ada\nBo\nChi"}
        for spoiled, sentence in (
            ({"name": " "}, "Write a name"),
            ({"teams": "Tide\nKelp\nTide"}, "Row 3: Row 1 has the same name."),
            ({"judges": "Bo\n" + "x" * 300}, "Row 2: "),
            ({"judges": "Ada, Analytical Engines\nBo, Acme"}, "This list has more than names."),
            ({"teams": "Team\tNotes\nTide\tsecret"}, "This list has more than names."),
            ({"teams": "a\n" * 2_100_000}, "longer than 4 million letters"),
        ):
            before = (await person.get("/api/v1/events")).json()
            answer = await person.post("/events", data={"name": "Tide Hack", **lists, **spoiled})
            assert answer.status_code == 422
            assert sentence in answer.text
            kept = {"name": "Tide Hack", **lists, **spoiled}
            assert all(line in answer.text for text in kept.values() for line in text.split("\n")[:20])
            assert (await person.get("/api/v1/events")).json() == before
        once = re.findall(r'name="once" value="(\S{20,})"', (await person.get("/events")).text)
        whole = {"name": "Tide Hack", "once": once[0], **lists}
        made, again = await asyncio.gather(*(person.post("/events", data=whole) for _ in range(2)))  # pressed twice
        assert (made.status_code, made.headers["location"]) == (303, again.headers["location"])
        at = f"/api/v1{made.headers['location']}"
        teams, judges = (await person.get(f"{at}/teams")).json(), (await person.get(f"{at}/judges")).json()
        assert sorted(team["name"] for team in teams["teams"]) == sorted(NAMES)
        assert sorted(judge["name"] for judge in judges["judges"]) == ["Ada", "Bo", "Chi"]
        assert "open this machine only" in (await person.get(made.headers["location"])).text  # told before one prints


async def test_from_a_name_to_printed_links(app: App) -> None:
    async with visitor(app) as person:
        assert "Set up the event" in (await person.get("/events")).text
        at = await set_up(person)
        text = "\n".join([*NAMES, "team 3"])
        preview = await person.post(f"{at}/teams", data={"names": text})
        assert preview.status_code == 200
        assert "Ten teams to add, one row left out" in preview.text
        assert "Row 3 has the same name." in preview.text
        assert "Team 1" not in (await person.get(at)).text
        for _ in range(2):  # sent again, it adds nobody twice
            added = await person.post(f"{at}/teams", data={"names": text, "step": "add"})
            assert (added.status_code, added.headers["location"]) == (303, f"{at}#teams")
        for name in ("Ada", "Bo", "Chi"):
            assert (await person.post(f"{at}/judges", data={"names": name})).status_code == 303
        sheet = (await person.get(f"{at}/sheet")).text
        links = re.findall(r"http\S+/join\?token=\w[\w-]+", sheet)
        assert len(set(links)) == len(links) == 13
        assert sheet.count("<svg") >= 13
        assert "Europe/Copenhagen" in (await person.get(at)).text
    async with httpx.AsyncClient() as member:
        assert (await member.get(links[0])).status_code == 303
        assert "Team 1" in (await member.get(f"{app.url}/")).text


async def test_a_link_is_ended_and_a_team_withdrawn(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        await person.post(f"{at}/teams", data={"names": "Kelpline"})
        team = re.search(rf"{at}/teams/(\w+)", (await person.get(at)).text)
        assert team
        own = team.group()
        old = html.unescape(re.findall(r'value="(http[^"]+)"', (await person.get(own)).text)[0])
        code = await person.get(f"{own}/qr.svg")
        assert (code.headers["content-type"], code.text[:4]) == ("image/svg+xml", "<svg")
        assert (await person.post(f"{own}/invitation")).headers["location"] == own
        new = html.unescape(re.findall(r'value="(http[^"]+)"', (await person.get(own)).text)[0])
        assert new != old
        async with visitor(app, None) as member:
            assert (await member.get(old)).status_code == 401
        await person.post(f"{own}/withdraw")
        assert "Withdrawn" in (await person.get(at)).text
        assert "Kelpline" not in (await person.get(f"{at}/sheet")).text
        await person.post(f"{own}/return")
        assert "Kelpline" in (await person.get(f"{at}/sheet")).text
        await person.post(f"{at}/judges", data={"names": "Kaspar"})
        judge = re.search(rf"{at}/judges/\w+", (await person.get(at)).text)
        assert judge
        removed = await person.post(f"{judge.group()}/remove")
        assert "Kaspar</bdi> was taken off" in (await person.get(removed.headers["location"].partition("#")[0])).text
        await person.post(f"{judge.group()}/return")
        assert "Kaspar" in (await person.get(f"{at}/sheet")).text
        assert (await person.post(f"{own}/explode")).status_code == 404


async def test_what_somebody_else_saved_is_shown_and_kept(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        shown = (await person.get(at)).text
        revision = re.findall(r'name="revision" value="(\d+)"', shown)[0]
        form = {"name": "Mine", "max_seconds": "3:00", "timezone": "Europe/Copenhagen", "reads": "3",
                "method": "mean", "sample_rate": "16000", "language": "", "tracks": "", "retention_days": "",
                "downloads": "on"}  # fmt: skip
        theirs = await person.post(f"{at}/settings", data={**form, "name": "Theirs", "revision": revision})
        assert theirs.headers["location"] == f"{at}?saved=1#settings"
        mine = await person.post(f"{at}/settings", data={**form, "max_seconds": "4:00", "revision": revision})
        assert mine.status_code == 409
        assert "Somebody changed these settings meanwhile" in mine.text
        assert "<bdi>Theirs</bdi>" in mine.text
        assert 'value="4:00"' in mine.text
        event = (await app_event(app, at))["name"]
        assert event == "Theirs"
        again = re.findall(r'name="revision" value="(\d+)"', mine.text)[0]
        await person.post(f"{at}/settings", data={**form, "max_seconds": "4:00", "revision": again})
        now = await app_event(app, at)
        assert (now["name"], now["settings"]["max_seconds"], now["settings"]["method"]) == ("Mine", 240, "mean")
        wrong = await person.post(f"{at}/settings", data={**form, "max_seconds": "soon", "reads": "0", "timezone": "x"})
        assert wrong.status_code == 422
        for words in ("Write it as 3:00", "Write a number from 1 to 50", "Choose a time zone"):
            assert words in wrong.text
        assert (await app_event(app, at)) == now


async def test_the_ranking_stays_as_it_was_chosen_once_somebody_scored(app: App) -> None:
    async with visitor(app) as person, assembled(load(app.settings), app.url) as parts:
        here = await judged(parts.engine)
        await parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": {"problem": 8}})
        at = f"/events/{here.event_id}"
        form = {"name": "Mine", "max_seconds": "3:00", "timezone": "UTC", "reads": "3", "sample_rate": "16000"}
        changed = await person.post(f"{at}/settings", data=form | {"method": "mean"})
        assert changed.status_code == 409
        assert "Scoring has begun" in changed.text
        assert 'value="3:00"' in changed.text
        assert (await app_event(app, at))["settings"]["max_seconds"] == 300
        ties = await person.post(f"{at}/settings", data=form | {"method": "adjusted", "tie_break": "score"})
        assert (ties.status_code, "Scoring has begun" in ties.text) == (409, True)
        assert (await person.post(f"{at}/settings", data=form | {"method": "adjusted"})).status_code == 303
        assert (await app_event(app, at))["settings"]["max_seconds"] == 180


async def app_event(app: App, at: str) -> dict[str, Any]:
    async with app.client() as client:
        found: dict[str, Any] = (await client.get(at)).json()
        return found


async def test_the_stage_goes_one_step_and_back(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        assert (await person.post(f"{at}/stage", data={"stage": "frozen"})).headers["location"] == at
        assert "Open again" in (await person.get(at)).text
        back = await person.post(f"{at}/stage", data={"stage": "open", "where": "desk"})
        assert back.headers["location"] == f"{at}/desk"
        refused = await person.post(f"{at}/stage", data={"stage": "archived"})
        assert (refused.status_code, "From there it goes to" in refused.text) == (409, True)
        assert (await person.post(f"{at}/stage", data={"stage": "gone"})).status_code == 422
        assert (await app_event(app, at))["stage"] == "open"


async def test_where_cards_are_missing_it_asks_before_it_goes_on(app: App) -> None:
    async with visitor(app) as person, assembled(load(app.settings), app.url) as parts:
        here = await judged(parts.engine, teams=3, reads=1)
        at = f"/events/{here.event_id}"
        silent = await parts.engine.organizing.add_team(ORGANIZER, here.event_id, "Never came")
        await parts.engine.panel.make(ORGANIZER, here.event_id, Wish())
        await parts.engine.organizing.withdraw_team(ORGANIZER, here.event_id, here.teams[2])
        assert silent.who.team_id not in here.teams
        asked = await person.post(f"{at}/stage", data={"stage": "frozen", "where": "desk"})
        assert asked.status_code == 409
        assert "Two cards are missing" in asked.text
        assert (await app_event(app, at))["stage"] == "open"
        sure = await person.post(f"{at}/stage", data={"stage": "frozen", "where": "desk", "sure": "on"})
        assert sure.headers["location"] == f"{at}/desk"
        assert "Two cards are missing" in (await person.post(f"{at}/stage", data={"stage": "published"})).text
        assert (await person.post(f"{at}/stage", data={"stage": "open"})).status_code == 303
        await parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": WHOLE})
        assert "One card is missing" in (await person.post(f"{at}/stage", data={"stage": "frozen"})).text
        await parts.engine.cards.save(here.judges[0], here.pitches[1], {"mark": "skip"})
        assert (await person.post(f"{at}/stage", data={"stage": "frozen"})).status_code == 303
        assert (await person.post(f"{at}/stage", data={"stage": "published"})).status_code == 303


async def test_the_desk_has_every_session_and_hears_of_news(app: App) -> None:
    async with visitor(app) as person, app.client() as client:
        at = await set_up(person)
        event_id = at.rpartition("/")[2]
        await person.post(f"{at}/teams", data={"names": "Kelpline"})
        new = {"team_name": "Kelpline", "pitch_title": "Crop insurance for seaweed", "event_id": event_id}
        made = [(await client.post("/sessions", json=new)).json()["session_id"] for _ in range(70)]
        head, found = await rows(person, at)
        assert [row[0] for row in found] == made[::-1]
        assert [team[1] for team in head["teams"]] == ["Kelpline"]
        assert found[0][1:6] == [head["teams"][0][0], "Kelpline", "Crop insurance for seaweed", "waiting", 0]
        await client.delete(f"/sessions/{made[0]}")
        later = (await client.post("/sessions", json=new)).json()["session_id"]
        news = (await person.get(f"{at}/desk/news", params={"after": head["position"]})).json()
        assert made[0] in news["gone"]
        assert [row[0] for row in news["rows"]] == [later]
        assert (news["teams"], news["more"]) == ([], False)
        tide = (await client.post(f"{at}/teams", json={"name": "Tide"})).json()["team_id"]
        await client.post(f"{at}/teams/{head['teams'][0][0]}/withdraw")
        more = (await person.get(f"{at}/desk/news", params={"after": news["position"]})).json()
        assert more["teams"] == [[tide, "Tide", None, False], [head["teams"][0][0], "Kelpline", None, True]]
        news = more
        quiet = (await person.get(f"{at}/desk/news", params={"after": news["position"]})).json()
        assert (quiet["rows"], quiet["live"]) == ([], [])
        assert (await person.get(f"{at}/desk/news?after=x'")).status_code == 422


async def test_the_room_and_the_desk_follow_a_running_order(app: App) -> None:
    async with visitor(app) as person, app.client() as client:
        at = await set_up(person)
        await person.post(f"{at}/teams", data={"names": "Kelpline\nRo\nNo Plan B", "step": "add"})
        assert (await person.get(f"{at}/room/now")).json()["stage"]["next"] == []
        form = {"revision": "0", "order": "ro\nKelpline", "starts_at": "2026-11-14T16:45", "slot": "4:00"}
        sent = await person.post(f"{at}/order", data=form)
        assert (sent.status_code, sent.headers["location"]) == (303, f"{at}?ordered=1#order")
        shown = (await person.get(at)).text
        assert ("Ro\nKelpline</textarea>" in shown, "Without a slot: No Plan B." in shown) == (True, True)
        assert 'value="2026-11-14T16:45"' in shown
        stage = (await person.get(f"{at}/room/now")).json()["stage"]
        assert ([slot["team"] for slot in stage["next"]], stage["now"], stage["slot"]) == (
            ["Ro", "Kelpline"],
            None,
            240,
        )
        assert stage["next"][1]["begins"] - stage["next"][0]["begins"] == 240_000
        head, _ = await rows(person, at)
        assert [slot["team"] for slot in head["stage"]["next"]] == ["Ro", "Kelpline"]
        await client.put(f"{at}/schedule/stage", json={"team_id": stage["next"][0]["id"]})
        news = (await person.get(f"{at}/desk/news", params={"after": head["position"]})).json()
        assert (news["stage"]["now"]["team"], [slot["team"] for slot in news["stage"]["next"]]) == ("Ro", ["Kelpline"])
        overtaken = await person.post(f"{at}/order", data={**form, "order": "Kelpline"})
        assert (overtaken.status_code, "Somebody changed the running order meanwhile" in overtaken.text) == (409, True)
        wrong = await person.post(f"{at}/order", data={"order": "Kelp", "starts_at": "soon", "slot": "x"})
        assert wrong.status_code == 422
        for words in ("There is no team “Kelp” in this event.", "Write a day and a time", "Write it as 3:00"):
            assert words in wrong.text


PAGES = ("", "/desk", "/desk/rows", "/desk/news", "/room", "/room/now", "/sheet")
FORMS = ("/teams", "/judges", "/criteria", "/settings", "/order", "/stage", "/copies")


async def test_nobody_but_the_organizer_comes_in(app: App) -> None:
    async with visitor(app) as person, app.client() as client:
        at = await set_up(person)
        foreign = (await client.post("/events", json={"name": "Other"})).json()["event_id"]
        tokens = {
            "team": (await client.post(f"{at}/teams", json={"name": "A"})).json()["token"],
            "judge": (await client.post(f"{at}/judges", json={"name": "J"})).json()["token"],
            "foreign team": (await client.post(f"/events/{foreign}/teams", json={"name": "A"})).json()["token"],
            "foreign judge": (await client.post(f"/events/{foreign}/judges", json={"name": "J"})).json()["token"],
        }
        own = re.findall(rf"{at}/(?:teams|judges)/\w+", (await person.get(at)).text)
    listens = {"/desk/rows", "/room", "/room/now"}  # a judge may see the sessions of their event anyway
    for role, token in {**tokens, "public": None}.items():
        expected = 401 if token is None else 403
        async with visitor(app, token) as other:
            for path in PAGES:
                status = 200 if role == "judge" and path in listens else expected
                assert (await other.get(at + path)).status_code == status, (role, path)
            for path in FORMS:
                sent = {"names": "X", "stage": "frozen", "name": "X"}
                assert (await other.post(at + path, data=sent)).status_code == expected, (role, path)
            for path in {found for one in own for found in (one, f"{one}/qr.svg")}:
                assert (await other.get(path)).status_code == expected, (role, path)
            for path in {f"{one}/invitation" for one in own}:
                assert (await other.post(path)).status_code == expected, (role, path)
            assert (await other.post("/events", data={"name": "X"})).status_code == expected
    assert (await app_event(app, at))["stage"] == "open"


@pytest.mark.parametrize("path", ["", "/desk", "/sheet", "/room", "/desk/rows", "/teams/x", "/judges/x"])
async def test_what_is_not_there(app: App, path: str) -> None:
    async with visitor(app) as person:
        assert (await person.get(f"/events/nowhere{path}")).status_code == 404


async def test_a_form_of_another_site_does_nothing(app: App) -> None:
    async with assembled(load(app.settings), app.url) as parts:
        link = await parts.engine.access.sign_in_link()
    async with httpx.AsyncClient(base_url=app.url, headers=PAGE) as person:
        await person.post("/sign-in", data={"token": link})
        at = await set_up(person)
        for elsewhere in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            for path in FORMS:
                sent = await person.post(at + path, data={"names": "X", "stage": "frozen"}, headers=elsewhere)
                assert (sent.status_code, path) == (403, path)
            assert (await person.post("/events", data={"name": "X"}, headers=elsewhere)).status_code == 403
    assert (await app_event(app, at))["stage"] == "open"


@pytest.mark.parametrize("names", ["", "  \n ", "x" * 201, "\n".join(map(str, range(10_001)))])
async def test_a_list_that_cannot_be_used_is_kept_in_its_field(app: App, names: str) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        for kind in ("teams", "judges"):
            refused = await person.post(f"{at}/{kind}", data={"names": names})
            assert refused.status_code == 422
            assert 'aria-invalid="true"' in refused.text


async def test_nobody_is_overwritten_in_an_event_that_was_never_changed(own_app: App) -> None:
    async with visitor(own_app) as person:
        shown = (await person.get("/events/default")).text
        revision = re.findall(r'name="revision" value="(\d+)"', shown)[0]
        form = {"name": "Mine", "max_seconds": "3:00", "timezone": "UTC", "reads": "3", "method": "mean",
                "sample_rate": "16000", "revision": revision}  # fmt: skip
        assert (await person.post("/events/default/settings", data=form)).status_code == 303
        assert (await person.post("/events/default/settings", data=form | {"name": "Theirs"})).status_code == 409
