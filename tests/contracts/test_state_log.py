"""Facts, due times and notes: the other half of ``kernel.state.State``, against both adapters."""

import asyncio
import random

import pytest

from pitchscoop.kernel import keys
from pitchscoop.kernel.clock import micros, utc_now
from pitchscoop.kernel.errors import Invalid
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, State
from tests.contracts.states import EVENT, Follower, Open, fact, without_position


async def test_facts_come_in_order_after_a_position_and_of_their_event_only(state: State) -> None:
    assert (await state.facts(EVENT), await state.last_fact(EVENT)) == ([], None)
    written = [fact(f"happened_{number}") for number in range(25)]
    for start in range(0, 25, 5):
        await state.commit(EVENT, [], written[start : start + 5])
        other = Fact("elsewhere", "other", "x", utc_now().isoformat())
        await state.commit("other", [], [other])
    found: list[Fact] = []
    while page := await state.facts(EVENT, found[-1].position if found else "", 7):
        assert len(page) <= 7
        found += page
    assert [without_position(one) for one in found] == written
    assert len({one.position for one in found} - {""}) == 25
    assert await state.facts(EVENT, found[9].position) == found[10:]
    assert await state.last_fact(EVENT) == found[-1]


async def test_facts_come_newest_first_before_a_position(state: State) -> None:
    assert await state.latest(EVENT) == []
    await state.commit(EVENT, [], [fact(f"happened_{number}") for number in range(25)])
    await state.commit("other", [], [Fact("elsewhere", "other", "x", utc_now().isoformat())])
    in_order = await state.facts(EVENT)
    found: list[Fact] = []
    while page := await state.latest(EVENT, found[-1].position if found else "", 7):
        assert len(page) <= 7
        found += page
    assert found == in_order[::-1]
    assert await state.latest(EVENT, in_order[0].position) == []


@pytest.mark.parametrize("after", ["x", "-", "1-", "--", "1-2-3", "9" * 40, "\x00", "٣", " 1"])
async def test_a_position_that_no_fact_has_is_refused(state: State, after: str) -> None:
    for read in (state.facts, state.latest):
        with pytest.raises(Invalid) as refused:
            await read(EVENT, after)
        assert refused.value.code == "bad_cursor"


async def test_facts_are_followed_from_every_instance(open_state: Open) -> None:
    speakers = [await open_state(), await open_state()]
    follower = Follower(speakers[0])
    await follower.ready(speakers[1])
    said = [f"fact_{number}" for number in range(30)]
    for number, name in enumerate(said):
        await speakers[number % 2].commit(EVENT, [], [fact(name)])
    await follower.hears(said)
    kept = [found for found in await speakers[1].facts(EVENT) if found.name != "marker"]
    assert [found for found in follower.heard if found.name != "marker"] == kept
    await follower.stop()


async def test_a_follower_of_the_same_instance_hears_at_once(state: State) -> None:
    follower = Follower(state)
    await follower.ready(state)
    loop = asyncio.get_running_loop()
    waited = []
    for number in range(10):
        await asyncio.sleep(random.uniform(0, 0.02))
        start = loop.time()
        await state.commit(EVENT, [], [fact(f"fact_{number}")])
        await follower.hears([f"fact_{n}" for n in range(number + 1)])
        waited.append(loop.time() - start)
    await follower.stop()
    assert sorted(waited)[5] < 0.15  # half of them at least: the machine may be busy, but a poll takes 0.2


async def test_due_sessions_come_longest_waiting_first(state: State) -> None:
    now = micros(utc_now())
    for number, event_id in enumerate(["boston", "default", "oslo"] * 4):
        await state.commit(event_id, [], [], [Due(event_id, f"s{number}", now - 10 * number)])
    waiting = await state.due(now - 30, 5)
    assert [(due.session_id, due.at) for due in waiting] == [(f"s{n}", now - 10 * n) for n in (11, 10, 9, 8, 7)]
    assert [due.event_id for due in waiting[:3]] == ["oslo", "default", "boston"]
    assert len(await state.due(now - 30, 100)) == 9
    assert await state.due(now - 111, 100) == []


async def test_each_kind_of_work_has_due_times_of_its_own(state: State) -> None:
    words, advice = keys.transcript(EVENT, "s"), keys.advice(EVENT, "s")
    await state.commit(EVENT, [], [], [Due(EVENT, "s", 1), Due(EVENT, words, 2), Due(EVENT, advice, 3)])
    assert await state.due(9, 1) == [Due(EVENT, "s", 1)]
    (seen,) = await state.due(9, 9, "transcripts")
    assert seen == Due(EVENT, words, 2)
    assert await state.claim(seen, 5)
    assert await state.due(4, 9, "transcripts") == []
    await state.commit(EVENT, [], [], [Due(EVENT, words, None)])
    assert await state.due(9, 9, "transcripts") == []
    assert await state.due(9, 9) == [Due(EVENT, "s", 1)]
    assert await state.due(9, 9, "advice") == [Due(EVENT, advice, 3)]


