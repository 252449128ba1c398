"""What stops the start, and what an operator is told."""

from pathlib import Path

import pytest

from pitchscoop.settings import BadSetting, GladiaSettings, Settings, load

KEY = "a-key-of-gladia"


def with_gladia(folder: Path, **given: str) -> Settings:
    return load({"PITCHSCOOP_DATA": str(folder), **{f"GLADIA_{name}": value for name, value in given.items()}})


def test_without_a_key_there_is_no_gladia(tmp_path: Path) -> None:
    assert with_gladia(tmp_path).gladia is None
    assert (
        with_gladia(tmp_path, API_KEY="", API_URL="", REGION="", MAX_LIVE="").gladia is None
    )  # as compose.yaml leaves them


def test_a_key_is_enough(tmp_path: Path) -> None:
    assert with_gladia(tmp_path, API_KEY=KEY).gladia == GladiaSettings(
        key=KEY, api_url="https://api.gladia.io", region=None, max_live=1
    )


def test_all_of_it_is_read_and_the_key_is_not_shown(tmp_path: Path) -> None:
    settings = with_gladia(tmp_path, API_KEY=KEY, API_URL="http://127.0.0.1:9/", REGION="us-west", MAX_LIVE="1000")
    assert settings.gladia == GladiaSettings(key=KEY, api_url="http://127.0.0.1:9", region="us-west", max_live=1000)
    assert KEY not in repr(settings)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"MAX_LIVE": "many"}, "GLADIA_MAX_LIVE must be a whole number from 1 to 1000"),
        ({"API_KEY": "a key\n"}, "GLADIA_API_KEY has a character that no key has"),
        ({"API_KEY": "schlüssel"}, "GLADIA_API_KEY has a character that no key has"),
        ({"API_KEY": KEY, "REGION": "mars"}, "GLADIA_REGION must be eu-west or us-west"),
        ({"API_KEY": KEY, "API_URL": "api.gladia.io"}, "GLADIA_API_URL must be an address"),
        ({"API_KEY": KEY, "MAX_LIVE": "0"}, "GLADIA_MAX_LIVE must be a whole number from 1 to 1000"),
        ({"API_KEY": KEY, "MAX_LIVE": "1001"}, "GLADIA_MAX_LIVE must be a whole number from 1 to 1000"),
        ({"API_KEY": KEY, "MAX_LIVE": "²"}, "GLADIA_MAX_LIVE must be a whole number from 1 to 1000"),
        ({"API_KEY": KEY, "MAX_LIFE": "1"}, "GLADIA_MAX_LIFE is not a setting"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, given: dict[str, str], told: str) -> None:
    with pytest.raises(BadSetting) as stopped:
        with_gladia(tmp_path, **given)
    assert str(stopped.value).startswith(told)
    assert "\n" not in str(stopped.value)
    assert KEY not in str(stopped.value)
