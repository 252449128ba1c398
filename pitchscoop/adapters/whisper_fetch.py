"""Fetches a Whisper model from the Hugging Face hub; runs inside ``whisper_work.py``.

A model's folder appears whole: files are gathered in a hidden one beside it. The hub's client goes on where a
connection broke; when its process ends, the download begins anew.
"""

import contextlib
import errno
import fcntl
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from faster_whisper.utils import _MODELS
from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import RepositoryNotFoundError

from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.transcripts.ports import Refused

Answer = dict[str, Any]

_FILES = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.json", "vocabulary.txt")
_OFTEN = 1.0  # seconds between two words about progress
_NAMES = f"PITCHSCOOP_WHISPER_MODEL may be {', '.join(_MODELS)}, a repository of the hub, or a folder."


def find(model: str) -> str:
    """The repository a model lies in.

    Raises:
        Refused: there is no model of that name.
    """
    if "/" in model:
        return model
    if model not in _MODELS:
        raise Refused("transcriber_refused", f"There is no Whisper model called {model}. {_NAMES}")
    return str(_MODELS[model])


def fetch(model: str, folder: Path) -> Iterator[Answer]:
    """Download into ``folder``, unless another process does so first; progress in bytes, then ``done``.

    Raises:
        Refused: the hub has no such model.
        Unavailable: the hub cannot be reached, or there is no room.
    """
    repository = find(model)
    gathered = folder.with_name(f".{folder.name}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder.with_name(f".{folder.name}.lock").open("w") as lock:
            while not _locked(lock.fileno()):
                yield {"waiting": str(gathered)}
                time.sleep(_OFTEN)
            if not folder.is_dir():
                shutil.rmtree(gathered, ignore_errors=True)  # of an earlier process
                yield from _download(repository, gathered)
                shutil.rmtree(gathered / ".cache")
                gathered.replace(folder)
    except RepositoryNotFoundError as error:
        what = f"{constants.ENDPOINT} has no model {repository} that is open to everybody. {_NAMES}"
        raise Refused("transcriber_refused", what) from error
    except Problem:
        raise
    except Exception as error:
        raise _away(error, model, folder) from error
    yield {"done": str(folder)}


def _download(repository: str, folder: Path) -> Iterator[Answer]:
    about = HfApi(token=False).model_info(repository, files_metadata=True)
    sizes = {file.rfilename: file.size or 0 for file in about.siblings or () if file.rfilename in _FILES}
    if "model.bin" not in sizes:
        raise Refused("transcriber_refused", f"{repository} is no model that faster-whisper can read. {_NAMES}")
    with ThreadPoolExecutor(1) as thread:
        download = thread.submit(
            snapshot_download, repository, revision=about.sha, local_dir=folder, cache_dir=folder / ".cache" / "hub",
            allow_patterns=list(sizes), token=False,
        )  # fmt: skip
        under_way = True
        while under_way:
            under_way = not wait([download], _OFTEN).done
            yield {"progress": [_size(folder), sum(sizes.values()) or 1]}
        download.result()


def _away(error: Exception, model: str, folder: Path) -> Unavailable:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        what = f"There is no room in {folder.parent} for the Whisper model {model}. Free some; it is tried again."
    elif isinstance(error, OSError) and error.filename:
        what = f"The Whisper model {model} cannot be kept in {folder.parent}: {error.strerror}."
    else:
        what = (
            f"The Whisper model {model} cannot be downloaded for now: {constants.ENDPOINT} does not answer as it "
            f"should ({type(error).__name__}). It is tried again; or put a model into {folder} yourself."
        )
    return Unavailable("transcriber_unavailable", what)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _size(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # moved to its place just now
            size += path.stat().st_size if path.is_file() else 0
    return size
