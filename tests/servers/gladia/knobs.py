"""What a test can set while the fake runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.servers.gladia.script import JFK, Script


@dataclass(frozen=True)
class Drop:
    """A connection lost when a session holds ``after`` bytes of audio, or at its stop.

    The frame that brings it there (or the stop) is ``acked``, or accepted but ``unacked``, or ``lost`` itself. Code
    1006 resets the connection without a closing frame.
    """

    after: int | Literal["stop"]
    code: int = 1011
    last: Literal["acked", "unacked", "lost"] = "acked"


@dataclass
class Failure:
    """A status instead of an answer, for the next ``times`` calls, or all, whose path begins with ``path``."""

    status: int
    times: int | None = None
    path: str = "/"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Knobs:
    """How the fake behaves. The defaults are what Gladia is known to do."""

    script: Script = JFK
    choose: Callable[[dict[str, Any], bytes | None], Script | None] = lambda _body, _audio: None
    """By the request's body (``custom_metadata`` and all) and the file, where there is one; if None, ``script``."""

    processing: float = 0.1  # seconds from the end of the audio to the end of a session or job
    delay: float = 0.0  # seconds before each answer, and before each frame is read
    failures: list[Failure] = field(default_factory=list)
    max_live: int | None = None  # sessions at once; beyond it 429
    longest: float = 3 * 3600  # seconds of audio in one session, after which it is ended
    largest_frame: int = 1 << 20  # bytes; beyond it 1009

    drops: list[Drop] = field(default_factory=list)  # of each session, in order
    refuse_socket: int | None = None  # close code for each connection, such as 4401
    refuse_handshake: int | None = None  # HTTP status for each connection
    answers_empty: bool = True  # acknowledge an empty chunk

    acks: bool = True  # False: audio is accepted without a word
    ack_shift: int = 0  # added to the end of each byte range; -1 makes it inclusive
    duplicate_acks: bool = False
    unknown: bool = False  # a message of an unknown type before each transcript, and unknown fields in it
    garbage: bool = False  # what is no message before each transcript
    foreign: bool = False  # each answer is preceded by another session's; jobs are answered with another's id
    bare: bool = False  # optional fields are missing
    complaint: str | None = None  # the code of an error message at the start of each connection

    never_ends: bool = False  # jobs stay in processing
    job_error: int | None = None  # jobs end with this error_code

    def fail(self, status: int, times: int | None = None, path: str = "/", **headers: str) -> None:
        """Answer with a status from now on."""
        self.failures.append(Failure(status, times, path, headers))

    def failure(self, path: str) -> Failure | None:
        """What this call fails with, which is then counted."""
        for failure in self.failures:
            if path.startswith(failure.path) and failure.times != 0:
                if failure.times is not None:
                    failure.times -= 1
                return failure
        return None

    def script_of(self, body: dict[str, Any], audio: bytes | None = None) -> Script:
        """What is heard in one recording."""
        return self.choose(body, audio) or self.script
