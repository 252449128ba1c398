"""The only reader of the environment. Every variable is in design.md 2.1 and docs/settings.md."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

_PREFIXES = ("PITCHSCOOP_", "MINIO_", "GLADIA_", "LLM_")
_GLADIA = "https://api.gladia.io"
_OPENAI = "https://api.openai.com/v1"
_REGIONS = ("eu-west", "us-west")
_MOST_LIVE = 1000  # sessions at Gladia at once: more recorders than that one server does not carry
_MIN_TOKEN = 32  # characters; shorter organizer tokens are refused
_SECRETS = {"PITCHSCOOP_ADMIN_TOKEN", "PITCHSCOOP_SECRET", "REDIS_URL", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY",
            "GLADIA_API_KEY", "LLM_API_KEY"}  # fmt: skip
_PLAIN = {"PITCHSCOOP_DATA", "PITCHSCOOP_PUBLIC_URL", "MINIO_ENDPOINT", "MINIO_BUCKET", "MINIO_REGION", "MINIO_SECURE",
          "MINIO_PUBLIC_URL", "GLADIA_API_URL", "GLADIA_REGION", "GLADIA_MAX_LIVE", "LLM_BASE_URL",
          "LLM_MODEL", "PITCHSCOOP_WHISPER_MODEL", "PITCHSCOOP_WHISPER_DEVICE"}  # fmt: skip
_KNOWN = _SECRETS | _PLAIN | {f"{name}_FILE" for name in _SECRETS}
# Not ours: what the libraries that fetch and run a speech model read themselves.
_LIBRARIES = ("HF_ENDPOINT", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "LD_LIBRARY_PATH",
              "CUDA_VISIBLE_DEVICES")  # fmt: skip


class BadSetting(Exception):
    """A setting stops the start. The message is one line that names it."""


class ObjectStore(BaseModel):
    """Where MinIO, or any S3, is."""

    model_config = ConfigDict(frozen=True)

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    region: str
    secure: bool
    public_url: str | None


class GladiaSettings(BaseModel):
    """Where Gladia is, and how many live sessions the plan allows, over all copies of the server."""

    model_config = ConfigDict(frozen=True)

    key: str = Field(repr=False)
    api_url: str
    region: str | None
    max_live: int


class LocalSpeech(BaseModel):
    """Which Whisper model writes down speech on this machine.

    ``model`` is a name such as ``small``, a repository ``owner/name`` of the Hugging Face hub, or an absolute path.
    """

    model_config = ConfigDict(frozen=True)

    model: str
    device: Literal["auto", "cpu", "cuda"]
    environ: dict[str, str]


class ModelSettings(BaseModel):
    """Which model drafts advice, and where it is. Models on one's own machine mostly ask for no key."""

    model_config = ConfigDict(frozen=True)

    model: str
    base_url: str
    key: str | None = Field(repr=False)


class Settings(BaseModel):
    """All settings, checked. None of the secrets has a default."""

    model_config = ConfigDict(frozen=True)

    data: Path
    secret: bytes
    admin_token: str | None
    public_url: str | None
    redis_url: str | None
    minio: ObjectStore | None
    gladia: GladiaSettings | None
    whisper: LocalSpeech | None
    llm: ModelSettings | None


def load(environ: Mapping[str, str] = os.environ) -> Settings:  # noqa: TID251  the one place
    """Read and check the environment.

    Raises:
        BadSetting: unknown, malformed or missing; the message names the variable and the remedy.
    """
    for name in environ:
        if name.startswith(_PREFIXES) and name not in _KNOWN:
            raise BadSetting(f"{name} is not a setting of PitchScoop. Remove it; docs/settings.md has the names.")
    values = {name: value for name in sorted(_SECRETS | _PLAIN) if (value := _value(environ, name))}
    data = Path(values.get("PITCHSCOOP_DATA") or _user_folder(environ)).expanduser().absolute()
    admin_token = values.get("PITCHSCOOP_ADMIN_TOKEN")
    if admin_token is not None and len(admin_token) < _MIN_TOKEN:
        raise BadSetting(f"PITCHSCOOP_ADMIN_TOKEN must have at least {_MIN_TOKEN} characters.")
    return Settings(
        data=data,
        secret=_secret(values, data),
        admin_token=admin_token,
        public_url=_url(values, "PITCHSCOOP_PUBLIC_URL"),
        redis_url=_url(values, "REDIS_URL", ("redis", "rediss", "unix")),
        minio=_minio(values),
        gladia=_gladia(values),
        whisper=_whisper(values, environ),
        llm=_llm(values),
    )


def _value(environ: Mapping[str, str], name: str) -> str | None:
    path = environ.get(f"{name}_FILE")
    if name in _SECRETS and path:
        if environ.get(name):
            raise BadSetting(f"Set either {name} or {name}_FILE, not both.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE names a file that cannot be read: {error.strerror}.") from None
    return environ.get(name)


def _user_folder(environ: Mapping[str, str]) -> str:
    base = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return f"{base}/pitchscoop"


