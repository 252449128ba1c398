"""How a pitch was spoken, as its page shows it."""

from pitchscoop.access.model import Principal, Verb, may
from pitchscoop.doors.web import contexts
from pitchscoop.engine import Engine
from pitchscoop.recordings.model import Session
from pitchscoop.transcripts.measures import Delivery, Measure

_WIDTH, _HEIGHT, _LEFT = 320, 96, 40
_EDGE = 10  # units above and below the curve, so that its ends are not cut
_FIRST = ("pace", "pauses", "fillers")


async def delivery_of(engine: Engine, who: Principal, session: Session) -> contexts.Delivery | None:
    """For whom it is meant, once there are words; None for all others. ``session`` comes with its words."""
    if session.transcript.status != "ready" or not may(who, Verb.DELIVERY_READ, session.target):
        return None
    found = await engine.transcripts.told(session)
    if not session.transcript.utterances:
        return None
    readings = {one.id: _reading(one, found) for one in found.measures}
    first = [readings.pop(name) for name in _FIRST if name in readings]
    further = [reading for reading in readings.values() if reading.value is not None]
    return contexts.Delivery(readings=first, further=further, plot=_plot(found, session.audio_duration or 0.0))


def _reading(one: Measure, found: Delivery) -> contexts.Reading:
    meaning = one.absent or one.explanation
    if one.id == "pace" and found.comfortable and one.value is not None:
        meaning = f"Comfortable is {found.comfortable[0]} to {found.comfortable[1]}"
    if one.id == "pauses" and found.pauses:
        longest = max(found.pauses, key=lambda pause: pause.length)
        return contexts.Reading(one.name, _value(one), f"The longest took {longest.length:.1f} s.", longest.start)
    if one.id == "fillers" and found.fillers and one.value is not None:
        meaning = f"Mostly \u201c{found.fillers[0].filler}\u201d"
    return contexts.Reading(one.name, _value(one), meaning, one.at)


def _value(one: Measure) -> str | None:
    """Never more digits than are known."""
    if one.value is None:
        return None
    digits = 1 if one.unit in ("s", "LU") or (one.id == "fillers" and one.value < 10) else 0  # noqa: PLR2004
    return f"{one.value:.{digits}f} {one.unit}".strip()


def _plot(found: Delivery, seconds: float) -> contexts.Plot | None:
    """The pace on the time axis of the wave. Fewer than two points are no curve."""
    if len(found.pace) < 2 or not seconds:  # noqa: PLR2004
        return None
    values = [point.value for point in found.pace]
    band = found.comfortable
    low, high = min(*values, *(band or values)), max(*values, *(band or values))

    def height(value: float) -> float:
        share: float = (value - low) / max(high - low, 1.0)
        return round(_HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE), 1)

    def place(second: float) -> float:
        return round(_LEFT + min(1.0, second / seconds) * (_WIDTH - _LEFT), 1)

    unit = next(one.unit for one in found.measures if one.id == "pace")
    ticks = band or (low, high)
    return contexts.Plot(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        points=" ".join(f"{place(point.at)},{height(point.value)}" for point in found.pace),
        label=f"Pace between {min(values):.0f} and {max(values):.0f} {unit} over {seconds / 60:.0f} minutes",
        ticks=[(height(value), f"{value:.0f}") for value in ticks],
        band=(height(band[1]), round(height(band[0]) - height(band[1]), 1)) if band else None,
    )
