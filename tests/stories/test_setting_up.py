"""What was added to the pages of an event: files of teams, copies, events that everybody finds, teams that register."""

import datetime as dt
import re

import httpx
import pytest

from pitchscoop.doors.web.wording import clock
from tests.servers.app import App
from tests.stories.test_live import start
from tests.stories.test_organizer import PAGE, set_up, visitor
from tests.stories.test_rosters import new_event

FORM = {"name": "Nordhavn", "max_seconds": "3:00", "timezone": "Europe/Copenhagen", "reads": "3", "method": "adjusted",
        "sample_rate": "16000"}  # fmt: skip


async def saved(person: httpx.AsyncClient, at: str, **more: str) -> None:
    revision = re.findall(r'name="revision" value="(\d+)"', (await person.get(at)).text)[-1]
    assert (await person.post(f"{at}/settings", data=FORM | {"revision": revision} | more)).status_code == 303


@pytest.mark.parametrize(
    "raw",
    [
        "\ufeffTeam;Track\r\nØrsted;Sea\r\n=1+1;\r\nØrsted;\r\n".encode(),
        "Team;Track\nØrsted;Sea\n=1+1;\nØrsted;\n".encode("cp1252"),
        "Team\tTrack\nØrsted\tSea\n=1+1\t\nØrsted\t\n".encode("utf-16"),
    ],
)
async def test_a_file_of_teams_is_looked_over_as_a_pasted_list_is(app: App, raw: bytes) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        file = {"file": ("teams.csv", raw, "text/csv")}
        preview = await person.post(f"{at}/teams", data={"names": ""}, files=file)
        assert preview.status_code == 200
        for words in ("Two teams to add, one row left out", "Ørsted", "=1+1", "Row 2 has the same name."):
            assert words in preview.text
        assert "Ørsted" not in (await person.get(at)).text
        text = re.findall(r"<textarea[^>]*>(.*?)</textarea>", preview.text, re.DOTALL)[0]
        assert (await person.post(f"{at}/teams", data={"names": text, "step": "add"})).status_code == 303
        shown = (await person.get(at)).text
        assert ("Ørsted" in shown, "=1+1" in shown) == (True, True)


