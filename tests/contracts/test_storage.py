"""Every sentence of ``recordings.ports.AudioStorage``, against MinIO, radosgw and the disk."""

import asyncio
import itertools
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import pytest

from pitchscoop.adapters.disk import DiskAudioStorage
from pitchscoop.adapters.minio import MinIOAudioStorage
from pitchscoop.kernel import ids, keys
from pitchscoop.kernel.errors import Invalid, NoRoom, NotFound, Unavailable
from pitchscoop.recordings.ports import AudioStorage, StoredObject
from tests.servers.s3 import S3, MinIOServer, _minio

MIB = 1 << 20
WAV = "audio/wav"


def s3_storage(server: S3, bucket: str = "contract") -> MinIOAudioStorage:
    """The internal address is 127.0.0.1, the public one is localhost."""
    public = f"http://localhost:{server.endpoint.rpartition(':')[2]}"
    return MinIOAudioStorage(
        server.endpoint,
        server.access_key,
        server.secret_key,
        bucket=bucket,
        region="us-east-1",
        secure=False,
        public_url=public,
    )


@pytest.fixture(params=["minio", "radosgw"])
async def s3(request: pytest.FixtureRequest) -> AsyncIterator[MinIOAudioStorage]:
    storage = s3_storage(request.getfixturevalue(request.param))
    await storage.check()
    yield storage
    await storage.close()


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[DiskAudioStorage]:
    storage = DiskAudioStorage(tmp_path / "data", b"a signing key of the tests")
    await storage.check()
    yield storage
    await storage.close()


