"""Who can be compared, and which readings to ask for next."""

import dataclasses

import numpy as np

from pitchscoop.scoring.groups import Group, Reading, groups, next_readings
from pitchscoop.scoring.mixed import Reads, fit
from tests.scoring.simulation import DESIGNS, held

TWO = Reads(np.array([0, 1, 1, 2, 3, 4]), np.array([0, 0, 1, 1, 2, 2]), np.array([5.0, 6, 7, 8, 5, 6]), 6, 4)
"""Teams 0 1 2 by judges 0 1, teams 3 4 by judge 2; nobody heard team 5, judge 3 heard nobody."""


def _order(reads: Reads) -> list[int]:
    order: list[int] = np.argsort(-fit(reads).adjusted, kind="stable").tolist()
    return order


def _with(reads: Reads, asked: Reading, total: float = 6.0) -> Reads:
    return dataclasses.replace(
        reads,
        team=np.append(reads.team, asked.team),
        judge=np.append(reads.judge, asked.judge),
        total=np.append(reads.total, total),
    )


def test_groups_are_what_readings_link() -> None:
    assert groups(TWO) == [Group((0, 1, 2), (0, 1)), Group((3, 4), (2,))]


def test_a_long_chain_is_one_group() -> None:
    at = np.arange(300)
    chain = Reads(np.repeat(at, 2), np.append(0, np.repeat(at, 2)[:-1]), np.zeros(600), 300, 300)
    assert len(groups(chain)) == 1
    assert len(groups(chain)[0].teams) == 300


def test_nobody_is_in_no_group() -> None:
    assert groups(Reads(np.zeros(0, int), np.zeros(0, int), np.zeros(0), 3, 3)) == []


def test_the_first_readings_asked_for_link_everything() -> None:
    asked = next_readings(TWO, fit(TWO), _order(TWO), np.ones((6, 4), dtype=bool), count=2)
    assert [reading.why for reading in asked] == ["links", "links"]
    linked = TWO
    for reading in asked:
        linked = _with(linked, reading)
    assert groups(linked) == [Group((0, 1, 2, 3, 4, 5), (0, 1, 2))]


def test_a_link_is_by_a_judge_and_of_a_team_that_are_known_best() -> None:
    asked = next_readings(TWO, fit(TWO), _order(TWO), np.ones((6, 4), dtype=bool), count=1)
    assert asked == [Reading(1, 2, "links")]


def test_who_may_not_hear_a_team_is_not_asked() -> None:
    may = np.ones((6, 4), dtype=bool)
    may[:, 2] = False
    may[5] = False
    asked = next_readings(TWO, fit(TWO), _order(TWO), may)
    assert {(reading.team, reading.judge) for reading in asked if reading.why == "links"} <= {
        (3, 0),
        (3, 1),
        (4, 0),
        (4, 1),
    }
    assert next_readings(TWO, fit(TWO), _order(TWO), np.zeros((6, 4), dtype=bool)) == []


def test_what_was_heard_is_not_asked_for_again() -> None:
    _, reads = held(DESIGNS[2], np.random.default_rng(1))
    may = np.zeros((reads.teams, reads.judges), dtype=bool)
    may[reads.team, reads.judge] = True
    assert next_readings(reads, fit(reads), _order(reads), may) == []
    assert may[reads.team, reads.judge].all()


def test_readings_asked_for_are_of_neighbours_near_the_top_each_team_once() -> None:
    _, reads = held(DESIGNS[2], np.random.default_rng(2))
    order = _order(reads)
    asked = next_readings(reads, fit(reads), order, np.ones((reads.teams, reads.judges), dtype=bool), count=50, top=5)
    assert {reading.why for reading in asked} == {"settles"}
    assert len({reading.team for reading in asked}) == len(asked) == 6
    for reading in asked:
        assert reading.other is not None
        assert abs(order.index(reading.team) - order.index(reading.other)) == 1
        assert order.index(reading.team) <= 5


def test_the_judge_who_is_asked_tells_more_than_any_other() -> None:
    _, reads = held(DESIGNS[7], np.random.default_rng(3))
    found = fit(reads)
    may = np.ones((reads.teams, reads.judges), dtype=bool)
    first = next(r for r in next_readings(reads, found, _order(reads), may, count=50) if r.why == "settles")
    assert first.other is not None
    heard = set(reads.judge[reads.team == first.team].tolist())
    gains = {judge: gain for judge, gain in enumerate(found.gain(first.team, first.other)) if judge not in heard}
    assert gains[first.judge] == max(gains.values()) > min(gains.values())


def test_teams_that_lie_far_apart_are_asked_about_last() -> None:
    total = np.array([90.0, 91, 89, 50, 50.5, 49, 51, 49.5, 50.2])
    reads = Reads(np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3), total, 3, 4)
    asked = next_readings(reads, fit(reads), _order(reads), np.ones((3, 4), dtype=bool))
    assert {asked[0].team, asked[1].team} == {1, 2}
