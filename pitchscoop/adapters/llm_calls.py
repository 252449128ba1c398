"""Calls of a language model through OpenAI's client, and what its refusals mean to people."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import openai
import structlog
from openai.types.chat import ChatCompletion

from pitchscoop.advising.ports import Later, Refused
from pitchscoop.kernel.errors import Problem

_NO_KEY = "none"  # what is sent where no key is asked for: the client insists on one
_HEADERS = {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"}
_CONNECTIONS = 4  # at once: a process asks for two drafts, and doctor for a word
_LONGEST_PAUSE = 600  # seconds: a server that says it will be away for longer is asked sooner
_TOLD = 300  # characters of what a server says, in the log
_AWAY = "The model cannot be reached now. It is tried again by itself."
_SLOW = "The model took too long to answer. It is tried again by itself."
_BUSY = "The model has as much to do as the plan allows. It is tried again by itself."
_KEY = "The model's server refused the key. Set LLM_API_KEY, then ask again."
_NONE = "There is no such model at LLM_BASE_URL. Correct LLM_MODEL or LLM_BASE_URL, then ask again."
_PLAN = "The plan at the model's server is used up. Extend it, then ask again."
_REQUEST = (
    "The model's server refused the request: perhaps the pitch is too long for this model. Set LLM_MODEL to one that "
    "takes more, then ask again."
)
_SILENT = "The model answered nothing that can be used. Ask again, or set LLM_MODEL to another model."
_OTHER = "What answers at LLM_BASE_URL is no model. Correct it: it mostly ends in /v1. Then ask again."

log = structlog.get_logger(__name__)


class Calls:
    """One model at one address. It is asked for JSON in the strictest way that its server takes.

    No redirect is followed, so that neither key nor transcript goes anywhere else. The client reads headers, and even
    keys, from an environment that is not ours, and tells what system it runs on: none of that is sent.
    """

    def __init__(self, model: str, base_url: str, key: str | None, connect: float) -> None:
        self._model = model
        self._key = key or _NO_KEY
        self._ways = ["json_schema", "json_object", "text"]
        self._client = openai.AsyncOpenAI(
            api_key=self._key,
            base_url=base_url,
            max_retries=0,  # whoever asks knows when it is worth another try
            http_client=httpx2.AsyncClient(
                timeout=httpx2.Timeout(None, connect=connect),
                limits=httpx2.Limits(max_connections=_CONNECTIONS),
                follow_redirects=False,
                event_hooks={"request": [self._headed]},
            ),
        )

    async def answer(self, instructions: str, data: str, form: Mapping[str, Any] | None, seconds: float) -> str:
        """What the model writes within so many seconds.

        Raises:
            Later, Refused: see ``problem_of``.
        """
        try:
            async with asyncio.timeout(seconds):
                return _text(await self._complete(instructions, data, form))
        except TimeoutError:
            raise Later("model_unavailable", _SLOW) from None
        except openai.OpenAIError as error:
            raise problem_of(error) from None
        except (ValueError, RecursionError):  # it calls itself JSON, and is none
            raise Refused("model_refused", _OTHER) from None

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def _headed(self, request: httpx2.Request) -> None:
        for name in set(request.headers) - _HEADERS:
            del request.headers[name]
        request.headers["authorization"] = f"Bearer {self._key}"

    async def _complete(self, instructions: str, data: str, form: Mapping[str, Any] | None) -> object:
        """The completion. Where a server refuses one way of asking for JSON the next is taken, and kept if it works."""
        messages: Any = [{"role": "system", "content": instructions}, {"role": "user", "content": data}]
        ways = self._ways if form is not None else self._ways[-1:]
        for number, way in enumerate(ways):
            more: Any = {} if way == "text" else {"response_format": _response_format(way, form or {})}
            try:
                found = await self._client.chat.completions.create(model=self._model, messages=messages, **more)
            except (openai.BadRequestError, openai.UnprocessableEntityError):
                if way == "text":
                    raise
            else:
                self._ways = ways[number:] if form is not None else self._ways
                return found
        raise AssertionError("the last way returns or raises")


def problem_of(error: openai.OpenAIError) -> Problem:
    """What an error of the client means: ``Later`` where time helps, else ``Refused``."""
    if not isinstance(error, openai.APIStatusError):
        known = isinstance(error, openai.APIResponseValidationError)
        return Refused("model_refused", _OTHER) if known else Later("model_unavailable", _AWAY)
    if error.status_code == 429 and error.code == "insufficient_quota":  # noqa: PLR2004
        return Refused("model_refused", _PLAN)
    if error.status_code in (408, 409, 429) or error.status_code >= 500:  # noqa: PLR2004
        busy = error.status_code == 429  # noqa: PLR2004
        return Later("model_busy" if busy else "model_unavailable", _BUSY if busy else _AWAY, _pause(error))
    if error.status_code < 400 or error.status_code == 405:  # noqa: PLR2004
        return Refused("model_refused", _OTHER)
    if error.status_code not in (401, 403):  # what is said of a key may show some of it
        log.warning("model_said", status=error.status_code, message=error.message[:_TOLD])
    refusals = {401: _KEY, 403: _KEY, 404: _NONE}
    return Refused("model_refused", refusals.get(error.status_code, _REQUEST))


def _pause(error: openai.APIStatusError) -> int:
    """Seconds that the server wants to be left alone."""
    wanted = error.response.headers.get("retry-after", "")
    return min(int(wanted), _LONGEST_PAUSE) if wanted.isascii() and wanted.isdecimal() else Later.retry_after


def _response_format(way: str, form: Mapping[str, Any]) -> dict[str, Any]:
    if way == "json_object":
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "advice", "strict": True, "schema": dict(form)}}


def _text(completion: object) -> str:
    """What is written in a completion, which anything may stand for that is no model's."""
    if not isinstance(completion, ChatCompletion) or not isinstance(completion.choices, list):
        raise Refused("model_refused", _OTHER)
    content = completion.choices[0].message.content if completion.choices else None
    if not isinstance(content, str) or not content.strip():
        raise Refused("model_nonsense", _SILENT)
    return content
