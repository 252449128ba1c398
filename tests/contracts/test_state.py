"""Every sentence of ``kernel.state.State`` about rows and indexes, against both adapters."""

import asyncio
import contextlib
import datetime as dt
import random

import pytest

from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.errors import StaleWrite
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Indexed, Placed, Put, Row, Seen, State
from tests.contracts.states import DONE, EVENT, INDEX, KEY, Open, fact, names, refused, team, without_position


async def everything(state: State) -> tuple[object, ...]:
    """All there is to see of an event."""
    teams = [await state.read(team(number)) for number in range(5)]
    places = [await state.page(index, None, 100) for index in (INDEX, DONE)]
    return await state.read(KEY), teams, places, await state.facts(EVENT), await state.due(2**50, 100)


async def test_a_row_is_read_as_it_was_committed(state: State) -> None:
    assert await state.read(KEY) is None
    await state.commit(EVENT, [Put(KEY, 0, {"name": "Boston", "empty": ""})])
    assert await state.read(KEY) == Row(KEY, 1, {"name": "Boston", "empty": ""})
    await state.commit(EVENT, [Put(KEY, 1, {"city": "Cambridge"})])
    assert await state.read(KEY) == Row(KEY, 2, {"city": "Cambridge"})
    await state.commit(EVENT, [Put(KEY, 2, {})])
    assert await state.read(KEY) == Row(KEY, 3, {})


@pytest.mark.parametrize("version", [0, 1, 3, 99])
async def test_a_stale_write_changes_nothing(state: State, version: int) -> None:
    await state.commit(EVENT, [Put(KEY, 0, {"turn": "1"})])
    await state.commit(EVENT, [Put(KEY, 1, {"turn": "2"})])
    await refused(state.commit(EVENT, [Put(KEY, version, {"turn": "never"})]))
    await refused(state.commit(EVENT, [Put(KEY, version, None)]))
    assert await state.read(KEY) == Row(KEY, 2, {"turn": "2"})


async def test_a_row_that_is_not_there_cannot_be_changed(state: State) -> None:
    await refused(state.commit(EVENT, [Put(KEY, 1, {"name": "Boston"})]))
    await refused(state.commit(EVENT, [Put(KEY, 1, None)]))
    assert await state.read(KEY) is None


@pytest.mark.parametrize("place", range(3))
async def test_one_stale_row_and_nothing_of_the_commit_happens(state: State, place: int) -> None:
    await state.commit(EVENT, [Put(team(0), 0, {"name": "A"}, {INDEX: 7})], [fact()], [Due(EVENT, "s", 5)])
    before = await everything(state)
    puts = [Put(KEY, 0, {"name": "new"}, {INDEX: 9}), Put(team(0), 1, None)]
    puts.insert(place, Put(team(1), 4, {"name": "stale"}, {DONE: 1}))
    await refused(state.commit(EVENT, puts, [fact("never")], [Due(EVENT, "s", None), Due(EVENT, "t", 1)]))
    assert await everything(state) == before


@pytest.mark.parametrize(("seen", "well"), [(Seen(KEY, 1), True), (Seen(KEY, 0), False), (Seen(KEY, 2), False)])
async def test_a_commit_stands_only_while_what_it_was_decided_on_does(state: State, seen: Seen, *, well: bool) -> None:
    await state.commit(EVENT, [Put(KEY, 0, {"name": "Boston"}, {INDEX: 7})])
    before = await everything(state)
    attempt = state.commit(EVENT, [Put(team(1), 0, {})], [fact()], [Due(EVENT, "s", 5)], [Seen(team(2), 0), seen])
    if well:
        await attempt
        assert await state.read(team(1)) == Row(team(1), 1, {})
    else:
        await refused(attempt)
        assert await everything(state) == before
    assert await state.page(INDEX, None, 9) == [Placed(Row(KEY, 1, {"name": "Boston"}), 7)]


