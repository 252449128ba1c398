"""An event as a stream of bytes. Each piece is made when the one before was taken: nothing waits, nothing gathers."""

from collections.abc import AsyncGenerator, AsyncIterator

from pitchscoop.events.model import Event
from pitchscoop.exports import sheets
from pitchscoop.exports.archive import Archive
from pitchscoop.exports.names import legal
from pitchscoop.exports.places import Places
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.state import State
from pitchscoop.recordings import listing
from pitchscoop.recordings.model import Session
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions

_PAGE = 50  # sessions read at a time: 10 ms of work, during which nobody else is answered


class Export:
    """One event, to be taken away.

    Whatever is away before the first piece is ``Unavailable`` there; what fails later ends the stream with an error,
    and whoever sends it on must not end it as if it were whole.
    """

    def __init__(self, event: Event, state: State, storage: AudioStorage, sessions: Sessions, clock: Clock) -> None:
        self.name = legal(event.name, event.event_id)
        self._event = event
        self._state = state
        self._storage = storage
        self._sessions = sessions
        self._clock = clock

    async def sessions_csv(self) -> AsyncGenerator[bytes, None]:
        """A line a session, newest first."""
        places, head = Places(), sheets.head()
        async for page in self._pages():
            rows = [sheets.row(session, places.of(session) if session.has_audio else None) for session in page]
            yield head + sheets.lines(rows)
            head = b""

    async def zip(self) -> AsyncGenerator[bytes, None]:
        """All audio and what was said, the table, and a manifest of all at the end."""
        archive = Archive(self._storage, self._sessions)
        async for page in self._pages():
            for session in page:
                async for piece in archive.session(session):
                    yield piece
        async for piece in archive.end(self._event, self._clock()):
            yield piece

    async def _pages(self) -> AsyncIterator[list[Session]]:
        cursor = None
        while True:
            page = await listing.page(
                self._state, self._event.event_id, cursor=cursor, limit=_PAGE, status=None, team_id=None, q=None
            )
            yield page.sessions
            if (cursor := page.next_cursor) is None:
                return