async def test_a_file_that_is_none_is_told_beside_the_field(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        for kind in ("teams", "judges"):
            sheet = {"file": ("teams.xlsx", b"PK\x03\x04\0\0binary", "application/octet-stream")}
            refused = await person.post(f"{at}/{kind}", data={"names": "Kept as typed"}, files=sheet)
            assert refused.status_code == 422
            assert "This file is not text. In the spreadsheet save it as CSV" in refused.text
            assert "Kept as typed</textarea>" in refused.text
            none = {"file": ("", b"", "application/octet-stream")}
            assert (await person.post(f"{at}/{kind}", data={"names": "Kelp"}, files=none)).status_code == 303


async def test_an_event_is_copied_from_its_page(app: App) -> None:
    async with visitor(app) as person, app.client() as client:
        at = await set_up(person)
        await person.post(f"{at}/teams", data={"names": "Kelp"})
        await saved(person, at, tracks="Sea\nLand", reads="2")
        made = await person.post(f"{at}/copies", data={"name": "Nordhavn 2027"})
        assert made.status_code == 303
        copy = (await client.get(made.headers["location"])).json()
        assert (copy["name"], copy["stage"]) == ("Nordhavn 2027", "draft")
        assert copy["settings"] == (await client.get(at)).json()["settings"]
        assert (await client.get(f"{made.headers['location']}/teams")).json()["teams"] == []
        refused = await person.post(f"{at}/copies", data={"name": "x" * 201})
        assert (refused.status_code, "Write a name of at most 200 letters" in refused.text) == (422, True)
        assert "x" * 201 in refused.text
        for stage in ("published", "archived"):
            await client.post(f"{at}/stage", json={"stage": stage})
        assert (await person.post(f"{at}/copies", data={"name": "Again"})).status_code == 303


async def test_everybody_finds_what_is_public_and_nothing_else_of_it(app: App) -> None:
    async with visitor(app) as person, visitor(app, None) as anybody, app.client() as client:
        at, hidden = await set_up(person, "Shown to all"), await set_up(person, "By link only")
        team = (await client.post(f"{at}/teams", json={"name": "Secretive"})).json()
        await saved(person, at, name="Shown to all", public="on")
        assert (await client.get(at)).json()["settings"]["public"] is True
        home = (await anybody.get("/")).text
        assert ("Shown to all" in home, "By link only" in home, "Secretive" in home) == (True, False, False)
        assert f"{at}/join" not in home
        async with app.client(None) as program:
            for path in (
                "",
                "/teams",
                "/sessions",
                "/schedule",
                "/export.json",
                f"/teams/{team['team_id']}",
            ):
                assert (await program.get(f"{at}{path}")).status_code in (401, 404), path
            assert (await program.get("/events")).status_code == 401
        for path in ("", "/desk", "/room", "/sheet", "/join"):
            assert (await anybody.get(f"{at}{path}")).status_code == 401, path
        async with visitor(app, team["token"]) as member:
            assert "Secretive" in (await member.get("/")).text
        await client.post(f"{at}/stage", json={"stage": "draft"})
        assert "Shown to all" not in (await anybody.get("/")).text
        await client.post(f"{at}/stage", json={"stage": "open"})
        await saved(person, at, name="Shown to all")
        assert "Shown to all" not in (await anybody.get("/")).text
        assert hidden


async def test_a_team_registers_and_its_members_come_in(app: App) -> None:
    async with visitor(app) as person, app.client() as client:
        at = await set_up(person, "Nordhavn")
        await saved(person, at, public="on", self_registration="on", tracks="Sea\nLand")
        assert f"{app.url}{at}/join" in (await person.get(at)).text
        await client.post(f"{at}/teams", json={"name": "Taken"})
        async with httpx.AsyncClient(base_url=app.url, headers=PAGE) as phone:
            assert f"{at}/join" in (await phone.get("/")).text
            form = (await phone.get(f"{at}/join")).text
            key = re.findall(r'name="key" value="([^"]+)"', form)[0]
            for name, status, words in (("taken", 409, "There is already a team"), (" ", 422, "Write a name")):
                refused = await phone.post(f"{at}/join", data={"name": name, "key": key})
                assert (refused.status_code, words in refused.text) == (status, True)
            elsewhere = await phone.post(f"{at}/join", data={"name": "X"}, headers={"Sec-Fetch-Site": "cross-site"})
            assert elsewhere.status_code == 403
            new = {"name": "Kelp", "track": "Sea", "key": key}
            async with visitor(app, None) as one, visitor(app, None) as other:  # sent twice
                first, again = [await browser.post(f"{at}/join", data=new) for browser in (one, other)]
            link = re.findall(r'value="(http[^"]+/join\?token=[^"]+)"', first.text)[0]
            assert link in again.text
            assert "pitchscoop=" in first.headers["set-cookie"]
            assert (await phone.get(link)).status_code == 303
            assert "Kelp" in (await phone.get("/")).text
            assert (await phone.get(f"{at}/join")).status_code == 403
        teams = (await client.get(f"{at}/teams")).json()["teams"]
        assert [(team["name"], team["track"]) for team in teams] == [("Kelp", "Sea"), ("Taken", None)]
        await client.post(f"{at}/stage", json={"stage": "frozen"})
        async with visitor(app, None) as late:
            assert (await late.get(f"{at}/join")).status_code == 409
            assert f"{at}/join" not in (await late.get("/")).text


@pytest.mark.parametrize(
    ("zone", "typed", "instant"),
    [
        ("Europe/Copenhagen", "2026-11-14T16:45", "2026-11-14T15:45:00Z"),
        ("Europe/Copenhagen", "2026-07-14T16:45", "2026-07-14T14:45:00Z"),  # summer
        ("Asia/Kolkata", "2026-11-14T16:45", "2026-11-14T11:15:00Z"),
        ("America/St_Johns", "2026-11-14T23:45", "2026-11-15T03:15:00Z"),  # another day
        ("Pacific/Kiritimati", "2026-01-01T00:10", "2025-12-31T10:10:00Z"),  # another year
    ],
)
async def test_clock_times_are_those_of_the_events_zone(app: App, zone: str, typed: str, instant: str) -> None:
    async with visitor(app) as person, app.client() as client:
        at = await set_up(person)
        await person.post(f"{at}/teams", data={"names": "Kelp"})
        await saved(person, at, timezone=zone)
        order = {"revision": "0", "order": "Kelp", "starts_at": typed, "slot": "3:00"}
        assert (await person.post(f"{at}/order", data=order)).status_code == 303
        slot = (await client.get(f"{at}/schedule")).json()["slots"][0]
        assert dt.datetime.fromisoformat(slot["starts_at"]) == dt.datetime.fromisoformat(instant)
        assert f'value="{typed}"' in (await person.get(at)).text
        for page in ("/desk", "/room"):
            assert f'data-zone="{zone}"' in (await person.get(f"{at}{page}")).text
        await saved(person, at, timezone="UTC")  # the moment stays, its clock time is another
        assert f'value="{instant[:16]}"' in (await person.get(at)).text


async def test_the_page_of_a_pitch_tells_the_time_where_the_event_is(app: App) -> None:
    """Whoever reads it elsewhere. Where the event has no zone the page turns it into theirs."""
    async with visitor(app) as person, app.client() as client:
        event = await new_event(client, timezone="Pacific/Kiritimati")
        for event_id, turned in ((event, False), (await new_event(client), True)):
            session = await start(client, event_id=event_id)
            made = dt.datetime.fromisoformat(
                (await client.get(f"/sessions/{session['session_id']}")).json()["created_at"]
            )
            page = (await person.get(f"/pitches/{session['session_id']}")).text
            zone = None if turned else "Pacific/Kiritimati"
            assert (clock(made, zone) in page, "data-local" in page) == (True, turned)


async def test_a_zone_that_is_none_is_not_taken(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        for zone in ("Mars/Base", "../UTC", "", "europe/copenhagen"):
            refused = await person.post(f"{at}/settings", data=FORM | {"timezone": zone, "revision": "1"})
            assert (refused.status_code, "Choose a time zone of the list" in refused.text) == (422, True), zone


async def test_what_was_recorded_before_there_was_an_event_stays_in_sight(app: App) -> None:
    async with visitor(app) as person, app.client() as client:
        (await client.post("/sessions", json={"team_name": "A", "pitch_title": "B"})).raise_for_status()
        made = (await client.post("/events", json={"name": "Later"})).json()["event_id"]
        assert 'href="/events/default/desk"' in (await person.get(f"/?event={made}")).text
