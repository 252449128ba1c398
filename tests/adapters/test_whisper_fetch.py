"""A model fetched at first use, from a small hub on this machine; and what is said when it cannot be had."""

import asyncio
import os
import pty
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from pitchscoop.adapters.whisper import WhisperTranscriber
from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.transcripts.ports import Refused
from tests import whisper
from tests.servers.hub import Hub, hub
from tests.whisper import heard, refused


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whisper.make(tmp_path_factory.mktemp("models") / "umbrellas")


def at(endpoint: str, models: Path, model: str = "test/umbrellas") -> WhisperTranscriber:
    return WhisperTranscriber(model, "cpu", models, {"HF_ENDPOINT": endpoint})


async def turned_away(engine: WhisperTranscriber) -> Problem:
    problem = await refused(engine)
    await engine.close()
    return problem


def fetched(server: Hub) -> list[str]:
    """The files that were sent."""
    return sorted(line.rsplit("/", 1)[1] for line in server.asked if line.startswith("GET /test/"))


def folders(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir() if path.is_dir())


async def test_a_model_is_fetched_at_first_use_and_never_again(model: Path, tmp_path: Path) -> None:
    (model / "README.md").write_text("of no use here")
    with hub(umbrellas=model) as server:
        engine = at(server.url, tmp_path)
        assert await engine.check() == (
            f"Whisper (test/umbrellas) will be downloaded into {tmp_path}/test--umbrellas at first use"
        )
        assert server.asked == []
        with structlog.testing.capture_logs() as logs:
            assert len((await heard(engine)).utterances) == 2
        await engine.close()
        names = ["config.json", "model.bin", "preprocessor_config.json", "tokenizer.json", "vocabulary.json"]
        assert fetched(server) == names
    assert sorted(path.name for path in (tmp_path / "test--umbrellas").iterdir()) == names
    assert [entry["event"] for entry in logs] == ["whisper_download", "whisper_download", "whisper_downloaded"]
    engine = at("http://127.0.0.1:9", tmp_path)
    assert await engine.check() == f"Whisper (test/umbrellas) works on the CPU; it lies in {tmp_path}/test--umbrellas"
    await engine.close()


async def test_a_download_tells_how_far_it_is_and_survives_what_may_happen(tmp_path: Path) -> None:
    model = whisper.make(tmp_path / "big" / "umbrellas")
    with (model / "model.bin").open("ab") as file:
        file.write(bytes(40_000_000))  # the hub's client writes 10 MB at a time
    with hub(umbrellas=model) as server:
        server.stalled.set()
        engine = at(server.url, tmp_path)
        with structlog.testing.capture_logs() as logs:
            job = asyncio.create_task(heard(engine))
            async with asyncio.timeout(30):
                while not any("percent" in entry for entry in logs):  # noqa: ASYNC110  what a person would see
                    await asyncio.sleep(0.1)
            job.cancel()
            await asyncio.wait([job])
        assert folders(tmp_path) == [".test--umbrellas", "big"]
        server.stalled.clear()
        server.over.set()
        server.broken.set()
        assert len((await heard(engine)).utterances) == 2
        assert any("/model.bin bytes=" in line for line in server.asked)
        await engine.close()
    assert folders(tmp_path) == ["big", "test--umbrellas"]
    assert folders(tmp_path / "test--umbrellas") == []


async def test_two_servers_fetch_a_model_once(model: Path, tmp_path: Path) -> None:
    with hub(umbrellas=model) as server:
        engines = [at(server.url, tmp_path) for _ in range(2)]
        found = await asyncio.gather(*map(heard, engines))
        assert found[0] == found[1]
        assert fetched(server).count("model.bin") == 1
        for engine in engines:
            await engine.close()


async def test_without_a_network_it_is_tried_again(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        problem = await turned_away(at(endpoint, tmp_path, "small"))
    assert (type(problem), problem.code) == (Unavailable, "transcriber_unavailable")
    assert endpoint in problem.message
    assert str(tmp_path / "small") in problem.message
    assert folders(tmp_path) == []


async def test_a_name_that_is_no_models_is_refused_with_those_that_are(tmp_path: Path) -> None:
    engine = at("http://127.0.0.1:9", tmp_path, "smal")
    with pytest.raises(Refused, match="called smal") as caught:
        await engine.check()
    assert "large-v3-turbo" in caught.value.message
    problem = await turned_away(engine)
    assert (type(problem), problem.code) == (Refused, "transcriber_refused")


async def test_a_repository_that_is_not_there_or_holds_no_model_is_refused(model: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "config.json").write_text("{}")
    with hub(umbrellas=model, notes=tmp_path / "notes") as server:
        problem = await turned_away(at(server.url, tmp_path, "test/gone"))
        assert (type(problem), problem.code) == (Refused, "transcriber_refused")
        assert "no model test/gone" in problem.message
        problem = await turned_away(at(server.url, tmp_path, "test/notes"))
        assert (type(problem), problem.code) == (Refused, "transcriber_refused")
        assert "test/notes" in problem.message


async def test_a_folder_that_cannot_be_written_is_named(model: Path, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("in the way")
    with hub(umbrellas=model) as server:
        problem = await turned_away(at(server.url, tmp_path / "models"))
    assert isinstance(problem, Unavailable)
    assert str(tmp_path / "models") in problem.message


def shown() -> None:
    """Fetch a model; run by the test below on a terminal of its own."""
    asyncio.run(heard(at(sys.argv[1], Path(sys.argv[2]))))


def test_a_terminal_shows_a_bar(model: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    code = "from tests.adapters.test_whisper_fetch import shown; shown()"
    with hub(umbrellas=model) as server:
        subprocess.run([sys.executable, "-c", code, server.url, str(tmp_path)], stderr=theirs, check=True, timeout=60)
    os.close(theirs)
    seen = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert "#" * 30 + "]" in seen


_WITHOUT = """
import sys
for name in ("faster_whisper", "ctranslate2", "huggingface_hub", "tokenizers", "onnxruntime"):
    sys.modules[name] = None  # what import and find_spec see where it is not installed
"""
_REFUSED = """
import asyncio, pathlib
from pitchscoop.adapters.whisper import WhisperTranscriber
engine = WhisperTranscriber("small", "auto", pathlib.Path("models"), {})
try:
    asyncio.run(engine.check())
except Exception as error:
    print(type(error).__name__, error.code, error.message)
"""
_STARTS = """
import importlib, pkgutil, pitchscoop
for module in pkgutil.walk_packages(pitchscoop.__path__, "pitchscoop."):
    if module.name not in ("pitchscoop.adapters.whisper_work", "pitchscoop.adapters.whisper_fetch"):
        importlib.import_module(module.name)
print("started")
"""


def without(program: str) -> str:
    """What a program says where the extra is not installed."""
    command = [sys.executable, "-c", _WITHOUT + program]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_without_the_extra_the_remedy_is_told() -> None:
    told = without(_REFUSED)
    assert told.startswith("Refused transcriber_refused")
    assert "make whisper" in told


def test_without_the_extra_everything_else_starts() -> None:
    assert without(_STARTS) == "started\n"
