"""What judges may save, what becomes of it when many do at once, and what is refused."""

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from pitchscoop.access.model import Principal
from pitchscoop.events.model import Team
from pitchscoop.events.rubrics import Criterion
from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import Conflict, Problem
from pitchscoop.main import Parts
from pitchscoop.organizing.panel import Wish
from pitchscoop.organizing.running_order import Order
from pitchscoop.scoring.model import broken
from tests.exports.pitches import ORGANIZER, kept
from tests.scoring.judged import WHOLE, Judged, code, judged, scored
from tests.servers.place import Place


async def test_what_is_left_out_stays_and_none_takes_back(parts: Parts) -> None:
    here = await judged(parts.engine)
    cards, judge, session = parts.engine.cards, here.judges[0], here.pitches[0]
    first = await cards.save(judge, session, {"scores": {"problem": 7}})
    assert (first.scores, first.complete, first.revision) == ({"problem": 7.0}, False, 1)
    assert first.missing == ("solution", "team-and-craft", "delivery")
    whole = await cards.save(judge, session, {"scores": WHOLE, "comment": "a\r\nb", "mark": "again"})
    assert (whole.scores, whole.comment, whole.mark, whole.complete) == (WHOLE, "a\nb", "again", True)
    less = await cards.save(judge, session, {"scores": {"problem": None}})
    assert (less.missing, less.comment, less.mark) == (("problem",), "a\nb", "again")
    none = await cards.save(judge, session, {"mark": None, "comment": ""})
    assert (none.mark, none.comment, none.revision) == (None, "", 4)
    assert await cards.own(judge, session) == none
    history = await cards.history(judge, session)
    assert [version.scores.get("problem") for version in history] == [None, None, 8.0, 7.0]
    assert await cards.history(ORGANIZER, session, judge.judge_id) == history


async def test_the_same_again_writes_nothing_whatever_revision_it_brings(parts: Parts) -> None:
    here = await judged(parts.engine)
    cards, judge, session = parts.engine.cards, here.judges[0], here.pitches[0]
    saved = await cards.save(judge, session, {"scores": WHOLE}, 0)
    for revision in (0, None, 1, 7):
        assert await cards.save(judge, session, {"scores": WHOLE}, revision) == saved
    assert len(await parts.engine.ledger.entries(here.event_id)) == 1
    facts = await parts.engine.state.facts(here.event_id)
    assert [fact.name for fact in facts].count("card_saved") == 1


async def test_a_change_of_what_was_not_seen_is_told_with_what_is_there(parts: Parts) -> None:
    here = await judged(parts.engine)
    cards, judge, session = parts.engine.cards, here.judges[0], here.pitches[0]
    with pytest.raises(Conflict) as none:
        await cards.save(judge, session, {"comment": "a"}, 3)
    assert (none.value.code, none.value.members) == ("changed_meanwhile", {"current": None})
    on_phone = await cards.save(judge, session, {"comment": "phone"}, 0)
    with pytest.raises(Conflict) as other:
        await cards.save(judge, session, {"comment": "laptop"}, 0)
    assert other.value.members["current"] == on_phone.model_dump(mode="json")
    assert (await cards.save(judge, session, {"comment": "laptop"}, on_phone.revision)).comment == "laptop"


async def test_a_judge_sees_nothing_of_another_judge(parts: Parts) -> None:
    here = await judged(parts.engine, judges=2)
    cards, session = parts.engine.cards, here.pitches[0]
    await cards.save(here.judges[0], session, {"scores": WHOLE, "comment": "mine"})
    assert await code(cards.own(here.judges[1], session)) == "no_card"
    assert await cards.of_session(here.judges[1], session) == []
    assert await cards.history(here.judges[1], session) == []
    view = await parts.engine.judging.read(here.judges[1], here.event_id)
    assert [pitch.card for pitch in view.pitches] == [None]
    other = here.judges[0].judge_id
    assert await code(cards.history(here.judges[1], session, other)) == "other_judge"
    assert await code(parts.engine.judging.read(here.judges[1], here.event_id, other)) == "other_judge"
    assert await code(cards.save(here.judges[1], session, {"mark": "skip"}, judge_id=other)) == "other_judge"
    assert [card.comment for card in await cards.of_session(ORGANIZER, session)] == ["mine"]


