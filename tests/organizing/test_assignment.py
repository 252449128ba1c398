"""Judges and teams: every guarantee of ``assign``, seen by an independent checker (checker.py)."""

import itertools
import random
import time

import pytest

from pitchscoop.organizing.assignment import Plan, assign
from tests.organizing.checker import allowed, check, possible
from tests.organizing.people import anything, crowd, judge, team


def pairs_of(plan: Plan) -> set[tuple[str, str]]:
    return {(team_id, judge_id) for team_id, panel in plan.panels.items() for judge_id in panel}


@pytest.mark.parametrize("number", range(100))
def test_any_event_is_planned_as_well_as_it_can_be_and_again_after_no_shows(number: int) -> None:
    chance = random.Random(number)
    teams, judges, reads = anything(chance)
    plan = assign(teams, judges, reads, number)
    check(plan, teams, judges, reads)

    there = [found for found in judges if chance.random() > 0.2]
    running = [found for found in teams if chance.random() > 0.1]
    heard = {pair for pair in pairs_of(plan) if chance.random() < 0.3}
    again = assign(running, there, reads, number, heard=heard, standing=pairs_of(plan))
    check(again, running, there, reads, heard)


@pytest.mark.parametrize("seed", range(5))
def test_a_large_event_keeps_all_guarantees_also_after_one_in_five_did_not_show_up(seed: int) -> None:
    """Issue 5: 300 teams, 60 judges, three each, 5 % conflicts, in under 5 s."""
    chance = random.Random(seed)
    teams, judges = crowd(chance, 300, 60, 0.05)
    began = time.perf_counter()
    plan = assign(teams, judges, 3, seed)
    took = time.perf_counter() - began
    assert check(plan, teams, judges, 3) == (0, 1)
    assert max(plan.loads.values()) - min(plan.loads.values()) <= 1
    assert plan.notes == ()

    absent = {found.judge_id for found in chance.sample(judges, 12)}
    there = [found for found in judges if found.judge_id not in absent]
    heard = {pair for pair in pairs_of(plan) if chance.random() < 0.1}
    began = time.perf_counter()
    again = assign(teams, there, 3, seed, heard=heard, standing=pairs_of(plan))
    took_again = time.perf_counter() - began
    assert check(again, teams, there, 3, heard) == (0, 1)
    assert max(again.loads.values()) - min(again.loads.values()) <= 1
    standing = {pair for pair in pairs_of(plan) if pair[1] not in absent} | heard
    kept = len(standing & pairs_of(again)) / len(standing)
    print(f"\n300 teams, 60 judges: {took:.2f} s; again with 48: {took_again:.2f} s, {kept:.1%} of what stood is kept")
    assert max(took, took_again) < 5
    assert kept > 0.95


def test_the_same_again_in_whatever_order_people_come() -> None:
    teams, judges = crowd(random.Random(1), 40, 9, 0.1)
    first = assign(teams, judges, 3, 7)
    assert assign(teams[::-1], judges[::-1], 3, 7) == first
    assert assign(teams, judges, 3, 8) != first


def test_nothing_changes_where_nothing_happened() -> None:
    teams, judges = crowd(random.Random(2), 60, 12, 0.05)
    plan = assign(teams, judges, 3, 1)
    assert pairs_of(assign(teams, judges, 3, 99, standing=pairs_of(plan))) == pairs_of(plan)


def test_one_judge_less_moves_only_what_that_judge_had() -> None:
    teams, judges = crowd(random.Random(3), 60, 12, 0)
    plan = assign(teams, judges, 3, 1)
    again = assign(teams, judges[1:], 3, 1, standing=pairs_of(plan))
    stood = {pair for pair in pairs_of(plan) if pair[1] != judges[0].judge_id}
    assert stood <= pairs_of(again)


def test_a_judge_who_comes_late_takes_a_fair_share_and_nobody_else_is_moved() -> None:
    teams, judges = crowd(random.Random(4), 60, 12, 0)
    plan = assign(teams, judges[1:], 3, 1)
    again = assign(teams, judges, 3, 1, standing=pairs_of(plan))
    assert sorted(again.loads.values()) == [15] * 12
    assert {judge_id for _, judge_id in pairs_of(again) - pairs_of(plan)} == {judges[0].judge_id}


