"""A filled installation: events in every stage, with all that calls can be about. What calls use up is made again."""

import asyncio
import contextlib
import random
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx

from pitchscoop.access.model import ANYBODY, Principal, Role
from pitchscoop.kernel.stages import Stage
from pitchscoop.main import assembled
from pitchscoop.organizing.panel import Wish
from pitchscoop.organizing.running_order import Order
from pitchscoop.settings import load
from tests.doors.worlds import ORGANIZER, World, world
from tests.fuzz.table import Sent, Truth
from tests.servers.app import ADMIN, App
from tests.words import written

if TYPE_CHECKING:
    from pitchscoop.access.service import Grant
    from pitchscoop.engine import Engine
    from pitchscoop.recordings.model import Session

ROLES = ("organizer", "another organizer", "judge", "team", "speaker's link", "listener's link", "nobody")
_STAGES: tuple[Stage, ...] = ("open", "published", "draft", "frozen", "archived")
_LINKED = ("sent", "done", "waiting", "spoken")  # sessions that links open, one after the other
_LONG = 300  # calls in one event: then the role goes on to the next one, and this is made again
_CROWD = 100  # organizers after which those of before are removed, because there is a limit


@dataclass(frozen=True)
class Player:
    """Who calls, and the token they do it with."""

    who: Principal
    token: str | None


class Scene:
    """What one role plays in. Its own event changes: each stage has its turn, and one is closed to those who join."""

    def __init__(self, app: App, role: str) -> None:
        self.app = app
        self.role = role
        self.calls = 0
        self._runner = asyncio.Runner()
        self._stack = contextlib.AsyncExitStack()
        self._organizer = httpx.Client(base_url=app.url, headers={"Authorization": f"Bearer {ADMIN}"}, timeout=60)
        self.truth = Truth(self._organizer, still="organizer" not in role)
        self.tokens: set[str] = set()  # all that were ever brought
        self._turn = 0
        self._second = Principal()

    def __enter__(self) -> Self:
        self._runner.run(self._begin())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._organizer.close()
        self._runner.run(self._stack.aclose())
        self._runner.close()

    def ids(self, chance: random.Random, near: set[str], *, of_upload: bool = False) -> dict[str, str]:
        """What a call may be about: things that belong together, and to what it names already if that is known.

        Else they are mostly of the role's own event.
        """
        here = self._own if chance.random() < 0.7 else chance.choice(self._worlds)
        here = next((known for known in self._worlds if near & _names(known)), here)
        session = self._linked if chance.random() < 0.4 else chance.choice(list(here.sessions.values()))
        if of_upload and session.upload is None:
            session = here.sessions["sent"]
        return {
            "event_id": here.event_id,
            "team_id": chance.choice([found.team_id for found in here.callers if found.team_id]),
            "judge_id": chance.choice([found.judge_id for found in here.callers if found.judge_id]),
            "session_id": session.session_id,
            "upload_id": session.upload.upload_id if session.upload else "nosuchupload",
            "organizer_id": chance.choice([here.ids["organizer_id"], self._second.organizer_id or "", "owner"]),
        }

    def called(self, sent: Sent, *, done: bool) -> None:
        """A call was made: what it used up is made again, and after a while the role goes on to the next event."""
        self.calls += 1
        used = {str(value) for value in sent.path.values()} if done and sent.call.fresh else set()
        if self._second.organizer_id in used:
            self._runner.run(self._sign_in())
        lost = [at for at, here in enumerate(self._worlds) if used & _names(here)]
        if self.calls % _LONG == 0:
            lost = sorted({*lost, self._turn % len(self._worlds)})
            self._turn += 1
        for at in lost:
            self._runner.run(self._fill(at))
        if lost or self.calls % _LONG == 0:
            self._cast()

    async def _begin(self) -> None:
        parts = await self._stack.enter_async_context(assembled(load(self.app.settings), self.app.url))
        self._engine: Engine = parts.engine
        self._worlds: list[World] = []
        for at in range(len(_STAGES) + 1):
            await self._fill(at)
        await self._sign_in()

    async def _fill(self, at: int) -> None:
        """Make the event at this place, or make it again."""
        await self._make_room()
        closed = at == len(_STAGES)
        stage = "open" if closed else _STAGES[at]
        made = await world(self._engine, stage, [], offered=not closed)
        await written(self._engine, made.sessions["done"].session_id)
        if stage != "archived":
            await self._engine.panel.make(ORGANIZER, made.event_id, Wish(nearest=True))
            await self._engine.running_orders.write(ORGANIZER, made.event_id, Order(None, None, 180, None))
        self._worlds[at : at + 1] = [made]

    async def _make_room(self) -> None:
        organizers = self._engine.access.organizers
        there = [found for found in await organizers.listed() if found.removed_at is None]
        for found in there[1:] if len(there) > _CROWD else ():
            if found.organizer_id != self._second.organizer_id:
                await organizers.end(found.organizer_id, removed=True)

    async def _sign_in(self) -> None:
        """A second organizer, who can be removed."""
        access = self._engine.access
        added = await access.organizers.add("Dora")
        self._second = await access.organizers.principal(added.organizer_id)
        self._cookie, _ = await access.cookie(self._second)
        self._cast()

    def _cast(self) -> None:
        """Who calls from now on."""
        self._own = self._worlds[self._turn % len(self._worlds)]
        self._linked: Session = self._own.sessions[_LINKED[self._turn % len(_LINKED)]]
        self.player = self._player()
        self.tokens.add(self.player.token or "")

    def _player(self) -> Player:
        linked = self._linked.session_id
        if self.role == "organizer":
            return Player(Principal(role=Role.ORGANIZER), ADMIN)
        if self.role == "another organizer":
            return Player(self._second, self._cookie)
        if self.role == "nobody":
            return Player(ANYBODY, None)
        if self.role.endswith("link"):
            grant: Grant = "record" if self.role.startswith("speaker") else "listen"
            token = self._engine.access.link_token(grant, linked)
            return Player(Principal(session_id=linked, grant=grant), token)
        caller = next(found for found in self._own.callers if found.name == f"its {self.role}")
        who = Principal(role=caller.role, event_id=caller.event_id, team_id=caller.team_id, judge_id=caller.judge_id)
        return Player(who, caller.token)


def _names(here: World) -> set[str]:
    """What would be missing in a world if it were gone. An organizer is not, there are others."""
    sessions = {found.session_id for found in here.sessions.values()}
    people = {found for caller in here.callers for found in (caller.team_id, caller.judge_id) if found}
    return {here.event_id} | sessions | people
