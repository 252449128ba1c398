"""A pitch that was recorded under the wrong team's name is given to the right one."""

import json

from pitchscoop.events.model import Settings
from pitchscoop.kernel import keys
from pitchscoop.main import Parts
from tests.exports.pitches import ORGANIZER, kept
from tests.servers.app import App
from tests.stories.test_live import start
from tests.stories.test_mcp_organizing import assistant
from tests.stories.test_removal import worked
from tests.stories.test_rosters import new_event
from tests.stories.test_transcripts_commands import beside


async def test_a_pitch_goes_to_another_team_and_back(app: App) -> None:
    async with app.client() as client:
        event = await new_event(client)
        kelp, tide = [(await client.post(f"/events/{event}/teams", json={"name": name})).json() for name in "AB"]
        session = (await start(client, event_id=event, team_name="A"))["session_id"]
        path = f"/sessions/{session}"

        async def readers() -> list[int]:
            found = []
            for team in (kelp, tide):
                async with app.client(team["token"]) as member:
                    found.append((await member.get(path)).status_code)
            return found

        async def listed(team: dict[str, str]) -> int:
            return len((await client.get(f"/events/{event}/sessions?team={team['team_id']}")).json()["sessions"])

        assert await readers() == [200, 403]
        moved = await client.patch(path, json={"team_id": tide["team_id"]})
        assert (moved.status_code, moved.json()["team_id"], moved.json()["team_name"]) == (200, tide["team_id"], "B")
        assert await readers() == [403, 200]
        assert [await listed(kelp), await listed(tide)] == [0, 1]
        async with assistant(app) as model:
            back = await model.done("pitches.move_session", session_id=session, team_id=kelp["team_id"])
            assert (back["team_id"], back["team_name"]) == (kelp["team_id"], "A")
            told = await model.refused("pitches.move_session", session_id=session)
            assert "invalid_request: Say team_id or team_name" in told
        assert await readers() == [200, 403]
        assert [await listed(kelp), await listed(tide)] == [1, 0]
        taken = await beside(app, "teams", "take", tide["team_id"], session)
        assert taken.stdout.decode() == f"{session}  B\n"
        facts = (await client.get(f"/events/{event}/audit")).json()["facts"]
        assert [(fact["subject"], fact["by"]) for fact in facts if fact["name"] == "session_moved"] == [
            (session, "organizer"),
            (session, "organizer"),
            (session, "operator"),
        ]


async def test_by_name_it_is_as_at_the_start(app: App) -> None:
    async with app.client() as client:
        event = await new_event(client)
        team = (await client.post(f"/events/{event}/teams", json={"name": "Kelp"})).json()
        path = f"/sessions/{(await start(client, event_id=event, team_name='Kelp'))['session_id']}"
        guest = (await client.patch(path, json={"team_name": "Walk-in"})).json()
        assert (guest["team_id"], guest["team_name"]) == (None, "Walk-in")
        known = (await client.patch(path, json={"team_name": "KELP"})).json()
        assert (known["team_id"], known["team_name"]) == (team["team_id"], "Kelp")


async def test_what_cannot_be_is_refused(app: App) -> None:
    async with app.client() as client:
        event, other = await new_event(client), await new_event(client)
        foreign = (await client.post(f"/events/{other}/teams", json={"name": "Kelp"})).json()["team_id"]
        path = f"/sessions/{(await start(client, event_id=event, team_name='Tide'))['session_id']}"
        for wish, status, code in (
            ({"team_id": foreign}, 404, "no_such_team"),
            ({}, 422, "invalid_request"),
            ({"team_id": foreign, "team_name": "Kelp"}, 422, "invalid_request"),
            ({"team_name": " "}, 422, "invalid_request"),
        ):
            refused = await client.patch(path, json=wish)
            assert (refused.status_code, refused.json()["code"]) == (status, code)
        for stage in ("published", "archived"):
            await client.post(f"/events/{event}/stage", json={"stage": stage})
        late = await client.patch(path, json={"team_name": "Kelp"})
        assert (late.status_code, late.json()["code"]) == (409, "wrong_stage")
        assert (await client.get(path)).json()["team_name"] == "Tide"


async def test_storage_has_it_too(parts: Parts) -> None:
    engine = parts.engine
    event = await engine.organizing.create_event(ORGANIZER, "E", (), Settings(), "open")
    await engine.organizing.add_team(ORGANIZER, event.event_id, "Kelp")
    tide = await engine.organizing.add_team(ORGANIZER, event.event_id, "Tide")
    session = await kept(engine, event.event_id, "Kelp", b"sound")
    await worked(engine)
    await engine.move(ORGANIZER, session.session_id, team_id=tide.who.team_id)
    await worked(engine)
    key = keys.stored(session.session_id, keys.SESSION_JSON)
    document = json.loads(b"".join([part async for part in engine.storage.read_audio(key)]))
    assert (document["team_id"], document["team_name"]) == (tide.who.team_id, "Tide")
