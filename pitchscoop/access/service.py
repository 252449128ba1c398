"""Tokens: made, found again, spent. Random ones are stored by their hash; links of one session are signed."""

import contextlib
import datetime as dt
import hmac
from collections.abc import AsyncIterator
from typing import Literal

from pitchscoop.access.guesses import Guesses
from pitchscoop.access.links import PageUrls, signed
from pitchscoop.access.model import ANYBODY, Principal, Role
from pitchscoop.access.organizers import OWNER, Organizers
from pitchscoop.kernel import ids, keys, rows
from pitchscoop.kernel.clock import Clock, micros
from pitchscoop.kernel.errors import NotFound, StaleWrite, Unauthorized
from pitchscoop.kernel.state import Put, State

_SIGN_IN_SECONDS = 24 * 3600  # the printed link outlives an evening, not a week
_USED = "This link was already used or has expired. Restart the server, or run pitchscoop token."
_NEVER = 1 << 62  # microseconds
_COOKIE_SECONDS = 30 * 24 * 3600  # a hackathon and the weeks around it

_LINKS = tuple(f"{role}_" for role in Role)  # what derived tokens begin with

Grant = Literal["record", "listen"]
_VOTE = "vote"


class Access:
    """Turns tokens into principals."""

    def __init__(self, state: State, secret: bytes, clock: Clock, admin_token: str | None = None) -> None:
        self._state = state
        self._secret = secret
        self._clock = clock
        self._admin_token = admin_token
        self._guesses = Guesses()
        self.organizers = Organizers(state, clock)

    async def who(self, token: str | None, address: str = "") -> Principal:
        """The principal behind a token that came from a network address; anybody without one.

        Raises:
            Unauthorized: the token is unknown, expired, revoked or altered.
            SlowDown: too many such came from this address.
        """
        if not token:
            return ANYBODY
        async with self._counted(token, address):
            return await self._behind(token)

    @contextlib.asynccontextmanager
    async def _counted(self, token: str, address: str) -> AsyncIterator[None]:
        self._guesses.look(token, address)
        try:
            yield
        except Unauthorized:
            self._guesses.wrong(token, address)
            raise
        self._guesses.right(token, address)

    async def _behind(self, token: str) -> Principal:
        if self._admin_token and hmac.compare_digest(token.encode(), self._admin_token.encode()):
            return Principal(role=Role.ORGANIZER, name="Organizer")
        if token.count(".") == 3:  # noqa: PLR2004  grant.session.expiry.signature, or vote.event.ballot.signature
            return self._linked(token)
        row = await self._state.read(keys.token(token))
        if row is None:
            raise Unauthorized("bad_token", "This token is not valid. Open your link again or ask the organizer.")
        if micros(self._clock()) >= int(row.fields.get("until", _NEVER)):
            raise Unauthorized("expired_token", "You were signed out after 30 days. Open your link again.")
        principal = rows.decode(Principal, row.fields)
        if await self._ended(principal):
            raise Unauthorized("ended_token", "This link was ended. Ask the organizer for the new one.")
        return principal

    def link_token(self, grant: Grant, session_id: str, expires: dt.datetime | None = None) -> str:
        """A token for one session, made again from the same parts, so that nothing needs to be stored."""
        until = str(micros(expires) // 1_000_000) if expires else "0"
        return signed(self._secret, grant, session_id, until)

    def page_urls(self, public_url: str) -> PageUrls:
        """The addresses of pitches' pages."""
        return PageUrls(public_url, self._secret)

    def ballot_token(self, event_id: str, ballot: str) -> str:
        """A token that votes in one event. As the links of sessions it is signed, and needs no storage."""
        return signed(self._secret, _VOTE, event_id, ballot)

    def derived_token(self, purpose: str, subject: str) -> str:
        """A token that an idempotent retry makes again: 256 bits nobody can know without the secret."""
        return f"{purpose}_{ids.signature(self._secret, 'token', purpose, subject)}"

    async def invitation(self, principal: Principal) -> str:
        """The token of a team or judge in this round of invitations, valid from now on; the same if asked again."""
        subject = principal.team_id or principal.judge_id or ""
        if principal.round:
            subject = f"{subject}:{principal.round}"
        token = self.derived_token(principal.role.value, subject)
        await self.keep(token, principal)
        return token

    async def keep(self, token: str, principal: Principal, seconds: int | None = None) -> None:
        """Let a token stand for a principal from now on, for so long. Keeping it twice is harmless."""
        until = {} if seconds is None else {"until": str(micros(self._clock()) + seconds * 1_000_000)}
        try:
            await self._state.commit(None, [Put(keys.token(token), 0, {**rows.encode(principal), **until})])
        except StaleWrite:
            return

    async def sign_in_link(self, organizer_id: str = OWNER) -> str:
        """A one-time token of an organizer; whoever brings it first is signed in, unless all were signed out since."""
        token = ids.new_token()
        invited = f"{organizer_id} {(await self.organizers.principal(organizer_id)).round}"
        await self._state.remember(keys.once("sign_in", token), invited, _SIGN_IN_SECONDS)
        return token

    async def sign_in(self, token: str, address: str = "") -> Principal:
        """Spend a one-time link; the organizer it lets in.

        Raises:
            Unauthorized: spent already, or expired, or its organizer was removed.
            SlowDown: too many such came from this address.
        """
        note = keys.once("sign_in", token)
        async with self._counted(token, address):
            invited = await self._state.recall(note)
            if invited is None or not await self._state.forget(note):
                raise Unauthorized("link_used", _USED)
            organizer_id, _, round_ = invited.partition(" ")
            try:
                who = await self.organizers.principal(organizer_id)
            except NotFound:
                raise Unauthorized("link_used", _USED) from None
            if str(who.round) != round_:
                raise Unauthorized("link_used", _USED)
            return who

    async def sign_out(self, token: str) -> None:
        """End one browser's cookie. A link that many share is none, and goes on."""
        if token.startswith(_LINKS):
            return
        if (row := await self._state.read(keys.token(token))) is not None:
            with contextlib.suppress(StaleWrite):
                await self._state.commit(None, [Put(row.key, row.version, None)])

    async def cookie(self, principal: Principal) -> tuple[str, int]:
        """A fresh token for a browser that has proved who it is, and its life in seconds."""
        cookie = ids.new_token()
        await self.keep(cookie, principal, _COOKIE_SECONDS)
        return cookie, _COOKIE_SECONDS

    async def _ended(self, principal: Principal) -> bool:
        """Whether a newer round of invitations ended it, or the team or judge is gone."""
        if principal.role is Role.ORGANIZER:
            return await self.organizers.ended(principal)
        if principal.event_id and principal.team_id:
            row = await self._state.read(keys.team(principal.event_id, principal.team_id))
        elif principal.event_id and principal.judge_id:
            row = await self._state.read(keys.judge(principal.event_id, principal.judge_id))
        else:
            return False
        return row is None or principal.round < int(row.fields.get("round", "0"))

    def _linked(self, token: str) -> Principal:
        grant, subject, rest, _ = token.split(".")
        expected = signed(self._secret, grant, subject, rest)
        if not hmac.compare_digest(token.encode(), expected.encode()):
            raise Unauthorized("bad_token", "This link is not valid: it may have been cut. Ask for it again.")
        if grant == _VOTE:
            return Principal(event_id=subject, ballot=rest)
        if rest != "0" and micros(self._clock()) >= int(rest) * 1_000_000:
            raise Unauthorized("expired_token", "This link has expired. Start a new session.")
        return Principal(session_id=subject, grant="record" if grant == "record" else "listen")
