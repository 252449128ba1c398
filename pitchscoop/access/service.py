"""Tokens: made, found again, spent. Random ones are stored by their hash; links of one session are signed."""

import datetime as dt
import hmac
from typing import Literal

from pitchscoop.access.model import ANYBODY, Principal, Role
from pitchscoop.kernel import ids, keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import StaleWrite, Unauthorized
from pitchscoop.kernel.state import Put, State

_SIGN_IN_SECONDS = 24 * 3600  # the printed link outlives an evening, not a week
_COOKIE_SECONDS = 30 * 24 * 3600  # a hackathon and the weeks around it

Grant = Literal["record", "listen"]


class Access:
    """Turns tokens into principals."""

    def __init__(self, state: State, secret: bytes, clock: Clock, admin_token: str | None = None) -> None:
        self._state = state
        self._secret = secret
        self._clock = clock
        self._admin_token = admin_token

    async def who(self, token: str | None) -> Principal:
        """The principal behind a token; anybody without one.

        Raises:
            Unauthorized: the token is unknown, expired, revoked or altered.
        """
        if not token:
            return ANYBODY
        if self._admin_token and hmac.compare_digest(token.encode(), self._admin_token.encode()):
            return Principal(role=Role.ORGANIZER, name="Organizer")
        if token.count(".") == 3:  # noqa: PLR2004  grant.session.expiry.signature
            return self._linked(token)
        row = await self._state.read(keys.token(token))
        if row is None:
            raise Unauthorized("bad_token", "This token is not valid. Open your link again or ask the organizer.")
        return rows.decode(Principal, row.fields)

    def link_token(self, grant: Grant, session_id: str, expires: dt.datetime | None = None) -> str:
        """A token for one session, made again from the same parts, so that nothing needs to be stored."""
        until = str(micros(expires) // 1_000_000) if expires else "0"
        return f"{grant}.{session_id}.{until}.{ids.signature(self._secret, grant, session_id, until)}"

    def derived_token(self, purpose: str, subject: str) -> str:
        """A token that an idempotent retry makes again: 256 bits nobody can know without the secret."""
        return f"{purpose}_{ids.signature(self._secret, 'token', purpose, subject)}"

    async def team_token(self, event_id: str, team_id: str, name: str) -> str:
        """The token of a team, valid from now on: the same again for the same team."""
        token = self.derived_token("team", team_id)
        await self.keep(token, Principal(role=Role.TEAM, name=name, event_id=event_id, team_id=team_id))
        return token

    async def keep(self, token: str, principal: Principal) -> None:
        """Let a token stand for a principal from now on. Keeping it twice is harmless."""
        try:
            await self._state.commit(None, [Put(keys.token(token), 0, rows.encode(principal))])
        except StaleWrite:
            return

    async def sign_in_link(self) -> str:
        """A one-time organizer token; whoever brings it first is signed in."""
        token = ids.new_token()
        await self._state.remember(keys.once("sign_in", token), "organizer", _SIGN_IN_SECONDS)
        return token

    async def sign_in(self, token: str) -> tuple[str, int]:
        """Spend a one-time link; a cookie's value and its life in seconds.

        Raises:
            Unauthorized: spent already, or expired.
        """
        if not await self._state.forget(keys.once("sign_in", token)):
            raise Unauthorized(
                "link_used", "This link was already used or has expired. Restart the server, or run pitchscoop token."
            )
        return await self.cookie(Principal(role=Role.ORGANIZER, name="Organizer"))

    async def cookie(self, principal: Principal) -> tuple[str, int]:
        """A fresh token for a browser that has proved who it is, and its life in seconds."""
        cookie = ids.new_token()
        await self.keep(cookie, principal)
        return cookie, _COOKIE_SECONDS

    def _linked(self, token: str) -> Principal:
        grant, session_id, until, _ = token.split(".")
        expected = f"{grant}.{session_id}.{until}.{ids.signature(self._secret, grant, session_id, until)}"
        if not hmac.compare_digest(token.encode(), expected.encode()):
            raise Unauthorized("bad_token", "This link is not valid: it may have been cut. Ask for it again.")
        if until != "0" and micros(self._clock()) >= int(until) * 1_000_000:
            raise Unauthorized("expired_token", "This link has expired. Start a new session.")
        return Principal(session_id=session_id, grant="record" if grant == "record" else "listen")
