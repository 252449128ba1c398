"""The server as an operator meets it: several processes, bad settings, one-line errors, the other commands."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from pitchscoop.demo import PITCHES
from tests.servers.app import ADMIN, App
from tests.servers.redis import free_port
from tests.speech import FLAC

COMMAND = [sys.executable, "-m", "pitchscoop"]


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_several_processes_share_one_address(tmp_path: Path) -> None:
    app = App(tmp_path, {}, "embedded")
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(app.port), "--workers", "2"], env=app.environment, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            try:
                assert httpx.get(f"{app.url}/readyz").json()["status"] == "ready"
                break
            except httpx.TransportError:
                time.sleep(0.05)
        new = {"team_name": "A", "pitch_title": "B"}
        for _ in range(10):
            answer = httpx.post(f"{app.url}/api/v1/sessions", json=new, headers={"Authorization": f"Bearer {ADMIN}"})
            assert answer.status_code == 201
        listed = httpx.get(f"{app.url}/api/v1/events/default/sessions", headers={"Authorization": f"Bearer {ADMIN}"})
        assert len(listed.json()["sessions"]) == 10
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


@pytest.mark.parametrize("moment", ["imports", "starting", "media", "served"])
def test_ctrl_c_ends_it_without_a_word_at_any_moment(moment: str, tmp_path: Path) -> None:
    app = App(tmp_path, {}, "embedded")
    errors = tmp_path / "errors"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background has it ignored
    with errors.open("wb") as log:
        command = [*COMMAND, "serve", "--port", str(app.port)]
        process = subprocess.Popen(
            command, env=app.environment, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True
        )
        _reach(moment, app, process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all that run in it
        assert process.wait(15) in (130, -signal.SIGINT)
    time.sleep(0.3)  # what it started ends, too
    assert errors.read_text() == ""


def _reach(moment: str, app: App, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(2000):
        time.sleep(0.005)
        if moment == "imports":
            time.sleep(0.2)
            return
        if moment == "served":
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{app.url}/readyz")
                return
        elif moment == "starting":
            if (app.folder / "pitchscoop.db").exists():
                return
        elif subprocess.run(["pgrep", "-P", str(process.pid)], stdout=subprocess.DEVNULL, check=False).returncode == 0:
            time.sleep(0.1)  # it is amid its imports
            return


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PITCHSCOOP_ADMIN_TOKEN", "short"),
        ("PITCHSCOOP_COLOUR", "red"),
        ("PITCHSCOOP_PUBLIC_URL", "not an address"),
        ("REDIS_URL", "http://here"),
        ("MINIO_ENDPOINT", "minio:9000"),
        ("PITCHSCOOP_SECRET_FILE", "/nowhere"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_line_that_names_it(name: str, value: str, tmp_path: Path) -> None:
    environment = {**App(tmp_path, {}, "embedded").environment, name: value}
    done = run(environment, "serve", "--port", str(free_port()))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert name.removesuffix("_FILE").split("_")[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_what_cannot_work_is_said_in_one_line(app: App, tmp_path: Path) -> None:
    away = {**App(tmp_path, {}, "away").environment, "REDIS_URL": "redis://127.0.0.1:1/0", "PITCHSCOOP_SECRET": ADMIN}
    here = app.environment
    for environment, arguments, word in [
        (here, ["serve", "--port", str(app.port)], "in use"),
        (here, ["serve", "--port", str(app.port), "--workers", "2"], "in use"),
        (here, ["serve", "--host", "nowhere.invalid"], "nowhere.invalid"),
        (away, ["token"], "Redis"),
        (away, ["record", str(FLAC), "--team", "A", "--title", "B"], "Redis"),
        (here, ["record", str(FLAC), "--team", " ", "--title", "B"], "team_name"),
        (here, ["record", "/nowhere", "--team", "A", "--title", "B"], "/nowhere"),
        (here, ["token", "king"], "king"),
    ]:
        done = run(environment, *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert word in done.stderr


def test_a_file_goes_the_whole_way_from_the_command_line(app: App) -> None:
    settings = app.settings if app.name == "embedded" else {**app.settings, "PITCHSCOOP_PUBLIC_URL": app.url}
    done = run({**app.environment, **settings}, "record", str(FLAC), "--team", "Kelpline", "--title", "Ask not")
    assert done.returncode == 0, done.stderr
    part = httpx.get(done.stdout.strip(), headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)


def test_the_demo_fills_an_event_with_pitches_that_play(app: App) -> None:
    authorized = {"Authorization": f"Bearer {ADMIN}"}
    event = httpx.post(f"{app.url}/api/v1/events", json={"name": "Demo"}, headers=authorized).json()["event_id"]
    done = run({**app.environment, "PITCHSCOOP_PUBLIC_URL": app.url}, "demo", "--event", event)
    assert done.returncode == 0, done.stderr
    listed = httpx.get(f"{app.url}/api/v1/events/{event}/sessions", headers=authorized).json()["sessions"]
    assert {found["status"] for found in listed} == {"completed"}
    assert len(listed) == len(PITCHES)
    part = httpx.get(listed[0]["playback_url"], headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)


def test_a_file_that_holds_no_sound_is_said_so(app: App, tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.7 " * 100)
    done = run(app.environment, "record", str(tmp_path / "notes.pdf"), "--team", "A", "--title", "B")
    assert done.returncode == 2
    assert "holds no sound" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_finds_a_running_server_well(app: App) -> None:
    done = run({**app.environment, "PITCHSCOOP_PUBLIC_URL": app.url}, "doctor")
    assert (done.returncode, "wrong" in done.stdout) == (0, False), done.stdout
    assert len(done.stdout.splitlines()) == 9


def test_the_doctor_says_that_a_microphone_needs_https(app: App) -> None:
    environment = {**app.environment, "PITCHSCOOP_PUBLIC_URL": app.url.replace("127.0.0.1", "pitches.example.org")}
    done = run(environment, "doctor")
    assert (done.returncode, "Serve it with HTTPS" in done.stdout) == (1, True), done.stdout
    assert "Traceback" not in done.stderr


def test_a_token_from_the_command_line_opens_the_door(app: App) -> None:
    done = run({**app.environment, "PITCHSCOOP_PUBLIC_URL": app.url}, "token", "organizer")
    token, link = done.stdout.split()
    assert re.fullmatch(r"\S{40,}", token)
    answer = httpx.get(f"{app.url}/api/v1/events/default", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert httpx.get(link).status_code == 303


def test_the_api_describes_itself(app: App) -> None:
    described = json.loads(httpx.get(f"{app.url}/openapi.json").text)
    assert "/api/v1/sessions/{session_id}/playback-url" in described["paths"]
