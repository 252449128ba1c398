"""The process that writes live audio: lost, it is replaced, and nobody is told that bytes are safe which are not."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from bench.harness import family
from pitchscoop.adapters.disk_work import create
from pitchscoop.adapters.disk_writer import Writer
from tests.servers.app import App
from tests.speech import FRAME, heard, pcm
from tests.stories.test_live import finished, start


def writers(pid: int) -> list[int]:
    """The writing processes that a server has started."""
    return [one for one in family(pid) if b"disk_work" in Path(f"/proc/{one}/cmdline").read_bytes()]


def bytes_of(path: str) -> bytes:
    return Path(path).read_bytes()


def names_in(folder: str) -> list[str]:
    return [entry.name for entry in Path(folder).iterdir()]


@pytest.fixture
async def writer() -> AsyncIterator[Writer]:
    made = Writer()
    yield made
    await made.close()


async def test_a_file_is_created_once(writer: Writer, tmp_path: Path) -> None:
    path = f"{tmp_path}/sessions/a/0"
    assert (await asyncio.gather(*(writer.create(path, bytes([number]) * 9) for number in range(9)))).count(True) == 1
    assert len(set(bytes_of(path))) == 1
    assert names_in(f"{tmp_path}/sessions/a") == ["0"]
    assert not await writer.create(path, b"more")


async def test_what_the_disk_says_is_raised(writer: Writer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        await writer.create(f"{tmp_path}/file/0", b"data")


async def test_a_lost_process_is_replaced_and_asked_again(writer: Writer, tmp_path: Path) -> None:
    assert await writer.create(f"{tmp_path}/0", b"data")
    (pid,) = writers(os.getpid())
    os.kill(pid, signal.SIGSTOP)
    waiting = asyncio.create_task(writer.create(f"{tmp_path}/1", b"data"))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    assert await waiting
    assert await writer.create(f"{tmp_path}/2", b"data")
    assert writers(os.getpid()) != [pid]


async def test_closing_waits_for_what_was_asked_and_signals_do_not_end_it(tmp_path: Path) -> None:
    writer = Writer()
    await writer.create(f"{tmp_path}/first", b"data")
    (pid,) = writers(os.getpid())
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)
    asked = [asyncio.create_task(writer.create(f"{tmp_path}/{number}", b"data")) for number in range(50)]
    await asyncio.sleep(0)
    await writer.close()
    assert await asyncio.gather(*asked) == [True] * 50
    assert len(names_in(str(tmp_path))) == 51
    assert not writers(os.getpid())
    with pytest.raises(RuntimeError):
        await writer.create(f"{tmp_path}/late", b"data")


BUSY = """
import asyncio, sys
from pitchscoop.adapters.disk_writer import Writer

async def main():
    writer = Writer()
    async def write(place):
        for number in range(100_000):
            await writer.create(f"{sys.argv[1]}/{place} {number}", bytes(30_000))
            if number == 3:
                print(flush=True)
    await asyncio.gather(*(write(place) for place in range(100)))

asyncio.run(main())
"""


@pytest.mark.parametrize("turn", range(5))
def test_it_ends_with_a_server_that_is_killed(tmp_path: Path, turn: int) -> None:
    del turn
    with subprocess.Popen([sys.executable, "-c", BUSY, str(tmp_path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        parent.stdout.readline()
        (pid,) = writers(parent.pid)
        parent.kill()
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()
    assert {path.stat().st_size for path in tmp_path.iterdir() if not path.name.startswith(".")} == {30_000}


def test_the_name_comes_when_the_bytes_are_on_the_disk_and_the_answer_when_the_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut cannot be caused here, so the order of the calls that outlive one is looked at."""
    order = list[str]()

    def told(name: str) -> None:
        real = getattr(os, name)

        def call(*arguments: Any, **named: Any) -> Any:
            is_folder = name == "fsync" and stat.S_ISDIR(os.fstat(arguments[0]).st_mode)
            order.append(f"{name} of a folder" if is_folder else name)
            return real(*arguments, **named)

        monkeypatch.setattr(os, name, call)

    for name in ("write", "fsync", "link"):
        told(name)
    assert create(f"{tmp_path}/0", b"data")
    assert order == ["write", "fsync", "link", "fsync of a folder"]
    assert not create(f"{tmp_path}/0", b"other")
    assert order[4:] == ["write", "fsync", "link", "fsync of a folder"]


@pytest.mark.parametrize("own_app", ["embedded"], indirect=True)
async def test_a_speaker_notices_nothing_when_it_is_killed(own_app: App) -> None:
    async with own_app.client() as client:
        session = await start(client)
        async with connect(session["live"]["url"]) as socket:
            await heard(socket, "ready")
            for offset in range(0, 40 * FRAME, FRAME):
                await socket.send(offset.to_bytes(8) + pcm()[offset : offset + FRAME])
                if offset % (10 * FRAME) == 5 * FRAME:
                    await heard(socket, "ack")
                    for pid in writers(own_app.pid):
                        os.kill(pid, signal.SIGKILL)
            await socket.send(json.dumps({"type": "stop", "offset": 40 * FRAME}))
            told = [json.loads(message) async for message in socket]
        assert {message["type"] for message in told} == {"ack", "stopped"}
        assert told[-1]["offset"] == 40 * FRAME
        await finished(client, session["session_id"])
        where = await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")
        assert (await client.get(where.json()["playback_url"])).content[44:] == pcm()[: 40 * FRAME]
