"""What judges gave, taken away: a table that does nothing in a spreadsheet, a document that shows a change."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import Problem
from pitchscoop.main import Parts
from pitchscoop.scoring.model import Card, Entry, broken
from tests.exports.pitches import ORGANIZER
from tests.exports.test_archive import Exported
from tests.scoring.judged import WHOLE, Judged, judged, scored
from tests.servers.place import Place

Document = dict[str, Any]


async def content(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def exported(here: Judged) -> bytes:
    return await content((await here.engine.export(ORGANIZER, here.event_id, "export.json")).json())


async def take(parts: Parts, document: bytes) -> str:
    """Take it in; the code of the error, if it is refused."""

    async def once() -> AsyncIterator[bytes]:
        yield document

    try:
        await parts.engine.import_event(ORGANIZER, once(), 16 << 20)
    except Problem as problem:
        return problem.code
    return "taken"


async def test_a_line_a_card_and_no_formulas(parts: Parts) -> None:
    here = await judged(parts.engine, teams=2, judges=2)
    save = parts.engine.cards.save
    await save(here.judges[0], here.pitches[0], {"scores": WHOLE, "comment": '=HYPERLINK("x")\n<script>'})
    await save(here.judges[1], here.pitches[0], {"scores": WHOLE | {"problem": 8.25}, "mark": "skip"})
    await save(here.judges[0], here.pitches[1], {"scores": {"problem": 1}, "comment": "-"})
    table = await content((await parts.engine.export(ORGANIZER, here.event_id, "scores.csv")).scores_csv())
    lines = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    assert len(lines) == 3
    found = {(line["pitch_title"], line["team_name"], line["judge_name"]): line for line in lines}
    whole = found["Seaweed", "Team 0", "Judge 0"]
    assert [whole[f"scores.{name}"] for name in WHOLE] == ["8", "6", "9", "5"]
    assert (whole["total"], whole["complete"], whole["mark"], whole["rubric_version"]) == ("70", "true", "", "1")
    assert whole["comment"] == '\'=HYPERLINK("x")\n<script>'
    skipped = found["Seaweed", "Team 0", "Judge 1"]
    assert (skipped["scores.problem"], skipped["total"], skipped["complete"]) == ("8.25", "", "false")
    draft = found["Seaweed", "Team 1", "Judge 0"]
    assert (draft["scores.solution"], draft["comment"], draft["complete"]) == ("", "'-", "false")


async def test_the_archive_has_the_same_table_where_somebody_scored(parts: Parts) -> None:
    here = await judged(parts.engine, judges=2)
    export = parts.engine.export
    empty = Exported(await content((await export(ORGANIZER, here.event_id, "export.zip")).zip()))
    assert "scores.csv" not in empty.files
    await scored(here)
    found = Exported(await content((await export(ORGANIZER, here.event_id, "export.zip")).zip()))
    assert found.files["scores.csv"] == await content(
        (await export(ORGANIZER, here.event_id, "scores.csv")).scores_csv()
    )


async def test_the_document_has_every_version_and_what_it_takes_to_check_it(parts: Parts) -> None:
    here = await judged(parts.engine, teams=3, judges=2)
    await scored(here)
    await parts.engine.delete(ORGANIZER, here.pitches[2])
    document = json.loads(await exported(here))
    entries = [Entry.model_validate(entry) for entry in document["entries"]]
    assert broken(entries) is None
    assert (len(entries), document["chain"]) == (13, entries[-1].chain)
    assert sum(entry.card is None for entry in entries) == 5
    assert [criterion["weight"] for criterion in document["criteria"]] == [3, 3, 2, 2]
    assert (document["event"]["rubric"], document["event"]["rubric_version"]) == ([], 1)
    facts = await parts.engine.state.facts(here.event_id)
    chains = [fact.data["chain"] for fact in facts if fact.name in ("card_saved", "cards_erased")]
    assert chains == [entry.chain for entry in entries]


async def test_taken_in_elsewhere_it_is_equal_and_goes_on(place: Place) -> None:
    async with place.parts() as parts:
        here = await judged(parts.engine, teams=3, judges=2)
        await scored(here)
        await parts.engine.delete(ORGANIZER, here.pitches[2])
        before = await exported(here)
        cards = await parts.engine.cards.of_session(ORGANIZER, here.pitches[0])
    place.lose_state()
    async with place.parts() as parts:
        assert await take(parts, before) == "taken"
        again = Judged(parts.engine, here.event_id, here.teams, here.judges, here.tokens, here.pitches)
        assert await exported(again) == before
        found = await parts.engine.cards.of_session(ORGANIZER, here.pitches[0])
        assert [card.scores for card in found] == [card.scores for card in cards]
        await parts.engine.cards.save(here.judges[0], here.pitches[0], {"comment": "goes on"})
        assert broken(await parts.engine.ledger.entries(here.event_id)) is None
        assert await take(parts, before) == "event_exists"


def _card(update: Document, place: int = 2) -> Callable[[Document], None]:
    def spoil(document: Document) -> None:
        document["entries"][place]["card"] |= update

    return spoil


def _entry(update: Document, place: int = 2) -> Callable[[Document], None]:
    def spoil(document: Document) -> None:
        document["entries"][place] |= update

    return spoil


def _without(place: int) -> Callable[[Document], None]:
    return lambda document: document["entries"].pop(place)


def _rehashed(document: Document) -> None:
    """Somebody who knows how digests are made, and makes the card's anew."""
    entry = document["entries"][2]
    entry["card"]["scores"]["problem"] = 10.0
    entry["digest"] = Card.model_validate(entry["card"]).digest


