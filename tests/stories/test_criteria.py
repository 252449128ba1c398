"""Criteria on the event's page: what judges score is read there and changed there, in both modes."""

import re
from typing import Any

from pitchscoop.events.rubrics import DEFAULT
from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests.scoring.judged import judged
from tests.servers.app import App
from tests.stories.test_organizer import app_event, set_up, visitor

_ROW = re.compile(
    r'name="((?:id|name|weight|min|max|tracks)-\d+)" value="([^"]*)"|<textarea[^>]* name="(\w+-\d+)"[^>]*>([^<]*)<'
)


def form_of(page: str) -> dict[str, str]:
    """What the form would send if it were sent as it is."""
    part = page[page.index('id="criteria"') : page.index('id="settings"')]
    found = {name or area: value or words for name, value, area, words in _ROW.findall(part)}
    return found | {"revision": re.findall(r'name="revision" value="(\d+)"', part)[0]}


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
        assert (rubric[3]["id"], rubric[3]["min"], rubric[3]["max"]) == ("w-rme", 0, 5)
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
        none = await person.post(f"{at}/criteria", data={"revision": form["revision"]})
        assert "Judges need at least one criterion." in none.text
        twice = await person.post(f"{at}/criteria", data=form | {"id-1": "problem"})
        assert twice.status_code == 422
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


async def test_what_becomes_of_cards_is_said_before_it_happens(app: App) -> None:
    async with visitor(app) as person, assembled(load(app.settings), app.url) as parts:
        here = await judged(parts.engine)
        scores = {one.id: 5 for one in (await parts.engine.events.get(here.event_id)).in_use}
        await parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": scores})
        at = f"/events/{here.event_id}"
        form = form_of((await person.get(at)).text) | {"name-4": "Courage"}
        asked = await person.post(f"{at}/criteria", data=form)
        assert asked.status_code == 409
        assert "One card becomes a draft and counts again once what is new is scored." in asked.text
        assert (await app_event(app, at))["rubric_version"] == 1
        agreed = form_of(asked.text) | {"new_version": "on"}
        assert 'name="new_version" value="on"' in asked.text
        assert (await person.post(f"{at}/criteria", data=agreed)).status_code == 303
        event = await app_event(app, at)
        assert (len(event["rubric"]), event["rubric_version"]) == (5, 2)
