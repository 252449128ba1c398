"""The organizer takes an event away: whole, or noticeably not; in constant memory, at the browser's pace."""

import asyncio
import csv
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bench.harness import memory
from pitchscoop.main import assembled
from pitchscoop.recordings.model import wav_header
from pitchscoop.settings import load
from tests.exports.pitches import kept
from tests.exports.test_archive import Exported, broken
from tests.servers.app import App
from tests.servers.s3 import MinIOServer, _minio
from tests.speech import FLAC, pcm, stream
from tests.stories.test_live import finished, start
from tests.stories.test_upload import PIECE, begin

if TYPE_CHECKING:
    from tests.servers.redis import RedisServer

HOSTILE = [
    "../../x",
    "CON",
    "A:b",
    "a?B",
    "🚀" * 50,
    "فريق النور",
    "x" * 200,
    "...",
    "\u202eevil",
    "=1+1",
    "e\u0301",
    "é",
]


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def new_event(client: httpx.AsyncClient, name: str = "Finals") -> str:
    return str((await client.post("/events", json={"name": name})).raise_for_status().json()["event_id"])


async def test_what_was_spoken_and_sent_comes_back_byte_for_byte(app: App, tmp_path: Path) -> None:
    async with app.client() as client:
        event = await new_event(client, 'Fin/als "26" ☃')
        spoken, sent, waiting = [await start(client, event_id=event) for _ in range(3)]
        await stream(spoken["live"]["url"], pcm())
        audio = FLAC.read_bytes()
        place = await begin(client, sent, len(audio))
        await client.patch(place, headers={**PIECE, "Upload-Offset": "0"}, content=audio)
        for session in (spoken, sent):
            await finished(client, session["session_id"])
        answer = await client.get(f"/events/{event}/export.zip")
        table = await client.get(f"/events/{event}/sessions.csv")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"].endswith("Fin_als%20_26_%20%E2%98%83.zip")
    found = Exported(answer.content)
    assert found.audio[spoken["session_id"]] == wav_header(len(pcm()), 16000) + pcm()
    assert found.audio[sent["session_id"]] == audio
    assert found.left_out.keys() == {waiting["session_id"]}
    assert table.content == found.files["sessions.csv"]
    assert table.headers["content-type"].startswith("text/csv; charset=utf-8")
    (tmp_path / "a.zip").write_bytes(answer.content)
    if shutil.which("unzip"):
        unzip = await asyncio.create_subprocess_exec("unzip", "-tq", str(tmp_path / "a.zip"))
        assert await unzip.wait() == 0


async def test_whatever_teams_call_themselves_an_archive_can_be_unpacked(app: App, tmp_path: Path) -> None:
    async with app.client() as client, assembled(load(app.settings), app.url) as parts:
        event = await new_event(client)
        for name in HOSTILE:
            await kept(parts.engine, event, name, name.encode())
        found = await client.get(f"/events/{event}/export.zip")
    exported = Exported(found.content)
    assert sorted(exported.audio.values()) == sorted(name.encode() for name in HOSTILE)
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        archive.extractall(tmp_path / "out")
    assert listed(tmp_path) == ["out"]
    assert (
        len([path for path in (tmp_path / "out").rglob("*") if path.is_file()]) == len(HOSTILE) + 4
    )  # the table, the manifest, the whole and the standings
    folders = {name.split("/")[1].casefold() for name in exported.files if name.startswith("sessions/")}
    assert len(folders) == len(HOSTILE)
    names = [line["team_name"] for line in csv.DictReader(io.StringIO(exported.files["sessions.csv"].decode()))]
    assert "'=1+1" in names


async def test_it_is_for_the_organizer_alone(app: App) -> None:
    async with app.client() as client:
        event = await new_event(client)
        team = (await client.post(f"/events/{event}/teams", json={"name": "Kelp"})).json()
        session = await start(client, event_id=event)
        nowhere = await client.get("/events/nowhere/export.zip")
    listener = f"listen.{session['session_id']}.0.{session['live']['token'].rpartition('.')[2]}"
    expected = {None: 401, "wrong": 401, team["token"]: 403, session["live"]["token"]: 403, listener: 401}
    for token, status in expected.items():
        async with app.client(token) as client:
            for name in ("export.zip", "sessions.csv"):
                answer = await client.get(f"/events/{event}/{name}")
                assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "no_such_event")


