"""A pitch on a real server whose words are known: its sound is uploaded, its transcript written beside the server."""

import asyncio
import base64
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from playwright.sync_api import Locator, Page

from pitchscoop.main import assembled
from pitchscoop.settings import load
from pitchscoop.transcripts.model import Transcript, Utterance, Word
from tests.servers.app import ADMIN, App

AUTHORIZED = {"Authorization": f"Bearer {ADMIN}"}
AUDIO = "document.getElementById('audio')"
SPOKEN = "We keep the recording with her permission and we give it back to her family and to the archive word by word"


def team(app: App, name: str) -> dict[str, str]:
    """A team of the event ``default``: ``token``, ``join_url``."""
    answer = httpx.post(f"{app.url}/api/v1/events/default/teams", json={"name": name}, headers=AUTHORIZED)
    found: dict[str, str] = answer.raise_for_status().json()
    return found


def started(app: App, who: dict[str, str]) -> dict[str, Any]:
    """A session of a team, to be recorded or uploaded."""
    headers = {"Authorization": f"Bearer {who['token']}"}
    new = {"team_name": who["name"], "pitch_title": "A phone call that keeps a dialect alive"}
    session: dict[str, Any] = (
        httpx.post(f"{app.url}/api/v1/sessions", json=new, headers=headers).raise_for_status().json()
    )
    return session


def pitched(app: App, who: dict[str, str], audio: bytes, name: str = "pitch.wav") -> dict[str, Any]:
    """A finished pitch of a team; its details."""
    headers = {"Authorization": f"Bearer {who['token']}"}
    session = started(app, who)
    tus = {**headers, "Tus-Resumable": "1.0.0"}
    told = {"Upload-Length": str(len(audio)), "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}"}
    place = httpx.post(session["upload_url"], headers={**tus, **told}).raise_for_status().headers["Location"]
    piece = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    httpx.patch(place, headers=piece, content=audio, timeout=60).raise_for_status()
    for _ in range(600):
        details: dict[str, Any] = httpx.get(
            f"{app.url}/api/v1/sessions/{session['session_id']}", headers=headers
        ).json()
        if details["status"] == "completed":
            return details
        time.sleep(0.1)
    raise TimeoutError(details["status"])


def said(seconds: float, pace: float = 150.0) -> Transcript:
    """A transcript of so many seconds at so many words a minute, ten words an utterance, times uneven."""
    words, each = SPOKEN.split(" "), 60 / pace
    spoken = [
        Word(word=words[n % len(words)], start=round(n * each + (n % 7) * 0.03, 3), end=round((n + 0.8) * each, 3),
             confidence=0.41 if n == 4 else 0.97)
        for n in range(int(seconds / each))
    ]  # fmt: skip
    utterances = []
    for first in range(0, len(spoken), 10):
        ten = tuple(spoken[first : first + 10])
        text = " ".join(word.word for word in ten)
        utterances.append(Utterance(id=f"u{first}", start=ten[0].start, end=ten[-1].end, text=text, words=ten))
    known = Transcript(status="ready", language="en", engine="Gladia")
    return known.holding(tuple(utterances))


def write(app: App, session_id: str, transcript: Transcript) -> None:
    """Have a transcript written, as an engine of another process would."""

    async def written() -> None:
        async with assembled(load(app.environment), app.url) as parts:
            await parts.engine.sessions.write(session_id, "transcript_written", lambda _: transcript)

    with ThreadPoolExecutor(1) as thread:  # Playwright's own loop runs in this one
        thread.submit(asyncio.run, written()).result()


def word(page: Page, number: int) -> Locator:
    """A word of the transcript on the page."""
    return page.locator(".said p > span").nth(number)
