"""Everything a run wrote is looked through for tokens, signed addresses and keys: there is none."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import redis

from tests.servers.app import ADMIN, App, sign_in
from tests.speech import FLAC, pcm, stream
from tests.stories.test_live import finished, start
from tests.stories.test_upload import PIECE, begin

_PIECE = 1 << 20  # bytes: what the proxy lets through at once
_OURS = ("secret", "recording", "segments")  # what is to hold a secret or a speaker's words


class Secrets:
    """All that must not be written down."""

    def __init__(self, app: App) -> None:
        self.found = {ADMIN, app.settings.get("PITCHSCOOP_SECRET", ""), app.settings.get("MINIO_SECRET_KEY", "")}
        key = app.folder / "secret"
        self.found |= {key.read_text() if key.is_file() else ""}

    def note(self, *tokens: str) -> None:
        self.found |= set(tokens)

    def note_url(self, url: str) -> None:
        """The signature of a signed address, whoever signed it, and a token in its query or fragment."""
        parts = urlsplit(url)
        values = [value for held in parse_qs(parts.query).values() for value in held]
        self.note(*(value for value in [*values, parts.fragment] if len(value) >= 32))


@pytest.fixture
def worker(proxied: App, tmp_path: Path) -> Iterator[Path]:
    """A worker beside the server; its log."""
    path = tmp_path / "worker.log"
    with path.open("ab") as log:
        command = [sys.executable, "-m", "pitchscoop", "worker"]
        working = subprocess.Popen(command, env=proxied.environment, stdout=log, stderr=log)
    yield path
    working.terminate()
    working.wait(15)


async def test_nothing_that_opens_anything_is_written_down(proxied: App, worker: Path) -> None:
    app, secrets = proxied, Secrets(proxied)
    await _everything(app, secrets)
    wanted = {secret.encode() for secret in secrets.found if secret}
    assert len(wanted) >= 15  # keys, tokens, cookies, and what signs addresses
    files = [worker, *(path for path in app.folder.rglob("*") if path.is_file())]
    looked_at = {
        path.name: path.read_bytes()
        for path in files
        if not any(own in str(path.relative_to(path.parents[1])) for own in _OURS)
    }
    assert {"log.txt", "worker.log", "told.log", "error.log"} <= set(looked_at)
    assert [(name, secret) for name, content in looked_at.items() for secret in wanted if secret in content] == []
    if url := app.settings.get("REDIS_URL"):
        with redis.Redis.from_url(url) as client:
            for key in client.scan_iter(count=1000):
                kept = repr(client.dump(key)) if client.type(key) != b"hash" else repr(client.hgetall(key))
                assert not any(secret.decode() in kept or secret in key for secret in wanted), key
    print(f"{len(wanted)} secrets looked for in {len(looked_at)} files")


async def _everything(app: App, secrets: Secrets) -> None:
    """What people do in an evening, mistakes included."""
    async with app.client() as client, httpx.AsyncClient(base_url=app.url, timeout=30) as phone:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        key = {"Idempotency-Key": "an-idempotent-team"}
        team = (await client.post(f"/events/{event}/teams", json={"name": "Kelp"}, headers=key)).json()
        judge = (await client.post(f"/events/{event}/judges", json={"name": "Ada"})).json()
        organizer = (await client.post("/organizers", json={"name": "Cleo"})).json()
        secrets.note(team["token"], judge["token"])
        for url in (team["join_url"], judge["invite_url"], organizer["sign_in_url"]):
            secrets.note_url(url)
            phone.cookies.clear()  # they are different people
            await phone.get(url)
            await sign_in(phone, url)
            secrets.note(phone.cookies["pitchscoop"])
            await phone.get("/", headers={"Referer": url})
        spoken, sent = [await start(client, event_id=event, team_name="Kelp") for _ in range(2)]
        for session in (spoken, sent):
            secrets.note(session["live"]["token"])
            secrets.note_url(session["recorder_url"])
            await phone.get(session["recorder_url"])
        await stream(spoken["live"]["url"], pcm()[:64000])
        place = await begin(client, sent, FLAC.stat().st_size)
        for start_of, piece in ((0, FLAC.read_bytes()[:_PIECE]), (_PIECE, FLAC.read_bytes()[_PIECE:])):
            headers = {**PIECE, "Upload-Offset": str(start_of)}
            (await client.patch(place, headers=headers, content=piece)).raise_for_status()
        for session in (spoken, sent):
            details = await finished(client, session["session_id"])
            for url in (details["playback_url"], details["page_url"]):
                secrets.note_url(url)
                await phone.get(url)
                await phone.get(url[:-1] + ("a" if url[-1] != "a" else "b"))
        wrong = "a-wrong-token-" + "x" * 40
        secrets.note(wrong)
        await sign_in(phone, f"/sign-in?token={wrong}")
        for way in (f"/join?token={wrong}", f"/sign-in?token={wrong}", f"/pitches/{spoken['session_id']}?key={wrong}"):
            await phone.get(way)
        for token in (wrong, team["token"]):
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
            await phone.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "nothing"}, headers=headers)
            await phone.post("/mcp", content=b"{", headers=headers)
            await phone.get(f"/api/v1/events/{event}/export.zip", headers=headers)
        await phone.request("BREW", f"/join?token={wrong}")
        await phone.get(f"/nothing/{wrong}?token={wrong}")
        for name in ("export.zip", "export.json", "sessions.csv", "audit.csv"):
            answer = await client.get(f"/events/{event}/{name}")
            assert answer.status_code == 200
            assert not [secret for secret in secrets.found if secret and secret.encode() in answer.content], name
        await client.delete(f"/sessions/{sent['session_id']}")
        await phone.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
