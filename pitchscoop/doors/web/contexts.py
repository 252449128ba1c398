"""What each page is told: plain values, decided by the routes, shown by the templates.

Times are aware datetimes, durations and limits seconds, sizes bytes, paths and addresses ready to be followed.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pitchscoop.doors.web.advice_contexts import Advice
from pitchscoop.doors.web.card_contexts import GivenCard

Role: TypeAlias = Literal["organizer", "judge", "team", "public"]
Status: TypeAlias = Literal["waiting", "recording", "processing", "completed", "failed"]
"""``waiting``: nothing was recorded yet."""
Way: TypeAlias = Literal["record", "upload"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. ``name`` is shown at the right of the header; None for the public."""

    role: Role = "public"
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PitchRow:
    """One pitch in a list.

    ``silhouette`` are 96 heights from 0 to 100, empty before they exist. ``playback_path`` answers GET with
    ``{playback_url}``; None while there is nothing to play or the viewer may not. ``peaks_url`` is
    ``peaks.json`` on our own origin; the page's large wave is drawn from the newest row that has one.
    """

    session_id: str
    team_name: str
    pitch_title: str
    status: Status
    duration: float | None
    silhouette: Sequence[int]
    url: str
    created_at: dt.datetime
    playback_path: str | None = None
    peaks_url: str | None = None
    transcript: Literal["none", "pending", "ready", "failed"] = "none"


@dataclass(frozen=True, slots=True)
class Home:
    """The first page: the running event and its newest pitches.

    ``sentence`` says how the event stands. ``export_url`` answers with all of it, ``search_event`` is the id by
    which it is searched, ``event_url`` its page for whoever runs it; None where the viewer may not. ``others`` are the
    names and pages of their other events. ``record_query`` is what the way to the recorder carries.
    ``set_up``: the viewer may set up an event, and none was yet. ``standings_url`` is None while they are hidden
    from the viewer, ``feedback_url`` while a team's is. ``public`` are the events that everybody finds, for whoever is
    not signed in: name, stage, where a team joins by itself, and where the standings are once they are published.
    """

    viewer: Viewer
    event_name: str
    stage: str
    sentence: str
    can_record: bool
    sessions: Sequence[PitchRow]
    limit_seconds: int = 180
    next_url: str | None = None
    export_url: str | None = None
    search_event: str | None = None
    event_url: str | None = None
    others: Sequence[tuple[str, str]] = ()
    record_query: str = ""
    set_up: bool = False
    standings_url: str | None = None
    feedback_url: str | None = None
    zone: str | None = None
    public: Sequence[tuple[str, str, str | None, str | None]] = ()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A pitch that was found. ``quote`` is in pieces, each looked for or not; ``url`` plays from ``start``."""

    team_name: str
    pitch_title: str
    start: float
    quote: Sequence[tuple[str, bool]]
    url: str


@dataclass(frozen=True, slots=True)
class Search:
    """What was found for ``q``. ``wrong`` says why nothing was looked for; not ``complete``: words are missing yet."""

    viewer: Viewer
    event_id: str
    event_name: str
    q: str = ""
    wrong: str | None = None
    hits: Sequence[SearchHit] = ()
    complete: bool = True
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class RecordForm:
    """Who speaks and about what, before recording or uploading.

    ``retention_days``: what is recorded is removed so many days later. ``team_name`` is fixed for a team that is
    signed in, ``event_id`` is the event where it is not theirs. ``values`` and ``errors`` are by field (``team_name``,
    ``pitch_title``); the form posts to its own address, with ``way``.
    """

    viewer: Viewer
    event_name: str
    limit_seconds: int
    way: Way = "record"
    team_name: str | None = None
    retention_days: int | None = None
    event_id: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorder:
    """The recorder. ``live_path`` is the WebSocket's path, ``details_path`` answers GET with the session.

    ``captions``: what is said is written down while it is spoken.
    """

    session_id: str
    team_name: str
    pitch_title: str
    sample_rate: int
    limit_seconds: int
    live_path: str
    details_path: str
    page_url: str
    upload_url: str | None = None
    captions: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """The upload page. ``accepted`` are what a file field's ``accept`` takes: types and endings."""

    viewer: Viewer
    session_id: str
    team_name: str
    pitch_title: str
    upload_path: str
    details_path: str
    page_url: str
    accepted: Sequence[str]
    max_bytes: int
    recorder_url: str | None = None


