"""Teams and judges of the tests."""

import datetime as dt
import random
from typing import Any

from pitchscoop.events.model import Judge, Member, Team

EVENT = "boston"
THEN = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
DOMAINS = ["uni.example", "cs.uni.example", "corp.example", "lab.example", "home.example"]


def team(number: int, **more: Any) -> Team:
    return Team(team_id=f"t{number:04d}", event_id=EVENT, name=f"Team {number}", created_at=THEN, **more)


def judge(number: int, **more: Any) -> Judge:
    return Judge(judge_id=f"j{number:03d}", event_id=EVENT, name=f"Judge {number}", created_at=THEN, **more)


def crowd(chance: random.Random, teams: int, judges: int, conflicts: float) -> tuple[list[Team], list[Judge]]:
    """Teams, and judges of whom each has this share of all teams as conflicts, declared or by a domain of their own."""
    all_teams = [team(number) for number in range(teams)]
    all_judges = []
    for number in range(judges):
        barred = [found.team_id for found in all_teams if chance.random() < conflicts]
        all_judges.append(judge(number, conflicts=tuple(barred)))
    return all_teams, all_judges


def anything(chance: random.Random) -> tuple[list[Team], list[Judge], int]:
    """Any event there might be, easy, hard or impossible."""
    tracks = ["Climate", "Health", "Tools"][: chance.choice([0, 0, 1, 2, 3])]
    teams = []
    for number in range(chance.randint(1, 40)):
        emails = [f"m{n}@{chance.choice(DOMAINS)}" for n in range(chance.randint(0, 3))]
        members = tuple(Member(name="M", email=chance.choice([email, None])) for email in emails)
        teams.append(team(number, members=members, track=chance.choice([*tracks, None]) if tracks else None))
    judges = []
    for number in range(chance.randint(1, 15)):
        barred = [found.team_id for found in teams if chance.random() < chance.choice([0, 0.05, 0.3])]
        judges.append(
            judge(
                number,
                conflicts=tuple(barred),
                domains=tuple(chance.sample(DOMAINS, chance.choice([0, 0, 0, 1, 2]))),
                tracks=tuple(chance.sample(tracks, chance.randint(0, len(tracks)))) if chance.random() < 0.4 else (),
                most=chance.choice([None, None, None, 2, 5, 12]),
            )
        )
    return teams, judges, chance.choice([1, 2, 2, 3, 3, 4])
