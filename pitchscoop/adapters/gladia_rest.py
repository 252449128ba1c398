"""Gladia's REST interface: the key, the time limits, and what its refusals mean to people."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.transcripts.ports import Busy, Refused

_CONNECTIONS = 16  # to Gladia at once: sessions begin and jobs are asked for in a blink, and the rest waits its turn
_THOUGHT = httpx.Timeout(60)  # seconds without an answer, where Gladia has to fetch or remove something first
_UPLOAD = httpx.Timeout(60, read=300)  # it looks at the whole file before it answers
_TRIES = 2  # of one call: each may have begun a session that nobody uses
_PAUSE = 0.3  # seconds between them
_PIECE = 1 << 18  # bytes of a file in memory
_UNKNOWN = (400, 404, 422)
_WORTH_ANOTHER = (408, 429)
_AWAY = "Gladia cannot be reached now. The recording is safe; try again soon."
_BUSY = "Gladia has as much to do as the plan allows. The recording is safe; the transcript is made later."
_KEY = "Gladia refused the key. The recording is safe. Set GLADIA_API_KEY, then try again."
_PLAN = "Gladia refused: the plan or the region does not allow it. The recording is safe. Change them, then try again."
_ADDRESS = "GLADIA_API_URL is not the address of Gladia's interface. The recording is safe. Correct it, then try again."
_REFUSALS = {401: _KEY, 403: _PLAN, 404: _ADDRESS}
_TOO_LONG = "Gladia does not take this recording: it is too long or too large. The recording is safe."


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: for an answer, a live session, and a job."""

    answer: float = 10.0  # to a call that takes no thought
    open: float = 10.0  # for a socket
    close: float = 5.0  # for Gladia to answer a goodbye
    attempts: int = 15  # sockets in a row that bring nothing: with the pauses, half a minute of refusals
    pause: float = 0.3  # after the first of them, then doubled up to ``longest_pause``
    longest_pause: float = 2.0
    resumed: float = 1.0  # for Gladia to say how much it has
    idle: float = 10.0  # without audio, after which an empty chunk keeps the socket (it is dropped after 30)
    rest: float = 90.0  # after the end of the audio, for the rest of the words
    first_look: float = 1.0  # after a job; then half as much again each time, up to ``longest_look``
    longest_look: float = 5.0
    grace: float = 300.0  # for a job, besides the length of its audio: it may wait in Gladia's line first


class GladiaRest:
    """Calls with the key. No redirect is followed, so that the key goes nowhere else."""

    def __init__(self, key: str, api_url: str, patience: Patience) -> None:
        if not (key.isascii() and key.isprintable()):  # an error of httpx, and its log, would show the whole of it
            raise ValueError("the key has a character that no key has")
        self.tls = httpx.create_ssl_context()  # made once, for sockets as well: it reads a long file of certificates
        self._client = httpx.AsyncClient(
            verify=self.tls,
            base_url=api_url,
            headers={"x-gladia-key": key},
            limits=httpx.Limits(max_connections=_CONNECTIONS),
            timeout=patience.answer,
            follow_redirects=False,
        )

    async def begin(self, body: Mapping[str, Any], query: Mapping[str, str] | None) -> object:
        """The answer to the wish for a live session: soon, because somebody speaks already.

        Raises:
            Busy, Unavailable, Refused: see ``problem_of``.
        """
        return _content(await self._answer("POST", "/v2/live", json=body, params=query))

    async def create(self, path: str, body: Mapping[str, Any]) -> object:
        """The answer to any other POST. Raises as ``begin`` does."""
        return _content(await self._answer("POST", path, json=body, timeout=_THOUGHT))

    async def upload(self, audio: Path) -> object:
        """Send a file, never more than a piece of which is in memory. Raises as ``begin`` does."""
        boundary = secrets.token_hex(16)
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="audio"; filename="recording{audio.suffix}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        file = await asyncio.to_thread(audio.open, "rb")
        try:
            size = (await asyncio.to_thread(audio.stat)).st_size

            async def pieces() -> AsyncIterator[bytes]:
                yield head
                while piece := await asyncio.to_thread(file.read, _PIECE):
                    yield piece
                yield tail

            headers = {
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Content-Length": str(len(head) + size + len(tail)),
            }
            answer = await self._once("POST", "/v2/upload", content=pieces(), headers=headers, timeout=_UPLOAD)
        finally:
            await asyncio.to_thread(file.close)
        return _content(answer)

    async def get(self, path: str) -> object:
        """The answer to a GET. Raises as ``begin`` does."""
        return _content(await self._answer("GET", path))

    async def find(self, path: str) -> object | None:
        """The same, or None if Gladia knows no such thing, or not by such a name."""
        answer = await self._answer("GET", path)
        return None if answer.status_code in _UNKNOWN else _content(answer)

    async def delete(self, path: str) -> None:
        """Delete something, or find it gone. Raises as ``begin`` does."""
        answer = await self._answer("DELETE", path, timeout=_THOUGHT)
        if answer.status_code not in _UNKNOWN:
            _checked(answer)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    async def _answer(self, method: str, path: str, **call: Any) -> httpx.Response:
        """The same again where it can help. Never after silence: what was asked may have been done."""
        for left in reversed(range(_TRIES)):
            answer = await self._once(method, path, **call)
            status = answer.status_code
            if not left or (status not in _WORTH_ANOTHER and not httpx.codes.is_server_error(status)):
                break
            await asyncio.sleep(_PAUSE)
        return answer

    async def _once(self, method: str, path: str, **call: Any) -> httpx.Response:
        try:
            return await self._client.request(method, path, **call)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise away() from None  # its text may hold headers, and so the key


def away(words: str = _AWAY) -> Unavailable:
    """Gladia does not answer, or not as it should."""
    return Unavailable("transcriber_unavailable", words)


def busy() -> Busy:
    """The plan allows no more for now."""
    return Busy("transcriber_busy", _BUSY)


def problem_of(answer: httpx.Response) -> Problem:
    """What a refusal means: ``Refused`` where somebody has to change something first."""
    status = answer.status_code
    if status in (400, 422):
        return Refused("transcriber_refused", _named(answer))
    if words := _REFUSALS.get(status) or (_ADDRESS if answer.is_redirect else None):
        return Refused("transcriber_refused", words)
    if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        return Refused("transcriber_failed", _TOO_LONG)
    return busy() if status == httpx.codes.TOO_MANY_REQUESTS else away()


def _checked(answer: httpx.Response) -> None:
    if not answer.is_success:
        raise problem_of(answer)


def _content(answer: httpx.Response) -> object:
    _checked(answer)
    try:
        return answer.json()
    except ValueError:
        raise away() from None


def _named(answer: httpx.Response) -> str:
    """The first thing that Gladia finds wrong, in its own words."""
    try:
        errors = answer.json().get("validation_errors")
        first = errors[0].get("msg") if isinstance(errors[0], dict) else errors[0]
    except (ValueError, AttributeError, LookupError, TypeError):
        first = None
    told = " ".join(str(first or "it did not say what is wrong").split())[:200].rstrip(".")
    return f"Gladia refused the request: {told}. The recording is safe. Change what it names, then try again."
