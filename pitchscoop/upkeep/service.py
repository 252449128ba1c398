"""The verbs of upkeep, put together."""

from collections.abc import Callable
from pathlib import Path

from pitchscoop.access.service import Access
from pitchscoop.events.service import Events
from pitchscoop.kernel.clock import Clock
from pitchscoop.kernel.state import State
from pitchscoop.recordings.ports import AudioStorage
from pitchscoop.recordings.service import Sessions
from pitchscoop.scoring.copies import Copies
from pitchscoop.scoring.ledger import Ledger
from pitchscoop.upkeep.backup import Backup
from pitchscoop.upkeep.fsck import Fsck
from pitchscoop.upkeep.mending import Mending
from pitchscoop.upkeep.rebuild import Rebuild
from pitchscoop.upkeep.restore import Restore
from pitchscoop.upkeep.scored import Scored

Say = Callable[[str], None]


class Upkeep:
    """What the operator's commands do. Each may run beside servers and workers, and be done again."""

    def __init__(
        self,
        state: State,
        storage: AudioStorage,
        access: Access,
        events: Events,
        sessions: Sessions,
        ledger: Ledger,
        copies: Copies,
        clock: Clock,
    ) -> None:
        self._state = state
        self._storage = storage
        self._rebuild = Rebuild(state, storage, access, events, sessions, ledger, copies, clock)
        mending = Mending(state, storage, events, sessions, ledger, copies, self._rebuild, clock)
        scored = Scored(state, storage, ledger, copies)
        self._fsck = Fsck(state, storage, events, scored, self._rebuild, mending, clock)
        self._backup = Backup(state, storage, events, sessions, ledger, clock)
        self._restore = Restore(state, storage, sessions, ledger, clock)

    async def reindex(self, say: Say) -> bool:
        """Rebuild what state has lost from storage; True if nothing was left out."""
        await self._reach()
        return await self._rebuild.everything(say)

    async def fsck(self, say: Say, *, mend: bool) -> bool:
        """Compare state and storage; True if nothing is wrong."""
        await self._reach()
        return await self._fsck.run(say, mend=mend)

    async def backup(self, path: Path, event_id: str | None, say: Say) -> bool:
        """Write state and audio into one file; True if nothing that is damaged was left out."""
        await self._reach()
        return await self._backup.write(path, event_id, say)

    async def restore(self, path: Path, say: Say) -> bool:
        """Put back what a backup holds and is missing."""
        await self._restore.read(path, say)
        return True

    async def _reach(self) -> None:
        """Say at once if state or storage is away, before anything is looked at."""
        await self._state.check()
        await self._storage.check()
