"""Standings made again from an export alone, and what was changed in one found."""

import copy
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pitchscoop.exports.replaying import replay
from pitchscoop.kernel.errors import Invalid
from pitchscoop.main import Parts
from pitchscoop.scoring.written import written
from tests.exports.pitches import ORGANIZER
from tests.scoring.judged import WHOLE, Judged, judged

Path_ = tuple[str | int, ...]


async def _judged(parts: Parts) -> Judged:
    """Four teams, three judges who differ, one who changed their mind, one draft, one who skipped."""
    here = await judged(parts.engine, teams=4, judges=3, tracks=["Sea"])
    save = parts.engine.cards.save
    for at, session_id in enumerate(here.pitches):
        for place, judge in enumerate(here.judges):
            scores = {name: 2.5 + (at * 3 + place * 2 + len(name)) % 8 for name in WHOLE}
            await save(judge, session_id, {"scores": scores, "comment": f"<b>Été</b> {at}\n{place}"})
    await save(here.judges[0], here.pitches[0], {"scores": {"problem": 10}})
    await save(here.judges[1], here.pitches[1], {"scores": {"problem": None}})
    await save(here.judges[2], here.pitches[2], {"mark": "skip"})
    return here


async def _taken(parts: Parts, event_id: str, form: str) -> bytes:
    export = await parts.engine.export(ORGANIZER, event_id, form)
    return b"".join([piece async for piece in (export.zip() if form == "export.zip" else export.json())])


async def _board(parts: Parts, event_id: str) -> str:
    shown = (await parts.engine.standings.read(ORGANIZER, event_id)).shown
    assert shown is not None
    return written(await shown.board())


def _replayed(folder: Path, document: bytes) -> str:
    file = folder / "export"
    file.write_bytes(document)
    return replay(file)[0]


def _code(folder: Path, document: object) -> str | None:
    try:
        _replayed(folder, json.dumps(document).encode())
    except Invalid as problem:
        return problem.code
    return None


async def test_an_export_gives_the_leaderboard_byte_for_byte(parts: Parts, tmp_path: Path) -> None:
    here = await _judged(parts)
    shown = await _board(parts, here.event_id)
    assert [row["session_id"] for row in json.loads(shown)["standings"]]
    assert _replayed(tmp_path, await _taken(parts, here.event_id, "export.json")) == shown
    assert _replayed(tmp_path, await _taken(parts, here.event_id, "export.zip")) == shown


async def test_what_is_not_finished_contradicts_nothing(parts: Parts, tmp_path: Path) -> None:
    here = await _judged(parts)
    await parts.engine.start(ORGANIZER, "Late", "Not yet", here.event_id)
    packed = await _taken(parts, here.event_id, "export.zip")
    assert _replayed(tmp_path, packed) == await _board(parts, here.event_id)


async def test_a_name_changed_while_audio_is_sent_is_in_all_files_or_in_none(parts: Parts, tmp_path: Path) -> None:
    here = await _judged(parts)
    export = await parts.engine.export(ORGANIZER, here.event_id, "export.zip")
    pieces = export.zip()
    packed = await anext(pieces)
    await parts.engine.organizing.update_event(ORGANIZER, here.event_id, name="Renamed")
    await parts.engine.organizing.withdraw_team(ORGANIZER, here.event_id, here.teams[0])
    packed += b"".join([piece async for piece in pieces])
    assert json.loads(_replayed(tmp_path, packed))["event_name"] == "Renamed"


async def test_another_chain_in_the_result_hides_nothing(parts: Parts, tmp_path: Path) -> None:
    here = await _judged(parts)
    packed = await _taken(parts, here.event_id, "export.zip")
    chain = json.loads(await _board(parts, here.event_id))["chain"].encode()
    forged = _repacked(packed, "standings.json", lambda content: content.replace(chain, b"0" * 64), manifest_too=True)
    with pytest.raises(Invalid) as refused:
        _replayed(tmp_path, forged)
    assert refused.value.code == "file_changed"


async def test_an_event_without_cards_has_no_standings(parts: Parts, tmp_path: Path) -> None:
    here = await judged(parts.engine)
    for form in ("export.json", "export.zip"):
        assert json.loads(_replayed(tmp_path, await _taken(parts, here.event_id, form)))["standings"] == []


async def test_a_deleted_pitch_takes_its_cards_along_and_the_rest_is_proved(parts: Parts, tmp_path: Path) -> None:
    here = await _judged(parts)
    await parts.engine.delete(ORGANIZER, here.pitches[1])
    while await parts.engine.completion.run_once():
        pass
    found = _replayed(tmp_path, await _taken(parts, here.event_id, "export.json"))
    assert found == await _board(parts, here.event_id)
    assert here.pitches[1] not in found


async def test_every_field_of_every_card_that_is_altered_is_found(parts: Parts, tmp_path: Path) -> None:
    here = await _judged(parts)
    document = json.loads(await _taken(parts, here.event_id, "export.json"))
    tried = 0
    for number, entry in enumerate(document["entries"]):
        for path in _leaves(entry["card"]):
            for value in _others(_at(entry["card"], path)):
                altered = copy.deepcopy(document)
                _put(altered["entries"][number]["card"], path, value)
                assert _code(tmp_path, altered) == "cards_changed", (number, path, value)
                tried += 1
        for change in (_without_score, _with_score, _with_word):
            altered = copy.deepcopy(document)
            change(altered["entries"][number]["card"])
            assert _code(tmp_path, altered) == "cards_changed", (number, change)
    assert tried > 15 * 11


