"""A pitch's scores beside those of all that were ranked. Pure."""

from collections.abc import Sequence
from statistics import fmean, quantiles

from pydantic import BaseModel, ConfigDict

from pitchscoop.events.rubrics import Criterion
from pitchscoop.scoring.model import Card
from pitchscoop.scoring.rows import Row, Scored

ENOUGH = 5  # teams: of fewer, a range would tell what one of the others got


class Field(BaseModel):
    """How all teams' means lie on the criterion's scale: ends, quartiles and the middle one. ``teams`` counts them."""

    model_config = ConfigDict(frozen=True)

    lowest: float
    lower: float
    median: float
    upper: float
    highest: float
    teams: int


class Against(BaseModel):
    """One criterion: the mean that this pitch was given, on a scale from ``min`` to ``max``, and the ``field``.

    The field is None where fewer than five teams were scored by the criterion.
    """

    model_config = ConfigDict(frozen=True)

    criterion_id: str
    name: str
    min: float
    max: float
    weight: float
    mean: float
    field: Field | None


def against(
    criteria: Sequence[Criterion], cards: Sequence[Card], scored: Scored, rows: Sequence[Row]
) -> tuple[Against, ...]:
    """Each criterion of a pitch with these complete cards, of which there is at least one."""
    known = _complete(scored, rows)
    return tuple(
        Against(
            criterion_id=one.id,
            name=one.name,
            min=one.min,
            max=one.max,
            weight=one.weight,
            mean=round(_mean(one, cards), 2),
            field=_field([_mean(one, found) for found in known if one.id in found[0].scores]),
        )
        for one in criteria
    )


def _complete(scored: Scored, rows: Sequence[Row]) -> list[list[Card]]:
    """The cards that count, a list for each pitch that is ranked."""
    pitches = {row.pitch.session_id: row.pitch for row in rows}
    criteria = {track: scored.event.criteria(track) for track in {pitch.track for pitch in pitches.values()}}
    found: dict[str, list[Card]] = {session_id: [] for session_id in pitches}
    for (session_id, _), card in scored.cards.items():
        if session_id in pitches and card.complete(criteria[pitches[session_id].track]):
            found[session_id].append(card)
    return [cards for cards in found.values() if cards]


def _mean(one: Criterion, cards: Sequence[Card]) -> float:
    return fmean(card.scores[one.id] for card in cards if one.id in card.scores)


def _field(means: Sequence[float]) -> Field | None:
    if len(means) < ENOUGH:
        return None
    lower, median, upper = (round(value, 2) for value in quantiles(means, n=4, method="inclusive"))
    return Field(
        lowest=round(min(means), 2),
        lower=lower,
        median=median,
        upper=upper,
        highest=round(max(means), 2),
        teams=len(means),
    )
