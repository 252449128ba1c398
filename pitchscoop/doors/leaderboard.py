"""The leaderboard over REST: read, and streamed while it changes. What is sent is made once for all who are told it."""

import datetime as dt
import random
from asyncio import get_running_loop
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pitchscoop.access.model import ANYBODY
from pitchscoop.doors import schemas
from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import MORE_WITH_TOKEN, PROBLEMS
from pitchscoop.doors.final import FinalResultDetails
from pitchscoop.doors.idempotency import IdempotentRoute
from pitchscoop.doors.packed import HEAD, Document, part, takes_packed
from pitchscoop.doors.standings import Told
from pitchscoop.engine import Engine
from pitchscoop.events.names import Name
from pitchscoop.events.prizes import Prize
from pitchscoop.kernel.stages import Stage
from pitchscoop.recordings.model import LONGEST_SECONDS
from pitchscoop.scoring.standings import View

router = APIRouter(prefix="/api/v1", route_class=IdempotentRoute, responses=PROBLEMS, tags=["standings"])

_LIFE = (600, 900)  # seconds until a stream ends and its viewer, who may have lost the right to it, asks anew; spread
SHARED = 50  # pitches that share one prize: more than any stage holds
_AGAIN = 3000  # ms until a browser whose stream ended asks anew
_BEAT = b":\n\n"
_PACKED_BEAT = part(_BEAT)

Track = Annotated[
    Name | None, Query(max_length=200, description="One track, ranked for itself; all teams if left out.")
]
Advice = Annotated[bool, Query(description="Say who should hear whom next: for organizers, while judges score.")]
AsPublic = Annotated[bool, Query(description="What everybody sees, whoever asks.")]


class PreviewDetails(BaseModel):
    """The best 20 s of a recording, from where to where, in seconds."""

    start: float
    end: float


class StandingDetails(BaseModel):
    """A pitch in its place. Scores are on the scale of the weighted rubric total; ``score`` is the one that ranks.

    ``interval`` is of the rank, 90 %. ``judges`` counts complete cards. ``tied`` counts those who share the rank, of
    whom ``tied_with`` names the nearest 50, or fewer where there are hundreds of rows. ``p_first`` and ``p_top3`` are
    probabilities.
    """

    rank: int
    session_id: str
    team_id: str | None
    team_name: str
    pitch_title: str
    track: str | None
    score: float
    raw_mean: float
    adjusted: float
    interval: tuple[int, int]
    judges: int
    tied: int
    tied_with: list[str]
    p_first: float
    p_top3: float
    why: str
    audio_duration: float | None
    preview: PreviewDetails | None
    page_url: str


class Winner(BaseModel):
    """A pitch that wins a prize."""

    session_id: str
    team_id: str | None
    team_name: str
    pitch_title: str
    page_url: str


class AwardedPrize(Prize):
    """A prize and who wins it: several who share it, or nobody yet. ``decided`` says in words what decides it."""

    decided: str
    winners: list[Winner]


class Leaderboard(BaseModel):
    """An event's standings; empty while they are hidden from whoever asks (``hidden``).

    ``stage_since`` is when the event came into its stage. ``cards`` counts those that count, ``judges`` who gave them;
    ``chain`` is that of the last entry, ``as_of`` when the newest card was saved. ``advice`` is empty unless an
    organizer asked for it. ``tie_break`` is the event's setting, ``ties`` says it in a sentence. ``final`` is the final
    round, null where there is none: it changes no standings.
    """

    event_id: str
    stage: Stage
    stage_since: dt.datetime | None
    method: str
    tie_break: str
    ties: str
    hidden: bool
    track: str | None
    tracks: list[str]
    standings: list[StandingDetails]
    prizes: list[AwardedPrize]
    final: FinalResultDetails | None
    warnings: list[str]
    advice: list[str]
    judges: int | None
    cards: int | None
    chain: str | None
    as_of: dt.datetime | None


