"""Looks at a plan with other eyes: sets and a plain search for paths. It shares nothing with the product."""

from collections.abc import Collection, Mapping, Sequence

from pitchscoop.events.model import Judge, Team
from pitchscoop.organizing.assignment import Plan

Pairs = Collection[tuple[str, str]]


def allowed(teams: Sequence[Team], judges: Sequence[Judge]) -> dict[str, set[str]]:
    """By team, the judges who may hear it."""
    found: dict[str, set[str]] = {team.team_id: set() for team in teams}
    for team in teams:
        hosts = {member.email.split("@")[1].lower() for member in team.members if member.email}
        above = {".".join(host.split(".")[place:]) for host in hosts for place in range(host.count(".") + 1)}
        for judge in judges:
            if judge.tracks and team.track not in judge.tracks:
                continue
            if team.team_id in judge.conflicts or above & set(judge.domains):
                continue
            found[team.team_id].add(judge.judge_id)
    return found


def possible(
    may: Mapping[str, set[str]], limits: Mapping[str, int], wanted: Mapping[str, int]
) -> tuple[int, dict[str, set[str]]]:
    """The most readings there can be (Ford and Fulkerson), and panels that have as many."""
    panels: dict[str, set[str]] = {team: set() for team in may}
    loads = dict.fromkeys(limits, 0)

    def place(team: str, seen: set[str]) -> bool:
        for judge in sorted(may[team] - panels[team]):
            if judge in seen:
                continue
            seen.add(judge)
            if loads[judge] < limits[judge]:
                loads[judge] += 1
                panels[team].add(judge)
                return True
            for other in sorted(panels):
                if judge in panels[other] and other != team and place(other, seen):
                    panels[other].discard(judge)
                    panels[team].add(judge)
                    return True
        return False

    for team, number in wanted.items():
        for _ in range(number):
            if not place(team, set()):
                break
    return sum(map(len, panels.values())), panels


def check(plan: Plan, teams: Sequence[Team], judges: Sequence[Judge], reads: int, heard: Pairs = ()) -> tuple[int, int]:
    """Find every guarantee kept. How many readings are missing, and how many pieces the graph has."""
    may = allowed(teams, judges)
    limits = {judge.judge_id: len(teams) if judge.most is None else judge.most for judge in judges}
    done = {(team, judge) for team, judge in heard if team in may}
    pairs = [(team, judge) for team, panel in plan.panels.items() for judge in panel]
    assert set(plan.panels) == set(may)
    assert len(pairs) == len(set(pairs)), "somebody hears a team twice"
    assert done <= set(pairs), "what was heard is gone"
    for team, judge in set(pairs) - done:
        assert judge in may[team], f"{judge} must not hear {team}"
    loads = {judge: sum(found == judge for _, found in pairs) for judge in limits}
    assert loads == dict(plan.loads)
    before = {judge: sum(found == judge for _, found in done) for judge in limits}
    for judge, limit in limits.items():
        assert loads[judge] <= max(limit, before[judge]), f"{judge} hears too many"
    missing = _enough(plan, may, limits, reads, done, before)
    _even(pairs, done, may, limits, loads)
    pieces = _pieces(pairs)
    assert pieces == len(plan.groups)
    assert sorted(judge for group in plan.groups for judge in group) == sorted({judge for _, judge in pairs})
    return missing, pieces


def _enough(
    plan: Plan,
    may: Mapping[str, set[str]],
    limits: Mapping[str, int],
    reads: int,
    done: set[tuple[str, str]],
    before: Mapping[str, int],
) -> int:
    wanted = {team: max(0, reads - sum(found == team for found, _ in done)) for team in may}
    rest = {team: {judge for judge in may[team] if (team, judge) not in done} for team in may}
    room = {judge: max(0, limit - before[judge]) for judge, limit in limits.items()}
    most, _ = possible(rest, room, wanted)
    lacks = {team: reads - len(panel) for team, panel in plan.panels.items() if len(panel) < reads}
    assert {short.team_id: short.missing for short in plan.shortfalls} == lacks
    assert sum(lacks.values()) == sum(wanted.values()) - most, "fewer readings could be missing"
    for short in plan.shortfalls:
        assert "lacks" in short.why
        assert all(plan.loads[judge] >= limits[judge] for judge in short.full)
        idle = may[short.team_id] - set(plan.panels[short.team_id])
        assert idle <= set(short.full)
    return sum(lacks.values())


def _even(
    pairs: Collection[tuple[str, str]],
    done: set[tuple[str, str]],
    may: Mapping[str, set[str]],
    limits: Mapping[str, int],
    loads: Mapping[str, int],
) -> None:
    """No chain of judges passes a team from one to another who hears two fewer."""
    hears: dict[str, set[str]] = {judge: set() for judge in limits}
    panels: dict[str, set[str]] = {team: set() for team in may}
    for team, judge in pairs:
        panels[team].add(judge)
        if judge in hears and (team, judge) not in done:
            hears[judge].add(team)
    to = {judge: {o for team in hears[judge] for o in may[team] - panels[team]} for judge in limits}
    for first in limits:
        reached, new = {first}, {first}
        while new:
            new = {other for judge in new for other in to[judge]} - reached
            reached |= new
        for other in reached:
            assert loads[other] >= loads[first] - 1 or loads[other] >= limits[other], f"{first} could pass to {other}"


def _pieces(pairs: Collection[tuple[str, str]]) -> int:
    above: dict[str, str] = {}

    def top(node: str) -> str:
        above.setdefault(node, node)
        while above[node] != node:
            node = above[node]
        return node

    for team, judge in pairs:
        above[top(f"team {team}")] = top(f"judge {judge}")
    return len({top(node) for node in list(above)})
