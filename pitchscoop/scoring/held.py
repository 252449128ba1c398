"""What is held of one event to make its standings: read once, then followed by the event's fact log."""

import asyncio
from typing import TYPE_CHECKING, cast

import structlog

from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.events.service import Events
from pitchscoop.kernel import keys
from pitchscoop.kernel.bell import Bell
from pitchscoop.kernel.errors import Invalid, NotFound, Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.stages import OUT
from pitchscoop.kernel.state import State
from pitchscoop.recordings import overview, words
from pitchscoop.recordings.overview import Glance
from pitchscoop.scoring.boards import Boards, Shown
from pitchscoop.scoring.ledger import Head, Ledger
from pitchscoop.scoring.model import Card
from pitchscoop.scoring.previews import Preview, moved, preview, spoken_in
from pitchscoop.scoring.rows import Pitch, Scored, Totals, impartial
from pitchscoop.voting.box import Box

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pitchscoop.events.plans import Final

_FACTS = 500  # facts taken at a time, so that others get their turn between
_ROWS = {"team": "teams", "judge": "judges", "conflict": "judges", "card": "cards", "cards": "cards",
         "final": "final"}  # fmt: skip
"""What is to be read again after a fact, by what its name begins with."""
_QUICK = (
    200  # rows: a board of fewer is made in hundredths of a second, and waited for: who saved a card sees it counted
)
_AT_ONCE = 5, 0.002  # viewers told of a board, and seconds in which others get their turn; then the next ones: all of
# a full hall within half a second, and who asks meanwhile waits for some of them only
_WANTED = 60.0  # seconds after a look in which the standings are kept current without being asked for

log = structlog.get_logger(__name__)


