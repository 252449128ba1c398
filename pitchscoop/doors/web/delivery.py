"""How a pitch was spoken, as its page shows it."""

from math import ceil, floor

from pitchscoop.access.model import Principal, Verb, may
from pitchscoop.doors.web import contexts
from pitchscoop.doors.web.wording import spoken
from pitchscoop.engine import Engine
from pitchscoop.recordings.model import Session
from pitchscoop.transcripts.measures import Delivery, Measure

_WIDTH, _HEIGHT, _LEFT = 288, 84, 28  # pixels where it stands beside the words: its numbers are as large as others
_EDGE = 10  # units above and below, for half a number
_TICK = 20  # words or characters a minute from number to number, or more where that were more than _TICKS steps
_TICKS = 4
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
    if one.unit == one.name.lower():  # "9 pauses", under "Pauses"
        return f"{one.value:.0f}"
    digits = 1 if one.unit in ("s", "LU") or (one.id == "fillers" and one.value < 10) else 0  # noqa: PLR2004
    return f"{one.value:.{digits}f} {one.unit}".strip()


def _plot(found: Delivery, seconds: float) -> contexts.Plot | None:
    """The pace on the time axis of the wave. Fewer than two points are no curve."""
    if len(found.pace) < 2 or not seconds:  # noqa: PLR2004
        return None
    values = [point.value for point in found.pace]
    band = found.comfortable
    low, high, step = _scale([*values, *(band or ())])

    def height(value: float) -> float:
        share: float = (high - value) / (high - low)
        return round(_EDGE + share * (_HEIGHT - 2 * _EDGE), 1)

    def place(second: float) -> float:
        return round(_LEFT + min(1.0, second / seconds) * (_WIDTH - _LEFT), 1)

    unit = next(one.unit for one in found.measures if one.id == "pace")
    return contexts.Plot(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        points=" ".join(f"{place(point.at)},{height(point.value)}" for point in found.pace),
        label=f"Pace between {min(values):.0f} and {max(values):.0f} {unit} over {spoken(seconds)}",
        ticks=[(height(value), str(value)) for value in range(low, high + 1, step)],
        band=(height(band[1]), round(height(band[0]) - height(band[1]), 1)) if band else None,
    )


def _scale(values: list[float]) -> tuple[int, int, int]:
    """The lowest and the highest number beside the plot, and how far numbers are apart."""
    step = _TICK
    while max(values) - min(values) > step * _TICKS:
        step *= 2
    low, high = floor(min(values) / step) * step, ceil(max(values) / step) * step
    return low, max(high, low + step), step
