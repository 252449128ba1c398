"""Every page with sample contexts, without the rest of PitchScoop: to look at, and to photograph.

``python -m tests.browser.preview`` serves them on a free port; with a folder as argument it writes pictures there.
"""

import asyncio
import io
import math
import random
import struct
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from pitchscoop.doors.web import contexts as c
from pitchscoop.doors.web.card_contexts import GivenCard
from pitchscoop.doors.web.render import ASSETS, Renderer
from tests import samples
from tests.browser import administered, advised, finals, judged, organized, ranked, said, talk
from tests.browser.words import ARABIC, LONG_TEAM, LONG_TITLE, WHEN
from tests.servers.redis import free_port

LENGTH = 178.0
HALF_HOUR = 1800.0
_POLICY = "default-src 'self'; media-src 'self' blob:; img-src 'self' data:; object-src 'none'; base-uri 'none'"


def _levels(seed: int, count: int) -> list[float]:
    """Something like speech: phrases of syllables, then a breath."""
    chance = random.Random(seed)
    levels: list[float] = []
    while len(levels) < count:
        height = chance.uniform(0.4, 1)
        for _ in range(chance.randint(12, 60)):
            levels.append(height * abs(math.sin(len(levels) / 2.7)) ** 0.7 * chance.uniform(0.35, 1))
        levels += [0.004] * chance.randint(4, 14)
    return levels[:count]


def _silhouette(seed: int) -> list[int]:
    return [round(100 * level) if level > 0.01 else 0 for level in _levels(seed, 96)]


PERSON = c.Viewer("team", "Maren, Grandmother Tongue")


TRANSCRIBED: dict[int, Literal["none", "pending", "ready", "failed"]] = {2: "pending", 3: "failed"}


def _row(
    number: int, team: str, title: str, status: c.Status = "completed", length: float | None = LENGTH
) -> c.PitchRow:
    ready = status == "completed"
    return c.PitchRow(
        session_id=str(number),
        team_name=team,
        pitch_title=title,
        status=status,
        duration=length if ready else None,
        silhouette=_silhouette(number) if ready else [],
        url="/pitch",
        created_at=WHEN,
        playback_path="/sample/details" if ready else None,
        peaks_url="/sample/peaks.json" if number == 1 else None,
        transcript=TRANSCRIBED.get(number, "ready") if ready else "none",
    )


def _home(viewer: c.Viewer, *rows: c.PitchRow) -> c.Home:
    sentence = "Open until Sat 14 Nov, 18:30. 42 of 48 teams have recorded."
    return c.Home(viewer, "Nordhavn Climate Hack 2026", "open", sentence, viewer.role != "public", rows, zone="UTC")


PUBLIC = (
    ("Nordhavn Climate Hack 2026", "open", "/registration", None),
    (LONG_TITLE, "published", None, "/standings"),
    (ARABIC, "frozen", None, None),
)
ROWS = (
    _row(1, "Grandmother Tongue", "A phone call that keeps a dialect alive"),
    _row(2, LONG_TEAM, "Listening to hives instead of opening them", length=180),
    _row(3, "Kelpline", "Crop insurance for seaweed, priced from orbit", length=104),
    _row(4, ARABIC, "هاتف يحفظ لهجة حية", length=61),
    _row(5, "Loud Rooms", LONG_TITLE, status="recording"),
    _row(6, "Tidewatch", "Sand that tells where it came from", status="processing"),
    _row(7, "Paper Trail", "notes.pdf", status="failed"),
)


def _pitch(
    status: c.Status = "completed",
    team: str = "Grandmother Tongue",
    title: str = "A phone call that keeps a dialect alive",
    transcript: c.Transcript = said.ENGLISH,
) -> c.Pitch:
    ready, failed = status == "completed", status == "failed"
    error = c.PitchError("not_audio", "notes.pdf holds no sound.") if failed else None
    session = c.PitchSession(
        "1", team, title, status, LENGTH if ready else None, WHEN, 5_700_000, interrupted=ready, error=error
    )
    return c.Pitch(
        viewer=PERSON,
        event_name="Nordhavn Climate Hack 2026",
        session=session,
        limit_seconds=180,
        share_url="/pitch?key=k",
        details_path="/sample/details" if ready else "/sample/processing",
        refresh_path="/sample/details",
        transcript=transcript,
        delivery=said.DELIVERY if transcript is said.ENGLISH and ready else None,
        playback_url="/sample/audio.wav" if ready else None,
        peaks_url="/sample/peaks.json" if ready else None,
        download_url="/sample/audio.wav" if ready else None,
        download_size=1_400_000 if ready else None,
        original_url="/sample/audio.wav" if ready or failed else None,
        original_label="Original, WAV",
        delete_path="/sample/details" if ready else None,
        recorder_url="/record" if failed else None,
    )


def _half_hour() -> c.Pitch:
    page = _pitch(transcript=said.long(HALF_HOUR / 60))
    session = replace(page.session, duration=HALF_HOUR)
    return replace(page, session=session, playback_url="/sample/half-hour.wav", limit_seconds=1800)


