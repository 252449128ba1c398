"""What judges saved outlives the loss of state; what was deleted is nowhere; and what was changed is told."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pitchscoop.kernel import keys, rows
from pitchscoop.kernel.state import Due, Put
from pitchscoop.main import Parts
from pitchscoop.scoring import copies as module
from pitchscoop.scoring.model import Card, broken
from tests.exports.pitches import ORGANIZER
from tests.scoring.judged import WHOLE, Judged, code, copies, judged, scored, worked
from tests.servers.place import Place
from tests.upkeep.pitches import checked


async def state_of(parts: Parts, event_id: str) -> dict[str, Any]:
    """All that state holds of cards, but for how often a row was written."""
    return {
        found.row.key: (dict(found.row.fields), dict(found.indexes))
        async for found in parts.engine.state.walk()
        if found.row.key.startswith(keys.CARDS) and keys.tag(found.row.key) == event_id
    }


async def files_of(parts: Parts, event_id: str) -> dict[str, bytes]:
    storage = parts.engine.storage
    found = await storage.list_audio(keys.cards_folder(event_id))
    return {one.key: b"".join([piece async for piece in storage.read_audio(one.key)]) for one in found}


async def test_entries_are_copied_in_files_that_are_only_added_to(parts: Parts) -> None:
    here = await judged(parts.engine, teams=2, judges=3)
    await scored(here)
    await worked(parts)
    first = await files_of(parts, here.event_id)
    assert list(first) == [keys.cards_json(here.event_id, 1)]
    await parts.engine.cards.save(here.judges[0], here.pitches[0], {"comment": "more"})
    await worked(parts)
    second = await files_of(parts, here.event_id)
    assert second.items() >= first.items()
    assert list(second) == [keys.cards_json(here.event_id, 1), keys.cards_json(here.event_id, 13)]
    assert [entry.number for entry in await copies(parts).stored(here.event_id)] == list(range(1, 14))
    assert await checked(parts) == []


async def test_a_judge_who_goes_on_saving_makes_few_files(parts: Parts) -> None:
    here = await judged(parts.engine)
    for number in range(10):
        await parts.engine.cards.save(here.judges[0], here.pitches[0], {"comment": str(number)})
        await parts.engine.completion.run_once()
    assert len(await files_of(parts, here.event_id)) == 1


async def test_workers_who_copy_at_once_leave_one_whole_copy(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    async with place.parts() as one, place.parts() as two:
        here = await judged(one.engine, teams=3, judges=3)
        await scored(here)
        for _ in range(10):
            await asyncio.gather(*[copies(each)._copy(here.event_id) for each in (one, two) * 2])
        stored = await copies(one).stored(here.event_id)
    assert [entry.number for entry in stored] == list(range(1, 19))
    assert broken(stored) is None


async def test_a_worker_that_was_held_up_writes_over_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async with place.parts() as one, place.parts() as two:
        here = await judged(one.engine)
        await one.engine.cards.save(here.judges[0], here.pitches[0], {"comment": "first"})
        entries = one.engine.ledger.entries

        async def held_up(*arguments: Any) -> Any:
            monkeypatch.setattr(one.engine.ledger, "entries", entries)
            found = await entries(*arguments)
            await two.engine.cards.save(here.judges[0], here.pitches[0], {"comment": "second"})
            assert await copies(two)._copy(here.event_id)
            return found

        monkeypatch.setattr(one.engine.ledger, "entries", held_up)
        assert not await copies(one)._copy(here.event_id)
        assert [entry.number for entry in await copies(one).stored(here.event_id)] == [1, 2]


async def test_lost_state_comes_back_with_its_cards(place: Place) -> None:
    async with place.parts() as parts:
        here = await judged(parts.engine, teams=3, judges=4)
        await scored(here)
        await parts.engine.delete(ORGANIZER, here.pitches[0])
        await worked(parts)
        before, said = await state_of(parts, here.event_id), list[str]()
        cards = [await parts.engine.cards.of_session(ORGANIZER, session) for session in here.pitches[1:]]
    place.lose_state()
    async with place.parts() as parts:
        assert await parts.upkeep.reindex(said.append)
        assert await state_of(parts, here.event_id) == before
        again = [await parts.engine.cards.of_session(ORGANIZER, session) for session in here.pitches[1:]]
        assert [_without_revision(found) for found in again] == [_without_revision(found) for found in cards]
        await worked(parts)
        assert await checked(parts) == []
        saved = await parts.engine.cards.save(here.judges[0], here.pitches[1], {"comment": "goes on"})
        assert saved.comment == "goes on"
        assert broken(await parts.engine.ledger.entries(here.event_id)) is None


def _without_revision(cards: list[Any]) -> list[dict[str, Any]]:
    return [card.model_dump(exclude={"revision"}) for card in cards]


async def test_a_backup_has_all_cards_and_state_has_them_again(place: Place, tmp_path: Path) -> None:
    async with place.parts() as parts:
        here = await judged(parts.engine, teams=2, judges=2)
        await scored(here)
        await worked(parts)
        before = await state_of(parts, here.event_id)
        assert await parts.upkeep.backup(tmp_path / "a.zip", None, lambda _: None)
        await parts.engine.storage.delete_audio(keys.EVENTS)
        await parts.engine.storage.delete_audio(keys.SESSIONS)
    place.lose_state()
    async with place.parts() as parts:
        for _ in range(2):
            await parts.upkeep.restore(tmp_path / "a.zip", lambda _: None)
            assert await state_of(parts, here.event_id) == before
        await worked(parts)
        assert await checked(parts) == []
        assert [entry.number for entry in await copies(parts).stored(here.event_id)] == list(range(1, 9))


async def test_a_deleted_session_leaves_nothing_of_its_cards_anywhere(parts: Parts) -> None:
    here = await judged(parts.engine, teams=2, judges=3)
    await scored(here)
    await worked(parts)
    kept_before = [card.digest for card in await parts.engine.ledger.cards(here.event_id, "session", here.pitches[1])]
    await parts.engine.delete(ORGANIZER, here.pitches[0])
    await worked(parts)
    gone = here.pitches[0].encode()
    assert not any(gone in content for content in (await files_of(parts, here.event_id)).values())
    rest = await state_of(parts, here.event_id)
    assert gone.decode() not in json.dumps(rest)
    assert len(await copies(parts).stored(here.event_id)) == 13
    entries = await parts.engine.ledger.entries(here.event_id)
    assert [entry.number for entry in entries if entry.card is None] == [1, 2, 5, 6, 9, 10, 13]
    assert entries[-1].erased == (1, 2, 5, 6, 9, 10)
    assert broken(entries) is None
    left = [card.digest for card in await parts.engine.ledger.cards(here.event_id)]
    assert left == kept_before
    names = [fact.name for fact in await parts.engine.state.facts(here.event_id)]
    assert names.count("cards_erased") == 1
    assert await checked(parts) == []


@pytest.mark.parametrize("step", ["blank", "_copy", "_rewrite", "forget"])
async def test_an_erasure_that_was_cut_short_is_brought_to_its_end(
    parts: Parts, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await judged(parts.engine, teams=2, judges=2)
    await scored(here)
    await worked(parts)

    async def killed(*_: object) -> None:
        raise ConnectionAbortedError

    where: Any = parts.engine.ledger if step in ("blank", "forget") else copies(parts)
    with monkeypatch.context() as patch:
        patch.setattr(where, step, killed)
        with pytest.raises(ConnectionAbortedError):
            await parts.engine.delete(ORGANIZER, here.pitches[0])
    await worked(parts)
    assert here.pitches[0] not in json.dumps(await state_of(parts, here.event_id))
    assert not any(here.pitches[0].encode() in found for found in (await files_of(parts, here.event_id)).values())
    assert broken(await parts.engine.ledger.entries(here.event_id)) is None
    assert await checked(parts) == []


async def test_judges_may_go_on_while_sessions_are_deleted(place: Place) -> None:
    async with place.parts() as one, place.parts() as two:
        here = await judged(one.engine, teams=4, judges=10)
        await scored(here)
        saves = [
            one.engine.cards.save(judge, here.pitches[3], {"comment": f"{turn}"})
            for judge in here.judges
            for turn in range(5)
        ]
        deletes = [two.engine.delete(ORGANIZER, session) for session in here.pitches[:3]]
        await asyncio.gather(*saves, *deletes)
        await worked(one)
        await worked(two)
        entries = await one.engine.ledger.entries(here.event_id)
        assert broken(entries) is None
        assert {entry.card.session_id for entry in entries if entry.card} == {here.pitches[3]}
        assert await checked(one) == []


async def test_a_deleted_event_takes_its_cards_with_it(parts: Parts) -> None:
    here = await judged(parts.engine, teams=2, judges=2)
    await scored(here)
    await worked(parts)
    await parts.engine.cards.save(here.judges[0], here.pitches[0], {"comment": "just now"})
    await parts.engine.organizing.delete_event(ORGANIZER, here.event_id)
    assert await code(parts.engine.cards.save(here.judges[0], here.pitches[0], {"comment": "later"})) == "no_such_event"
    await worked(parts)
    assert await state_of(parts, here.event_id) == {}
    assert await parts.engine.storage.list_audio(keys.event_folder(here.event_id)) == []
    assert [due for due in await parts.engine.state.due(2**52, 99) if due.event_id == here.event_id] == []


async def test_what_retention_removes_takes_its_cards_along(parts: Parts) -> None:
    here = await judged(parts.engine, teams=2)
    await scored(here)
    await parts.engine.sessions.delete(here.pitches[0])
    assert {card.session_id for card in await parts.engine.ledger.cards(here.event_id)} == {here.pitches[1]}


Cause = Callable[[Parts, Judged], Awaitable[object]]


async def _row(parts: Parts, key: str, **changed: str) -> None:
    row = await parts.engine.state.read(key)
    assert row
    found = [one async for one in parts.engine.state.walk() if one.row.key == key]
    put = Put(key, row.version, dict(row.fields) | changed, found[0].indexes)
    await parts.engine.state.commit(keys.tag(key), [put])


async def _better(parts: Parts, here: Judged) -> None:
    card = (await parts.engine.ledger.cards(here.event_id))[0]
    key = keys.card(here.event_id, card.session_id, card.judge_id)
    await _row(parts, key, scores=json.dumps(WHOLE | {"problem": 10.0}))


async def _entry_changed(parts: Parts, here: Judged) -> None:
    entry = await parts.engine.ledger.entry(here.event_id, 3)
    assert entry
    assert entry.card
    card = json.dumps(entry.card.model_copy(update={"comment": "x"}).model_dump(mode="json"))
    await _row(parts, keys.card_entry(here.event_id, 3), card=card)


async def _entry_gone(parts: Parts, here: Judged) -> None:
    row = await parts.engine.state.read(keys.card_entry(here.event_id, 2))
    assert row
    await parts.engine.state.commit(here.event_id, [Put(row.key, row.version, None)])


async def _last_gone(parts: Parts, here: Judged) -> None:
    row = await parts.engine.state.read(keys.card_entry(here.event_id, 4))
    assert row
    await parts.engine.state.commit(here.event_id, [Put(row.key, row.version, None)])


async def _misplaced(parts: Parts, here: Judged) -> None:
    card = (await parts.engine.ledger.cards(here.event_id))[0]
    key = keys.card(here.event_id, card.session_id, card.judge_id)
    await parts.engine.state.commit(here.event_id, [Put(key, card.revision, rows.encode(card), {})])


async def _orphan(parts: Parts, here: Judged) -> None:
    card = (await parts.engine.ledger.cards(here.event_id))[0]
    other: Card = card.model_copy(update={"session_id": "nobody"})
    key = keys.card(here.event_id, "nobody", card.judge_id)
    places = {keys.cards_index(here.event_id, *facet): 1 for facet in ((), ("session", "nobody"))}
    await parts.engine.state.commit(here.event_id, [Put(key, 0, rows.encode(other), places)])


async def _no_copy(parts: Parts, here: Judged) -> None:
    await parts.engine.storage.delete_audio(keys.cards_folder(here.event_id))


async def _other_copy(parts: Parts, here: Judged) -> None:
    key = keys.cards_json(here.event_id, 1)
    content = (await files_of(parts, here.event_id))[key].replace(b"By 0", b"By 9")
    await parts.engine.storage.upload_audio(key, content, "application/json")


async def _unreadable_copy(parts: Parts, here: Judged) -> None:
    await parts.engine.storage.upload_audio(keys.cards_json(here.event_id, 1), b"[", "application/json")


@pytest.mark.parametrize(
    ("cause", "said", "mended"),
    [
        (_better, "is not what was saved last", False),
        (_entry_changed, "number 3 was changed", False),
        (_entry_gone, "number 2 was changed, or is missing", False),
        (_last_gone, "are not what was saved: 3 are there of 4", False),
        (_misplaced, "does not stand in the lists", True),
        (_orphan, "is of a session that is gone", True),
        (_no_copy, "are not all copied", True),
        (_other_copy, "are others in storage", False),
        (_unreadable_copy, "cannot be read in storage", False),
    ],
)
async def test_what_is_wrong_with_cards_is_told_and_mended_where_it_can_be(
    parts: Parts, cause: Cause, said: str, *, mended: bool
) -> None:
    here = await judged(parts.engine, judges=2)
    await scored(here)
    await worked(parts)
    assert await checked(parts) == []
    await cause(parts, here)
    found = await checked(parts)
    assert any(said in line for line in found), found
    await checked(parts, mend=True)
    await worked(parts)
    assert (await checked(parts) == []) == mended


async def test_what_storage_has_of_a_state_that_went_back_in_time_is_put_back(parts: Parts) -> None:
    here = await judged(parts.engine, judges=3)
    await scored(here)
    await worked(parts)
    ledger, state = parts.engine.ledger, parts.engine.state
    for number in (6, 5):  # as if the last commits had not been there
        row = await state.read(keys.card_entry(here.event_id, number))
        head = await state.read(keys.cards(here.event_id))
        before = await ledger.entry(here.event_id, number - 1)
        assert row
        assert head
        assert before
        fields = {"number": str(before.number), "chain": before.chain}
        await state.commit(here.event_id, [Put(row.key, row.version, None), Put(head.key, head.version, fields)])
    card = await ledger.card(here.event_id, here.pitches[0], here.judges[2].judge_id or "")
    assert card
    await state.commit(
        here.event_id,
        [Put(keys.card(here.event_id, card.session_id, card.judge_id), card.revision, None)],
        [],
        [Due(here.event_id, keys.cards(here.event_id), None)],
    )
    assert any("state has not all of them" in line for line in await checked(parts))
    await checked(parts, mend=True)
    assert len(await ledger.entries(here.event_id)) == 6
    found = await ledger.card(here.event_id, here.pitches[0], here.judges[2].judge_id or "")
    assert found
    assert found.digest == card.digest
    assert await checked(parts) == []
