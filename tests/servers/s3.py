"""Real S3 servers: MinIO, and Ceph's radosgw as a second implementation."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import servers
from tests.servers.redis import free_port, missing

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class S3:
    """Where a server is and how to get in."""

    endpoint: str
    access_key: str
    secret_key: str


class MinIOServer:
    """MinIO on a folder of its own."""

    def __init__(self, binary: str, folder: str) -> None:
        self.s3 = S3(f"127.0.0.1:{free_port()}", "pitchscoop-tests", "a-secret-of-the-tests")
        self._command = [binary, "server", folder, "--address", self.s3.endpoint, "--quiet"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {**os.environ, "MINIO_ROOT_USER": self.s3.access_key, "MINIO_ROOT_PASSWORD": self.s3.secret_key}  # noqa: TID251
        self._process = subprocess.Popen(
            self._command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _wait(f"http://{self.s3.endpoint}/minio/health/live")

    def kill(self) -> None:
        """End it with -9."""
        if self._process:
            self._process.kill()
            self._process.wait()


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except urllib.error.HTTPError as answered:
            answered.close()
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"nothing answers at {address}")


def _minio() -> str:
    for place in (shutil.which("minio"), Path.home() / "go/bin/minio", _HERE.parents[1] / ".tools/bin/minio"):
        if place and Path(place).is_file():
            return str(place)
    return missing("minio")


@pytest.fixture(scope="session")
def minio_server() -> Iterator[MinIOServer]:
    binary = _minio()
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    servers.ran["MinIO"] = told.splitlines()[0].removeprefix("minio version ").split(" (")[0]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = MinIOServer(binary, folder)
        server.start()
        yield server
        server.kill()


@pytest.fixture(scope="session")
def minio(minio_server: MinIOServer) -> S3:
    return minio_server.s3


@pytest.fixture(scope="session")
def radosgw() -> Iterator[S3]:
    for program in ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph"):
        if shutil.which(program) is None:
            missing(program)
    told = subprocess.run(["radosgw", "--version"], capture_output=True, text=True, check=True).stdout
    servers.ran["radosgw"] = told.split()[2]
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder, "ceph")
        command = ["bash", str(_HERE / "radosgw.sh"), str(place), str(port), str(free_port())]
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
            _wait(f"http://127.0.0.1:{port}")
            yield S3(f"127.0.0.1:{port}", "tests", "a-secret-of-the-tests")
        finally:
            for number in (place / "pids").read_text().split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(number), signal.SIGKILL)
