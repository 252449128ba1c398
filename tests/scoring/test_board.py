"""From cards to rows, and what happens where there is little to go by."""

import dataclasses
import math
import random

import pytest

from pitchscoop.events.model import Judge, Team
from pitchscoop.events.rubrics import Criterion
from pitchscoop.scoring.board import board
from tests.scoring.boards import RUBRIC, WHEN, card, drawn, event, made, pitch, ranks, scored


def test_a_clear_order_is_told_with_its_means() -> None:
    cards = [card(name, judge, points, points) for name, points in (("x", 9), ("y", 5), ("z", 1)) for judge in "pqrs"]
    found = made([pitch(name) for name in "xyz"], cards)
    assert [(row.pitch.session_id, row.rank, row.raw_mean, row.judges) for row in found.rows] == [
        ("x", 1, 36.0, 4),
        ("y", 2, 20.0, 4),
        ("z", 3, 4.0, 4),
    ]
    assert [row.interval for row in found.rows] == [(1, 1), (2, 2), (3, 3)]
    assert (found.cards, found.judges, found.warnings) == (12, 4, ())


def test_a_strict_judge_costs_nobody_a_place() -> None:
    """Two pitches as good as each other; one was heard by the judge who gives three points less to all."""
    base = {"a": 6, "b": 6, "c": 4, "d": 4, "e": 8, "f": 8}
    heard = {"a": "pq", "b": "qr", "c": "pr", "d": "pq", "e": "qr", "f": "pr"}
    strict = {"p": -3, "q": 0, "r": 0}
    cards = [card(name, judge, *[points + strict[judge]] * 2) for name, points in base.items() for judge in heard[name]]
    found = made([pitch(name) for name in base], cards)
    rows = {row.pitch.session_id: row for row in found.rows}
    assert rows["b"].raw_mean - rows["a"].raw_mean == pytest.approx(6)
    assert rows["b"].adjusted - rows["a"].adjusted == pytest.approx(0, abs=0.3)
    assert rows["a"].rank == rows["b"].rank
    assert rows["a"].tied_with == ("b",)
    assert rows["a"].why.startswith("1 of the 2 judges was stricter")


def test_the_mean_ranks_where_the_organizer_chose_it() -> None:
    pitches, cards = drawn(12, 4, 2)
    found = made(pitches, cards, event(method="mean"))
    assert [row.score for row in found.rows] == sorted((row.raw_mean for row in found.rows), reverse=True)
    assert {row.pitch.session_id: row.adjusted for row in found.rows} == {
        row.pitch.session_id: row.adjusted for row in made(pitches, cards).rows
    }


def test_where_the_mean_ranks_no_place_is_outside_of_its_interval() -> None:
    """The strict judge's teams are best by the model, and last by the mean."""
    strict = [card(f"s{at}", judge, 4 + at / 2, 4 + at / 2) for at in range(3) for judge in "pq"]
    linked = [card(f"l{at}", judge, *[2 if judge in "pq" else 8] * 2) for at in range(6) for judge in "pqrs"]
    mild = [card(f"m{at}", judge, 7 + at / 4, 7 + at / 4) for at in range(3) for judge in "rs"]
    pitches = [
        pitch(name) for name in (*(f"{kind}{at}" for kind in "sm" for at in range(3)), *(f"l{at}" for at in range(6)))
    ]
    found = made(pitches, strict + linked + mild, event(method="mean"))
    assert all(low <= row.rank <= high for row in found.rows for low, high in [row.interval])
    adjusted = {row.pitch.session_id: row.interval for row in made(pitches, strict + linked + mild).rows}
    assert any(
        not adjusted[row.pitch.session_id][0] <= row.rank <= adjusted[row.pitch.session_id][1] for row in found.rows
    )


def test_ties_are_broken_as_the_organizer_chose() -> None:
    pitches = [pitch(name) for name in "xyz"]
    cards = [card("x", "p", 6, 5), card("y", "p", 5, 8), card("z", "p", 4, 5)]  # 23, 23 and 17 points
    shared = made(pitches, cards)
    assert [(row.rank, row.tied) for row in shared.rows] == [(1, 2)] * 3
    by_score = made(pitches, cards, event(tie_break="score"))
    assert ranks(by_score) == {"x": 1, "y": 1, "z": 3}
    assert [row.tied for row in by_score.rows] == [1, 1, 0]
    by_b = made(pitches, cards, event(tie_break="criterion:b"))
    assert ranks(by_b) == {"y": 1, "x": 2, "z": 3}
    assert [row.tied for row in by_b.rows] == [0, 0, 0]
    assert by_b.rows[1].why.endswith("The cards cannot tell it from 2 other teams; the higher score decides, then B.")
    assert all(row.interval == (1, 3) for row in by_b.rows)


