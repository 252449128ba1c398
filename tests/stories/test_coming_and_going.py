"""An event that is taken in from a file, and one that is deleted, on the organizer's pages."""

import html
import json

import httpx

from tests.servers.app import App
from tests.stories.test_organizer import visitor
from tests.stories.test_panel import event_with

IMPORT = "/events/import"


async def sent(person: httpx.AsyncClient, name: str, document: bytes) -> httpx.Response:
    return await person.post(IMPORT, files={"file": (name, document, "application/json")})


async def test_what_was_exported_and_deleted_is_taken_in_again(app: App) -> None:
    async with app.client() as client, visitor(app) as person:
        event, *_ = await event_with(client, 3, 2)
        document = (await client.get(f"/events/{event}/export.json")).content
        assert IMPORT in (await person.get("/events")).text
        there = await sent(person, "export.json", document)
        assert there.status_code == 409
        assert f"There is an event '{event}' already" in html.unescape(there.text)
        path = f"/events/{event}/deletion"
        page = (await person.get(path)).text
        assert "Three teams and two judges" in page
        assert "No pitches: audio" in page
        name = json.loads(document)["event"]["name"]
        wrong = await person.post(path, data={"name": f"{name}!"})
        assert wrong.status_code == 422
        assert "This is not its name. Nothing was deleted." in wrong.text
        assert (await client.get(f"/events/{event}")).status_code == 200
        gone = await person.post(path, data={"name": f" {name} "})
        assert (gone.status_code, gone.headers["location"]) == (303, f"/events?deleted={event}")
        assert f"/events/{event}/audit" in (await person.get(gone.headers["location"])).text
        assert (await client.get(f"/events/{event}")).status_code == 404
        assert (await person.post(path, data={"name": name})).status_code == 404
        elsewhere = json.loads(document)
        text = json.dumps(elsewhere).replace(event, f"{event}x")
        taken = await sent(person, "export.json", text.encode())
        assert (taken.status_code, taken.headers["location"]) == (303, f"/events/{event}x")
        assert "Team 02" in (await person.get(taken.headers["location"])).text


async def test_what_is_none_is_refused_in_plain_words(app: App) -> None:
    async with visitor(app) as person:
        nothing = await person.post(IMPORT, data={"file": ""})
        assert nothing.status_code == 422
        assert "Choose the file first" in nothing.text
        notes = await sent(person, "<notes>.pdf", b"%PDF-1.7")
        assert notes.status_code == 422
        assert "&lt;notes&gt;.pdf</bdi> was not taken in" in notes.text
        assert "Nothing was changed" in notes.text
        packed = await sent(person, "export.zip", b"PK\x03\x04rest")
        assert (packed.status_code, "choose the export.json that lies in it" in packed.text) == (422, True)
        large = await sent(person, "export.json", b" " * (17 << 20))
        assert large.status_code == 413
        assert "pitchscoop import FILE" in large.text


async def test_how_long_recordings_are_kept_is_said_with_its_date(app: App) -> None:
    async with app.client() as client, visitor(app) as person:
        event, *_ = await event_with(client, 1, 0)
        assert "what is recorded now" not in (await person.get(f"/events/{event}")).text
        await client.patch(f"/events/{event}", json={"settings": {"retention_days": 30}})
        assert "Days after the recording: what is recorded now, until " in (await person.get(f"/events/{event}")).text
