"""What a ballot picks, and what all of them come to."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from pydantic import Field

from pitchscoop.events.model import AudienceVote
from pitchscoop.kernel import ids
from pitchscoop.kernel.table import Kept

_MADE, _TAKEN = "made-", "taken-"  # how ballots begin: signed with them, so nobody makes the one of the other


class Vote(Kept):
    """The pitch that a ballot picks. ``ballot`` is what it is known by, ``made``: it is of a link of the organizer."""

    ballot: str = Field(pattern="^[0-9a-f]{64}$")
    session_id: str
    made: bool
    voted_at: dt.datetime


class Pitched(Protocol):
    """A pitch, as far as votes are concerned. ``created`` is in milliseconds."""

    @property
    def session_id(self) -> str:
        """Its id."""
        ...

    @property
    def team_id(self) -> str | None:
        """Whose it is; None of a name that has not joined."""
        ...

    @property
    def created(self) -> int:
        """When it was begun."""
        ...


P = TypeVar("P", bound=Pitched)


def new_ballot(*, made: bool, seed: bytes | None = None) -> str:
    """A ballot of 130 random bits: a link that an organizer ``made``, or one that somebody took by themselves."""
    return (_MADE if made else _TAKEN) + ids.new_id(seed)


def is_made(ballot: str) -> bool:
    """Whether an organizer made it."""
    return ballot.startswith(_MADE)


def counts(vote: AudienceVote, *, made: bool) -> bool:
    """Whether ballots of this kind count."""
    return vote == "anyone" or (vote == "links" and made)


def counted(votes: Iterable[Vote], vote: AudienceVote) -> Counter[str]:
    """How many votes each pitch has, by session."""
    return Counter(one.session_id for one in votes if counts(vote, made=one.made))


def team_of(pitch: Pitched) -> str:
    """What stands for its team; a name that has not joined stands for itself."""
    return pitch.team_id or pitch.session_id


def newest(pitches: Iterable[P]) -> dict[str, P]:
    """Of each team's pitches the newest, by what stands for the team."""
    return {team_of(pitch): pitch for pitch in sorted(pitches, key=lambda one: (one.created, one.session_id))}


def polled(pitches: Iterable[P], votes: Mapping[str, int]) -> list[tuple[int, P, int]]:
    """Rank, pitch and votes of each team that has some, most first; as many votes are the same rank.

    A team's votes are those of all its pitches. The newest that got any stands for it.
    """
    chosen = [pitch for pitch in pitches if votes.get(pitch.session_id)]
    totals = Counter[str]()
    for pitch in chosen:
        totals[team_of(pitch)] += votes[pitch.session_id]
    found: list[tuple[int, P, int]] = []
    order = sorted(newest(chosen).items(), key=lambda item: (-totals[item[0]], item[1].session_id))
    for place, (team, pitch) in enumerate(order, start=1):
        shares = bool(found) and found[-1][2] == totals[team]
        found.append((found[-1][0] if shares else place, pitch, totals[team]))
    return found
