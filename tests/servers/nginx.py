"""nginx with the very file that operators are given; only its addresses are the test's."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.servers.app import App, settings_of
from tests.servers.redis import free_port, missing

FILE = Path(__file__).parents[2] / "docs/operating/nginx.conf"
_AROUND = (
    "daemon off; pid {0}/nginx.pid; error_log {0}/error.log;{2} events {{}} http {{ {1} include {0}/pitchscoop.conf; }}"
)
_OWN_FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def _configuration(folder: Path, ports: dict[str, int]) -> None:
    """Write the file with the test's ports; whatever else it says stays."""
    text = FILE.read_text()
    for was, port in ports.items():
        assert re.search(was, text), f"{was} is not in {FILE.name}"
        text = re.sub(was, lambda found, port=port: f"{found[1]}127.0.0.1:{port};", text, count=1)  # type: ignore[misc]
    (folder / "pitchscoop.conf").write_text(text.replace("/var/log/nginx/error.log", f"{folder}/told.log"))
    folders = " ".join(f"{name}_temp_path {folder}/{name};" for name in _OWN_FOLDERS)
    user = " user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_AROUND.format(folder, folders, user))


def _up(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx did not start")


@pytest.fixture(scope="module", params=["embedded", "redis-minio"])
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server in each mode whose ``url``, like that of its storage, is nginx's."""
    binary = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or missing("nginx")  # noqa: TID251
    told = subprocess.run([binary, "-v"], capture_output=True, text=True, check=True).stderr
    servers.ran["nginx"] = told.strip().rpartition("/")[2]
    folder = tmp_path_factory.mktemp("nginx")
    front, storage_front = free_port(), free_port()
    settings = {**settings_of(request.param, request), "PITCHSCOOP_PUBLIC_URL": f"http://127.0.0.1:{front}"}
    if request.param == "redis-minio":
        settings["MINIO_PUBLIC_URL"] = f"http://127.0.0.1:{storage_front}"
    app = App(folder, settings, request.param)
    storage = int(settings.get("MINIO_ENDPOINT", "nowhere:9").rpartition(":")[2])
    _configuration(
        folder,
        {
            r"(server )127.0.0.1:8000;": app.port,
            r"(proxy_pass http://)127.0.0.1:9000;": storage,
            r"(listen )80;(?=[^}]*pitches)": front,
            r"(listen )80;(?=[^}]*audio)": storage_front,
        },
    )
    nginx = subprocess.Popen([binary, "-c", folder / "nginx.conf"])
    try:
        _up(front)
        app.start()
        app.url = settings["PITCHSCOOP_PUBLIC_URL"]
        yield app
    finally:
        app.stop()
        nginx.terminate()
        nginx.wait()
