"""Events, teams and judges: what state and storage say of them is compared, and mended."""

from pitchscoop.kernel import keys
from pitchscoop.kernel.state import Put
from pitchscoop.main import Parts
from tests.upkeep.pitches import ORGANIZER, checked, event_of, work


async def test_an_event_and_its_record_must_agree(parts: Parts) -> None:
    engine = parts.engine
    event = await event_of(engine)
    team = (await engine.organizing.add_team(ORGANIZER, event.event_id, "A")).who
    await engine.organizing.update_event(ORGANIZER, event.event_id, name="Changed")
    await work(engine)
    assert await checked(parts) == []

    await engine.storage.delete_audio(keys.event_json(event.event_id))
    (line,) = await checked(parts, mend=True)
    assert line.startswith(f"mended event {event.event_id} has no event.json")
    await work(engine)
    assert await checked(parts) == []

    key = keys.team(event.event_id, team.team_id)
    row = await engine.state.read(key)
    assert row
    await engine.state.commit(event.event_id, [Put(key, row.version, row.fields)])
    lines = await checked(parts, mend=True)
    assert [line.split()[1] for line in lines] == ["event", "team"]
    await work(engine)
    assert await checked(parts) == []

    row = await engine.state.read(key)
    assert row
    await engine.state.commit(event.event_id, [Put(key, row.version, None)])
    (line,) = await checked(parts, mend=True)
    assert "with more than state has" in line
    await work(engine)
    assert await checked(parts) == []
    assert await engine.events.teams.get(event.event_id, team.team_id) == team


async def test_a_judge_who_is_lost_or_out_of_the_list_is_put_back(parts: Parts) -> None:
    engine = parts.engine
    event = await event_of(engine)
    judge = (await engine.organizing.add_judge(ORGANIZER, event.event_id, "Ada")).who
    await work(engine)
    assert await checked(parts) == []

    row = await engine.state.read(keys.judge(event.event_id, judge.judge_id))
    assert row
    await engine.state.commit(event.event_id, [Put(row.key, row.version, row.fields)])
    assert "does not stand in the list of its event's judges" in (await checked(parts, mend=True))[1]
    await work(engine)
    assert await checked(parts) == []

    await engine.state.commit(event.event_id, [Put(row.key, row.version + 2, None)])
    (line,) = await checked(parts, mend=True)
    assert "with more than state has" in line
    await work(engine)
    assert await checked(parts) == []
    assert await engine.events.judges.get(event.event_id, judge.judge_id) == judge
