"""Signed links of the data folder: what is refused, and ranges by RFC 9110."""

import datetime as dt
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route

from pitchscoop.adapters.disk import DiskAudioStorage
from pitchscoop.doors import media, problems
from pitchscoop.kernel.clock import utc_now

BODY = bytes(range(256)) * 1000  # 256 000 bytes: more than one piece of a response
KEY = "sessions/anna/compressed.mp3"


@dataclass
class Door:
    """The media door over a folder, with a clock that the test moves."""

    root: Path
    late: dt.timedelta = field(default_factory=dt.timedelta)

    def __post_init__(self) -> None:
        self.storage = DiskAudioStorage(self.root, b"a signing key of the tests", lambda: utc_now() + self.late)
        app = FastAPI()
        app.state.files = self.storage
        problems.install(app, {})
        app.router.routes.append(Route("/media/{path:path}", media.media, methods=["GET", "HEAD"]))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://door")

    async def link(self, content_type: str = "audio/mpeg", filename: str | None = None, key: str = KEY) -> str:
        return await self.storage.get_playback_url(key, expires_in=3600, content_type=content_type, filename=filename)

    async def get(self, span: str | bytes | None = None, **headers: str) -> httpx.Response:
        """The recording, with a Range and other headers (``_`` for ``-``)."""
        sent: list[tuple[str | bytes, str | bytes]] = [
            (name.replace("_", "-"), value) for name, value in headers.items()
        ]
        if span is not None:
            sent.append((b"Range", span.encode() if isinstance(span, str) else span))
        return await self.client.get(await self.link(), headers=sent)  # type: ignore[arg-type]


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    door = Door(tmp_path)
    await door.storage.upload_audio(KEY, BODY, "audio/mpeg")
    yield door
    await door.client.aclose()
    await door.storage.close()


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_get_and_head_say_the_same(door: Door) -> None:
    link = await door.link()
    got, head = await door.client.get(link), await door.client.head(link)
    assert (got.status_code, got.content) == (200, BODY)
    assert (head.status_code, head.content) == (200, b"")
    assert dict(got.headers) == dict(head.headers)
    assert got.headers["content-length"] == str(len(BODY))
    assert got.headers["accept-ranges"] == "bytes"
    assert got.headers["content-type"] == "audio/mpeg"
    assert got.headers["x-content-type-options"] == "nosniff"


async def test_a_link_altered_in_any_character_is_refused(door: Door) -> None:
    await door.storage.upload_audio(KEY.replace("anna", "bnna"), b"another's", "audio/mpeg")
    link = await door.link(filename="Ünï 1.mp3")
    start = len("/media/")
    for at in range(start, len(link)):
        for new in {"a", "B", "7"} - {link[at]}:
            answer = await door.client.get(link[:at] + new + link[at + 1 :])
            assert code(answer) == (403, "bad_link"), link[:at] + "[" + new + "]" + link[at + 1 :]
        assert code(await door.client.get(link[:at] + link[at + 1 :])) == (403, "bad_link")
    assert (await door.client.get(link)).status_code == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/media/", "/media//"),
        ("sessions", "%73essions"),
        ("type=audio", "type=Audio"),
        ("type=audio%2Fmpeg", "type=text%2Fhtml"),
        ("&signature=", "&type=text%2Fhtml&signature="),
        ("&signature=", "&signature=x&signature="),
        ("&signature=", "&Signature="),
        ("?", "?&"),
    ],
)
async def test_a_link_with_the_same_meaning_is_not_the_same_link(door: Door, old: str, new: str) -> None:
    assert code(await door.client.get((await door.link()).replace(old, new, 1))) == (403, "bad_link")


@pytest.mark.parametrize("tail", ["&x=1", "&", "0", "%00", "&expires=9999999999"])
async def test_nothing_can_be_added_to_a_link(door: Door, tail: str) -> None:
    assert code(await door.client.get(await door.link() + tail)) == (403, "bad_link")


