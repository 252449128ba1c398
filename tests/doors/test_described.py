"""What ``/openapi.json`` says and what is answered: the differences that made-up calls have found, one by one."""

from typing import Any

import httpx
import pytest

from tests.servers.app import App


@pytest.fixture
def document(app: App) -> Any:
    return httpx.get(f"{app.url}/openapi.json", timeout=60).json()


def operations(document: Any) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": call
        for path, calls in document["paths"].items()
        for method, call in calls.items()
        if path.startswith("/api/")
    }


def names(call: Any) -> set[str]:
    return {parameter["name"] for parameter in call.get("parameters", ())}


def test_what_needs_no_token_says_so(document: Any) -> None:
    free = {name.partition("/api/v1")[2] for name, call in operations(document).items() if call["security"] == []}
    assert free == {"/events/{event_id}/join", "/sessions/{session_id}/uploads"}
    assert operations(document)["POST /api/v1/sessions/{session_id}/uploads"]["security"] == [{"token": []}]


def test_every_write_takes_an_idempotency_key(document: Any) -> None:
    without = {
        name.partition("/api/v1")[2]
        for name, call in operations(document).items()
        if not name.startswith(("GET ", "HEAD ", "OPTIONS ")) and "Idempotency-Key" not in names(call)
    }
    assert without == {"/sessions/{session_id}/uploads/{upload_id}"}


def test_uploads_say_what_comes_with_their_answers(document: Any) -> None:
    path = "/api/v1/sessions/{session_id}/uploads"
    begin, more = operations(document)[f"POST {path}"], operations(document)[f"PATCH {path}/{{upload_id}}"]
    assert set(begin["responses"]["201"]["headers"]) == {"Location", "Tus-Resumable", "Upload-Expires"}
    assert set(more["responses"]["204"]["headers"]) == {"Tus-Resumable", "Upload-Expires", "Upload-Offset"}
    assert {"412", "415"} <= set(more["responses"])
    for name, call in operations(document).items():
        assert ("session_id" in names(call)) == ("{session_id}" in name), name


async def test_an_address_names_all_methods_it_takes(app: App) -> None:
    async with app.client() as client:
        answers = [await client.put(path) for path in ("/events", "/events/default", "/events/default/teams/import")]
    assert [answer.status_code for answer in answers] == [405, 405, 405]
    assert [set(answer.headers["allow"].split(", ")) for answer in answers] == [
        {"GET", "POST"},
        {"GET", "PATCH", "DELETE"},
        {"POST"},
    ]


async def test_a_body_that_cannot_be_read_is_as_bad_as_one_that_breaks_the_form(app: App) -> None:
    headers = {"Content-Type": "application/json"}
    async with app.client() as client:
        for body in (b'{"name": "\xff"}', b"[" * 100_000, b'{"name": "\\ud800"}', b'{"\\ud800": 1}'):
            answer = await client.post("/events", content=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), body[:20]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/events", {"name": "E", "settings": {"max_seconds": "300"}}),
        ("/events", {"name": "E", "settings": {"downloads": 1}}),
        ("/events", {"name": "E", "rubric": [{"id": "a", "name": "A", "weight": True, "min": 0, "max": 5}]}),
        ("/events/default/assignment", {"nearest": 0}),
        ("/events/default/teams/import", {"text": "Kelp", "dry_run": "yes"}),
    ],
)
async def test_what_is_of_another_type_is_refused(app: App, path: str, body: Any) -> None:
    async with app.client() as client:
        answer = await client.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_change_of_settings_is_as_strict_and_a_time_is_written_out(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        for settings in ({"reads": "3"}, {"reads": 99}, {"timezone": "Nowhere"}):
            answer = await client.patch(f"/events/{event}", json={"settings": settings})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
        changed = await client.patch(f"/events/{event}", json={"settings": {"tracks": ["Sea"], "language": None}})
        assert changed.json()["settings"]["tracks"] == ["Sea"]
        for moment in (5, "5", "2026-11-26"):
            answer = await client.put(f"/events/{event}/schedule", json={"starts_at": moment})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_whoever_brings_nothing_is_asked_for_a_token_before_a_key_is_looked_at(app: App) -> None:
    async with app.client(None) as client:
        for key in ("k", "a" * 22, "a" * 300):
            answer = await client.post("/events", json={"name": "E"}, headers={"Idempotency-Key": key})
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        joining = await client.post("/events/default/join", json={"name": "E"}, headers={"Idempotency-Key": "k"})
    assert (joining.status_code, joining.json()["code"]) == (422, "bad_idempotency_key")


async def test_ids_that_do_not_fit_into_an_address_are_refused(app: App) -> None:
    async with app.client() as client:
        for chosen in ("x" * 41, "a/b", ""):
            answer = await client.get("/events/default/sessions.csv", params={"session": chosen})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
        unknown = await client.get("/events/default/sessions.csv", params={"session": "nosuchsession"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_session")
