"""Who wins a prize: of equals all, adjusted where the standings are, and by hand whoever was chosen."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from pitchscoop.events.rubrics import Criterion
from pitchscoop.scoring.board import board
from pitchscoop.scoring.model import Card
from pitchscoop.scoring.rows import Pitch
from tests.scoring.boards import RUBRIC, card, event, made, pitch, scored


def winners(pitches: Sequence[Pitch], cards: Sequence[Card], **settings: Any) -> list[list[str]]:
    found = made(pitches, cards, event(**settings))
    return [[one.session_id for one in award.winners] for award in found.awards]


def test_the_first_rank_wins_and_whoever_shares_it() -> None:
    pitches = [pitch(name) for name in "xyz"]
    cards = [card(name, judge, points, points) for name, points in (("x", 9), ("y", 9), ("z", 1)) for judge in "pqrs"]
    prize = {"id": "grand", "name": "Grand"}
    assert winners(pitches, cards, prizes=[prize]) == [["x", "y"]]
    assert winners(pitches, cards[4:], prizes=[prize]) == [["y"]]
    assert winners(pitches, [], prizes=[prize]) == [[]]


def test_a_track_has_a_first_of_its_own() -> None:
    pitches = [pitch(name, track="Sea" if name in "xy" else "Land") for name in "xyz"]
    cards = [card(name, judge, points, points) for name, points in (("x", 1), ("y", 5), ("z", 9)) for judge in "pqrs"]
    prizes = [{"id": "sea", "name": "Sea", "track": "Sea"}, {"id": "air", "name": "Air", "track": "Air"}]
    assert winners(pitches, cards, prizes=prizes) == [["y"], []]


def test_one_criterion_is_won_by_who_is_best_in_it_whoever_the_judges_were() -> None:
    """Judge p gives three points less to all; y was heard by p, and is better than x."""
    base = {"x": 6, "y": 7, "c": 4, "d": 4, "e": 5, "f": 5}
    heard = {"x": "qr", "y": "pq", "c": "pr", "d": "pq", "e": "qr", "f": "pr"}
    less = {"p": -3, "q": 0, "r": 0}
    cards = [card(name, judge, 9, points + less[judge]) for name, points in base.items() for judge in heard[name]]
    cards += [card("x", "s", 9)]  # a draft
    pitches = [pitch(name) for name in base]
    prize = {"id": "b", "name": "B", "by": "criterion", "criterion": "b"}
    assert winners(pitches, cards, prizes=[prize]) == [["y"]]
    assert winners(pitches, cards, prizes=[prize], method="mean") == [["x"]]
    same = [card(name, judge, 5, 5) for name in "xy" for judge in "pq"]
    assert winners(pitches, same, prizes=[prize]) == [["x", "y"]]


def test_within_a_track_judges_are_known_by_what_they_gave_to_all() -> None:
    """Judge p is three points stricter, which only the other track shows."""
    less = {"p": -3, "q": 0, "r": 0}
    land = [card(f"l{at}", judge, 5, 5 + at % 3 + less[judge]) for at in range(8) for judge in "pqr"]
    cards = [card("x", "p", 5, 6), card("y", "q", 5, 7), *land]
    pitches = [pitch("x", track="Sea"), pitch("y", track="Sea"), *(pitch(f"l{at}", track="Land") for at in range(8))]
    prize = {"id": "b", "name": "B", "by": "criterion", "criterion": "b", "track": "Sea"}
    assert winners(pitches, cards, prizes=[prize]) == [["x"]]
    assert winners(pitches, cards, prizes=[prize], method="mean") == [["y"]]


def test_only_tracks_that_are_scored_by_it_are_in_the_running_for_a_criterion() -> None:
    rubric = [*RUBRIC, Criterion(id="c", name="C", weight=1, min=0, max=10, tracks=("Sea",))]
    pitches = [pitch("x", track="Sea"), pitch("y", track="Land")]
    cards = [card("x", "p", 1, 1, 1), card("y", "p", 9, 9)]
    prizes = [{"id": one, "name": one, "by": "criterion", "criterion": one} for one in ("c", "gone")]
    found = made(pitches, cards, event(rubric, tracks=["Sea", "Land"], prizes=prizes))
    assert [[one.session_id for one in award.winners] for award in found.awards] == [["x"], []]


def test_by_hand_wins_whoever_was_chosen_with_or_without_a_card() -> None:
    chosen = dataclasses.replace(pitch("x"), awarded=("h",))
    gone = dataclasses.replace(pitch("y", withdrawn=True), awarded=("h",))
    prizes = [{"id": "h", "name": "H", "by": "hand"}, {"id": "o", "name": "O", "by": "hand"}]
    assert winners([chosen, gone], [], prizes=prizes) == [["x"], []]
    assert winners([chosen, gone], [card("y", "p", 5, 5)], prizes=prizes) == [["x"], []]
    land = {"id": "h", "name": "H", "by": "hand", "track": "Land"}
    assert winners([chosen], [], prizes=[land]) == [[]]


def test_the_audience_decides_once_results_are_out_and_as_many_votes_share() -> None:
    prizes = [{"id": "a", "name": "A", "by": "audience"}, {"id": "l", "name": "L", "by": "audience", "track": "Land"}]
    pitches = [pitch("x", track="Sea"), pitch("y", track="Land"), pitch("z", track="Land"), pitch("w", withdrawn=True)]

    def awarded(stage: str, votes: dict[str, int]) -> list[list[str]]:
        of = event(prizes=prizes, tracks=["Sea", "Land"]).model_copy(update={"stage": stage})
        told = board(dataclasses.replace(scored(pitches, [card("z", "p", 9, 9)], of), votes=votes))
        return [[one.session_id for one in award.winners] for award in told.awards]

    votes = {"x": 3, "y": 3, "z": 1, "w": 9}
    assert awarded("frozen", votes) == [[], []]
    assert awarded("published", votes) == awarded("archived", votes) == [["x", "y"], ["y"]]
    assert awarded("published", {}) == [[], []]


def test_a_board_without_prizes_awards_none() -> None:
    assert scored([], []).event.settings.prizes == ()
    assert made([pitch("x")], [card("x", "p", 5, 5)]).awards == ()
