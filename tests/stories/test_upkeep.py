"""State is lost and comes back; a backup moves everything into the other mode; bad input gets one line."""

import asyncio
import datetime as dt
import hashlib
import io
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from websockets.asyncio.client import connect

from pitchscoop.events.model import Settings
from pitchscoop.kernel import keys
from pitchscoop.recordings import intake
from tests.servers.place import MODES, Place
from tests.servers.redis import free_port
from tests.speech import FRAME, heard, pcm, stream
from tests.stories.test_live import finished, start
from tests.upkeep.pitches import ORGANIZER, completed, read, recording, stopped, uploaded, work
from tests.words import standing, written


@pytest.fixture(autouse=True)
def _no_segments_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LINGER", dt.timedelta())


Made = dict[str, Any]
FLEETING = ("playback_url", "peaks_url", "expires_in")
WELL = "Nothing wrong: state and storage were compared both ways."


def command(place: Place, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """A command beside or without the server."""
    done = subprocess.run(
        [sys.executable, "-m", "pitchscoop", *arguments],
        env=place.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def run(place: Place, *arguments: str) -> list[str]:
    """What a command that does well says, line by line."""
    done = command(place, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def refused(place: Place, *arguments: str, **options: Any) -> str:
    """The one line of a command that cannot do it."""
    done = command(place, *arguments, **options)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    return line


async def well(place: Place) -> None:
    """Nothing is wrong once the worker has seen to all."""
    said: list[str] = []
    async with place.parts() as parts:
        for _ in range(60):
            said = []
            if await parts.upkeep.fsck(said.append, mend=False):
                return
            await asyncio.sleep(0.2)
    pytest.fail("\n".join(said))


def zips(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if ".zip" in path.name)


async def told(client: httpx.AsyncClient, path: str) -> Any:
    """What REST answers, without what changes from one answer to the next."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    for session in found.get("sessions", [found]):
        for name in FLEETING:
            session.pop(name, None)
    return found


async def everything(place: Place, made: Made) -> dict[str, Any]:
    """All that REST says of an event and its sessions, to the organizer and to the team."""
    event = made["event_id"]
    facets = ("", "?status=completed", "?status=failed", f"?team={made['team_id']}", "?q=kelp", "?limit=2")
    paths = [f"/events/{event}", *[f"/events/{event}/sessions{facet}" for facet in facets]]
    paths += [f"/sessions/{session_id}" for session_id in made["sessions"]]
    async with place.client() as client, place.client(made["token"]) as team:
        found = {path: await told(client, path) for path in paths}
        found["the team's"] = await told(team, f"/events/{event}/sessions")
        taken = await client.post(f"/events/{event}/teams", json={"name": "kelpline"})
        assert taken.json()["code"] == "team_name_taken"
    return found


async def sound(place: Place, made: Made) -> dict[str, str]:
    """The SHA-256 of every recording as people get it. Each MP3 plays."""
    found = {}
    async with place.client() as client, httpx.AsyncClient() as browser:
        for session_id in made["sessions"]:
            for variant in ("wav", "mp3"):
                answer = await client.get(f"/sessions/{session_id}/playback-url?variant={variant}")
                if answer.status_code == 200:
                    content = (await browser.get(answer.json()["playback_url"])).raise_for_status().content
                    found[f"{session_id} {variant}"] = hashlib.sha256(content).hexdigest()
                    if variant == "mp3":
                        with av.open(io.BytesIO(content)) as container:
                            assert container.streams.audio[0].duration
    return found


async def recorded_again(place: Place, sessions: list[str]) -> None:
    """Wait until storage has what state has, to the last word."""
    async with place.parts() as parts, asyncio.timeout(30):
        for session_id in sessions:
            key = keys.stored(session_id, keys.SESSION_JSON)
            while True:
                known = await parts.engine.transcripts.whole(await parts.engine.session(ORGANIZER, session_id))
                if await read(parts.engine, key) == known.document:
                    break
                await asyncio.sleep(0.1)


async def make(place: Place) -> Made:
    """An event with a team and finished sessions of all kinds, made through the doors of a running server."""
    rubric = [{"id": "idea", "name": "Idée ☃", "weight": 2.5, "min": 0, "max": 10}]
    settings = {"max_seconds": 60, "idle_seconds": 3600, "downloads": False, "language": "fr"}
    async with place.client() as client:
        event = (await client.post("/events", json={"name": "E", "rubric": rubric, "settings": settings})).json()
        event_id = event["event_id"]
        team = (await client.post(f"/events/{event_id}/teams", json={"name": "Kelpline", "track": "T"})).json()
        sessions = []
        for audio in (pcm(), pcm()[:64000]):
            session = await start(client, event_id=event_id)
            await stream(session["live"]["url"], audio)
            sessions.append(session["session_id"])
        async with place.parts() as parts:
            files = [await uploaded(parts.engine, event_id, content) for content in (None, b"no sound " * 100)]
            sessions += [session.session_id for session in files]
        found = [(await finished(client, session_id))["status"] for session_id in sessions]
        assert found == ["completed", "completed", "completed", "failed"]
        async with place.parts() as parts:
            for session_id, status in zip(sessions, ("ready", "failed", "pending"), strict=False):
                await written(parts.engine, session_id, standing(status))
        correction = {"utterance_id": "u-1", "index": 4, "word": "varech.", "was": "kelp."}
        corrected = await client.put(f"/sessions/{sessions[0]}/transcript/words", json=correction)
        assert corrected.json()["corrected"] == 1
    await recorded_again(place, sessions)
    await well(place)
    return {"event_id": event_id, "team_id": team["team_id"], "token": team["token"], "sessions": sessions}


async def test_lost_state_comes_back_field_by_field(place: Place) -> None:
    place.start()
    try:
        made = await make(place)
        before = await everything(place, made)
        if place.name == "embedded":  # the file can go only while nobody has it open; Redis is emptied under the server
            place.stop()
        place.lose_state()
        assert run(place, "reindex")[-1].startswith("4 sessions put back")
        if place.name == "embedded":
            place.start()
        assert await everything(place, made) == before
        assert len(await sound(place, made)) == 7
        await well(place)
        assert run(place, "fsck") == [WELL]
        assert run(place, "reindex")[-1].startswith("0 sessions put back")
    finally:
        place.stop()


async def test_what_was_stopped_or_under_way_comes_back_and_goes_on(place: Place) -> None:
    async with place.parts() as parts:
        waiting = await stopped(parts.engine)
        live = await recording(parts.engine)
        kept = [await parts.engine.session(ORGANIZER, session.session_id) for session in (waiting, live)]
        due = {found.session_id: found.at for found in await parts.engine.state.due(2**52, 99)}
    place.lose_state()
    assert run(place, "reindex")[-1].startswith("2 sessions put back")
    async with place.parts() as parts:
        assert [await parts.engine.session(ORGANIZER, session.session_id) for session in kept] == kept
        assert {found.session_id: found.at for found in await parts.engine.state.due(2**52, 99)} == due
        token = parts.engine.live_token(live)
    place.start()
    try:
        url = f"{place.url}/api/v1/sessions/{live.session_id}/live?token={token}".replace("http", "ws", 1)
        assert (await stream(url, pcm()))["offset"] == len(pcm())
        async with place.client() as client, httpx.AsyncClient() as browser:
            assert (await finished(client, waiting.session_id))["audio_size"] == 64044
            await finished(client, live.session_id)
            wav = (await client.get(f"/sessions/{live.session_id}/playback-url?variant=wav")).json()
            assert (await browser.get(wav["playback_url"])).content[44:] == pcm()
    finally:
        place.stop()


async def test_a_record_whose_sound_is_gone_is_not_brought_back(place: Place) -> None:
    async with place.parts() as parts:
        session = await completed(parts.engine)
        for name in ("recording.wav", "compressed.mp3"):
            await parts.engine.storage.delete_audio(keys.stored(session.session_id, name))
    place.lose_state()
    done = command(place, "reindex")
    assert done.returncode == 1
    assert done.stdout.startswith(f"wrong  session {session.session_id} is described by its session.json")


@pytest.mark.parametrize(("here", "there"), [MODES, MODES[::-1]])
async def test_a_backup_moves_everything_into_the_other_mode(
    place_of: Callable[[str], Place], tmp_path: Path, here: str, there: str
) -> None:
    old, new = place_of(here), place_of(there)
    file = str(tmp_path / "backup.zip")
    old.start()
    try:
        made = await make(old)
        before, heard_before = await everything(old, made), await sound(old, made)
        async with old.client() as client, httpx.AsyncClient() as browser:
            page = (await told(client, f"/sessions/{made['sessions'][0]}"))["page_url"]
            live = await start(client)
            async with connect(live["live"]["url"]) as socket:
                await heard(socket, "ready")
                await socket.send(bytes(8) + pcm()[:FRAME])
                await heard(socket, "ack")
                lines = run(old, "backup", file)
        assert f"session {live['session_id']} is being recorded and left out" in lines[0]
        assert lines[1].startswith(f"{file}: 4 sessions")
    finally:
        old.stop()

    assert run(new, "restore", file) == ["4 sessions restored, 0 were there already, 1 had been left out."]
    assert run(new, "restore", file) == ["0 sessions restored, 4 were there already, 1 had been left out."]
    new.start()
    try:
        found = await everything(new, made)
        assert str(found).replace(new.url, old.url) == str(before)
        assert await sound(new, made) == heard_before
        assert len(heard_before) == 7
        async with httpx.AsyncClient() as browser:
            assert (await browser.get(page.replace(old.url, new.url))).status_code == 200
        await well(new)
        async with old.parts() as one, new.parts() as other:
            event = made["event_id"]
            facts = [(fact.name, fact.subject, fact.at) for fact in await one.engine.state.facts(event)]
            restored = [(fact.name, fact.subject, fact.at) for fact in await other.engine.state.facts(event)]
            assert restored[: len(facts)] == facts
    finally:
        new.stop()


async def test_one_event_is_backed_up_without_the_others(place: Place, tmp_path: Path) -> None:
    async with place.parts() as parts:
        engine = parts.engine
        wanted, other = [
            await engine.organizing.create_event(ORGANIZER, name, [], Settings(), "open", None) for name in "AB"
        ]
        for event in (wanted, other):
            await engine.organizing.add_team(ORGANIZER, event.event_id, "Team")
            await completed(engine, event.event_id)
        await engine.access.cookie(ORGANIZER)
    run(place, "backup", str(tmp_path / "a.zip"), "--event", wanted.event_id)
    with zipfile.ZipFile(tmp_path / "a.zip") as found:
        held = b"".join(found.read(name) for name in found.namelist())
        rows = found.read("state/rows.jsonl").decode().splitlines()
    assert wanted.event_id.encode() in held
    assert other.event_id.encode() not in held
    assert sorted(row.split('"')[3].split(":")[0] for row in rows) == ["event", "team", "team_name", "token"]
    assert "no event" in refused(place, "backup", str(tmp_path / "b.zip"), "--event", "nowhere")
    assert zips(tmp_path) == ["a.zip"]


async def test_a_backup_while_recordings_are_finished_holds_each_whole(place: Place, tmp_path: Path) -> None:
    async with place.parts() as parts:
        sessions = [await stopped(parts.engine) for _ in range(6)]
        working = asyncio.create_task(work(parts.engine))
        said: list[str] = []
        numbers = 0
        while not working.done():
            numbers += 1
            assert await parts.upkeep.backup(tmp_path / f"{numbers}.zip", None, said.append)
        await working
    assert numbers > 1
    for number in {1, numbers // 2 + 1, numbers}:
        place.lose_state()
        async with place.parts() as parts:
            await parts.engine.storage.delete_audio(keys.SESSIONS)
            await parts.upkeep.restore(tmp_path / f"{number}.zip", said.append)
            await work(parts.engine)
            for session in sessions:
                found = await parts.engine.session(ORGANIZER, session.session_id)
                assert (found.status, found.audio_size) == ("completed", 64044)


async def test_sound_lost_in_storage_comes_back_from_a_backup(place: Place, tmp_path: Path) -> None:
    async with place.parts() as parts:
        session = await completed(parts.engine)
        file = tmp_path / "a.zip"
        said: list[str] = []
        await parts.upkeep.backup(file, None, said.append)
        key = keys.stored(session.session_id, "recording.wav")
        for cause in (parts.engine.storage.delete_audio(key), parts.engine.storage.upload_audio(key, b"x", "a/b")):
            await cause
            assert not await parts.upkeep.fsck(said.append, mend=True)
            await parts.upkeep.restore(file, said.append)
            assert await parts.upkeep.fsck(said.append, mend=False)


async def backed_up(place: Place, file: Path) -> None:
    """A backup of one uploaded pitch, and nothing left of it in the installation."""
    async with place.parts() as parts:
        await uploaded(parts.engine)
        await work(parts.engine)
    run(place, "backup", str(file))
    place.lose_state()
    async with place.parts() as parts:
        await parts.engine.storage.delete_audio(keys.SESSIONS)


async def nothing_is_there(place: Place) -> None:
    async with place.parts() as parts:
        assert await parts.engine.storage.list_audio(keys.SESSIONS) == []
        assert await parts.engine.storage.list_audio(keys.EVENTS) == []
        assert [indexed async for indexed in parts.engine.state.walk()] == []


async def test_what_is_no_whole_backup_is_refused_in_one_line_and_nothing_is_restored(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "a.zip"
    await backed_up(place, file)
    (tmp_path / "text").write_text("hello")
    whole = file.read_bytes()
    (tmp_path / "bad.zip").write_bytes(whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:])
    for name, words in {"none": "No such file", "text": "not a whole", "bad.zip": "cut short or changed"}.items():
        assert words in refused(place, "restore", str(tmp_path / name))
    await nothing_is_there(place)
    assert run(place, "restore", str(file))[0].startswith("1 sessions restored")


async def test_a_full_disk_is_said_and_leaves_nothing(place_of: Callable[[str], Place], tmp_path: Path) -> None:
    place, file = place_of("embedded"), tmp_path / "a.zip"
    small = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))}
    await backed_up(place, file)
    assert "disk of the data folder is full" in refused(place, "restore", str(file), **small)
    await nothing_is_there(place)
    run(place, "restore", str(file))
    assert "full. Make room" in refused(place, "backup", str(tmp_path / "b.zip"), **small)
    assert zips(tmp_path) == ["a.zip"]


async def test_state_or_storage_that_is_away_is_said_in_one_line(
    place_of: Callable[[str], Place], tmp_path: Path
) -> None:
    place, file = place_of("redis-minio"), tmp_path / "a.zip"
    await backed_up(place, file)
    nowhere = f"127.0.0.1:{free_port()}"
    for name, value, only in (("REDIS_URL", f"redis://{nowhere}/0", "fsck"), ("MINIO_ENDPOINT", nowhere, "reindex")):
        before = place.settings[name]
        place.settings[name] = value
        for arguments in (["backup", str(tmp_path / "b.zip")], ["restore", str(file)], [only]):
            assert "cannot be reached" in refused(place, *arguments)
        place.settings[name] = before
    assert zips(tmp_path) == ["a.zip"]
    await nothing_is_there(place)