async def test_every_field_of_every_entry_that_is_altered_is_found(parts: Parts, tmp_path: Path) -> None:
    here = await _judged(parts)
    document = json.loads(await _taken(parts, here.event_id, "export.json"))
    entries = document["entries"]
    for number in range(len(entries)):
        for name in ("number", "erased", "digest", "chain", "card"):
            altered = copy.deepcopy(document)
            altered["entries"][number][name] = {"number": 99, "erased": [1], "card": None}.get(name, "0" * 64)
            assert _code(tmp_path, altered) is not None, (number, name)
        without = copy.deepcopy(document) | {"entries": entries[:number] + entries[number + 1 :]}
        assert _code(tmp_path, without) is not None, number
    assert _code(tmp_path, document | {"entries": [*entries, entries[-1]]}) is not None
    assert _code(tmp_path, document | {"entries": [entries[1], entries[0], *entries[2:]]}) is not None


async def test_a_chain_that_was_written_anew_has_another_end(parts: Parts, tmp_path: Path) -> None:
    """Whoever makes all digests again cannot come to the chain that the page and the log showed."""
    here = await _judged(parts)
    document = json.loads(await _taken(parts, here.event_id, "export.json"))
    before = "0" * 64
    for entry in document["entries"]:
        entry["card"]["scores"]["delivery"] = 10.0
        text = json.dumps(entry["card"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        entry["digest"] = hashlib.sha256(text.encode()).hexdigest()
        entry["chain"] = before = hashlib.sha256((before + entry["digest"]).encode()).hexdigest()
    chain, document["chain"] = document["chain"], before
    found = json.loads(_replayed(tmp_path, json.dumps(document).encode()))
    assert found["chain"] == before != chain


async def test_a_changed_weight_rubric_method_or_team_shows_in_the_result(parts: Parts, tmp_path: Path) -> None:
    here = await _judged(parts)
    document = json.loads(await _taken(parts, here.event_id, "export.json"))
    shown = _replayed(tmp_path, json.dumps(document).encode())
    changes: list[tuple[Path_, Any]] = [
        *((("criteria", at, "weight"), 5.0) for at in range(4)),
        *((("criteria", at, "max"), 20.0) for at in range(4)),
        (("criteria", 0, "name"), "Else"),
        (("event", "settings", "method"), "mean"),
        (("teams", 0, "withdrawn_at"), "2026-11-14T16:00:00Z"),
        (("teams", 0, "track"), "Sea"),
        (("sessions", 0, "pitch_title"), "Else"),
    ]
    for path, value in changes:
        altered = copy.deepcopy(document)
        _put(altered, path, value)
        assert _replayed(tmp_path, json.dumps(altered).encode()) != shown, path


@pytest.mark.parametrize("name", ["export.json", "scores.csv", "standings.json"])
async def test_each_file_of_a_zip_must_be_as_it_was_exported(parts: Parts, tmp_path: Path, name: str) -> None:
    here = await _judged(parts)
    packed = await _taken(parts, here.event_id, "export.zip")

    def change(content: bytes) -> bytes:
        return content.replace(b"Team 1", b"Team !") if name == "export.json" else content.replace(b"10", b"11")

    for manifest_too in (False, True):
        if manifest_too and name == "export.json":
            continue  # then the result is another, and the one in the ZIP is taken for the one that was changed
        with pytest.raises(Invalid) as raised:
            _replayed(tmp_path, _repacked(packed, name, change, manifest_too=manifest_too))
        assert (raised.value.code, name in raised.value.message) == ("file_changed", True)


async def test_what_is_no_export_is_said_in_a_sentence(parts: Parts, tmp_path: Path) -> None:
    here = await _judged(parts)
    whole = await _taken(parts, here.event_id, "export.json")
    chosen = await parts.engine.export(ORGANIZER, here.event_id, "export.zip", here.pitches[:1])
    some = b"".join([piece async for piece in chosen.zip()])
    twice = whole.replace(b'"mark": null', b'"mark": null, "mark": "skip"', 1)
    for document in (b"", b"[]", b"{}", b"null", b"\xff\xfe", whole[:-99], b"[" * 99999, some, some[:-99], twice):
        with pytest.raises(Invalid) as raised:
            _replayed(tmp_path, document)
        assert raised.value.code == "bad_export"


def _repacked(packed: bytes, name: str, change: Callable[[bytes], bytes], *, manifest_too: bool) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(made, "w") as new:
        content = {one: old.read(one) for one in old.namelist()}
        assert change(content[name]) != content[name]
        content[name] = change(content[name])
        if manifest_too:
            manifest = json.loads(content["manifest.json"])
            manifest["files"][name]["sha256"] = hashlib.sha256(content[name]).hexdigest()
            content["manifest.json"] = json.dumps(manifest).encode()
        for one, data in content.items():
            new.writestr(one, data)
    return made.getvalue()


def _leaves(part: Any, path: Path_ = ()) -> Iterator[Path_]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _leaves(value, (*path, name))
    else:
        yield path


def _others(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [value + " ", value[:-1], ""] if value else ["a"]
    if isinstance(value, int | float):
        return [value + 1, 0, None]
    return ["skip", "again"]


def _at(part: Any, path: Path_) -> Any:
    for name in path:
        part = part[name]
    return part


def _put(part: Any, path: Path_, value: Any) -> None:
    _at(part, path[:-1])[path[-1]] = value


def _without_score(card: dict[str, Any]) -> None:
    card["scores"].pop("delivery")


def _with_score(card: dict[str, Any]) -> None:
    card["scores"]["else"] = 1.0


def _with_word(card: dict[str, Any]) -> None:
    card["word"] = 1
