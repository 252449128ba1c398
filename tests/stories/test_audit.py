"""Who did what when: every change by a person has a fact with their name, and none has a secret."""

import asyncio
import csv
import io
import json
import subprocess
import sys
from functools import partial
from typing import Any

import httpx

from tests.servers.app import ADMIN, App, sign_in
from tests.stories.test_live import start

_OWN = {"Sec-Fetch-Site": "same-origin"}


async def facts(client: httpx.AsyncClient, event: str | None) -> list[dict[str, Any]]:
    """All of a log, read in small pages."""
    path = f"/events/{event}/audit" if event else "/audit"
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = (await client.get(path, params={"after": after, "limit": 3})).raise_for_status().json()
        found += page["facts"]
        after = page["next_after"]
    return found


def by(found: list[dict[str, Any]], name: str, subject: str | None = None) -> str:
    """Who did it last."""
    doers = [fact["by"] for fact in found if fact["name"] == name and subject in (None, fact["subject"])]
    assert doers, (name, subject, [fact["name"] for fact in found])
    return str(doers[-1])


async def test_every_change_has_its_doer(app: App) -> None:
    async with app.client() as client, httpx.AsyncClient(base_url=app.url) as phone:
        made = await client.post("/events", json={"name": "E", "settings": {"self_registration": True}})
        event = made.json()["event_id"]
        path = f"/events/{event}"
        cleo = (await client.post("/organizers", json={"name": "Cleo"})).json()
        await sign_in(phone, cleo["sign_in_url"])
        hers = f"organizer {cleo['organizer_id']}"
        answers = [await phone.post(f"/api/v1{path}/teams", json={"name": "Kelp"}, headers=_OWN)]
        answers.append(await phone.patch(f"/api/v1{path}", json={"name": "Finals"}, headers=_OWN))
        team = answers[0].json()
        judge = (await client.post(f"{path}/judges", json={"name": "Ada"})).json()
        theirs, ours = f"team {team['team_id']}", f"judge {judge['judge_id']}"
        async with httpx.AsyncClient(base_url=app.url) as laptop:
            await laptop.get(team["join_url"])
            answers.append(await laptop.post("/sign-out", headers=_OWN))
        async with app.client(judge["token"]) as judging:
            conflict = f"{path}/judges/{judge['judge_id']}/conflicts/{team['team_id']}"
            answers.append(await judging.put(conflict))
        async with app.client(team["token"]) as speaking:
            session = await start(speaking, team_name="Kelp")
            answers.append(await speaking.post(f"{path}/teams/{team['team_id']}/withdraw"))
        async with app.client(None) as public:
            joined = await public.post(f"{path}/join", json={"name": "Tide"})
            answers.append(joined)
        answers.append(await client.delete(f"/sessions/{session['session_id']}"))
        answers.append(await client.post(f"{path}/teams/{team['team_id']}/invitation"))
        answers.append(await client.get(f"{path}/sessions.csv"))
        await client.post(f"/organizers/{cleo['organizer_id']}/sign-out")
        await client.delete(f"/organizers/{cleo['organizer_id']}")
        assert all(answer.status_code < 400 for answer in answers), [answer.text for answer in answers]
        found, house = await facts(client, event), await facts(client, None)
        for name, subject, doer in (
            ("event_created", event, "organizer"),
            ("team_joined", team["team_id"], hers),
            ("event_changed", event, hers),
            ("judge_invited", judge["judge_id"], "organizer"),
            ("signed_in", team["team_id"], theirs),
            ("signed_out", team["team_id"], theirs),
            ("conflict_declared", judge["judge_id"], ours),
            ("session_started", session["session_id"], theirs),
            ("team_withdrew", team["team_id"], theirs),
            ("team_joined", joined.json()["team_id"], "public"),
            ("session_deleted", session["session_id"], "organizer"),
            ("session_erased", session["session_id"], "organizer"),
            ("team_invited_anew", team["team_id"], "organizer"),
            ("event_exported", event, "organizer"),
        ):
            assert by(found, name, subject) == doer, name
        for name, doer in (
            ("organizer_invited", "organizer"),
            ("signed_in", hers),
            ("organizer_signed_out", "organizer"),
            ("organizer_removed", "organizer"),
        ):
            assert by(house, name, cleo["organizer_id"]) == doer, name
        (changed,) = [fact["data"] for fact in found if fact["name"] == "event_changed"]
        assert changed == {"stage": "open", "name": "Finals"}
        (declared,) = [fact["data"] for fact in found if fact["name"] == "conflict_declared"]
        assert declared == {"name": judge["name"], "team": team["name"], "team_id": team["team_id"]}
        await client.patch(path, json={"settings": {"retention_days": 1, "tracks": ["Land", "Sea"]}})
        found = await facts(client, event)
        assert found[-1]["data"] == {"stage": "open", "retention_days": 1, "tracks": "Land, Sea"}
        table = await client.get(f"{path}/audit.csv")
        whole = await client.get("/audit.csv")
    lines = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [line["position"] for line in lines] == [fact["position"] for fact in found]
    assert [line["by"] for line in lines] == [fact["by"] for fact in found]
    assert [json.loads(line["data"] or "{}") for line in lines] == [fact["data"] for fact in found]
    written = table.text + whole.text + json.dumps(found) + json.dumps(house)
    for secret in (
        ADMIN,
        team["token"],
        judge["token"],
        cleo["sign_in_url"].rpartition("=")[2],
        phone.cookies["pitchscoop"],
    ):
        assert secret not in written


async def test_what_a_command_does_the_operator_did(app: App) -> None:
    async with app.client() as client:
        await client.post("/events/default/teams", json={"name": f"Kelp {app.port}"})
        command = [sys.executable, "-m", "pitchscoop", "token", "organizer"]
        run = partial(subprocess.run, env=app.environment, capture_output=True, text=True, timeout=60, check=True)
        token, link = (await asyncio.to_thread(run, command)).stdout.split()
        found = await facts(client, None)
        assert by(found, "organizer_token_made") == "operator"
        assert not any(secret in json.dumps(found) for secret in (token, link.rpartition("=")[2]))
    async with app.client(token) as program:
        assert (await program.get("/events")).status_code == 200


async def test_guesses_are_counted_and_not_stored(app: App) -> None:
    async with app.client() as client, httpx.AsyncClient(base_url=app.url) as phone:
        before = await facts(client, None)
        for number in range(5):
            await phone.get(f"/join?token=guess-{number}", headers={"X-Forwarded-For": "198.51.100.77"})
        assert await facts(client, None) == before
        assert 'pitchscoop_wrong_tokens_total{looked_at="yes"}' in (await phone.get("/metrics")).text
