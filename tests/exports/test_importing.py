"""What an import meets: another's event of the same id, a server that died, and a worker afterwards."""

import json
from typing import Any

import pytest

from pitchscoop.kernel import keys
from pitchscoop.main import Parts
from pitchscoop.organizing.running_order import Order
from tests.exports.pitches import ORGANIZER, kept
from tests.stories.test_event_json import refused, taken_away


async def _taken_in(parts: Parts, document: dict[str, Any]) -> None:
    async def once() -> Any:
        yield json.dumps(document).encode()

    await parts.engine.import_event(ORGANIZER, once(), 1 << 20)


async def test_what_was_taken_in_or_rebuilt_is_written_to_storage_and_looked_at(parts: Parts) -> None:
    document, engine = await taken_away(parts), parts.engine
    await _taken_in(parts, document)
    event_id = document["event"]["event_id"]
    assert await engine.completion.run_once()
    key = keys.event_json(event_id)
    assert [stored.key for stored in await engine.storage.list_audio(f"{keys.EVENTS}{event_id}/")] == [key]
    record = await engine.events.record(event_id)
    assert record is not None
    while await engine.completion.run_once():
        pass
    await engine.events.rebuild(event_id, record)
    assert [due.session_id for due in await engine.state.due(2**52, 99)] == [keys.event(event_id)]


async def test_an_import_that_was_cut_short_goes_on_whatever_a_worker_did_since(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, engine = await taken_away(parts), parts.engine

    async def killed(*_: object) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as patch:
        patch.setattr(engine.events, "rebuild", killed)
        with pytest.raises(ConnectionAbortedError):
            await _taken_in(parts, document)
    (session,) = document["sessions"]
    await engine.sessions.change(
        session["session_id"], "measured", lambda now: now.model_copy(update={"loudness": -20.0})
    )
    await _taken_in(parts, document)
    assert (await engine.events.get(document["event"]["event_id"])).name == "E"


@pytest.mark.parametrize("held", ["team", "judge", "session", "schedule"])
async def test_an_event_without_a_row_that_has_something_is_not_merged_into(parts: Parts, held: str) -> None:
    engine = parts.engine
    document = await taken_away(parts)
    document["event"]["event_id"] = "default"
    document |= {"teams": [], "sessions": []}
    if held == "team":
        await engine.organizing.add_team(ORGANIZER, "default", "Tide")
    elif held == "judge":
        await engine.organizing.add_judge(ORGANIZER, "default", "Ada")
    elif held == "schedule":
        await engine.running_orders.write(ORGANIZER, "default", Order(slot_seconds=60))
    else:
        await kept(engine, "default", "Tide", b"sound")
    assert await engine.state.read(keys.event("default")) is None
    assert await refused(parts, json.dumps(document).encode()) == "event_exists"
