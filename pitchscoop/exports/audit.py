"""Who did what when, as a table."""

import json
from collections.abc import AsyncGenerator

from pitchscoop.exports import sheets
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import State

COLUMNS = ("at", "by", "name", "subject", "data", "position")
_PAGE = 500  # facts read at a time


async def audit_csv(state: State, event_id: str) -> AsyncGenerator[bytes, None]:
    """All facts of a log, oldest first."""
    yield sheets.MARK + sheets.lines([COLUMNS])
    after = ""
    while facts := await state.facts(event_id, after, _PAGE):
        yield sheets.lines(_row(fact) for fact in facts)
        after = facts[-1].position


def _row(fact: Fact) -> list[sheets.Cell]:
    data = json.dumps(dict(fact.data), ensure_ascii=False) if fact.data else None
    return [fact.at, fact.by, fact.name, fact.subject, data, fact.position]
