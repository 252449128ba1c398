"""Live sessions: what the fake has of each, and its socket."""

import asyncio
import base64
import binascii
import json
import time
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from pitchscoop.kernel.clock import utc_now
from tests.servers.gladia.knobs import Drop, Knobs
from tests.servers.gladia.rules import FLAGS
from tests.servers.gladia.script import Hearing

_FLAG_OF = {
    "speech_start": "receive_speech_events",
    "speech_end": "receive_speech_events",
    "audio_chunk": "receive_acknowledgments",
    "stop_recording": "receive_acknowledgments",
    "post_transcript": "receive_post_processing_events",
    "post_final_transcript": "receive_post_processing_events",
    "post_summarization": "receive_post_processing_events",
    "error": "receive_errors",
}
Message = dict[str, Any]


def now() -> str:
    """As Gladia writes moments."""
    return utc_now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Session:
    """One live session. ``audio`` is exactly what was accepted, in order."""

    def __init__(self, body: dict[str, Any], knobs: Knobs) -> None:
        self.id, self.token = str(uuid.uuid4()), str(uuid.uuid4())
        self.body = body
        self.created_at = now()
        self.audio = bytearray()
        self.connections = 0
        self.frames: list[int] = []  # bytes of each, empty ones and refused ones included
        self.messages: list[str] = []
        self.stops = 0
        self.left = False  # its client closed it without a stop
        self.deleted = False
        self.dropped = 0  # connections, as the knobs asked
        self._knobs = knobs
        self._flags = {**FLAGS, **(body.get("messages_config") or {})}
        self._hearing = Hearing(knobs.script_of(body))
        self._outbox: deque[Message] = deque()
        self._done_at: float | None = None
        self._completed = False

    @property
    def rate(self) -> int:
        """Bytes per second."""
        return int(
            self.body.get("sample_rate", 16000) * self.body.get("bit_depth", 16) // 8 * self.body.get("channels", 1)
        )

    @property
    def seconds(self) -> float:
        return len(self.audio) / self.rate

    @property
    def over(self) -> bool:
        """Whether it is done, so that another may begin."""
        return self._done_at is not None and time.monotonic() >= self._done_at

    @property
    def status(self) -> str:
        if self._done_at is None:
            return "queued"
        return "done" if self.over else "processing"

    def connected(self) -> None:
        self.connections += 1
        if self.connections == 1:
            self.say("start_recording")
        if self._knobs.complaint:
            self.say("error", {"code": self._knobs.complaint, "message": "something is wrong"})

    def accept(self, audio: bytes) -> list[int]:
        """Take audio; the byte range it became."""
        start = len(self.audio)
        self.audio += audio
        for kind, data in self._hearing.until(self.seconds):
            self.say(kind, data)
        return [start, len(self.audio)]

    def stop(self) -> None:
        """No more audio comes."""
        self._done_at = self._done_at or time.monotonic() + self._knobs.processing

    async def complete(self) -> None:
        """Wait for the end, and say what is left."""
        assert self._done_at is not None
        await asyncio.sleep(max(0.0, self._done_at - time.monotonic()))
        if self._completed:
            return
        self._completed = True
        for kind, data in self._hearing.rest(self.seconds):
            self.say(kind, data)
        self.say("end_recording", {"recording_duration": self.seconds})
        result = self.result
        self.say("post_transcript", result["transcription"])
        if (self.body.get("post_processing") or {}).get("summarization"):
            self.say("post_summarization", {"results": "They spoke."}, error=None)
        self.say("post_final_transcript", result)
        self.say("end_session")

    @property
    def undelivered(self) -> bool:
        return bool(self._outbox)

    def next_message(self) -> Message:
        return self._outbox.popleft()

    def returned(self, message: Message) -> None:
        """It could not be delivered: the next connection gets it."""
        self._outbox.appendleft(message)

    def say(self, kind: str, data: object = None, **more: object) -> None:
        """Have something said, if the session wants it."""
        message: Message = {"type": kind, "session_id": self.id, "created_at": now(), **more}
        if data is not None or more:
            message["data"] = data
        if self._flags[self._flag(kind, data)]:
            self.messages.append(json.dumps(message))
            self._outbox.append(message)

    @staticmethod
    def _flag(kind: str, data: object) -> str:
        if kind == "transcript" and isinstance(data, dict):
            return "receive_final_transcripts" if data["is_final"] else "receive_partial_transcripts"
        return _FLAG_OF.get(kind, "receive_lifecycle_events")

    @property
    def result(self) -> dict[str, Any]:
        finals = [json.loads(text) for text in self.messages if '"is_final": true' in text]
        utterances = [message["data"]["utterance"] for message in finals]
        return {
            "metadata": {
                "audio_duration": self.seconds,
                "number_of_distinct_channels": self.body.get("channels", 1),
                "billing_time": self.seconds,
                "transcription_time": self._knobs.processing,
            },
            "transcription": {
                "full_transcript": "".join(one["text"] for one in utterances).strip(),
                "languages": sorted({one["language"] for one in utterances}),
                "utterances": utterances,
            },
        }


