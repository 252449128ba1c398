"""Calls made up from ``/openapi.json`` and sent as one role; what comes back is held against document and table."""

import contextlib
import functools
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import schemathesis
from schemathesis import hooks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.engine import events, from_schema
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext

from tests.fuzz.aim import Aim
from tests.fuzz.scene import Scene
from tests.fuzz.table import API, Sent, code_of, verdict

_EACH = 12  # calls made up for an operation before the next one has its turn; then all begin again
_STEPS = 12  # calls in a row of which each may go on from what the ones before have answered
_OFF = {
    "positive_data_acceptance": "a document cannot say that a track must be one of the event's, or a name not taken",
    "object_level_authorization": "organizers are equals, and the permission table is asked for everybody else",
}
_MADE_LATER = {
    "GET /api/v1/events/{event_id}/assignment": "a new event has none until it is made",
}
_STAY = {
    "GET /api/v1/events/{event_id}/judges/{judge_id}": "a judge who was taken off can be taken back, with their cards",
}
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
schemathesis.serializer.alias("audio/wav", "application/octet-stream")
_REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "429"]


@dataclass
class Outcome:
    """What came of one role's calls. ``links`` is how many ways were known from what one answer says to another call.

    ``wrong`` tells of one call for each thing that was wrong at an operation.
    """

    mode: str
    role: str
    seed: int
    seconds: float = 0
    links: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """How many were made."""
        return self.statuses.total()


def fire(scene: Scene, seed: int, seconds: int) -> Outcome:
    """Make calls for so long. The same seed makes up the same calls, as far as the same is answered."""
    outcome = Outcome(scene.app.name, scene.role, seed)
    began = time.monotonic()
    document = httpx.get(f"{scene.app.url}/openapi.json", timeout=60).json()
    paths = list(document["paths"].items())
    random.Random(seed).shuffle(paths)  # a short run does not reach all: with another seed it reaches others
    document["paths"] = dict(paths)
    schema = schemathesis.openapi.from_dict(document, config=_config(scene.app.url, seed, seconds))
    if scene.player.token is not None:
        schema.auth(refresh_interval=None, retry_on=[])(_token_of(scene))
    schema.hook("after_call")(functools.partial(_answered, scene, outcome))
    schema.hook("filter_failure")(functools.partial(_failed, outcome))
    with _before_each(Aim(scene, random.Random(seed))):
        for event in from_schema(schema).execute():
            if isinstance(event, events.PhaseStarted) and event.payload is not None:
                outcome.links = event.payload.transitions_selected
            elif isinstance(event, events.NonFatalError):
                outcome.wrong.setdefault(f"{event.label}: {event.info.title}", event.info.message)
            elif isinstance(event, events.FatalError):
                raise event.exception
    outcome.seconds = time.monotonic() - began
    return outcome


@contextlib.contextmanager
def _before_each(aim: Aim) -> Iterator[None]:
    """Hooks before a call are for all calls of the process, and so taken away again."""

    def before_call(_: HookContext, case: Case[Any], __: dict[str, Any]) -> None:
        aim.at(case)

    schemathesis.hook(before_call)
    try:
        yield
    finally:
        hooks.unregister(before_call)


def _token_of(scene: Scene) -> type:
    class Token:
        """What the role brings; it may be another one with the next call."""

        def get(self, case: Case[Any], context: Any) -> str | None:  # noqa: ARG002
            return scene.player.token

        def set(self, case: Case[Any], data: str, context: Any) -> None:  # noqa: ARG002
            case.headers["Authorization"] = f"Bearer {data}"

    return Token


def _config(url: str, seed: int, seconds: int) -> SchemathesisConfig:
    off = {name: {"enabled": False} for name in _OFF}
    return SchemathesisConfig.from_dict(
        {
            "base-url": url,
            "seed": seed,
            "max-time": seconds,
            "workers": 1,
            "warnings": False,
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "request-timeout": 60,
            "cache": {"enabled": False},
            "output": {"sanitization": {"enabled": False}},
            "generation": {"max-examples": _EACH, "no-shrink": True, "database": "none"},
            "phases": {"stateful": {"max-steps": _STEPS}},
            "operations": [
                {"include-name": name, "checks": {"ensure_resource_availability": {"enabled": False}}}
                for name in _MADE_LATER
            ]
            + [{"include-name": name, "checks": {"use_after_free": {"enabled": False}}} for name in _STAY],
            "checks": {
                **off,
                "negative_data_rejection": {"expected-statuses": _REFUSED},
                "missing_required_header": {"expected-statuses": _REFUSED},
            },
        }
    )


def _answered(scene: Scene, outcome: Outcome, _: HookContext, case: Case[Any], response: Response) -> None:
    """Hold an answer against the permission table, and tell the scene."""
    outcome.statuses[response.status_code] += 1
    method, _, path = case.operation.label.partition(" ")
    if method != case.method or not path.startswith(API):
        return
    sent = Sent(f"{method} {path.removeprefix(API)}", case.path_parameters, case.query, case.body)
    code = code_of(method, response)
    token = str(response.request.headers.get("Authorization", "")).removeprefix("Bearer ")
    player = scene.player
    if token == (player.token or ""):
        wanted = verdict(player.who, sent, code, scene.truth)
        if wanted:
            _note(outcome, case, "Answer outside the permission table", response, f"{code}, not {wanted}")
    if code == "allowed":
        outcome.done[sent.name] += 1
    scene.called(sent, done=code == "allowed")


def _failed(outcome: Outcome, _: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Note what a check found, and go on. One check tries wrong tokens, many of which are slowed down."""
    if not ("authentication" in failure.title and response.status_code == 429):
        _note(outcome, case, failure.title, response, failure.message)
    return False


def _note(outcome: Outcome, case: Case[Any], title: str, response: Response, message: str) -> None:
    said = f"{message}\n{case.as_curl_command()[:3000]}\n{response.status_code} {response.text[:600]}"
    outcome.wrong.setdefault(f"{case.operation.label}: {title}", said)
