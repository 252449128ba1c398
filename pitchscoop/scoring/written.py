"""Standings in one form of text, the same byte for byte wherever they were made of the same cards."""

import json
from typing import Any

from pitchscoop.scoring.rows import DRAWS, SEED, Award, Board, Row


def told(row: Row) -> dict[str, Any]:
    """A row as everybody is told it, without what only its page needs.

    Scores to four digits behind the point and probabilities to three: what lies behind is not known.
    """
    pitch = row.pitch
    return {
        "rank": row.rank,
        "session_id": pitch.session_id,
        "team_id": pitch.team_id,
        "team_name": pitch.team_name,
        "pitch_title": pitch.pitch_title,
        "track": pitch.track,
        "score": round(row.score, 4),
        "raw_mean": round(row.raw_mean, 4),
        "adjusted": round(row.adjusted, 4),
        "interval": row.interval,
        "judges": row.judges,
        "tied": row.tied,
        "tied_with": row.tied_with,
        "p_first": round(row.p_first, 3),
        "p_top3": round(row.p_top3, 3),
        "why": row.why,
    }


def awarded(award: Award) -> dict[str, Any]:
    """A prize as everybody is told it, with who won it, by session."""
    return {**award.prize.model_dump(mode="json"), "winners": [pitch.session_id for pitch in award.winners]}


def written(board: Board) -> str:
    """JSON, a row a line: first what the standings were made of, then everybody, then track by track.

    ``chain`` stands for all cards: who knows it from the day can tell whether these are the same.
    """
    event = board.event
    basis = {
        "event_id": event.event_id,
        "event_name": event.name,
        "method": event.settings.method,
        **({"tie_break": event.settings.tie_break} if event.settings.tie_break != "share" else {}),
        "seed": SEED,
        "draws": DRAWS,
        "rubric_version": event.rubric_version,
        "criteria": [criterion.model_dump(mode="json") for criterion in event.in_use],
        "chain": board.chain,
        "cards": board.cards,
        "judges": board.judges,
        "warnings": board.warnings,
    }
    parts = [f'"{name}": {_plain(value)}' for name, value in basis.items()]
    parts.append(f'"standings": {_rows(board.rows)}')
    tracks = ",\n".join(f"{_plain(track)}: {_rows(rows)}" for track, rows in sorted(board.tracks.items()))
    parts.append(f'"tracks": {{{tracks}}}')
    if board.awards:
        parts.append(f'"prizes": {_plain([awarded(award) for award in board.awards])}')
    return "{" + ",\n".join(parts) + "}\n"


def _rows(rows: tuple[Row, ...]) -> str:
    return "[" + ",".join(f"\n{_plain(told(row))}" for row in rows) + "]"


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