async def _frozen(here: Judged) -> None:
    await here.engine.organizing.move_event(ORGANIZER, here.event_id, "frozen")


async def _withdrawn(here: Judged) -> None:
    await here.engine.organizing.withdraw_team(ORGANIZER, here.event_id, here.teams[0])


async def _conflict(here: Judged) -> None:
    await here.engine.organizing.declare_conflict(
        ORGANIZER, here.event_id, here.judges[0].judge_id or "", here.teams[0]
    )


async def _domain(here: Judged) -> None:
    members = [{"name": "Ada", "email": "ada@lab.example.org"}]
    team = Team.model_validate({"team_id": "x", "event_id": "x", "name": "x", "created_at": _THEN, "members": members})
    update = {"members": team.members}
    await here.engine.organizing.update_team(ORGANIZER, here.event_id, here.teams[0], update)
    judge_id = here.judges[0].judge_id or ""
    await here.engine.organizing.update_judge(ORGANIZER, here.event_id, judge_id, {"domains": ("example.org",)})


async def _removed(here: Judged) -> None:
    await here.engine.organizing.remove_judge(ORGANIZER, here.event_id, here.judges[0].judge_id or "")


async def _deleted(here: Judged) -> None:
    await here.engine.delete(ORGANIZER, here.pitches[0])


async def _unheard(here: Judged) -> None:
    update = {"status": "processing", "has_audio": False}
    await here.engine.sessions.change(here.pitches[0], "x", lambda session: session.model_copy(update=update))


_THEN = dt.datetime(2026, 11, 14, tzinfo=dt.UTC)
_CHANGES = [
    (_frozen, "wrong_stage"),
    (_withdrawn, "team_withdrew"),
    (_conflict, "conflict_of_interest"),
    (_domain, "conflict_of_interest"),
    (_removed, "ended_token"),
    (_deleted, "no_such_session"),
    (_unheard, "not_heard_yet"),
]