@dataclass(frozen=True, slots=True)
class PitchError:
    """Why a session failed: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PitchSession:
    """A session as the pitch page shows it. ``duration`` is None until it is known."""

    session_id: str
    team_name: str
    pitch_title: str
    status: Status
    duration: float | None
    created_at: dt.datetime
    size: int | None = None
    interrupted: bool = False
    silent: bool = False
    error: PitchError | None = None


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word in its place; ``gap`` is what stands before it in the text.

    ``sure`` is how sure the engine was, in per cent, where a reader should know; None elsewhere. ``machine`` is what
    the engine heard, where a person has it otherwise.
    """

    word: str
    gap: str = ""
    sure: int | None = None
    machine: str | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance, a paragraph. ``times`` are start and end of each word in milliseconds, in one line.

    ``rest`` is what stands after the last word. Where the engine gave no words, the one word is all of the text, and
    cannot be corrected (``whole``). ``language`` is a code, None where it is that of the transcript.
    """

    id: str
    start: float
    times: str
    words: Sequence[SpokenWord]
    rest: str = ""
    language: str | None = None
    whole: bool = False


TranscriptState: TypeAlias = Literal["none", "coming", "live", "pending", "failed", "empty", "ready"]
"""``none``: nobody writes one. ``coming``: it will be written. ``live``: it is, while the team speaks. ``pending``: it
is, from the recording. ``empty``: it is ready, and nobody spoke."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said, as the pitch page shows it.

    ``corrections`` counts words that people set right. ``possible``: an engine is set up; ``remedy`` is what would set
    one up, for whoever can. ``ask_path`` takes POST to have it written, ``correct_path`` takes PUT to correct a word;
    None: the viewer may not, or there is nothing to ask for. ``files`` are paths by extension.
    """

    state: TranscriptState
    utterances: Sequence[Spoken] = ()
    language: str | None = None
    engine: str | None = None
    corrections: int = 0
    error: PitchError | None = None
    possible: bool = False
    remedy: str | None = None
    ask_path: str | None = None
    correct_path: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of a delivery, with its unit, and what it means. ``value`` is None where ``meaning`` says why.

    ``second``: where it happened.
    """

    name: str
    value: str | None
    meaning: str
    second: float | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """A curve over the time of the recording, in a drawing of ``width`` by ``height``.

    ``left`` is where the recording begins in it; it ends at the right edge. ``ticks`` are heights and their labels,
    ``band`` the top and the height of what is comfortable.
    """

    width: int
    height: int
    left: int
    points: str
    label: str
    ticks: Sequence[tuple[float, str]]
    band: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a pitch was spoken. ``readings`` are seen at once, ``further`` on demand."""

    readings: Sequence[Reading]
    further: Sequence[Reading] = ()
    plot: Plot | None = None


@dataclass(frozen=True, slots=True)
class Pitch:
    """The pitch page.

    ``playback_url`` is None until something can be played; ``refresh_path`` answers GET with a fresh one as
    ``{playback_url}``. ``details_path`` answers GET with the session and may carry ``peaks_url`` and ``error``.
    ``delivery`` is for the team and the organizer, None for others, and so is ``advice``; ``cards`` are for
    organizers. ``download_url`` is the MP3,
    ``original_url`` the recording as it was received; None where downloads are not permitted or the file is not there
    yet. ``share_url`` is the page's absolute address. ``delete_path`` answers DELETE; None: the viewer may not.
    ``feedback_path`` leads to what judges said, None while the viewer may not read it.
    """

    viewer: Viewer
    event_name: str
    session: PitchSession
    limit_seconds: int
    share_url: str
    details_path: str
    refresh_path: str
    transcript: Transcript
    delivery: Delivery | None = None
    advice: Advice | None = None
    cards: Sequence[GivenCard] = ()
    playback_url: str | None = None
    playback_type: str | None = None
    peaks_url: str | None = None
    download_url: str | None = None
    download_size: int | None = None
    original_url: str | None = None
    original_label: str | None = None
    delete_path: str | None = None
    recorder_url: str | None = None
    feedback_path: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """Signing in with a link.

    ``waiting``: no link was opened. ``confirm``: a link was opened, and its ``token`` is posted to ``action`` by
    a button, because previews of links in chat programs would use it up by looking. ``used``: it was used up,
    or has expired. ``instead``: a team's or judge's link, ``name``'s, was opened by whoever is signed in as another.
    """

    viewer: Viewer
    state: Literal["waiting", "confirm", "instead", "used"] = "waiting"
    token: str = ""
    action: str = "/sign-in"
    name: str = ""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Something went wrong: what happened, what is safe, what to do, and the stable ``code``."""

    viewer: Viewer
    status: int
    code: str
    headline: str
    sentence: str
    action_label: str = "Go to the first page"
    action_url: str = "/"


@dataclass(frozen=True, slots=True)
class Docs:
    """The description of REST."""

    viewer: Viewer