def _secret(values: Mapping[str, str], data: Path) -> bytes:
    if secret := values.get("PITCHSCOOP_SECRET"):
        if len(secret) < _MIN_TOKEN:
            raise BadSetting(f"PITCHSCOOP_SECRET must have at least {_MIN_TOKEN} characters.")
        return secret.encode()
    if "REDIS_URL" in values:
        raise BadSetting("PITCHSCOOP_SECRET is required when REDIS_URL is set: all copies must sign alike.")
    path = data / "secret"
    try:
        data.mkdir(parents=True, exist_ok=True)
        _make_once(path)
        return path.read_bytes()
    except OSError as error:
        raise BadSetting(f"PITCHSCOOP_DATA: the folder {data} cannot be used: {error.strerror}.") from None


def _make_once(path: Path) -> None:
    """Write a new key beside ``path`` and link it there: of two processes that start at once one wins, whole."""
    if path.exists():
        return
    fresh = path.with_name(f".secret-{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return
    finally:
        fresh.unlink()


def _url(values: Mapping[str, str], name: str, schemes: tuple[str, ...] = ("http", "https")) -> str | None:
    if (value := values.get(name)) is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in schemes or not (parts.netloc or parts.scheme == "unix"):
        raise BadSetting(f"{name} must be an address such as {schemes[0]}://host.")
    return value.rstrip("/")


def _minio(values: Mapping[str, str]) -> ObjectStore | None:
    names = ("MINIO_ENDPOINT", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY")
    if not any(name.startswith("MINIO_") for name in values):
        return None
    if missing := [name for name in names if name not in values]:
        raise BadSetting(f"{missing[0]} is missing: MinIO needs {', '.join(names)}.")
    secure = values.get("MINIO_SECURE", "false").lower()
    if secure not in ("true", "false"):
        raise BadSetting("MINIO_SECURE must be true or false.")
    endpoint = values["MINIO_ENDPOINT"]
    if "/" in endpoint:
        raise BadSetting("MINIO_ENDPOINT must be host:port without http:// or a path.")
    return ObjectStore(
        endpoint=endpoint,
        access_key=values["MINIO_ACCESS_KEY"],
        secret_key=values["MINIO_SECRET_KEY"],
        bucket=values.get("MINIO_BUCKET", "pitchscoop"),
        region=values.get("MINIO_REGION", "us-east-1"),
        secure=secure == "true",
        public_url=_url(values, "MINIO_PUBLIC_URL"),
    )


def _gladia(values: Mapping[str, str]) -> GladiaSettings | None:
    """None without a key, whatever else is set: one file of settings may serve places with a key and without."""
    key = _header(values, "GLADIA_API_KEY")
    if (region := values.get("GLADIA_REGION")) not in (None, *_REGIONS):
        raise BadSetting(f"GLADIA_REGION must be {' or '.join(_REGIONS)}.")
    most = values.get("GLADIA_MAX_LIVE", "1")
    if not (most.isascii() and most.isdecimal() and 1 <= int(most) <= _MOST_LIVE):
        raise BadSetting(f"GLADIA_MAX_LIVE must be a whole number from 1 to {_MOST_LIVE}.")
    if key is None:
        return None
    return GladiaSettings(key=key, api_url=_url(values, "GLADIA_API_URL") or _GLADIA, region=region, max_live=int(most))


def _llm(values: Mapping[str, str]) -> ModelSettings | None:
    key, model = _header(values, "LLM_API_KEY"), values.get("LLM_MODEL")
    base_url = _url(values, "LLM_BASE_URL") or (_OPENAI if key else None)
    if model is None and base_url is None:
        return None
    if model is None:
        raise BadSetting("LLM_MODEL is missing: LLM_BASE_URL and LLM_API_KEY mean nothing without it.")
    if base_url is None:
        raise BadSetting("LLM_MODEL needs LLM_BASE_URL, where the model is, or LLM_API_KEY for OpenAI's.")
    return ModelSettings(model=model, base_url=base_url, key=key)


def _header(values: Mapping[str, str], name: str) -> str | None:
    """A key as it can be sent."""
    key = values.get(name)
    if key is not None and not (key.isascii() and key.isprintable() and " " not in key):
        raise BadSetting(f"{name} has a character that no key has. Copy it again.")
    return key


def _whisper(values: Mapping[str, str], environ: Mapping[str, str]) -> LocalSpeech | None:
    model, device = values.get("PITCHSCOOP_WHISPER_MODEL"), values.get("PITCHSCOOP_WHISPER_DEVICE", "auto")
    if device not in ("auto", "cpu", "cuda"):
        raise BadSetting("PITCHSCOOP_WHISPER_DEVICE must be auto, cpu or cuda.")
    if model is None:
        if "PITCHSCOOP_WHISPER_DEVICE" in values:
            raise BadSetting("PITCHSCOOP_WHISPER_MODEL is missing: PITCHSCOOP_WHISPER_DEVICE means nothing without it.")
        return None
    if model.startswith(("/", "./", "../", "~/")):
        model = str(Path(model).expanduser().absolute())
    elif not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)?", model, re.ASCII):
        raise BadSetting("PITCHSCOOP_WHISPER_MODEL must be a name such as small, or a folder such as /srv/models/mine.")
    passed = {name: environ[name] for name in _LIBRARIES if environ.get(name)}
    return LocalSpeech(model=model, device=device, environ=passed)
