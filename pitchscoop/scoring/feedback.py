"""What a team may read of its pitch after publication: place, scores against the field, words, how it sounded."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from pitchscoop.access.model import ANYBODY, Principal, Role, Target, Verb, require
from pitchscoop.events.model import Event
from pitchscoop.events.service import Events
from pitchscoop.kernel.errors import NotFound
from pitchscoop.kernel.stages import Stage
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring.field import Against, against
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.scoring.model import Card
from pitchscoop.scoring.moments import Moment, moments
from pitchscoop.scoring.rows import Board, Row, Scored
from pitchscoop.scoring.standings import Standings
from pitchscoop.transcripts.measures import Delivery

_ORGANIZER = Principal(role=Role.ORGANIZER)  # the standings are read for the report, not for its reader
_FEW = 3  # cards, below which one more could say something else


class Place(BaseModel):
    """Where a pitch stands among ``of``; fields as on the leaderboard. ``in_track``: rank, interval and of there."""

    model_config = ConfigDict(frozen=True)

    rank: int
    of: int
    interval: tuple[int, int]
    tied: int
    score: float
    raw_mean: float
    adjusted: float
    why: str
    in_track: tuple[int, tuple[int, int], int] | None = None


class Comment(BaseModel):
    """What one judge wrote, who is named where the event has comments signed. Data, never instructions."""

    model_config = ConfigDict(frozen=True)

    judge: str
    text: str


class Feedback(BaseModel):
    """All of it. ``unplaced`` says why there is no ``place``; ``cautions`` what to beware of in the numbers.

    ``prizes`` are those it won, by name. ``cards`` counts the complete ones. ``scores`` are empty without one.
    ``delivery`` is None without a transcript. ``silhouette`` are 96 heights of 0 to 100 over the recording, none before
    it was read. Times are in seconds; ``published_at`` is ISO 8601, None before publication and where the log does not
    say.
    """

    model_config = ConfigDict(frozen=True)

    session_id: str
    event_id: str
    event_name: str
    stage: Stage
    published_at: str | None
    team_name: str
    pitch_title: str
    track: str | None
    language: str | None
    audio_duration: float | None
    max_seconds: int
    place: Place | None
    unplaced: str | None
    prizes: tuple[str, ...]
    cautions: tuple[str, ...]
    cards: int
    scores: tuple[Against, ...]
    comments: tuple[Comment, ...]
    moments: tuple[Moment, ...]
    delivery: Delivery | None
    silhouette: tuple[int, ...]
    page_url: str


class Feedbacks:
    """The feedback of all pitches. ``tell`` says how one with its words was spoken, ``page_of`` gives its page."""

    def __init__(
        self,
        events: Events,
        sessions: Sessions,
        ledger: Ledger,
        standings: Standings,
        tell: Callable[[Session], Awaitable[Delivery]],
        page_of: Callable[[Session], str],
    ) -> None:
        self._events = events
        self._sessions = sessions
        self._ledger = ledger
        self._standings = standings
        self._tell = tell
        self._page_of = page_of

    async def read(self, who: Principal, session_id: str) -> Feedback:
        """What there is to say to the team of a session; before publication to the organizer only."""
        session, event = await self._allowed(who, session_id)
        session = await self._sessions.with_words(session)
        view = await self._standings.read(_ORGANIZER, event.event_id, fresh=True)
        cards = await self._ledger.cards(event.event_id, "session", session_id)
        names = {one.judge_id: one.name for one in await self._events.judges.listed(event.event_id)}
        ready = session.transcript.status == "ready" and bool(session.transcript.utterances)
        delivery = await self._tell(session) if ready else None
        published_at = view.published_at if event.stage in ("published", "archived") else None
        page = self._page_of(session)
        ranked = (await view.shown.board(), view.shown.scored) if view.shown else None
        return await asyncio.to_thread(_report, event, session, ranked, cards, names, delivery, published_at, page)

    async def _allowed(self, who: Principal, session_id: str) -> tuple[Session, Event]:
        """Who brings nothing is not told whether it exists."""
        try:
            session = await self._sessions.get(session_id)
        except NotFound:
            if who == ANYBODY:
                require(who, Verb.FEEDBACK_READ, Target(stage="published"))
            raise
        event = await self._events.allowed(who, Verb.FEEDBACK_READ, session.event_id, team_id=session.team_id)
        return session, event


def _report(
    event: Event,
    session: Session,
    ranked: tuple[Board, Scored] | None,
    cards: Sequence[Card],
    names: Mapping[str, str],
    delivery: Delivery | None,
    published_at: str | None,
    page_url: str,
) -> Feedback:
    board, scored = ranked or (None, None)
    rows = board.rows if board else ()
    row = next((one for one in rows if one.pitch.session_id == session.session_id), None)
    pitch = scored.pitches.get(session.session_id) if scored else None
    track = pitch.track if pitch else None
    criteria = event.criteria(track)
    counting = scored.cards if scored else {(card.session_id, card.judge_id): card for card in cards}
    complete = [card for card in cards if (card.session_id, card.judge_id) in counting and card.complete(criteria)]
    return Feedback(
        session_id=session.session_id,
        event_id=event.event_id,
        event_name=event.name,
        stage=event.stage,
        published_at=published_at,
        team_name=pitch.team_name if pitch else session.team_name,
        pitch_title=session.pitch_title,
        track=track,
        language=session.transcript.language,
        audio_duration=session.audio_duration,
        max_seconds=session.max_seconds,
        place=_place(row, board) if row and board else None,
        prizes=_prizes(session, board),
        unplaced=None if row else _why_not(len(complete), withdrawn=pitch is not None and pitch.withdrawn),
        cautions=_cautions(len(complete)),
        cards=len(complete),
        scores=against(criteria, complete, scored, rows) if scored and complete else (),
        comments=_comments(event, complete, names),
        moments=moments(session, pitch.preview if pitch else None, delivery, page_url),
        delivery=delivery,
        silhouette=session.silhouette,
        page_url=page_url,
    )


def _place(row: Row, board: Board) -> Place:
    within = board.tracks.get(row.pitch.track or "", ())
    own = next((one for one in within if one.pitch.session_id == row.pitch.session_id), None)
    return Place(
        rank=row.rank,
        of=len(board.rows),
        interval=row.interval,
        tied=row.tied,
        score=round(row.score, 4),
        raw_mean=round(row.raw_mean, 4),
        adjusted=round(row.adjusted, 4),
        why=row.why,
        in_track=(own.rank, own.interval, len(within)) if own else None,
    )


def _prizes(session: Session, board: Board | None) -> tuple[str, ...]:
    awards = board.awards if board else ()
    return tuple(one.prize.name for one in awards if session.session_id in {pitch.session_id for pitch in one.winners})


def _why_not(complete: int, *, withdrawn: bool) -> str:
    if withdrawn:
        return "The team has withdrawn, so it is not ranked."
    if complete:
        return "Another pitch of the team has more cards, so that one is ranked."
    return "No judge has given this pitch all scores, so it is not ranked."


def _cautions(complete: int) -> tuple[str, ...]:
    if complete == 1:
        return ("One judge scored this pitch. One voice says little about the place: read the words, not the numbers.",)
    if 0 < complete < _FEW:
        return ("Two judges scored this pitch. A third might well have moved it.",)
    return ()


def _comments(event: Event, cards: Sequence[Card], names: Mapping[str, str]) -> tuple[Comment, ...]:
    """In an order of the pitch's own: judges cannot be told by their number, nor followed from pitch to pitch."""
    ordered = sorted(cards, key=lambda card: hashlib.sha256(f"{card.session_id}{card.judge_id}".encode()).digest())
    signed = event.settings.sign_comments
    return tuple(
        Comment(judge=names.get(card.judge_id, "A judge") if signed else f"Judge {number}", text=card.comment.strip())
        for number, card in enumerate(ordered, start=1)
        if card.comment.strip()
    )
