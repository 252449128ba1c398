"""Every fault, and how it is caused and healed. A plan of them follows from a seed alone."""

import itertools
import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults.disk import ROOT
from tests.faults.fleet import FAKETIME, Fleet, Program
from tests.faults.wire import Wire

Act = Callable[[], object]
_AFTER = (0.1, 1.2)  # seconds; most faults last longer, so that they meet


@dataclass(frozen=True)
class Fault:
    """``needs`` are the parts that no other fault may touch meanwhile; it ``lasts`` from so many to so many seconds."""

    name: str
    needs: frozenset[str]
    lasts: tuple[float, float]
    cause: Act
    heal: Act
    weight: float = 1.0
    programs: tuple[Program, ...] = ()  # that are started when it heals


@dataclass(frozen=True)
class Planned:
    """A fault, how many seconds it comes after the one before, and how long it lasts."""

    fault: Fault
    after: float
    lasts: float


def plan(faults: list[Fault], number: int, chance: random.Random) -> list[Planned]:
    """So many faults in a row; each at least once if the number allows it."""
    drawn = chance.sample(faults, min(number, len(faults)))
    drawn += chance.choices(faults, [fault.weight for fault in faults], k=number - len(drawn))
    chance.shuffle(drawn)
    return [Planned(fault, chance.uniform(*_AFTER), chance.uniform(*fault.lasts)) for fault in drawn]


def long_cuts(fleet: Fleet) -> list[Planned]:
    """As long as a tunnel, and as long as a coffee."""
    wire = fleet.wires["public"]
    cut = Fault("cut, long", frozenset({"public"}), (30, 600), lambda: _cut(wire), lambda: _mend(wire))
    return [Planned(cut, 5, 30), Planned(cut, 10, 600)]


def faults(fleet: Fleet) -> list[Fault]:
    """What can be caused here."""
    programs = list(fleet.programs.values())
    found = [_killed(program) for program in programs]
    found += [_killed(*pair) for pair in itertools.combinations(programs, 2)]
    for program in programs:
        found += _of_program(program)
    for name, wire in fleet.wires.items():
        found += _of_wire(name, wire)
    for name, latency in (("to minio", 0.3), ("to minio", 3.0), ("to redis", 0.3), ("public", 0.3)):
        if name in fleet.wires:
            found.append(_slow(name, fleet.wires[name], latency))
    if ROOT:
        full = fleet.disk
        found.append(Fault("disk full", frozenset({"disk"}), (1, 5), full.fill, full.empty, 4))
    return found


def _killed(*programs: Program) -> Fault:
    def kill() -> None:
        for program in programs:
            program.kill()

    def start() -> None:
        for program in programs:
            program.start()

    names = [program.name for program in programs]
    weight = 3.0 if len(names) == 1 else 1.0
    return Fault(f"kill -9: {' and '.join(names)}", frozenset(names), (0, 2), kill, start, weight, programs)


def _of_program(program: Program) -> Iterator[Fault]:
    needs = frozenset({program.name})

    def send(number: int) -> Act:
        return lambda: program.send(number)

    yield Fault(f"frozen: {program.name}", needs, (0.5, 6), send(signal.SIGSTOP), send(signal.SIGCONT))
    if program.name not in ("redis", "minio"):
        yield Fault(f"kill -9: what {program.name} started", needs, (0, 0), program.kill_children, _nothing, 2)
    yield Fault(f"SIGTERM: {program.name}", needs, (3, 4), send(signal.SIGTERM), program.start, 2, (program,))
    if FAKETIME.exists() and program.name not in ("redis", "minio"):
        for seconds in (3600, -3600):

            def step(seconds: int = seconds) -> None:
                program.step(seconds)

            name = f"clock {seconds / 3600:+.0f} h: {program.name}"
            yield Fault(name, frozenset({f"{program.name}'s clock"}), (2, 6), step, lambda: program.step(0))


def _of_wire(name: str, wire: Wire) -> Iterator[Fault]:
    needs = frozenset({name})
    yield Fault(f"cut, about 1 s: {name}", needs, (0.5, 1.5), lambda: _cut(wire), lambda: _mend(wire), 2)
    yield Fault(f"reset: {name}", needs, (0, 0), wire.snap, _nothing, 2)
    yield Fault(f"half-open: {name}", needs, (0, 0), wire.abandon, _nothing)
    yield Fault(f"stalled: {name}", needs, (0.5, 4), wire.flowing.clear, wire.flowing.set)


def _slow(name: str, wire: Wire, latency: float) -> Fault:
    def slow() -> None:
        wire.latency = latency / 2

    def mend() -> None:
        wire.latency = 0.0

    return Fault(f"latency {latency:g} s: {name}", frozenset({name}), (3, 6), slow, mend)


def _cut(wire: Wire) -> None:
    wire.cut = True
    wire.snap()


def _mend(wire: Wire) -> None:
    wire.cut = False


def _nothing() -> None:
    """It heals by itself, or never."""
