"""Events and teams: the nouns."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pitchscoop.access.model import Principal, Role
from pitchscoop.events.names import Email, Name, TimeZone
from pitchscoop.events.prizes import MOST_PRIZES, Prize
from pitchscoop.events.rubrics import DECIDES, DEFAULT, Criterion
from pitchscoop.kernel.errors import Invalid
from pitchscoop.kernel.stages import Stage
from pitchscoop.kernel.table import Kept

AudienceVote = Literal["off", "anyone", "links"]


class Settings(BaseModel):
    """What an organizer can set for an event. All have defaults, so that none is needed to start.

    ``public``: everybody finds it on the first page, with its standings once they are published; else only whoever has
    a link. ``self_registration`` lets teams join by themselves. ``reads`` is how many judges hear each team.
    ``timezone`` (IANA) is the zone of clock times. ``max_seconds`` is the time limit told to speakers: recording goes
    on past it. ``idle_seconds`` without audio end a recording by itself (design.md 2.4). ``language`` (BCP 47) is what
    is spoken, None where it is to be found out. ``forget_at_transcriber`` has the transcript's engine delete what it
    was sent. ``retention_days`` after its recording ended a session is removed with all it has; None keeps everything.
    ``sign_comments`` tells teams which judge wrote what; else judges are numbered. ``tie_break`` is what becomes of
    teams that the cards cannot tell apart: they ``share`` a rank, or the higher ``score`` decides and, with
    ``criterion:ID``, of equal scores the higher mean in that criterion. ``prizes`` are in the order of the ceremony.
    ``audience_vote``: whoever opens its page has a vote (``anyone``), whoever has a link that the organizer made
    (``links``), or nobody (``off``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_seconds: int = Field(default=300, ge=10, le=6 * 3600)
    idle_seconds: int = Field(default=900, ge=1, le=24 * 3600)
    downloads: bool = True
    sample_rate: Literal[16000, 48000] = 16000
    language: str | None = Field(default=None, max_length=35)
    timezone: TimeZone = "UTC"
    tracks: tuple[Name, ...] = Field(default=(), max_length=50)
    public: bool = False
    self_registration: bool = False
    reads: int = Field(default=3, ge=1, le=50)
    forget_at_transcriber: bool = False
    retention_days: int | None = Field(default=None, ge=1, le=3650)
    method: Literal["adjusted", "mean"] = "adjusted"
    sign_comments: bool = False
    prizes: tuple[Prize, ...] = Field(default=(), max_length=MOST_PRIZES)
    audience_vote: AudienceVote = "off"
    tie_break: str = Field(default="share", pattern=rf"^(share|score|{DECIDES}[a-z0-9_-]{{1,64}})$")

    def changed(self, update: Mapping[str, Any]) -> "Settings":
        """With some of them changed.

        Raises:
            Invalid: ``invalid_request``, with the setting that cannot be that.
        """
        try:
            return Settings.model_validate(self.model_dump() | dict(update))
        except ValidationError as error:
            found = error.errors()[0]
            field = ".".join(str(part) for part in found["loc"])
            raise Invalid("invalid_request", f"settings.{field}: {found['msg']}.") from None


class Event(Kept):
    """A competition. ``deleted_at``: nobody finds it any more, and a worker removes what it has.

    ``rubric`` is empty where the organizer gave none; ``criteria`` are what pitches are scored by. ``rubric_version``
    counts the rubrics that it had since scoring began.
    """

    event_id: str
    name: str
    stage: Stage = "open"
    rubric: tuple[Criterion, ...] = ()
    rubric_version: int = 1
    settings: Settings = Settings()
    created_at: dt.datetime
    deleted_at: dt.datetime | None = None

    @property
    def in_use(self) -> tuple[Criterion, ...]:
        """The rubric or, where none was given, the one to begin with."""
        return self.rubric or DEFAULT

    def criteria(self, track: str | None) -> tuple[Criterion, ...]:
        """What a pitch of this track is scored by."""
        return tuple(one for one in self.in_use if not one.tracks or track in one.tracks)

    @property
    def ranking(self) -> tuple[str, str]:
        """How places are made: the method, and what breaks ties. Chosen before anybody has scored."""
        return self.settings.method, self.settings.tie_break

    @property
    def decides(self) -> Criterion | None:
        """The criterion that equal scores go by, if there is one. None also where the rubric has lost it."""
        return next((one for one in self.in_use if DECIDES + one.id == self.settings.tie_break), None)

    def check_tracks(self, tracks: Iterable[str]) -> None:
        """Pass if there are these tracks, or none are set.

        Raises:
            Invalid: ``unknown_track``.
        """
        known = self.settings.tracks
        for track in tracks:
            if known and track not in known:
                raise Invalid("unknown_track", f"This event has no track {track!r}. It has {', '.join(known)}.")


class Member(BaseModel):
    """Somebody of a team."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    email: Email | None = None


class Team(Kept):
    """Those who pitch together. ``round`` counts its invitations: a new link ends all that the old ones opened."""

    team_id: str
    event_id: str
    name: str
    track: str | None = None
    members: tuple[Member, ...] = ()
    withdrawn_at: dt.datetime | None = None
    round: int = 0
    created_at: dt.datetime

    @property
    def principal(self) -> Principal:
        """Whoever comes with this team's link."""
        own = {"event_id": self.event_id, "team_id": self.team_id, "round": self.round}
        return Principal(role=Role.TEAM, name=self.name, **own)


class Judge(Kept):
    """Somebody who scores in one event.

    ``tracks`` are those they hear, all where there is none. They never hear the teams of ``conflicts`` (ids) nor
    those with a member of one of ``domains`` (of e-mail addresses); ``imposed`` are the conflicts that an organizer
    declared, which judges do not take back. ``most`` is how many teams they hear at most.
    """

    judge_id: str
    event_id: str
    name: str
    email: str | None = None
    tracks: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    imposed: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    most: int | None = None
    removed_at: dt.datetime | None = None
    round: int = 0
    created_at: dt.datetime

    @property
    def principal(self) -> Principal:
        """Whoever comes with this judge's link."""
        own = {"event_id": self.event_id, "judge_id": self.judge_id, "round": self.round}
        return Principal(role=Role.JUDGE, name=self.name, **own)

    def apart_from(self, team_id: str, *, imposed: bool) -> "Judge":
        """With a conflict of interest with this team."""
        both = {"conflicts": self.conflicts, "imposed": self.imposed}
        said = both if imposed else {"conflicts": self.conflicts}
        return self.model_copy(update={name: (*_without(known, team_id), team_id) for name, known in said.items()})

    def together_with(self, team_id: str) -> "Judge":
        """Without one."""
        update = {"conflicts": _without(self.conflicts, team_id), "imposed": _without(self.imposed, team_id)}
        return self.model_copy(update=update)


def _without(known: tuple[str, ...], team_id: str) -> tuple[str, ...]:
    return tuple(one for one in known if one != team_id)


class Record(BaseModel):
    """What storage keeps of an event to rebuild its state from. ``event`` is None where it is as by default.

    ``assignment``, ``schedule`` and ``final`` are rows as they are in state: what is in them is not for events to know.
    """

    model_config = ConfigDict(frozen=True)

    event: Event | None
    teams: tuple[Team, ...]
    judges: tuple[Judge, ...] = ()
    assignment: Mapping[str, str] | None = None
    schedule: Mapping[str, str] | None = None
    final: Mapping[str, str] | None = None

    @property
    def deleted(self) -> bool:
        """Nothing of it is to be kept any more."""
        return self.event is not None and self.event.deleted_at is not None

    @property
    def document(self) -> bytes:
        """``event.json``."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1).encode()
