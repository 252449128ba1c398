"""Criteria on the event's page: what judges score is read there and changed there, in both modes."""

import html
import re
from typing import Any

from pitchscoop.events.rubrics import DEFAULT
from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests.scoring.judged import judged
from tests.servers.app import App
from tests.stories.test_organizer import app_event, set_up, visitor

_ROW = re.compile(
    r'name="((?:id|name|weight|min|max)-\d+|revision|agreed)" value="([^"]*)"'
    r'|<textarea[^>]* name="(\w+-\d+)"[^>]*>([^<]*)<'
)


def form_of(page: str) -> dict[str, str]:
    """What a browser would send if the form were sent as it is: it ends lines with CRLF."""
    part = page[page.index('id="criteria"') : page.index('id="prizes"')]
    found = {name or area: html.unescape(value or words) for name, value, area, words in _ROW.findall(part)}
    return {name: "\r\n".join(value.split("\n")) for name, value in found.items()}


async def test_criteria_are_read_and_changed_on_the_page(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        shown = (await person.get(at)).text
        assert '<h2 id="criteria-head">Criteria <span class="count">4</span></h2>' in shown
        assert "30\N{THIN SPACE}%" in shown
        form = form_of(shown)
        assert (await person.post(f"{at}/criteria", data=form)).headers["location"] == f"{at}?criteria=1#criteria"
        assert (await app_event(app, at))["rubric"] == [one.model_dump(mode="json") for one in DEFAULT]

        form = form_of((await person.get(at)).text) | {
            "name-0": "Is it needed?", "weight-0": "2,5", "anchors-0": "1 Nobody needs it\n10: Everybody does",
            "remove-1": "on", "name-4": "Wärme", "min-4": "0", "max-4": "5", "description-4": "Whether it warms us.",
        }  # fmt: skip
        assert (await person.post(f"{at}/criteria", data=form)).status_code == 303
        rubric: list[dict[str, Any]] = (await app_event(app, at))["rubric"]
        assert [one["name"] for one in rubric] == ["Is it needed?", "Team and craft", "Delivery", "Wärme"]
        assert (rubric[0]["id"], rubric[0]["weight"]) == ("problem", 2.5)
        assert rubric[0]["anchors"] == [
            {"value": 1, "text": "Nobody needs it"},
            {"value": 10, "text": "Everybody does"},
        ]
        assert (rubric[3]["id"].startswith("w-rme-"), rubric[3]["min"], rubric[3]["max"]) == (True, 0, 5)
        assert rubric[3]["description"] == "Whether it warms us."


async def test_a_rubric_to_begin_with_fills_the_form_and_is_not_saved(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        before = await app_event(app, at)
        shown = (await person.get(f"{at}?rubric=startup")).text
        form = form_of(shown)
        assert (form["name-2"], "Not saved yet." in shown) == ("Market", True)
        assert await app_event(app, at) == before
        assert (await person.post(f"{at}/criteria", data=form)).status_code == 303
        assert [one["id"] for one in (await app_event(app, at))["rubric"]][2] == "market"
        assert form_of((await person.get(f"{at}?rubric=none")).text)["name-2"] == "Market"


async def test_what_cannot_be_is_marked_and_nothing_is_lost(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        before = await app_event(app, at)
        form = form_of((await person.get(at)).text)
        wrong = form | {"weight-0": "often", "name-1": "", "max-2": "1", "anchors-3": "good 5", "name-4": "<b>Kept</b>"}
        answer = await person.post(f"{at}/criteria", data=wrong)
        assert answer.status_code == 422
        for words in (
            "a number above 0", "Write a name of at most", "must be above the lowest", "a score of the scale",
            "&lt;b&gt;Kept&lt;/b&gt;", 'value="often"',
        ):  # fmt: skip
            assert words in answer.text
        outside = await person.post(f"{at}/criteria", data=form | {"anchors-0": "11 Beyond"})
        assert "Write scores of this scale" in outside.text
        for more, words in (
            ({"anchors-0": "1-3 Weak"}, "a score of the scale"),
            ({"max-0": "2000000"}, "Scores lie between"),
            ({"max-0": "1,000"}, "Write the highest score"),
            ({"name-0": "", "anchors-0": "", "description-0": ""}, "Write a name of at most"),
            ({"id-1": "problem"}, "This criterion stands here twice."),
            ({"id-1": "<b>"}, "Write a name of at most"),
            ({f"remove-{number}": "on" for number in range(4)}, "Judges need at least one criterion."),
        ):
            refused = await person.post(f"{at}/criteria", data=form | more)
            assert (refused.status_code, words in refused.text) == (422, True), words
        none = await person.post(f"{at}/criteria", data={"revision": form["revision"]})
        assert "Judges need at least one criterion." in none.text
        assert await app_event(app, at) == before


async def test_somebody_elses_change_is_kept(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        form = form_of((await person.get(at)).text)
        assert (await person.post(f"{at}/criteria", data=form | {"name-0": "Theirs"})).status_code == 303
        mine = await person.post(f"{at}/criteria", data=form | {"name-0": "Mine"})
        assert (mine.status_code, "Somebody changed this event meanwhile" in mine.text) == (409, True)
        assert (await app_event(app, at))["rubric"][0]["name"] == "Theirs"
        assert (await person.post(f"{at}/criteria", data=form_of(mine.text))).status_code == 303
        assert (await app_event(app, at))["rubric"][0]["name"] == "Mine"


async def test_what_programs_wrote_is_kept_to_the_letter(app: App) -> None:
    """Whoever saves the form as it is changes nothing."""
    rubric = [
        {"id": "a", "name": "Both", "weight": 1 / 3, "min": -0.5, "max": 1_000_000, "description": "One\nTwo",
         "anchors": [{"value": 0.1, "text": ".5 of it"}, {"value": 123456.7, "text": "1) \u2013 all"}]},
        {"id": "b", "name": "One", "weight": 0.00001, "min": 1, "max": 10, "tracks": ["Health, Care"]},
    ]  # fmt: skip
    async with visitor(app) as person, app.client() as client:
        new = {"name": "E", "rubric": rubric, "settings": {"tracks": ["Health, Care", "Energy"]}}
        at = f"/events/{(await client.post('/events', json=new)).json()['event_id']}"
        before = (await app_event(app, at))["rubric"]
        form = form_of((await person.get(at)).text)
        assert (await person.post(f"{at}/criteria", data=form)).status_code == 303
        assert (await app_event(app, at))["rubric"] == before
        other = await person.post(f"{at}/criteria", data=form | {"tracks-1": "Health", "revision": "2"})
        assert "There are these tracks: Health, Care, Energy." in other.text
        form = form_of((await person.get(at)).text)
        assert (await person.post(f"{at}/criteria", data=form | {"tracks-1": "Energy"})).status_code == 303
        assert (await app_event(app, at))["rubric"][1]["tracks"] == ["Energy"]


async def test_a_new_criterion_never_gets_the_id_of_one_that_was_removed(app: App) -> None:
    async with visitor(app) as person:
        at = await set_up(person)
        form = form_of((await person.get(at)).text) | {"remove-0": "on", "name-4": "Problem"}
        assert (await person.post(f"{at}/criteria", data=form)).status_code == 303
        form = form_of((await person.get(at)).text) | {"remove-0": "on", "name-4": "Solution"}
        assert (await person.post(f"{at}/criteria", data=form)).status_code == 303
        *kept, again, new = [one["id"] for one in (await app_event(app, at))["rubric"]]
        assert kept == ["team-and-craft", "delivery"]
        assert again.startswith("problem-")
        assert new.startswith("solution-")


async def test_what_becomes_of_cards_is_said_before_it_happens(app: App) -> None:
    async with visitor(app) as person, assembled(load(app.settings), app.url) as parts:
        here = await judged(parts.engine)
        scores = {one.id: 5 for one in (await parts.engine.events.get(here.event_id)).in_use}
        await parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": scores})
        at = f"/events/{here.event_id}"
        form = form_of((await person.get(at)).text) | {"weight-0": "7"}
        first = await person.post(f"{at}/criteria", data=form)
        assert (first.status_code, "One card stays complete." in first.text) == (409, True)
        asked = await person.post(f"{at}/criteria", data=form_of(first.text) | {"name-4": "Courage"})
        assert asked.status_code == 409, "that was not agreed to"
        assert "One card becomes a draft and counts again once what is new is scored." in asked.text
        assert (await app_event(app, at))["rubric_version"] == 1
        assert (await person.post(f"{at}/criteria", data=form_of(asked.text))).status_code == 303
        event = await app_event(app, at)
        assert (len(event["rubric"]), event["rubric_version"]) == (5, 2)


async def test_an_archived_event_shows_its_own_criteria(app: App) -> None:
    async with visitor(app) as person, app.client() as client:
        at = await set_up(person)
        for stage in ("published", "archived"):
            (await client.post(f"{at}/stage", json={"stage": stage})).raise_for_status()
        shown = (await person.get(f"{at}?rubric=startup")).text
        assert "<bdi>Team and craft</bdi>" in shown
        assert "Market" not in shown
