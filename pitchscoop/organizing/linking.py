"""Has panels share judges, so that all scores can be compared: the graph of teams and judges in one piece.

Each step is the gentlest there is: two teams of two groups swap a judge, else a judge hands a team to another, else a
team is heard once more. None of them makes loads less even.
"""

import functools

from pitchscoop.organizing.readings import Readings, bits

_TRIES = 50  # places for one more reading that are looked at: each costs a look at everything

Group = tuple[int, int]
"""Teams and judges (sets) that hang together."""


def groups(readings: Readings) -> list[Group]:
    """The pieces that the graph falls into, smallest first. Whoever hears nobody, or is heard by nobody, is in none."""
    found = []
    left = sum(1 << judge for judge, teams in enumerate(readings.teams) if teams)
    while left:
        piece = _piece(readings, left & -left)
        found.append(piece)
        left &= ~piece[1]
    return sorted(found, key=lambda piece: (piece[1].bit_count(), piece))


def link(readings: Readings) -> None:
    """Join groups while that is possible."""
    while len(found := groups(readings)) > 1:
        if not any(step(readings, group) for step in (_swap, _hand_over, _once_more) for group in found):
            return


def _swap(readings: Readings, group: Group) -> bool:
    _, judges = group
    loose = functools.cache(functools.partial(_loose, readings))
    for judge in bits(judges):
        for team in readings.movable(judge):
            for other in bits(readings.may[team] & ~judges):
                for away in readings.movable(other):
                    if readings.may[away] >> judge & 1 and (loose(team, judge) or loose(away, other)):
                        readings.drop(team, judge)
                        readings.drop(away, other)
                        readings.add(team, other)
                        readings.add(away, judge)
                        return True
    return False


def _hand_over(readings: Readings, group: Group) -> bool:
    _, judges = group
    for judge in bits(judges):
        for team in readings.movable(judge):
            for other in bits(readings.may[team] & ~judges):
                lighter = 0 < readings.load[other] < readings.load[judge] and readings.has_room(other)
                if lighter and _loose(readings, team, judge):
                    readings.drop(team, judge)
                    readings.add(team, other)
                    return True
    return False


def _once_more(readings: Readings, group: Group) -> bool:
    teams, judges = group
    places = [
        (readings.load[other], other, team)
        for team in bits(teams)
        for other in bits(readings.may[team] & ~judges)
        if readings.load[other] and readings.has_room(other)
    ]
    for _, other, team in sorted(places)[:_TRIES]:
        readings.add(team, other)
        if readings.is_level():
            return True
        readings.drop(team, other)
    return False


def _loose(readings: Readings, team: int, judge: int) -> bool:
    """Whether a team and a judge hang together without this reading, too."""
    readings.drop(team, judge)
    _, judges = _piece(readings, readings.panel[team] & -readings.panel[team])
    readings.add(team, judge)
    return bool(judges >> judge & 1)


def _piece(readings: Readings, judges: int) -> Group:
    """All that hangs together with these judges."""
    teams, new = 0, judges
    while new:
        fresh = 0
        for judge in bits(new):
            fresh |= readings.teams[judge]
        fresh &= ~teams
        teams |= fresh
        new = 0
        for team in bits(fresh):
            new |= readings.panel[team]
        new &= ~judges
        judges |= new
    return teams, judges
