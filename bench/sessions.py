"""A page of sessions costs the page, not the total: 50 stored sessions against 10 000, measured in turns."""

import asyncio
import random
import statistics
import time
from collections.abc import Callable

import httpx

from bench.harness import MODES, filled, prepared, quantile, table, verdict
from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests.servers.app import App

FEW, MANY = 50, 10_000
ROUNDS = 400
AIM = 1.5  # times

Clients = list[tuple[httpx.AsyncClient, list[str]]]


async def main() -> None:
    """Measure in both modes."""
    rows = [row for mode in MODES for row in await _mode(mode)]
    columns = ("median of a request", f"{FEW} stored", f"{MANY} stored", "p10-p90", "times", f"aim {AIM}")
    table(f"Reading with {FEW} and {MANY} stored sessions, {ROUNDS} requests each, in turns", columns, rows)


async def _mode(mode: str) -> list[tuple[str, ...]]:
    with prepared(mode) as small, prepared(mode) as large:
        stored = {small: await _fill(small, FEW), large: await _fill(large, MANY)}
        for app in stored:
            await asyncio.to_thread(app.start)
        async with small.client() as few, large.client() as many:
            clients = [(few, stored[small]), (many, stored[large])]
            details = await _measure(clients, lambda session_id: f"/sessions/{session_id}")
            pages = await _measure(clients, lambda _: "/events/default/sessions?limit=50")
    return [_row(f"{mode}: one session", *details), _row(f"{mode}: first page", *pages)]


async def _fill(app: App, count: int) -> list[str]:
    async with assembled(load(app.settings), app.url) as parts:
        return [session.session_id for session in await filled(parts, count)]


async def _measure(clients: Clients, path: Callable[[str], str]) -> tuple[list[float], list[float]]:
    """Seconds of each request to either server; who is first changes, so that neither gains by its turn."""
    chance = random.Random(1)
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(-20, ROUNDS):  # the first 20 warm up both
        for which in (0, 1) if turn % 2 else (1, 0):
            client, session_ids = clients[which]
            began = time.perf_counter()
            answer = await client.get(path(chance.choice(session_ids)))
            if turn >= 0:
                taken[which].append(time.perf_counter() - began)
            answer.raise_for_status()
    return taken


def _row(name: str, few: list[float], many: list[float]) -> tuple[str, ...]:
    low, high = statistics.median(few), statistics.median(many)
    spread = f"{quantile(many, 0.1) * 1000:.2f}-{quantile(many, 0.9) * 1000:.2f} ms"
    times = high / low
    return name, f"{low * 1000:.2f} ms", f"{high * 1000:.2f} ms", spread, f"{times:.2f}", verdict(kept=times <= AIM)
