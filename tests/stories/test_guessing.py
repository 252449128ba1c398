"""10 000 guesses from 100 addresses: slowed, logged, and nobody else notices."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from pitchscoop.access.guesses import AT_ONCE
from tests.servers.app import ADMIN, App
from tests.servers.place import Place

_ADDRESSES = 100
_TRIES = 100
_BY_HEADER = ("/api/v1/events", "/mcp")
_WAYS = (*_BY_HEADER, "/join?token={}", "/sign-in")


@pytest.fixture
def alone(place_of: Callable[[str], Place]) -> Iterator[Place]:
    place = place_of("embedded")  # what is counted is a process's own
    place.start()
    yield place
    place.stop()


async def _guess(client: httpx.AsyncClient, address: str, number: int, found: Counter[int]) -> None:
    token, way = secrets.token_urlsafe(32), _WAYS[number % len(_WAYS)]
    headers = {"X-Forwarded-For": address}
    if way in _BY_HEADER:
        headers["Authorization"] = f"Bearer {token}"
    method = "POST" if way in ("/mcp", "/sign-in") else "GET"
    form = {"token": token} if way == "/sign-in" else None
    answer = await client.request(method, way.format(token), headers=headers, data=form)
    found[answer.status_code] += 1
    if answer.status_code == 429:
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.json()["code"] == "slow_down"


async def test_ten_thousand_guesses_from_a_hundred_addresses(alone: Place) -> None:
    found: Counter[int] = Counter()
    limits = httpx.Limits(max_connections=20, keepalive_expiry=2)  # before the server closes what is idle
    async with httpx.AsyncClient(base_url=alone.url, limits=limits, timeout=60) as client:

        async def known(address: str | None) -> int:
            headers = {"Authorization": f"Bearer {ADMIN}"} | ({"X-Forwarded-For": address} if address else {})
            return (await client.get("/api/v1/events", headers=headers)).status_code

        assert await known("198.51.100.1") == 200  # at work there before the guessing begins
        began = time.monotonic()
        for number in range(_TRIES):
            async with asyncio.TaskGroup() as group:
                for host in range(_ADDRESSES):
                    group.create_task(_guess(client, f"198.51.100.{host}", number, found))
        seconds = time.monotonic() - began
        assert found.total() == 10_000
        assert set(found) == {401, 429}
        assert AT_ONCE * _ADDRESSES <= found[401] <= (AT_ONCE + seconds / 3 + 1) * _ADDRESSES
        assert await known("198.51.100.1") == 200
        assert await known("203.0.113.9") == 200
        assert await known(None) == 200
        answer = await client.get("/join?token=wrong", headers={"X-Forwarded-For": "203.0.113.9"})
        assert answer.status_code == 401
        metrics = (await client.get("/metrics")).text
    print(f"{found[401]} of 10 000 guesses were looked at in {seconds:.0f} s")
    assert f'pitchscoop_wrong_tokens_total{{looked_at="no"}} {float(found[429])}' in metrics
    log = alone.log.read_text()
    assert all(f"198.51.100.{host} " in log or f"198.51.100.{host}\n" in log for host in range(_ADDRESSES))
    assert log.count("guessing_slowed") == _ADDRESSES
    assert "203.0.113.9" not in log


async def test_what_a_stranger_says_of_addresses_counts_for_nothing(tmp_path: Path) -> None:
    app = App(tmp_path, {"FORWARDED_ALLOW_IPS": "192.0.2.1"}, "embedded")
    app.start()
    try:
        found: Counter[int] = Counter()
        async with httpx.AsyncClient(base_url=app.url) as client:
            for number in range(AT_ONCE + 5):
                await _guess(client, f"198.51.100.{number}", 0, found)
        assert found == {401: AT_ONCE, 429: 5}
    finally:
        app.stop()


async def test_teams_that_join_by_themselves_are_slowed_by_address_too(alone: Place) -> None:
    async with alone.client() as organizer, alone.client(None) as anybody:
        settings = {"self_registration": True}
        event = (await organizer.post("/events", json={"name": "E", "settings": settings})).json()["event_id"]

        async def joins(number: int, address: str) -> httpx.Response:
            headers = {"X-Forwarded-For": address}
            return await anybody.post(f"/events/{event}/join", json={"name": f"Team {number}"}, headers=headers)

        came = [await joins(number, "198.51.100.1") for number in range(70)]
        statuses = Counter(answer.status_code for answer in came)
        assert set(statuses) == {201, 429}
        assert 50 <= statuses[201] <= 55
        assert (came[-1].json()["code"], int(came[-1].headers["Retry-After"]) >= 1) == ("slow_down", True)
        assert (await joins(100, "198.51.100.2")).status_code == 201
        assert (await organizer.post(f"/events/{event}/teams", json={"name": "By hand"})).status_code == 201
