"""What the environment may say of speech written down on this machine."""

from pathlib import Path

import pytest

from pitchscoop.settings import BadSetting, LocalSpeech, load


def whisper(folder: Path, **environ: str) -> LocalSpeech | None:
    return load({"PITCHSCOOP_DATA": str(folder), **environ}).whisper


def test_no_model_is_no_engine(tmp_path: Path) -> None:
    assert whisper(tmp_path) is None


@pytest.mark.parametrize("model", ["small", "large-v3-turbo", "tiny.en", "Systran/faster-whisper-small"])
def test_a_model_has_a_name_and_runs_where_it_is_fastest(tmp_path: Path, model: str) -> None:
    assert whisper(tmp_path, PITCHSCOOP_WHISPER_MODEL=model) == LocalSpeech(model=model, device="auto", environ={})


def test_a_folder_is_told_from_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for told, meant in {
        "./mine": tmp_path / "mine",
        "/srv/mine": Path("/srv/mine"),
        "~/mine": Path.home() / "mine",
    }.items():
        found = whisper(tmp_path, PITCHSCOOP_WHISPER_MODEL=told)
        assert found is not None
        assert found.model == str(meant)


@pytest.mark.parametrize("model", ["a/b/c", "small model", "-x", "a//b"])
def test_what_is_neither_is_refused_by_name(tmp_path: Path, model: str) -> None:
    with pytest.raises(BadSetting, match="PITCHSCOOP_WHISPER_MODEL"):
        whisper(tmp_path, PITCHSCOOP_WHISPER_MODEL=model)


def test_a_device_is_one_of_three_and_nothing_without_a_model(tmp_path: Path) -> None:
    found = whisper(tmp_path, PITCHSCOOP_WHISPER_MODEL="small", PITCHSCOOP_WHISPER_DEVICE="cuda")
    assert found is not None
    assert found.device == "cuda"
    for environ in (
        {"PITCHSCOOP_WHISPER_MODEL": "small", "PITCHSCOOP_WHISPER_DEVICE": "gpu"},
        {"PITCHSCOOP_WHISPER_DEVICE": "cpu"},
    ):
        with pytest.raises(BadSetting, match="PITCHSCOOP_WHISPER"):
            whisper(tmp_path, **environ)


def test_libraries_get_what_is_theirs_and_no_secret(tmp_path: Path) -> None:
    found = whisper(
        tmp_path,
        PITCHSCOOP_WHISPER_MODEL="small",
        PITCHSCOOP_SECRET="s" * 40,
        HF_ENDPOINT="https://hub.example.org",
        HF_TOKEN="secret",
        PATH="/bin",
    )
    assert found is not None
    assert found.environ == {"HF_ENDPOINT": "https://hub.example.org"}
