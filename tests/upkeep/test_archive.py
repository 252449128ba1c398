"""A backup is whole or refused, and refused backups restore nothing."""

import errno
import hashlib
import os
import random
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pitchscoop.kernel.errors import Invalid, NoRoom, NotFound
from pitchscoop.upkeep.archive import Manifest, create, opened

FILES = {"a/text.json": b"{}" * 1000, "b/sound.wav": os.urandom(3_000_000), "c/empty": b"", "d/ü.bin": b"\0\xff" * 9}


async def pieces(content: bytes, size: int = 1 << 20) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def names(folder: Path) -> list[str]:
    return [found.name for found in folder.iterdir()]


async def written(path: Path, files: dict[str, bytes], **manifest: object) -> Path:
    with create(path) as out:
        digests = {name: await out.add(name, pieces(content)) for name, content in files.items()}
        await out.finish(Manifest(made_at="now", event_id=None, left_out=[], files=digests, **manifest))
    return path


async def refused(path: Path, code: str = "damaged_backup") -> str:
    with pytest.raises(Invalid) as raised:
        async with opened(path):
            pass
    assert raised.value.code == code
    assert "\n" not in raised.value.message
    return raised.value.message


async def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = await written(tmp_path / "b.zip", FILES)
    async with opened(path) as found:
        assert {name: await found.read(name) for name in found.manifest.files} == FILES
        assert {name: found.size(name) for name in FILES} == {name: len(content) for name, content in FILES.items()}
        for name, content in FILES.items():
            assert found.manifest.files[name] == hashlib.sha256(content).hexdigest()
    assert path.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["b.zip"]


async def test_any_program_that_reads_zip_reads_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(await written(tmp_path / "b.zip", FILES)) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in FILES} == FILES


async def test_lines_come_whole_however_the_pieces_fall(tmp_path: Path) -> None:
    lines = [os.urandom(random.randrange(3_000)).hex().encode() for _ in range(2_000)]
    path = await written(tmp_path / "b.zip", {"rows.jsonl": b"".join(line + b"\n" for line in lines)})
    async with opened(path) as found:
        assert [line async for line in found.lines("rows.jsonl")] == lines
        assert [line async for line in found.lines("none.jsonl")] == []


async def test_one_byte_altered_anywhere_is_noticed(tmp_path: Path) -> None:
    path = await written(tmp_path / "b.zip", {"a/text.json": b"{}" * 50, "b/sound.wav": bytes(300)})
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        await refused(path)
    path.write_bytes(whole)
    async with opened(path):
        pass


async def test_a_file_that_was_cut_or_added_to_is_noticed(tmp_path: Path) -> None:
    path = await written(tmp_path / "b.zip", FILES)
    whole = path.read_bytes()
    for changed in (*[whole[:-cut] for cut in (1, 22, 64, 65, 500, len(whole) - 3)], whole + b"\n", whole[1:], b""):
        path.write_bytes(changed)
        await refused(path)


async def test_other_files_are_refused_by_name(tmp_path: Path) -> None:
    assert "No such file" in await refused(tmp_path / "none.zip", "bad_file")
    assert "directory" in await refused(tmp_path, "bad_file")
    (tmp_path / "a.txt").write_text("hello")
    await refused(tmp_path / "a.txt")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("manifest.json", "{}")
    await refused(tmp_path / "other.zip")


async def test_another_version_is_named(tmp_path: Path) -> None:
    path = await written(tmp_path / "b.zip", FILES, version=2, made_by="9.9")
    assert "version 2, made by PitchScoop 9.9" in await refused(path, "other_backup_version")


async def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("mine")
    with pytest.raises(Invalid, match="already there"):
        await written(tmp_path / "b.zip", FILES)
    assert (tmp_path / "b.zip").read_text() == "mine"


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), NotFound("x", "y"), KeyboardInterrupt()])
async def test_a_backup_that_cannot_be_finished_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 100
        raise error

    expected = NoRoom if isinstance(error, OSError) else type(error)
    with pytest.raises(expected), create(tmp_path / "b.zip") as out:  # noqa: PT012  it is about what comes before
        await out.add("a", pieces(b"whole"))
        await out.add("b", broken())
    assert names(tmp_path) == []


async def test_what_cannot_be_read_at_all_leaves_room_for_another_try(tmp_path: Path) -> None:
    async def missing(*, there: bool = False) -> AsyncIterator[bytes]:
        if not there:
            raise NotFound("no_such_object", "Gone.")
        yield b""

    with create(tmp_path / "b.zip") as out:
        with pytest.raises(NotFound):
            await out.add("a", missing())
        digest = await out.add("a", pieces(b"there"))
        assert await out.add("a", pieces(b"not asked again")) == digest
        await out.finish(Manifest(made_at="now", event_id=None, left_out=[], files={"a": digest}))
    async with opened(tmp_path / "b.zip") as found:
        assert await found.read("a") == b"there"


async def test_a_long_recording_takes_no_memory(tmp_path: Path) -> None:
    async def long() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield bytes(1 << 20)

    tracemalloc.start()
    try:
        with create(tmp_path / "b.zip") as out:
            digest = await out.add("long.wav", long())
            await out.finish(Manifest(made_at="now", event_id=None, left_out=[], files={"long.wav": digest}))
        async with opened(tmp_path / "b.zip") as found:
            assert sum([len(piece) async for piece in found.pieces("long.wav")]) == 200 << 20
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()