@pytest.fixture(params=["minio", "radosgw", "disk"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AudioStorage]:
    opened: AudioStorage
    if request.param == "disk":
        opened = DiskAudioStorage(tmp_path / "data", b"a signing key of the tests")
    else:
        opened = s3_storage(request.getfixturevalue(request.param))
    await opened.check()
    yield opened
    await opened.close()


@pytest.fixture
def folder() -> str:
    """A session's folder that no other test knows."""
    return keys.folder(ids.new_id())


async def read(storage: AudioStorage, key: str, start: int = 0, end: int | None = None) -> bytes:
    pieces = [piece async for piece in storage.read_audio(key, start, end)]
    assert all(len(piece) <= MIB for piece in pieces)
    return b"".join(pieces)


async def stream(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_of_twenty_writers_one_creates_and_its_bytes_stay(storage: AudioStorage, folder: str) -> None:
    key = f"{folder}segments/{0:020d}"
    bodies = [bytes([number]) * (1000 + number) for number in range(20)]
    won = await asyncio.gather(*(storage.create_audio(key, body) for body in bodies))
    assert won.count(True) == 1
    assert await read(storage, key) == bodies[won.index(True)]
    assert await storage.create_audio(key, b"too late") is False
    assert await storage.list_audio(folder) == [StoredObject(key, len(bodies[won.index(True)]))]


async def test_what_was_deleted_can_be_created_again(storage: AudioStorage, folder: str) -> None:
    assert await storage.create_audio(f"{folder}a", b"") is True
    assert await storage.delete_audio(f"{folder}a") is True
    assert await storage.create_audio(f"{folder}a", b"again") is True
    assert await read(storage, f"{folder}a") == b"again"


RANGES = [(0, None), (0, 0), (0, 1), (7, 7), (7, 8), (MIB - 1, MIB + 1), (5, None), (2 * MIB, None)]
BEYOND = [(3 * MIB + 6, None), (3 * MIB + 6, 3 * MIB + 7), (3 * MIB + 7, None), (9 * MIB, 10 * MIB), (8, 99 * MIB)]


@pytest.mark.parametrize(("start", "end"), RANGES + BEYOND)
async def test_a_range_is_what_a_slice_is(storage: AudioStorage, folder: str, start: int, end: int | None) -> None:
    body = random.randbytes(3 * MIB + 7)
    await storage.upload_audio(f"{folder}recording.wav", body, WAV)
    assert await read(storage, f"{folder}recording.wav", start, end) == body[start:end]


async def test_an_empty_file_is_a_file(storage: AudioStorage, folder: str) -> None:
    for name, source in (("a", b""), ("b", stream()), ("c", stream(b"", b""))):
        assert await storage.upload_audio(folder + name, source, WAV) == 0
        assert await storage.size(folder + name) == 0
        assert await read(storage, folder + name) == b""


async def test_a_file_comes_from_bytes_a_path_or_a_stream(storage: AudioStorage, folder: str, tmp_path: Path) -> None:
    body = random.randbytes(17 * MIB + 3)  # two whole parts and a bit
    source = tmp_path / "source"
    source.write_bytes(body)
    cuts = [0, 1, 1, 70_000, 9 * MIB, len(body)]
    pieces = stream(*(body[low:high] for low, high in itertools.pairwise(cuts)))
    for name, given in (("bytes", body), ("path", source), ("stream", pieces)):
        assert await storage.upload_audio(folder + name, given, WAV) == len(body)
        assert await storage.size(folder + name) == len(body)
        assert await read(storage, folder + name) == body


async def test_a_stream_of_known_length_is_the_same_file(storage: AudioStorage, folder: str) -> None:
    for size in (0, 1, MIB + 3, 17 * MIB + 3):  # beyond 16 MiB in parts, where there are parts
        body = random.randbytes(size)
        pieces = stream(*(body[low : low + 70_000] for low in range(0, size, 70_000)))
        assert await storage.upload_audio(f"{folder}{size}", pieces, WAV, size) == size
        assert await read(storage, f"{folder}{size}") == body


async def test_an_upload_replaces(storage: AudioStorage, folder: str) -> None:
    for body in (b"long" * 1000, b"short"):
        await storage.upload_audio(f"{folder}session.json", body, "application/json")
        assert await read(storage, f"{folder}session.json") == body
    assert len(await storage.list_audio(folder)) == 1


@pytest.mark.parametrize("length", [None, MIB])
@pytest.mark.parametrize("before", [None, b"the old file"])
async def test_a_stream_that_breaks_leaves_what_was(
    storage: AudioStorage, folder: str, before: bytes | None, length: int | None
) -> None:
    key = f"{folder}recording.wav"
    if before:
        await storage.upload_audio(key, before, WAV)

    async def broken() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield bytes(MIB)
        raise NotFound("no_such_object", "A segment is missing.")

    with pytest.raises(NotFound, match="A segment is missing"):
        await storage.upload_audio(key, broken(), WAV, length)
    assert await storage.size(key) == (len(before) if before else None)
    assert len(await storage.list_audio(folder)) == (1 if before else 0)


async def test_a_missing_file_is_said_to_be_missing(storage: AudioStorage, folder: str) -> None:
    await storage.create_audio(f"{folder}segments/a", b"x")
    for key in (f"{folder}nothing", folder + "segments", "sessions/nobody/at/all", f"{folder}segments/a/b"):
        assert await storage.size(key) is None
        with pytest.raises(NotFound) as reading:
            await read(storage, key)
        with pytest.raises(NotFound) as copying:
            async with storage.local_copy(key):
                pass
        assert {reading.value.code, copying.value.code} == {"no_such_object"}


async def fill(storage: AudioStorage, names: list[str]) -> None:
    """Sixteen at a time: enough to be quick, few enough for the server's patience."""
    gate = asyncio.Semaphore(16)

    async def one(name: str) -> None:
        async with gate:
            await storage.create_audio(name, name[-3:].encode())

    await asyncio.gather(*map(one, names))


async def test_a_listing_is_whole_and_in_order(storage: AudioStorage, folder: str) -> None:
    count = 200 if "radosgw" in os.environ.get("PYTEST_CURRENT_TEST", "") else 1234  # noqa: TID251  a page is 1000
    names = [keys.segment(f"{folder}segments/", 32_000 * number) for number in range(count)]
    names += [f"{folder}a", f"{folder}segments.x", f"{folder}segmentsx/b", f"{folder}segments/z/deeper"]
    await fill(storage, random.sample(names, len(names)))
    expected = [StoredObject(name, 3) for name in sorted(names)]
    expected = [StoredObject(stored.key, len(stored.key[-3:])) for stored in expected]
    assert await storage.list_audio(folder) == expected
    inside = [stored for stored in expected if stored.key.startswith(f"{folder}segments/")]
    assert await storage.list_audio(f"{folder}segments/") == inside
    assert await storage.delete_audio(f"{folder}segments/") is True
    assert await storage.list_audio(folder) == [stored for stored in expected if stored not in inside]


async def test_a_listing_holds_while_files_come_and_go(storage: AudioStorage, folder: str) -> None:
    await storage.create_audio(f"{folder}stays", b"x")

    async def come_and_go() -> None:
        for turn in range(10):
            await fill(storage, [f"{folder}segments/{number}" for number in range(20)])
            if turn % 2:
                await storage.delete_audio(f"{folder}segments/")
            else:
                await asyncio.gather(*(storage.delete_audio(f"{folder}segments/{number}") for number in range(20)))

    moving = asyncio.create_task(come_and_go())
    while not moving.done():
        assert StoredObject(f"{folder}stays", 1) in await storage.list_audio(folder)
    await moving


async def test_nothing_is_listed_where_nothing_is(storage: AudioStorage, folder: str) -> None:
    assert await storage.list_audio(folder) == []
    await storage.create_audio(f"{folder}file", b"x")
    assert await storage.list_audio(f"{folder}file/") == []
    assert await storage.list_audio(f"{folder}fi/") == []


async def test_delete_takes_one_file_or_one_folder_and_says_so(storage: AudioStorage, folder: str) -> None:
    await fill(storage, [f"{folder}segments/a", f"{folder}segments/b", f"{folder}segments2", f"{folder}recording.wav"])
    assert await storage.delete_audio(f"{folder}nothing") is False
    assert await storage.delete_audio(f"{folder}nothing/") is False
    assert await storage.delete_audio(f"{folder}segments") is False  # a folder is not a file
    assert await storage.delete_audio(f"{folder}segments2/") is False  # nor a file a folder
    assert len(await storage.list_audio(folder)) == 4
    assert await storage.delete_audio(f"{folder}segments/a") is True
    assert await storage.delete_audio(f"{folder}segments/a") is False
    assert await storage.delete_audio(f"{folder}segments/b") is True
    assert await storage.delete_audio(f"{folder}segments/") is False  # empty is gone
    assert [stored.key for stored in await storage.list_audio(folder)] == [
        f"{folder}recording.wav",
        f"{folder}segments2",
    ]
    assert await storage.delete_audio(folder) is True
    assert await storage.list_audio(folder) == []
    assert await storage.delete_audio(folder) is False


async def test_a_local_copy_is_the_file(storage: AudioStorage, folder: str) -> None:
    body = random.randbytes(2 * MIB + 1)
    await storage.upload_audio(f"{folder}recording.wav", body, WAV)
    async with storage.local_copy(f"{folder}recording.wav") as path:
        assert path.read_bytes() == body
    assert await read(storage, f"{folder}recording.wav") == body


async def test_a_local_copy_of_a_bucket_goes_away(s3: MinIOAudioStorage, folder: str) -> None:
    await s3.create_audio(f"{folder}a", b"x")
    async with s3.local_copy(f"{folder}a") as path:
        pass
    assert not path.exists()


async def test_readers_see_a_whole_file_or_none(storage: AudioStorage, folder: str) -> None:
    key = f"{folder}compressed.mp3"
    bodies = [b"a" * 400_000, b"b" * 700_000]
    await storage.upload_audio(key, bodies[0], "audio/mpeg")
    writing = asyncio.create_task(_write_in_turn(storage, key, bodies))
    while not writing.done():
        assert await read(storage, key) in bodies
    await writing


async def _write_in_turn(storage: AudioStorage, key: str, bodies: list[bytes]) -> None:
    for turn in range(20):
        body = bodies[turn % 2]
        source = body if turn % 4 < 2 else stream(body[:1000], body[1000:])
        await storage.upload_audio(key, source, "audio/mpeg")


NAMES = ["pitch.mp3", 'Ünï "☃" \\ %41; a=b.mp3', "../../etc/passwd", "a\r\nX-Evil: 1.mp3", "a'b;c,d*.mp3", "שלום.mp3"]


@pytest.mark.parametrize("filename", NAMES)
async def test_a_download_has_its_name_whatever_it_is(s3: MinIOAudioStorage, folder: str, filename: str) -> None:
    await s3.upload_audio(f"{folder}a.mp3", b"0123456789", "audio/mpeg")
    url = await s3.get_playback_url(f"{folder}a.mp3", expires_in=60, content_type="audio/mpeg", filename=filename)
    async with httpx.AsyncClient() as client:
        answer = await client.get(url)
    told = answer.headers["content-disposition"]
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert re.fullmatch(r"attachment; filename=\"[ !#-\[\]-~]*\"; filename\*=UTF-8''[\w.~%-]+", told, re.ASCII)
    assert unquote(told.rpartition("''")[2]) == filename
    assert "x-evil" not in answer.headers


async def test_a_link_plays_at_the_public_address_with_ranges(s3: MinIOAudioStorage, folder: str) -> None:
    body = random.randbytes(100_000)
    await s3.upload_audio(f"{folder}recording.wav", body, "application/octet-stream")
    url = await s3.get_playback_url(f"{folder}recording.wav", expires_in=60, content_type=WAV)
    assert urlsplit(url).hostname == "localhost"
    async with httpx.AsyncClient() as client:
        answer = await client.get(url, headers={"Range": "bytes=1000-1999"})
        whole = await client.get(url)
    assert (answer.status_code, answer.content) == (206, body[1000:2000])
    assert answer.headers["content-range"] == "bytes 1000-1999/100000"
    assert answer.headers["content-type"] == WAV
    assert "content-disposition" not in answer.headers
    assert (whole.status_code, whole.content) == (200, body)


def altered(text: str, at: int) -> str:
    """One letter or digit made another of its kind."""
    letter = text[at]
    new = str((int(letter) + 1) % 10) if letter.isdigit() else ("b" if letter in "aA" else "a")
    return text[:at] + new + text[at + 1 :]


async def test_a_link_altered_by_one_character_is_refused(s3: MinIOAudioStorage, folder: str) -> None:
    await s3.upload_audio(f"{folder}a.mp3", b"x", "audio/mpeg")
    url = await s3.get_playback_url(f"{folder}a.mp3", expires_in=60, content_type="audio/mpeg", filename="a.mp3")
    start = url.index("/contract/") + 1
    places = [at for at in range(start, len(url)) if url[at].isalnum()]
    async with httpx.AsyncClient() as client:
        answers = {at: (await client.get(altered(url, at))).status_code for at in places}
        assert (await client.get(url)).status_code == 200
    # Where the grammar of the signature itself breaks, the server may call the request bad rather than forbidden.
    grammar = range(url.index("X-Amz-Algorithm"), url.index("X-Amz-Signature") + len("X-Amz-Signature"))
    wrong = {at: code for at, code in answers.items() if code != 403 and (at not in grammar or code != 400)}
    assert [(code, url[at - 9 : at], url[at]) for at, code in wrong.items()] == []


async def test_a_link_expires(s3: MinIOAudioStorage, folder: str) -> None:
    await s3.upload_audio(f"{folder}a.mp3", b"x", "audio/mpeg")
    url = await s3.get_playback_url(f"{folder}a.mp3", expires_in=1, content_type="audio/mpeg")
    await asyncio.sleep(2.1)  # servers compare whole seconds
    async with httpx.AsyncClient() as client:
        assert (await client.get(url)).status_code == 403


def every_call(storage: AudioStorage, key: str) -> list[Callable[[], Awaitable[object]]]:
    """Each method that needs the store."""

    async def copied() -> None:
        async with storage.local_copy(key):
            pass

    return [
        lambda: storage.create_audio(f"{key}.new", b"x"),
        lambda: storage.upload_audio(key, b"x", WAV),
        lambda: storage.upload_audio(key, stream(b"x"), WAV),
        lambda: read(storage, key),
        lambda: storage.size(key),
        lambda: storage.list_audio(key.rpartition("/")[0] + "/"),
        lambda: storage.delete_audio(key),
        lambda: storage.delete_audio(key.rpartition("/")[0] + "/"),
        storage.check,
        copied,
    ]


async def test_an_outage_is_said_and_passes(folder: str) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        server = MinIOServer(_minio(), place)
        server.start()
        try:
            storage = s3_storage(server.s3)
            await storage.check()
            await storage.upload_audio(f"{folder}a", b"kept", WAV)
            server.kill()
            for call in every_call(storage, f"{folder}a"):
                with pytest.raises(Unavailable) as away:
                    await call()
                assert away.value.code == "storage_unavailable"
            server.start()
            assert await read(storage, f"{folder}a") == b"kept"
            assert await storage.create_audio(f"{folder}b", b"new") is True
        finally:
            server.kill()


async def test_a_bucket_that_is_missing_is_an_outage_until_it_is_made(minio: S3, folder: str) -> None:
    storage = s3_storage(minio, f"none-{ids.new_id()}")
    for call in (every_call(storage, f"{folder}a")[place] for place in (0, 1, 2, 3, 5)):
        with pytest.raises(Unavailable):
            await call()
    assert await storage.check() == await storage.check()
    assert await storage.create_audio(f"{folder}a", b"x") is True


HOSTILE = ["", "/", "/etc/passwd", "..", "../x", "a/../../x", "a//b", "a/./b", "a/.hidden", "a\\b", "a/b\0c", "~/../x"]


@pytest.mark.parametrize("key", HOSTILE)
async def test_a_hostile_name_is_invalid_on_disk(disk: DiskAudioStorage, key: str) -> None:
    calls: list[Callable[[], Awaitable[object]]] = [
        *every_call(disk, key)[:5],
        lambda: disk.delete_audio(key),
        lambda: disk.delete_audio(f"{key}/"),
        lambda: disk.list_audio(f"{key}/"),
        lambda: disk.get_playback_url(key, expires_in=1, content_type=WAV),
    ]
    for call in calls:
        with pytest.raises(Invalid):
            await call()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """One mebibyte of room."""
    if os.geteuid() != 0:
        pytest.skip("a small disk is mounted by root only")
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)], check=True)
    yield place
    subprocess.run(["umount", str(place)], check=True)