async def test_a_link_without_a_signature_is_refused(door: Door) -> None:
    link = await door.link()
    for cut in (link.partition("?")[0], link.partition("&signature")[0], link.rpartition("=")[0] + "="):
        assert code(await door.client.get(cut)) == (403, "bad_link")
        assert (await door.client.head(cut)).status_code == 403


async def test_a_link_expires(door: Door) -> None:
    link = await door.link()
    door.late = dt.timedelta(seconds=3590)
    assert (await door.client.get(link)).status_code == 200
    door.late = dt.timedelta(seconds=3600)
    assert code(await door.client.get(link)) == (403, "expired_link")
    assert (await door.client.head(link)).status_code == 403


async def test_another_server_s_signature_is_worth_nothing(door: Door, tmp_path: Path) -> None:
    other = DiskAudioStorage(tmp_path, b"another key")
    link = await other.get_playback_url(KEY, expires_in=3600, content_type="audio/mpeg")
    assert code(await door.client.get(link)) == (403, "bad_link")


SIZE = len(BODY)
HUGE = "9" * 30
SATISFIABLE = [
    ("bytes=0-1", 0, 2),  # what Safari asks first
    ("bytes=0-0", 0, 1),
    ("bytes=100-299", 100, 300),
    ("bytes=70000-200000", 70_000, 200_001),
    ("bytes=1000-", 1000, SIZE),
    ("bytes=0-", 0, SIZE),
    ("bytes=-1", SIZE - 1, SIZE),
    ("bytes=-1000", SIZE - 1000, SIZE),
    (f"bytes=-{SIZE + 5}", 0, SIZE),  # a suffix longer than the file is the file
    (f"bytes=-{HUGE}", 0, SIZE),
    (f"bytes={SIZE - 1}-{SIZE - 1}", SIZE - 1, SIZE),
    (f"bytes=5-{SIZE + 5}", 5, SIZE),
    (f"bytes=5-{HUGE}", 5, SIZE),
    ("Bytes=2-3", 2, 4),
]


