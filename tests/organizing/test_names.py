"""Names are kept one way whatever door they come through, and a pitch carries the name of its team."""

from typing import Any

import pytest

from pitchscoop.doors.people import NewJudge
from pitchscoop.events.conflicts import conflict
from pitchscoop.events.model import Member, Settings
from pitchscoop.events.service import DEFAULT_EVENT
from pitchscoop.kernel.errors import Invalid
from pitchscoop.main import Parts
from tests.exports.pitches import ORGANIZER
from tests.organizing.people import judge, team


@pytest.mark.parametrize("name", ["", "  ", "Kelp\x07", "x" * 201])
async def test_no_door_can_forget_to_look_at_a_name(parts: Parts, name: str) -> None:
    organizing = parts.engine.organizing
    event = await organizing.create_event(ORGANIZER, "  Øst ", (), Settings(), "open")
    assert event.name == "Øst"
    kelp = (await organizing.add_team(ORGANIZER, event.event_id, " Kelp ")).who
    ada = (await organizing.add_judge(ORGANIZER, event.event_id, "Ada")).who
    assert kelp.name == "Kelp"
    update: dict[str, Any] = {"name": name}
    for asked in (
        organizing.create_event(ORGANIZER, name, (), Settings(), "open"),
        organizing.update_event(ORGANIZER, event.event_id, name=name),
        organizing.add_team(ORGANIZER, event.event_id, name),
        organizing.update_team(ORGANIZER, event.event_id, kelp.team_id, update),
        organizing.add_judge(ORGANIZER, event.event_id, name),
        organizing.update_judge(ORGANIZER, event.event_id, ada.judge_id, update),
        organizing.add_organizer(ORGANIZER, name),
    ):
        with pytest.raises(Invalid):
            await asked


async def test_a_pitch_carries_its_teams_own_name(parts: Parts) -> None:
    added = await parts.engine.organizing.add_team(ORGANIZER, DEFAULT_EVENT, "Straße")
    session = await parts.engine.start(ORGANIZER, "STRASSE", "Bread", DEFAULT_EVENT)
    assert (session.team_id, session.team_name) == (added.who.team_id, "Straße")


@pytest.mark.parametrize("domain", ["uni.example", ".uni.example", "*.uni.example", " UNI.example"])
def test_a_domain_is_kept_however_it_was_written(domain: str) -> None:
    (kept,) = NewJudge(name="Ada", domains=[domain]).domains
    torn = judge(1, domains=(kept,))
    for address in ("a@uni.example", "a@cs.uni.example"):
        assert conflict(torn, team(1, members=(Member(name="A", email=address),))) == "domain"
    assert conflict(torn, team(1, members=(Member(name="A", email="a@other.example"),))) is None