async def test_a_full_disk_has_no_room_and_nothing_half_written(small_disk: Path, tmp_path: Path) -> None:
    storage = DiskAudioStorage(small_disk, b"key")
    await storage.upload_audio("a/kept", b"k" * 500_000, WAV)
    big = bytes(2 * MIB)
    (tmp_path / "big").write_bytes(big)
    for source in (big, tmp_path / "big", stream(big[:100_000], big)):
        with pytest.raises(NoRoom) as full:
            await storage.upload_audio("a/kept", source, WAV)
        assert full.value.code == "storage_full"
    with pytest.raises(NoRoom):
        await storage.create_audio("a/new", big)
    assert [path.name for path in (small_disk / "a").iterdir()] == ["kept"]
    assert await read(storage, "a/kept") == b"k" * 500_000
    assert await storage.create_audio("a/new", b"n" * 100_000) is True
    await storage.close()


WRITER = """
import asyncio, sys
from pathlib import Path
from pitchscoop.adapters.disk import DiskAudioStorage

async def pieces(number):
    for _ in range(30):
        yield bytes([number % 256]) * 10_000

async def main():
    storage = DiskAudioStorage(Path(sys.argv[1]), b"key")
    for number in range(100_000):
        if number % 2:
            await storage.create_audio(f"a/{number}", bytes([number % 256]) * 100_000)
        else:
            await storage.upload_audio(f"a/{number}", pieces(number), "audio/wav")
            await storage.upload_audio("a/same", pieces(number), "audio/wav")
        print(number, flush=True)

asyncio.run(main())
"""


