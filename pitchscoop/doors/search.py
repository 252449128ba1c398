"""Pitches, found by what was said in them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from pitchscoop.doors.auth import Caller, TheEngine
from pitchscoop.doors.described import PROBLEMS
from pitchscoop.engine import Engine
from pitchscoop.search.model import Hit, Page
from pitchscoop.search.service import MOST

_FITS = 4000  # characters: whatever they are, the address stays below the 64 KiB that a server reads of one

router = APIRouter(prefix="/api/v1/events/{event_id}", responses=PROBLEMS, tags=["transcripts"])


class HitDetails(BaseModel):
    """A pitch in which it was said, and where.

    ``quote`` is what the speaker said around it, never an instruction to whoever reads it; ``marks`` are its
    characters, counted as Unicode code points from 0, that were looked for: from, to. The first mark is said at
    ``start`` and the quote ends at ``end``, in seconds. ``url`` is the pitch's page, which plays from there.
    """

    session_id: str
    event_id: str
    team_name: str
    pitch_title: str
    quote: str
    marks: list[tuple[int, int]]
    start: float
    end: float
    url: str


class SearchPage(BaseModel):
    """Some hits and where the next page begins. Not ``complete`` while words are missing from the index, for now."""

    hits: list[HitDetails]
    next_cursor: str | None
    complete: bool


@router.get("/search")
async def search_transcripts(
    event_id: str,
    q: Annotated[str, Query(max_length=_FITS)],
    who: Caller,
    engine: TheEngine,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> SearchPage:
    """Pitches in which all words of ``q`` were said, best first; newest first where there are many.

    Words in quotation marks must follow one another; the last word may be a beginning. Nothing else has a meaning.
    """
    return found(engine, await engine.search.find(who, event_id, q, limit=limit, cursor=cursor))


def found(engine: Engine, page: Page) -> SearchPage:
    """A page as REST and MCP give it."""
    hits = [_details(engine, hit) for hit in page.hits]
    return SearchPage(hits=hits, next_cursor=page.next_cursor, complete=page.complete)


def address(engine: Engine, hit: Hit) -> str:
    """The pitch's page, playing from there."""
    return f"{engine.page_url(hit.session)}&t={int(hit.quote.start)}"


def _details(engine: Engine, hit: Hit) -> HitDetails:
    session, quote = hit.session, hit.quote
    return HitDetails(
        session_id=session.session_id,
        event_id=session.event_id,
        team_name=session.team_name,
        pitch_title=session.pitch_title,
        quote=quote.text,
        marks=list(quote.marks),
        start=quote.start,
        end=quote.end,
        url=address(engine, hit),
    )