async def test_a_browser_that_is_signed_in_finds_it_on_the_first_page(app: App) -> None:
    async with app.client() as client, assembled(load(app.settings), app.url) as parts:
        await start(client)
        team = (await client.post("/events/default/teams", json={"name": f"Kelp {app.port}"})).json()
        link = await parts.engine.access.sign_in_link()
    async with httpx.AsyncClient(base_url=app.url, timeout=60) as browser:
        await browser.post("/sign-in", data={"token": link})
        page = (await browser.get("/")).text
        href = "/api/v1/events/default/export.zip"
        assert f'href="{href}"' in page
        Exported((await browser.get(href)).content)
    async with httpx.AsyncClient(base_url=app.url) as browser:
        await browser.get(team["join_url"])
        assert "export.zip" not in (await browser.get("/")).text


async def test_a_slow_browser_is_waited_for_and_one_that_leaves_is_let_go(app: App) -> None:
    size = 8 << 20
    async with app.client() as client, assembled(load(app.settings), app.url) as parts:
        event = await new_event(client)
        for number in range(16):
            await kept(parts.engine, event, f"Team {number}", _pieces(size))
        before = memory(app.pid)
        async with client.stream("GET", f"/events/{event}/export.zip") as answer:
            chunks = answer.aiter_raw()
            found = [await anext(chunks)]
            await asyncio.sleep(2)  # a server that does not wait has read all 128 MiB by now
            assert memory(app.pid) - before < 24 << 10
            found += [chunk async for chunk in chunks]
        assert len(Exported(b"".join(found)).audio) == 16
        async with client.stream("GET", f"/events/{event}/export.zip") as answer:
            await anext(answer.aiter_raw())
        assert (await client.get(f"/events/{event}")).status_code == 200
    assert "Traceback" not in app.log.read_text()


async def _pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size >> 20):
        yield bytes(1 << 20)


async def test_the_command_writes_the_same_into_a_file_once(app: App, tmp_path: Path) -> None:
    async with app.client() as client, assembled(load(app.settings), app.url) as parts:
        event = await new_event(client, "Finals: 1")
        session = await kept(parts.engine, event, "Kelp", b"sound")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pitchscoop", "export", *arguments]
        return subprocess.run(
            command, env=app.environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    done = await asyncio.to_thread(run, event)
    assert (done.returncode, done.stdout.partition(":")[0]) == (0, "Finals_ 1.zip"), done.stderr
    assert Exported((tmp_path / "Finals_ 1.zip").read_bytes()).audio == {session.session_id: b"sound"}
    again, other, nowhere = [await asyncio.to_thread(run, *words) for words in ([event], [event, "b.zip"], ["none"])]
    assert (again.returncode, nowhere.returncode, other.returncode) == (2, 2, 0)
    assert "already there" in again.stderr
    assert len(nowhere.stderr.splitlines()) == 1
    assert listed(tmp_path) == ["Finals_ 1.zip", "b.zip"]


class Breakable:
    """A server whose storage can be broken."""

    def __init__(self, app: App, minio: MinIOServer | None) -> None:
        self.app = app
        self._minio = minio

    def break_(self, session: Any) -> None:
        """MinIO is killed; a disk no longer gives out this one file."""
        if self._minio:
            self._minio.kill()
        else:
            broken(self.app.folder, session)


@pytest.fixture(params=["embedded", "redis-minio"])
def breakable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Breakable]:
    settings: dict[str, str] = {}
    minio = None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if request.param == "redis-minio":
            redis: RedisServer = request.getfixturevalue("own_redis")
            minio = MinIOServer(_minio(), folder)
            minio.start()
            settings = {
                "REDIS_URL": redis.url,
                "PITCHSCOOP_SECRET": "the-signing-key-of-the-tests-0123456789",
                "MINIO_ENDPOINT": minio.s3.endpoint,
                "MINIO_ACCESS_KEY": minio.s3.access_key,
                "MINIO_SECRET_KEY": minio.s3.secret_key,
            }
        app = App(tmp_path, settings, request.param)
        app.start()
        yield Breakable(app, minio)
        app.stop()
        if minio:
            minio.kill()


async def test_storage_that_goes_away_is_noticed_by_whoever_downloads(breakable: Breakable) -> None:
    app = breakable.app
    async with app.client() as client, assembled(load(app.settings), app.url) as parts:
        event = await new_event(client)
        sessions = [await kept(parts.engine, event, f"Team {number}", _pieces(16 << 20)) for number in range(4)]
        async with client.stream("GET", f"/events/{event}/export.zip") as answer:
            assert answer.status_code == 200
            chunks = answer.aiter_raw()
            await anext(chunks)
            breakable.break_(sessions[0])
            with pytest.raises(httpx.RemoteProtocolError):
                async for _ in chunks:
                    pass
        breakable.break_(sessions[-1])
        answer = await client.get(f"/events/{event}/export.zip")
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert (await client.get(f"/events/{event}/sessions.csv")).status_code == 200
    assert "Traceback" not in app.log.read_text()
    assert "download_cut" in app.log.read_text()
