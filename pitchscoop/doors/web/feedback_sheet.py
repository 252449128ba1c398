"""Feedback as people read it: figures to words, values to places. The page and the paper are drawn from the same."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from pitchscoop.doors.web.feedback_contexts import Box, Figure, Mark, Pace, Score, Sheet
from pitchscoop.doors.web.wording import counted, duration, spoken
from pitchscoop.scoring.feedback import Feedback
from pitchscoop.scoring.field import Against
from pitchscoop.transcripts.measures import Delivery, Measure, MeasureId

_STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)  # seconds between two times of the axis
_TICKS = 7
_ROOM = 15.0  # words a minute above and below the curve
_DASH = "\N{EN DASH}"


def sheet_of(found: Feedback, zone: str) -> Sheet:
    """The sheet, with times of day in the event's zone."""
    length = found.audio_duration or 0.0
    place = found.place
    return Sheet(
        about=", ".join(part for part in (found.event_name, found.track) if part),
        team_name=found.team_name,
        pitch_title=found.pitch_title,
        rank=ordinal(place.rank) if place else None,
        place=_placed(found),
        further=_further(found),
        won=found.prizes,
        cautions=found.cautions,
        wave=found.silhouette,
        moments_head=_moments_head(len(found.moments)),
        marks=[
            Mark(
                number=number,
                at=min(1.0, moment.at / length) if length else 0.0,
                time=duration(moment.at),
                spoken=spoken(moment.at),
                text=moment.text,
                quote=moment.quote,
                url=moment.url,
            )
            for number, moment in enumerate(found.moments, start=1)
        ],
        pace=_pace(found.delivery, length) if found.delivery else None,
        ticks=_ticks(length) if found.silhouette else [],
        scores_head=_scores_head(found),
        scores=[_score(one) for one in found.scores],
        scores_note=_scores_note(found),
        comments=[(comment.judge, comment.text) for comment in found.comments],
        comments_note=None if found.comments else "No judge left a comment.",
        figures=_figures(found),
        sound_note=None
        if found.delivery
        else "There is no transcript, so nothing is told of pace, pauses and fillers.",
        origin="Written by people; no model took part. Measures come from your recording and its transcript.",
        published=_published(found, zone),
    )


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _placed(found: Feedback) -> str:
    place = found.place
    if place is None:
        return found.unplaced or ""
    tied = f", tied with {_others(place.tied)}" if place.tied else ""
    if place.of == 1:
        return "The only pitch that was ranked."
    return f"of {place.of}{tied}. {_nine_in_ten(place.interval)}"


def _nine_in_ten(interval: tuple[int, int]) -> str:
    low, high = interval
    return f"Nine times in ten: {ordinal(low)}" + (f" to {ordinal(high)}" if high != low else "")


def _others(count: int) -> str:
    return "one other" if count == 1 else f"{count} others"


def _further(found: Feedback) -> str | None:
    if found.place is None or found.place.in_track is None:
        return None
    rank, interval, of = found.place.in_track
    return f"Within {found.track}: {ordinal(rank)} of {of}. {_nine_in_ten(interval)}."


def _moments_head(count: int) -> str:
    return "Your pitch" if not count else f"{counted(count, 'moment')} to hear again"


def _pace(found: Delivery, length: float) -> Pace | None:
    """Fewer than two points are no curve."""
    if len(found.pace) < 2 or not length:  # noqa: PLR2004
        return None
    values = [point.value for point in found.pace]
    band = found.comfortable
    low, high = min(*values, *(band or ())) - _ROOM, max(*values, *(band or ())) + _ROOM

    def height(value: float) -> float:
        return round((high - value) / (high - low), 4)

    unit = next(one.unit for one in found.measures if one.id == "pace").replace("/min", " a minute")
    said = f"Between {min(values):.0f} and {max(values):.0f} {unit}"
    return Pace(
        points=[(round(min(1.0, point.at / length), 4), height(point.value)) for point in found.pace],
        band=(height(band[1]), round(height(band[0]) - height(band[1]), 4)) if band else None,
        note=f"{unit.capitalize()}. " + (f"Band: {band[0]} to {band[1]}, easy to follow" if band else f"{said}"),
        label=f"Pace. {said}, over {spoken(length)}",
    )


