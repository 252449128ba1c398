"""The standings as they are told over REST, in streams and over MCP: from a board to JSON. Made where the board is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pitchscoop.doors.packed import Document, document
from pitchscoop.events.model import Event
from pitchscoop.events.prizes import decided_by
from pitchscoop.scoring.explained import ties
from pitchscoop.scoring.rows import Award, Board, FinalResult, Row
from pitchscoop.scoring.written import told

PageUrl = Callable[[str], str]
"""The address of a pitch's page, by the session's id."""


@dataclass(frozen=True, slots=True)
class Told:
    """What ``Leaderboard`` describes, as plain values: models of a thousand rows would take long.

    The fields are all that documents of one board differ by. ``since`` is when the event came into its stage;
    ``track`` None is all of them; ``advised`` are told who should hear whom.
    """

    since: str | None
    track: str | None
    advised: bool
    page_url: PageUrl

    def __call__(self, board: Board) -> Document:
        """The standings."""
        rows = board.rows if self.track is None else board.tracks.get(self.track, ())
        return document(
            {
                **self._begun(board.event, hidden=False),
                "tracks": sorted({*board.event.settings.tracks, *board.tracks}),
                "standings": [self._row(row) for row in rows],
                "prizes": [self._prize(board.event, award) for award in board.awards],
                "final": result_details(self.page_url, board.final) if board.final else None,
                "warnings": list(board.warnings),
                "advice": list(board.advise()) if self.advised else [],
                "judges": board.judges,
                "cards": board.cards,
                "chain": board.chain,
                "as_of": board.as_of.isoformat() if board.as_of else None,
            }
        )

    def hidden(self, event: Event) -> Document:
        """The same where there are no standings for whoever asks."""
        nothing = dict.fromkeys(("tracks", "standings", "prizes", "warnings", "advice"), ())
        unknown = dict.fromkeys(("final", "judges", "cards", "chain", "as_of"))
        return document({**self._begun(event, hidden=True), **nothing, **unknown})

    def _begun(self, event: Event, *, hidden: bool) -> dict[str, Any]:
        return {
            "event_id": event.event_id,
            "stage": event.stage,
            "stage_since": self.since,
            "method": event.settings.method,
            "tie_break": event.settings.tie_break,
            "ties": ties(event),
            "hidden": hidden,
            "track": self.track,
        }

    def _row(self, row: Row) -> dict[str, Any]:
        pitch = row.pitch
        return {
            **told(row),
            "audio_duration": pitch.audio_duration,
            "preview": {"start": pitch.preview.start, "end": pitch.preview.end} if pitch.preview else None,
            "page_url": self.page_url(pitch.session_id),
        }

    def _prize(self, event: Event, award: Award) -> dict[str, Any]:
        winners = [
            {
                "session_id": pitch.session_id,
                "team_id": pitch.team_id,
                "team_name": pitch.team_name,
                "pitch_title": pitch.pitch_title,
                "page_url": self.page_url(pitch.session_id),
            }
            for pitch in award.winners
        ]
        prize = award.prize
        name = next((one.name for one in event.in_use if one.id == prize.criterion), prize.criterion)
        decided = decided_by(prize.by, prize.track, name)
        return {**prize.model_dump(mode="json"), "decided": decided, "winners": winners}


def result_details(page_url: PageUrl, result: FinalResult) -> dict[str, Any]:
    """What ``FinalResultDetails`` describes."""
    places = [
        {
            "rank": one.rank,
            "session_id": one.pitch.session_id,
            "team_id": one.pitch.team_id,
            "team_name": one.pitch.team_name,
            "pitch_title": one.pitch.pitch_title,
            "strength": None if one.strength is None else round(one.strength, 4),
            "won": one.won,
            "compared": one.compared,
            "p_over_next": None if one.p_over_next is None else round(one.p_over_next, 3),
            "page_url": page_url(one.pitch.session_id),
        }
        for one in result.places
    ]
    return {
        "settled": result.settled,
        "words": result.words,
        "comparisons": result.comparisons,
        "judges": result.judges,
        "places": places,
    }