@pytest.mark.parametrize("number", range(60))
def test_small_events_are_as_good_as_trying_everything(number: int) -> None:
    """All ways to fill panels of exactly ``reads``, one by one: none has more even loads."""
    chance = random.Random(number)
    teams, judges = crowd(chance, chance.randint(2, 5), chance.randint(2, 4), 0.15)
    reads = chance.choice([1, 2])
    may = allowed(teams, judges)
    choices = [list(itertools.combinations(sorted(may[found.team_id]), reads)) for found in teams]
    squares = None
    for panels in itertools.product(*choices):
        loads = [sum(found.judge_id in panel for panel in panels) for found in judges]
        squares = min(sum(load**2 for load in loads), squares if squares is not None else 10**9)
    plan = assign(teams, judges, reads, number)
    check(plan, teams, judges, reads)
    if squares is None:
        assert plan.shortfalls
    elif all(len(panel) == reads for panel in plan.panels.values()):
        assert sum(load**2 for load in plan.loads.values()) == squares


def test_the_checker_knows_how_many_readings_there_can_be() -> None:
    assert possible({"a": {"x", "y"}, "b": {"x"}}, {"x": 1, "y": 1}, {"a": 2, "b": 1})[0] == 2


def test_panels_that_share_nobody_are_joined() -> None:
    """Left alone, four judges who each stand by a clique of their own would never meet."""
    teams, judges = [team(number) for number in range(4)], [judge(number) for number in range(4)]
    standing = {("t0000", "j000"), ("t0000", "j001"), ("t0001", "j000"), ("t0001", "j001")}
    standing |= {("t0002", "j002"), ("t0002", "j003"), ("t0003", "j002"), ("t0003", "j003")}
    plan = assign(teams, judges, 2, 1, standing=standing)
    assert check(plan, teams, judges, 2) == (0, 1)
    assert len(pairs_of(plan) & standing) == 6


def test_one_judge_a_team_is_linked_by_a_reading_more() -> None:
    teams, judges = crowd(random.Random(5), 12, 4, 0)
    plan = assign(teams, judges, 1, 1)
    assert check(plan, teams, judges, 1) == (0, 1)
    assert len(pairs_of(plan)) == 15
    assert "3 teams have more judges than asked for" in plan.notes[0]


def test_tracks_with_judges_of_their_own_are_groups_and_the_plan_says_so() -> None:
    teams = [team(number, track=["A", "B"][number % 2]) for number in range(10)]
    judges = [judge(number, tracks=(["A", "B"][number % 2],)) for number in range(6)]
    plan = assign(teams, judges, 2, 1)
    assert check(plan, teams, judges, 2) == (0, 2)
    assert plan.notes == (
        "The judges fall into 2 groups that share no team: scores can be compared within a group, not across groups.",
    )


def test_too_many_conflicts_are_told_by_team_with_the_reason() -> None:
    members = [{"name": "Mia", "email": "Mia@CS.Uni.example"}]
    teams = [team(0, track="Health", members=members), team(1, track="Climate")]
    judges = [
        judge(0),
        judge(1, conflicts=("t0000",)),
        judge(2, domains=("uni.example",)),
        judge(3, tracks=("Climate",)),
    ]
    plan = assign(teams, judges, 3, 1)
    assert check(plan, teams, judges, 3) == (2, 1)
    (short,) = plan.shortfalls
    assert (short.team_id, short.missing, short.full) == ("t0000", 2, ())
    assert short.why == (
        "'Team 0' lacks 2 judges. Only Judge 0 may hear it; 2 judges must not, by a conflict of interest; "
        "1 judge only hears other tracks. Invite a judge who may."
    )
    assert len(plan.panels["t0001"]) == 4  # one more links Judge 0 with the others


def test_limits_that_are_too_low_are_told_with_the_judges_and_what_is_missing_is_spread() -> None:
    teams = [team(number) for number in range(4)]
    judges = [judge(number, most=2) for number in range(3)]
    plan = assign(teams, judges, 2, 1)
    assert check(plan, teams, judges, 2) == (2, 1)
    assert [short.missing for short in plan.shortfalls] == [1, 1]
    assert plan.shortfalls[0].full == ("j000", "j001", "j002") or len(plan.shortfalls[0].full) == 2
    assert "hear as many as they may: Judge" in plan.shortfalls[0].why
    assert "Raise a limit, or invite a judge." in plan.shortfalls[0].why


def test_nobody_there_and_nothing_to_hear() -> None:
    (short,) = assign([team(0)], [], 3, 1).shortfalls
    assert short.why == "'Team 0' lacks 3 judges. Nobody may hear it. Invite a judge who may."
    assert assign([], [judge(0)], 3, 1) == Plan({}, {"j000": 0}, (), (), ())


def test_what_was_heard_stands_even_by_one_who_left_and_beyond_a_limit() -> None:
    teams, judges = [team(number) for number in range(3)], [judge(0, most=1), judge(1), judge(2)]
    heard = {("t0000", "j000"), ("t0001", "j000"), ("t0002", "gone")}
    plan = assign(teams, judges, 2, 1, heard=heard)
    assert check(plan, teams, judges, 2, heard)[0] == 0
    assert heard <= pairs_of(plan)
