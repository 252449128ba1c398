"""Commands for events, teams and judges, beside a server."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx

from tests.servers.app import App, sign_in
from tests.stories.test_transcripts_commands import beside


async def done(app: App, *arguments: str) -> Any:
    """What a command prints as JSON."""
    found = await beside(app, *arguments)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


async def test_an_event_from_nothing_to_the_stage(app: App, tmp_path: Path) -> None:
    event = (await done(app, "events", "create", "Øst", "--set", "reads=1", "--set", 'tracks=["Climate"]'))["event_id"]
    assert f"{event}  open       Øst" in (await beside(app, "events", "list")).stdout.decode()
    changed = await done(app, "events", "update", event, "--set", "language=da")
    assert (changed["settings"]["language"], changed["settings"]["reads"]) == ("da", 1)

    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text("name;track\nA;Climate\nA;Sports\n")
    good.write_bytes("name;track\nÅse;Climate\nB;\n".encode("cp1252"))
    refused = await beside(app, "teams", "import", event, str(bad))
    assert refused.returncode == 2
    assert refused.stderr.decode().splitlines() == [
        "Row 3, track: There is no track 'Sports'. Use Climate.",
        "Row 3, name: Row 2 has the same name.",
        "Nothing was imported.",
    ]
    looked = await beside(app, "teams", "import", event, str(good), "--dry-run")
    assert looked.stdout == b"2 teams can be imported.\n"
    assert (await beside(app, "teams", "import", event, str(good))).stdout == b"2 teams were imported.\n"
    listed = (await beside(app, "teams", "list", event)).stdout.decode().splitlines()
    assert [line.split("  ", 1)[1] for line in listed] == ["B", "Åse  (Climate)"]

    nobody = await beside(app, "judges", "assign", event)
    assert (nobody.returncode, b"lacks 1 judge. Nobody may hear it." in nobody.stderr) == (2, True)
    judge = await done(app, "judges", "add", event, "Cem", "--most", "5")
    assert judge["token"] in judge["invite_url"]
    plan = await done(app, "judges", "assign", event)
    assert [panel["judge_ids"] for panel in plan["panels"]] == [[judge["judge_id"]]] * 2
    assert await done(app, "judges", "assignment", event) == plan

    order = await done(app, "events", "schedule", event, "--starts-at", "2026-05-04T14:00+02:00", "--slot", "60")
    assert [slot["team_name"] for slot in order["slots"]] == ["Åse", "B"]
    called = await done(app, "events", "call", event, order["slots"][0]["team_id"])
    assert (called["now"]["team_name"], called["next"]["team_name"]) == ("Åse", "B")
    assert (await done(app, "events", "schedule", event))["now"] == called["now"]
    facts = [json.loads(line) for line in (await beside(app, "events", "audit", event)).stdout.splitlines()]
    assert {fact["by"] for fact in facts} == {"operator"}
    async with app.client() as client:
        assert (await client.get(f"/events/{event}/assignment")).json() == plan


async def test_what_cannot_be_used_is_told_in_a_line(app: App) -> None:
    for arguments, told in (
        (("events", "create", "E", "--set", "reads"), "write NAME=VALUE"),
        (("events", "create", "E", "--set", "reads=none"), "--set reads: "),
        (("events", "show", "nowhere"), "There is no event 'nowhere'"),
        (("events", "schedule", "default", "--starts-at", "noon"), "noon is not a time"),
        (("teams", "import", "default", "nowhere.csv"), "nowhere.csv is not a file."),
        (("judges", "add", "default", "J", "--email", "none"), "must be an e-mail address"),
        (("judges", "update", "default", "j", "--email", "none"), "must be an e-mail address"),
        (("teams", "update", "default", "t", "--member", "Ada <ada@>"), "'ada@' is not an e-mail address"),
        (("teams", "update", "default", "t", "--name", "A"), "There is no such team in this event."),
        (("organizers", "add", " "), "name: "),
        (("organizers", "remove", "nobody"), "There is no"),
        (("events", "delete", "nowhere", "--yes"), "There is no event 'nowhere'"),
    ):
        found = await beside(app, *arguments)
        assert found.returncode == 2, arguments
        assert told in found.stderr.decode(), arguments


async def test_people_are_changed_and_others_run_events(app: App) -> None:
    event = (await done(app, "events", "create", "E", "--set", 'tracks=["Sea"]'))["event_id"]
    team = (await done(app, "teams", "add", event, "Kelp", "--track", "Sea"))["team_id"]
    changed = await done(app, "teams", "update", event, team, "--name", "Tide", "--member", "Ada <ada@x.example>")
    assert (changed["name"], changed["track"]) == ("Tide", "Sea")
    assert changed["members"] == [{"name": "Ada", "email": "ada@x.example"}]
    assert (await done(app, "teams", "update", event, team, "--track", ""))["track"] is None
    judge = (await done(app, "judges", "add", event, "Cem", "--email", "cem@x.example"))["judge_id"]
    changed = await done(app, "judges", "update", event, judge, "--track", "Sea", "--most", "3")
    assert (changed["name"], changed["email"], changed["tracks"], changed["most"]) == (
        "Cem",
        "cem@x.example",
        ["Sea"],
        3,
    )

    made = await done(app, "organizers", "add", "Cleo")
    assert f"{made['organizer_id']}  Cleo" in (await beside(app, "organizers", "list")).stdout.decode()
    async with httpx.AsyncClient(base_url=app.url) as browser:
        assert (await sign_in(browser, made["sign_in_url"])).status_code == 303
        assert (await browser.get("/api/v1/events")).status_code == 200
        await done(app, "organizers", "sign-out", made["organizer_id"])
        assert (await browser.get("/api/v1/events")).status_code == 401
    await done(app, "organizers", "remove", made["organizer_id"])
    assert made["organizer_id"] not in (await beside(app, "organizers", "list")).stdout.decode()


async def test_an_event_leaves_and_goes_and_comes_back(app: App, tmp_path: Path) -> None:
    event = (await done(app, "events", "create", "E"))["event_id"]
    await done(app, "teams", "add", event, "Kelp")
    whole, audit = tmp_path / "whole.json", tmp_path / "audit.csv"
    assert (await beside(app, "export", event, str(whole), "--as", "export.json")).returncode == 0
    assert json.loads(whole.read_text())["event"]["event_id"] == event
    assert (await beside(app, "export", event, str(audit), "--as", "audit.csv")).returncode == 0
    assert "event_exported" in audit.read_text()
    refused = await beside(app, "export", event, str(tmp_path / "none.csv"), "--as", "sessions.csv", "--session", "x")
    assert (refused.returncode, b"There is no such session" in refused.stderr) == (2, True)

    kept = await beside(app, "events", "delete", event)
    assert kept.returncode != 0
    assert (await done(app, "events", "show", event))["name"] == "E"
    assert (await beside(app, "events", "delete", event, "--yes")).returncode == 0
    assert (await beside(app, "events", "show", event)).returncode == 2
    for _ in range(100):
        back = await beside(app, "import", str(whole))
        if back.returncode == 0:  # a worker has removed the one before
            break
        await asyncio.sleep(0.2)
    assert f"E: its id is {event}.".encode() in back.stdout
    assert [
        line.split("  ")[1] for line in (await beside(app, "teams", "list", event)).stdout.decode().splitlines()
    ] == ["Kelp"]
