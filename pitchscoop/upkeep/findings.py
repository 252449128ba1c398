"""What can be wrong with one session, told from its row, its due time and its files."""

from dataclasses import dataclass
from typing import Literal

from pitchscoop.kernel import keys
from pitchscoop.kernel.state import Indexed
from pitchscoop.recordings.model import Chain, Session
from pitchscoop.upkeep.folders import Folder, as_found

Mend = Literal["align", "purge", "mirror", "finish", "derive", "rebuild", "words", "transcribe", "advice", "blank"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, in words, and how it is mended; None where no program can."""

    what: str
    mend: Mend | None


@dataclass(frozen=True, slots=True)
class Sight:
    """One session at one moment. ``record`` is its ``session.json``, ``due`` when a worker will look at it.

    ``spoken`` is the session with its words, ``words_due`` when a worker will look at these.
    """

    indexed: Indexed
    session: Session
    spoken: Session
    due: int | None
    words_due: int | None
    files: Folder
    record: Session | None

    @property
    def chain(self) -> Chain:
        """The segments that belong to the recording."""
        return self.files.chain(self.session.part)


def of_session(sight: Sight) -> list[Finding]:
    """What is wrong with a session that state has."""
    session = sight.session
    if session.status == "deleting":
        return [Finding("was deleted, but not all of it is gone.", "purge")]
    found = _said(sight) + _places(sight)
    if session.status == "processing" and not session.has_audio:
        return found + _waiting(sight)
    if session.has_audio:
        found += _audio(sight)
    elif session.status == "failed" and sight.chain.end:
        found.append(Finding("failed without sound, but there is sound in storage.", "finish"))
    if session.finished and sight.due is not None:
        return found  # a worker has yet to tidy up
    return found or _leftover(sight) or _record(sight)


def of_stray(files: Folder, record: Session | None) -> Finding:
    """What is wrong with files of a session that state does not have."""
    if record is not None and as_found(record, files):
        return Finding("is in storage, but not in state.", "rebuild")
    if record is not None:
        return Finding("is only described in storage: its sound is gone. Restore it from a backup.", None)
    if files.archive or any(files.chain(part).end for part in (files.live_part(), *files.uploads())):
        return Finding("is sound in storage that nothing describes.", "rebuild")
    return Finding("has files in storage from which no pitch can be made. See what they are, and remove them.", None)


def _places(sight: Sight) -> list[Finding]:
    if dict(sight.indexed.indexes) != sight.session.indexes:
        return [Finding("does not stand in the lists where it belongs.", "align")]
    if sight.due is None and sight.session.due is not None:
        return [Finding("is waited for by no worker.", "align")]
    return []


def _said(sight: Sight) -> list[Finding]:
    if sight.session.awaits_words and sight.words_due is None:
        return [Finding("waits for its transcript, and no worker looks at it.", "transcribe")]
    if not sight.session.transcript.text or sight.spoken.transcript.utterances:
        return []
    if sight.record is not None and sight.record.transcript.utterances:
        return [Finding("has lost the words of its transcript, which its session.json has.", "words")]
    return [Finding("has lost the words of its transcript; their text is left.", None)]


def _waiting(sight: Sight) -> list[Finding]:
    """Stopped, and not joined yet: all of it must be there."""
    received = sight.session.received or 0
    if sight.chain.end == received > 0:
        return []
    if sight.files.archive is not None:
        return [Finding("was joined, but state does not say so.", "finish")]
    return [Finding(f"has {sight.chain.end} of {received} bytes in storage. {_RESTORE}", None)]


def _audio(sight: Sight) -> list[Finding]:
    session, size = sight.session, sight.files.size(sight.session.audio_minio_key)
    if size != session.audio_size:
        if session.received and sight.chain.end == session.received:
            return [Finding("has its sound in segments only.", "finish")]
        held = "is missing" if size is None else f"has {size} bytes instead of {session.audio_size}"
        return [Finding(f"is damaged: {session.audio_minio_key} {held}. {_RESTORE}", None)]
    if session.status == "completed" and not _derived(sight):
        return [Finding("lacks its MP3 or its waveform.", "derive")]
    return []


def _leftover(sight: Sight) -> list[Finding]:
    session = sight.session
    if not (session.finished and session.has_audio and sight.files.has_segments):
        return []
    if session.received is not None and sight.chain.end > session.received:
        return [Finding("has more sound in segments than in its recording. Copy them before you remove them.", None)]
    return [Finding("is finished, but still has segments.", "align")]


def _derived(sight: Sight) -> bool:
    return sight.files.files.get(keys.AUDIO_MP3) == sight.session.mp3_size and keys.PEAKS in sight.files.files


def _record(sight: Sight) -> list[Finding]:
    session, record = sight.session, sight.record
    if session.status == "recording":  # when it was last heard is not written down each time
        well = session.source is None or (record is not None and record.part == session.part)
    elif session.status == "processing":  # words come meanwhile, and are written down with the rest
        well = record is not None and record.with_transcript(session.transcript) == session
    else:
        well = record == sight.spoken
    return [] if well else [Finding("has no session.json that says what state says.", "mirror")]


_RESTORE = "Restore it from a backup, or delete the pitch."
