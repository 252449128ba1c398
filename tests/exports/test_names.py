"""Names that every system takes, whatever a team calls itself."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.exports.names import Taken, legal
from pitchscoop.exports.places import Places
from pitchscoop.recordings.model import Session

NOW = dt.datetime(2026, 11, 25, 1, 18, 12, tzinfo=dt.UTC)
RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³")}


def session(team: str, *, at: dt.datetime = NOW) -> Session:
    return Session(
        session_id="s", event_id="e", team_name=team, pitch_title="t", sample_rate=16000, idle_seconds=1,
        created_at=at, expires_at=at, heard_at=at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Kelpline", "Kelpline"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "team"),
        ("C:\\Windows", "C_Windows"),
        ('a<b>c:d"e/f\\g|h?i*j', "a_b_c_d_e_f_g_h_i_j"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("Lpt1 .a", "_Lpt1 .a"),
        ("COM¹", "_COM¹"),
        ("Console", "Console"),
        ("ends. . ", "ends"),
        ("\u202egnp.exe", "gnp.exe"),
        ("فريق النور", "فريق النور"),
        ("👩\u200d🚀 Team", "👩\u200d🚀 Team"),
        ("a\x00b\x1fc\x7f", "abc"),
        ("\u200b\u2028", "team"),
        ("e\u0301", "é"),
    ],
)
def test_a_name_becomes_legal_and_stays_itself_as_far_as_it_can(name: str, expected: str) -> None:
    assert legal(name, "team") == expected


@given(st.text(max_size=300))
def test_whatever_the_name_every_system_takes_it(name: str) -> None:
    found = legal(name, "team")
    assert 0 < len(found.encode()) <= 101
    assert not set(found) & set('<>:"/\\|?*')
    assert found == found.strip(" .")
    assert found.partition(".")[0].rstrip().upper() not in RESERVED
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in found)


def test_a_long_name_is_cut_between_letters() -> None:
    for letter in "aü界🚀":
        found = legal(letter * 200, "team")
        assert 96 < len(found.encode()) <= 100
        assert set(found) == {letter}


@given(st.lists(st.sampled_from(["a", "A", "a (2)", "ä", "a\u0308", "ß", "ss", "ﬁ", "fi"]), max_size=30))
def test_no_two_names_are_one_where_capitals_and_accents_do_not_count(names: list[str]) -> None:
    taken = Taken()
    found = [taken.unique(name) for name in names]
    assert len({unicodedata.normalize("NFKC", name.casefold()) for name in found}) == len(names)


def test_places_are_a_folder_a_team_and_a_file_a_pitch() -> None:
    places = Places()
    found = [places.of(session(team)) for team in ("Kelp", "kelp", "A/B", "A:B", "a_b")]
    found.append(places.of(session("Kelp", at=NOW.astimezone(dt.timezone(dt.timedelta(hours=5))))))
    found.append(places.of(session("Kelp", at=NOW + dt.timedelta(seconds=1))))
    assert found == [
        "sessions/Kelp/2026-11-25T01-18-12Z.wav",
        "sessions/Kelp/2026-11-25T01-18-12Z (2).wav",
        "sessions/A_B/2026-11-25T01-18-12Z.wav",
        "sessions/A_B (2)/2026-11-25T01-18-12Z.wav",
        "sessions/a_b (3)/2026-11-25T01-18-12Z.wav",
        "sessions/Kelp/2026-11-25T01-18-12Z (3).wav",
        "sessions/Kelp/2026-11-25T01-18-13Z.wav",
    ]