def written_until_killed(folder: Path, seconds: float) -> list[int]:
    """The numbers of the files the writer said were durable."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE)
    assert writer.stdout
    told = [int(writer.stdout.readline())]
    time.sleep(seconds)
    writer.kill()
    return told + [int(line) for line in writer.communicate()[0].split()]


@pytest.mark.parametrize("turn", range(6))
async def test_a_killed_writer_leaves_whole_files_only(tmp_path: Path, turn: int) -> None:
    del turn
    told = written_until_killed(tmp_path, random.uniform(0, 0.15))
    storage = DiskAudioStorage(tmp_path, b"key")
    found = {stored.key.removeprefix("a/"): stored.size for stored in await storage.list_audio("a/")}
    assert {str(number) for number in told} <= set(found)
    for name, size in found.items():
        body = await read(storage, f"a/{name}")
        whole = 300_000 if name == "same" or int(name) % 2 == 0 else 100_000
        assert (len(body), size, len(set(body))) == (whole, whole, 1)
        assert name == "same" or body[0] == int(name) % 256
    await storage.close()


GROWTH = """
import asyncio, resource, sys
from pathlib import Path
from pitchscoop.adapters.disk import DiskAudioStorage
from pitchscoop.adapters.minio import MinIOAudioStorage

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

async def pieces(count):
    for _ in range(count):
        yield bytes(1 << 20)

async def main(kind, *where):
    if kind == "disk":
        storage = DiskAudioStorage(Path(where[0]), b"key")
    else:
        storage = MinIOAudioStorage(*where, bucket="contract", region="us-east-1", secure=False, public_url=None)
    await storage.check()
    await storage.upload_audio("growth/a", pieces(1), "audio/wav")  # what is loaded once does not count
    before = peak()
    assert await storage.upload_audio("growth/a", pieces(100), "audio/wav") == 100 << 20
    assert sum([len(piece) async for piece in storage.read_audio("growth/a")]) == 100 << 20
    await storage.delete_audio("growth/")
    print((peak() - before) // 1024)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("kind", ["minio", "disk"])
def test_a_hundred_mebibytes_pass_in_constant_memory(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    where = [str(tmp_path)]
    if kind == "minio":
        server: S3 = request.getfixturevalue("minio")
        where = [server.endpoint, server.access_key, server.secret_key]
    told = subprocess.run([sys.executable, "-c", GROWTH, kind, *where], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) < 64