async def test_what_must_be_missing_must_be_missing(state: State) -> None:
    await state.commit(EVENT, [Put(team(1), 0, {})], seen=[Seen(KEY, 0)])
    await state.commit(EVENT, [Put(KEY, 0, {})])
    await refused(state.commit(EVENT, [Put(team(1), 1, {"n": "2"})], seen=[Seen(KEY, 0)]))
    await state.commit(EVENT, [Put(KEY, 1, None)])
    await state.commit(EVENT, [Put(team(1), 1, {"n": "2"})], seen=[Seen(KEY, 0)])


async def test_rows_indexes_facts_and_due_times_change_together(state: State) -> None:
    puts = [Put(team(number), 0, {"n": str(number)}, {INDEX: number, DONE: 10 - number}) for number in range(3)]
    await state.commit(EVENT, puts, [fact("first"), fact("second")], [Due(EVENT, "s", 5), Due(EVENT, "t", 4)])
    assert await names(state, INDEX) == [team(2), team(1), team(0)]
    assert await names(state, DONE) == [team(0), team(1), team(2)]
    assert [found.name for found in await state.facts(EVENT)] == ["first", "second"]
    assert await state.due(5, 10) == [Due(EVENT, "t", 4), Due(EVENT, "s", 5)]


async def test_a_deleted_row_leaves_all_indexes_and_may_come_again(state: State) -> None:
    await state.commit(EVENT, [Put(KEY, 0, {"name": "Boston"}, {INDEX: 1, DONE: 2})])
    await state.commit(EVENT, [Put(KEY, 1, None)])
    assert await state.read(KEY) is None
    assert (await state.count(INDEX), await state.count(DONE)) == (0, 0)
    assert await state.page(INDEX, None, 10) == []
    await state.commit(EVENT, [Put(KEY, 0, {"name": "Boston"}, {DONE: 3})])
    assert (await state.count(INDEX), await state.count(DONE)) == (0, 1)


async def test_a_row_stands_in_the_indexes_last_named(state: State) -> None:
    await state.commit(EVENT, [Put(KEY, 0, {"a": "1"}, {INDEX: 1, DONE: 2})])
    await state.commit(EVENT, [Put(KEY, 1, {"a": "2"}, {INDEX: 3})])
    assert (await state.count(INDEX), await state.count(DONE)) == (1, 0)
    assert await state.page(INDEX, None, 10) == [Placed(Row(KEY, 2, {"a": "2"}), 3)]
    await state.commit(EVENT, [Put(KEY, 2, {"a": "3"})])
    assert await state.page(INDEX, None, 10) == []


