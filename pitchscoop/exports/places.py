"""Where each session's audio lies in an export."""

import datetime as dt

from pitchscoop.exports.names import Taken, legal
from pitchscoop.recordings.model import Session


class Places:
    """Gives every session a place of its own: a folder a team, in it a file a pitch, named by when it began."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._taken = Taken()

    def of(self, session: Session) -> str:
        """The name in the archive, ``sessions/TEAM/TIME.EXT``, with the recording's own extension."""
        time = session.created_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
        stem = self._taken.unique(f"{self._folder(session.team_name)}/{time}")
        return f"{stem}.{session.archive_name.rpartition('.')[2]}"

    def _folder(self, team_name: str) -> str:
        """Names that differ in their capitals only are one team's, as everywhere."""
        team = team_name.casefold()
        if team not in self._folders:
            self._folders[team] = self._taken.unique(f"sessions/{legal(team_name, 'team')}")
        return self._folders[team]
