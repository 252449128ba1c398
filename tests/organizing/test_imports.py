"""Importing teams where an answer was lost, or somebody was faster."""

import asyncio
import datetime as dt
import threading
from collections import Counter
from typing import Any

import pytest

from pitchscoop.access.model import Principal, Role
from pitchscoop.doors import rosters
from pitchscoop.doors.mcp_people import TeamTools
from pitchscoop.doors.people import team_details
from pitchscoop.engine import Engine
from pitchscoop.events.service import Events
from pitchscoop.kernel.clock import utc_now
from pitchscoop.kernel.errors import Conflict, Invalid
from pitchscoop.kernel.facts import acting
from pitchscoop.main import Parts
from pitchscoop.organizing.imports import Imports

ORGANIZER = Principal(role=Role.ORGANIZER, name="Olga")


async def test_the_same_seed_finds_the_teams_it_made(parts: Parts) -> None:
    engine = parts.engine
    first = await engine.imports.teams(ORGANIZER, "default", "A\nB\n\nC", dry_run=False, seed=b"once")
    again = await engine.imports.teams(ORGANIZER, "default", "A\nB\n\nC", dry_run=False, seed=b"once")
    assert again.teams == first.teams
    assert [team.name for team in first.teams] == ["A", "B", "C"]
    assert len(await engine.events.teams.listed("default")) == 3


async def test_of_many_lists_with_a_name_in_common_one_is_imported_and_no_part_of_another(parts: Parts) -> None:
    imports = parts.engine.imports

    async def one(number: int) -> bool:
        try:
            await imports.teams(ORGANIZER, "default", f"Only {number}\nShared\nLast {number}", dry_run=False)
        except Invalid as refused:
            return refused.code != "bad_rows"
        return True

    assert sum(await asyncio.gather(*(one(number) for number in range(8)))) == 1
    assert len(await parts.engine.events.teams.listed("default")) == 3


async def test_a_taken_name_refuses_all(parts: Parts) -> None:
    await parts.engine.organizing.add_team(ORGANIZER, "default", "B")
    with pytest.raises(Invalid, match=r"Row 2: There is already a team 'b'"):
        await parts.engine.imports.teams(ORGANIZER, "default", "A\nb", dry_run=False)
    assert [team.name for team in await parts.engine.events.teams.listed("default")] == ["B"]


async def test_rows_that_cannot_be_used_are_left_out_where_asked(parts: Parts) -> None:
    imports, teams = parts.engine.imports, parts.engine.events.teams
    for _ in range(2):  # sent again, it adds nobody twice
        found = await imports.teams(ORGANIZER, "default", "A\na\nB", dry_run=False, partly=True)
    assert [error.row for error in found.roster.errors] == [1, 2, 3]
    assert [team.name for team in await teams.listed("default")] == ["B", "A"]


async def test_judges_come_from_a_list_as_teams_do(parts: Parts) -> None:
    text = "Judge\tTrack\tE-mail\nAda\t\tada@x.example\nBo\t\t\nada\t\t\n"
    seen = await parts.engine.imports.judges(ORGANIZER, "default", text, dry_run=True)
    assert await parts.engine.organizing.list_judges(ORGANIZER, "default") == []
    assert [(error.row, error.message) for error in seen.errors] == [(4, "Row 2 has the same name.")]
    await parts.engine.imports.judges(ORGANIZER, "default", text, dry_run=False)
    again = await parts.engine.imports.judges(ORGANIZER, "default", text, dry_run=False)
    assert again.teams == ()
    judges = await parts.engine.organizing.list_judges(ORGANIZER, "default")
    assert [(judge.name, judge.email) for judge in judges] == [("Ada", "ada@x.example"), ("Bo", None)]


async def test_a_list_without_anybody_says_whom_it_lacks(parts: Parts) -> None:
    found = await parts.engine.imports.judges(ORGANIZER, "default", " \n", dry_run=True)
    assert [error.message for error in found.errors] == ["There is no judge in it. Write one judge a line."]


async def test_of_two_names_given_at_once_one_stays_and_the_other_is_free(parts: Parts) -> None:
    teams = parts.engine.events.teams
    for number in range(20):
        old, new = f"Kelp {number}", f"Tide {number}"
        team = await teams.add("default", old)
        giving = [teams.update("default", team.team_id, {"name": name}) for name in (new, old.upper())]
        await asyncio.gather(*giving, return_exceptions=True)
        now = (await teams.get("default", team.team_id)).name
        with pytest.raises(Conflict, match="already a team"):
            await teams.add("default", now)
        await teams.add("default", new if now == old.upper() else old)


async def test_teams_and_their_rows_are_made_beside_what_else_goes_on_and_say_who_did_it(parts: Parts) -> None:
    looked: Counter[bool] = Counter()

    def clock() -> dt.datetime:
        looked[threading.current_thread() is threading.main_thread()] += 1
        return utc_now()

    imports = Imports(parts.engine.organizing, Events(parts.engine.state, clock), clock)
    text = "\n".join(f"Team {number}" for number in range(100))
    before = acting.set("organizer olga")
    found = await imports.teams(ORGANIZER, "default", text, dry_run=False)
    acting.reset(before)
    assert looked[True] < 10
    assert looked[False] > 100
    facts = await parts.engine.state.facts("default")
    assert [fact.by for fact in facts if fact.name == "team_joined"] == ["organizer olga"] * 100
    assert list(found.teams[::-1]) == await parts.engine.events.teams.listed("default")


async def _by_rest(engine: Engine, text: str) -> rosters.ImportedTeams:
    return await rosters.import_teams("default", rosters.TeamsText(text=text), ORGANIZER, engine, None)


async def _by_mcp(engine: Engine, text: str) -> rosters.ImportedTeams:
    return await TeamTools(engine, ORGANIZER).import_teams("default", text, dry_run=False)


@pytest.mark.parametrize("door", [_by_rest, _by_mcp])
async def test_what_came_of_a_list_is_written_beside_what_else_goes_on(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, door: Any
) -> None:
    describe, threads = team_details, set()

    def noted(*given: Any) -> Any:
        threads.add(threading.current_thread())
        return describe(*given)

    monkeypatch.setattr("pitchscoop.doors.rosters.team_details", noted)
    assert len((await door(parts.engine, "A\nB")).teams) == 2
    assert threads
    assert threading.main_thread() not in threads
