"""What the page of the standings is told: plain values, as in ``contexts``."""

from dataclasses import dataclass

from pitchscoop.doors.web.contexts import Viewer
from pitchscoop.doors.web.organizer_contexts import EventBar


@dataclass(frozen=True, slots=True)
class Standings:
    """The standings. ``stream_path`` tells what stands in them, ``read_path`` the same where there is no stream.

    ``event_path`` is the event over REST. ``since``: when the event came into its stage, ISO 8601. ``bar`` is for
    organizers. ``path`` is the page's own; ``public``: it shows what everybody sees, ``embedded``: within another site.
    ``moves``: previews can be moved. ``hidden``: only organizers see the standings now. ``embed_code`` is what another
    site puts into its page, ``final_path`` where finalists are named. ``audience_path`` tells the audience's votes,
    where the event has them.
    """

    viewer: Viewer
    bar: EventBar | None
    event_name: str
    stage: str
    since: str | None
    zone: str
    event_path: str
    read_path: str
    stream_path: str
    path: str
    track: str = ""
    public: bool = False
    embedded: bool = False
    moves: bool = False
    hidden: bool = False
    embed_code: str | None = None
    audience_path: str | None = None
    final_path: str | None = None
