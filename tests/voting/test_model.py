"""What votes come to: by team, most first, the same rank for as many."""

from dataclasses import dataclass

import pytest

from pitchscoop.events.model import AudienceVote
from pitchscoop.kernel.clock import utc_now
from pitchscoop.voting.model import Vote, counted, is_made, new_ballot, newest, polled


@dataclass(frozen=True)
class Spoken:
    session_id: str
    team_id: str | None
    created: int


PITCHES = [
    Spoken("a1", "a", 1),
    Spoken("a2", "a", 2),
    Spoken("b1", "b", 1),
    Spoken("c1", None, 3),
    Spoken("d1", "d", 4),
]


def test_as_many_votes_are_the_same_rank_and_who_has_none_has_no_place() -> None:
    found = polled(PITCHES, {"a2": 2, "b1": 5, "c1": 2})
    assert [(rank, pitch.session_id, votes) for rank, pitch, votes in found] == [
        (1, "b1", 5),
        (2, "a2", 2),
        (2, "c1", 2),
    ]
    assert polled(PITCHES, {"d1": 1, "a1": 1, "b1": 2, "c1": 1})[-1][0] == 2
    assert polled(PITCHES, {}) == polled([], {"a1": 3}) == []


def test_a_team_has_the_votes_of_all_its_pitches() -> None:
    assert [(pitch.session_id, votes) for _, pitch, votes in polled(PITCHES, {"a1": 3, "a2": 1})] == [("a2", 4)]
    assert [(pitch.session_id, votes) for _, pitch, votes in polled(PITCHES, {"a1": 3})] == [("a1", 3)]
    assert newest(PITCHES)["a"].session_id == "a2"


@pytest.mark.parametrize(("vote", "count"), [("anyone", 2), ("links", 1), ("off", 0)])
def test_which_ballots_count_the_event_says(vote: AudienceVote, count: int) -> None:
    votes = [Vote(ballot=f"{at:064}", session_id="a1", made=made, voted_at=utc_now()) for at, made in enumerate((1, 0))]
    assert counted(votes, vote)["a1"] == count


def test_no_two_ballots_are_the_same_unless_they_are_made_of_the_same_secret() -> None:
    made = {new_ballot(made=kind) for kind in (True, False) for _ in range(100)}
    assert (len(made), sum(map(is_made, made))) == (200, 100)
    assert new_ballot(made=True, seed=b"s") == new_ballot(made=True, seed=b"s")