class MovedPreview(BaseModel):
    """``PATCH /sessions/{session_id}/preview``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    start: float | None = Field(
        ge=0, le=LONGEST_SECONDS, allow_inf_nan=False, description="Its first second; null: the best by itself."
    )


class Winners(BaseModel):
    """``PUT /events/{event_id}/prizes/{prize_id}``: the pitches that win it, by id."""

    model_config = ConfigDict(extra="forbid")

    session_ids: list[str] = Field(max_length=SHARED)


_SAME: dict[int | str, dict[str, Any]] = {304: {"description": "As it was when it had this ETag."}}
_EVENT = {  # OpenAPI describes each event of a stream by its fields
    "type": "object",
    "properties": {
        "event": {"const": "standings"},
        "id": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "retry": {"type": "integer"},
    },
}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events named ``standings``, whose data is a Leaderboard, now and whenever it changes.",
        "content": {"text/event-stream": {"schema": _EVENT}},
    }
}


@router.get(
    "/events/{event_id}/leaderboard", response_model=Leaderboard, responses=_SAME, openapi_extra=MORE_WITH_TOKEN
)
async def get_leaderboard(
    event_id: str,
    request: Request,
    who: Caller,
    engine: TheEngine,
    track: Track = None,
    public: AsPublic = False,  # noqa: FBT002  a query parameter
    advice: Advice = False,  # noqa: FBT002  the same
) -> Response:
    """The standings. Before publication only organizers see any; all others are told the stage."""
    view = await engine.standings.read(ANYBODY if public else who, event_id, track, advice=advice)
    document = await told(engine, view)
    headers = {
        "ETag": document.etag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding, Authorization, Cookie",
    }
    if document.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if not takes_packed(request):
        return Response(document.text, media_type="application/json", headers=headers)
    return Response(document.body, media_type="application/json", headers={**headers, "Content-Encoding": "gzip"})


@router.get(
    "/events/{event_id}/leaderboard/stream",
    response_class=Response,
    responses=_STREAM,
    openapi_extra=MORE_WITH_TOKEN,
)
async def stream_leaderboard(
    event_id: str,
    request: Request,
    who: Caller,
    engine: TheEngine,
    track: Track = None,
    public: AsPublic = False,  # noqa: FBT002  a query parameter
) -> Response:
    """The standings now and whenever they change, as server-sent events. Who reads slowly misses those between.

    It ends after some minutes: ask again, as browsers do by themselves. 503 where too many watch: ask for the
    leaderboard once in a while.
    """
    views = engine.standings.watch(ANYBODY if public else who, event_id, track)
    first = await anext(views)
    packed = takes_packed(request)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if packed:
        headers["Content-Encoding"] = "gzip"
    known = request.headers.get("last-event-id", "")
    return StreamingResponse(
        _messages(engine, first, views, known, packed=packed), media_type="text/event-stream", headers=headers
    )


@router.patch("/sessions/{session_id}/preview", tags=["sessions"])
async def move_preview(session_id: str, move: MovedPreview, who: Caller, engine: TheEngine) -> schemas.SessionDetails:
    """Have the preview of a pitch, which the leaderboard plays, begin elsewhere."""
    return await schemas.details(engine, who, await engine.ceremony.move_preview(who, session_id, move.start))


@router.put("/events/{event_id}/prizes/{prize_id}")
async def give_prize(event_id: str, prize_id: str, winners: Winners, who: Caller, engine: TheEngine) -> Winners:
    """Have these pitches win a prize that is given by hand, and no others; none takes it back from all."""
    return Winners(session_ids=await engine.ceremony.give_prize(who, event_id, prize_id, winners.session_ids))


async def told(engine: Engine, view: View) -> Document:
    """What ``Leaderboard`` describes, as JSON."""
    how = Told(view.since, view.track, advised=view.advised, page_url=engine.page_url_of)
    return how.hidden(view.event) if view.shown is None else await view.shown.once(how)


async def _messages(
    engine: Engine, first: View | None, views: AsyncGenerator[View | None, None], known: str, *, packed: bool
) -> AsyncGenerator[bytes, None]:
    """What goes out. What says the same as the last is not sent again; ``known`` is what the viewer has already."""
    until = get_running_loop().time() + random.uniform(*_LIFE)  # noqa: S311  it spreads, it hides nothing
    async with aclosing(views):
        begin = b"retry: %d\n\n" % _AGAIN
        yield HEAD + part(begin) if packed else begin
        view = first
        while get_running_loop().time() < until:
            message = await told(engine, view) if view is not None else None
            if message is None:
                yield _PACKED_BEAT if packed else _BEAT
            elif message.etag != known:
                known = message.etag
                yield message.event if packed else message.plain_event
            try:
                view = await anext(views)
            except StopAsyncIteration:
                return
