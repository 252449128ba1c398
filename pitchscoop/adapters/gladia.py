"""Gladia: speech written down while it is spoken (``gladia_live.py``), and afterwards from the file."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import structlog
from pydantic import BaseModel, ValidationError

from pitchscoop.adapters.gladia_answers import Job, Opened, read_length, read_result
from pitchscoop.adapters.gladia_live import LiveSession, end_session
from pitchscoop.adapters.gladia_rest import GladiaRest, Patience, away, busy
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.transcripts.ports import Heard, Refused, Speech

API_URL = "https://api.gladia.io"
_INTENSITY = 0.4  # of the vocabulary, 0 to 1: where Gladia advises to begin
_GROWTH = 1.5  # of the time between two looks at a job
_LONGEST = 255 * 60.0  # seconds of audio that Gladia takes from anyone
_SILENCES = 5  # answers in a row that may fail while a job is under way
_FORGETTING = 10.0  # seconds to try to delete what Gladia keeps; somebody may wait
_FAILED = (
    "Gladia could not write down this recording. The recording is safe. Listen whether there is speech in it, "
    "then try again."
)
_LATE = "Gladia takes very long. The recording is safe; it is asked again later."

_Answer = TypeVar("_Answer", bound=BaseModel)
log = structlog.get_logger(__name__)


class Gladia:
    """Fits ``transcripts.ports.LiveTranscriber`` and ``Transcriber``.

    ``region`` is Gladia's (``eu-west``, ``us-west``), ``max_live`` how many live sessions the plan allows.
    """

    name = "Gladia"
    keeps_fillers: bool | None = None  # it is not documented
    longest: float | None = 7200.0  # seconds of a file; Gladia takes 8100

    def __init__(
        self,
        key: str,
        api_url: str = API_URL,
        *,
        region: str | None = None,
        max_live: int = 1,
        patience: Patience = Patience(),  # noqa: B008  frozen
    ) -> None:
        self.at_once = max_live
        self._rest = GladiaRest(key, api_url, patience)
        self._api_url = api_url
        self._query = {"region": region} if region else None
        self._patience = patience
        self._live: set[LiveSession] = set()  # bounded by max_live, with those that are beginning
        self._beginning = 0

    async def begin(self, speech: Speech) -> LiveSession:
        """See ``LiveTranscriber.begin``."""
        self._live = {session for session in self._live if not session.over}
        if len(self._live) + self._beginning >= self.at_once:
            raise busy()
        self._beginning += 1
        try:
            opened = _read(Opened, await self._rest.begin(_live_body(speech), self._query))
        finally:
            self._beginning -= 1
        session = LiveSession(
            opened,
            job=json.dumps({"id": opened.id, "url": opened.url, "forget": speech.forget}),
            tls=self._rest.tls,
            patience=self._patience,
            forget=partial(self._forget, "live", opened.id) if speech.forget else None,
        )
        self._live.add(session)
        return session

    async def end(self, job: str) -> None:
        """See ``LiveTranscriber.end``."""
        try:
            told = json.loads(job)
            name, url, forget = str(told["id"]), str(told["url"]), bool(told["forget"])
        except (ValueError, LookupError, TypeError):
            return  # none of ours
        await end_session(url, self._rest.tls, self._patience)
        if forget:
            await self._forget("live", name)

    async def transcribe(
        self, audio: Path, speech: Speech, job: str | None, begun: Callable[[str], Awaitable[None]]
    ) -> Heard:
        """See ``Transcriber.transcribe``. ``Unavailable`` is also raised when a job takes too long; it goes on."""
        length: float | None = None
        if job is None or await self._rest.find(_path("pre-recorded", job)) is None:
            job, length = await self._start(audio, speech)
            await begun(job)
        try:
            heard = await self._result(job, length)
        except Refused:
            await self._done_with(job, speech)
            raise
        await self._done_with(job, speech)
        return heard

    async def check(self) -> str:
        """See ``Transcriber.check``: asks for the newest job, which needs the key and costs nothing."""
        await self._rest.get("/v2/pre-recorded?limit=1")
        return f"Gladia at {self._api_url}"

    async def close(self) -> None:
        """End what is under way, and let go of connections."""
        await asyncio.gather(*(session.close() for session in self._live))
        await self._rest.close()

    async def _start(self, audio: Path, speech: Speech) -> tuple[str, float | None]:
        """A job's name, and the seconds of audio if Gladia says so."""
        uploaded = _read(_Uploaded, await self._rest.upload(audio))
        body = {"audio_url": uploaded.audio_url, "language_config": _languages(speech), **_vocabulary(speech)}
        created = _read(_Created, await self._rest.create("/v2/pre-recorded", body))
        return created.id, read_length(uploaded.audio_metadata)

    async def _result(self, name: str, length: float | None) -> Heard:
        loop = asyncio.get_running_loop()
        began, silences = loop.time(), 0
        for pause in self._looks():
            await asyncio.sleep(pause)
            try:
                job = await self._job(name)
            except Unavailable:
                silences += 1
                if silences >= _SILENCES:
                    raise
                continue
            if job.status in ("done", "error"):
                return _heard(job)
            silences = 0
            length = read_length(job.file) if length is None else length
            if loop.time() - began > self._patience.grace + min(_LONGEST if length is None else length, _LONGEST):
                break
        raise away(_LATE)

    async def _job(self, name: str) -> Job:
        job = _read(Job, await self._rest.find(_path("pre-recorded", name)))
        if job.id not in (None, name):  # somebody else's
            raise away()
        return job

    def _looks(self) -> Iterator[float]:
        """Seconds to wait each time, without end."""
        pause = self._patience.first_look
        while True:
            yield pause
            pause = min(pause * _GROWTH, self._patience.longest_look)

    async def _done_with(self, job: str, speech: Speech) -> None:
        if speech.forget:
            await self._forget("pre-recorded", job)

    async def _forget(self, kind: str, name: str) -> None:
        """Delete at Gladia. What cannot be deleted is reported; it ends with Gladia's own retention."""
        with contextlib.suppress(Refused, TimeoutError):
            async with asyncio.timeout(_FORGETTING):
                for pause in self._looks():
                    with contextlib.suppress(Unavailable):
                        await self._rest.delete(_path(kind, name))
                        return
                    await asyncio.sleep(pause)
        log.warning("gladia_keeps", kind=kind, name=name)


