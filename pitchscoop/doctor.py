"""``pitchscoop doctor``: one line a check, with the remedy."""

import asyncio
import secrets
import tempfile
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from pitchscoop.advising.drafting import NO_MODEL
from pitchscoop.engine import Engine
from pitchscoop.kernel.clock import utc_now
from pitchscoop.kernel.errors import Problem
from pitchscoop.recordings.model import wav_header
from pitchscoop.recordings.ports import Media
from pitchscoop.transcribing.service import NO_ENGINE

_RATE = 16000
_APART = 60  # seconds; S3 refuses signatures from 15 minutes on, and links end that much too early or too late


async def examine(engine: Engine, media: Media, say: Callable[[str], None]) -> bool:
    """Run all checks; True if nothing is wrong."""
    checks: list[tuple[str, Callable[[], Awaitable[str]]]] = [
        ("Settings", lambda: _address(engine.public_url)),
        ("State", engine.state.check),
        ("Storage", engine.storage.check),
        ("Playback", lambda: _plays(engine)),
        ("Codecs", lambda: _codecs(media)),
        ("Search", engine.search.check),
        ("Clock", lambda: _clock(engine)),
    ]
    well = True
    for name, check in checks:
        try:
            say(f"ok    {name}: {await check()}")
        except Problem as problem:
            well = False
            say(f"wrong {name}: {problem.message}")
    return all([await _engines(engine, say), await advice(engine, say), well])


async def _engines(engine: Engine, say: Callable[[str], None]) -> bool:
    """A line for each that writes transcripts. None is needed to record, keep and play."""
    found = await engine.transcripts.check()
    for _, answer in found:
        if isinstance(answer, Problem):
            say(f"wrong Transcripts: {answer.message}")
        else:
            say(f"ok    Transcripts: {answer}")
    if not found:
        say(f"note  Transcripts: {NO_ENGINE}")
    return not any(isinstance(answer, Problem) for _, answer in found)


async def advice(engine: Engine, say: Callable[[str], None]) -> bool:
    """Whether a model is set up and answers. None is needed for anything but drafts of feedback."""
    try:
        answer = await engine.advice.check()
    except Problem as problem:
        say(f"wrong Advice: {problem.message}")
        return False
    say(f"ok    Advice: {answer}" if answer else f"note  Advice: {NO_MODEL}")
    return True


async def _address(public_url: str) -> str:
    """Browsers open a microphone only on HTTPS or on their own machine (Secure Contexts, W3C)."""
    parts = urlsplit(public_url)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise Problem(
            "not_secure",
            f"Browsers allow no microphone at {public_url}. Serve it with HTTPS and set PITCHSCOOP_PUBLIC_URL to that.",
        )
    return f"people use {public_url}"


async def _plays(engine: Engine) -> str:
    answer = await _ranged_get(engine)
    if answer.status_code != 206 or answer.content != b"RIFF":  # noqa: PLR2004
        raise Problem(
            "bad_playback", f"The playback address answered {answer.status_code}. {_remedy(engine, answer.url)}"
        )
    return "put, ranged get through the public address, delete"


async def _ranged_get(engine: Engine) -> httpx.Response:
    """Four bytes of a new file, fetched as a browser would."""
    key = f"doctor/{secrets.token_hex(8)}.wav"
    await engine.storage.upload_audio(key, wav_header(3200, _RATE) + bytes(3200), "audio/wav")
    try:
        url = engine.absolute(await engine.storage.get_playback_url(key, expires_in=60, content_type="audio/wav"))
        async with httpx.AsyncClient(timeout=5) as client:
            return await client.get(url, headers={"Range": "bytes=0-3"})
    except httpx.HTTPError:
        where = url.split("?")[0].rsplit("/doctor", 1)[0]
        raise Problem("unreachable", f"{where} does not answer. {_remedy(engine, httpx.URL(url))}") from None
    finally:
        await engine.storage.delete_audio(key)


def _remedy(engine: Engine, url: httpx.URL) -> str:
    if str(url).startswith(engine.public_url):
        return "Start the server, or set PITCHSCOOP_DATA to the folder of the one that runs."
    return "Start the storage server, or mend MINIO_PUBLIC_URL."


async def _codecs(media: Media) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "a.wav")
        await asyncio.to_thread(source.write_bytes, wav_header(_RATE * 2, _RATE) + bytes(_RATE * 2))
        derived = await media.derive(source, Path(folder, "a.mp3"), Path(folder, "a.json"))
    return f"decodes and encodes ({derived.duration:.0f} s)"


async def _clock(engine: Engine) -> str:
    """Signed links compare two clocks: the one here and the one of whoever serves the audio."""
    theirs = (await _ranged_get(engine)).headers.get("date")
    now = utc_now()
    apart = abs((now - parsedate_to_datetime(theirs)).total_seconds()) if theirs else 0
    if apart > _APART:
        raise Problem(
            "bad_clock", f"The clocks here and of the audio storage are {apart:.0f} s apart. Set both with NTP."
        )
    return f"{now:%Y-%m-%d %H:%M:%S} UTC, {apart:.0f} s from that of the audio storage"