async def walk(state: State, limit: int) -> list[tuple[int, str]]:
    """All places of the index, page by page."""
    places: list[tuple[int, str]] = []
    before = None
    while page := await state.page(INDEX, before, limit):
        places += [(placed.score, placed.row.key) for placed in page]
        before = places[-1]
    return places


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_pages_come_highest_score_then_highest_key_and_miss_nobody(state: State, limit: int) -> None:
    now = micros(utc_now())
    scores = [now + number // 6 for number in range(20)]  # six at a time stand at the same microsecond
    await state.commit(EVENT, [Put(team(n), 0, {"n": str(n)}, {INDEX: score}) for n, score in enumerate(scores)])
    expected = sorted(((score, team(n)) for n, score in enumerate(scores)), reverse=True)
    assert await walk(state, limit) == expected
    assert await state.count(INDEX) == 20


async def test_many_indexes_are_counted_in_the_order_they_were_named(state: State) -> None:
    assert await state.counts([]) == []
    await state.commit(EVENT, [Put(team(at), 0, {}, {INDEX: at} | ({DONE: 1} if at else {})) for at in range(3)])
    named = [DONE, "index:{boston}:nothing", INDEX, DONE]
    assert await state.counts(named) == [2, 0, 3, 2]
    assert await state.counts(named * 300) == [2, 0, 3, 2] * 300


@pytest.mark.parametrize("gone", range(9))
async def test_a_cursor_whose_row_is_gone_still_marks_its_place(state: State, gone: int) -> None:
    scores = [5, 5, 5, 6, 6, 6, 6, 7, 8]
    await state.commit(EVENT, [Put(team(n), 0, {}, {INDEX: score}) for n, score in enumerate(scores)])
    await state.commit(EVENT, [Put(team(gone), 1, None)])
    places = sorted(((score, team(n)) for n, score in enumerate(scores)), reverse=True)
    after = [place for place in places if place < (scores[gone], team(gone))]
    page = await state.page(INDEX, (scores[gone], team(gone)), 100)
    assert [(placed.score, placed.row.key) for placed in page] == after


async def test_keys_of_equal_score_are_ordered_by_their_bytes(state: State) -> None:
    rows = [keys.team(EVENT, name) for name in ("a", "B", "é", "z", "zz", "Z", "\U0001f600", "￮")]
    await state.commit(EVENT, [Put(key, 0, {}, {INDEX: 1}) for key in rows])
    assert await walk(state, 3) == [(1, key) for key in sorted(rows, key=str.encode, reverse=True)]


async def test_a_page_stays_full_while_rows_leave(open_state: Open) -> None:
    reader, writer = await open_state(), await open_state()
    await writer.commit(EVENT, [Put(team(n), 0, {}, {INDEX: n}) for n in range(200)])

    async def leave() -> None:
        for number in range(199, 99, -1):
            fields = {"has": "left"} if number % 2 else None
            await writer.commit(EVENT, [Put(team(number), 1, fields)])

    leaving = asyncio.create_task(leave())
    while not leaving.done():
        page = await reader.page(INDEX, None, 50)
        assert len(page) == 50
        assert all(placed.row.fields == {} for placed in page)
        assert [placed.score for placed in page] == sorted((placed.score for placed in page), reverse=True)
    await leaving


async def test_events_are_known_from_their_first_commit_in_order_of_name(open_state: Open) -> None:
    state = await open_state()
    assert await state.event_ids() == []
    for event_id in ("zürich", "boston", "default", "boston"):
        await state.commit(event_id, [Put(keys.event(event_id), 0, {})] if event_id != "boston" else [])
    assert await (await open_state()).event_ids() == ["boston", "default", "zürich"]


async def test_rows_outside_events_have_neither_facts_nor_due_times(state: State) -> None:
    row = keys.token("secret")
    await state.commit(None, [Put(row, 0, {"role": "judge"})])
    assert await state.read(row) == Row(row, 1, {"role": "judge"})
    assert await state.event_ids() == []
    for facts, due in (([fact()], []), ([], [Due(EVENT, "s", 1)])):
        with pytest.raises(ValueError, match="belong to the event"):
            await state.commit(None, [Put(row, 1, {})], facts, due)


async def walked(state: State) -> dict[str, Indexed]:
    found = [indexed async for indexed in state.walk()]
    assert len({indexed.row.key for indexed in found}) == len(found)
    return {indexed.row.key: indexed for indexed in found}


async def test_a_walk_finds_every_row_with_its_places(state: State) -> None:
    assert await walked(state) == {}
    for batch in range(0, 1500, 100):
        places = [{INDEX: n, DONE: -n} if n % 3 else {} for n in range(batch, batch + 100)]
        puts = [Put(team(batch + n), 0, {"n": str(batch + n)}, indexes) for n, indexes in enumerate(places)]
        await state.commit(EVENT, puts, [fact()], [Due(EVENT, "s", batch)])
    await state.commit("oslo", [Put(keys.event("oslo"), 0, {"name": "Oslo"})])
    await state.commit(None, [Put(keys.token("secret"), 0, {"role": "judge"})])
    await state.commit(EVENT, [Put(team(7), 1, None), Put(team(8), 1, {"n": "moved"}, {DONE: 3})])
    await state.remember("once:x", "a note", 60)
    found = await walked(state)
    assert len(found) == 1501
    assert found[keys.token("secret")] == Indexed(Row(keys.token("secret"), 1, {"role": "judge"}), {})
    assert found[team(8)] == Indexed(Row(team(8), 2, {"n": "moved"}), {DONE: 3})
    assert found[team(1000)] == Indexed(Row(team(1000), 1, {"n": "1000"}), {INDEX: 1000, DONE: -1000})
    assert team(7) not in found


async def test_a_hundred_writers_of_one_row_lose_nothing(open_state: Open) -> None:
    states = [await open_state(), await open_state()]
    await states[0].commit(EVENT, [Put(KEY, 0, {"count": "0"})])

    async def add(state: State, writer: int) -> None:
        while True:
            row = await state.read(KEY)
            assert row
            fields = {**row.fields, "count": str(int(row.fields["count"]) + 1), f"writer_{writer}": "was here"}
            with contextlib.suppress(StaleWrite):
                await state.commit(EVENT, [Put(KEY, row.version, fields, {INDEX: 5})], [fact(f"w{writer}")])
                return

    await asyncio.gather(*(add(states[number % 2], number) for number in range(100)))
    row = await states[0].read(KEY)
    assert row
    assert (row.version, row.fields["count"], len(row.fields)) == (101, "100", 101)
    assert {found.name for found in await states[1].facts(EVENT)} == {f"w{number}" for number in range(100)}
    assert await states[1].page(INDEX, None, 10) == [Placed(row, 5)]


@pytest.mark.parametrize(
    "text", ["Zoë 🎤 مرحبا \u202e", "a\0b\r\n\"'\\/", "{}[]:*?%s$1", "9" * 8_000_000, "é" * 500_000]
)
async def test_any_text_fits(state: State, text: str) -> None:
    row = keys.team(EVENT, text[:50])
    kept = Fact("said", EVENT, text, text, {text: text})
    await state.commit(EVENT, [Put(row, 0, {"text": text, text[:50]: "x"}, {INDEX: 1})], [kept])
    assert await state.page(INDEX, None, 1) == [Placed(Row(row, 1, {"text": text, text[:50]: "x"}), 1)]
    assert [without_position(found) for found in await state.facts(EVENT)] == [kept]
    assert await state.remember(keys.once("answer", text), text, 60) is None
    assert await state.recall(keys.once("answer", text)) == text


async def test_scores_are_exact_to_the_microsecond(state: State) -> None:
    latest = micros(dt.datetime(2200, 1, 1, tzinfo=dt.UTC))
    await state.commit(EVENT, [Put(team(n), 0, {}, {INDEX: latest + n}) for n in range(3)])
    assert [placed.score for placed in await state.page(INDEX, None, 3)] == [latest + 2, latest + 1, latest]
    await state.commit(EVENT, [], [], [Due(EVENT, "s", latest + 1)])
    assert await state.due(latest, 1) == []
    assert await state.claim(Due(EVENT, "s", latest + 1), latest + 2) is True


async def test_a_commit_that_is_given_up_is_whole_or_not_there(state: State) -> None:
    version = 0
    for turn in range(60):
        puts = [Put(team(n), version, {"turn": str(turn)}, {INDEX: turn}) for n in range(5)]
        task = asyncio.create_task(state.commit(EVENT, puts, [fact(str(turn))]))
        await asyncio.sleep(random.uniform(0, 0.004))
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await state.remember("once:settled", "", 60)  # after whatever the cancelled commit still had under way
        rows = [await state.read(team(n)) for n in range(5)]
        versions = {row.version if row else 0 for row in rows}
        assert len(versions) == 1
        version = versions.pop()
        assert len(await state.facts(EVENT)) == version


async def test_the_check_names_the_store_and_writes_to_it(state: State) -> None:
    name, version = (await state.check()).split()
    assert name in ("Redis", "Valkey", "SQLite")
    assert version[0].isdigit()
