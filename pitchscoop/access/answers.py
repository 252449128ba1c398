"""One Idempotency-Key, one effect, one answer, for a day (design.md 2.8)."""

import asyncio
import base64
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pitchscoop.kernel import ids, keys
from pitchscoop.kernel.errors import Conflict, Invalid, Unavailable
from pitchscoop.kernel.state import State

_DAY = 24 * 3600  # seconds an answer is kept
_UNDER_WAY = 15  # seconds after which a call that died with its server may be tried again
_RENEWED = 4.0  # seconds between a server's signs that a call goes on: three may be late or lost
_LONGEST_KEY = 255  # characters


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A write that came with a key: ``seed`` makes the same ids again, should its first try have died half-way.

    ``mark`` is what stands in its note while it goes on, unlike that of any other try.
    """

    note: str
    fingerprint: str
    mark: str
    seed: bytes


class Answers:
    """Keeps answers, encrypted: they may hold tokens, and tokens are never stored in the clear."""

    def __init__(self, state: State, secret: bytes) -> None:
        self._state = state
        self._secret = secret
        self._cipher = AESGCM(hashlib.sha256(b"answers" + secret).digest())

    async def begin(self, caller: str, call: str, key: str, body: bytes) -> Call | Answer:
        """Start a call, or find the answer it had. ``caller`` is the token, ``call`` method and path.

        Raises:
            Invalid: the key was used for something else, or is too long.
            Conflict: the first call is still under way.
        """
        if not 0 < len(key) <= _LONGEST_KEY:
            raise Invalid("bad_idempotency_key", f"An Idempotency-Key has 1 to {_LONGEST_KEY} characters.")
        scope = ids.signature(self._secret, "idempotency", caller, call, key)
        fingerprint = hashlib.sha256(body).hexdigest()
        mark = f"{fingerprint}/{ids.new_id()}"
        started = Call(keys.once("idempotency", scope), fingerprint, mark, scope.encode())
        found = await self._state.remember(started.note, mark, _UNDER_WAY)
        if found is None:
            return started
        first, _, sealed = found.partition(" ")
        if first.partition("/")[0] != fingerprint:
            raise Invalid(
                "idempotency_key_reused", "This Idempotency-Key was used for another request. Take a new one."
            )
        if not sealed:
            raise Conflict("idempotency_in_progress", "The same request is being answered now. Try again in a second.")
        return self._open(sealed, started)

    @contextlib.asynccontextmanager
    async def under_way(self, call: Call) -> AsyncIterator[None]:
        """Keep the key taken, however long the call takes."""
        done = asyncio.Event()
        renewing = asyncio.create_task(self._renew(call, done))
        try:
            yield
        finally:
            done.set()  # not cancelled: what waits for Redis may take that for an outage, and go on
            await asyncio.wait([renewing])

    async def finish(self, call: Call, answer: Answer) -> None:
        """Keep the answer for a day."""
        document = json.dumps([answer.status, answer.content_type, answer.body.decode()]).encode()
        nonce = ids.new_token().encode()[:12]
        sealed = base64.b64encode(nonce + self._cipher.encrypt(nonce, document, call.note.encode())).decode()
        await self._keep(call, f"{call.fingerprint} {sealed}", _DAY)

    async def abandon(self, call: Call) -> None:
        """Nothing came of it: the same key may be tried again."""
        await self._state.swap(call.note, call.mark, None)

    async def _renew(self, call: Call, done: asyncio.Event) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), _RENEWED)
                return
            with contextlib.suppress(Unavailable):  # the next one may come through
                await self._keep(call, call.mark, _UNDER_WAY)

    async def _keep(self, call: Call, value: str, seconds: int) -> None:
        """Write the call's note anew; also one that an outage outlasted, but for what another try has written since."""
        if not await self._state.swap(call.note, call.mark, value, seconds):
            await self._state.remember(call.note, value, seconds)

    def _open(self, sealed: str, call: Call) -> Answer:
        raw = base64.b64decode(sealed)
        try:
            status, content_type, body = json.loads(self._cipher.decrypt(raw[:12], raw[12:], call.note.encode()))
        except InvalidTag:
            raise Conflict(
                "idempotency_key_reused", "The answer was kept under another secret. Take a new key."
            ) from None
        return Answer(status, content_type, body.encode())