def _ticks(length: float) -> list[tuple[float, str]]:
    step = next((step for step in _STEPS if length / step <= _TICKS), _STEPS[-1])
    return (
        [(round(second / length, 4), duration(second)) for second in range(0, int(length) + 1, step)] if length else []
    )


def _scores_head(found: Feedback) -> str:
    field = next((one.field for one in found.scores if one.field), None)
    return f"Scores, against all {field.teams} teams" if field else "Scores"


def _score(one: Against) -> Score:
    def at(value: float) -> float:
        return round((value - one.min) / (one.max - one.min), 4)

    field, scale = one.field, f"on a scale from {one.min:g} to {one.max:g}"
    said = f"{one.name}: {one.mean:.1f} {scale}."
    if field is None:
        return Score(one.name, f"{one.mean:.1f}", at(one.mean), None, said)
    box = Box(*(at(value) for value in (field.lowest, field.lower, field.median, field.upper, field.highest)))
    said += (
        f" The middle half of the teams is between {field.lower:.1f} and {field.upper:.1f}, the median is"
        f" {field.median:.1f}, the lowest {field.lowest:.1f}, the highest {field.highest:.1f}."
    )
    return Score(one.name, f"{one.mean:.1f}", at(one.mean), box, said)


def _scores_note(found: Feedback) -> str:
    if not found.scores:
        return "No judge has given this pitch all scores."
    cards = "Of one card" if found.cards == 1 else f"Means of {found.cards} cards"
    said = f"{cards}, as given"
    if found.place is not None:
        said += f"; in all {found.place.raw_mean:.1f}, adjusted for strict and mild judges {found.place.adjusted:.1f}"
    said += "."
    if any(one.field for one in found.scores):
        drawn = "Dot: you. Box: the middle half of the teams, with the median; line: from the lowest to the highest."
        return f"{drawn} {said}"
    return f"{said} Fewer than five teams were scored, so the others are not drawn."


def _figures(found: Feedback) -> list[Figure]:
    figures = []
    if found.delivery is not None:
        known = {one.id: one for one in found.delivery.measures}
        figures = [
            _figure(known["pace"], _pace_words(known["pace"], found.delivery), 0),
            _figure(known["pauses"], _pause_words(known), 0),
            _figure(known["fillers"], "filler words a minute. Under five goes unnoticed.", 1),
        ]
    return [*figures, _length(found)] if found.audio_duration is not None else figures


def _figure(one: Measure, words: str, digits: int) -> Figure:
    if one.value is None:
        return Figure(_DASH, f"{one.name}: {one.absent}")
    return Figure(f"{one.value:.{digits}f}", words)


def _pace_words(one: Measure, found: Delivery) -> str:
    unit = one.unit.replace("/min", " a minute")
    return (
        f"{unit}. {found.comfortable[0]} to {found.comfortable[1]} is easy to follow."
        if found.comfortable
        else f"{unit}."
    )


def _pause_words(known: Mapping[MeasureId, Measure]) -> str:
    longest = known["longest_pause"]
    said = "pause over a second." if known["pauses"].value == 1 else "pauses over a second."
    if longest.value is None:
        return said
    return f"{said} The longest, {longest.value:.1f} s, at {duration(longest.at)}."


def _length(found: Feedback) -> Figure:
    seconds, limit = int(found.audio_duration or 0), found.max_seconds
    over = seconds - limit
    if over > 0:
        words = f"Over the limit by {_seconds(over)}."
    elif over == 0:
        words = "Exactly the limit."
    else:
        words = f"Inside the limit by {_seconds(-over)}."
    return Figure(duration(seconds), f"of {duration(limit)}. {words}")


def _seconds(count: int) -> str:
    return counted(count, "second").lower() if count < 60 else duration(count)  # noqa: PLR2004  a minute


def _published(found: Feedback, zone: str) -> str:
    if found.stage not in ("published", "archived"):
        return "Not published yet."
    if found.published_at is None:  # an event that was taken in brings no log along
        return ""
    local = dt.datetime.fromisoformat(found.published_at).astimezone(ZoneInfo(zone))
    return f"Published {local:%a} {local.day} {local:%b %Y}."