class Held:
    """The cards, pitches and people of one event, and the board made of them.

    ``since`` is when the event came into its stage, ``published_at`` when it was published last. ``gone``: it was
    deleted. Who may see the board waits for ``board_bell``, which is rung when the event or the board is another one;
    all others for ``event_bell``: no card wakes them.
    """

    def __init__(self, state: State, events: Events, ledger: Ledger, boards: Boards, event: Event) -> None:
        self._state = state
        self._events = events
        self._ledger = ledger
        self._boards = boards
        self._box = Box(state)
        self.event = event
        self.since: str | None = None
        self.published_at: str | None = None
        self.shown: Shown | None = None
        self.event_bell = Bell(*_AT_ONCE)
        self.board_bell = Bell(*_AT_ONCE)
        self.watchers = 0
        self.gone = False
        self._asked = -_WANTED
        self._position = ""
        self._stale = {"teams", "judges", "cards", "final"}  # of what is held: what the log says has changed
        self._changed: set[str] | None = None  # sessions; None: all
        self._teams: dict[str, Team] = {}
        self._judges: dict[str, Judge] = {}
        self._glances: dict[str, Glance] = {}
        self._pitches: dict[str, tuple[Glance, Team | None, Preview | None, Pitch]] = {}  # made of the first three
        self._previews: dict[str, Preview | None] = {}
        self._cards = dict[tuple[str, str], Card]()
        self._head: Head | None = None
        self._final: Final | None = None
        self._totals = Totals()
        self._votes: Mapping[str, int] = {}
        self._reading = asyncio.Lock()
        self._making: asyncio.Task[None] | None = None
        self._noticing: asyncio.Task[None] | None = None
        self._news = False

    def ask(self) -> None:
        """Somebody looks who may see it: keep it current for a while."""
        self._asked = asyncio.get_running_loop().time()

    def knows(self, last: Fact | None) -> bool:
        """Whether the log was read up to this fact, and the board made since."""
        read_up = last is None or last.position == self._position
        return read_up and not self._behind

    def notice(self) -> None:
        """Something happened: read what, and make the board anew where somebody wants it."""
        self._news = True
        if self._noticing is None:
            self._noticing = asyncio.create_task(self._catch_up())

    async def current(self) -> Shown:
        """The board of all that was saved before the call."""
        await self.follow()
        for _ in range(2):  # one may have begun before the call, the next one has not
            if not self._behind and self.shown is not None:
                break
            if self._making is None:
                self._making = asyncio.create_task(self._make())
                self._making.add_done_callback(_heard)
            await asyncio.shield(self._making)
        return cast("Shown", self.shown)

    async def follow(self) -> None:
        """Read the log as far as it goes."""
        async with self._reading:
            moved_on = False
            try:
                while facts := await self._state.facts(self.event.event_id, self._position, _FACTS):
                    for fact in facts:
                        moved_on = self._note(fact) or moved_on
                    self._position = facts[-1].position
            except Invalid:  # state was replaced by another, whose log has other positions
                self.gone = True
            if moved_on:
                await self._read_event()

    @property
    def _behind(self) -> bool:
        return bool(self._stale or self._changed is None or self._changed or self._making)

    @property
    def large(self) -> bool:
        """Whether a board takes so long that nobody should wait for it; of the first one that is not known."""
        return self.shown is not None and self.shown.rows > _QUICK

    @property
    def wanted(self) -> bool:
        """Whether it is kept current without being asked for."""
        out = self.event.stage in OUT
        recently = asyncio.get_running_loop().time() - self._asked < _WANTED
        return recently or (out and self.watchers > 0)

    def _note(self, fact: Fact) -> bool:
        """What a fact makes out of date; whether it is about the event itself."""
        about = fact.name.partition("_")[0]
        if about == "event":
            if fact.name in ("event_created", "event_moved"):
                self.since = fact.at
            if fact.name == "event_moved" and fact.data.get("stage") == "published":
                self.published_at = fact.at
            if fact.name in ("event_imported", "event_rebuilt"):  # what came with it has no facts of its own
                self._stale |= set(_ROWS.values())
                self._head, self._changed = None, None
            self._stale.add("event")
        elif about in _ROWS:
            self._stale.add(_ROWS[about])
        elif about in ("session", "transcript") and self._changed is not None:
            self._changed.add(fact.subject)
        return about == "event"

    async def _read_event(self) -> None:
        try:
            self.event = await self._events.get(self.event.event_id)
        except NotFound:
            self.gone = True
        self.event_bell.ring()
        self.board_bell.ring()

    async def _catch_up(self) -> None:
        try:
            while self._news:
                self._news = False
                await self.follow()
                if self.wanted and self._behind and not self.gone:
                    await self.current()
        except Unavailable as problem:  # the next look tries again
            log.warning("standings_delayed", event_id=self.event.event_id, code=problem.code, message=problem.message)
        finally:
            self._noticing = None

    async def _make(self) -> None:
        stale, changed = self._stale, self._changed
        self._stale, self._changed = set(), set()
        try:
            await self._load(stale, changed)
            scored = self._scored()
            shown = await self._boards.make(scored, apart=len(scored.pitches) > _QUICK)
            if self.shown is not None:
                await shown.prepare(self.shown)
            self.shown = shown
        except BaseException:
            self._stale |= stale
            self._changed = None if changed is None else self._changed | changed
            raise
        finally:
            self._making = None
        self.board_bell.ring()

    def _scored(self) -> Scored:
        """What is not finished counts where somebody scored it, and is not in the way where nobody did."""
        heard = {session_id for session_id, _ in self._cards}
        pitches = {
            session_id: self._pitch(glance)
            for session_id, glance in self._glances.items()
            if glance.status in ("completed", "failed") or session_id in heard
        }
        chain = self._head.chain if self._head else ""
        cards = impartial(self._cards, pitches, self._teams, self._judges)
        aside = len(self._cards) - len(cards)
        people = dict(self._teams), dict(self._judges)
        return Scored(self.event, pitches, cards, *people, chain, self._totals, aside, self._votes, self._final)

    def _pitch(self, glance: Glance) -> Pitch:
        """The same object as long as nothing of it changes."""
        team, best = self._teams.get(glance.team_id or ""), self._previews.get(glance.session_id)
        if (known := self._pitches.get(glance.session_id)) is not None:
            *made_of, pitch = known
            if made_of[0] is glance and made_of[1] is team and made_of[2] is best:
                return pitch
        pitch = Pitch(
            session_id=glance.session_id,
            team_id=glance.team_id,
            team_name=team.name if team else glance.team_name,
            pitch_title=glance.pitch_title,
            track=team.track if team else None,
            created=glance.created,
            audio_duration=glance.duration,
            preview=best,
            withdrawn=team is not None and team.withdrawn_at is not None,
            awarded=glance.awarded,
        )
        self._pitches[glance.session_id] = glance, team, best, pitch
        return pitch

    async def _load(self, stale: set[str], changed: set[str] | None) -> None:
        event_id = self.event.event_id
        if "teams" in stale:
            self._teams = {team.team_id: team for team in await self._events.teams.listed(event_id)}
        if "judges" in stale:
            self._judges = {judge.judge_id: judge for judge in await self._events.judges.listed(event_id)}
        if "cards" in stale:
            await self._load_cards()
        if "final" in stale:
            _, _, self._final = await self._events.plans(event_id)
        if changed is None:
            self._glances.clear()
            self._pitches.clear()
            async for found in overview.glances(self._state, event_id):
                self._glances |= {glance.session_id: glance for glance in found}
        elif changed:
            for session_id, glance in (await overview.glances_of(self._state, event_id, changed)).items():
                if glance is None:
                    self._forget(session_id)
                else:
                    self._glances[session_id] = glance
        await self._load_previews(changed)
        await self._load_votes()

    def _forget(self, session_id: str) -> None:
        self._glances.pop(session_id, None)
        self._previews.pop(session_id, None)
        self._pitches.pop(session_id, None)
        self._cards = {key: card for key, card in self._cards.items() if key[0] != session_id}
        self._totals = Totals()  # nothing of it is remembered

    async def _load_cards(self) -> None:
        """All cards at first; then the entries that are new since the last look: the log of them only grows."""
        event_id = self.event.event_id
        head = await self._ledger.head(event_id)
        if self._head is None or head.number < self._head.number:  # or state was replaced by an older one
            self._cards.clear()
            found = await self._ledger.cards(event_id)
        else:
            entries = await self._ledger.entries(event_id, self._head.number)
            found = [entry.card for entry in entries if entry.card is not None]
        for card in found:  # a comment is long, and not needed
            self._cards[card.session_id, card.judge_id] = card.model_copy(update={"comment": ""})
        self._head = head

    async def _load_votes(self) -> None:
        """Those that a prize goes by. Once results are told there are no new ones: the log need not tell of any."""
        asked = self.event.stage in OUT and any(prize.by == "audience" for prize in self.event.settings.prizes)
        self._votes = await self._box.counts(self.event, list(self._glances)) if asked else {}

    async def _load_previews(self, changed: set[str] | None) -> None:
        """Where each pitch that has cards is best. Words are read for these only: they are long."""
        scored = {session_id for session_id, _ in self._cards}
        for session_id in scored & self._glances.keys():
            if session_id not in self._previews or (changed is not None and session_id in changed):
                self._previews[session_id] = await self._preview(self._glances[session_id])

    async def _preview(self, glance: Glance) -> Preview | None:
        if glance.preview_start is not None:
            return moved(glance.preview_start, glance.duration)
        row = None
        if glance.transcript == "ready":
            row = await self._state.read(keys.transcript(self.event.event_id, glance.session_id))
        return preview(glance.duration, glance.silhouette, spoken_in(words.plain(row)))


def _heard(making: asyncio.Task[None]) -> None:
    """Whoever waited may have gone: what went wrong is theirs, and the next one tries again."""
    if not making.cancelled():
        making.exception()
