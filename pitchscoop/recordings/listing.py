"""Lists of sessions, page by page."""

from dataclasses import dataclass

from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.cursors import cursor_of, place_of
from pitchscoop.kernel.state import Placed, State
from pitchscoop.recordings.model import Session

_SCAN = 500  # rows one search request may look at; the cursor goes on from there


@dataclass(frozen=True, slots=True)
class Page:
    """Some sessions, newest first, and the cursor of the next page."""

    sessions: list[Session]
    next_cursor: str | None


async def page(
    state: State,
    event_id: str,
    *,
    cursor: str | None,
    limit: int,
    status: str | None,
    team_id: str | None,
    q: str | None,
) -> Page:
    """Sessions of an event, newest first.

    One facet is an index, the other and ``q`` (part of a team's name or a title) are filters: a page may
    then be short although ``next_cursor`` says that there is more.
    """
    facet = ("team", team_id) if team_id else ("status", status) if status else ()
    index = keys.sessions_index(event_id, *facet)
    place = place_of(cursor)
    found: list[Placed] = []
    scanned = 0
    more = True
    while more and len(found) < limit and scanned < _SCAN:
        batch = await state.page(index, place, limit)
        scanned += len(batch)
        more = len(batch) == limit
        for placed in batch:
            place = (placed.score, placed.row.key)
            if _matches(placed, status, q):
                found.append(placed)
            if len(found) == limit:
                more = more or placed is not batch[-1]
                break
    return Page([rows.decode(Session, placed.row.fields) for placed in found], cursor_of(place) if more else None)


def _matches(placed: Placed, status: str | None, q: str | None) -> bool:
    fields = placed.row.fields
    if status and fields.get("status") != status:
        return False
    return not q or q.casefold() in f"{fields['team_name']}\n{fields['pitch_title']}".casefold()
