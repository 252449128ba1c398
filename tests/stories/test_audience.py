"""The audience's vote: one a ballot, changed until the results are out, told then and not before, and kept apart."""

import asyncio
import html
import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pitchscoop.kernel.errors import SlowDown
from pitchscoop.main import assembled
from pitchscoop.settings import load
from pitchscoop.voting.model import new_ballot
from tests.exports.pitches import ORGANIZER, kept
from tests.scoring.judged import WHOLE
from tests.servers.app import ADMIN, App
from tests.servers.place import Place
from tests.stories.test_mcp_organizing import assistant
from tests.stories.test_organizer import PAGE, app_event, set_up, visitor
from tests.stories.test_organizing_commands import done

TEAMS = ("Kelp", "Tide", "Loam")


class Hall:
    """An event with three pitches, and people who vote."""

    def __init__(self, app: App, event: str, sessions: dict[str, str]) -> None:
        self.app, self.event, self.sessions = app, event, sessions
        self.at = f"/events/{event}"

    async def set(self, **settings: Any) -> None:
        async with self.app.client() as client:
            (await client.patch(self.at, json={"settings": settings})).raise_for_status()

    async def move(self, stage: str) -> None:
        async with self.app.client() as client:
            (await client.post(f"{self.at}/stage", json={"stage": stage})).raise_for_status()

    async def links(self, count: int) -> list[dict[str, str]]:
        async with self.app.client() as client:
            made = await client.post(f"{self.at}/ballots", json={"count": count})
        assert made.status_code == 201, made.text
        found: list[dict[str, str]] = made.json()["ballots"]
        return found

    async def vote(self, token: str | None, team: str | None) -> httpx.Response:
        async with self.app.client(token) as client:
            pick = self.sessions[team] if team else None
            return await client.put(f"{self.at}/vote", json={"session_id": pick})

    async def audience(self, token: str | None = ADMIN, **query: str) -> dict[str, Any]:
        async with self.app.client(token) as client:
            answer = await client.get(f"{self.at}/audience", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def polled(self, token: str | None = ADMIN) -> list[tuple[int, str, int]]:
        rows = (await self.audience(token))["results"]
        return [(row["rank"], row["team_name"], row["votes"]) for row in rows]

    def person(self) -> httpx.AsyncClient:
        """Somebody with a browser of their own."""
        return httpx.AsyncClient(base_url=self.app.url, headers=PAGE, timeout=30)


async def _hall(app: App, **settings: Any) -> Hall:
    async with app.client() as client, assembled(load(app.settings), app.url) as parts:
        made = await client.post("/events", json={"name": "Show", "settings": {"audience_vote": "anyone"} | settings})
        event = made.json()["event_id"]
        for name in TEAMS:
            (await client.post(f"/events/{event}/teams", json={"name": name})).raise_for_status()
        sessions = {name: (await kept(parts.engine, event, name, b"sound")).session_id for name in TEAMS}
    return Hall(app, event, sessions)


@pytest.fixture
async def hall(app: App) -> Hall:
    return await _hall(app)


async def test_a_phone_votes_changes_its_mind_and_takes_it_back(hall: Hall) -> None:
    path = f"{hall.at}/vote"
    async with hall.person() as person:
        shown = await person.get(path)
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        assert "HttpOnly" in shown.headers["set-cookie"]
        assert re.findall(r'vote-team">(\w+)<', shown.text) == ["Kelp", "Loam", "Tide"]
        assert "checked" not in shown.text
        nothing = await person.post(path, data={})
        assert (nothing.status_code, "Choose one of the list" in nothing.text) == (422, True)
        for team in ("Tide", "Kelp"):
            cast = await person.post(path, data={"pick": hall.sessions[team]})
            assert (cast.status_code, cast.headers["location"]) == (303, f"{path}?voted=1")
            shown = await person.get(cast.headers["location"])
            assert f"You voted for <b><bdi>{team}</bdi></b>. You can change it until the results are out." in shown.text
            assert f'value="{hall.sessions[team]}" required checked' in shown.text
            assert await hall.polled() == [(1, team, 1)]
        assert (await person.post(path, data={"back": "on", "pick": hall.sessions["Kelp"]})).status_code == 303
        assert "Your vote was taken back" in (await person.get(f"{path}?voted=1")).text
        assert (await hall.audience())["voters"] == 0
        foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        refused = await person.post(path, data={"pick": hall.sessions["Kelp"]}, headers=foreign)
        assert refused.status_code == 403


async def test_everybody_is_told_at_publication_and_nobody_votes_after(hall: Hall) -> None:
    ballots = [one["token"] for one in await hall.links(4)]
    for token, team in zip(ballots, ("Loam", "Tide", "Tide", "Loam"), strict=True):
        assert (await hall.vote(token, team)).json() == {"event_id": hall.event, "session_id": hall.sessions[team]}
    assert sorted(await hall.polled()) == [(1, "Loam", 2), (1, "Tide", 2)]
    for reader in (None, ballots[0]):
        told = await hall.audience(reader)
        assert (told["hidden"], told["voters"], told["results"]) == (True, None, [])
    assert (await hall.audience(public="true"))["hidden"]
    await hall.move("frozen")
    assert (await hall.vote(ballots[0], "Tide")).status_code == 200
    await hall.move("published")
    late = await hall.vote(ballots[1], "Kelp")
    assert (late.status_code, late.json()["code"]) == (409, "wrong_stage")
    assert await hall.polled(None) == await hall.polled() == [(1, "Tide", 3), (2, "Loam", 1)]
    async with hall.app.client(ballots[0]) as client:
        paper = (await client.get(f"{hall.at}/vote")).json()
        assert (paper["stage"], paper["open"], paper["session_id"]) == ("published", False, hall.sessions["Tide"])
    async with hall.person() as person:
        ended = (await person.get(f"{hall.at}/vote")).text
        assert ("The vote has ended" in ended, f"{hall.at}/standings" in ended) == (True, True)
    await hall.move("frozen")
    assert (await hall.audience(None))["hidden"]


async def test_links_alone_count_where_the_organizer_says_so(hall: Hall) -> None:
    async with hall.person() as person:
        await person.get(f"{hall.at}/vote")
        await person.post(f"{hall.at}/vote", data={"pick": hall.sessions["Kelp"]})
        assert await hall.polled() == [(1, "Kelp", 1)]
        await hall.set(audience_vote="links")
        assert await hall.polled() == []
        assert "Ask for a link at the desk" in (await person.get(f"{hall.at}/vote")).text
        refused = await person.post(f"{hall.at}/vote", data={"pick": hall.sessions["Kelp"]})
        assert (refused.status_code, "Only links from the organizer count" in refused.text) == (409, True)

        link = (await hall.links(1))[0]["vote_url"].removeprefix(hall.app.url)
        came = await person.get(link)
        assert (came.status_code, came.headers["location"]) == (303, f"{hall.at}/vote")
        await person.post(f"{hall.at}/vote", data={"pick": hall.sessions["Tide"]})
        assert await hall.polled() == [(1, "Tide", 1)]
        altered = await person.get(link[:-1] + ("0" if link[-1] != "0" else "1"))
        assert altered.status_code == 401
    await hall.set(audience_vote="anyone")
    assert sorted(await hall.polled()) == [(1, "Kelp", 1), (1, "Tide", 1)]
    await hall.set(audience_vote="off")
    assert await hall.polled() == []
    late = await hall.vote(f"vote.{hall.event}.{link.partition('ballot=')[2]}", "Tide")
    assert (late.status_code, late.json()["code"]) == (409, "no_vote")
    async with hall.person() as person:
        assert "There is no vote here" in (await person.get(f"{hall.at}/vote")).text


async def test_only_finished_pitches_of_this_event_whose_team_is_in_can_be_picked(hall: Hall) -> None:
    (ballot,) = [one["token"] for one in await hall.links(1)]
    other = await _hall(hall.app)
    async with hall.app.client() as client:
        body = {"team_name": "Kelp", "pitch_title": "T", "event_id": hall.event}
        hall.sessions["waiting"] = (await client.post("/sessions", json=body)).json()["session_id"]
        hall.sessions |= {"elsewhere": other.sessions["Kelp"], "nothing": "nosuchthing"}
        teams = (await client.get(f"{hall.at}/teams")).json()["teams"]
        tide = next(team["team_id"] for team in teams if team["name"] == "Tide")
        assert (await hall.vote(ballot, "Tide")).status_code == 200
        await client.post(f"{hall.at}/teams/{tide}/withdraw")
    for pitch, told in (
        ("waiting", (409, "not_heard_yet")),
        ("elsewhere", (404, "no_such_session")),
        ("nothing", (404, "no_such_session")),
        ("Tide", (409, "team_withdrew")),
    ):
        answer = await hall.vote(ballot, pitch)
        assert (answer.status_code, answer.json()["code"]) == told
    assert await hall.polled() == []
    (foreign,) = [one["token"] for one in await other.links(1)]
    assert (await hall.vote(foreign, "Kelp")).status_code == 403
    assert (await hall.vote(None, "Kelp")).status_code == 401
    assert (await hall.vote(ADMIN, "Kelp")).status_code == 403


async def test_a_team_that_spoke_twice_stands_once_with_all_its_votes(hall: Hall) -> None:
    ballots = [one["token"] for one in await hall.links(2)]
    await hall.vote(ballots[0], "Kelp")
    async with assembled(load(hall.app.settings), hall.app.url) as parts:
        again = await kept(parts.engine, hall.event, "Kelp", b"better")
    hall.sessions["again"] = again.session_id
    async with hall.app.client(ballots[0]) as client:
        paper = (await client.get(f"{hall.at}/vote")).json()
    assert [one["team_name"] for one in paper["choices"]] == ["Kelp", "Loam", "Tide"]
    assert paper["session_id"] == paper["choices"][0]["session_id"] == again.session_id
    await hall.vote(ballots[1], "again")
    assert await hall.polled() == [(1, "Kelp", 2)]


async def test_a_ballot_that_votes_ten_times_at_once_has_one_vote(hall: Hall) -> None:
    (ballot,) = [one["token"] for one in await hall.links(1)]
    answers = await asyncio.gather(*(hall.vote(ballot, TEAMS[at % 3]) for at in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await hall.audience())["voters"] == 1


async def test_votes_have_no_part_in_the_standings_and_can_win_a_prize(hall: Hall) -> None:
    prize = {"id": "favourite", "name": "Favourite", "by": "audience"}
    await hall.set(prizes=[prize])
    async with hall.app.client() as client:
        judge = (await client.post(f"{hall.at}/judges", json={"name": "Ada"})).json()["token"]
    async with hall.app.client(judge) as client:
        (await client.put(f"/sessions/{hall.sessions['Kelp']}/scores", json={"scores": WHOLE})).raise_for_status()
    async with hall.app.client() as client:
        before = (await client.get(f"{hall.at}/leaderboard")).json()
        for one in await hall.links(2):
            await hall.vote(one["token"], "Loam")
        assert (await client.get(f"{hall.at}/leaderboard")).json() == before
        assert before["prizes"][0]["winners"] == []  # votes may change yet
        await hall.move("published")
        after = (await client.get(f"{hall.at}/leaderboard")).json()
        assert after["standings"] == before["standings"]
        (favourite,) = after["prizes"]
        assert favourite["decided"] == "Most votes of the audience"
        assert [one["team_name"] for one in favourite["winners"]] == ["Loam"]


async def test_what_is_deleted_takes_its_votes_along(hall: Hall) -> None:
    ballots = [one["token"] for one in await hall.links(3)]
    for token, team in zip(ballots, ("Kelp", "Kelp", "Tide"), strict=True):
        await hall.vote(token, team)

    async def left(engine: Any) -> int:
        return len([row async for row in engine.state.walk() if row.row.key.startswith(f"vote:{{{hall.event}}}")])

    async with hall.app.client() as client, assembled(load(hall.app.settings), hall.app.url) as parts:
        assert await left(parts.engine) == 3
        await client.delete(f"/sessions/{hall.sessions['Kelp']}")
        assert (await left(parts.engine), await hall.polled()) == (1, [(1, "Tide", 1)])
        await hall.vote(ballots[0], "Loam")
        await client.delete(hall.at)
        for _ in range(300):
            if (await client.get(f"{hall.at}/audit")).json()["facts"][-1]["name"] == "event_erased":
                break
            await asyncio.sleep(0.1)
        found = [row.row.key async for row in parts.engine.state.walk()]
        assert [key for key in found if hall.event in key and not key.startswith("once:")] == []


async def test_an_export_brings_the_votes_along(hall: Hall, place_of: Callable[[str], Place]) -> None:
    await hall.set(prizes=[{"id": "favourite", "name": "Favourite", "by": "audience"}])
    for one, team in zip(await hall.links(3), ("Tide", "Kelp", "Tide"), strict=True):
        await hall.vote(one["token"], team)
    await hall.move("published")
    async with hall.app.client() as client:
        taken = (await client.get(f"{hall.at}/export.json")).content
    votes = json.loads(taken)["votes"]
    assert sorted(votes[0]) == ["ballot", "made", "session_id", "voted_at"]
    other = place_of(hall.app.name)
    other.start()
    try:
        async with other.client() as client:
            (await client.post("/events/import", content=taken)).raise_for_status()
            assert (await client.get(f"{hall.at}/audience")).json() == await hall.audience()
            assert (await client.get(f"{hall.at}/export.json")).content == taken
    finally:
        other.stop()


async def test_an_assistant_and_a_command_vote_with_a_ballot(hall: Hall) -> None:
    one, two = await hall.links(2)
    async with assistant(hall.app, token=one["token"]) as model:
        paper = await model.done("audience.get_vote", event_id=hall.event)
        assert paper["session_id"] is None
        picked = await model.done("audience.vote", event_id=hall.event, session_id=hall.sessions["Tide"])
        assert picked["session_id"] == hall.sessions["Tide"]
        assert (await model.done("audience.get", event_id=hall.event))["hidden"] is True
        assert "not_allowed" in await model.refused("audience.make_ballots", event_id=hall.event, count=1)
    said = await done(hall.app, "events", "vote", hall.event, hall.sessions["Tide"], "--ballot", two["vote_url"])
    assert said == {"event_id": hall.event, "session_id": hall.sessions["Tide"]}
    assert (await done(hall.app, "events", "audience", hall.event))["voters"] == 2
    async with hall.app.client() as client:
        facts = (await client.get(f"{hall.at}/audit")).json()["facts"]
    assert [fact["data"] for fact in facts if fact["name"] == "ballots_made"] == [{"count": 2}]
    assert one["token"].rpartition(".")[2] not in json.dumps(facts)


async def test_one_key_makes_the_same_ballots(hall: Hall) -> None:
    async with hall.app.client() as client:
        answers = [
            (await client.post(f"{hall.at}/ballots", json={"count": 2}, headers={"Idempotency-Key": "k1"})).json()
            for _ in range(2)
        ]
        assert answers[0] == answers[1]
        for count in (0, 501, "2"):
            assert (await client.post(f"{hall.at}/ballots", json={"count": count})).status_code == 422


async def test_the_organizer_switches_it_on_and_prints_links(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        shown = (await person.get(at)).text
        assert 'id="vote"' not in shown
        revision = re.findall(r'name="revision" value="(\d+)"', shown)[0]
        form = {"name": "E", "max_seconds": "3:00", "timezone": "UTC", "reads": "3", "method": "adjusted",
                "sample_rate": "16000", "audience_vote": "links", "revision": revision}  # fmt: skip
        assert (await person.post(f"{at}/settings", data=form)).status_code == 303
        assert (await app_event(app, at))["settings"]["audience_vote"] == "links"
        shown = (await person.get(at)).text
        assert f"{app.url}{at}/vote" in shown
        assert "No votes so far" in shown
        for wrong in ("", "0", "501", "many", "²"):
            answer = await person.post(f"{at}/ballots", data={"count": wrong})
            assert (answer.status_code, "Write a number from 1 to 500." in answer.text) == (422, True)
        sheet = await person.post(f"{at}/ballots", data={"count": "3"})
        links = [html.unescape(one) for one in re.findall(r"http\S+/vote\?ballot=[\w.-]+", sheet.text)]
        assert (sheet.headers["cache-control"], len(set(links)), sheet.text.count('class="qr"')) == (
            "no-store", 3, 3,
        )  # fmt: skip
    async with visitor(app, None) as guest:
        assert (await guest.get(links[0])).status_code == 303


async def test_who_takes_very_many_ballots_is_slowed(hall: Hall) -> None:
    async with assembled(load(hall.app.settings), hall.app.url) as parts:
        audience = parts.engine.audience
        taken = set[str]()

        async def take_all() -> None:
            while len(taken) < 2000:
                taken.add(await audience.take_ballot(hall.event, "192.0.2.7"))

        with pytest.raises(SlowDown, match="Too many new ballots"):
            await take_all()
        assert 1000 <= len(taken) < 2000
        assert await audience.take_ballot(hall.event, "192.0.2.8")


async def test_a_ballot_opens_nothing_but_the_vote(hall: Hall) -> None:
    async with assembled(load(hall.app.settings), hall.app.url) as parts:
        token = parts.engine.access.ballot_token(hall.event, new_ballot(made=False))
        session = await parts.engine.session(ORGANIZER, hall.sessions["Kelp"])
    async with hall.app.client(token) as client:
        for path in (hall.at, f"{hall.at}/teams", f"{hall.at}/sessions", f"/sessions/{session.session_id}"):
            assert (await client.get(path)).status_code == 403, path
