"""What stands for all cards is in the log once for each publication, whatever comes in between."""

from typing import Any

import pytest

from pitchscoop.kernel.errors import Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.main import Parts
from tests.exports.pitches import ORGANIZER
from tests.scoring.judged import WHOLE, Judged, judged


async def _sealed(here: Judged) -> list[dict[str, Any]]:
    facts = await here.engine.state.facts(here.event_id)
    return [dict(fact.data) for fact in facts if fact.name == "standings_published"]


async def _head(here: Judged) -> dict[str, Any]:
    head = await here.engine.ledger.head(here.event_id)
    return {"number": head.number, "chain": head.chain}


@pytest.mark.parametrize("commits", [0, 1])
async def test_a_publication_that_state_cuts_short_is_noted_by_the_next_try(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    here = await judged(parts.engine)
    await parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": WHOLE})
    state, left = parts.engine.state, commits
    commit = state.commit

    async def away(*given: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Unavailable("state_unavailable", "State is away.")
        await commit(*given)
        if left == 0:  # it was done, and the answer is lost
            raise Unavailable("state_unavailable", "State is away.")

    with monkeypatch.context() as broken:
        broken.setattr(state, "commit", away)
        with pytest.raises(Unavailable):
            await parts.engine.organizing.move_event(ORGANIZER, here.event_id, "published")
    event = await parts.engine.organizing.move_event(ORGANIZER, here.event_id, "published")
    assert event.stage == "published"
    assert await _sealed(here) == [await _head(here)]


async def test_each_publication_is_noted_and_one_that_is_asked_for_again_is_not(parts: Parts) -> None:
    here = await judged(parts.engine)
    noted = []
    for value in (3, 4):
        await parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": WHOLE | {"problem": value}})
        noted.append(await _head(here))
        for stage in ("frozen", "published", "published", "frozen", "open"):
            await parts.engine.organizing.move_event(ORGANIZER, here.event_id, stage)
    assert await _sealed(here) == noted
    assert [one["number"] for one in noted] == [1, 2]


async def test_a_card_that_is_saved_in_the_last_moment_is_under_the_seal(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await judged(parts.engine)
    state = parts.engine.state
    commit = state.commit

    async def overtaken(event_id: str, puts: Any, facts: list[Fact], *more: Any) -> None:
        if any(fact.name == "event_moved" for fact in facts):
            monkeypatch.undo()
            await parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": WHOLE})
        await commit(event_id, puts, facts, *more)

    monkeypatch.setattr(state, "commit", overtaken)
    await parts.engine.organizing.move_event(ORGANIZER, here.event_id, "published")
    assert await _sealed(here) == [await _head(here)]
    assert (await _head(here))["number"] == 1
