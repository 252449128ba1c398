"""Nobody has the server read for them what it cannot need: who asks is known first, and a body has an end."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.servers.app import ADMIN, App

_WAYS = ("/api/v1/events", "/api/v1/sessions", "/sign-in", "/record", "/events", "/events/default/teams")
_PAGES = _WAYS[2:]
_FIELDS = ("token", "name", "names", "team_name", "pitch_title")


async def _head(app: App, path: str, token: str | None, *headers: str) -> int:
    """The status of a request whose body never comes."""
    at = urlsplit(app.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    kind = "application/x-www-form-urlencoded" if path in _PAGES else "application/json"
    lines = [f"POST {path} HTTP/1.1", f"Host: {at.netloc}", f"Content-Type: {kind}", *headers]
    lines += [f"Authorization: Bearer {token}"] if token else []
    writer.write("\r\n".join([*lines, "", ""]).encode())
    try:
        return int((await asyncio.wait_for(reader.readline(), 20)).split()[1])
    finally:
        writer.close()


@pytest.mark.parametrize("path", _WAYS)
async def test_a_body_that_is_said_to_be_huge_is_refused_before_it_comes(app: App, path: str) -> None:
    assert await _head(app, path, ADMIN, "Content-Length: 99000000000") == 413


@pytest.mark.parametrize("path", ["/api/v1/events", "/api/v1/sessions", "/api/v1/events/default/teams"])
@pytest.mark.parametrize("key", [(), ("Idempotency-Key: a-key",)])
async def test_who_may_not_come_in_is_told_so_before_the_body_comes(app: App, path: str, key: tuple[str, ...]) -> None:
    assert await _head(app, path, "a-wrong-token-for-bodies", "Content-Length: 1000", *key) == 401


@pytest.mark.parametrize("path", _WAYS)
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "a-long-body"}])
async def test_a_body_without_a_length_ends_too(app: App, path: str, key: dict[str, str]) -> None:
    async with app.client() as client, httpx.AsyncClient(base_url=app.url, timeout=60) as http:
        team = (await client.post("/events/default/teams", json={"name": f"T{path}{len(key)}"})).json()
        token = team.get("token", ADMIN)

        async def body() -> AsyncIterator[bytes]:
            yield b'{"name": "'
            for _ in range(300):
                yield b"x" * 1024
            yield b'"}'

        kind = "application/x-www-form-urlencoded" if path in _PAGES else "application/json"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind, **key}
        answer = await http.post(path, content=body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) in ((413, "too_large"), (403, "not_allowed"))
    if path not in ("/events", "/events/default/teams"):
        assert answer.status_code == 413


@pytest.mark.parametrize(("token", "status", "code"), [(None, 401, "not_signed_in"), (ADMIN, 422, "invalid_request")])
async def test_what_is_wrong_with_a_body_is_told_to_whoever_may_send_it(
    app: App, token: str | None, status: int, code: str
) -> None:
    async with app.client(token) as client:
        answer = await client.post("/events/default/judges", json={"name": "Ada", "email": "no address"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_what_an_organizer_needs_passes(app: App) -> None:
    async with app.client() as client:
        rows = "\n".join(f"Team {n}\tTrack {n}" for n in range(9000))
        answer = await client.post("/events/default/teams/import", json={"text": rows, "dry_run": True})
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["rows"]) == 9000


@pytest.mark.parametrize("charset", ["unicode_escape", "idna", "no-such"])
@pytest.mark.parametrize("path", _PAGES)
async def test_a_form_in_letters_of_its_own_is_no_error_of_the_server(app: App, path: str, charset: str) -> None:
    async with app.client() as client:
        kind = f"multipart/form-data; charset={charset}; boundary=x"
        parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n\\ud800..\r\n' for name in _FIELDS]
        body = "".join([*parts, "--x--\r\n"])
        answer = await client.post(f"{app.url}{path}", content=body, headers={"Content-Type": kind})
        assert answer.status_code < 500
