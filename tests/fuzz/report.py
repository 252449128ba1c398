"""What came of the calls, as a table for people."""

from collections.abc import Sequence

from tests.doors.calls import REST
from tests.fuzz.fire import Outcome

_CLASSES = {2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}


def report(outcomes: Sequence[Outcome]) -> str:
    """A line for each role and mode, what was wrong, and which operations nobody's call got done."""
    lines = [_line("role, mode", ["calls", "seconds", *_CLASSES.values(), "got done", "links", "wrong"])]
    for outcome in outcomes:
        by_class = [sum(n for status, n in outcome.statuses.items() if status // 100 == each) for each in _CLASSES]
        figures = [
            outcome.calls,
            f"{outcome.seconds:.0f}",
            *by_class,
            len(outcome.done),
            outcome.links,
            len(outcome.wrong),
        ]
        lines.append(_line(f"{outcome.role}, {outcome.mode}", figures))
    never = sorted(set(REST) - {name for outcome in outcomes for name in outcome.done})
    lines.append(f"{len(REST) - len(never)} of {len(REST)} operations got done by somebody")
    lines += [f"  never: {name}" for name in never]
    for outcome in outcomes:
        for what, told in outcome.wrong.items():
            lines += ["", f"{outcome.role}, {outcome.mode}: {what}", told]
    return "\n".join(lines)


def _line(name: str, cells: Sequence[object]) -> str:
    return f"{name:<34}" + "".join(f"{cell!s:>10}" for cell in cells)
