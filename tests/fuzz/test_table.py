"""What holds answers against the permission table sees what is wrong with them, both ways."""

from collections.abc import Iterator

import httpx
import pytest

from pitchscoop.access.model import ANYBODY, Principal, Role
from tests.fuzz.table import API, Sent, Truth, verdict
from tests.servers.app import ADMIN, App


@pytest.fixture
def organizer(app: App) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=app.url, headers={"Authorization": f"Bearer {ADMIN}"}, timeout=30) as client:
        yield client


def test_what_is_done_or_refused_against_the_table_is_seen(organizer: httpx.Client) -> None:
    event = organizer.post(f"{API}/events", json={"name": "E", "stage": "draft"}).json()["event_id"]
    started = {"team_name": "Kelp", "pitch_title": "T", "event_id": event}
    session = organizer.post(f"{API}/sessions", json=started).json()["session_id"]
    truth = Truth(organizer, still=True)
    judge = Principal(role=Role.JUDGE, event_id=event, judge_id="j")
    stranger = Principal(role=Role.JUDGE, event_id="another", judge_id="j")
    link = Principal(session_id=session, grant="listen")
    team = Principal(role=Role.TEAM, event_id=event, team_id="t")

    def at(call: str, session_id: str = session, **query: str) -> Sent:
        return Sent(f"{call}", {"session_id": session_id}, query, None)

    remove, read = "DELETE /sessions/{session_id}", "GET /sessions/{session_id}"
    play, begin = f"{read}/playback-url", "POST /sessions/{session_id}/uploads"
    begins = Sent("POST /sessions", {}, {}, started)
    for who, sent, right, wrong in [
        (judge, at(remove), "not_allowed", "allowed"),
        (judge, at(read), "allowed", "not_allowed"),
        (judge, at(play, download="true"), "not_allowed", "allowed"),
        (judge, at(read, "nosuchsession"), "no_such_session", "allowed"),
        (stranger, at(read), "not_allowed", "allowed"),
        (ANYBODY, at(read), "not_signed_in", "no_such_session"),
        (ANYBODY, at(read, "nosuchsession"), "not_signed_in", "no_such_session"),
        (link, at(play), "allowed", "not_allowed"),
        (link, at(begin), "not_allowed", "allowed"),
        (team, at(read), "not_allowed", "allowed"),
        (team, begins, "wrong_stage", "allowed"),
        (Principal(role=Role.ORGANIZER), begins, "allowed", "wrong_stage"),
        (Principal(role=Role.ORGANIZER), at(remove), "allowed", "bad_token"),
    ]:
        assert verdict(who, sent, right, truth) is None
        assert verdict(who, sent, "invalid_request", truth) is None
        assert verdict(who, sent, wrong, truth) == right