@pytest.mark.parametrize(("change", "expected"), _CHANGES)
async def test_a_card_is_refused_after_what_forbids_it(parts: Parts, change: Any, expected: str) -> None:
    here = await judged(parts.engine)
    await change(here)
    assert await code(parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": WHOLE})) == expected
    assert await parts.engine.ledger.entries(here.event_id) == []


@pytest.mark.parametrize(("change", "expected"), _CHANGES)
async def test_not_even_a_card_that_was_already_looked_at_comes_after_it(
    place: Place, change: Any, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What forbids it happens in another process at the last moment: all was read, and nothing is written yet."""
    async with place.parts() as parts, place.parts() as others:
        here, tried = await judged(parts.engine), 0
        add = parts.engine.ledger.add

        async def late(*arguments: Any) -> Any:
            nonlocal tried
            tried += 1
            await change(replace(here, engine=others.engine))
            return await add(*arguments)

        monkeypatch.setattr(parts.engine.ledger, "add", late)
        assert await code(parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": WHOLE})) == expected
        assert tried == 1
        assert await parts.engine.ledger.entries(here.event_id) == []


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"scores": {"problem": 11}}, "score_out_of_range"),
        ({"scores": {"problem": float("nan")}}, "score_out_of_range"),
        ({"scores": {"problem": True}}, "score_out_of_range"),
        ({"scores": {"charm": 5}}, "unknown_criterion"),
        ({"comment": "x" * 20_001}, "comment_too_long"),
    ],
)
async def test_what_cannot_be_saved_leaves_the_card_as_it_was(
    parts: Parts, update: dict[str, Any], expected: str
) -> None:
    here = await judged(parts.engine)
    before = await parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": WHOLE})
    assert await code(parts.engine.cards.save(here.judges[0], here.pitches[0], update)) == expected
    assert await parts.engine.cards.own(here.judges[0], here.pitches[0]) == before


async def test_teams_captains_and_organizers_do_not_score(parts: Parts) -> None:
    here = await judged(parts.engine)
    team = (await parts.engine.events.teams.get(here.event_id, here.teams[0])).principal
    for who, expected in ((ORGANIZER, "not_allowed"), (team, "not_allowed"), (Principal(), "not_signed_in")):
        assert await code(parts.engine.cards.save(who, here.pitches[0], {"scores": WHOLE})) == expected
    elsewhere = await judged(parts.engine)
    assert await code(parts.engine.cards.save(elsewhere.judges[0], here.pitches[0], {})) == "not_allowed"


async def test_a_hundred_judges_save_at_once_and_nothing_is_lost(place: Place) -> None:
    """Through two engines, as two processes are: what one holds the other knows nothing of."""
    async with place.parts() as one, place.parts() as two:
        here = await judged(one.engine, teams=2, judges=100)
        saves = [
            (one, two)[(place_ + turn) % 2].engine.cards.save(judge, session, {"scores": {"problem": 1 + turn}})
            for place_, judge in enumerate(here.judges)
            for session in here.pitches
            for turn in range(2)
        ]
        await asyncio.gather(*saves)
        entries = await one.engine.ledger.entries(here.event_id)
        head = await two.engine.ledger.head(here.event_id)
        cards = await two.engine.ledger.cards(here.event_id)
    assert len(entries) == 400
    assert broken(entries) is None
    assert (head.number, head.chain) == (400, entries[-1].chain)
    assert {(card.judge_id, card.session_id) for card in cards} == {
        (judge.judge_id, session) for judge in here.judges for session in here.pitches
    }
    newest = {(e.card.judge_id, e.card.session_id): e.card for e in entries if e.card}
    assert all(newest[card.judge_id, card.session_id].digest == card.digest for card in cards)
    assert {card.revision for card in cards} == {2}


async def test_two_devices_of_one_judge_never_both_win(parts: Parts) -> None:
    here = await judged(parts.engine)
    saves = [
        parts.engine.cards.save(here.judges[0], here.pitches[0], {"comment": f"device {number}"}, 0)
        for number in range(20)
    ]
    found = await asyncio.gather(*saves, return_exceptions=True)
    lost = [error for error in found if isinstance(error, Problem)]
    assert len(lost) == 19
    assert {error.code for error in lost} == {"changed_meanwhile"}
    assert len(await parts.engine.ledger.entries(here.event_id)) == 1


async def test_method_and_rubric_are_locked_once_there_is_a_card(parts: Parts) -> None:
    here = await judged(parts.engine, teams=2)
    organizing, cards = parts.engine.organizing, parts.engine.cards
    event = await organizing.update_event(ORGANIZER, here.event_id, settings={"method": "mean"})
    assert event.settings.method == "mean"
    for session in here.pitches:
        await cards.save(here.judges[0], session, {"scores": WHOLE})
    await cards.save(here.judges[0], here.pitches[0], {"scores": {"problem": 2}})
    locked = organizing.update_event(ORGANIZER, here.event_id, settings={"method": "adjusted"}, new_version=True)
    assert await code(locked) == "method_locked"
    rubric = [one.model_copy(update={"min": 3.0}) if one.id == "problem" else one for one in event.in_use]
    rubric = [one.model_copy(update={"anchors": ()}) for one in rubric]
    with pytest.raises(Conflict, match="1 card stays complete, and 1 card becomes a draft") as began:
        await organizing.update_event(ORGANIZER, here.event_id, rubric=rubric)
    assert (began.value.code, began.value.members) == ("scoring_began", {"stay_complete": 1, "become_drafts": 1})
    changed = await organizing.update_event(ORGANIZER, here.event_id, rubric=rubric, new_version=True)
    assert changed.rubric_version == 2
    first, second = [await cards.own(here.judges[0], session) for session in here.pitches]
    assert (first.complete, first.missing, first.scores["problem"]) == (False, ("problem",), 2.0)
    assert (second.complete, second.rubric_version) == (True, 1)
    renamed = await organizing.update_event(ORGANIZER, here.event_id, name="F", rubric=rubric)
    assert (renamed.name, renamed.rubric_version) == ("F", 2)


async def test_a_method_that_is_changed_while_the_first_card_comes_is_seen(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await judged(parts.engine)
    update, tried = parts.engine.events.update, 0

    async def late(*arguments: Any) -> Any:
        nonlocal tried
        tried += 1
        await parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": WHOLE})
        return await update(*arguments)

    monkeypatch.setattr(parts.engine.events, "update", late)
    changing = parts.engine.organizing.update_event(ORGANIZER, here.event_id, settings={"method": "mean"})
    assert await code(changing) == "method_locked"
    assert tried == 1


async def test_pitches_are_scored_by_the_criteria_of_their_track(parts: Parts) -> None:
    here = await judged(parts.engine, teams=2, tracks=("Sea", "Sky"))
    rubric = [
        Criterion(id="idea", name="Idea", weight=1, min=0, max=5),
        Criterion(id="boat", name="Boat", weight=1, min=0, max=5, tracks=("Sea",)),
    ]
    await parts.engine.organizing.update_event(ORGANIZER, here.event_id, rubric=rubric)
    for team_id, track in zip(here.teams, ("Sea", "Sky"), strict=True):
        await parts.engine.organizing.update_team(ORGANIZER, here.event_id, team_id, {"track": track})
    cards, judge = parts.engine.cards, here.judges[0]
    assert (await cards.save(judge, here.pitches[0], {"scores": {"idea": 5}})).missing == ("boat",)
    assert (await cards.save(judge, here.pitches[1], {"scores": {"idea": 5}})).complete
    assert await code(cards.save(judge, here.pitches[1], {"scores": {"boat": 5}})) == "unknown_criterion"
    view = await parts.engine.judging.read(judge, here.event_id)
    assert {track: [one.id for one in found] for track, found in view.criteria.items()} == {
        "": ["idea"],
        "Sea": ["idea", "boat"],
        "Sky": ["idea"],
    }


async def test_a_judges_day_has_their_pitches_in_running_order(parts: Parts) -> None:
    engine = parts.engine
    here = await judged(engine, teams=5, judges=2, reads=1)
    judge = here.judges[0]
    view = await engine.judging.read(judge, here.event_id)
    assert ([pitch.session.session_id for pitch in view.pitches], view.assigned) == (here.pitches, False)
    await engine.start(ORGANIZER, "Team 0", "Nothing was said", here.event_id)
    await kept(engine, here.event_id, "Nobody's team", b"sound")
    assert len((await engine.judging.read(judge, here.event_id)).pitches) == 6
    made = await engine.panel.make(ORGANIZER, here.event_id, Wish())
    own = [team_id for team_id, panel in made.assignment.panels.items() if judge.judge_id in panel]
    order = list(reversed(here.teams))
    await engine.running_orders.write(ORGANIZER, here.event_id, Order(order))
    view = await engine.judging.read(judge, here.event_id)
    assert view.assigned
    assert [pitch.session.team_id for pitch in view.pitches] == [team for team in order if team in own]
    await engine.organizing.withdraw_team(ORGANIZER, here.event_id, own[0])
    await engine.organizing.declare_conflict(judge, here.event_id, judge.judge_id or "", own[1])
    left = [pitch.session.team_id for pitch in (await engine.judging.read(judge, here.event_id)).pitches]
    assert left == [team for team in order if team in own[2:]]
    assert await code(engine.judging.read(ORGANIZER, here.event_id)) == "which_judge"


async def test_who_has_filled_in_a_card_has_heard_the_pitch(parts: Parts) -> None:
    engine = parts.engine
    here = await judged(engine, teams=4, judges=3, reads=1)
    await engine.cards.save(here.judges[2], here.pitches[0], {"scores": WHOLE})
    await engine.cards.save(here.judges[1], here.pitches[1], {"scores": {"problem": 5}})  # a draft
    made = await engine.panel.make(ORGANIZER, here.event_id, Wish())
    assert made.assignment.heard == {here.teams[0]: (here.judges[2].judge_id,)}
    assert here.judges[2].judge_id in made.assignment.panels[here.teams[0]]


async def test_what_cards_say_is_not_in_the_log(parts: Parts) -> None:
    here = await judged(parts.engine, judges=2)
    await scored(here)
    facts = [fact for fact in await parts.engine.state.facts(here.event_id) if fact.name == "card_saved"]
    entries = await parts.engine.ledger.entries(here.event_id)
    assert [(fact.data["number"], fact.data["chain"]) for fact in facts] == [(e.number, e.chain) for e in entries]
    assert all(set(fact.data) == {"judge_id", "number", "chain"} for fact in facts)
    assert {fact.subject for fact in facts} == set(here.pitches)
    assert await parts.engine.state.read(keys.cards(here.event_id))
