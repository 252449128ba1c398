"""What an archive holds is what storage held, and what it does not hold it names."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from pitchscoop.engine import Engine
from pitchscoop.exports.service import Export
from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import Forbidden, Unavailable
from pitchscoop.main import Parts
from pitchscoop.recordings.model import Session, wav_header
from pitchscoop.transcripts.formats import FORMATS
from pitchscoop.transcripts.model import Transcript
from tests.exports.pitches import ORGANIZER, kept
from tests.servers.place import Place
from tests.speech import FLAC, pcm
from tests.upkeep.pitches import completed, event_of, recording, stopped, uploaded, work
from tests.words import READY, standing, written


class Exported:
    """An archive that was read, and checked by its own manifest."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as found:
            assert found.testzip() is None
            self.files = {name: found.read(name) for name in found.namelist()}
            assert len(self.files) == len(found.namelist())
            audio = [info for info in found.infolist() if "sessions/" in info.filename and not _said(info.filename)]
            assert {info.compress_type for info in audio} <= {zipfile.ZIP_STORED}
        assert list(self.files)[-2:] == ["sessions.csv", "manifest.json"]
        self.manifest: dict[str, Any] = json.loads(self.files["manifest.json"])
        self.table = list(csv.DictReader(io.StringIO(self.files["sessions.csv"].decode("utf-8-sig"), newline="")))
        assert list(self.manifest["files"]) == list(self.files)[:-1]
        for name, told in self.manifest["files"].items():
            content = self.files[name]
            assert (told["size"], told["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())

    @property
    def audio(self) -> dict[str, bytes]:
        """By the session's id."""
        files = self.manifest["files"].items()
        return {told["session_id"]: self.files[name] for name, told in files if told["session_id"] and not _said(name)}

    @property
    def said(self) -> dict[str, str]:
        """What lies in files of words, by their names."""
        return {name: content.decode() for name, content in self.files.items() if _said(name)}

    @property
    def left_out(self) -> dict[str, str]:
        """Why, by the session's id."""
        return {told["session_id"]: told["reason"] for told in self.manifest["left_out"]}


def _said(name: str) -> bool:
    return name.startswith("sessions/") and name.endswith((".txt", ".srt", ".json"))


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def export(engine: Engine, event_id: str) -> Export:
    return await engine.export(ORGANIZER, event_id, "export.zip")


async def exported(engine: Engine, event_id: str) -> Exported:
    return Exported(await whole((await export(engine, event_id)).zip()))


async def test_everything_that_was_recorded_is_in_it_as_it_was_received(parts: Parts) -> None:
    engine = parts.engine
    event_id = (await event_of(engine)).event_id
    live = await completed(engine, event_id)
    file = await uploaded(engine, event_id)
    no_sound = await uploaded(engine, event_id, b"not audio" * 99)
    await work(engine)
    under_way = await recording(engine, event_id)
    at_work = await stopped(engine, event_id)
    nothing = await engine.start(ORGANIZER, "Late", "Later", event_id)
    found = await exported(engine, event_id)
    assert found.audio.keys() == {live.session_id, file.session_id, no_sound.session_id}
    assert found.audio[live.session_id] == wav_header(64000, 16000) + pcm()[:64000]
    assert found.audio[file.session_id] == FLAC.read_bytes()
    assert found.audio[no_sound.session_id] == b"not audio" * 99
    notes = {told["session_id"]: told["note"] for told in found.manifest["files"].values()}
    assert "no sound" in notes[no_sound.session_id]
    assert notes[live.session_id] is None
    assert found.left_out.keys() == {under_way.session_id, at_work.session_id, nothing.session_id}
    assert "still being recorded" in found.left_out[under_way.session_id]
    assert "not put together" in found.left_out[at_work.session_id]
    assert "Nothing has been recorded" in found.left_out[nothing.session_id]


async def test_the_table_has_a_line_a_session_and_says_where_its_audio_is(parts: Parts) -> None:
    engine = parts.engine
    event_id = (await event_of(engine)).event_id
    sessions = [await kept(engine, event_id, f"Team {number % 7}", b"%d" % number) for number in range(120)]
    sessions.append(await engine.start(ORGANIZER, '=cmd("x")', "+1", event_id))
    found = await exported(engine, event_id)
    assert [line["session_id"] for line in found.table] == [session.session_id for session in reversed(sessions)]
    for line in found.table[1:]:
        assert found.files[line["file"]] == found.audio[line["session_id"]]
        assert (line["loudness"], line["has_audio"], line["status"]) == ("-16.5", "true", "completed")
    assert (found.table[0]["team_name"], found.table[0]["pitch_title"]) == ('\'=cmd("x")', "'+1")
    assert (found.table[0]["file"], found.table[0]["has_audio"]) == ("", "false")
    assert await whole((await export(engine, event_id)).sessions_csv()) == found.files["sessions.csv"]


async def test_what_was_said_lies_beside_its_audio(parts: Parts) -> None:
    engine = parts.engine
    event_id = (await event_of(engine)).event_id
    spoken, silent, failed, corrected = [await kept(engine, event_id, "A/B: c?", b"sound") for _ in range(4)]
    await written(engine, spoken.session_id)
    await written(engine, silent.session_id, Transcript(status="ready", language="en"))
    await written(engine, failed.session_id, standing("failed"))
    await written(engine, corrected.session_id, READY.correct("u-1", 4, "varech.", "kelp."))
    found = await exported(engine, event_id)
    table = {line["session_id"]: line for line in found.table}
    assert len(found.audio) == 4
    stems = [table[session.session_id]["file"].rpartition(".")[0] for session in (spoken, corrected)]
    assert stems[0].startswith("sessions/A_B_ c_/")
    assert sorted(found.said) == sorted(f"{stem}.{form}" for stem in stems for form in ("txt", "srt", "json"))
    for session, stem in zip((spoken, corrected), stems, strict=True):
        known = (await engine.transcripts.whole(await engine.session(ORGANIZER, session.session_id))).transcript
        for form in ("txt", "srt", "json"):
            assert found.said[f"{stem}.{form}"] == FORMATS[form].written(known)
            assert found.manifest["files"][f"{stem}.{form}"]["session_id"] == session.session_id
    assert "varech." in found.said[f"{stems[1]}.txt"]
    lines = [table[session.session_id] for session in (spoken, silent, failed)]
    states = [(line["transcript_status"], line["transcript_language"]) for line in lines]
    assert states == [("ready", "fr"), ("ready", "en"), ("failed", "")]


async def test_an_event_of_nothing_is_a_whole_archive_too(parts: Parts) -> None:
    found = await exported(parts.engine, (await event_of(parts.engine)).event_id)
    assert (found.audio, found.left_out, found.table) == ({}, {}, [])


async def test_a_recording_that_is_missing_or_changed_is_named(parts: Parts) -> None:
    engine = parts.engine
    event_id = (await event_of(engine)).event_id
    whole_one, missing, shorter = [await kept(engine, event_id, "Kelp", b"x" * 9) for _ in range(3)]
    await engine.storage.delete_audio(keys.stored(missing.session_id, "recording.wav"))
    await engine.storage.upload_audio(keys.stored(shorter.session_id, "recording.wav"), b"x" * 5, "audio/wav")
    found = await exported(engine, event_id)
    assert found.audio == {whole_one.session_id: b"x" * 9, shorter.session_id: b"x" * 5}
    assert "fsck" in found.left_out[missing.session_id]
    (note,) = [told["note"] for told in found.manifest["files"].values() if told["note"]]
    assert "5 bytes, not the 9" in note


async def test_what_is_deleted_while_it_is_made_is_in_nothing(parts: Parts) -> None:
    engine = parts.engine
    event_id = (await event_of(engine)).event_id
    first, newest = [await kept(engine, event_id, "Kelp", bytes(3 << 20)) for _ in range(2)]
    pieces = (await export(engine, event_id)).zip()
    begun = await anext(pieces)
    await engine.delete(ORGANIZER, first.session_id)
    found = Exported(begun + await whole(pieces))
    assert found.audio.keys() == {newest.session_id}
    assert (found.left_out, len(found.table)) == ({}, 1)


async def test_storage_that_fails_under_way_ends_the_stream_with_an_error(place_of: Callable[[str], Place]) -> None:
    place = place_of("embedded")  # a MinIO that is killed is a story of its own
    async with place.parts() as parts:
        event_id = (await event_of(parts.engine)).event_id
        first, _ = [await kept(parts.engine, event_id, "Kelp", bytes(3 << 20)) for _ in range(2)]
        pieces = (await export(parts.engine, event_id)).zip()
        await anext(pieces)
        broken(place.folder, first)
        with pytest.raises(Unavailable):
            await whole(pieces)


def broken(folder: Path, session: Session) -> None:
    """The disk no longer gives out this file: a link to itself cannot be opened, even by root."""
    path = folder / keys.stored(session.session_id, "recording.wav")
    path.unlink()
    path.symlink_to(path)


async def test_it_is_the_organizers_alone(parts: Parts) -> None:
    invited = await parts.engine.organizing.add_team(ORGANIZER, "default", "Kelp")
    team, token = invited.who, invited.token
    who = await parts.engine.access.who(token)
    assert who.team_id == team.team_id
    with pytest.raises(Forbidden):
        await parts.engine.export(who, "default", "export.zip")
