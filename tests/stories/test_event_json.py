"""An event as one document: taken away, taken in elsewhere, and equal; and what is none is refused whole."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from pitchscoop.events.model import Settings
from pitchscoop.kernel import ids
from pitchscoop.kernel.errors import Problem
from pitchscoop.main import Parts, assembled
from pitchscoop.settings import load
from tests.exports.pitches import ORGANIZER, kept
from tests.exports.test_archive import Exported
from tests.servers.app import App
from tests.servers.place import Place
from tests.words import written

RUBRIC = [{"id": "clarity", "name": "Clarity", "weight": 2, "min": 0, "max": 10}]


async def an_event(client: httpx.AsyncClient, parts: Parts) -> str:
    """With all that an event may have."""
    settings = {"tracks": ["Sea", "Sky"], "retention_days": 90, "language": "fr"}
    made = await client.post("/events", json={"name": "Été ☃", "rubric": RUBRIC, "settings": settings})
    event = made.json()["event_id"]
    members = [{"name": "Ada", "email": "ada@example.org"}]
    await client.post(f"/events/{event}/teams", json={"name": "Kelp", "track": "Sea", "members": members})
    tide = (await client.post(f"/events/{event}/teams", json={"name": "فريق"})).json()
    judge = (await client.post(f"/events/{event}/judges", json={"name": "Ben", "domains": ["a.org"], "most": 3})).json()
    await client.put(f"/events/{event}/judges/{judge['judge_id']}/conflicts/{tide['team_id']}")
    (await client.post(f"/events/{event}/assignment", json={"nearest": True})).raise_for_status()
    order = {"team_ids": [tide["team_id"]], "starts_at": "2026-11-14T16:45:00Z", "slot_seconds": 240}
    (await client.put(f"/events/{event}/schedule", json=order)).raise_for_status()
    await client.post(f"/events/{event}/teams/{tide['team_id']}/withdraw")
    await client.post(f"/events/{event}/teams/{tide['team_id']}/invitation")
    spoken, _ = [await kept(parts.engine, event, "Kelp", b"sound") for _ in range(2)]
    await written(parts.engine, spoken.session_id)
    await kept(parts.engine, event, "Without a team", b"sound")
    who = (await parts.engine.events.judges.get(event, judge["judge_id"])).principal
    for score, comment in ((8, "=1+1"), (8.5, "<b>Clear</b>\r\n☃")):
        await parts.engine.cards.save(who, spoken.session_id, {"scores": {"clarity": score}, "comment": comment})
    return str(event)


def command(place: App, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "pitchscoop", *words]
    return subprocess.run(line, env=place.environment, capture_output=True, text=True, timeout=60, check=False)


async def test_an_export_taken_in_elsewhere_gives_an_equal_export(
    app: App, place_of: Callable[[str], Place], tmp_path: Path
) -> None:
    other = place_of(app.name)
    async with app.client() as client, assembled(load(app.settings), app.url) as parts:
        event = await an_event(client, parts)
        under_way = await parts.engine.start(ORGANIZER, "Kelp", "Late", event)
        first = await client.get(f"/events/{event}/export.json")
        assert first.headers["content-type"] == "application/json"
        assert first.json()["left_out"] == [under_way.session_id]
        await parts.engine.delete(ORGANIZER, under_way.session_id)
        taken = (await client.get(f"/events/{event}/export.json")).content
        again = await client.post("/events/import", content=taken)
        assert (again.status_code, again.json()["code"]) == (409, "event_exists")
    document = json.loads(taken)
    assert (document["format"], document["version"], len(document["sessions"])) == ("pitchscoop-event", 2, 3)
    heard_by = sorted(map(len, document["assignment"]["panels"].values()))
    assert (heard_by, document["schedule"]["slot_seconds"]) == ([0, 1], 240)  # the one judge knows the other team
    other.start()
    try:
        async with other.client() as client:
            answer = await client.post("/events/import", content=taken)
            assert answer.status_code == 201, answer.text
            assert answer.json()["name"] == "Été ☃"
            assert (await client.get(f"/events/{event}/export.json")).content == taken
            found = (await client.get(f"/events/{event}/audit")).json()["facts"]
            assert [fact["by"] for fact in found if fact["name"] == "event_imported"] == ["organizer"]
            team = next(team for team in document["teams"] if team["name"] == "Kelp")
            link = (await client.post(f"/events/{event}/teams/{team['team_id']}/invitation")).json()
            assert (await client.get(link["join_url"])).status_code == 303
    finally:
        other.stop()
    file = tmp_path / "event.json"
    file.write_bytes(taken)
    by_command = Place(tmp_path / "third", {}, "embedded", None)
    done, twice = command(by_command, "import", str(file)), command(by_command, "import", str(file))
    assert (done.returncode, twice.returncode) == (0, 2), done.stderr
    assert "already" in twice.stderr
    async with by_command.parts() as third:
        export = await third.engine.export(ORGANIZER, event, "export.json")
        assert b"".join([piece async for piece in export.json()]) == taken


def _elsewhere(document: dict[str, Any]) -> None:
    document["sessions"][0]["audio_minio_key"] = "sessions/another/recording.wav"


def _climbing(document: dict[str, Any]) -> None:
    session = document["sessions"][0]
    session["audio_minio_key"] = f"sessions/{session['session_id']}/../x/recording.wav"


def _foreign(document: dict[str, Any]) -> None:
    document["teams"][0]["event_id"] = "default"


def _in_another_slot(document: dict[str, Any]) -> None:
    document["sessions"][0]["session_id"] = ids.new_session_id("another")


def _under_way(document: dict[str, Any]) -> None:
    document["sessions"][0]["status"] = "recording"


def _twice(document: dict[str, Any]) -> None:
    document["teams"].append(document["teams"][0])


def _newer(document: dict[str, Any]) -> None:
    document["version"] = 3


def _nameless(document: dict[str, Any]) -> None:
    document["event"]["name"] = "a\x00b"


def _more(document: dict[str, Any]) -> None:
    document["organizers"] = ["me"]


def _unheard_of(document: dict[str, Any]) -> None:
    document["schedule"] = {"event_id": document["event"]["event_id"], "team_ids": ["nobody"]}


def _heard_by_nobody(document: dict[str, Any]) -> None:
    (team,) = document["teams"]
    plan = {"event_id": team["event_id"], "seed": 1, "reads": 1, "panels": {team["team_id"]: ["nobody"]}}
    document["assignment"] = plan | {"made_at": team["created_at"]}


def _house(document: dict[str, Any]) -> None:
    document["event"]["event_id"] = "installation"


def _in_first(place: str, member: str, value: object) -> Callable[[dict[str, Any]], None]:
    def spoil(document: dict[str, Any]) -> None:
        found = document[place]
        (found if isinstance(found, dict) else found[0])[member] = value

    return spoil


def _spoken_at(start: float) -> Callable[[dict[str, Any]], None]:
    said = {"id": "u", "start": start, "end": 1, "text": "kelp"}
    return _in_first("sessions", "transcript", {"status": "ready", "utterances": [said]})


_IMPOSSIBLE = [
    *(_in_first(place, "created_at", "2026-11-25T02:18:12") for place in ("event", "teams", "sessions")),
    _in_first("sessions", "stopped_at", "2026-11-25T02:18:12"),
    _in_first("sessions", "created_at", "9999-12-31T23:59:59Z"),
    _in_first("event", "deleted_at", "2026-11-25T02:18:12Z"),
    *(_in_first("sessions", "audio_duration", value) for value in (float("nan"), float("inf"), -1, 1e12)),
    *(_in_first("sessions", "silhouette", value) for value in ([101], [-1], [0] * 97)),
    _in_first("sessions", "loudness", float("-inf")),
    _in_first("sessions", "audio_size", -1),
    _in_first("sessions", "sample_rate", 0),
    _in_first("sessions", "metadata", {"a": [float("nan")]}),
    _spoken_at(float("nan")),
]


@pytest.mark.parametrize("spoil", _IMPOSSIBLE)
async def test_times_and_numbers_that_cannot_be_are_refused(
    parts: Parts, spoil: Callable[[dict[str, Any]], None]
) -> None:
    document = await taken_away(parts)
    spoil(document)
    assert await refused(parts, json.dumps(document).encode()) == "bad_export"


@pytest.mark.parametrize(
    "spoil",
    [
        _elsewhere,
        _climbing,
        _foreign,
        _in_another_slot,
        _under_way,
        _twice,
        _newer,
        _nameless,
        _more,
        _house,
        _unheard_of,
        _heard_by_nobody,
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_written(
    parts: Parts, spoil: Callable[[dict[str, Any]], None]
) -> None:
    engine = parts.engine
    document = await taken_away(parts)
    before = {found.row.key async for found in engine.state.walk()}
    spoil(document)
    answer = await refused(parts, json.dumps(document).encode())
    assert answer in ("bad_export", "invalid_request")
    assert {found.row.key async for found in engine.state.walk()} == before


async def taken_away(parts: Parts) -> dict[str, Any]:
    """The export of an event that is gone since."""
    engine = parts.engine
    event = (await engine.organizing.create_event(ORGANIZER, "E", (), Settings(), "open")).event_id
    await engine.organizing.add_team(ORGANIZER, event, "Kelp")
    await kept(engine, event, "Kelp", b"sound")
    export = await engine.export(ORGANIZER, event, "export.json")
    document: dict[str, Any] = json.loads(b"".join([piece async for piece in export.json()]))
    for session in document["sessions"]:
        await engine.delete(ORGANIZER, session["session_id"])
    await engine.organizing.delete_event(ORGANIZER, event)
    while await engine.completion.run_once():
        pass
    return document


async def refused(parts: Parts, document: bytes) -> str:
    async def once() -> Any:
        yield document

    with pytest.raises(Problem) as problem:
        await parts.engine.import_event(ORGANIZER, once(), 1 << 20)
    return problem.value.code


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b"null", b'{"format": "x"}', b"\xff", b"[" * 100_000])
async def test_what_is_no_export_is_told_so(app: App, document: bytes) -> None:
    async with app.client() as client:
        answer = await client.post("/events/import", content=document)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_export")


async def test_too_much_is_refused_before_it_is_held(app: App) -> None:
    async def pieces() -> Any:
        for _ in range(40):
            yield bytes(1 << 20)

    async with app.client() as client:
        answer = await client.post("/events/import", content=pieces())
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    async with app.client(None) as public:
        assert (await public.post("/events/import", content=b"{}")).status_code == 401


async def test_some_sessions_can_be_taken_alone(app: App) -> None:
    async with app.client() as client, assembled(load(app.settings), app.url) as parts:
        event = await an_event(client, parts)
        elsewhere = await kept(parts.engine, await an_event(client, parts), "Kelp", b"other")
        one, two, three = [await kept(parts.engine, event, f"Team {number}", b"%d" % number) for number in range(3)]
        chosen: list[tuple[str, str | int | float | bool | None]]
        chosen = [("session", one.session_id), ("session", three.session_id), ("session", one.session_id)]
        found = Exported((await client.get(f"/events/{event}/export.zip", params=chosen)).content)
        table = (await client.get(f"/events/{event}/sessions.csv", params=chosen)).content
        assert found.audio == {one.session_id: b"0", three.session_id: b"2"}
        assert table == found.files["sessions.csv"]
        for wrong, told in (
            (elsewhere.session_id, (404, "no_such_session")),
            ("nothing", (404, "no_such_session")),
            ("", (422, "invalid_request")),
        ):
            answer = await client.get(f"/events/{event}/export.zip", params=[("session", wrong)])
            assert (answer.status_code, answer.json()["code"]) == told
        assert two.session_id not in found.audio


async def test_scores_are_a_table_with_a_column_for_each_criterion(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E", "rubric": RUBRIC})).json()["event_id"]
        answer = await client.get(f"/events/{event}/scores.csv")
    (head,) = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head == [
        "event_id", "session_id", "team_id", "team_name", "pitch_title", "judge_id", "judge_name", "scores.clarity",
        "total", "complete", "mark", "comment", "rubric_version", "revision", "updated_at",
    ]  # fmt: skip
