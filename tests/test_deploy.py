"""What is deployed: compose.yaml and its commands on real servers, .env, and the image.

No container engine is needed, and none runs here: that the images build and start is not tested.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from pitchscoop import settings
from tests.servers.redis import free_port, missing

ROOT = Path(__file__).parents[1]
SECRETS = ("PITCHSCOOP_SECRET", "REDIS_PASSWORD", "MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD")
Compose = dict[str, Any]


def make_env(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts/make-env", path], capture_output=True, text=True, check=False
    )


def variables(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def read_compose(environment: dict[str, str]) -> Compose:
    """compose.yaml with its variables filled in as Compose does it; KeyError where it would refuse to start."""

    def value(match: re.Match[str]) -> str:
        name, rule, text = match.groups()
        given = environment.get(name, "")
        if rule == "?" and not given:
            raise KeyError(name, text)
        return given or text

    def filled(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: filled(part) for name, part in node.items()}
        if isinstance(node, list):
            return [filled(part) for part in node]
        return re.sub(r"\$\{(\w+):([?-])([^}]*)\}", value, node) if isinstance(node, str) else node

    model: Compose = filled(yaml.safe_load((ROOT / "compose.yaml").read_text()))
    assert not re.search(r"(?<!\$)\$(?!\$)", str(model)), "a variable without a rule for when it is not set"
    return model


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    assert make_env(tmp_path / ".env").returncode == 0
    return variables(tmp_path / ".env")


@pytest.fixture
def compose(env: dict[str, str]) -> Compose:
    return read_compose(env)


def test_env_holds_strong_secrets_that_differ_each_time(tmp_path: Path) -> None:
    made = []
    for name in ("first", "second"):
        make_env(tmp_path / name)
        made += [variables(tmp_path / name)[secret] for secret in SECRETS]
    assert len(set(made)) == 2 * len(SECRETS)
    assert all(re.fullmatch(r"[\w-]{20,}", value) for value in made)
    assert min(len(value) for value in made if value not in (made[2], made[6])) >= 40


def test_env_is_its_owners_alone(tmp_path: Path) -> None:
    make_env(tmp_path / ".env")
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_env_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PITCHSCOOP_SECRET=precious\n")
    refused = make_env(tmp_path / ".env")
    assert refused.returncode == 1
    assert "exists" in refused.stderr
    assert (tmp_path / ".env").read_text() == "PITCHSCOOP_SECRET=precious\n"


@pytest.mark.parametrize("secret", SECRETS)
def test_compose_has_no_default_secret(env: dict[str, str], secret: str) -> None:
    for without in ({**env, secret: ""}, {name: value for name, value in env.items() if name != secret}):
        with pytest.raises(KeyError) as refused:
            read_compose(without)
        assert refused.value.args == (secret, "run scripts/make-env first")


@pytest.mark.parametrize("service", ["api", "worker"])
def test_pitchscoop_starts_with_what_compose_gives_it(
    env: dict[str, str], compose: Compose, service: str, tmp_path: Path
) -> None:
    given = compose["services"][service]["environment"]
    known = settings.load({**given, "PITCHSCOOP_DATA": str(tmp_path)})
    assert known.minio
    assert (known.redis_url, known.public_url) == (
        f"redis://:{env['REDIS_PASSWORD']}@redis:6379/0",
        "http://localhost:8000",
    )
    assert known.secret == env["PITCHSCOOP_SECRET"].encode()
    assert (known.minio.endpoint, known.minio.public_url) == ("minio:9000", "http://localhost:9000")
    assert (known.minio.access_key, known.minio.secret_key) == (env["MINIO_ROOT_USER"], env["MINIO_ROOT_PASSWORD"])
    assert (known.admin_token, known.gladia) == (None, None)


def test_only_the_pages_are_reachable_from_outside(compose: Compose) -> None:
    ports = {name: service.get("ports", []) for name, service in compose["services"].items()}
    assert ports == {
        "api": ["8000:8000"],
        "worker": [],
        "redis": ["127.0.0.1:6379:6379"],
        "minio": ["127.0.0.1:9000:9000", "127.0.0.1:9001:9001"],
    }


def test_every_service_is_confined_and_comes_back(compose: Compose) -> None:
    for service in compose["services"].values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"
        assert list(service["networks"]) == ["pitchscoop-net"]
        assert not service.get("privileged")
    assert all(compose["services"][name]["read_only"] for name in ("api", "worker", "redis"))


def test_data_lies_in_named_volumes(compose: Compose) -> None:
    mounts = {name: service.get("volumes", []) for name, service in compose["services"].items()}
    assert mounts == {
        "api": ["search-index:/data"],
        "worker": ["worker-scratch:/tmp"],
        "redis": ["redis-data:/data"],
        "minio": ["minio-data:/data"],
    }
    assert set(compose["volumes"]) == {"worker-scratch", "search-index", "redis-data", "minio-data"}


def test_pitchscoop_waits_until_its_servers_are_healthy(compose: Compose) -> None:
    for name in ("api", "worker"):
        waits = {other: how["condition"] for other, how in compose["services"][name]["depends_on"].items()}
        assert waits == {"redis": "service_healthy", "minio": "service_healthy"}
    assert all(compose["services"][name]["healthcheck"]["test"] for name in ("redis", "minio"))


def test_images_are_pinned(compose: Compose) -> None:
    images = {service["image"] for service in compose["services"].values()} - {"pitchscoop:local"}
    arguments = dict(re.findall(r"^ARG (\w+)=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    for name in re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE):
        images.add(arguments.get(name.strip("${}"), name))
    assert len(images) == 4
    assert all(re.search(r":(RELEASE\.)?\d+[.-]\d+[.-]\d+", image) for image in images), images


@pytest.fixture
def compose_redis(env: dict[str, str], compose: Compose, tmp_path: Path) -> Iterator[int]:
    """Redis started by compose.yaml's own command, on a port of its own."""
    if shutil.which("redis-server") is None:
        missing("redis-server")
    port = free_port()
    service = compose["services"]["redis"]
    *shell, script = [part.replace("$$", "$") for part in service["command"]]
    started = script.replace("redis-server -", f"redis-server - --port {port} --bind 127.0.0.1", 1)
    assert started != script
    environment = {"PATH": os.defpath, "REDISCLI_AUTH": env["REDIS_PASSWORD"]}
    process = subprocess.Popen([*shell, started], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
    yield port
    process.terminate()
    assert process.wait(10) == 0


def test_redis_wants_its_password_and_keeps_what_it_answered(compose_redis: int, env: dict[str, str]) -> None:
    with redis.Redis(port=compose_redis, password=env["REDIS_PASSWORD"]) as client:
        for _ in range(200):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.05)
        assert client.config_get("append*") | {"appendonly": "yes", "appendfsync": "always"} == client.config_get(
            "append*"
        )
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with redis.Redis(port=compose_redis) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "redis-server" in shown
    assert env["REDIS_PASSWORD"] not in shown


DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())


def test_the_image_runs_as_nobody_in_particular_and_tells_its_health() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\S+)", last, re.MULTILINE) == ["10001:10001"]
    assert re.search(r"^HEALTHCHECK .*http://127\.0\.0\.1:8000/healthz", last, re.MULTILINE)
    assert 'ENTRYPOINT ["pitchscoop"]\nCMD ["serve", "--host", "0.0.0.0"]' in last


def test_the_image_takes_only_what_a_hash_vouches_for() -> None:
    installs = re.findall(r"pip install [^&\n]*", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in install or "--no-index" in install for install in installs)
    assert "npm ci" in DOCKERFILE
    assert "npm install" not in DOCKERFILE


def test_no_secret_can_get_into_the_image() -> None:
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert sent == {"frontend", "pitchscoop", "pyproject.toml", "requirements.lock", "README.md", "LICENSE"}
    assert not re.search(r"^(ARG|ENV).*(SECRET|TOKEN|PASSWORD|KEY)", DOCKERFILE, re.MULTILINE)