async def test_a_due_time_moves_and_goes(state: State) -> None:
    await state.commit(EVENT, [], [], [Due(EVENT, "s", 10)])
    await state.commit(EVENT, [], [], [Due(EVENT, "s", 20)])
    assert await state.due(15, 10) == []
    assert await state.due(20, 10) == [Due(EVENT, "s", 20)]
    await state.commit(EVENT, [], [], [Due(EVENT, "s", None), Due(EVENT, "never", None)])
    assert await state.due(100, 10) == []


async def test_of_a_hundred_workers_one_wins(open_state: Open) -> None:
    workers = [await open_state(), await open_state()]
    now = micros(utc_now())
    await workers[0].commit(EVENT, [], [], [Due(EVENT, "s", now)])
    (seen,) = await workers[1].due(now, 1)
    until = [now + 60_000_000 + number for number in range(100)]
    won = await asyncio.gather(*(workers[number % 2].claim(seen, at) for number, at in enumerate(until)))
    assert won.count(True) == 1
    mine = Due(EVENT, "s", until[won.index(True)])
    assert await workers[0].due(now + 2**40, 10) == [mine]
    assert await workers[1].claim(mine, now + 9) is True
    assert await workers[1].claim(mine, now + 9) is False
    assert await workers[1].claim(Due(EVENT, "unknown", now), now + 9) is False
    assert await workers[1].claim(Due("elsewhere", "s", now + 9), now + 10) is False


async def test_letting_go_undoes_nobodys_wish_for_another_look(state: State) -> None:
    await state.commit(EVENT, [], [], [Due(EVENT, "s", 10), Due(EVENT, "t", 10)])
    assert await state.claim(Due(EVENT, "s", 9), None) is False
    assert await state.claim(Due("elsewhere", "s", 10), None) is False
    assert await state.due(10, 10) == [Due(EVENT, "s", 10), Due(EVENT, "t", 10)]
    assert await state.claim(Due(EVENT, "s", 10), None) is True
    assert await state.claim(Due(EVENT, "s", 10), None) is False
    assert await state.due(10, 10) == [Due(EVENT, "t", 10)]


async def test_a_note_stays_until_it_is_replaced_forgotten_or_old(state: State) -> None:
    assert await state.recall("once:x") is None
    assert await state.remember("once:x", "first", 60) is None
    assert await state.remember("once:x", "second", 60) == "first"
    assert await state.recall("once:x") == "first"
    assert await state.remember("once:x", "third", 1, replace=True) == "first"
    assert await state.recall("once:x") == "third"
    await asyncio.sleep(1.1)
    assert await state.recall("once:x") is None
    assert await state.forget("once:x") is False
    assert await state.remember("once:x", "fourth", 60) is None
    assert await state.forget("once:x") is True
    assert await state.recall("once:x") is None


async def test_an_existing_note_keeps_its_time(state: State) -> None:
    await state.remember("once:x", "first", 1)
    assert await state.remember("once:x", "second", 60) == "first"
    await asyncio.sleep(1.1)
    assert await state.remember("once:x", "third", 60) is None


async def test_a_note_is_swapped_only_where_it_is_what_was_seen(state: State) -> None:
    assert await state.swap("once:x", "first", "second", 60) is False
    assert await state.recall("once:x") is None
    await state.remember("once:x", "first", 1)
    assert await state.swap("once:x", "other", "second", 60) is False
    assert await state.swap("once:x", "other", None) is False
    assert await state.swap("once:x", "first", "", 60) is True
    assert await state.swap("once:x", "", "ünï ☃", 60) is True
    await asyncio.sleep(1.1)
    assert await state.recall("once:x") == "ünï ☃"
    assert await state.swap("once:x", "ünï ☃", "last", 1) is True
    await asyncio.sleep(1.1)
    assert await state.swap("once:x", "last", "more", 60) is False
    await state.remember("once:x", "again", 60)
    assert await state.swap("once:x", "again", None) is True
    assert await state.recall("once:x") is None


async def test_of_many_one_swaps(open_state: Open) -> None:
    states = [await open_state(), await open_state()]
    await states[0].remember("once:x", "first", 60)
    swapped = await asyncio.gather(*(states[n % 2].swap("once:x", "first", str(n), 60) for n in range(20)))
    assert swapped.count(True) == 1
    assert await states[0].recall("once:x") == str(swapped.index(True))


async def test_of_many_one_remembers_and_one_forgets(open_state: Open) -> None:
    states = [await open_state(), await open_state()]
    found = await asyncio.gather(*(states[n % 2].remember("once:x", str(n), 60) for n in range(50)))
    assert found.count(None) == 1
    assert {value for value in found if value is not None} == {str(found.index(None))}
    forgot = await asyncio.gather(*(states[n % 2].forget("once:x") for n in range(50)))
    assert forgot.count(True) == 1