class Connection:
    """One socket of a session."""

    def __init__(self, session: Session, socket: WebSocket, knobs: Knobs, reset: Callable[[WebSocket], None]) -> None:
        self._session = session
        self._socket = socket
        self._knobs = knobs
        self._reset = reset

    async def serve(self) -> None:
        """Until one of both leaves."""
        session = self._session
        session.connected()
        try:
            await self._deliver()
            while session.stops == 0 and session.status == "queued":
                await self._take(await self._socket.receive())
                await self._deliver()
            await session.complete()
            await self._deliver()
            await self._socket.close(1000)
        except WebSocketDisconnect as gone:
            if gone.code == 1000 and session.status == "queued":
                session.left = True
                session.stop()

    async def _take(self, event: Any) -> None:
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event["code"])
        await asyncio.sleep(self._knobs.delay)
        if (audio := event.get("bytes")) is not None:
            await self._audio(audio)
            return
        try:
            message = json.loads(event["text"])
            kind = message["type"]
            if kind == "stop_recording":
                await self._stop()
            elif kind == "audio_chunk":
                await self._audio(base64.b64decode(message["data"]["chunk"], validate=True))
            else:
                self._session.say("error", {"code": "unknown_message", "message": f"Unknown type {kind!r}"})
        except (ValueError, KeyError, TypeError, binascii.Error):
            self._session.say("audio_chunk", None, acknowledged=False, error={"message": "Invalid message"})

    async def _audio(self, audio: bytes) -> None:
        session = self._session
        session.frames.append(len(audio))
        if len(audio) > self._knobs.largest_frame:
            await self._leave(1009)
        drop = self._drop(len(session.audio) + len(audio)) if audio else None
        if drop and drop.last == "lost":
            await self._leave(drop.code)
        start, end = session.accept(audio)
        if (audio or self._knobs.answers_empty) and not (drop and drop.last == "unacked") and self._knobs.acks:
            end += self._knobs.ack_shift
            seconds = [start / session.rate, end / session.rate]
            ranges = {"byte_range": [start, end], "time_range": seconds}
            session.say("audio_chunk", ranges, acknowledged=True, error=None)
        if drop:
            if drop.last == "acked":
                await self._deliver()
            await self._leave(drop.code)
        if session.seconds > self._knobs.longest:
            session.say("error", {"code": "session_timeout", "message": "The session is too long"})
            session.stop()

    async def _stop(self) -> None:
        session = self._session
        drop = self._drop("stop")
        if drop and drop.last == "lost":
            await self._leave(drop.code)
        session.stops += 1
        session.stop()
        data = {"recording_duration": session.seconds, "recording_left_to_process": 0.0}
        session.say("stop_recording", data, acknowledged=True, error=None)
        if drop:
            await self._deliver()
            await self._leave(drop.code)

    def _drop(self, reached: int | str) -> Drop | None:
        used = self._session.dropped
        if used >= len(self._knobs.drops):
            return None
        drop = self._knobs.drops[used]
        due = reached == "stop" if drop.after == "stop" else isinstance(reached, int) and reached >= drop.after
        if not due:
            return None
        self._session.dropped += 1
        return drop

    async def _leave(self, code: int) -> None:
        if code == 1006:
            self._reset(self._socket)
        else:
            await self._socket.close(code)
        raise WebSocketDisconnect(code)

    async def _deliver(self) -> None:
        while self._session.undelivered:
            message = self._session.next_message()
            try:
                for text in self._texts(message):
                    await self._socket.send_text(text)
            except WebSocketDisconnect:
                if message["type"] != "audio_chunk":
                    self._session.returned(message)
                raise

    def _texts(self, message: Message) -> list[str]:
        """A message as it goes out, with the oddities around it that the knobs ask for."""
        knobs, kind = self._knobs, message["type"]
        before: list[str] = []
        if kind == "transcript":
            if knobs.garbage:
                before += ["{not json", "[]", "null", '"words"', "7", '{"type": 7}', '{"type": "transcript"}', ""]
            if knobs.unknown:
                before.append(json.dumps({**message, "type": "weather", "data": {"rain": True}}))
                utterance = {**message["data"]["utterance"], "text_raw": "as heard"}
                message = {**message, "mood": 1, "data": {**message["data"], "utterance": utterance, "new": []}}
        if knobs.foreign:
            other = {**message, "session_id": str(uuid.uuid4())}
            if kind == "audio_chunk" and message.get("data"):
                other["data"] = {"byte_range": [0, 1 << 40], "time_range": [0, 1e9]}
            before.append(json.dumps(other).replace('" ', '" foreign'))
        text = json.dumps(_bare(message) if knobs.bare else message)
        return [*before, text, *([text] if kind == "audio_chunk" and knobs.duplicate_acks else [])]


def _bare(message: object) -> Any:
    """Without what an answer may lack."""
    if isinstance(message, dict):
        missing = ("created_at", "confidence", "language", "channel", "error", "time_range")
        return {name: _bare(value) for name, value in message.items() if name not in missing}
    return [_bare(one) for one in message] if isinstance(message, list) else message
