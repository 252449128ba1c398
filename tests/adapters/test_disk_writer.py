"""The process that writes live audio: lost, it is replaced, and nobody is told that bytes are safe which are not."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from bench.harness import family
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


async def test_a_lost_process_is_told_and_replaced(writer: Writer, tmp_path: Path) -> None:
    assert await writer.create(f"{tmp_path}/0", b"data")
    (pid,) = writers(os.getpid())
    os.kill(pid, signal.SIGSTOP)
    waiting = asyncio.create_task(writer.create(f"{tmp_path}/1", b"data"))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(BrokenPipeError):
        await waiting
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
    await asyncio.gather(*asked, return_exceptions=True)
    assert len(names_in(str(tmp_path))) == 51
    assert not writers(os.getpid())


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
            await socket.send(f'{{"type": "stop", "offset": {40 * FRAME}}}')
            assert (await heard(socket, "stopped"))["offset"] == 40 * FRAME
        await finished(client, session["session_id"])
        where = await client.get(f"/sessions/{session['session_id']}/playback-url?variant=wav")
        assert (await client.get(where.json()["playback_url"])).content[44:] == pcm()[: 40 * FRAME]