def _chain(document: Document) -> None:
    document["chain"] = "0" * 64


SPOILED = [
    *(_card({"scores": WHOLE | {"problem": score}}) for score in (7.0, 10, 8.000001)),
    _card({"comment": "other"}),
    _card({"mark": "skip"}),
    _card({"judge_id": "somebody"}),
    _card({"number": 9}),
    _card({"saved_at": "2026-11-14T16:41:07.123457Z"}),
    _entry({"card": None}),
    _entry({"digest": "0" * 64}),
    _entry({"chain": "0" * 64}),
    _entry({"number": 4}),
    _entry({"erased": [1]}),
    _without(0),
    _without(2),
    _without(3),
    _rehashed,
    _chain,
    lambda document: document["entries"].reverse(),
]


@pytest.mark.parametrize("spoil", SPOILED)
async def test_a_document_in_which_a_card_was_changed_is_refused(
    place: Place, spoil: Callable[[Document], None]
) -> None:
    async with place.parts() as parts:
        here = await judged(parts.engine, judges=2)
        await scored(here)
        document = json.loads(await exported(here))
    place.lose_state()
    async with place.parts() as parts:
        spoil(document)
        assert await take(parts, json.dumps(document).encode()) == "bad_export"
        assert [found.row.key async for found in parts.engine.state.walk()] == []


async def test_a_document_of_version_one_is_taken_in_as_before(place: Place) -> None:
    async with place.parts() as parts:
        here = await judged(parts.engine)
        document = json.loads(await exported(here))
    place.lose_state()
    for member in ("entries", "chain", "criteria"):
        del document[member]
    del document["event"]["rubric_version"]
    async with place.parts() as parts:
        assert await take(parts, json.dumps(document | {"version": 1}).encode()) == "taken"
        assert await parts.engine.state.read(keys.cards(here.event_id)) is None


async def test_the_rubric_of_another_version_stays_the_one_that_cards_were_given_by(place: Place) -> None:
    async with place.parts() as parts:
        here = await judged(parts.engine)
        document = json.loads(await exported(here))
    place.lose_state()
    document["criteria"][0]["weight"] = 5.0
    async with place.parts() as parts:
        assert await take(parts, json.dumps(document).encode()) == "taken"
        event = await parts.engine.events.get(here.event_id)
        assert [criterion.weight for criterion in event.in_use] == [5, 3, 2, 2]
