"""Coming in and going out, and what is told of it."""

import contextlib
from collections.abc import Mapping

from pitchscoop.access.model import Principal
from pitchscoop.access.organizers import OWNER
from pitchscoop.access.service import Access
from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.errors import Unauthorized
from pitchscoop.kernel.facts import Fact, acting
from pitchscoop.kernel.state import State


class Log:
    """Facts that come with no change of an event's row."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def note(
        self,
        name: str,
        subject: str,
        event_id: str | None = None,
        data: Mapping[str, str | int | None] | None = None,
        by: str | None = None,
    ) -> None:
        """A fact in an event's log or, without ``event_id``, in that of the installation. ``by``: whoever acts now."""
        where = event_id or keys.INSTALLATION
        fact = Fact(name, where, subject, self._clock().isoformat(), data or {}, by or acting.get())
        await self._state.commit(where, [], [fact])


class Visits:
    """Those who have proved who they are, on one more device or on one less."""

    def __init__(self, access: Access, log: Log, public_url: str) -> None:
        self._access = access
        self._log = log
        self._public_url = public_url

    async def sign_in(self, who: Principal) -> tuple[str, int]:
        """A cookie's value and its life in seconds."""
        cookie = await self._access.cookie(who)
        await self._log.note("signed_in", _known_by(who), who.event_id, by=who.label)
        return cookie

    async def sign_out(self, cookie: str, address: str) -> None:
        """End what one browser holds; nothing where it has ended already."""
        with contextlib.suppress(Unauthorized):
            who = await self._access.who(cookie, address)
            await self._access.sign_out(cookie)
            await self._log.note("signed_out", _known_by(who), who.event_id, by=who.label)

    async def operator(self) -> tuple[str, str]:
        """A token for a program and a one-time link, for whoever runs the server."""
        token, _ = await self._access.cookie(await self._access.organizers.principal(OWNER))
        link = await self._access.sign_in_link()
        await self._log.note("organizer_token_made", OWNER)
        return token, f"{self._public_url}/sign-in?token={link}"


def _known_by(who: Principal) -> str:
    return who.team_id or who.judge_id or who.organizer_id or OWNER