def _with(renderer: Renderer, name: str) -> Callable[[], str]:
    return lambda: renderer.pitch(_pitch(transcript=said.TRANSCRIPTS[name]))


def _judged() -> c.Pitch:
    names = ("Problem", "Solution", "Team and craft", "Delivery")
    whole = GivenCard("Dr. Nkechi Okonkwo-Lindqvist", [(name, 7.5) for name in names], "Clear, and needed.", WHEN)
    begun = GivenCard(
        LONG_TEAM, [("Problem", 8.0), *((name, None) for name in names[1:])], "", WHEN, "Not complete yet"
    )
    return replace(_pitch(), viewer=organized.ORGANIZER, cards=[whole, begun])


def _advised(renderer: Renderer, name: str) -> Callable[[], str]:
    viewer = PERSON if name == "-team" else organized.ORGANIZER
    return lambda: renderer.pitch(replace(_pitch(), viewer=viewer, advice=advised.SAMPLES[name]))


def _recorder(
    team: str = "Grandmother Tongue",
    title: str = "A phone call that keeps a dialect alive",
    live: str = "/sample/live",
) -> c.Recorder:
    paths = (live, "/sample/recording", "/pitch", "/upload")
    return c.Recorder("1", team, title, 16000, 180, *paths, captions=True)


def _upload() -> c.Upload:
    accepted = ["audio/*", "video/*"]
    args = ("1", "Grandmother Tongue", "A phone call", "/sample/uploads", "/sample/details", "/pitch")
    return c.Upload(PERSON, *args, accepted, 4 * 1024**3 - 1, "/recorder")


def _hit(team: str, title: str, start: float, *quote: tuple[str, bool]) -> c.SearchHit:
    return c.SearchHit(team, title, start, quote, f"/pitch?t={int(start)}")


HITS = (
    _hit("Kelpline", "Crop insurance for seaweed, priced from orbit", 71.8, ("that nobody had a price for ", False),
         ("seaweed", True), (" ", False), ("insurance", True), (" until a satellite could see", False)),
    _hit(LONG_TEAM, LONG_TITLE, 3.2, ("like ", False), ("insurance", True), (" for ", False), ("seaweed", True)),
    _hit(ARABIC, "هاتف يحفظ لهجة حية", 161, ("نحن نحفظ ", False), ("اللهجة", True), (" قبل أن تضيع", False)),
)  # fmt: skip


def _search(q: str = "seaweed insurance", **named: object) -> c.Search:
    plain = c.Search(c.Viewer("organizer", "Organizer"), "default", "Nordhavn Climate Hack 2026", q)
    return replace(plain, **named)  # type: ignore[arg-type]


def pages(renderer: Renderer) -> dict[str, Callable[[], str]]:
    """Name of a page and how it is made."""
    form = c.RecordForm(PERSON, "Nordhavn Climate Hack 2026", 180)
    wrong = c.RecordForm(
        c.Viewer("organizer", "Organizer"),
        "Nordhavn Climate Hack 2026",
        180,
        values={"team_name": "", "pitch_title": LONG_TITLE},
        errors={"team_name": "Write a name: it is what people will see."},
    )
    organizers = replace(
        _home(organized.ORGANIZER, *ROWS),
        export_url="/sample/export",
        search_event="x",
        event_url="/desk",
        others=[(LONG_TITLE, "/desk"), (ARABIC, "/desk")],
    )
    gone = c.ErrorPage(PERSON, 404, "not_found", "Nothing is here", "It may have been deleted, or the link was cut.")
    return {
        "home": lambda: renderer.home(_home(PERSON, *ROWS)),
        "home-organizer": lambda: renderer.home(organizers),
        "home-empty": lambda: renderer.home(_home(PERSON)),
        "home-new": lambda: renderer.home(replace(_home(organized.ORGANIZER), set_up=True, event_url="/desk")),
        "home-public": lambda: renderer.home(_home(c.Viewer())),
        "home-events": lambda: renderer.home(replace(_home(c.Viewer()), public=PUBLIC)),
        "search": lambda: renderer.search(_search(hits=HITS, next_url="/search")),
        "search-new": lambda: renderer.search(_search(q="")),
        "search-nothing": lambda: renderer.search(_search(hits=())),
        "search-early": lambda: renderer.search(_search(hits=HITS[:1], complete=False)),
        "search-wrong": lambda: renderer.search(_search(q="word " * 50, wrong="Look for at most 200 characters.")),
        "record": lambda: renderer.record_form(form),
        "record-wrong": lambda: renderer.record_form(wrong),
        "recorder": lambda: renderer.recorder(_recorder()),
        "recorder-long": lambda: renderer.recorder(_recorder(LONG_TEAM, LONG_TITLE)),
        "upload": lambda: renderer.upload(_upload()),
        "pitch": lambda: renderer.pitch(_pitch()),
        "pitch-long": lambda: renderer.pitch(_pitch(team=LONG_TEAM, title=LONG_TITLE)),
        "pitch-arabic": lambda: renderer.pitch(
            _pitch(team=ARABIC, title="هاتف يحفظ لهجة حية", transcript=said.TRANSCRIPTS["arabic"])
        ),
        "pitch-cards": lambda: renderer.pitch(_judged()),
        "pitch-processing": lambda: renderer.pitch(_pitch("processing", transcript=said.TRANSCRIPTS["pending"])),
        "pitch-failed": lambda: renderer.pitch(_pitch("failed", transcript=said.TRANSCRIPTS["none"])),
        "pitch-recording": lambda: renderer.pitch(_pitch("recording", transcript=said.TRANSCRIPTS["live"])),
        **{f"pitch-transcript-{name}": _with(renderer, name) for name in said.TRANSCRIPTS},
        **{f"pitch-advice{name}": _advised(renderer, name) for name in advised.SAMPLES},
        "sign-in": lambda: renderer.sign_in(c.SignIn(c.Viewer())),
        "sign-in-confirm": lambda: renderer.sign_in(c.SignIn(c.Viewer(), "confirm", "a-token")),
        "sign-in-instead": lambda: renderer.sign_in(
            c.SignIn(c.Viewer(), "instead", "a-token", action="/join", name=LONG_TEAM)
        ),
        "sign-in-used": lambda: renderer.sign_in(c.SignIn(c.Viewer(), "used")),
        "error": lambda: renderer.error(gone),
        **organized.pages(renderer),
        **administered.pages(renderer),
        **ranked.pages(renderer),
        **judged.pages(renderer),
        **finals.pages(renderer),
    }