class _Uploaded(BaseModel):
    audio_url: str
    audio_metadata: dict[str, Any] | None = None


class _Created(BaseModel):
    id: str


def _read(model: type[_Answer], told: object) -> _Answer:
    try:
        return model.model_validate(told)
    except ValidationError:
        raise away() from None


def _heard(job: Job) -> Heard:
    if job.status == "error":
        raise Refused("transcriber_failed", _FAILED)
    if (result := read_result(job)) is None:
        raise away()
    return Heard(*result)


def _path(kind: str, name: str) -> str:
    return f"/v2/{kind}/{quote(name, safe='')}"


def _languages(speech: Speech) -> dict[str, Any]:
    return {"languages": [speech.language] if speech.language else [], "code_switching": False}


def _vocabulary(speech: Speech) -> dict[str, Any]:
    if not speech.vocabulary:
        return {}
    config = {"vocabulary": list(speech.vocabulary), "default_intensity": _INTENSITY}
    return {"custom_vocabulary": True, "custom_vocabulary_config": config}


def _live_body(speech: Speech) -> dict[str, Any]:
    """Every message is asked for or declined by name: the defaults have changed before."""
    return {
        "encoding": "wav/pcm",
        "bit_depth": 16,
        "sample_rate": speech.sample_rate,
        "channels": 1,
        "endpointing": 0.3,  # seconds of silence that end an utterance
        "maximum_duration_without_endpointing": 15,  # seconds
        "language_config": _languages(speech),
        "realtime_processing": _vocabulary(speech),
        "messages_config": {
            "receive_partial_transcripts": True,
            "receive_final_transcripts": True,
            "receive_speech_events": False,
            "receive_pre_processing_events": False,
            "receive_realtime_processing_events": False,
            "receive_post_processing_events": False,
            "receive_acknowledgments": True,
            "receive_errors": True,
            "receive_lifecycle_events": True,
        },
    }
