"""Who must not judge whom."""

from typing import Literal

from pitchscoop.events.model import Judge, Team

Reason = Literal["conflict", "domain", "track"]


def conflict(judge: Judge, team: Team) -> Reason | None:
    """Why a judge must not hear a team: it was declared, an e-mail domain says so (or one above it), another track."""
    if team.team_id in judge.conflicts:
        return "conflict"
    for member in team.members:
        domain = (member.email or "").rpartition("@")[2].casefold()
        if any(domain == avoided or domain.endswith(f".{avoided}") for avoided in map(str.casefold, judge.domains)):
            return "domain"
    return "track" if judge.tracks and team.track not in judge.tracks else None
