"""Files that were uploaded, and their transcription."""

import io
import time
import uuid
from typing import Any

import av

from tests.servers.gladia.knobs import Knobs
from tests.servers.gladia.live import Session, now


class Upload:
    """A file as it was received."""

    def __init__(self, filename: str, audio: bytes) -> None:
        self.id = str(uuid.uuid4())
        self.filename = filename
        self.audio = audio
        self.seconds = _seconds(audio)

    def described(self) -> dict[str, Any]:
        """What Gladia knows of it."""
        return {
            "id": self.id,
            "filename": self.filename,
            "extension": self.filename.rpartition(".")[2],
            "size": len(self.audio),
            "audio_duration": self.seconds,
            "number_of_channels": 1,
        }


class Job:
    """One transcription of a file."""

    def __init__(self, body: dict[str, Any], upload: Upload | None, knobs: Knobs) -> None:
        self.id = str(uuid.uuid4())
        self.body = body
        self.upload = upload
        self.created_at = now()
        self.deleted = False
        self.asked = 0  # times its state was asked for
        self._began = time.monotonic()
        self._knobs = knobs
        self._script = knobs.script_of(body, upload.audio if upload else None)

    @property
    def status(self) -> str:
        part = (time.monotonic() - self._began) / max(self._knobs.processing, 1e-9)
        if part < 1 or self._knobs.never_ends:
            return "queued" if part < 1 / 3 else "processing"
        return "error" if self.error_code else "done"

    @property
    def error_code(self) -> int | None:
        return self._knobs.job_error or (None if self.upload else 400)

    def described(self) -> dict[str, Any]:
        """The answer to a GET."""
        told: dict[str, Any] = {**_common(self.id, self.status, "pre-recorded", self.created_at), "file": None}
        told["request_params"] = self.body
        if self.upload:
            told["file"] = {**self.upload.described(), "source": None}
        if told["status"] == "error":
            told["error_code"] = self.error_code
        if told["status"] == "done" and self.upload:
            metadata = {
                "audio_duration": self.upload.seconds,
                "number_of_distinct_channels": 1,
                "billing_time": self.upload.seconds,
                "transcription_time": self._knobs.processing,
            }
            told |= {"completed_at": now(), "result": {"metadata": metadata, "transcription": self._script.told()}}
        return told


def live_job(session: Session) -> dict[str, Any]:
    """A live session as a job."""
    told = _common(session.id, session.status, "live", session.created_at)
    told |= {"request_params": session.body, "custom_metadata": session.body.get("custom_metadata")}
    if session.status == "done":
        told |= {"completed_at": now(), "result": {**session.result, "messages": session.messages}}
    return told


def _common(name: str, status: str, kind: str, created_at: str) -> dict[str, Any]:
    return {
        "id": name,
        "request_id": f"G-{name[:8]}",
        "version": 2,
        "status": status,
        "created_at": created_at,
        "kind": kind,
        "post_session_metadata": {},
    }


def _seconds(audio: bytes) -> float:
    try:
        with av.open(io.BytesIO(audio), mode="r") as container:
            return (container.duration or 0) / av.time_base
    except av.FFmpegError:
        return 0.0