def test_a_tie_goes_by_score_where_the_rubric_has_lost_the_criterion_or_a_track_lacks_it() -> None:
    pitches = [pitch("x", track="Sea"), pitch("y", track="Land")]
    cards = [card("x", "p", 5, 5), card("y", "p", 5, 5, 9)]
    rubric = [*RUBRIC, Criterion(id="c", name="C", weight=6, min=0, max=10, tracks=("Land",))]
    for rule in ("criterion:c", "criterion:gone"):
        found = made(pitches, cards, event(rubric, tracks=["Sea", "Land"], tie_break=rule))
        assert ranks(found) == {"y": 1, "x": 2}
        assert "higher score decides" in found.rows[0].why


def test_only_complete_cards_of_pitches_that_are_in_count() -> None:
    pitches = [pitch("x"), pitch("y"), pitch("gone", withdrawn=True)]
    cards = [
        card("x", "p", 5, 5),
        card("x", "q", 5),  # a draft
        card("x", "r", 5, 5, mark="skip"),
        card("x", "s", 5, 11),  # outside of a scale that was changed
        card("gone", "p", 9, 9),
        card("deleted", "p", 9, 9),
    ]
    found = made(pitches, cards)
    assert [(row.pitch.session_id, row.judges) for row in found.rows] == [("x", 1)]
    assert any("One pitch has no complete card yet" in caution for caution in found.warnings)


def test_of_a_teams_pitches_the_one_most_judges_heard_counts() -> None:
    pitches = [pitch("old", "t", created=1), pitch("new", "t", created=2), pitch("other", "u", created=3)]
    cards = [card(name, "p", 5, 5) for name in ("old", "new", "other")]
    assert ranks(made(pitches, cards)).keys() == {"new", "other"}  # the newest of equals
    assert ranks(made(pitches, [*cards, card("old", "q", 5, 5)])).keys() == {"old", "other"}


def test_tracks_are_ranked_for_themselves() -> None:
    pitches, cards = drawn(9, 4, 4)
    pitches = [pitch(one.session_id, track="Sea" if at % 3 else "Land") for at, one in enumerate(pitches)]
    found = made(pitches, cards)
    assert {track: len(rows) for track, rows in found.tracks.items()} == {"Land": 3, "Sea": 6}
    for rows in found.tracks.values():
        assert rows[0].rank == 1
        assert max(row.interval[1] for row in rows) <= len(rows)
        order = [row.pitch.session_id for row in rows]
        assert order == [one for one in ranks(found) if one in order]


def test_tracks_with_criteria_of_their_own_stand_on_one_scale() -> None:
    rubric = [*RUBRIC, Criterion(id="c", name="C", weight=6, min=0, max=10, tracks=("Sea",))]
    pitches = [pitch("land", track="Land"), pitch("sea", track="Sea")]
    cards = [card("land", "p", 5, 5), card("sea", "p", 5, 5, 5)]
    found = made(pitches, cards, event(rubric, tracks=["Land", "Sea"]))
    assert [row.raw_mean for row in found.rows] == [50.0, 50.0]
    assert any("different criteria" in caution for caution in found.warnings)


@pytest.mark.parametrize(
    "cards",
    [
        [card("x", "p", 5, 5)],
        [card(name, "p", 5, 5) for name in "xyz"],
        [card(name, judge, 7, 7) for name in "xyz" for judge in "pqr"],
        [card(name, judge, 10, 10) for name in "xy" for judge in "pq"] + [card("z", "p", 10, 10)],
        [card("x", "p", 5, 5), card("y", "q", 9, 9)],
        [card("x", "p", 0, 0), card("y", "p", 10, 10), card("z", "p", 5, 5)],
        [],
    ],
    ids=["one team", "all equal, one judge", "all equal", "everybody the maximum", "no judge in common", "one judge",
         "none"],
)  # fmt: skip
def test_little_to_go_by_gives_an_answer_all_the_same(cards: list[object]) -> None:
    found = made([pitch(name) for name in "xyz"], cards)  # type: ignore[arg-type]
    for row in found.rows:
        low, high = row.interval
        assert 1 <= low <= row.rank <= high <= len(found.rows) or row.tied
        assert math.isfinite(row.adjusted)
        assert row.why.endswith(".")
    if len({one.raw_mean for one in found.rows}) == 1:
        assert {row.rank for row in found.rows} == {1}


