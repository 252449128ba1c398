"""Events and teams: the nouns."""

import datetime as dt
import json
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from pitchscoop.kernel.errors import Invalid

Stage = Literal["draft", "open", "frozen", "published", "archived"]


def _printable(text: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 or 0xD800 <= ord(letter) <= 0xDFFF for letter in text):  # noqa: PLR2004
        message = "must not contain control characters or half a character"
        raise ValueError(message)
    return text


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
"""What people call a team, an event or a pitch: any script, emoji, quotes and slashes included."""


_NAME: TypeAdapter[str] = TypeAdapter(Name)


def named(field: str, text: str) -> str:
    """The text as a name.

    Raises:
        Invalid: ``invalid_request``, with the field.
    """
    try:
        return _NAME.validate_python(text)
    except ValidationError as error:
        raise Invalid("invalid_request", f"{field}: {error.errors()[0]['msg']}.") from None


class Settings(BaseModel):
    """What an organizer can set for an event. All have defaults, so that none is needed to start.

    ``max_seconds`` is the time limit told to speakers: recording goes on past it. ``idle_seconds`` without
    audio end a recording by itself (design.md 2.4). ``language`` (BCP 47) is what is spoken, None where it is to be
    found out. ``forget_at_transcriber`` has the transcript's engine delete what it was sent. ``retention_days`` None
    keeps everything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_seconds: int = Field(default=300, ge=10, le=6 * 3600)
    idle_seconds: int = Field(default=900, ge=1, le=24 * 3600)
    downloads: bool = True
    sample_rate: Literal[16000, 48000] = 16000
    language: str | None = Field(default=None, max_length=35)
    forget_at_transcriber: bool = False
    retention_days: int | None = Field(default=None, ge=1, le=3650)
    method: Literal["adjusted", "mean"] = "adjusted"


class Criterion(BaseModel):
    """One line of a rubric."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9_-]{1,64}$")
    name: Name
    weight: float = Field(gt=0, le=1000, allow_inf_nan=False)
    min: float = Field(allow_inf_nan=False)
    max: float = Field(allow_inf_nan=False)
    description: str | None = Field(default=None, max_length=2000)


class Event(BaseModel):
    """A competition."""

    model_config = ConfigDict(frozen=True)

    event_id: str
    name: str
    stage: Stage = "open"
    rubric: tuple[Criterion, ...] = ()
    settings: Settings = Settings()
    created_at: dt.datetime


class Team(BaseModel):
    """Those who pitch together."""

    model_config = ConfigDict(frozen=True)

    team_id: str
    event_id: str
    name: str
    track: str | None = None
    created_at: dt.datetime


class Record(BaseModel):
    """What storage keeps of an event to rebuild its state from. ``event`` is None where it is as by default."""

    model_config = ConfigDict(frozen=True)

    event: Event | None
    teams: tuple[Team, ...]

    @property
    def document(self) -> bytes:
        """``event.json``."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1).encode()
