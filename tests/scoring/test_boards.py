"""Boards that are made in a process of their own are those that are made here."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from pitchscoop.access.links import PageUrls
from pitchscoop.doors.standings import Told
from pitchscoop.events.model import Event, Judge, Team
from pitchscoop.kernel import ids
from pitchscoop.kernel.clock import utc_now
from pitchscoop.main import Parts
from pitchscoop.scoring import boards as module
from pitchscoop.scoring import held
from pitchscoop.scoring.boards import Boards
from pitchscoop.scoring.model import Card
from pitchscoop.scoring.rows import Pitch, Scored
from tests.exports.pitches import ORGANIZER
from tests.scoring.judged import WHOLE, judged

HOW = Told(None, None, advised=True, page_url=PageUrls("https://pitch.example", b"s" * 32))
TEAMS, JUDGES = 20, 6


@pytest.fixture
async def boards() -> AsyncIterator[Boards]:
    made = Boards()
    yield made
    await made.close()


def _scored() -> Scored:
    chance, now = random.Random(3), utc_now()
    event = Event(event_id=ids.new_id(), name="E", created_at=now, stage="open")
    judges = {
        name: Judge(judge_id=name, event_id=event.event_id, name=name, created_at=now)
        for name in (f"judge-{n}" for n in range(JUDGES))
    }
    teams = {
        name: Team(team_id=name, event_id=event.event_id, name=name, created_at=now, track="Sea" if n % 2 else None)
        for n, name in enumerate(f"team-{n:02}" for n in range(TEAMS))
    }
    pitches = {
        f"pitch-{n:02}": Pitch(f"pitch-{n:02}", team.team_id, team.name, "What", team.track, n)
        for n, team in enumerate(teams.values())
    }
    cards = {
        (session_id, judge): _card(session_id, judge, chance)
        for session_id in pitches
        for judge in chance.sample(list(judges), 3)
    }
    return Scored(event, pitches, cards, teams, judges, "chain")


def _card(session_id: str, judge: str, chance: random.Random) -> Card:
    scores = {criterion: float(chance.randint(1, 10)) for criterion in WHOLE}
    return Card(session_id=session_id, judge_id=judge, scores=scores, saved_at=utc_now(), number=1)


async def _same(boards: Boards, scored: Scored) -> None:
    there, here = await boards.make(scored, apart=True), await boards.make(scored, apart=False)
    assert await there.once(HOW) == await here.once(HOW)
    assert (there.rows, there.tracks) == (here.rows, here.tracks)


async def _pid(boards: Boards) -> int:
    return await boards._apart.call(os.getpid)


async def test_they_are_the_same_after_every_kind_of_change(boards: Boards) -> None:
    scored, chance = _scored(), random.Random(4)
    await _same(boards, scored)
    there = await _pid(boards)
    key = next(iter(scored.cards))
    steps: list[dict[str, Any]] = [
        {"cards": {**scored.cards, key: _card(*key, chance)}},  # changed
        {"cards": {k: card for k, card in scored.cards.items() if k != key}},  # gone
        {"pitches": {k: p for k, p in scored.pitches.items() if k != "pitch-03"}},
        {"pitches": {**scored.pitches, "pitch-05": replace(scored.pitches["pitch-05"], withdrawn=True)}},
        {"judges": {**scored.judges, "judge-1": scored.judges["judge-1"].model_copy(update={"name": "Else"})}},
        {"event": scored.event.model_copy(update={"stage": "frozen"})},
    ]
    for step in steps:
        scored = replace(scored, **step)
        await _same(boards, scored)
    assert await _pid(boards) == there


async def test_only_what_differs_is_sent(boards: Boards, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = list[module.Change]()
    plain = module._change

    def noted(*args: Any) -> module.Change:
        sent.append(plain(*args))
        return sent[-1]

    monkeypatch.setattr(module, "_change", noted)
    scored = _scored()
    await boards.make(scored, apart=True)
    key = next(iter(scored.cards))
    await boards.make(replace(scored, cards={**scored.cards, key: _card(*key, random.Random(5))}), apart=True)
    assert [len(change.scored.cards) for change in sent] == [len(scored.cards), 1]
    assert [len(change.scored.pitches) for change in sent] == [TEAMS, 0]


async def test_what_a_killed_process_knew_is_made_again(boards: Boards) -> None:
    scored = _scored()
    shown = await boards.make(scored, apart=True)
    os.kill(await _pid(boards), signal.SIGKILL)
    here = await boards.make(scored, apart=False)
    assert await shown.once(HOW) == await here.once(HOW)  # of a board that went with it
    await _same(boards, scored)


async def test_events_beyond_what_it_remembers_and_boards_long_replaced_are_made_again(boards: Boards) -> None:
    many = [_scored() for _ in range(6)]
    shown = [await boards.make(scored, apart=True) for scored in many]
    for scored in many:
        await _same(boards, scored)
    for one, scored in zip(shown, many, strict=True):
        assert await one.once(HOW) == await (await boards.make(scored, apart=False)).once(HOW)


async def test_what_was_asked_of_the_board_before_is_there_before_it_is_asked_again(boards: Boards) -> None:
    scored = _scored()
    older, newer = await boards.make(scored, apart=True), await boards.make(scored, apart=True)
    await older.once(HOW)
    await newer.prepare(older)
    os.kill(await _pid(boards), signal.SIGSTOP)  # now it answers nothing
    async with asyncio.timeout(5):
        assert (await newer.once(HOW)).text == (await older.once(HOW)).text


async def test_a_large_event_is_told_right_while_its_process_is_killed(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "_QUICK", 2)
    here = await judged(parts.engine, teams=4, judges=2)
    for number, session_id in enumerate(here.pitches):
        await parts.engine.cards.save(here.judges[0], session_id, {"scores": WHOLE})
        shown = (await parts.engine.standings.read(ORGANIZER, here.event_id, fresh=True)).shown
        assert shown is not None
        board = await shown.board()
        assert {row.pitch.session_id for row in board.rows} == set(here.pitches[: number + 1])
        os.kill(await _pid(parts.engine.standings._boards), signal.SIGKILL)