@pytest.mark.parametrize(("span", "start", "end"), SATISFIABLE)
async def test_a_range_is_answered_with_its_slice(door: Door, span: str, start: int, end: int) -> None:
    answer = await door.get(span)
    assert (answer.status_code, answer.content) == (206, BODY[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - start)
    assert answer.headers["content-type"] == "audio/mpeg"
    head = await door.client.head(await door.link(), headers={"Range": span})
    assert (head.status_code, head.content) == (206, b"")
    assert head.headers["content-range"] == answer.headers["content-range"]


@pytest.mark.parametrize("span", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 9}", f"bytes={HUGE}-", "bytes=-0"])
async def test_a_range_beyond_the_file_is_not_satisfiable(door: Door, span: str) -> None:
    answer = await door.get(span)
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")


async def test_no_range_of_an_empty_file_is_satisfiable(door: Door) -> None:
    await door.storage.upload_audio(KEY, b"", "audio/mpeg")
    assert (await door.get("bytes=0-1")).headers["content-range"] == "bytes */0"
    assert ((await door.get()).status_code, (await door.get()).content) == (200, b"")


MALFORMED: list[str | bytes] = ["", "bytes", "bytes=", "bytes=-", "bytes=x-y", "bytes=1", "bytes=5-2", "bytes=--1"]
MALFORMED += ["seconds=0-1", "0-1", "bytes=1-2-3", "bytes=0-1,x", "bytes=0x1-2", "bytes=+1-2", "bytes=1_0-20"]
MALFORMED += ["bytes=\xb2-\xb3".encode("latin-1"), "bytes=\xb2-".encode("latin-1"), f"bytes=0-{'9' * 5000}"]


@pytest.mark.parametrize("span", MALFORMED)
async def test_a_malformed_range_is_as_good_as_none(door: Door, span: str | bytes) -> None:
    answer = await door.get(span)
    assert (answer.status_code, answer.content) == (200, BODY)


async def test_many_ranges_come_in_parts(door: Door) -> None:
    answer = await door.get("bytes=0-1, 1000-1002,-3")
    assert answer.status_code == 206
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/byteranges"
    assert answer.headers["content-length"] == str(len(answer.content))
    parts = answer.content.split(b"--" + boundary.encode())[1:-1]
    expected = [(0, 2), (1000, 1003), (SIZE - 3, SIZE)]
    assert len(parts) == len(expected)
    for part, (start, end) in zip(parts, expected, strict=True):
        head, _, body = part.partition(b"\r\n\r\n")
        assert f"Content-Range: bytes {start}-{end - 1}/{SIZE}".encode() in head
        assert b"Content-Type: audio/mpeg" in head
        assert body == BODY[start:end] + b"\r\n"


async def test_ten_thousand_ranges_cost_no_more_than_the_file(door: Door) -> None:
    answer = await door.get("bytes=" + ",".join(f"{at}-{at}" for at in range(0, 20_000, 2)))
    assert (answer.status_code, answer.content) == (200, BODY)


async def test_if_range_gives_the_slice_only_of_the_same_file(door: Door) -> None:
    first = (await door.get()).headers
    for same in (first["etag"], first["last-modified"]):
        assert (await door.get("bytes=0-1", If_Range=same)).status_code == 206
    moved = format_datetime(dt.datetime(2001, 1, 1, tzinfo=dt.UTC), usegmt=True)
    for other in ('"another"', f"W/{first['etag']}", moved, "nonsense"):
        answer = await door.get("bytes=0-1", If_Range=other)
        assert (answer.status_code, answer.content) == (200, BODY)


async def test_a_replaced_file_has_another_etag(door: Door) -> None:
    before = (await door.get()).headers["etag"]
    path = door.root / KEY
    written = path.stat().st_mtime_ns
    await door.storage.upload_audio(KEY, BODY[::-1], "audio/mpeg")
    os.utime(path, ns=(written, written))  # as if both were written within one tick of the clock
    assert (await door.get()).headers["etag"] != before
    assert (await door.get("bytes=0-1", If_Range=before)).content == BODY[::-1]


KINDS = ["text/html", "TEXT/HTML", "text/plain", "image/svg+xml", "application/xhtml+xml", "text/xml", "", "nonsense"]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_not_sound_is_saved_never_shown(door: Door, kind: str) -> None:
    for filename in (None, "pitch.html"):
        answer = await door.client.get(await door.link(kind, filename))
        assert (answer.status_code, answer.content) == (200, BODY)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("kind", ["audio/mpeg", "audio/wav", "video/mp4", "application/json", "audio/ogg; codecs=opus"])
async def test_sound_has_the_type_it_was_signed_with(door: Door, kind: str) -> None:
    answer = await door.client.get(await door.link(kind))
    assert answer.headers["content-type"] == kind
    assert "content-disposition" not in answer.headers


NAMES = ["pitch.mp3", 'Ünï "☃" \\ %41; a=b.mp3', "../../etc/passwd", "a\r\nX-Evil: 1.mp3", "a'b;c,d*.mp3", "שלום.mp3"]


@pytest.mark.parametrize("filename", NAMES)
async def test_a_download_has_its_name_whatever_it_is(door: Door, filename: str) -> None:
    answer = await door.client.get(await door.link(filename=filename))
    told = answer.headers["content-disposition"]
    assert re.fullmatch(r"attachment; (filename=\"[\w./-]+\"|filename\*=utf-8''[\w./~%-]+)", told, re.ASCII)
    assert "x-evil" not in answer.headers


async def test_a_file_that_is_gone_is_not_found(door: Door) -> None:
    link = await door.link()
    assert await door.storage.delete_audio(KEY)
    assert code(await door.client.get(link)) == (404, "no_such_object")
    assert (await door.client.head(link)).status_code == 404
    assert code(await door.client.get(await door.link(key="sessions/anna"))) == (404, "no_such_object")


async def test_only_reading_is_allowed(door: Door) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert code(await door.client.request(method, await door.link())) == (405, "method_not_allowed")
