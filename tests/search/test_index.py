"""The index by itself: what it finds, what it leaves, and what it bears."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pitchscoop.adapters.search_index import SearchIndex
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.search.model import LONGEST
from tests.search.entries import entry, filled, found, marked, matches


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[SearchIndex]:
    opened = SearchIndex(tmp_path / "search")
    yield opened
    await opened.close()


async def test_words_phrases_and_beginnings(index: SearchIndex) -> None:
    await filled(index, "Crop insurance for seaweed", "Seaweed has no insurance, yet", "co-founder of a season", "a")
    assert await found(index, "seaweed") == ["0", "1"]
    assert await found(index, "INSURANCE seaweed ") == ["0", "1"]
    assert await found(index, '"for seaweed"') == ["0"]
    assert await found(index, '"seaweed for"') == []
    assert await found(index, "sea") == ["0", "1", "2"]
    assert await found(index, "sea has") == []
    assert await found(index, "has sea") == ["1"]
    assert await found(index, '"insurance for sea') == ["0"]
    assert await found(index, '"insurance for sea"') == []
    assert await found(index, "co-foun") == await found(index, "founder") == ["2"]
    assert await found(index, "a") == ["2", "3"]
    assert await found(index, "NOT") == await found(index, "*") == await found(index, "z") == []


async def test_marks_of_latin_letters_do_not_matter(index: SearchIndex) -> None:
    await filled(index, "Le café d'Éric", "Cafe\u0301 Müller", "łódź")
    assert await found(index, "cafe") == await found(index, "CAFÉ") == await found(index, "cafe\u0301") == ["0", "1"]
    assert await found(index, "eric muller") == []
    assert await found(index, "mull") == ["1"]


async def test_scripts_without_spaces_and_with_signs_above(index: SearchIndex) -> None:
    await filled(index, "気候変動 の保険", "ที่นี่มีสาหร่าย", "किताब पढ़ो", "기후가 변한다", "هاتف يحفظ")
    assert await found(index, "変動") == await found(index, "候") == ["0"]
    assert await found(index, "動の保") == ["0"]  # across words
    assert await found(index, "変候") == []
    assert await found(index, "สาหร่าย") == await found(index, "มี") == ["1"]
    assert await found(index, "ม") == ["1"]
    assert await found(index, "किताब") == ["2"]
    assert await found(index, "कताब") == []
    assert await found(index, "기후") == ["3"]
    assert await found(index, "هاتف") == ["4"]
    assert await marked(index, "変動 保険") == "気候[変動]の[保険]"


async def test_a_part_inside_words_is_found_where_nothing_else_is(index: SearchIndex) -> None:
    await filled(index, "PitchScoop keeps it", "we scoop ice", "Ernteversicherung für Algen", "scooping")
    assert await found(index, "scoop") == ["1", "3"]
    assert await found(index, "coop") == ["0", "1", "3"]
    assert await found(index, "cher") == await found(index, "VERSICHERUNG algen") == ["2"]
    assert await found(index, '"tchsco"') == ["0"]
    assert await marked(index, "tchsco") == "[PitchScoop] keeps it"
    assert await found(index, "cher keeps") == []
    assert await found(index, "keeps tchscoo") == ["0"]
    assert len(await matches(index, "coop", offset=1, limit=1)) == 1


async def test_what_is_marked_is_what_was_looked_for(index: SearchIndex) -> None:
    await filled(index, "x " * 30 + 'we insure: "seaweed," for a price ' + "y " * 30)
    assert await marked(index, '"insure seaweed for"') == 'x x we [insure:] ["seaweed,"] [for] a price y y y y'
    assert await marked(index, "price") == '"seaweed," for a [price] y y y y y y y y'
    (match,) = await matches(index, '"seaweed for"')
    assert match.found == {32: (1, 10), 33: (0, 3)}
    assert (match.starts[32], match.ends[33]) == (32.0, 33.9)


async def test_events_and_teams_are_apart(index: SearchIndex) -> None:
    assert await index.keep()
    await index.write("boston", [entry("a", "kelp", team="one"), entry("b", "kelp", team="two"), entry("c", "kelp")])
    await index.write("oslo", [entry("d", "kelp", team="one", event="oslo")])
    assert await found(index, "kelp") == ["a", "b", "c"]
    assert await found(index, "kelp", team="one") == ["a"]
    assert await found(index, "kelp", team="on") == await found(index, "boston") == await found(index, "eboston") == []
    assert await found(index, "kelp", event="oslo") == ["d"]
    await index.forget("boston")
    assert (await found(index, "kelp"), await index.events()) == ([], ["oslo"])


async def test_few_come_best_first_and_many_newest_first(index: SearchIndex) -> None:
    await filled(index, "kelp", "kelp kelp kelp", "no " * 50 + "kelp", *["crab"] * 600)
    assert [match.session_id for match in await matches(index, "kelp")] == ["1", "0", "2"]
    newest = [str(number) for number in range(602, 2, -1)]
    assert [match.session_id for match in await matches(index, "crab")] == newest
    paged = [await matches(index, "crab", offset=offset, limit=7) for offset in range(0, 600, 7)]
    assert [match.session_id for page in paged for match in page] == newest


async def test_a_word_weighs_more_than_what_begins_with_it(index: SearchIndex) -> None:
    await filled(index, "kelpline kelpline x x", "kelp x x x", *["x x x x"] * 10)
    assert [match.session_id for match in await matches(index, "kelp")] == ["1", "0"]
    assert [match.session_id for match in await matches(index, "kelp ")] == ["1"]


async def test_an_entry_takes_the_place_of_the_one_before(index: SearchIndex) -> None:
    await filled(index, "kelp", "crab")
    before = await matches(index, "crab")
    await index.write("boston", [entry("1", "algae", created=1)])
    assert (await found(index, "crab"), await found(index, "algae")) == ([], ["1"])
    await index.write("boston", [entry("1", "crab", created=1)], ["0", "unknown"], "7")
    assert await matches(index, "crab") == before
    assert (await index.versions("boston"), await index.position("boston")) == ({"1": 1}, "7")
    assert await index.position("oslo") is None


async def test_no_trace_is_left_of_what_was_removed(index: SearchIndex, tmp_path: Path) -> None:
    await filled(index, "nothing here", "a sesquipedalian secret", *["more words"] * 200)

    def traces() -> int:
        return sum(b"sesquipedal" in path.read_bytes() for path in (tmp_path / "search").iterdir())

    assert traces() > 0
    await index.write("boston", [], ["1"])
    assert await found(index, "secret") == []
    await index.tidy()
    assert (traces(), await found(index, "pedal")) == (0, [])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=LONGEST) | st.text("ab\"*^():-+ANDORTNE{}\\'%_\u201c気候é🚀", max_size=40))
async def test_no_query_is_an_error(index: SearchIndex, q: str) -> None:
    if not await index.events():
        await filled(index, "a b and or not near", '気候 "é" 🚀', "")
        await index.write("boston", [], position="1")
    for match in await matches(index, q):
        assert match.found
        assert set(match.found) <= set(range(len(match.words)))


async def test_one_keeps_and_all_find(tmp_path: Path) -> None:
    first, second = SearchIndex(tmp_path / "search"), SearchIndex(tmp_path / "search")
    assert (await found(second, "kelp"), await second.position("boston")) == ([], None)
    await filled(first, "kelp")
    assert [await second.keep(), await first.keep(), await second.keep()] == [False, True, False]
    assert await found(second, "kelp") == ["0"]
    await asyncio.gather(
        *(first.write("boston", [entry(f"n{number}", "crab", created=number)]) for number in range(100)),
        *(found(second, "crab") for _ in range(90)),
    )
    assert len(await found(second, "crab")) == 100
    await first.close()
    assert await second.keep()
    assert len(await found(second, "crab")) == 100
    await second.close()


async def test_a_keeper_that_is_killed_lets_go(tmp_path: Path) -> None:
    folder = tmp_path / "search"
    program = (
        "import asyncio, sys, pathlib; from pitchscoop.adapters.search_index import SearchIndex\n"
        "async def main():\n"
        "    index = SearchIndex(pathlib.Path(sys.argv[1])); print(await index.keep(), flush=True)\n"
        "    await index.write('boston', [], position='5'); print('kept', flush=True); await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    keeper = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert keeper.stdout
    assert [await keeper.stdout.readline() for _ in range(2)] == [b"True\n", b"kept\n"]
    index = SearchIndex(folder)
    assert (await index.keep(), await index.position("boston")) == (False, "5")
    os.kill(keeper.pid, signal.SIGKILL)
    await keeper.wait()
    assert (await index.keep(), await index.position("boston")) == (True, "5")
    await index.close()


def _file(folder: Path) -> Path:
    (path,) = folder.glob("*.db")
    return path


@pytest.mark.parametrize("where", ["head", "middle", "all", "empty"])
async def test_a_damaged_file_is_thrown_away(tmp_path: Path, where: str) -> None:
    folder = tmp_path / "search"
    index = SearchIndex(folder)
    await filled(index, *["kelp and crab " * 50] * 300)
    await index.write("boston", [], position="5")
    await index.close()
    path = _file(folder)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(0) if where == "empty" else None
        file.seek({"head": 0, "middle": size // 3, "all": 0, "empty": 0}[where])
        file.write(b"damage! " * (100 if where == "head" else size // 24 if where == "middle" else size // 8))
        file.truncate(0 if where == "empty" else size)
    reader, keeper = SearchIndex(folder), SearchIndex(folder)
    for _ in range(2):
        await found(reader, "kelp")
    assert await keeper.keep()
    await keeper.position("boston")
    assert await keeper.keep()
    assert (await keeper.position("boston"), await found(keeper, "kelp")) == (None, [])
    await filled(keeper, "kelp")
    assert await found(reader, "kelp") == ["0"]
    assert path != _file(folder)
    await reader.close()
    await keeper.close()


async def test_a_file_that_vanishes_is_made_anew_though_it_is_open(tmp_path: Path) -> None:
    reader, keeper = SearchIndex(tmp_path / "search"), SearchIndex(tmp_path / "search")
    await filled(keeper, "kelp")
    assert await found(reader, "kelp") == ["0"]
    for path in (tmp_path / "search").glob("*.db*"):
        path.unlink()
    assert (await found(reader, "kelp"), await keeper.position("boston")) == ([], None)
    with pytest.raises(Unavailable):
        await keeper.write("boston", [entry("1", "crab")])
    await filled(keeper, "crab")
    assert await found(reader, "crab") == ["0"]
    await reader.close()
    await keeper.close()


async def test_a_file_of_another_version_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "search"
    folder.mkdir()
    old = folder / "0-0123456789abcdef.db"
    with sqlite3.connect(old) as db:
        db.execute("CREATE TABLE pitch (other)")
    db.close()
    index = SearchIndex(folder)
    await filled(index, "kelp")
    assert (await found(index, "kelp"), old.exists()) == (["0"], False)
    await index.close()


async def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "search").write_text("a file where a folder should be")
    index = SearchIndex(tmp_path / "search")
    with pytest.raises(Unavailable) as raised:
        await index.keep()
    assert raised.value.code == "search_unavailable"
    assert await found(index, "kelp") == []
    await index.close()


async def test_too_many_at_once_are_told_to_come_again(index: SearchIndex) -> None:
    await filled(index, "kelp")
    answers = await asyncio.gather(*(found(index, "kelp") for _ in range(300)), return_exceptions=True)
    told = [answer for answer in answers if isinstance(answer, Unavailable)]
    assert (answers.count(["0"]), len(told)) == (100, 200)
    assert {problem.code for problem in told} == {"search_busy"}


async def test_what_was_said_is_for_nobody_elses_eyes(index: SearchIndex, tmp_path: Path) -> None:
    await filled(index, "kelp")
    assert (tmp_path / "search").stat().st_mode & 0o077 == 0
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / "search").glob("*.db*")] == [0, 0, 0]
