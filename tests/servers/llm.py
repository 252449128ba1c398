"""A fake model server: real HTTP that keeps to OpenAI's chat completions, with a mind that a test chooses.

It takes one model, one key, and messages of text. What it cannot do it refuses as OpenAI does: streaming, a form of
answer that it was told not to know, a model it does not have.
"""

import asyncio
import contextlib
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers.minds import honest

KEY = "the-model-key-of-the-tests-0123456789"
MODEL = "a-model"
_KNOWN = {"model", "messages", "response_format", "temperature", "max_tokens", "max_completion_tokens", "stream"}


@dataclass(frozen=True)
class Asked:
    """A request as it was received, and what it carries for the model to read."""

    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def form(self) -> str:
        """How the answer was asked for."""
        return str(self.body.get("response_format", {}).get("type", "text"))

    @property
    def instructions(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def data(self) -> dict[str, Any]:
        """The document to be read; empty where there is none."""
        with contextlib.suppress(ValueError):
            found = json.loads(self.body["messages"][-1]["content"])
            return found if isinstance(found, dict) else {}
        return {}


@dataclass
class Knobs:
    """How the server behaves.

    ``mind`` writes the answer from what it is given to read. ``forms`` are the ways of asking for JSON that it takes.
    ``failures`` are statuses of the next answers, each with headers and an error code; ``hangs``: it takes questions
    and never answers. ``instead`` is a whole answer of another kind, as a proxy's page is.
    """

    mind: Callable[[dict[str, Any]], str] = honest
    forms: tuple[str, ...] = ("json_schema", "json_object", "text")
    failures: list[tuple[int, dict[str, str], str | None]] = field(default_factory=list)
    hangs: bool = False
    delay: float = 0.0
    instead: bytes | None = None
    kind: str = "text/html"  # of what is answered instead
    finish: str = "stop"

    def fail(self, status: int, times: int = 1, code: str | None = None, **headers: str) -> None:
        """Answer with a status for a while."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.failures += [(status, named, code)] * times


class ModelServer:
    """A model on a port of its own."""

    def __init__(self) -> None:
        self.knobs = Knobs()
        self.key, self.model = KEY, MODEL
        self.asked: list[Asked] = []
        self.at_once = self.most_at_once = 0
        self._numbers = itertools.count(1)
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/v1"

    @property
    def settings(self) -> dict[str, str]:
        """What PitchScoop is told of it."""
        return {"LLM_BASE_URL": self.url, "LLM_API_KEY": self.key, "LLM_MODEL": self.model}

    def start(self) -> None:
        """Start it, or start it again after ``die``."""
        app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])
        config = uvicorn.Config(
            app, port=self.port, loop="asyncio", log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        server = self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(server.serve()), name="model")
        self._thread.start()
        while not server.started:
            assert self._thread.is_alive(), "the fake did not start"
            time.sleep(0.005)

    def die(self) -> None:
        """Be gone: connections are refused."""
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join(10)
            self._server = None

    async def until(self, condition: Callable[[], object], seconds: float = 10) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  it is another thread that changes it
                await asyncio.sleep(0.01)

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(Asked(body, dict(request.headers)))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(request, body)
        finally:
            self.at_once -= 1

    async def _answer(self, request: Request, body: Any) -> Response:
        knobs = self.knobs
        while knobs.hangs and not await request.is_disconnected():  # noqa: ASYNC110  it is the test that changes it
            await asyncio.sleep(0.02)
        await asyncio.sleep(knobs.delay)
        if knobs.failures:
            status, headers, code = knobs.failures.pop(0)
            return _error(status, "The server was told to fail.", code, headers)
        if knobs.instead is not None:
            return Response(knobs.instead, media_type=knobs.kind)
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "Incorrect API key provided.", "invalid_api_key")
        if body.get("model") != self.model:
            return _error(404, f"The model {body.get('model')!r} does not exist.", "model_not_found")
        if wrong := _wrong(body, knobs.forms):
            return _error(400, wrong, "invalid_request")
        return JSONResponse(self._completion(knobs.mind(self.asked[-1].data)))

    def _completion(self, content: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": content, "refusal": None}
        return {
            "id": f"chatcmpl-{next(self._numbers)}",
            "object": "chat.completion",
            "created": 1_800_000_000,
            "model": self.model,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": self.knobs.finish}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }


def _wrong(body: dict[str, Any], forms: tuple[str, ...]) -> str:
    """What such a server would complain of; empty where there is nothing."""
    if unknown := body.keys() - _KNOWN:
        return f"Unrecognized request arguments: {', '.join(sorted(unknown))}"
    if body.get("stream"):
        return "This server does not stream."
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(map(_is_message, messages)):
        return "'messages' must be a non-empty array of messages with a role and text."
    form = body.get("response_format", {"type": "text"})
    if form.get("type") not in forms:
        return f"response_format {form.get('type')!r} is not supported."
    if form["type"] == "json_schema":
        return _wrong_schema(form.get("json_schema", {}))
    return ""


def _is_message(message: Any) -> bool:
    return message.get("role") in ("system", "user", "assistant") and isinstance(message.get("content"), str)


def _wrong_schema(told: dict[str, Any]) -> str:
    """A strict schema names all its properties as required and allows no others, at every level."""
    if not told.get("name") or not isinstance(told.get("schema"), dict):
        return "json_schema has a name and a schema."
    waiting = [told["schema"]]
    while told.get("strict") and waiting:
        part = waiting.pop()
        if part.get("type") == "object":
            if part.get("additionalProperties") is not False or set(part.get("required", ())) != set(
                part["properties"]
            ):
                return "A strict schema requires all properties, and no others."
            waiting += part["properties"].values()
        elif part.get("type") == "array":
            waiting.append(part["items"])
    return ""


def _error(status: int, message: str, code: str | None, headers: dict[str, str] | None = None) -> Response:
    kind = "invalid_request_error" if status < 500 else "server_error"
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return JSONResponse(body, status, headers)


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """One of its own for each test."""
    server = ModelServer()
    server.start()
    yield server
    server.die()