def test_who_cannot_be_compared_is_said() -> None:
    pitches = [pitch(name) for name in "wxyz"]
    apart = [card(name, judge, 5 + at, 5) for at, name in enumerate("wx") for judge in "pq"]
    apart += [card(name, judge, 5 + at, 5) for at, name in enumerate("yz") for judge in "rs"]
    found = made(pitches, apart)
    assert any("2 groups that share no judge" in caution for caution in found.warnings)
    alone = made(pitches, [card(name, "p", 5, at) for at, name in enumerate("wxyz")])
    assert alone.warnings[0].startswith("One judge scored everybody")


def test_who_should_hear_whom_next_is_worked_out_for_organizers() -> None:
    """Two groups that share no judge: somebody who may is to hear a team of the other one."""
    teams = {name: Team(team_id=name, event_id="e", name=name.upper(), created_at=WHEN) for name in "wxyz"}
    judges = {name: Judge(judge_id=name, event_id="e", name=name.upper(), created_at=WHEN) for name in "pqrs"}
    judges["p"] = judges["p"].model_copy(update={"conflicts": ("y", "z")})
    judges["q"] = judges["q"].model_copy(update={"removed_at": WHEN})
    cards = [card(name, judge, 5 + at, 5) for at, name in enumerate("wx") for judge in "pq"]
    cards += [card(name, judge, 5 + at, 5) for at, name in enumerate("yz") for judge in "rs"]
    known = dataclasses.replace(scored([pitch(name) for name in "wxyz"], cards), teams=teams, judges=judges)
    first, *_ = board(known).advise()
    assert first.endswith("it links judges who share no team so far.")
    assert not first.startswith(("P ", "Q "))
    frozen = dataclasses.replace(known, event=known.event.model_copy(update={"stage": "frozen"}))
    assert board(frozen).advise() == ()


@pytest.mark.parametrize(("teams", "judges", "reads"), [(60, 12, 3), (3, 3, 2), (5, 2, 1)])
def test_the_same_cards_give_the_same_rows_in_any_order(teams: int, judges: int, reads: int) -> None:
    for seed in range(20):
        pitches, cards = drawn(teams, judges, reads, seed)
        found = made(pitches, cards)
        random.Random(seed).shuffle(cards)
        assert board(scored(pitches[::-1], cards)) == found


def test_a_pitch_of_another_track_without_a_card_stretches_nobody() -> None:
    rubric = (*event().rubric, Criterion(id="hard", name="H", weight=4, min=0, max=10, tracks=("Hardware",)))
    of = event().model_copy(update={"rubric": rubric})
    pitches = [pitch("s1"), pitch("s2")]
    cards = [card("s1", "j1", 8, 8), card("s2", "j1", 6, 6)]
    alone = made(pitches, cards, of)
    beside = made([*pitches, pitch("s3", track="Hardware"), pitch("s4", track="Hardware", withdrawn=True)], cards, of)
    assert [row.raw_mean for row in beside.rows] == [row.raw_mean for row in alone.rows]
    assert not any("stretched" in warning for warning in beside.warnings)


def test_a_thousand_equal_teams_do_not_name_each_other() -> None:
    pitches = [pitch(f"s{at:04}") for at in range(1000)]
    cards = [card(one.session_id, f"j{(at + shift) % 100}", 7, 7) for at, one in enumerate(pitches) for shift in (0, 1)]
    found = made(pitches, cards)
    assert {row.rank for row in found.rows} == {1}
    assert {row.tied for row in found.rows} == {999}
    for row in (found.rows[0], found.rows[500], found.rows[-1]):
        assert len(set(row.tied_with)) == 6
        assert row.pitch.session_id not in row.tied_with
    assert all(row.interval == (1, 1000) for row in found.rows)
