"""Importing teams where an answer was lost, or somebody was faster."""

import asyncio

import pytest

from pitchscoop.access.model import Principal, Role
from pitchscoop.kernel.errors import Conflict, Invalid
from pitchscoop.main import Parts

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
