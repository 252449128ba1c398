"""Backups taken and restored at awkward moments."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from pitchscoop.events.model import Settings
from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.kernel.facts import Fact
from pitchscoop.main import Parts
from tests.servers.place import MODES, Place
from tests.upkeep.pitches import ORGANIZER, completed, digests, event_of, stopped, work


def quietly(_: str) -> None:
    """Nobody listens."""


def when_first_read(monkeypatch: pytest.MonkeyPatch, parts: Parts) -> None:
    """Have all that is due done between the moment a backup decides to read a file and the moment it does."""
    storage = parts.engine.storage
    read = storage.read_audio

    async def late(key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        monkeypatch.setattr(storage, "read_audio", read)
        await work(parts.engine)
        async for piece in read(key, start, end):
            yield piece

    monkeypatch.setattr(storage, "read_audio", late)


async def test_a_session_that_is_finished_under_its_hands_is_in_the_backup(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place.parts() as parts:
        session = await stopped(parts.engine)
        when_first_read(monkeypatch, parts)
        assert await parts.upkeep.backup(tmp_path / "a.zip", None, quietly)
        expected = await parts.engine.session(ORGANIZER, session.session_id)
        assert expected.status == "completed"
        files = await digests(parts.engine, session.session_id)
        await parts.engine.storage.delete_audio(keys.SESSIONS)
    place.lose_state()
    async with place.parts() as parts:
        await parts.upkeep.restore(tmp_path / "a.zip", quietly)
        assert await parts.engine.session(ORGANIZER, session.session_id) == expected
        assert await digests(parts.engine, session.session_id) == files


async def test_a_restore_that_fails_takes_back_what_it_wrote_and_nothing_else(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place.parts() as parts:
        sessions = [await completed(parts.engine) for _ in range(3)]
        await parts.upkeep.backup(tmp_path / "a.zip", None, quietly)
        for session in sessions[1:]:
            await parts.engine.storage.delete_audio(keys.folder(session.session_id))
    place.lose_state()
    async with place.parts() as parts:
        before = await parts.engine.storage.list_audio(keys.SESSIONS)
        write, written = parts.engine.storage.upload_audio, 0

        async def failing(key: str, source: AsyncIterator[bytes], content_type: str, length: int | None = None) -> int:
            nonlocal written
            written += 1
            if written == 6:
                raise Unavailable("storage_unavailable", "The audio storage cannot be reached now.")
            return await write(key, source, content_type, length)

        monkeypatch.setattr(parts.engine.storage, "upload_audio", failing)
        with pytest.raises(Unavailable):
            await parts.upkeep.restore(tmp_path / "a.zip", quietly)
        monkeypatch.undo()
        assert await parts.engine.storage.list_audio(keys.SESSIONS) == before
        assert [indexed async for indexed in parts.engine.state.walk()] == []
        await parts.upkeep.restore(tmp_path / "a.zip", quietly)
        for session in sessions:
            assert await parts.engine.session(ORGANIZER, session.session_id) == session


async def test_what_has_changed_since_stays_and_what_was_deleted_comes_back(place: Place, tmp_path: Path) -> None:
    async with place.parts() as parts:
        engine = parts.engine
        kept, gone = await completed(engine), await completed(engine)
        await parts.upkeep.backup(tmp_path / "a.zip", None, quietly)
        await engine.delete(ORGANIZER, gone.session_id)
        changed = await engine.sessions.change(
            kept.session_id, "retitled", lambda session: session.model_copy(update={"pitch_title": "New"})
        )
        await parts.upkeep.restore(tmp_path / "a.zip", quietly)
        assert await engine.session(ORGANIZER, kept.session_id) == changed
        assert await engine.session(ORGANIZER, gone.session_id) == gone
        await work(engine)
        assert await parts.upkeep.fsck(quietly, mend=False)


@pytest.mark.parametrize(("here", "there"), [MODES, MODES[::-1]])
async def test_the_log_goes_on_where_it_ends_and_is_never_mixed(
    place_of: Callable[[str], Place], tmp_path: Path, here: str, there: str
) -> None:
    async with place_of(here).parts() as old, place_of(there).parts() as new:
        event = (await event_of(old.engine)).event_id
        other = (await old.engine.organizing.create_event(ORGANIZER, "B", [], Settings(), "open", None)).event_id
        said = [Fact(f"said_{number}", event, "x", "now") for number in range(1200)]
        await old.engine.state.commit(event, [], said)
        await old.upkeep.backup(tmp_path / "a.zip", None, quietly)

        await new.engine.state.commit(event, [], [await first(old, event), *said[:700]])
        await new.engine.state.commit(other, [], [Fact("its_own", other, "x", "now")])
        for _ in range(2):
            await new.upkeep.restore(tmp_path / "a.zip", quietly)
        assert await names(new, event) == ["event_created", *[fact.name for fact in said]]
        assert await names(new, other) == ["its_own"]


async def first(parts: Parts, event_id: str) -> Fact:
    (fact,) = await parts.engine.state.facts(event_id, "", 1)
    return Fact(fact.name, fact.event_id, fact.subject, fact.at, fact.data)


async def names(parts: Parts, event_id: str) -> list[str]:
    return [fact.name for fact in await parts.engine.state.facts(event_id, "", 5000)]
