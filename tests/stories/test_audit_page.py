"""The log as a page: newest first, in words, with names, page by page."""

import html
import re

import httpx

from pitchscoop.doors.web.told import WORDS
from tests.servers.app import App
from tests.stories.test_audit import facts
from tests.stories.test_live import start
from tests.stories.test_organizer import visitor
from tests.stories.test_panel import event_with

_ROW = re.compile(r"<tr>\s*<td>(.*?)</td>\s*<td>(.*?)</td>\s*<td>(.*?)</td>\s*</tr>", re.DOTALL)


def rows(page: str) -> list[tuple[str, ...]]:
    """When, who and what, as a reader has it."""
    plain = [[" ".join(re.sub("<.*?>", "", cell).split()) for cell in row] for row in _ROW.findall(page)]
    return [tuple(html.unescape(cell) for cell in row) for row in plain]


async def log(person: httpx.AsyncClient, path: str) -> str:
    answer = await person.get(path)
    assert answer.status_code == 200
    return answer.text


async def test_an_event_tells_who_did_what_newest_first(app: App) -> None:
    async with app.client() as client, visitor(app) as person:
        event, teams, judges = await event_with(client, 2, 3)
        await client.patch(f"/events/{event}", json={"settings": {"timezone": "Asia/Tokyo", "retention_days": 30}})
        async with app.client(judges[0]["token"]) as judge:
            path = f"/events/{event}/judges/{judges[0]['judge_id']}/conflicts/{teams[0]['team_id']}"
            await judge.put(path)
        session = await start(client, team_name=teams[1]["name"], pitch_title="<b>Kelp</b>", event_id=event)
        await client.post(f"/events/{event}/stage", json={"stage": "frozen"})
        page = await log(person, f"/events/{event}/audit")
        found = rows(page)
        assert [what.split()[-1] for *_, what in found] == [one["name"] for one in (await facts(client, event))[::-1]]
        told = [(who, what) for _, who, what in found]
        assert told[0] == ("Organizer", "Moved the event to frozen event_moved")
        assert told[1] == ("Organizer", "Opened a recording Team 01: <b>Kelp</b> session_started")
        assert told[2] == (
            "Judge 0 judge",
            "Declared a conflict of interest Judge 0 Team: Team 00 conflict_declared",
        )
        assert told[3] == (
            "Organizer",
            "Changed the event Time zone: Asia/Tokyo Kept for: 30 event_changed",
        )
        assert f'href="/pitches/{session["session_id"]}"' in page
        assert "+00:00" in page
        assert "data-local" not in page
        assert f'href="/api/v1/events/{event}/audit.csv"' in page
        await client.delete(f"/sessions/{session['session_id']}")
        assert f'href="/pitches/{session["session_id"]}"' not in await log(person, f"/events/{event}/audit")


async def test_it_is_turned_page_by_page_and_nothing_is_missing(app: App) -> None:
    async with app.client() as client, visitor(app) as person:
        event, *_ = await event_with(client, 120, 0)
        path: str | None = f"/events/{event}/audit"
        found, pages = [], 0
        while path:
            page = await log(person, path)
            found += [what for *_, what in rows(page)]
            pages += 1
            earlier = re.search(r'href="([^"]+\?before=[^"]+)"', page)
            path = earlier[1] if earlier else None
        assert (pages, found[-1]) == (3, "Set up the event event_created")
        assert len(found) == len(await facts(client, event)) == 121
        assert (await person.get(f"/events/{event}/audit?before=x")).status_code == 422


async def test_the_installation_and_what_is_gone_have_a_log(app: App) -> None:
    async with app.client() as client, visitor(app) as person:
        invited = (await client.post("/organizers", json={"name": f"Cleo {app.port}"})).json()
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        assert (await client.delete(f"/events/{event}")).status_code == 202
        page = await log(person, "/audit")
        assert ("Organizer", f"Invited an organizer Cleo {app.port} organizer_invited") in [
            line[1:] for line in rows(page)
        ]
        assert "data-local" in page
        gone = await log(person, f"/events/{event}/audit")
        assert "This event was deleted; its log stays" in gone
        assert "Deleted the event" in gone
        assert (await person.get("/events/nosuchevent/audit")).status_code == 404
        await client.delete(f"/organizers/{invited['organizer_id']}")


async def test_every_fact_of_an_events_life_has_words(app: App) -> None:
    async with app.client() as client:
        events = [event["event_id"] for event in (await client.get("/events")).json()["events"][:20]]
        names = {fact["name"] for event in (None, *events) for fact in await facts(client, event)}
    assert names - set(WORDS) == set()
