import hashlib

from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.kernel import keys


def test_the_names_that_people_and_programs_rely_on() -> None:
    """design.md 2.5 and 2.6."""
    assert keys.session("abc") == "session:abc"
    assert keys.stored("abc", keys.AUDIO_MP3) == "sessions/abc/compressed.mp3"
    assert keys.stored("abc", keys.PEAKS) == "sessions/abc/peaks.json"
    assert keys.stored("abc", keys.SESSION_JSON) == "sessions/abc/session.json"
    assert keys.segment(keys.segments("abc"), 65536) == "sessions/abc/segments/00000000000000065536"
    assert keys.segments("abc", "up") == "sessions/abc/segments/up/"
    assert keys.folder("abc") == "sessions/abc/"


@given(offsets=st.lists(st.integers(0, 10**20 - 1)))
def test_segments_sort_as_their_bytes_do(offsets: list[int]) -> None:
    names = [keys.segment(keys.segments("abc"), offset) for offset in offsets]
    assert sorted(names) == [keys.segment(keys.segments("abc"), offset) for offset in sorted(offsets)]


def test_a_team_name_is_taken_in_any_case_of_letters_but_per_event() -> None:
    assert keys.team_name("boston", "STRASSE") == keys.team_name("boston", "straße")
    assert keys.team_name("boston", "Ada") != keys.team_name("boston", "Adam")
    assert keys.team_name("boston", "Ada") != keys.team_name("oslo", "Ada")


def test_tokens_and_notes_are_named_by_digest_only() -> None:
    secret = "a-secret-of-somebody"
    assert secret not in keys.token(secret) + keys.once("answer", secret) + keys.team_name("boston", secret)
    assert keys.token(secret) == f"token:{hashlib.sha256(secret.encode()).hexdigest()}"
    assert keys.once("answer", secret) != keys.once("sign-in", secret)


def test_facets_are_indexes_of_their_own() -> None:
    assert keys.sessions_index("boston") == "index:{boston}:sessions"
    assert keys.sessions_index("boston", "status", "completed") == "index:{boston}:sessions:status:completed"
    assert keys.teams_index("boston") == "index:{boston}:teams"
