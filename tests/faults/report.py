"""What came of trials, as a table for people."""

from collections import Counter
from collections.abc import Sequence

from tests.faults.trial import Outcome


def report(outcomes: Sequence[Outcome]) -> str:
    """What was caused how often, then what must be zero."""
    lines = [_line("caused", [outcome.mode for outcome in outcomes])]
    names = sorted({name for outcome in outcomes for name in outcome.caused})
    lines += [_line(f"  {name}", [outcome.caused[name] or "" for outcome in outcomes]) for name in names]
    lines.append(_line("faults", [outcome.caused.total() for outcome in outcomes]))
    lines.append("")
    for name, figures in _figures(outcomes):
        lines.append(_line(name, figures))
    for outcome in outcomes:
        for what in (outcome.lost, outcome.inexact, outcome.stuck, outcome.refused):
            lines += [f"  {words}" for words in what[:20]]
    return "\n".join(lines)


def _figures(outcomes: Sequence[Outcome]) -> list[tuple[str, list[object]]]:
    pitches = [outcome.pitches for outcome in outcomes]
    mischief: list[Counter[str]] = [sum((pitch.mischief for pitch in said), Counter[str]()) for said in pitches]
    moves = [[move for pitch in said for move in pitch.moves] for said in pitches]
    kinds = sorted({kind for each in mischief for kind in each})
    acts: list[tuple[str, list[object]]] = [(f"  {kind}", [each[kind] for each in mischief]) for kind in kinds]
    return [
        ("pitches", [len(said) for said in pitches]),
        ("  of speakers who vanished", [sum(pitch.vanish_at is not None for pitch in said) for said in pitches]),
        ("  connections", [sum(pitch.connections for pitch in said) for said in pitches]),
        *acts,
        ("  MB acknowledged", [sum(pitch.acknowledged for pitch in said) // 1_000_000 for said in pitches]),
        (
            "  s from close 1012 to ready, median",
            [f"{sorted(each)[len(each) // 2]:.1f}" if each else "" for each in moves],
        ),
        ("s until all was completed after healing", [f"{outcome.longest:.0f}" for outcome in outcomes]),
        ("s in all", [f"{outcome.seconds:.0f}" for outcome in outcomes]),
        ("lost acknowledged bytes, recordings with", [len(outcome.lost) for outcome in outcomes]),
        ("recordings not byte-exact", [len(outcome.inexact) for outcome in outcomes]),
        ("stuck sessions", [len(outcome.stuck) for outcome in outcomes]),
        ("answers that must not be", [len(outcome.refused) for outcome in outcomes]),
    ]


def _line(name: str, cells: Sequence[object]) -> str:
    return f"{name:<44}" + "".join(f"{cell!s:>14}" for cell in cells)