def _peaks(_: Request) -> Response:
    levels = _levels(1, 2000)
    mean = [round(180 * level) for level in levels]
    return JSONResponse({"version": 1, "duration": LENGTH, "bins": 2000, "mean": mean, "max": [3 * m for m in mean]})


def _audio() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        levels = _levels(1, int(LENGTH * 8))
        tone = [math.sin(n / 6) for n in range(1000)]
        for level in levels:
            file.writeframes(struct.pack("<1000h", *(int(9000 * level * s) for s in tone)))
    return out.getvalue()


def _details(status: str, stored: int = 0) -> Callable[[Request], Response]:
    ready = status == "completed"
    document = {
        "status": status,
        "source": "live",
        "audio_size": stored,
        "playback_url": "/sample/audio.wav" if ready else None,
        "peaks_url": "/sample/peaks.json" if ready else None,
    }
    return lambda _: JSONResponse(document)


def _refused(status: int) -> Callable[[Request], Response]:
    return lambda _: JSONResponse({"code": "refused"}, status)


class _Policy(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = _POLICY
        return response


def app() -> Starlette:
    """The preview."""
    renderer = Renderer()
    audio = Path(tempfile.mkdtemp(), "audio.wav")
    audio.write_bytes(_audio())
    half_hour = samples.sparse_wav(audio.with_name("half-hour.wav"), HALF_HOUR / 3600)

    def page(make: Callable[[], str]) -> Callable[[Request], Response]:
        return lambda _: HTMLResponse(make())

    made = pages(renderer)
    routes = [Route(f"/{name}", page(make)) for name, make in made.items()]
    links = "".join(f"<li><a href='/{name}'>{name}</a>" for name in made)
    return Starlette(
        routes=[
            Route("/", lambda _: HTMLResponse(f"<ul>{links}</ul>")),
            *routes,
            # Not among the pages that every test looks at: the one is too long, the other never stands still.
            Route("/pitch-half-hour", page(lambda: renderer.pitch(_half_hour()))),
            Route("/desk-many", page(lambda: renderer.desk(organized.desk("10000")))),
            Route("/desk-trouble", page(lambda: renderer.desk(organized.desk("trouble")))),
            Route("/recorder-talk", page(lambda: renderer.recorder(_recorder(live="/sample/talk")))),
            Route("/sample/peaks.json", _peaks),
            Route("/sample/audio.wav", lambda _: FileResponse(audio)),
            Route("/sample/half-hour.wav", lambda _: FileResponse(half_hour)),
            Route("/sample/details", _details("completed")),
            Route("/sample/processing", _details("processing")),
            Route("/sample/recording", _details("recording")),
            Route("/sample/stopped", _details("completed", 44 + 134 * 32000)),
            *organized.routes(_details("completed")),
            *ranked.routes(renderer, _peaks),
            *judged.routes(renderer),
            *finals.routes(),
            *(Route(f"/sample/{status}", _refused(status)) for status in (401, 404)),
            WebSocketRoute("/sample/live", talk.live),
            WebSocketRoute("/sample/talk", talk.live),
            Mount("/assets", StaticFiles(directory=ASSETS)),
        ],
        middleware=[Middleware(_Policy)],
    )


def serve() -> str:
    """Serve the preview from a thread of its own; its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app(), port=port, log_level="warning"))
    threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True).start()
    while not server.started:
        time.sleep(0.02)
    return f"http://127.0.0.1:{port}"


if __name__ == "__main__":
    address = serve()
    if len(sys.argv) > 1:
        from tests.browser.photograph import photograph

        photograph(address, Path(sys.argv[1]))
    else:
        print(address)
        threading.Event().wait()
