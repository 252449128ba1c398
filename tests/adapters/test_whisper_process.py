"""The process that runs Whisper: kept, killed, crashed, hung, cancelled, idle, closed, orphaned."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from pitchscoop.adapters.whisper import WhisperTranscriber
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.transcripts.ports import Refused
from tests import whisper
from tests.whisper import heard, process, refused

_ALONE = "from tests.adapters.test_whisper_process import held; held()"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whisper.make(tmp_path_factory.mktemp("models") / "umbrellas")


@pytest_asyncio.fixture
async def mine(model: Path) -> AsyncIterator[WhisperTranscriber]:
    """An engine for one test, to be hurt."""
    engine = whisper.engine(model, idle=0.3)
    yield engine
    await engine.close()


class Endless:
    """A recording that never ends: a pipe into which nobody writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends = list[int]()
        os.mkfifo(path)

    async def opened(self, engine: WhisperTranscriber, than: int = 0) -> int:
        """Wait for a process, another ``than`` this one, to read it."""
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(OSError):  # nobody reads it yet
                    self._ends.append(os.open(self.path, os.O_WRONLY | os.O_NONBLOCK))
                    if (pid := process(engine)) != than:
                        return pid
                await asyncio.sleep(0.05)

    def close(self) -> None:
        for end in self._ends:
            os.close(end)


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[Endless]:
    endless = Endless(tmp_path / "endless.wav")
    yield endless
    endless.close()


def children() -> list[int]:
    """Of this process, zombies included."""
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


async def test_the_model_is_loaded_once_and_let_go_when_idle(tmp_path: Path) -> None:
    model = whisper.make(tmp_path / "model")
    engine = whisper.engine(model, idle=0.5)
    await heard(engine)
    (model / "model.bin").write_bytes(b"another")
    await heard(engine)
    pid = process(engine)
    async with asyncio.timeout(10):
        while pid in children():  # noqa: ASYNC110  the kernel sends no event
            await asyncio.sleep(0.05)
    assert (await refused(engine)).code == "transcriber_refused"
    await engine.close()


async def test_the_process_has_no_secrets_and_stands_last_in_line(model: Path) -> None:
    environ = {"CUDA_VISIBLE_DEVICES": "", "HTTPS_PROXY": "http://name:password@127.0.0.1:9"}
    engine = WhisperTranscriber(str(model), "auto", Path("nowhere"), environ)
    await engine.check()
    place = Path(f"/proc/{process(engine)}")
    seen = (place / "environ").read_text().strip("\0").split("\0")
    assert set(seen) == {"HF_HUB_OFFLINE=1", "CUDA_VISIBLE_DEVICES="}
    assert (place / "oom_score_adj").read_text() == "1000\n"
    assert os.getpriority(os.PRIO_PROCESS, process(engine)) >= 15
    await engine.close()


async def test_killed_amid_a_recording_it_is_tried_again(mine: WhisperTranscriber, endless: Endless) -> None:
    job = asyncio.create_task(refused(mine, endless.path))
    os.kill(await endless.opened(mine), signal.SIGKILL)
    problem = await job
    assert (type(problem), problem.code) == (Unavailable, "transcriber_unavailable")
    assert len((await heard(mine)).utterances) == 2


async def test_killed_while_idle_nobody_notices(model: Path) -> None:
    engine = whisper.engine(model)
    await heard(engine)
    os.kill(pid := process(engine), signal.SIGKILL)
    while Path(f"/proc/{pid}").exists():  # noqa: ASYNC110, ASYNC240  until it is reaped; nothing tells of that
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    assert len((await heard(engine)).utterances) == 2
    await engine.close()


async def test_a_recording_that_crashes_it_twice_is_refused(mine: WhisperTranscriber, endless: Endless) -> None:
    job = asyncio.create_task(refused(mine, endless.path))
    os.kill(first := await endless.opened(mine), signal.SIGSEGV)
    os.kill(await endless.opened(mine, than=first), signal.SIGSEGV)
    problem = await job
    assert (type(problem), problem.code) == (Refused, "transcriber_failed")
    assert len((await heard(mine)).utterances) == 2


async def test_a_model_that_crashes_it_blames_no_recording(tmp_path: Path) -> None:
    model = whisper.make(tmp_path / "model")
    (model / "config.json").unlink()
    endless, engine = Endless(model / "config.json"), whisper.engine(model)
    job = asyncio.create_task(refused(engine))
    os.kill(first := await endless.opened(engine), signal.SIGSEGV)
    os.kill(await endless.opened(engine, than=first), signal.SIGSEGV)
    assert (await job).code == "transcriber_refused"
    await engine.close()
    endless.close()


async def test_a_recording_that_takes_too_long_is_refused(model: Path, endless: Endless) -> None:
    engine = whisper.engine(model, patience=3)
    problem = await refused(engine, endless.path)
    assert (type(problem), problem.code) == (Refused, "transcriber_failed")
    assert "too long" in problem.message
    await engine.close()


async def test_a_cancelled_recording_frees_the_engine(mine: WhisperTranscriber, endless: Endless) -> None:
    job = asyncio.create_task(heard(mine, endless.path))
    pid = await endless.opened(mine)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert pid not in children()
    assert len((await heard(mine)).utterances) == 2


async def test_closing_ends_the_process_and_blames_no_recording(model: Path, endless: Endless) -> None:
    engine = whisper.engine(model)
    jobs = [asyncio.create_task(refused(engine, endless.path)) for _ in range(2)]
    pid = await endless.opened(engine)
    await engine.close()
    assert [type(await job) for job in jobs] == [Unavailable, Unavailable]
    assert pid not in children()
    assert isinstance(await refused(engine), Unavailable)
    await engine.close()


def held() -> None:
    """Hold a process amid a job until killed; run by the test below in a process of its own."""

    async def hold() -> None:
        engine = whisper.engine(Path(sys.argv[1]))
        await engine.check()
        print(process(engine), flush=True)
        await asyncio.to_thread(sys.stdin.read)

    asyncio.run(hold())


def alive(process: Path) -> bool:
    """A zombie, which waits for the system to take note of its end, is not."""
    return process.exists() and "State:\tZ" not in (process / "status").read_text()


async def test_the_process_ends_with_its_parent(model: Path) -> None:
    parent = subprocess.Popen(  # noqa: ASYNC220  a line is all it says
        [sys.executable, "-c", _ALONE, model], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    worker = Path("/proc", parent.stdout.readline().strip())
    assert alive(worker)
    parent.kill()
    parent.communicate()
    async with asyncio.timeout(20):
        while alive(worker):  # noqa: ASYNC110  the kernel sends no event
            await asyncio.sleep(0.05)
