"""Which model drafts advice."""

from pathlib import Path

import pytest

from pitchscoop.settings import BadSetting, ModelSettings, load

KEY = "a-key-of-a-model"


def model(folder: Path, **given: str) -> ModelSettings | None:
    return load({"PITCHSCOOP_DATA": str(folder), **{f"LLM_{name}": value for name, value in given.items()}}).llm


def test_without_settings_there_is_no_model(tmp_path: Path) -> None:
    assert model(tmp_path) is None
    assert model(tmp_path, BASE_URL="", API_KEY="", MODEL="") is None  # as compose.yaml leaves them


def test_any_server_by_its_address(tmp_path: Path) -> None:
    found = model(tmp_path, BASE_URL="http://127.0.0.1:8080/v1/", MODEL="small")
    assert found == ModelSettings(model="small", base_url="http://127.0.0.1:8080/v1", key=None)


def test_a_key_alone_is_for_openai_and_is_not_shown(tmp_path: Path) -> None:
    found = model(tmp_path, API_KEY=KEY, MODEL="small")
    assert found == ModelSettings(model="small", base_url="https://api.openai.com/v1", key=KEY)
    assert KEY not in repr(found)


def test_the_key_comes_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    found = model(tmp_path, API_KEY_FILE=str(tmp_path / "key"), MODEL="small")
    assert found
    assert found.key == KEY


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"BASE_URL": "http://127.0.0.1:1"}, "LLM_MODEL is missing"),
        ({"API_KEY": KEY}, "LLM_MODEL is missing"),
        ({"MODEL": "small"}, "LLM_MODEL needs LLM_BASE_URL"),
        ({"MODEL": "small", "BASE_URL": "127.0.0.1:1"}, "LLM_BASE_URL must be an address"),
        ({"MODEL": "small", "API_KEY": "two words"}, "LLM_API_KEY has a character that no key has"),
        ({"MODELS": "small"}, "LLM_MODELS is not a setting"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, given: dict[str, str], told: str) -> None:
    with pytest.raises(BadSetting) as stopped:
        model(tmp_path, **given)
    assert str(stopped.value).startswith(told)
    assert "\n" not in str(stopped.value)
    assert KEY not in str(stopped.value)
